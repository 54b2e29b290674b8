"""An award is proposed for people or for a unit, and given by one signed decision."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.awards.events import AwardChanged, AwardGiven, AwardProposed
from services.appointment.awards.models import Award
from services.appointment.awards.permissions import can_propose_awards
from services.appointment.awards.queries import awards_of_proposal, awards_visible_to
from services.appointment.awards.schemas import AwardsCreate
from services.appointment.awards.workflow import AWARD, AWARDED, PROPOSED, REVOKED, WITHDRAWN
from services.appointment.decisions.effects import OWN, OwnEffects, make_effects
from services.appointment.decisions.filing import file_decision
from services.appointment.decisions.models import Decision
from services.appointment.proposals import common_path
from services.appointment.rules import pack_of
from shared.audit import record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on, today
from shared.decisions import DecisionRequest
from shared.directory import place_on, works_of
from shared.errors import Forbidden, Malformed, NotFound, Problem, Refusal, Refused, problem_of_database_error
from shared.events import record_events
from shared.i18n import _
from shared.ids import uuid7
from shared.references import hash_of

KIND = "awards"
Honoured = tuple[str, str, list[str]]
"""Facility, authority path and parties of who is honoured."""


async def propose_awards(session: AsyncSession, *, caller: Caller, body: AwardsCreate) -> tuple[UUID | None, list[tuple[UUID | None, Award | Problem]]]:
    """The officer proposes; each person is answered by themselves, and one decision covers those who fit."""
    require(can_propose_awards(caller))
    done_on = judge_done_on(caller, body.done_on)
    known = await _named(session, caller, body)
    proposal_id = next((award.proposal_id for award in known.values()), uuid7())
    answers: list[tuple[UUID | None, Award | Problem]] = []
    made: list[Award] = []
    for person_id, honoured in (await _honoured(session, body, done_on)).items():
        if person_id in known:
            answers.append((person_id, known[person_id]))
            continue
        try:
            award = _award(caller, body, person_id, honoured, proposal_id, done_on)
            async with session.begin_nested():
                session.add(award)
                await session.flush()
            made.append(award)
            answers.append((person_id, award))
        except (Problem, DBAPIError) as error:
            problem = error if isinstance(error, Problem) else problem_of_database_error(error)
            if problem is None or problem.status >= 500:
                raise
            answers.append((person_id, problem))
    if made:
        after = body.model_dump(mode="json", include={"title", "level", "year", "achievement", "evidence"})
        await record_audits(session, caller, "award.proposed", "award", [(award.id, None, after) for award in made], done_on=done_on)
        record_events(session, [AwardProposed.about(award) for award in made])
        await file_decision(session, _request(made, "proposed"))
    return (proposal_id if made or known else None), answers


async def _named(session: AsyncSession, caller: Caller, body: AwardsCreate) -> dict[UUID | None, Award]:
    """What this reference made already, when the same is said again. Raises Refused when it named something else."""
    if body.reference is None:
        return {}
    found = (await session.scalars(awards_visible_to(caller).where(Award.reference == body.reference))).all()
    if any(award.content_hash != hash_of(body) for award in found):
        raise Refused("reference-taken", _("The reference {reference} already names another record."), reference=body.reference)
    return {award.person_id: award for award in found}


async def _honoured(session: AsyncSession, body: AwardsCreate, done_on: date) -> dict[UUID | None, Honoured | None]:
    if body.facility_code is not None:
        place = await place_on(session, body.facility_code, done_on)
        return {None: (place.code, place.authority_path, [])}
    works = await works_of(session, body.person_ids, done_on)
    return {person: (work.facility_code, work.authority_path, list(work.shared_with)) if (work := works.get(person)) else None for person in dict.fromkeys(body.person_ids)}


def _award(caller: Caller, body: AwardsCreate, person_id: UUID | None, honoured: Honoured | None, proposal_id: UUID, done_on: date) -> Award:
    if honoured is None:
        raise Malformed.field("person_ids", _("This person works nowhere that you may see on {day}."), day=done_on.isoformat())
    facility_code, authority_path, shared_with = honoured
    if not caller.manages(authority_path):
        raise Forbidden(Refusal("other-authority", _("You do not act for this facility.")))
    if body.year > done_on.year:
        raise Malformed.field("year", _("An award honours a year that has begun."))
    return Award(
        id=uuid7(),
        proposal_id=proposal_id,
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=authority_path,
        shared_with=shared_with,
        person_id=person_id,
        facility_code=facility_code,
        proposed_by=caller.actor,
        proposed_on=done_on,
        state=PROPOSED,
        **body.model_dump(include={"title", "level", "year", "achievement", "evidence", "given_on"}),
    )


def _request(awards: Sequence[Award], state: str) -> DecisionRequest:
    first = awards[0]
    facilities = {award.facility_code for award in awards}
    return DecisionRequest.model_validate(
        {
            "id": first.proposal_id,
            "kind": KIND,
            "source_service": OWN,
            "state": state,
            "authority_path": common_path([award.authority_path for award in awards]),
            "facility_code": first.facility_code if len(facilities) == 1 else None,
            "person_ids": [award.person_id for award in awards if award.person_id],
            "proposed_by": first.proposed_by,
            "proposed_on": first.proposed_on,
            "effective_on": first.given_on,
            "legal_basis": [pack_of(first.facility_code, first.proposed_on).rule("EMU-01").citation],
            "facts": {"title": first.title, "level": first.level, "year": first.year, "lines": len(awards)},
        }
    )


async def withdraw_awards(session: AsyncSession, *, caller: Caller, proposal_id: UUID, done_on: date | None) -> list[Award]:
    """All that was proposed together is given up before the signature."""
    require(can_propose_awards(caller))
    day = judge_done_on(caller, done_on)
    found = await awards_of_proposal(session, caller, proposal_id)
    if not found or not all(caller.manages(award.authority_path) for award in found):
        raise NotFound()
    await file_decision(session, _request(found, "withdrawn"))
    await _move(session, caller, found, "withdraw", day)
    record_events(session, [AwardChanged.about(award) for award in found])
    return found


async def _move(session: AsyncSession, caller: Caller, awards: Sequence[Award], act: str, day: date) -> None:
    changes = []
    for award in awards:
        before = award.state
        award.move(act, AWARD)
        changes.append((award.id, {"state": before}, {"state": award.state}))
    await session.flush()
    verb = {"award": AWARDED, "revoke": REVOKED, "withdraw": WITHDRAWN}[act]
    await record_audits(session, caller, f"award.{verb}", "award", changes, done_on=day)


async def _of(session: AsyncSession, decision: Decision) -> list[Award]:
    return list(await session.scalars(select(Award).where(Award.proposal_id == decision.source_id).order_by(Award.id).with_for_update()))


async def give(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The decision is signed: the awards are given."""
    found = await _of(session, decision)
    for award in found:
        award.awarded_on, award.decision_number = decision.signed_on, decision.decision
    await _move(session, caller, found, "award", decision.signed_on or today())
    record_events(session, [AwardGiven.about(award) for award in found])


async def put_back(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The decision is revoked: nothing was awarded."""
    found = await _of(session, decision)
    for award in found:
        award.awarded_on = None
    await _move(session, caller, found, "revoke", decision.ended_on or today())
    record_events(session, [AwardChanged.about(award) for award in found])


async def number(session: AsyncSession, _caller: Caller, decision: Decision) -> None:
    """The number that was given afterwards is shown."""
    found = await _of(session, decision)
    for award in found:
        award.decision_number = decision.decision
    await session.flush()
    record_events(session, [AwardChanged.about(award) for award in found])


make_effects(KIND, OwnEffects(signed=give, revoked=put_back, numbered=number))
