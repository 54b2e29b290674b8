"""People are proposed for a stay abroad; the registry holds their days, the register has the decision signed, and each leaves, returns and reports."""

from collections.abc import Sequence
from datetime import date
from itertools import takewhile
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.decisions.events import DecisionRequested
from services.training.holds.events import HoldSettled
from services.training.rules import PACKS, pack_of
from services.training.stays.dues import REPORT, report_due_on, return_due, stay_due
from services.training.stays.events import stay_event
from services.training.stays.guards import cover_must_be_named, cover_must_stay_at_home, free_from, must_follow, must_lie_in
from services.training.stays.models import Stay, StayGroup
from services.training.stays.permissions import can_add_to_stays, can_keep, can_propose_at
from services.training.stays.queries import get_visible_group, get_visible_stay
from services.training.stays.schemas import Moved, Participant, ParticipantAdd, Reason, RefusedParticipant, Report, StayGroupCreate
from services.training.stays.workflow import CANCELLED, DEPARTED, GROUP, ORDERED, PROPOSED, RETURNED, STAY, WITHDRAWN
from shared.actions import require_current
from shared.audit import record_audit, record_audits
from shared.auth import ALLOWED, Caller, require
from shared.clock import judge_done_on
from shared.directory import Work, work_of, works_of
from shared.errors import FieldError, Malformed, Problem, Refused
from shared.events import record_event, record_events
from shared.holds import Wanted, take_hold, take_holds
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of

KIND = "stay"
SERVICE = "training"


async def propose_stays(session: AsyncSession, *, caller: Caller, body: StayGroupCreate) -> tuple[StayGroup, list[RefusedParticipant]]:
    """People are proposed for one stay; each whose days the registry grants is in, the others are named with the reason."""
    done_on = judge_done_on(caller, body.done_on)
    works = await _works_of_all(session, caller, body.participants, body.starts_on)
    path = common_path([work.authority_path for work in works])
    require(can_propose_at(caller, path))
    if known := await by_reference(session, StayGroup, authority_path=path, body=body, reference=body.reference):
        return known, []
    facilities = sorted({work.facility_code for work in works})
    group = StayGroup(
        **body.model_dump(include={"reference", "kind", "title", "country", "region", "host", "field", "led_by", "starts_on", "ends_on"}),
        content_hash=hash_of(body),
        authority_path=path,
        shared_with=[] if len(facilities) == 1 else facilities,
        facility_code=facilities[0] if len(facilities) == 1 else None,
        rule_pack=pack_of(facilities[0], done_on).id,
        proposed_by=caller.actor,
        proposed_on=done_on,
        stays=[],
    )
    cover_must_be_named(group, [n for n, one in enumerate(body.participants) if one.cover_person_id is None], PACKS.pinned(group.rule_pack))
    cover_must_stay_at_home([one.cover_person_id for one in body.participants], {one.person_id for one in body.participants})
    await _covers_work_there(session, caller, body.participants, works, body.starts_on)
    ids = sorted(uuid7() for _one in body.participants)  # listed in the order in which they were named
    wanted = [Wanted(stay_id, one.person_id, [(body.starts_on, body.ends_on)]) for stay_id, one in zip(ids, body.participants, strict=True)]
    answers = await take_holds(caller, kind="stay", source_service=SERVICE, wanted=wanted, asked_by=caller.actor)
    refused = [RefusedParticipant(person_id=answer.person_id, problem=answer.problem) for answer in answers if answer.problem is not None]
    for one, work, answer in zip(body.participants, works, answers, strict=True):
        if answer.hold_id is not None:
            group.stays.append(_stay(answer.source_id, one, work, answer.hold_id, body))
    if not group.stays:
        raise _nobody_can_go(refused)
    session.add(group)
    await session.flush()
    _tell_proposed(session, group, group.stays, done_on)
    await record_audit(session, caller, "stays.proposed", "stay_group", group.id, after=body.model_dump(mode="json"), done_on=done_on)
    return group, refused


