"""Either side says what became of the visits of a month, one by one or all at once."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.models import Agreement, Obligation
from services.rotation.agreements.queries import agreements_named
from services.rotation.agreements.workflow import DRAFT
from services.rotation.staff import working_at
from services.rotation.visits.events import VisitHeld, VisitMissed
from services.rotation.visits.models import PROMISED, Visit
from services.rotation.visits.permissions import can_record
from services.rotation.visits.promises import month_of, tell_what_waits
from services.rotation.visits.schemas import VisitAnswer, VisitBatch, VisitCreate, VisitRead
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import FieldError, Malformed, Problem, Refused, problem_of_database_error
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule

PROMISES = "Relais rule book, rotation (promised against delivered)"


async def record_visit(session: AsyncSession, *, caller: Caller, body: VisitCreate) -> Visit:
    """One visit was held, or missed with its reason."""
    agreements = await agreements_named(session, caller, [body.agreement])
    visit = await _record(session, caller, body, agreements, judge_done_on(caller, body.done_on))
    await tell_what_waits(session, agreements[body.agreement])
    return visit


async def record_visits(session: AsyncSession, *, caller: Caller, body: VisitBatch) -> list[VisitAnswer]:
    """The visits of a month at once, each answered by itself."""
    agreements = await agreements_named(session, caller, {item.agreement for item in body.items})
    answers, told = [], {}
    for item in body.items:
        try:
            async with session.begin_nested():
                visit = await _record(session, caller, item, agreements, judge_done_on(caller, item.done_on or body.done_on))
            told[visit.agreement_id] = agreements[item.agreement]
            answers.append(VisitAnswer(reference=item.reference, visit=VisitRead.of(visit), problem=None))
        except Problem as problem:
            answers.append(VisitAnswer(reference=item.reference, visit=None, problem=problem.as_json()))
        except DBAPIError as error:
            if (broken := problem_of_database_error(error)) is None:
                raise
            answers.append(VisitAnswer(reference=item.reference, visit=None, problem=broken.as_json()))
    for agreement in told.values():
        await tell_what_waits(session, agreement)
    return answers


async def _record(session: AsyncSession, caller: Caller, body: VisitCreate, agreements: dict[str, Agreement], done_on: date) -> Visit:
    agreement = agreements.get(body.agreement)
    if agreement is None:
        raise Malformed.field("agreement", _("There is no agreement with this identifier that you may see."))
    require(can_record(caller, agreement))
    if known := await by_reference(session, Visit, authority_path=agreement.authority_path, body=body, reference=body.reference):
        return known
    obligation = next((each for each in agreement.obligations if each.specialty == body.specialty), None)
    if obligation is None:
        raise Malformed.field("specialty", _("The agreement promises nothing in this specialty."))
    _day_must_be_covered(agreement, body.day, done_on, held=body.outcome == "held")
    if body.outcome == "missed":
        visit = await _promised(session, obligation, month_of(body.day))
        if visit is None:
            raise Refused(
                "nothing-promised",
                _("No visit of this month is waiting for a word in this specialty."),
                rule=Rule("ROT-VISITS", obligation.visits_per_month, "visits per month", PROMISES),
                possible=_("Only a promised visit can be missed; look at what is already recorded."),
            )
        assert body.reason is not None
        visit.miss(body.reason, by=caller.actor, said_on=done_on)
    else:
        await _visitors_must_be_the_givers(agreement, body)
        visit = await _promised(session, obligation, month_of(body.day)) or _beyond_what_is_promised(agreement, obligation, month_of(body.day))
        session.add(visit)
        visit.hold(on=body.day, visitors=body.visitors, consultations=body.consultations, by=caller.actor, said_on=done_on)
    visit.reference, visit.content_hash = body.reference, hash_of(body)
    await session.flush()
    record_event(session, (VisitHeld if body.outcome == "held" else VisitMissed).about(visit))
    await record_audit(session, caller, f"visit.{body.outcome}", "visit", visit.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return visit


def _day_must_be_covered(agreement: Agreement, day: date, done_on: date, *, held: bool) -> None:
    """A visit belongs to the time of its agreement, and nobody tells of a visit that is still to come."""
    covered = agreement.covers(day) if held else month_of(agreement.starts_on) <= month_of(day) <= month_of(agreement.ended_on or agreement.ends_on)
    if agreement.state == DRAFT or not covered:
        raise Refused(
            "agreement-not-in-force",
            _("The agreement is not in force on {day}."),
            rule=Rule("AGR-PERIOD", [agreement.starts_on.isoformat(), (agreement.ended_on or agreement.ends_on).isoformat()], "period", PROMISES),
            possible=_("Choose a day of its period, once both sides have signed."),
            day=day.isoformat(),
        )
    if (day if held else month_of(day)) > done_on:
        raise Malformed.field("held_on" if held else "month", _("This day is still to come."))


async def _promised(session: AsyncSession, obligation: Obligation, month: date) -> Visit | None:
    statement = select(Visit).where(Visit.obligation_id == obligation.id, Visit.month == month, Visit.state == PROMISED).order_by(Visit.id).limit(1).with_for_update()
    found: Visit | None = await session.scalar(statement)
    return found


def _beyond_what_is_promised(agreement: Agreement, obligation: Obligation, month: date) -> Visit:
    return Visit(
        authority_path=agreement.authority_path,
        shared_with=agreement.shared_with,
        agreement_id=agreement.id,
        obligation_id=obligation.id,
        giver_code=agreement.giver_code,
        receiver_code=agreement.receiver_code,
        specialty=obligation.specialty,
        month=month,
        promised_on=None,
        state=PROMISED,
        version=0,
    )


async def _visitors_must_be_the_givers(agreement: Agreement, body: VisitCreate) -> None:
    """Who visits works at the giver's on that day. Raises Malformed."""
    theirs = await working_at(agreement.giver_code, body.visitors, body.day)
    strangers = [place for place, person in enumerate(body.visitors) if person not in theirs]
    if strangers:
        raise Malformed([FieldError(f"visitors.{place}", _("This person does not work at {facility} on that day."), {"facility": agreement.giver_code}) for place in strangers])
