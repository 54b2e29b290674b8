"""Somebody applies, is chosen by a person, prepares the stay with both sides, goes, learns and comes back."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.models import Agreement
from services.rotation.agreements.queries import get_visible_agreement
from services.rotation.agreements.workflow import ACTIVE, SIGNED
from services.rotation.exchange_calls.models import ExchangeCall
from services.rotation.exchange_calls.schemas import must_be_open
from services.rotation.exchange_calls.use_cases import calls_visible_to
from services.rotation.exchanges.queries import named_unit
from services.rotation.holds.events import HoldSettled
from services.rotation.placements.dues import tell_dues
from services.rotation.placements.events import (
    PlacementApplied,
    PlacementChanged,
    PlacementDeparted,
    PlacementDropped,
    PlacementEnded,
    PlacementReturned,
    PlacementSelected,
    PlacementState,
    PlacementStayed,
)
from services.rotation.placements.guards import (
    convention_in_time,
    day_must_be_in_the_stay,
    day_must_follow,
    length_must_fit,
    months_promised,
    must_be_ready,
    quota_must_hold,
    replacement_must_be_named,
    stay_within,
    unit_must_be_open,
    unit_must_have_room,
)
from services.rotation.placements.models import Paper, Placement
from services.rotation.placements.permissions import can_act_either, can_act_home, can_act_host, can_decide
from services.rotation.placements.queries import away_on, get_visible_placement, stays_in_unit, taken_by_year
from services.rotation.placements.schemas import (
    Acceptance,
    Act,
    Because,
    Convention,
    Dates,
    Ending,
    PlacementCreate,
    Release,
    Replacement,
    ReturnCommitment,
    Said,
    Selection,
)
from services.rotation.placements.workflow import AWAY, PLACEMENT
from services.rotation.rules import PACKS, pack_of
from services.rotation.sides import may_act_for, shared_along
from services.rotation.staff import working_at
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, Permission, require
from shared.clock import judge_done_on
from shared.directory import staff_at, work_of
from shared.errors import Malformed, Refused
from shared.events import record_event
from shared.holds import take_hold
from shared.i18n import _
from shared.ids import uuid7
from shared.people import names_of
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule


async def apply(session: AsyncSession, *, caller: Caller, body: PlacementCreate) -> Placement:
    """The home enters somebody of its own for a call that is open; the name is told with it, because another country's register does not open."""
    done_on = judge_done_on(caller, body.done_on)
    call = await session.scalar(calls_visible_to(caller).where(ExchangeCall.id == body.call_id))
    if call is None:
        raise Malformed.field("call_id", _("There is no call with this identifier that you may see."))
    agreement = await get_visible_agreement(session, caller, call.agreement_id)
    paths = dict(agreement.sides)
    home, host = paths[call.home_code], paths[call.host_code]
    require(may_act_for(caller, (call.home_code, home)))
    if known := await by_reference(session, Placement, authority_path=home, body=body, reference=body.reference):
        return known
    must_be_open(call, done_on)
    _agreement_must_cover(agreement, body.starts_on)
    work = await work_of(session, caller, body.person_id, done_on)
    if work.facility_code != call.home_code:
        raise Malformed.field("person_id", _("This person does not work at {facility} on that day."), facility=call.home_code)
    host_pack = pack_of(call.host_code, done_on)
    length_must_fit(call.status_type, body.starts_on, body.ends_on, host_pack)
    placement = Placement(
        **body.model_dump(exclude={"done_on"}),
        id=uuid7(),
        content_hash=hash_of(body),
        authority_path=home,
        shared_with=shared_along(home, host),
        agreement_id=agreement.id,
        person_name=(await names_of(caller, [body.person_id]))[body.person_id],
        occupation_code=work.occupation_code,
        home_code=call.home_code,
        home_unit=work.unit,
        host_code=call.host_code,
        host_path=host,
        field=call.field,
        status_type=call.status_type,
        language=call.language,
        language_level=call.language_level,
        home_pack=pack_of(call.home_code, done_on).id,
        host_pack=host_pack.id,
        applied_by=caller.actor,
        applied_on=done_on,
        papers=[],
        people=[],
    )
    session.add(placement)
    await session.flush()
    await record_audit(session, caller, "placement.applied", "placement", placement.id, after=body.model_dump(mode="json", exclude={"motivation"}), done_on=done_on)
    record_event(session, PlacementApplied.about(placement, done_on))
    return placement