async def add_participant(session: AsyncSession, *, caller: Caller, group_id: UUID, body: ParticipantAdd) -> StayGroup:
    """One more person goes; the head of the facility may let the minimum staffing be broken, with the reason (TRN-02)."""
    done_on = judge_done_on(caller, body.done_on)
    group = await get_visible_group(session, caller, group_id, lock=True)
    require(can_add_to_stays(caller))
    group.move("add", GROUP)
    work = await work_of(session, caller, body.person_id, group.starts_on)
    require(can_propose_at(caller, work.authority_path))
    if not _lies_under(work.authority_path, group.authority_path):
        raise Malformed.field("person_id", _("This person works for another authority than the group."))
    pack = PACKS.pinned(group.rule_pack)
    cover_must_be_named(group, [0] if body.cover_person_id is None else [], pack)
    cover_must_stay_at_home([body.cover_person_id], {stay.person_id for stay in group.going})
    await _covers_work_there(session, caller, [body], [work], group.starts_on, field="cover_person_id")
    stay_id = uuid7()
    days = [(group.starts_on, group.ends_on)]
    hold_id = await take_hold(
        caller,
        kind="stay",
        source_service=SERVICE,
        source_id=stay_id,
        person_id=body.person_id,
        periods=days,
        override_reason=body.override_reason,
        asked_by=group.proposed_by,
    )
    stay = _stay(stay_id, body, work, hold_id, body)
    stay.override_reason = body.override_reason
    group.stays.append(stay)
    if group.facility_code != work.facility_code and work.facility_code not in group.shared_with:
        group.shared_with = [*group.shared_with, work.facility_code]
    await session.flush()
    _tell_proposed(session, group, [stay], done_on)
    await record_audit(session, caller, "stay.added", "stay", stay.id, after=body.model_dump(mode="json"), done_on=done_on)
    return group


def _stay(stay_id: UUID, one: Participant, work: Work, hold_id: UUID, body: StayGroupCreate | ParticipantAdd) -> Stay:
    return Stay(
        id=stay_id,
        content_hash=hash_of(body),
        authority_path=work.authority_path,
        shared_with=list(work.shared_with),
        person_id=one.person_id,
        facility_code=work.facility_code,
        unit=work.unit,
        cover_person_id=one.cover_person_id,
        cover_reason=one.cover_reason,
        hold_id=hold_id,
    )


def common_path(paths: Sequence[str]) -> str:
    """The nearest authority above all these places."""
    steps = zip(*(path.split(".") for path in paths), strict=False)
    return ".".join(step[0] for step in takewhile(lambda step: len(set(step)) == 1, steps))


def _lies_under(path: str, above: str) -> bool:
    return path == above or path.startswith(above + ".")


async def _works_of_all(session: AsyncSession, caller: Caller, participants: Sequence[Participant], day: date) -> list[Work]:
    """Where each of them works on the first day. Raises Malformed, naming each who works nowhere that the caller may see."""
    found = await works_of(session, [one.person_id for one in participants], day)
    unknown = [n for n, one in enumerate(participants) if one.person_id not in found]
    if len(unknown) == 1:
        await work_of(session, caller, participants[unknown[0]].person_id, day, field=f"participants.{unknown[0]}.person_id")
    if unknown:
        raise Malformed([FieldError(f"participants.{n}.person_id", _("This person works nowhere on {day}."), {"day": day.isoformat()}) for n in unknown])
    return [found[one.person_id] for one in participants]


async def _covers_work_there(session: AsyncSession, caller: Caller, participants: Sequence[Participant], works: Sequence[Work], day: date, *, field: str | None = None) -> None:
    """Who stands in works at the same facility. Raises Malformed."""
    covers = await works_of(session, [one.cover_person_id for one in participants if one.cover_person_id], day)
    wrong = [
        n
        for n, (one, work) in enumerate(zip(participants, works, strict=True))
        if one.cover_person_id and (one.cover_person_id not in covers or covers[one.cover_person_id].facility_code != work.facility_code)
    ]
    if wrong:
        raise Malformed([FieldError(field or f"participants.{n}.cover_person_id", _("The person who stands in does not work at the same facility.")) for n in wrong])


