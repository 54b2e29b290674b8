"""Hours of a training elsewhere are declared by one person and verified by another; those of before Relais are brought as they are."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.credits.holders import person_of
from services.training.credits.models import SEC_02, CreditEntry
from services.training.credits.permissions import can_judge
from services.training.credits.queries import get_visible_credit
from services.training.credits.schemas import CreditCreate, Judgement, PastSession, PastSessionsCreate
from services.training.enrolments.permissions import can_enrol_at
from services.training.workflow import DECLARED, OPENING, VERIFIED
from shared.actions import require_current
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import Work, work_of, works_of
from shared.errors import Forbidden, Malformed, Problem
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of


async def declare_credit(session: AsyncSession, *, caller: Caller, body: CreditCreate) -> CreditEntry:
    """An officer declares hours of a training elsewhere; they do not count yet."""
    done_on = judge_done_on(caller, body.done_on)
    if body.earned_on > done_on:
        raise Malformed.field("earned_on", _("These hours are not earned yet on {day}."), day=done_on.isoformat())
    work = await work_of(session, caller, body.person_id, done_on)
    require(can_enrol_at(caller, work.authority_path))
    if known := await by_reference(session, CreditEntry, authority_path=work.authority_path, body=body, reference=body.reference):
        return known
    entry = CreditEntry(
        **body.model_dump(exclude={"done_on"}),
        id=uuid7(),
        content_hash=hash_of(body),
        authority_path=work.authority_path,
        shared_with=[],
        state=DECLARED,
        facility_code=work.facility_code,
        source="external",
        declared_by=caller.actor,
        declared_on=done_on,
    )
    session.add(entry)
    await session.flush()
    await record_audit(session, caller, "credit.declared", "credit", entry.id, after=body.model_dump(mode="json"), done_on=done_on)
    return entry


async def judge_credit(session: AsyncSession, *, caller: Caller, entry_id: UUID, body: Judgement, if_match: str | None = None) -> CreditEntry:
    """Another person, and never the holder, checks the hours with the issuer: verified, they count; refused, they do not (SEC-02, R-HOLDER, A30)."""
    done_on = judge_done_on(caller, body.done_on)
    entry = await get_visible_credit(session, caller, entry_id, lock=True)
    permission = can_judge(caller, entry)
    if caller.actor == entry.declared_by:
        raise _own(permission)
    require(permission)
    require(can_judge(caller, entry, own_person=await person_of(caller)))
    require_current(if_match, entry.version)
    if body.outcome != VERIFIED and not body.comment:
        raise Malformed.field("comment", _("Say why these hours are refused."))
    before = entry.state
    entry.judge("verify" if body.outcome == VERIFIED else "refuse", by=caller.actor, on=done_on, comment=body.comment)
    await session.flush()
    await record_audit(session, caller, f"credit.{entry.state}", "credit", entry.id, before={"state": before}, after=body.model_dump(mode="json"), done_on=done_on)
    return entry


def _own(permission: object) -> Problem:
    """The refusal of one's own declaration, with its rule."""
    refused = Forbidden(permission)  # type: ignore[arg-type]
    return Problem(403, refused.slug, refused.detail, rule=SEC_02, possible=_("Ask a colleague to verify them with the issuer."))


async def bring_past_sessions(session: AsyncSession, *, caller: Caller, body: PastSessionsCreate) -> list[CreditEntry | Problem]:
    """Opening balances: trainings of before Relais count as they are brought; each line is answered by itself."""
    done_on = judge_done_on(caller, body.done_on)
    works = await works_of(session, {item.person_id for item in body.items}, done_on)
    answers: list[CreditEntry | Problem] = []
    for item in body.items:
        try:
            answers.append(await _opening(session, caller, item, works.get(item.person_id), done_on))
        except Problem as refused:
            answers.append(refused)
    kept = [answer for answer in answers if isinstance(answer, CreditEntry)]
    session.add_all(kept)
    await session.flush()
    await record_audits(session, caller, "credit.brought", "credit", [(entry.id, None, {"person_id": entry.person_id, "hours": entry.hours}) for entry in kept], done_on=done_on)
    return answers


async def _opening(session: AsyncSession, caller: Caller, item: PastSession, work: Work | None, done_on: date) -> CreditEntry:
    if work is None:
        raise Malformed.field("person_id", _("This person works nowhere on {day}."), day=done_on.isoformat())
    require(can_enrol_at(caller, work.authority_path))
    if item.ends_on > done_on:
        raise Malformed.field("ends_on", _("These hours are not earned yet on {day}."), day=done_on.isoformat())
    if known := await by_reference(session, CreditEntry, authority_path=work.authority_path, body=item, reference=item.reference):
        return known
    return CreditEntry(
        id=uuid7(),
        reference=item.reference,
        content_hash=hash_of(item),
        authority_path=work.authority_path,
        shared_with=[],
        state=OPENING,
        person_id=item.person_id,
        facility_code=work.facility_code,
        source="opening",
        title=item.title,
        provider=item.provider,
        hours=item.hours,
        earned_on=item.ends_on,
        declared_by=caller.actor,
        declared_on=done_on,
    )
