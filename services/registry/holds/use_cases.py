"""Taking, settling and expiring holds, under locks that let no two races win the same days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, tuple_
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.beliefs import lock_persons
from services.registry.holds.events import HoldConfirmed, HoldConflicting, HoldExpired, HoldReleased, HoldTaken
from services.registry.holds.models import CONFIRMED, CONFLICTING, EXPIRED, RELEASED, TAKEN, Hold, HoldPeriod, Kind
from services.registry.holds.permissions import ASKER_DOES_NOT_GRANT, can_override
from services.registry.holds.queries import homes_of, places_of, roster_of
from services.registry.holds.refusals import refusal, rule_of
from services.registry.holds.roster import SEARCHED, Held, Roster, Span, without
from services.registry.periods import period
from services.registry.persons.models import Person
from services.registry.persons.queries import persons_visible_to
from services.registry.rules import ROT_06, SEC_02_OVERRIDE
from services.registry.visibility import parties_to_share_with
from services.registry.work_items.use_cases import open_work_item
from shared.audit import record_audit
from shared.auth import Caller
from shared.clock import now, today
from shared.crash import crash_point
from shared.db import worker_session
from shared.errors import Malformed, NotFound, Problem, Refusal, Refused
from shared.events import Received, record_event
from shared.holds import HoldSettled
from shared.i18n import _
from shared.ids import uuid7
from shared.inbox import NotKnownYet

KEPT = timedelta(minutes=15)  # an unconfirmed hold
BY = "consumer:registry"


@dataclass(frozen=True)
class Ask:
    """Days of one person for one thing."""

    kind: Kind
    source_service: str
    source_id: UUID
    person_id: UUID
    spans: Sequence[Span]
    content_hash: bytes
    override_reason: str | None = None
    asked_by: str | None = None
    refusable: bool = True  # an illness or a birth is a fact: it takes what is free and asks nobody
    confirmed: bool = False


async def take_holds(session: AsyncSession, *, caller: Caller, asks: Sequence[Ask], own: UUID | None = None) -> list[Hold | Problem]:
    """Hold the days of people. Each is answered by itself, in the order asked: a hold, or the problem that refused it.

    Locks in one order for all: the persons, then the places where they work. A place and not only its unit, because a
    minimum may span units; whoever waits reads what the other has committed. `own`: the person behind the caller's account.
    """
    ids = {ask.person_id for ask in asks}
    seen = set((await session.scalars(persons_visible_to(caller).with_only_columns(Person.id).where(Person.id.in_(ids)))).all())
    if own in ids and own is not None:
        seen.add(own)
    if not seen:
        return [NotFound() for _ask in asks]
    first, last = min(ask.spans[0][0] for ask in asks), max(ask.spans[-1][1] for ask in asks)
    await lock_persons(session, list(seen))
    margin = timedelta(days=SEARCHED)
    codes = await places_of(session, seen, first - margin, last + margin)
    await _lock_places(session, codes)
    await expire_holds(session, person_ids=seen)
    homes = await homes_of(session, seen, first, last)
    roster = await roster_of(session, codes, first, last, also=seen)
    known = await _holds_of_sources(session, asks)
    answers: list[Hold | Problem] = []
    for ask in asks:
        if ask.person_id not in seen:
            answers.append(NotFound())
            continue
        try:
            answers.append(await _take(session, caller, ask, roster, homes, known.get((ask.source_service, ask.source_id))))
        except Problem as refused:
            answers.append(refused)
    return answers


async def take_hold(session: AsyncSession, *, caller: Caller, ask: Ask, own: UUID | None = None) -> Hold:
    """The same for one; raises the problem that refused it."""
    [answer] = await take_holds(session, caller=caller, asks=[ask], own=own)
    if isinstance(answer, Problem):
        raise answer
    return answer


async def _take(session: AsyncSession, caller: Caller, ask: Ask, roster: Roster, homes: Mapping[UUID, tuple[str, str, list[str]]], known: Hold | None) -> Hold:
    home = homes.get(ask.person_id)
    if home is None:
        raise Malformed.field("person_id", _("This person works nowhere on {day}."), day=ask.spans[0][0].isoformat())
    if known is not None and known.person_id != ask.person_id:
        raise Refused(
            "held-already", _("These days are already held for the same thing, for another person."), rule=ROT_06, possible=_("Release them first, or name another thing.")
        )
    if known is not None and known.state in (TAKEN, CONFIRMED) and known.spans == list(ask.spans) and _says_the_same(caller, ask, known):
        if known.state == TAKEN:
            known.expires_at = now() + KEPT
            await session.flush()
        return known
    but = known.id if known else None
    spans = list(ask.spans)
    broken: list[dict[str, Any]] = []
    if not ask.refusable:
        spans = without(spans, [(held.first, held.last) for held in roster.held_by(ask.person_id) if held.hold_id != but])
    elif conflicts := roster.conflicts(ask.person_id, ask.kind, spans, but=but):
        breakable = [conflict for conflict in conflicts if conflict.team is not None]
        if ask.override_reason is None or len(breakable) < len(conflicts):
            raise refusal(roster, ask.person_id, ask.kind, spans, conflicts, but=but)
        granted = can_override(caller, home[1], ask.asked_by)
        if isinstance(granted, Refusal):
            rule = SEC_02_OVERRIDE if granted is ASKER_DOES_NOT_GRANT else None
            raise Problem(403, granted.slug, granted.text, rule=rule, possible=_("Ask the head of the facility, or a signatory above it, to grant it."))
        broken = list({rule.id: rule.as_json() for rule in map(rule_of, breakable)}.values())
    hold = await _write(session, caller, ask, spans, home, known, broken)
    roster.take([Held(hold.id, hold.person_id, hold.kind, hold.source_service, hold.source_id, *row.span) for row in hold.rows if row.held], instead_of=hold.id)
    return hold


def _says_the_same(caller: Caller, ask: Ask, known: Hold) -> bool:
    """Whether a hold that is taken again may be given as it is. One that waits and breaks a rule is judged again on any other word about who asked:
    days that somebody held for himself under another's name are not what the service asks for, whose record says who proposed (SEC-02)."""
    if known.state == CONFIRMED or known.override_reason is None:
        return True
    return (known.override_reason, known.asked_by, known.overridden_by) == (ask.override_reason, ask.asked_by, caller.actor)


