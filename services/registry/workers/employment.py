"""Employing a person by hand: term, renewal, suspension and a departure with its coded reason; what was believed before is kept."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.models import Area
from services.registry.assignments.models import TO_REGULARISE
from services.registry.beliefs import cut, lock_persons, supersede, version_of
from services.registry.directory import get_place, names_of_facilities
from services.registry.periods import period
from services.registry.persons.permissions import can_write_at, can_write_people
from services.registry.persons.queries import get_visible_person
from services.registry.persons.use_cases import add_purposes, announce_workers_of, register_worker, share_person
from services.registry.references import acting_for
from services.registry.rules import REG_CONTRACT, REG_ONE_EMPLOYMENT, pack_of
from services.registry.workers.contracts import tell_contract_ends
from services.registry.workers.models import Employment, EmploymentAct
from services.registry.workers.schemas import (
    EmploymentCreate,
    EmploymentEnding,
    EmploymentPeriod,
    EmploymentRead,
    EmploymentRenewal,
    EmploymentResumption,
    EmploymentSuspension,
)
from shared.actions import action
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.calendars import period_end
from shared.clock import judge_done_on, now, today
from shared.errors import Malformed, NotFound, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import visible_to

EVE = timedelta(days=1)


async def employ(session: AsyncSession, *, caller: Caller, person_id: UUID, body: EmploymentCreate) -> list[Employment]:
    """A facility employs a person, or the person practises on their own account; the person becomes a worker of the occupation if they were not yet."""
    require(can_write_people(caller))
    done_on = judge_done_on(caller, body.done_on)
    person = await get_visible_person(session, caller, person_id, whole=True)
    facility: dict[str, Any] = {"facility_id": None, "facility_code": None}
    if body.facility_code is not None:
        place = await get_place(session, body.facility_code, body.starts_on)
        path, facility = place.authority_path, {"facility_id": place.id, "facility_code": place.code}
    else:
        path = acting_for(caller)[0]
        await _must_know_area(session, body.practice_area, body.starts_on)
    require(can_write_at(caller, path))
    ends_on = period_end(body.starts_on, body.term_months) if body.term_months else body.ends_on
    if body.employment_type == "contract_fixed" and ends_on is None:
        raise Malformed.field("ends_on", _("A fixed-term contract has a term or a last day."))
    await lock_persons(session, [person.id])
    await _must_be_alone(session, person_id=person.id, facility_id=facility["facility_id"], first=body.starts_on, last=ends_on)
    worker = await register_worker(session, person, occupation_code=body.occupation_code, specialty=None, by=caller)
    employment = Employment(
        row_id=uuid7(),
        id=uuid7(),
        valid=period(body.starts_on, ends_on),
        authority_path=path,
        shared_with=[],
        done_on=done_on,
        entered_on=today(),
        recorded_at=now(),
        recorded_by=caller.actor,
        person_id=person.id,
        worker_id=worker.id,
        act="recorded",
        **facility,
        **body.model_dump(include={"practice_name", "practice_area", "employment_type", "status", "term_months", "decision_number"}),
    )
    session.add(employment)
    add_purposes(person, ["worker"])
    await session.flush()
    await share_person(session, person, path)
    await _tell(session, caller, [employment], "employment.recorded", before=None, after=body.model_dump(mode="json"), done_on=done_on)
    return [employment]


async def renew_employment(session: AsyncSession, *, caller: Caller, employment_id: UUID, body: EmploymentRenewal) -> list[Employment]:
    """A contract that has a last day goes on from the day after it, under its own decision."""
    periods, done_on = await _open(session, caller, employment_id, body.done_on)
    must_have_an_end(periods)
    last = periods[-1]
    ended = last.valid_to
    assert ended is not None
    first = ended + EVE
    ends_on = period_end(first, body.term_months) if body.term_months else body.ends_on
    assert ends_on is not None
    if ends_on < first:
        raise Malformed.field("ends_on", _("The contract ends on {ends}: a renewal ends later."), ends=ended.isoformat())
    await _must_be_alone(session, person_id=last.person_id, facility_id=last.facility_id, first=first, last=ends_on, but=last.id)
    same = {name: getattr(last, name) for name in _SAME_WHEN_RENEWED}
    renewed = Employment(
        row_id=uuid7(), valid=period(first, ends_on), done_on=done_on, entered_on=today(), recorded_at=now(), recorded_by=caller.actor, act="renewed",
        term_months=body.term_months, decision_number=body.decision_number, **same,
    )  # fmt: skip
    session.add(renewed)
    await session.flush()
    await _tell(
        session, caller, [*periods, renewed], "employment.renewed", before={"ends_on": ended}, after={"ends_on": ends_on, "decision_number": body.decision_number}, done_on=done_on
    )
    return [*periods, renewed]


async def suspend_employment(session: AsyncSession, *, caller: Caller, employment_id: UUID, body: EmploymentSuspension) -> list[Employment]:
    """For some days, or until it is taken up again, the employment rests: it goes on being one, and who suspends says why."""
    periods, done_on = await _open(session, caller, employment_id, body.done_on)
    first, last = periods[0].valid_from, periods[-1].valid_to
    until = body.until or last
    if body.from_day < first or (last is not None and (last < body.from_day or (until is not None and last < until))):
        raise Malformed.field(
            "from_day", _("The employment lasts from {first} to {last}: suspend it within these days."), first=first.isoformat(), last=last.isoformat() if last else "…"
        )
    if any(one.status == "suspended" and one.valid.overlaps(period(body.from_day, until)) for one in periods):
        raise Refused(
            "suspended-already", _("The employment is suspended already on some of these days."), rule=REG_CONTRACT, possible=_("Choose other days, or take it up again first.")
        )
    await _rewrite(session, caller, periods, body.from_day, until, "suspended", body.reason, done_on, status="suspended", decision_number=body.decision_number)
    await _tell(session, caller, periods, "employment.suspended", before=None, after=body.model_dump(mode="json"), done_on=done_on)
    return periods


async def resume_employment(session: AsyncSession, *, caller: Caller, employment_id: UUID, body: EmploymentResumption) -> list[Employment]:
    """The suspension that holds on a day is over from that day on."""
    periods, done_on = await _open(session, caller, employment_id, body.done_on)
    resting = next((one for one in periods if one.status == "suspended" and body.from_day in one.valid), None)
    if resting is None:
        raise Refused(
            "not-suspended", _("The employment is not suspended on {day}."), rule=REG_CONTRACT, possible=_("Choose a day on which it is suspended."), day=body.from_day.isoformat()
        )
    await _rewrite(session, caller, periods, body.from_day, resting.valid_to, "resumed", body.reason, done_on, status="confirmed")
    await _tell(session, caller, periods, "employment.resumed", before=None, after=body.model_dump(mode="json"), done_on=done_on)
    return periods


async def end_employment(session: AsyncSession, *, caller: Caller, employment_id: UUID, body: EmploymentEnding) -> list[Employment]:
    """An employment gets its last day and the coded reason; assignments are ended by their own acts."""
    periods, done_on = await _open(session, caller, employment_id, body.done_on)
    rule = departures(periods[-1].authority_path, body.ends_on)
    if body.departure not in rule.value:
        raise Malformed.field("departure", _("Choose one of the reasons of the list: {reasons}."), reasons=", ".join(rule.value))
    first, last = periods[0].valid_from, periods[-1].valid_to
    if body.ends_on < first:
        raise Malformed.field("ends_on", _("The employment begins on {first}; its last day cannot come before."), first=first.isoformat())
    must_be_open(periods)
    if last is not None and last < body.ends_on:
        raise Refused(
            "contract-ends", _("The contract ends on {ends}."), rule=REG_CONTRACT, possible=_("Renew it first, or choose its last day or an earlier one."), ends=last.isoformat()
        )
    at, before = now(), {"ends_on": last}
    await supersede(session, at=at, act="ended", by=caller, reason=body.reason or body.departure)
    for one in [one for one in periods if one.valid_from > body.ends_on]:
        await session.delete(one)
        periods.remove(one)
    one = periods[-1]
    one.valid, one.act, one.departure, one.ended_reason = period(one.valid_from, body.ends_on), "ended", body.departure, body.reason or body.departure
    one.recorded_at, one.recorded_by = at, caller.actor
    await session.flush()
    await _tell(session, caller, periods, "employment.ended", before=before, after=body.model_dump(mode="json"), done_on=done_on)
    return periods


def departures(authority_path: str, day: date) -> Rule:
    """The list of reasons in force in the country of the authority."""
    return pack_of(authority_path.partition(".")[0], day).rule("REG-DEPARTURE")


def must_be_open(periods: Sequence[Employment]) -> None:
    """An employment that somebody has left is not ended again. Raises Refused."""
    last = periods[-1]
    if last.act == "ended" or last.ended_reason is not None:
        ends = last.valid_to
        raise Refused("ended-already", _("This employment already ends on {ends}."), rule=REG_CONTRACT, ends=ends.isoformat() if ends else "")


def must_have_an_end(periods: Sequence[Employment]) -> None:
    """What has no last day needs no renewal. Raises Refused."""
    must_be_open(periods)
    if periods[-1].valid_to is None:
        raise Refused("no-end-to-renew", _("This employment has no last day: there is nothing to renew."), rule=REG_CONTRACT)


def must_be_suspended(periods: Sequence[Employment]) -> None:
    """Only a suspension that stands or is to come is lifted. Raises Refused."""
    if not any(one.status == "suspended" and (one.valid_to is None or one.valid_to >= today()) for one in periods):
        raise Refused(
            "not-suspended", _("The employment is not suspended on {day}."), rule=REG_CONTRACT, possible=_("Choose a day on which it is suspended."), day=today().isoformat()
        )


async def periods_of_employment(session: AsyncSession, caller: Caller, employment_id: UUID) -> list[Employment]:
    """All periods of an employment, in order. Raises NotFound without a relation."""
    found = select(Employment).where(Employment.id == employment_id, visible_to(caller, Employment)).order_by(func.lower(Employment.valid))
    periods = list((await session.scalars(found.execution_options(populate_existing=True))).all())
    if not periods:
        raise NotFound()
    return periods


async def read_employments(session: AsyncSession, caller: Caller, found: Iterable[Sequence[Employment]], day: date | None = None) -> list[EmploymentRead]:
    """Employments, each from its periods: the status is that of the day where it lasts then."""
    everything = [list(periods) for periods in found]
    names = await names_of_facilities(session, [periods[-1].facility_code for periods in everything])
    return [_read(caller, periods, names, day or today()) for periods in everything]


def _read(caller: Caller, periods: Sequence[Employment], names: dict[str, str], day: date) -> EmploymentRead:
    last = periods[-1]
    shown = next((one for one in periods if day in one.valid), last)
    same = ("id", "person_id", "worker_id", "facility_id", "facility_code", "practice_name", "practice_area", "employment_type", "term_months", "departure", "ended_reason")
    permission = can_write_at(caller, last.authority_path)
    return EmploymentRead(
        **{name: getattr(last, name) for name in same},
        facility_name=names.get(last.facility_code or ""),
        status=shown.status,
        starts_on=periods[0].valid_from,
        ends_on=last.valid_to,
        decision=shown.decision_number or TO_REGULARISE,
        done_on=shown.done_on,
        entered_afterwards=any(one.entered_afterwards for one in periods),
        periods=[_period(one) for one in periods],
        version=version_of(periods),
        available_actions=[
            action("end", permission, lambda: must_be_open(periods)),
            action("renew", permission, lambda: must_have_an_end(periods)),
            action("suspend", permission, lambda: must_be_open(periods)),
            action("resume", permission, lambda: must_be_suspended(periods)),
        ],
    )


def _period(one: Employment) -> EmploymentPeriod:
    said = {name: getattr(one, name) for name in ("valid_from", "valid_to", "status", "act", "reason", "term_months", "done_on")}
    return EmploymentPeriod(**said, decision=one.decision_number or TO_REGULARISE)


async def _open(session: AsyncSession, caller: Caller, employment_id: UUID, done_on: date | None) -> tuple[list[Employment], date]:
    """Lock the person, then read what stands: what was read before the lock may be old."""
    known = await periods_of_employment(session, caller, employment_id)
    require(can_write_at(caller, known[-1].authority_path))
    judged = judge_done_on(caller, done_on)
    await lock_persons(session, [known[0].person_id])
    periods = await periods_of_employment(session, caller, employment_id)
    return periods, judged


async def _rewrite(
    session: AsyncSession,
    caller: Caller,
    periods: list[Employment],
    first: date,
    last: date | None,
    act: EmploymentAct,
    reason: str,
    done_on: date,
    *,
    status: str,
    decision_number: str | None = None,
) -> None:
    """Cut the periods at both ends of the days, and say the status of those within."""
    must_be_open(periods)
    at = now()
    await supersede(session, at=at, act="changed", by=caller, reason=reason)
    for day in (first, last + EVE if last is not None else None):
        if day is not None:
            await cut(session, periods, day, at=at, by=caller.actor)
    for one in periods:
        if first <= one.valid_from and (last is None or one.valid_from <= last):
            one.status, one.act, one.reason, one.recorded_at, one.recorded_by = status, act, reason, at, caller.actor
            one.done_on, one.entered_on, one.decision_number = done_on, today(), decision_number or one.decision_number
    await session.flush()


async def _must_be_alone(session: AsyncSession, *, person_id: UUID, facility_id: UUID | None, first: date, last: date | None, but: UUID | None = None) -> None:
    """One employment with an employer at a time. Raises Refused and names the other; the database says the same of those that the caller may not see."""
    if facility_id is None:
        return
    wanted = select(Employment).where(Employment.person_id == person_id, Employment.facility_id == facility_id, Employment.valid.overlaps(period(first, last)))
    other = await session.scalar((wanted if but is None else wanted.where(Employment.id != but)).order_by(func.lower(Employment.valid)).limit(1))
    if other is not None:
        raise Refused(
            "employed-already",
            _("This facility already employs the person from {since} to {until}.") if other.valid_to else _("This facility already employs the person since {since}."),
            rule=REG_ONE_EMPLOYMENT,
            possible=_("Change or end the employment that exists."),
            more={"employment_id": str(other.id)},
            since=other.valid_from.isoformat(),
            until=other.valid_to.isoformat() if other.valid_to else "",
        )


async def _must_know_area(session: AsyncSession, code: str | None, day: date) -> None:
    if await session.scalar(select(Area.id).where(Area.code == code, Area.valid.contains(day)).limit(1)) is None:
        raise Malformed.field("practice_area", _("There is no area {code}."), code=code)


async def _tell(session: AsyncSession, caller: Caller, periods: Sequence[Employment], act: str, *, before: Any, after: Any, done_on: date) -> None:
    await announce_workers_of(session, periods[-1].person_id)
    await tell_contract_ends(session, [periods])
    await record_audit(session, caller, act, "employment", periods[-1].id, before=before, after=after, done_on=done_on)


_SAME_WHEN_RENEWED = (
    *("id", "authority_path", "shared_with", "person_id", "worker_id", "facility_id", "facility_code", "practice_name", "practice_area", "employment_type", "status"),
    *("source_service", "source_id"),
)