def _agreement_must_cover(agreement: Agreement, day: date) -> None:
    """Raises Refused."""
    if agreement.state not in (ACTIVE, SIGNED) or not agreement.covers(day):
        raise Refused(
            "agreement-not-in-force",
            _("The agreement is not in force on {day}."),
            rule=Rule("AGR-PERIOD", [agreement.starts_on.isoformat(), agreement.ends_on.isoformat()], "period", PLACEMENT.citation),
            possible=_("Choose a day of its period, once both sides have signed."),
            day=day.isoformat(),
        )


async def _opened(session: AsyncSession, caller: Caller, placement_id: UUID, done_on: date | None, permission: Callable[[Caller, Placement], Permission]) -> tuple[Placement, date]:
    """The placement under a lock, once the caller may act on it."""
    day = judge_done_on(caller, done_on)
    placement = await get_visible_placement(session, caller, placement_id, lock=True)
    require(permission(caller, placement))
    if placement.from_register:
        raise Refused(
            "from-register",
            _("This stay was entered from a register: it has no steps."),
            rule=Rule("EXC-REGISTER", 0, "steps", PLACEMENT.citation),
            possible=_("Say in the register of alumni what the person does today."),
        )
    return placement, day


async def _done(session: AsyncSession, caller: Caller, placement: Placement, act: str, event: type[PlacementState], done_on: date, **said: Any) -> Placement:
    """Keep and tell what was done."""
    await session.flush()
    await record_audit(session, caller, f"placement.{act}", "placement", placement.id, after={"state": placement.state} | said, done_on=done_on)
    record_event(session, event.about(placement, done_on))
    tell_dues(session, placement)
    return placement


async def decide(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Selection, if_match: str | None = None) -> Placement:
    """A person chooses or refuses, with reasons; whoever is chosen takes a place of the year (EXC-01)."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_decide)
    require_current(if_match, placement.version)
    act = "select" if body.outcome == "selected" else "refuse"
    PLACEMENT.after(act, placement.state)
    if act == "select":
        assert placement.agreement_id is not None
        agreement = await get_visible_agreement(session, caller, placement.agreement_id)
        quota = next((each.quota_per_year for each in agreement.places if each.host_code == placement.host_code), 0)
        quota_must_hold(placement, quota, await taken_by_year(session, agreement.id, placement.host_code, but=placement.id))
    placement.decided_by, placement.decided_on, placement.decision_reason = caller.actor, done_on, body.reason
    placement.move(act, PLACEMENT)
    return await _done(session, caller, placement, act, PlacementSelected if act == "select" else PlacementDropped, done_on)


async def write_paper(session: AsyncSession, *, caller: Caller, placement_id: UUID, kind: str, body: BaseModel, done_on: date | None) -> Placement:
    """What a step leaves is entered; said again it replaces what was said. While somebody is away, visa and insurance cover the whole stay."""
    placement, day = await _opened(session, caller, placement_id, done_on, can_act_home if kind == "commitment" else can_act_either)
    if placement.state not in AWAY:
        PLACEMENT.after("prepare", placement.state)
    values = body.model_dump(exclude={"done_on"})
    if isinstance(body, Convention):
        convention_in_time(placement, body.since)
    if isinstance(body, ReturnCommitment):
        values["months"] = body.months or months_promised(placement)
    for name in ("asked_on", "since"):
        if kind not in ("insurance", "course", "visa", "scholarship") and values.get(name) is not None and values[name] > day:
            raise Malformed.field(name, _("This day is still to come."))
    paper = placement.paper(kind)
    before = None
    if paper is None:
        placement.papers.append(Paper(kind=kind, said_by=caller.actor, said_on=day, **values))
    else:
        before = {name: getattr(paper, name) for name in values}
        paper.said_by, paper.said_on = caller.actor, day
        for name, value in values.items():
            setattr(paper, name, value)
    if placement.state in AWAY and kind in ("visa", "insurance"):
        stay_within(placement, kind, placement.ends_on)
    placement.version += 1
    await session.flush()
    await record_audit(session, caller, f"placement.{kind}", "placement", placement.id, before=before, after=values, done_on=day)
    record_event(session, PlacementChanged.about(placement, day))
    tell_dues(session, placement)
    return placement


async def accept(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Acceptance, if_match: str | None = None) -> Placement:
    """The host names the unit, which has room on every day of the stay (EXC-01), and who supervises there."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_host)
    require_current(if_match, placement.version)
    PLACEMENT.after("accept", placement.state)
    unit = await named_unit(session, caller, body.host_unit_id)
    if unit.facility_code != placement.host_code:
        raise Malformed.field("host_unit_id", _("This unit belongs to another facility."))
    if body.supervisor_id not in await working_at(placement.host_code, [body.supervisor_id], done_on):
        raise Malformed.field("supervisor_id", _("This person does not work at {facility} on that day."), facility=placement.host_code)
    unit_must_be_open(unit)
    unit_must_have_room(placement, unit, await stays_in_unit(unit.id, but=placement.id))
    placement.name_person("supervisor", body.supervisor_id, (await names_of(caller, [body.supervisor_id]))[body.supervisor_id])
    placement.host_unit_id, placement.host_unit = unit.id, unit.unit
    placement.accepted_by, placement.accepted_on = caller.actor, done_on
    placement.move("accept", PLACEMENT)
    return await _done(session, caller, placement, "accepted", PlacementChanged, done_on, unit=unit.unit)