def _nobody_can_go(refused: Sequence[RefusedParticipant]) -> Problem:
    """When nobody is left the answer is the registry's own, with all those refused."""
    first = refused[0].problem
    slug = str(first.get("type", "")).rsplit("/", 1)[-1] or "nobody-can-go"
    more = {name: value for name, value in first.items() if name not in ("type", "title", "status", "detail", "possible", "request_id")}
    return Problem(
        409,
        slug,
        str(first.get("detail", "")),
        possible=first.get("possible"),
        more=more | {"refused": [one.model_dump(mode="json") for one in refused]},
    )


def _tell_proposed(session: AsyncSession, group: StayGroup, stays: Sequence[Stay], done_on: date) -> None:
    record_events(session, [HoldSettled(id=stay.hold_id, outcome="confirmed", source_id=stay.id, on=done_on) for stay in stays])
    record_events(session, [stay_event(stay) for stay in stays])
    ask_for_signature(session, group)


def ask_for_signature(session: AsyncSession, group: StayGroup) -> None:
    """The register files one decision for all who go together, or takes it off the signing table."""
    facts: dict[str, str | int | None] = {
        "stay_kind": group.kind,
        "title": group.title,
        "country": group.country,
        "region": group.region,
        "host": group.host,
        "field": group.field,
        "led_by": group.led_by,
        "participants": len(group.going),
    }
    record_event(
        session,
        DecisionRequested(
            id=group.id,
            kind=KIND,
            source_service=SERVICE,
            state="withdrawn" if group.state == WITHDRAWN else "proposed",
            authority_path=group.authority_path,
            shared_with=group.shared_with,
            facility_code=group.facility_code,
            person_ids=[stay.person_id for stay in group.going],
            proposed_by=group.proposed_by,
            proposed_on=group.proposed_on,
            effective_on=group.starts_on,
            ends_on=group.ends_on,
            legal_basis=[],
            facts=facts,
        ),
    )


async def withdraw_group(session: AsyncSession, *, caller: Caller, group_id: UUID, body: Reason, if_match: str | None = None) -> StayGroup:
    """Nobody goes: taken back before the signature; the days are free again."""
    done_on = judge_done_on(caller, body.done_on)
    group = await get_visible_group(session, caller, group_id, lock=True)
    require(can_keep(caller, group))
    if (group.ended_by, group.ended_on, group.end_reason, group.state) == (caller.actor, done_on, body.reason, WITHDRAWN):
        return group
    require_current(if_match, group.version)
    group.end("withdraw", by=caller.actor, on=done_on, reason=body.reason)
    for stay in group.going:
        cancel(session, stay, by=caller.actor, reason=body.reason, on=done_on)
    ask_for_signature(session, group)
    await record_audit(session, caller, "stays.withdrawn", "stay_group", group.id, after={"reason": body.reason}, done_on=done_on)
    return group


def cancel(session: AsyncSession, stay: Stay, *, by: str, reason: str | None, on: date) -> None:
    """Somebody does not go: the days are free again."""
    stay.cancel(by=by, reason=reason)
    record_events(session, [HoldSettled(id=stay.hold_id, outcome="released", source_id=stay.id, on=min(on, stay.group.starts_on)), stay_event(stay)])


async def cancel_stay(session: AsyncSession, *, caller: Caller, stay_id: UUID, body: Reason) -> Stay:
    """One person does not go; the others do."""
    done_on = judge_done_on(caller, body.done_on)
    stay = await get_visible_stay(session, caller, stay_id, lock=True)
    require(can_keep(caller, stay))
    if (stay.state, stay.ended_by, stay.end_reason) == (CANCELLED, caller.actor, body.reason):
        return stay
    before = stay.state
    cancel(session, stay, by=caller.actor, reason=body.reason, on=done_on)
    if before == PROPOSED and stay.group.going:
        ask_for_signature(session, stay.group)
    await record_audit(session, caller, "stay.cancelled", "stay", stay.id, before={"state": before}, after={"state": stay.state, "reason": body.reason}, done_on=done_on)
    return stay