async def _write(
    session: AsyncSession, caller: Caller, ask: Ask, spans: Sequence[Span], home: tuple[str, str, list[str]], known: Hold | None, broken: list[dict[str, Any]]
) -> Hold:
    facility_code, path, paths = home
    hold = known
    before = None
    if hold is None:
        parties: list[str] = []
        for other in paths:
            parties = parties_to_share_with(path, parties, other)
        hold = Hold(
            id=uuid7(),
            reference=None,
            authority_path=path,
            shared_with=parties,
            person_id=ask.person_id,
            kind=ask.kind,
            source_service=ask.source_service,
            source_id=ask.source_id,
            rows=[],
        )
        session.add(hold)
    else:
        before = _facts(hold)
        hold.version += 1
        hold.rows = [] if ask.confirmed else [row for row in hold.rows if row.held and row.standing == "confirmed"]
        await session.flush()
    hold.facility_code, hold.content_hash, hold.taken_by, hold.taken_on = facility_code, ask.content_hash, caller.actor, today()
    hold.asked_by = ask.asked_by
    hold.override_reason, hold.overridden_by = (ask.override_reason, caller.actor) if broken else (None, None)
    hold.overridden_rules = broken or None
    hold.state, hold.expires_at = (CONFIRMED, None) if ask.confirmed else (TAKEN, now() + KEPT)
    hold.rows = hold.rows + [_row(hold, span, "confirmed" if ask.confirmed else "asked") for span in spans]
    await session.flush()
    record_event(session, (HoldConfirmed if ask.confirmed else HoldTaken).about(hold))
    await record_audit(session, caller, "hold.overridden" if broken else "hold.taken", "hold", hold.id, before=before, after=_facts(hold))
    crash_point("hold.taken")
    return hold


def _row(hold: Hold, span: Span, standing: Any) -> HoldPeriod:
    return HoldPeriod(
        id=uuid7(), hold_id=hold.id, person_id=hold.person_id, days=period(*span), standing=standing, held=True, authority_path=hold.authority_path, shared_with=hold.shared_with
    )


def _facts(hold: Hold) -> dict[str, Any]:
    return {
        "state": hold.state,
        "kind": hold.kind,
        "periods": [[first.isoformat(), last.isoformat()] for first, last in hold.spans],
        "asked_by": hold.asked_by,
        "override_reason": hold.override_reason,
        "rules": [rule["id"] for rule in hold.overridden_rules or []],
    }


async def _lock_places(session: AsyncSession, codes: Sequence[str]) -> None:
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('staff of ' || code, 0)) FROM unnest(CAST(:codes AS text[])) AS p (code) ORDER BY code"), {"codes": sorted(set(codes))}
    )