async def release(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Release, if_match: str | None = None) -> Placement:
    """The home lets its person go: the registry holds the days, with the minimum of the team (ROT-03), and somebody replaces whoever is away for long (EXC-04)."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_home)
    require_current(if_match, placement.version)
    PLACEMENT.after("release", placement.state)
    replacement_must_be_named(placement, named=body.replacement_id is not None)
    if body.replacement_id is not None:
        if body.replacement_id == placement.person_id or body.replacement_id not in await working_at(placement.home_code, [body.replacement_id], done_on):
            raise Malformed.field("replacement_id", _("This person does not work at {facility} on that day."), facility=placement.home_code)
        placement.name_person("replacement", body.replacement_id, (await names_of(caller, [body.replacement_id]))[body.replacement_id])
    await _hold_days(session, caller, placement, override_reason=body.override_reason)
    placement.released_by, placement.released_on = caller.actor, done_on
    placement.move("release", PLACEMENT)
    return await _done(session, caller, placement, "released", PlacementChanged, done_on)


async def _hold_days(session: AsyncSession, caller: Caller, placement: Placement, *, override_reason: str | None = None) -> None:
    placement.hold_id = await take_hold(
        caller,
        kind="stay",
        source_service="rotation",
        source_id=placement.id,
        person_id=placement.person_id,
        periods=[(placement.starts_on, placement.ends_on)],
        asked_by=str(placement.applied_by),
        override_reason=override_reason,
    )
    record_event(session, HoldSettled(id=placement.hold_id, outcome="confirmed", source_id=placement.id, on=placement.starts_on))


def _free(session: AsyncSession, placement: Placement, on: date) -> None:
    if placement.hold_id is not None and on <= placement.ends_on:
        record_event(session, HoldSettled(id=placement.hold_id, outcome="released", source_id=placement.id, on=on))


async def change_days(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Dates, if_match: str | None = None) -> Placement:
    """The stay is cut, moved or made longer, within quota, unit, status, visa and insurance; the registry holds the new days."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_home)
    require_current(if_match, placement.version)
    PLACEMENT.after("change_days", placement.state)
    first, last = body.starts_on or placement.starts_on, body.ends_on
    if last < first or (placement.state in AWAY and first != placement.starts_on):
        raise Malformed.field(
            "starts_on" if body.starts_on else "ends_on", _("The last day is before the first one.") if last < first else _("The stay has begun: its first day stays.")
        )
    length_must_fit(str(placement.status_type), first, last, PACKS.pinned(str(placement.host_pack)))
    before = [placement.starts_on.isoformat(), placement.ends_on.isoformat()]
    placement.starts_on, placement.ends_on = first, last
    for kind in ("visa", "insurance"):
        if (paper := placement.paper(kind)) is not None and paper.valid_until is not None:
            stay_within(placement, kind, last)
    await _limits_must_hold(session, caller, placement)
    if placement.released_on is not None:
        replacement_must_be_named(placement, named=placement.named("replacement") is not None)
        await _hold_days(session, caller, placement)
    placement.version += 1
    return await _done(session, caller, placement, "days-changed", PlacementChanged, done_on, before=before, days=[first.isoformat(), last.isoformat()], reason=body.reason)


async def _limits_must_hold(session: AsyncSession, caller: Caller, placement: Placement) -> None:
    """Quota and unit for the days that a placement has now."""
    assert placement.agreement_id is not None
    with session.no_autoflush:
        agreement = await get_visible_agreement(session, caller, placement.agreement_id)
        quota = next((each.quota_per_year for each in agreement.places if each.host_code == placement.host_code), 0)
        quota_must_hold(placement, quota, await taken_by_year(session, agreement.id, placement.host_code, but=placement.id))
        if placement.host_unit_id is not None:
            unit_must_have_room(placement, await named_unit(session, caller, placement.host_unit_id), await stays_in_unit(placement.host_unit_id, but=placement.id))


