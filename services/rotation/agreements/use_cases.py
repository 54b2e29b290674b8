"""Two facilities draft an agreement and each signs it; it then promises visits month by month until it ends."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.events import AgreementDrafted, AgreementEnded, AgreementResumed, AgreementSigned, AgreementStarted, AgreementState, AgreementSuspended, told
from services.rotation.agreements.guards import must_be_live, must_follow
from services.rotation.agreements.models import EXCHANGE, Agreement, AgreementPlaces, Obligation
from services.rotation.agreements.permissions import can_change, can_draft, can_enter_signed, can_name_focal_point, can_sign
from services.rotation.agreements.queries import agreements_named, get_visible_agreement, named_agreement
from services.rotation.agreements.schemas import AgreementBatch, AgreementCreate, AgreementRead, BatchAnswer, FocalPoint, Reason, Resumption, Signature, Signatures
from services.rotation.agreements.workflow import ACTIVE, AGREEMENT, LIVE, SIGNED
from services.rotation.cooperation.queries import programme_must_be_open
from services.rotation.dues.use_cases import agreement_ends, agreement_over
from services.rotation.programmes.queries import programme_on
from services.rotation.sides import shared_between
from services.rotation.staff import working_at
from services.rotation.visits.promises import promise_first_visits, promise_visits
from shared.actions import require_current
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.calendars import add_months
from shared.clock import judge_done_on, today
from shared.db import worker_session
from shared.directory import Place, place_on
from shared.errors import Malformed, Problem, problem_of_database_error
from shared.events import record_event, record_events
from shared.i18n import _
from shared.people import names_of
from shared.records import by_reference
from shared.references import hash_of

SYSTEM = "daily:agreements"


async def draft_agreement(session: AsyncSession, *, caller: Caller, body: AgreementCreate) -> Agreement:
    """One side drafts what is promised; an agreement already signed on paper is entered by the authority as it stands."""
    done_on = judge_done_on(caller, body.done_on)
    giver = await place_on(session, body.giver_code, body.starts_on, field="giver_code")
    receiver = await place_on(session, body.receiver_code, body.starts_on, field="receiver_code")
    require(can_draft(caller, (giver.code, giver.authority_path), (receiver.code, receiver.authority_path)))
    if body.model != EXCHANGE:
        programme_on(body.programme, giver.code, body.starts_on)
    if known := await by_reference(session, Agreement, authority_path=giver.authority_path, body=body, reference=body.reference):
        return known
    await programme_must_be_open(session, caller, body.programme_id)
    if body.previous_id is not None:
        must_follow(await named_agreement(session, caller, body.previous_id, field="previous_id"), body)
    agreement = _drafted(caller, body, giver, receiver, done_on)
    session.add(agreement)
    await session.flush()
    await record_audit(session, caller, "agreement.drafted", "agreement", agreement.id, after=body.model_dump(mode="json"), done_on=done_on)
    if body.signed_on is None:
        record_event(session, told(AgreementDrafted, agreement))
        return agreement
    require(can_enter_signed(caller))
    agreement.enter_paper(by=caller.actor, signed_on=judge_done_on(caller, body.signed_on))
    await _both_signed(session, caller, agreement)
    if agreement.ends_on < today():
        await _expire(session, agreement)
    return agreement


def _drafted(caller: Caller, body: AgreementCreate, giver: Place, receiver: Place, done_on: date) -> Agreement:
    return Agreement(
        **body.model_dump(
            include={
                *("reference", "giver_code", "receiver_code", "model", "programme", "number", "starts_on", "ends_on", "giver_contact", "receiver_contact"),
                *("programme_id", "previous_id", "funding", "scope"),
            }
        ),
        content_hash=hash_of(body),
        authority_path=giver.authority_path,
        receiver_path=receiver.authority_path,
        shared_with=shared_between(giver, receiver),
        drafted_by=caller.actor,
        drafted_on=done_on,
        obligations=[Obligation(**each.model_dump()) for each in body.obligations],
        places=[AgreementPlaces(**each.model_dump()) for each in body.places],
    )


@dataclass(frozen=True)
class PaperAgreement:
    """An agreement that stood on paper before the register was opened here: its visits are promised and followed from a month on."""

    body: AgreementCreate
    giver: Place
    receiver: Place
    followed_from: date


async def enter_agreements(session: AsyncSession, caller: Caller, papers: Sequence[PaperAgreement]) -> None:
    """Many agreements that both sides signed on paper, judged already, as they stand today: set-wise."""
    require(can_enter_signed(caller))
    day = today()
    agreements = [_drafted(caller, paper.body, paper.giver, paper.receiver, day) for paper in papers]
    session.add_all(agreements)
    await session.flush()
    for agreement, paper in zip(agreements, papers, strict=True):
        agreement.enter_paper(by=caller.actor, signed_on=judge_done_on(caller, paper.body.signed_on))
        agreement.promised_to = add_months(paper.followed_from, -1)
    record_events(session, [told(AgreementSigned, agreement) for agreement in agreements])
    drafted = [(agreement.id, None, paper.body.model_dump(mode="json")) for agreement, paper in zip(agreements, papers, strict=True)]
    await record_audits(session, caller, "agreement.drafted", "agreement", drafted, done_on=day)
    for agreement in agreements:
        agreement_ends(session, agreement)
    starting = [agreement for agreement in agreements if agreement.starts_on <= day]
    for agreement in starting:
        agreement.move("start", AGREEMENT)
    record_events(session, [told(AgreementStarted, agreement) for agreement in starting])
    await promise_first_visits(session, starting, upto=day)
    for since in sorted({agreement.starts_on for agreement in starting}):
        started = [(agreement.id, None, {"state": agreement.state}) for agreement in starting if agreement.starts_on == since]
        await record_audits(session, caller, "agreement.started", "agreement", started, done_on=since)
    await session.flush()


async def draft_agreements(session: AsyncSession, *, caller: Caller, body: AgreementBatch) -> list[BatchAnswer]:
    """Many agreements at once, each answered by itself."""
    return [await _answered(session, caller, item.reference, draft_agreement(session, caller=caller, body=item)) for item in body.items]


async def sign_agreements(session: AsyncSession, *, caller: Caller, body: Signatures) -> list[BatchAnswer]:
    """One side signs many at once, each answered by itself."""
    known = await agreements_named(session, caller, set(body.agreements))
    signature = Signature(side=body.side, done_on=body.done_on)

    async def sign(name: str) -> Agreement:
        if name not in known:
            raise Malformed.field("agreements", _("There is no agreement with this identifier that you may see."))
        return await sign_agreement(session, caller=caller, agreement_id=known[name].id, body=signature)

    return [await _answered(session, caller, name, sign(name)) for name in body.agreements]


async def _answered(session: AsyncSession, caller: Caller, reference: str | None, act: Awaitable[Agreement]) -> BatchAnswer:
    """What became of one item: one refusal stops no other."""
    try:
        async with session.begin_nested():
            agreement = await act
    except Problem as problem:
        return BatchAnswer(reference=reference, agreement=None, problem=problem.as_json())
    except DBAPIError as error:
        if (broken := problem_of_database_error(error)) is None:
            raise
        return BatchAnswer(reference=reference, agreement=None, problem=broken.as_json())
    return BatchAnswer(reference=reference, agreement=AgreementRead.seen_by(caller, agreement), problem=None)


async def sign_agreement(session: AsyncSession, *, caller: Caller, agreement_id: UUID, body: Signature, if_match: str | None = None) -> Agreement:
    """One side signs; with the second signature the agreement stands, and it starts on its first day."""
    done_on = judge_done_on(caller, body.done_on)
    agreement = await get_visible_agreement(session, caller, agreement_id, lock=True)
    require(can_sign(caller, agreement, body.side))
    if (getattr(agreement, f"{body.side}_signed_by"), getattr(agreement, f"{body.side}_signed_on")) == (caller.actor, done_on):
        return agreement
    require_current(if_match, agreement.version)
    both = agreement.sign(body.side, by=caller.actor, on=done_on)
    agreement.number = body.number or agreement.number
    await record_audit(session, caller, "agreement.signed", "agreement", agreement.id, after={"side": body.side, "state": agreement.state}, done_on=done_on)
    if both:
        await _both_signed(session, caller, agreement)
    else:
        record_event(session, told(AgreementSigned, agreement))
    return agreement


async def _both_signed(session: AsyncSession, caller: Caller, agreement: Agreement) -> None:
    record_event(session, told(AgreementSigned, agreement))
    agreement_ends(session, agreement)
    if agreement.starts_on <= today():
        await _start(session, caller, agreement)


async def _start(session: AsyncSession, caller: Caller | str, agreement: Agreement) -> None:
    agreement.move("start", AGREEMENT)
    record_event(session, told(AgreementStarted, agreement))
    await session.flush()
    await promise_visits(session, agreement, upto=today())
    await record_audit(session, caller, "agreement.started", "agreement", agreement.id, after={"state": agreement.state}, done_on=agreement.starts_on)


async def name_focal_point(session: AsyncSession, *, caller: Caller, agreement_id: UUID, body: FocalPoint, if_match: str | None = None) -> Agreement:
    """One side says whom the other calls; the name is told with it, because another authority's register does not open."""
    done_on = judge_done_on(caller, body.done_on)
    agreement = await get_visible_agreement(session, caller, agreement_id, lock=True)
    require(can_name_focal_point(caller, agreement, body.side))
    require_current(if_match, agreement.version)
    must_be_live(agreement)
    code, _path = agreement.side(body.side)
    if body.person_id not in await working_at(code, [body.person_id], done_on):
        raise Malformed.field("person_id", _("This person does not work at {facility} on that day."), facility=code)
    name = (await names_of(caller, [body.person_id]))[body.person_id]
    agreement.call(body.side, body.person_id, name)
    await record_audit(session, caller, "agreement.focal-point-named", "agreement", agreement.id, after={"side": body.side, "person_id": str(body.person_id)}, done_on=done_on)
    return agreement


