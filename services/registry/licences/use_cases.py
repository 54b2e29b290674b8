"""Recording licences and what the licensing authority does to them; what nears its end falls due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.beliefs import Act, lock_persons, supersede
from services.registry.dues.events import DueChanged
from services.registry.holds.queries import homes_of
from services.registry.licences import standings
from services.registry.licences.events import LicenceRecorded
from services.registry.licences.models import ACTIVE, LICENCE, REVOKED, SUSPENDED, Licence, LicenceAct, LicencePeriod
from services.registry.licences.permissions import can_keep_licence, can_keep_licences
from services.registry.licences.schemas import Correction, LicenceCreate, Reinstatement, Renewal, Revocation, Suspension
from services.registry.licences.standings import ONE_DAY, Days
from services.registry.periods import period
from services.registry.persons.queries import get_visible_person
from services.registry.practice.watch import settle_practice
from services.registry.rules import LICENCE_DAYS, pack_of
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on, now, today
from shared.db import worker_session
from shared.dues import due_id
from shared.errors import Malformed, NotFound, Refused
from shared.events import record_event
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule
from shared.visibility import visible_to

TOLD_BEFORE = timedelta(days=366)  # a due is told a year ahead; what lies further would fill the work-lists of nobody


def expiring_rule(authority_path: str, day: date) -> Rule:
    return pack_of(authority_path.partition(".")[0], day).rule("LIC-EXPIRING")


async def record_licence(session: AsyncSession, *, caller: Caller, body: LicenceCreate) -> Licence:
    """The licensing officer records a licence that its authority issued."""
    require(can_keep_licences(caller))
    done_on = judge_done_on(caller, body.done_on)
    person = await get_visible_person(session, caller, body.person_id)
    require(can_keep_licence(caller, person.authority_path))
    known = await by_reference(session, Licence, authority_path=person.authority_path, body=body, reference=body.reference)
    if known is not None:
        return known
    licence = Licence(
        id=uuid7(),
        authority_path=person.authority_path,
        shared_with=person.shared_with,
        content_hash=hash_of(body),
        state=ACTIVE,
        checked_at=now(),
        recorded_by=caller.actor,
        done_on=done_on,
        acts=[],
        periods=[],
        **body.model_dump(include={"reference", "person_id", "number", "authority", "scope", "issued_on", "expires_on", "source"}),
    )
    licence.periods.append(first_period(licence, conditions=body.conditions))
    session.add(licence)
    await session.flush()
    await _tell(session, [licence])
    await settle_practice(session, [licence.person_id], by=caller)
    await record_audit(session, caller, "licence.recorded", "licence", licence.id, after=_facts(licence), done_on=done_on)
    return licence


def first_period(licence: Licence, *, conditions: Sequence[str] = ()) -> LicencePeriod:
    """What is believed of a licence when it is recorded: in force from its issue to its last day."""
    days = Days(licence.issued_on, licence.expires_on, "in_force", tuple(licence.scope), tuple(conditions))
    return _period(licence, days, act="recorded", by=licence.recorded_by, done_on=licence.done_on, at=now())


def _period(licence: Licence, days: Days, *, act: str, by: str, done_on: date, at: datetime, reason: str | None = None, decision_number: str | None = None) -> LicencePeriod:
    return LicencePeriod(
        row_id=uuid7(),
        licence_id=licence.id,
        person_id=licence.person_id,
        authority_path=licence.authority_path,
        shared_with=licence.shared_with,
        valid=period(days.first, days.last),
        standing=days.standing,
        scope=list(days.scope),
        conditions=list(days.conditions),
        act=act,
        reason=reason,
        decision_number=decision_number,
        done_on=done_on,
        entered_on=today(),
        recorded_at=at,
        recorded_by=by,
    )


async def get_visible_licence(session: AsyncSession, caller: Caller, licence_id: UUID, *, lock: bool = False) -> Licence:
    """One licence. Raises NotFound."""
    statement = select(Licence).where(Licence.id == licence_id, visible_to(caller, Licence))
    licence = await session.scalar((statement.with_for_update() if lock else statement).execution_options(populate_existing=lock))
    if licence is None:
        raise NotFound()
    return licence


async def suspend_licence(session: AsyncSession, *, caller: Caller, licence_id: UUID, body: Suspension) -> Licence:
    """The right to practise rests, to a day or until it is lifted."""
    act = await _open(session, caller, licence_id, body.done_on)
    licence, known = act.licence, act.known
    licence.move("suspend", LICENCE)
    _must_lie_within(licence, body.from_day)
    licence.suspended_from, licence.suspended_until = body.from_day, body.until
    await act.write("suspended", standings.suspended(known, body.from_day, body.until), reason=body.reason, decision_number=body.decision_number)
    return await act.close("suspended", body.from_day, until=body.until, reason=body.reason, decision_number=body.decision_number)


async def reinstate_licence(session: AsyncSession, *, caller: Caller, licence_id: UUID, body: Reinstatement) -> Licence:
    """The suspension is lifted, from the day of the act."""
    act = await _open(session, caller, licence_id, body.done_on)
    licence = act.licence
    licence.move("reinstate", LICENCE)
    licence.suspended_from = licence.suspended_until = None
    await act.write("reinstated", standings.reinstated(act.known, act.done_on), reason=body.reason, decision_number=body.decision_number)
    return await act.close("reinstated", act.done_on, reason=body.reason, decision_number=body.decision_number)


async def revoke_licence(session: AsyncSession, *, caller: Caller, licence_id: UUID, body: Revocation) -> Licence:
    """The right to practise is withdrawn for good."""
    act = await _open(session, caller, licence_id, body.done_on)
    licence = act.licence
    licence.move("revoke", LICENCE)
    if body.from_day < licence.issued_on:
        _must_lie_within(licence, body.from_day)
    licence.suspended_from = licence.suspended_until = None
    licence.revoked_on = body.from_day
    await act.write("revoked", standings.revoked(act.known, body.from_day), reason=body.reason, decision_number=body.decision_number)
    return await act.close("revoked", body.from_day, reason=body.reason, decision_number=body.decision_number)


async def renew_licence(session: AsyncSession, *, caller: Caller, licence_id: UUID, body: Renewal) -> Licence:
    """The licence lasts longer, also after it has expired; a suspended one is reinstated first."""
    act = await _open(session, caller, licence_id, body.done_on)
    licence, known = act.licence, act.known
    if licence.expires_on is None or body.expires_on <= licence.expires_on:
        ends = licence.expires_on.isoformat() if licence.expires_on else "–"
        raise Malformed.field("expires_on", _("The licence ends on {ends}: a renewal ends later."), ends=ends)
    licence.move("renew", LICENCE)
    newest = known[-1]
    rests = max((one.end for one in known if one.standing == "suspended"), default=licence.issued_on)
    first = body.from_day or (act.done_on if act.done_on > licence.expires_on else max(rests + ONE_DAY, min(act.done_on, licence.expires_on + ONE_DAY)))
    if first <= rests or first > body.expires_on:
        raise Malformed.field("from_day", _("A renewed right begins after {first} and by {last}."), first=rests.isoformat(), last=body.expires_on.isoformat())
    licence.expires_on = body.expires_on
    licence.scope = body.scope or licence.scope
    licence.checked_at = now()
    conditions = newest.conditions if body.conditions is None else tuple(body.conditions)
    await act.write("renewed", standings.renewed(known, first, body.expires_on, tuple(licence.scope), conditions), decision_number=body.decision_number)
    return await act.close("renewed", first, until=body.expires_on, decision_number=body.decision_number)


async def correct_licence(session: AsyncSession, *, caller: Caller, licence_id: UUID, body: Correction) -> Licence:
    """What was written wrongly is put right; what was believed before stays readable, with who corrected it and why."""
    act = await _open(session, caller, licence_id, body.done_on)
    licence, known = act.licence, act.known
    licence.move("correct", LICENCE)
    licence.number = body.number or licence.number
    licence.issued_on = body.issued_on or licence.issued_on
    licence.expires_on = None if body.open_ended else body.expires_on or licence.expires_on
    if licence.expires_on is not None and licence.expires_on < licence.issued_on:
        raise Malformed.field("expires_on", _("The last day comes before the first one."))
    licence.scope = body.scope or licence.scope
    licence.checked_at = now()
    conditions = known[-1].conditions if body.conditions is None else tuple(body.conditions)
    await act.write("corrected", standings.corrected(known, licence.issued_on, licence.expires_on, tuple(licence.scope), conditions), reason=body.reason)
    return await act.close("corrected", licence.issued_on, until=licence.expires_on, reason=body.reason)


def _must_lie_within(licence: Licence, day: date) -> None:
    """Raises Refused for a day on which the licence is not."""
    if licence.issued_on <= day and (licence.expires_on is None or day <= licence.expires_on):
        return
    raise Refused(
        "outside-the-licence",
        _("The licence {number} lasts from {first} to {last}: {day} lies outside."),
        rule=LICENCE_DAYS,
        possible=_("Choose days from its day of issue to its last day."),
        number=licence.number,
        first=licence.issued_on.isoformat(),
        last=licence.expires_on.isoformat() if licence.expires_on else "–",
        day=day.isoformat(),
    )


@dataclass
class _Act:
    """One act of the licensing authority on a licence, under the locks of licence and person."""

    session: AsyncSession
    caller: Caller
    licence: Licence
    done_on: date
    before: dict[str, Any]

    @property
    def known(self) -> list[Days]:
        return sorted((one.days for one in self.licence.periods), key=lambda one: one.first)

    async def write(self, act: str, wanted: Sequence[Days], *, reason: str | None = None, decision_number: str | None = None) -> None:
        """Periods that stay the same keep their row; the others go to the history with the reason. One that is only cut still says on what it rests."""
        at, licence = now(), self.licence
        await supersede(self.session, at=at, act=_BELIEFS.get(act, "changed"), by=self.caller, reason=reason)
        kept = {one.days for one in licence.periods} & set(wanted)
        gone = [one for one in licence.periods if one.days not in kept]
        rests_on = {days: next((one for one in gone if act != "corrected" and days.is_part_of(one.days)), None) for days in wanted}
        for one in gone:
            licence.periods.remove(one)
        await self.session.flush()
        for days in wanted:
            if days not in kept:
                same = rests_on[days]
                said = (same.act, same.reason, same.decision_number, same.done_on) if same else (act, reason, decision_number, self.done_on)
                licence.periods.append(_period(licence, days, act=said[0], reason=said[1], decision_number=said[2], done_on=said[3], by=self.caller.actor, at=at))
        await self.session.flush()

    async def close(self, act: str, day: date, **more: Any) -> Licence:
        """Keep and tell what was done."""
        licence = self.licence
        licence.acts.append(
            LicenceAct(id=uuid7(), act=act, day=day, done_by=self.caller.actor, recorded_at=now(), authority_path=licence.authority_path, shared_with=licence.shared_with, **more)
        )
        licence.due_told = False
        await self.session.flush()
        await _tell(self.session, [licence])
        await settle_practice(self.session, [licence.person_id], by=self.caller)
        await record_audit(self.session, self.caller, f"licence.{act}", "licence", licence.id, before=self.before, after=_facts(licence), done_on=self.done_on)
        return licence


_BELIEFS: dict[str, Act] = {"corrected": "corrected", "revoked": "revoked"}


async def _open(session: AsyncSession, caller: Caller, licence_id: UUID, done_on: date | None) -> _Act:
    found = await get_visible_licence(session, caller, licence_id)
    require(can_keep_licence(caller, found.authority_path))
    await lock_persons(session, [found.person_id])
    licence = await get_visible_licence(session, caller, licence_id, lock=True)
    return _Act(session, caller, licence, judge_done_on(caller, done_on), _facts(licence))


def _facts(licence: Licence) -> dict[str, Any]:
    same = {"state": licence.state, "issued_on": licence.issued_on, "expires_on": licence.expires_on, "scope": list(licence.scope)}
    return same | {"suspended_until": licence.suspended_until, "revoked_on": licence.revoked_on}


async def _tell(session: AsyncSession, licences: Sequence[Licence]) -> None:
    for licence in licences:
        record_event(session, LicenceRecorded.about(licence))
    await tell_dues(session, licences)


async def tell_dues(session: AsyncSession, licences: Sequence[Licence]) -> None:
    """A licence that ends within a year is to be renewed by then; a revoked one no more."""
    day = today()
    ending = [licence for licence in licences if licence.expires_on is not None and licence.expires_on <= day + TOLD_BEFORE + timedelta(days=180)]
    homes = await homes_of(session, {licence.person_id for licence in ending}, day, day) if ending else {}
    for licence in ending:
        assert licence.expires_on is not None
        facility, path, _paths = homes.get(licence.person_id, (None, licence.authority_path, []))
        warn_on = licence.expires_on - timedelta(days=expiring_rule(licence.authority_path, day).value)
        record_event(
            session,
            DueChanged(
                id=due_id("licence_expires", licence.id),
                kind="licence_expires",
                subject_id=licence.id,
                path=f"/licences/{licence.id}",
                authority_path=path,
                shared_with=licence.shared_with,
                facility_code=facility,
                person_id=licence.person_id,
                due_on=licence.expires_on,
                warn_on=warn_on,
                responsible="facility-hr-officer",
                state="dropped" if licence.state == REVOKED else "open",
                facts={"expires_on": licence.expires_on.isoformat(), "scope": ", ".join(licence.scope)},
            ),
        )
        licence.due_told = True
    await session.flush()


async def watch_licences() -> None:
    """Daily: a suspension whose last day has passed is over, and what ends within a year is told once."""
    day = today()
    async with worker_session() as session:
        over = select(Licence).where(Licence.state == SUSPENDED, Licence.suspended_until < day).with_for_update(skip_locked=True)
        for licence in (await session.scalars(over)).all():
            before = _facts(licence)
            licence.move("reinstate", LICENCE)
            licence.suspended_from = licence.suspended_until = None
            await session.flush()
            await settle_practice(session, [licence.person_id], by="task:watch-licences")
            record_event(session, LicenceRecorded.about(licence))
            await record_audit(session, "task:watch-licences", "licence.reinstated", "licence", licence.id, before=before, after=_facts(licence))
    while True:
        async with worker_session() as session:
            near = (
                select(Licence)
                .where(or_(Licence.due_told.is_(False)), Licence.state != REVOKED, Licence.expires_on <= day + TOLD_BEFORE)
                .limit(500)
                .with_for_update(skip_locked=True)
            )
            found = (await session.scalars(near)).all()
            await tell_dues(session, found)
        if not found:
            return