async def depart(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Act, if_match: str | None = None) -> Placement:
    """The person leaves, once nothing is missing any more."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_home)
    require_current(if_match, placement.version)
    PLACEMENT.after("depart", placement.state)
    must_be_ready(placement, done_on)
    day_must_follow(done_on, placement.decided_on)
    placement.departed_on = done_on
    placement.move("depart", PLACEMENT)
    return await _done(session, caller, placement, "departed", PlacementDeparted, done_on)


async def arrive(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Act, if_match: str | None = None) -> Placement:
    """The host confirms the arrival."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_host)
    require_current(if_match, placement.version)
    PLACEMENT.after("arrive", placement.state)
    day_must_follow(done_on, placement.departed_on)
    placement.arrived_on = done_on
    placement.move("arrive", PLACEMENT)
    return await _done(session, caller, placement, "arrived", PlacementChanged, done_on)


async def review(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Said, if_match: str | None = None) -> Placement:
    """Half-way, the host says how it goes."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_host)
    require_current(if_match, placement.version)
    PLACEMENT.after("review", placement.state)
    day_must_be_in_the_stay(placement, done_on)
    placement.reviewed_on, placement.review = done_on, body.text
    placement.move("review", PLACEMENT)
    return await _done(session, caller, placement, "reviewed", PlacementChanged, done_on)


async def end(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Ending, if_match: str | None = None) -> Placement:
    """The stay is over on its last day, or was broken off before."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_host)
    require_current(if_match, placement.version)
    PLACEMENT.after("end", placement.state)
    day_must_follow(done_on, placement.arrived_on)
    placement.ended_on = min(done_on, placement.ends_on)
    placement.interrupted, placement.reason = body.interrupted, body.reason
    placement.move("end", PLACEMENT)
    return await _done(session, caller, placement, "ended", PlacementEnded, done_on, interrupted=body.interrupted)


async def come_back(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Act, if_match: str | None = None) -> Placement:
    """Back at home: the days that are left are free again, and the months that were promised begin."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_home)
    require_current(if_match, placement.version)
    PLACEMENT.after("return", placement.state)
    day_must_follow(done_on, placement.ended_on)
    placement.returned_on = done_on
    placement.move("return", PLACEMENT)
    _free(session, placement, done_on)
    return await _done(session, caller, placement, "returned", PlacementReturned, done_on)


async def stay_away(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Because, if_match: str | None = None) -> Placement:
    """The person does not come back; what was promised is looked at where commitments are kept."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_home)
    require_current(if_match, placement.version)
    PLACEMENT.after("stay_away", placement.state)
    day_must_follow(done_on, placement.ended_on)
    placement.reason = body.reason
    placement.move("stay_away", PLACEMENT)
    _free(session, placement, done_on)
    return await _done(session, caller, placement, "stayed", PlacementStayed, done_on)


async def debrief(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Said, if_match: str | None = None) -> Placement:
    """What was learnt is said at home."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_home)
    require_current(if_match, placement.version)
    PLACEMENT.after("debrief", placement.state)
    day_must_follow(done_on, placement.returned_on)
    placement.debriefed_on, placement.debrief = done_on, body.text
    placement.move("debrief", PLACEMENT)
    return await _done(session, caller, placement, "debriefed", PlacementChanged, done_on)


async def cancel(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Because, if_match: str | None = None) -> Placement:
    """Given up before the departure: the place, the unit and the days are free again."""
    placement, done_on = await _opened(session, caller, placement_id, body.done_on, can_act_either)
    require_current(if_match, placement.version)
    PLACEMENT.after("cancel", placement.state)
    placement.reason = body.reason
    placement.move("cancel", PLACEMENT)
    _free(session, placement, placement.starts_on)
    return await _done(session, caller, placement, "cancelled", PlacementDropped, done_on)


async def replacements_for(session: AsyncSession, caller: Caller, placement: Placement) -> list[Replacement]:
    """Colleagues of the same profession who are not away themselves: those of the unit first, then those of the specialty."""
    day = placement.starts_on
    staff = {work.person_id: work for work in await staff_at(session, placement.home_code, placement.applied_on or day)}
    own = staff.get(placement.person_id)
    away = await away_on(session, caller, placement.home_code, day)
    found = [
        Replacement(
            person_id=work.person_id,
            occupation_code=work.occupation_code,
            specialty=work.specialty,
            unit=work.unit,
            same_unit=work.unit == placement.home_unit,
            same_specialty=own is not None and work.specialty == own.specialty,
        )
        for person, work in staff.items()
        if person != placement.person_id and person not in away and work.occupation_code == placement.occupation_code
    ]
    return sorted(found, key=lambda each: (not each.same_unit, not each.same_specialty, str(each.person_id)))