async def record_departure(session: AsyncSession, *, caller: Caller, group_id: UUID, body: Moved) -> StayGroup:
    """They left on a day of the stay; their return is on the work-list."""
    done_on = judge_done_on(caller, body.done_on)
    group, stays = await _chosen(session, caller, group_id, body, "depart", ORDERED)
    must_lie_in(group, done_on)
    for stay in stays:
        stay.depart(done_on)
    record_events(session, [stay_event(stay) for stay in stays])
    record_events(session, [return_due(stay, "open") for stay in stays])
    await _audit(session, caller, "stay.departed", stays, {"departed_on": done_on}, done_on)
    return group


async def record_return(session: AsyncSession, *, caller: Caller, group_id: UUID, body: Moved) -> StayGroup:
    """They are back; days that are left are free again, and the report is due."""
    done_on = judge_done_on(caller, body.done_on)
    group, stays = await _chosen(session, caller, group_id, body, "return", DEPARTED)
    pack = PACKS.pinned(group.rule_pack)
    for stay in stays:
        must_follow(done_on, stay.departed_on)
        stay.come_back(done_on)
        if free := free_from(group, done_on):
            record_event(session, HoldSettled(id=stay.hold_id, outcome="released", source_id=stay.id, on=free))
    record_events(session, [stay_event(stay) for stay in stays])
    record_events(session, [return_due(stay, "done") for stay in stays])
    record_events(session, [stay_due(stay, REPORT, report_due_on(done_on, pack), "open", warn_on=done_on) for stay in stays])
    await _audit(session, caller, "stay.returned", stays, {"returned_on": done_on}, done_on)
    return group


async def record_report(session: AsyncSession, *, caller: Caller, group_id: UUID, body: Report) -> StayGroup:
    """The report of one person, or the one that several wrote together, is handed in."""
    done_on = judge_done_on(caller, body.done_on)
    group, stays = await _chosen(session, caller, group_id, body, "report", RETURNED)
    pack = PACKS.pinned(group.rule_pack)
    for stay in stays:
        must_follow(done_on, stay.returned_on)
        stay.hand_in(report=body.report, learnt=body.learnt, on=done_on)
    record_events(session, [stay_event(stay) for stay in stays])
    record_events(session, [stay_due(stay, REPORT, report_due_on(stay.returned_on or done_on, pack), "done") for stay in stays])
    await _audit(session, caller, "stay.reported", stays, {"reported_on": done_on, "learnt": body.learnt}, done_on)
    return group


async def _chosen(session: AsyncSession, caller: Caller, group_id: UUID, body: Moved, act: str, state: str) -> tuple[StayGroup, list[Stay]]:
    """The stays that an act is about: those named, or all in the right state whom the caller acts for."""
    group = await get_visible_group(session, caller, group_id, lock=True)
    if body.stay_ids is not None:
        named = [stay for stay in group.stays if stay.id in set(body.stay_ids)]
        if len(named) != len(set(body.stay_ids)) or not named:
            raise Malformed.field("stay_ids", _("There is no stay with one of these identifiers that you may see."))
        for stay in named:
            require(can_keep(caller, stay))
            STAY.after(act, stay.state)
        return group, named
    going = group.going or group.stays
    mine = [stay for stay in going if can_keep(caller, stay) is ALLOWED]
    if not mine and going:
        require(can_keep(caller, going[0]))
    found = [stay for stay in mine if stay.state == state]
    if not found:
        STAY.after(act, mine[0].state if mine else PROPOSED)
        raise Refused("nobody-left", _("Nobody of this group is left."))
    return group, found


async def _audit(session: AsyncSession, caller: Caller, act: str, stays: Sequence[Stay], after: dict[str, object], done_on: date) -> None:
    await record_audits(session, caller, act, "stay", [(stay.id, None, after | {"state": stay.state}) for stay in stays], done_on=done_on)