async def change_agreement(
    session: AsyncSession, *, caller: Caller, agreement_id: UUID, act: str, body: Reason | Resumption, announce: type[AgreementState], if_match: str | None = None
) -> Agreement:
    """The head of one side, or the authority, suspends it, resumes it or ends it before its day."""
    done_on = judge_done_on(caller, body.done_on)
    agreement = await get_visible_agreement(session, caller, agreement_id, lock=True)
    require(can_change(caller, agreement))
    require_current(if_match, agreement.version)
    before = agreement.state
    reason = body.reason if isinstance(body, Reason) else None
    if act == "terminate":
        agreement.end(act, on=done_on, reason=reason)
        agreement_over(session, agreement)
    else:
        agreement.move(act, AGREEMENT)
        agreement.reason = reason
    if act == "resume":
        await promise_visits(session, agreement, upto=today(), since=done_on)
    record_event(session, told(announce, agreement))
    await record_audit(
        session, caller, f"agreement.{act}", "agreement", agreement.id, before={"state": before}, after={"state": agreement.state, "reason": reason}, done_on=done_on
    )
    return agreement


ANNOUNCED: dict[str, type[AgreementState]] = {"suspend": AgreementSuspended, "resume": AgreementResumed, "terminate": AgreementEnded}


async def follow_the_calendar() -> None:
    """Each day: agreements start on their first day, promise the visits of the month that begins, and expire after their last."""
    day: date = today()
    async with worker_session() as session:
        live = await session.scalars(select(Agreement).where(Agreement.state.in_(LIVE)).order_by(Agreement.id).with_for_update(of=Agreement, skip_locked=True))
        for agreement in live:
            if agreement.ends_on < day:
                await _expire(session, agreement)
            elif agreement.state == SIGNED and agreement.starts_on <= day:
                await _start(session, SYSTEM, agreement)
            elif agreement.state == ACTIVE:
                await promise_visits(session, agreement, upto=day)


async def _expire(session: AsyncSession, agreement: Agreement) -> None:
    """Its last day is over."""
    agreement.end("expire", on=agreement.ends_on)
    agreement_over(session, agreement)
    record_event(session, told(AgreementEnded, agreement))
    await record_audit(session, SYSTEM, "agreement.expired", "agreement", agreement.id, after={"state": agreement.state}, done_on=agreement.ends_on)