async def _holds_of_sources(session: AsyncSession, asks: Sequence[Ask]) -> dict[tuple[str, UUID], Hold]:
    sources = {(ask.source_service, ask.source_id) for ask in asks}
    found = await session.scalars(select(Hold).where(tuple_(Hold.source_service, Hold.source_id).in_(sources)).execution_options(populate_existing=True))
    return {(hold.source_service, hold.source_id): hold for hold in found}


# --- what becomes of a hold -------------------------------------------------------------------------------------------


async def settle_hold(session: AsyncSession, event: Received[Any]) -> None:
    """The service that took a hold confirms it, or releases its days from a day on.

    Confirmed after it expired: the days are taken again when they are still free; or else it is conflicting and somebody must choose.
    Raises NotKnownYet for a hold that was never heard of.
    """
    told: HoldSettled = event.data
    person_id = await session.scalar(select(Hold.person_id).where(Hold.id == told.id))
    if person_id is None:
        raise NotKnownYet("hold", told.id)
    await lock_persons(session, [person_id])
    hold = await session.scalar(select(Hold).where(Hold.id == told.id).execution_options(populate_existing=True))
    assert hold is not None
    if told.outcome == "released":
        await release_hold(session, hold, told.on, by=BY)
    elif hold.state in (TAKEN, EXPIRED):
        await _confirm(session, hold)


async def _confirm(session: AsyncSession, hold: Hold) -> None:
    before = _facts(hold)
    if hold.state == EXPIRED and await _taken_meanwhile(session, hold):
        hold.state = CONFLICTING
        record_event(session, HoldConflicting.about(hold))
        await open_work_item(session, kind="conflicting-hold", reason="hold-expired", subject_kind="hold", subject=hold, facility_code=hold.facility_code, person_id=hold.person_id)
    else:
        hold.rows = [row for row in hold.rows if row.standing == "asked"] or hold.rows
        for row in hold.rows:
            row.standing, row.held = "confirmed", True
        hold.state = CONFIRMED
        hold.expires_at = None
        await session.flush()
        record_event(session, HoldConfirmed.about(hold))
    hold.expires_at = None
    hold.version += 1
    await session.flush()
    await record_audit(session, BY, f"hold.{hold.state}", "hold", hold.id, before=before, after=_facts(hold))
    crash_point("hold.confirmed")


async def _taken_meanwhile(session: AsyncSession, hold: Hold) -> bool:
    for row in hold.rows:
        other = select(HoldPeriod.id).where(HoldPeriod.person_id == hold.person_id, HoldPeriod.held, HoldPeriod.hold_id != hold.id, HoldPeriod.days.overlaps(row.days))
        if await session.scalar(other.limit(1)) is not None:
            return True
    return False


async def release_hold(session: AsyncSession, hold: Hold, on: date, *, by: Caller | str) -> None:
    """The days from `on` are free again; the days before it were spent and stay."""
    if hold.state in (RELEASED, EXPIRED) and not any(row.held for row in hold.rows):
        return
    before = _facts(hold)
    for row in hold.rows:
        first, last = row.span
        if first >= on:
            row.held = False
        elif last >= on:
            row.days = Range(first, on, bounds="[)")
        if row.held:
            row.standing = "confirmed"
    hold.state, hold.expires_at = RELEASED, None
    hold.version += 1
    await session.flush()
    record_event(session, HoldReleased.about(hold))
    await record_audit(session, by, "hold.released", "hold", hold.id, before=before, after=_facts(hold) | {"from": on.isoformat()})
    crash_point("hold.released")


async def expire_holds(session: AsyncSession, *, person_ids: set[UUID] | None = None) -> None:
    """Free what nobody confirmed in time; a hold that was taken again goes back to its confirmed days."""
    statement = select(Hold).where(Hold.state == TAKEN, Hold.expires_at <= now()).order_by(Hold.id).limit(500)
    if person_ids is not None:
        statement = statement.where(Hold.person_id.in_(person_ids))
    for hold in (await session.scalars(statement.with_for_update(skip_locked=person_ids is None).execution_options(populate_existing=True))).all():
        before = _facts(hold)
        kept = [row for row in hold.rows if row.standing == "confirmed" and row.held]
        if kept:
            hold.rows = kept
            hold.state, hold.expires_at = CONFIRMED, None
        else:
            for row in hold.rows:
                row.held = False
            hold.state, hold.expires_at = EXPIRED, None
        hold.version += 1
        await session.flush()
        record_event(session, (HoldConfirmed if kept else HoldExpired).about(hold))
        await record_audit(session, "task:expire-holds", "hold.expired", "hold", hold.id, before=before, after=_facts(hold))


async def expire_old_holds() -> None:
    """The periodic task: what nobody asks about expires too, so that pages and events say so."""
    async with worker_session() as session:
        await expire_holds(session)
