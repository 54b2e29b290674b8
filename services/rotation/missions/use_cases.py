"""Somebody is proposed, both sides and the worker answer, the order is signed, the days are done, and what stays is written down."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.queries import named_agreement
from services.rotation.agreements.workflow import ACTIVE, SIGNED
from services.rotation.decisions.events import DecisionRequested
from services.rotation.dues.use_cases import follow_up_due, report_due
from services.rotation.holds.events import HoldSettled
from services.rotation.missions.days import days_of
from services.rotation.missions.events import (
    MissionAgreed,
    MissionCancelled,
    MissionChanged,
    MissionEnded,
    MissionEvaluated,
    MissionProposed,
    MissionRefused,
    MissionReported,
    MissionStarted,
    MissionState,
)
from services.rotation.missions.guards import (
    TEACHING,
    both_must_have_reported,
    length_must_fit,
    level_must_suffice,
    licence_must_last,
    pattern_must_be_open,
    rest_must_be_over,
    retirement_must_be_far,
)
from services.rotation.missions.models import FollowUp, Mission, Report
from services.rotation.missions.permissions import (
    can_agree_destination,
    can_agree_source,
    can_answer_worker,
    can_evaluate,
    can_lead,
    can_propose,
    can_recall,
    can_report,
)
from services.rotation.missions.queries import get_visible_mission, missions_of
from services.rotation.missions.schemas import (
    Act,
    Because,
    DaysNotDone,
    DestinationAgreement,
    Evaluation,
    Extension,
    FollowUpDone,
    MissionCreate,
    ReportCreate,
    SourceAgreement,
    WorkerAnswer,
)
from services.rotation.missions.shortfalls import close_recall
from services.rotation.missions.workflow import BEFORE_ORDER, DESTINATION_OK, MISSION, UNDER_WAY
from services.rotation.programmes.queries import pinned_programme, programme_on
from services.rotation.rules import PACKS, pack_of
from services.rotation.sides import shared_between
from services.rotation.support_requests.models import VALIDATED, SupportRequest
from services.rotation.support_requests.queries import named_request
from services.rotation.techniques.queries import levels_recorded_since, title_of
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, Permission, require
from shared.calendars import WorkingCalendar, add_months
from shared.clients import ask
from shared.clock import judge_done_on
from shared.directory import place_on, work_of
from shared.errors import Malformed, NotFound, Problem, Refused
from shared.events import record_event
from shared.holds import take_hold
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule

ONE_DAY = timedelta(days=1)
MAY_BE_OVERRIDDEN = ("below-minimum", "above-cap")
PROCEDURE = "Relais rule book, rotation (states of a mission)"


async def propose_mission(session: AsyncSession, *, caller: Caller, body: MissionCreate) -> Mission:
    """Somebody is proposed once licence, level, length and rest allow it; the registry holds the days or says which are in conflict.

    What is proposed against a minimum or a cap, with a reason, holds nothing until the head of the source grants it (ROT-03, SEC-02).
    """
    done_on = judge_done_on(caller, body.done_on)
    work = await work_of(session, caller, body.person_id, body.starts_on)
    source = await place_on(session, work.facility_code, body.starts_on, field="person_id")
    require(can_propose(caller, (source.code, source.authority_path)))
    if known := await by_reference(session, Mission, authority_path=source.authority_path, body=body, reference=body.reference):
        return known
    receiver = await place_on(session, body.receiver_code, body.starts_on, field="receiver_code")
    request = await _answered(session, caller, body, source.code)
    programme = programme_on(body.programme, source.code, body.starts_on)
    pack = pack_of(source.code, body.starts_on)
    days = days_of(body.pattern, body.starts_on, body.ends_on, weekdays=body.weekdays, week=body.week)
    others = await missions_of(session, caller, [body.person_id])
    pattern_must_be_open(programme, body.pattern)
    level_must_suffice(body.mode, body.autonomy_level, pack)
    length_must_fit(programme, body.pattern, days, [each for each in others if each.programme == programme.code], first=body.starts_on, last=body.ends_on)
    rest_must_be_over(programme, others, body.starts_on, pack, consents=body.volunteer)
    retirement_must_be_far(work, body.ends_on, pack)
    specialty = body.specialty or (request.specialty if request else None) or work.specialty
    licence_must_last(await _licences(caller, body.person_id), specialty, body.starts_on, body.ends_on, pack)
    mission_id = uuid7()
    mission = Mission(
        **body.model_dump(exclude={"done_on", "volunteer", "specialty", "technique"}),
        id=mission_id,
        content_hash=hash_of(body),
        authority_path=source.authority_path,
        shared_with=shared_between(source, receiver),
        occupation_code=work.occupation_code,
        specialty=specialty,
        technique=body.technique or (request.technique if request else None),
        need_id=request.need_id if request else None,
        giver_code=source.code,
        giver_unit=work.unit,
        receiver_path=receiver.authority_path,
        remoteness=receiver.remoteness,
        rule_pack=pack.id,
        first_planned_end=body.ends_on,
        days_planned=len(days),
        reports=[],
        follow_ups=[],
        proposed_by=caller.actor,
        proposed_on=done_on,
    )
    try:
        await _hold_days(session, caller, mission)
        mission.override_reason = None  # nothing is broken
    except Problem as refused:
        if mission.override_reason is None or refused.slug not in MAY_BE_OVERRIDDEN:
            raise
    session.add(mission)
    await session.flush()
    await record_audit(session, caller, "mission.proposed", "mission", mission.id, after=body.model_dump(mode="json"), done_on=done_on)
    record_event(session, MissionProposed.about(mission))
    return mission


async def _hold_days(session: AsyncSession, caller: Caller, mission: Mission, *, override_reason: str | None = None) -> None:
    """The registry holds the planned days. Whoever proposed the mission has asked for them; another one grants an override (SEC-02)."""
    mission.hold_id = await take_hold(
        caller,
        kind="mission",
        source_service="rotation",
        source_id=mission.id,
        person_id=mission.person_id,
        periods=mission.spans,
        asked_by=mission.proposed_by,
        override_reason=override_reason,
    )
    record_event(session, HoldSettled(id=mission.hold_id, outcome="confirmed", source_id=mission.id, on=mission.starts_on))


async def _answered(session: AsyncSession, caller: Caller, body: MissionCreate, giver_code: str) -> SupportRequest | None:
    """The request and the agreement that a mission names are about the same two facilities, and open."""
    if body.agreement_id is not None:
        agreement = await named_agreement(session, caller, body.agreement_id)
        if (agreement.giver_code, agreement.receiver_code) != (giver_code, body.receiver_code):
            raise Malformed.field("agreement_id", _("This agreement is between other facilities."))
        if agreement.state not in (ACTIVE, SIGNED) or not agreement.covers(body.starts_on):
            raise Refused(
                "agreement-not-in-force",
                _("The agreement is not in force on {day}."),
                rule=Rule("AGR-PERIOD", [agreement.starts_on.isoformat(), agreement.ends_on.isoformat()], "period", PROCEDURE),
                possible=_("Choose a day of its period, once both sides have signed."),
                day=body.starts_on.isoformat(),
            )
    if body.request_id is None:
        return None
    request = await named_request(session, caller, body.request_id)
    if request.receiver_code != body.receiver_code:
        raise Malformed.field("request_id", _("This request comes from another facility."))
    if request.state != VALIDATED:
        raise Refused(
            "request-not-validated",
            _("The support request is not validated."),
            rule=Rule("ROT-REQUEST", VALIDATED, "state of the request", PROCEDURE),
            possible=_("Have the request validated first."),
        )
    return request


async def _licences(caller: Caller, person_id: UUID) -> list[dict[str, Any]]:
    answer = await ask(caller, "GET", f"/api/v1/registry/persons/{person_id}/licences")
    return list(answer["items"]) if answer else []


async def _change(session: AsyncSession, caller: Caller, mission: Mission, act: str, before: str, event: type[MissionState], done_on: date, **more: Any) -> Mission:
    """Keep and tell what was done."""
    await session.flush()
    await record_audit(session, caller, f"mission.{act}", "mission", mission.id, before={"state": before}, after={"state": mission.state} | more, done_on=done_on)
    record_event(session, event.about(mission))
    return mission


async def _opened(session: AsyncSession, caller: Caller, mission_id: UUID, done_on: date | None, permission: Any, if_match: str | None) -> tuple[Mission, date, str]:
    """The mission under a lock, once the caller may act on the version that they read."""
    day = judge_done_on(caller, done_on)
    mission = await get_visible_mission(session, caller, mission_id, lock=True)
    allowed: Permission = permission(caller, mission)
    require(allowed)
    require_current(if_match, mission.version)
    return mission, day, mission.state


def _free(session: AsyncSession, mission: Mission, on: date) -> None:
    if mission.hold_id is not None:
        record_event(session, HoldSettled(id=mission.hold_id, outcome="released", source_id=mission.id, on=on))


async def _give_up(session: AsyncSession, caller: Caller, mission: Mission, act: str, event: type[MissionState], done_on: date, reason: str) -> Mission:
    """Refused or cancelled before the order: the days are free again, and the register drops the order that it may hold."""
    before = mission.state
    mission.stop(act, on=None, reason=reason)
    _free(session, mission, mission.starts_on)
    if before == DESTINATION_OK:
        record_event(session, _order_of(mission, "withdrawn", done_on))
    return await _change(session, caller, mission, act, before, event, done_on, reason=reason)


async def agree_source(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: SourceAgreement, if_match: str | None = None) -> Mission:
    """The source lets its person go and says who does the work meanwhile; another person than the proposer.

    Days that break a minimum or a cap are held now, when whoever agrees may override it.
    """
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_agree_source, if_match)
    if body.outcome == "refused":
        MISSION.after("agree_source", before)
        return await _give_up(session, caller, mission, "refuse", MissionRefused, done_on, body.reason or "")
    MISSION.after("agree_source", before)
    if mission.hold_id is None:
        await _hold_days(session, caller, mission, override_reason=mission.override_reason)
    mission.agree_source(by=caller.actor, on=done_on, handover=body.handover or "")
    return await _change(session, caller, mission, "agree_source", before, MissionAgreed, done_on)


async def answer_for_worker(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: WorkerAnswer, if_match: str | None = None) -> Mission:
    """The worker consents or refuses: a refusal ends a voluntary mission, and is kept with its reason under a duty."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_answer_worker, if_match)
    duty = pinned_programme(mission.programme, mission.rule_pack).duty
    if body.answer == "refuses" and not duty:
        MISSION.after("answer_worker", before)
        return await _give_up(session, caller, mission, "refuse", MissionRefused, done_on, body.reason or "")
    mission.answer(body.answer, on=done_on, reason=body.reason)
    return await _change(session, caller, mission, "answer_worker", before, MissionAgreed, done_on, answer=body.answer)


async def agree_destination(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: DestinationAgreement, if_match: str | None = None) -> Mission:
    """The destination receives the person; everything an order needs is there, so the register is asked to file it."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_agree_destination, if_match)
    if body.outcome == "refused":
        MISSION.after("agree_destination", before)
        return await _give_up(session, caller, mission, "refuse", MissionRefused, done_on, body.reason or "")
    mission.agree_destination(by=caller.actor, on=done_on, lodging=body.lodging or "", transport=body.transport or "")
    record_event(session, _order_of(mission, "proposed", done_on, technique=await title_of(session, caller, mission.technique)))
    return await _change(session, caller, mission, "agree_destination", before, MissionAgreed, done_on)


def _order_of(mission: Mission, state: Any, day: date, *, technique: str | None = None) -> DecisionRequested:
    """What the register files; the technique by its name, for the letter to say it."""
    programme = pinned_programme(mission.programme, mission.rule_pack)
    return DecisionRequested(
        id=mission.id,
        kind="mission",
        source_service="rotation",
        state=state,
        authority_path=mission.authority_path,
        shared_with=mission.shared_with,
        facility_code=mission.giver_code,
        person_ids=[mission.person_id],
        proposed_by=mission.proposed_by,
        proposed_on=day if state == "proposed" else mission.proposed_on,
        effective_on=mission.starts_on,
        ends_on=mission.ends_on,
        legal_basis=[programme.rule.citation],
        facts={
            "source": mission.giver_code,
            "destination": mission.receiver_code,
            "programme": mission.programme,
            "mode": mission.mode,
            "pattern": mission.pattern,
            "days": mission.days_planned,
            "technique": technique,
            "specialty": mission.specialty,
            "allowance": mission.allowance,
            "currency": mission.currency,
        },
    )


async def cancel_before_order(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: Because, if_match: str | None = None) -> Mission:
    """The source gives it up before the order is signed; a signed order is revoked in the register of decisions."""
    mission, done_on, _before = await _opened(session, caller, mission_id, body.done_on, can_answer_worker, if_match)
    if mission.state not in BEFORE_ORDER:
        raise Refused(
            "order-is-signed",
            _("The order is signed: it is revoked in the register of decisions."),
            rule=Rule("ROT-CANCEL", list(BEFORE_ORDER), "states that allow it", PROCEDURE),
            possible=_("Have the decision revoked, or recall the person."),
        )
    return await _give_up(session, caller, mission, "cancel", MissionCancelled, done_on, body.reason)


async def depart(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: Act, if_match: str | None = None) -> Mission:
    """The person has left; days are counted from this one on."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_lead, if_match)
    MISSION.after("depart", before)
    if not mission.starts_on <= done_on <= mission.ends_on:
        raise Refused(
            "not-a-day-of-the-mission",
            _("The mission runs from {first} to {last}."),
            rule=Rule("ROT-DAYS", [mission.starts_on.isoformat(), mission.ends_on.isoformat()], "days", PROCEDURE),
            possible=_("Say the day on which the person really left, or have the order revoked."),
            first=mission.starts_on.isoformat(),
            last=mission.ends_on.isoformat(),
        )
    mission.move("depart", MISSION)
    mission.departed_on = done_on
    return await _change(session, caller, mission, "depart", before, MissionStarted, done_on)


async def extend(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: Extension, if_match: str | None = None) -> Mission:
    """Longer, within the programme's limits: the worker consents, the source is checked again for the days added."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_agree_source, if_match)
    MISSION.after("extend", before)
    if body.ends_on <= mission.ends_on:
        raise Malformed.field("ends_on", _("An extension ends after {day}."), day=mission.ends_on.isoformat())
    if not body.worker_consents:
        raise Refused(
            "consent-missing",
            _("The worker has not consented to stay longer."),
            rule=Rule("ROT-02", "consent", "of the worker", PROCEDURE),
            possible=_("Ask the worker, or propose somebody else."),
        )
    programme, pack = pinned_programme(mission.programme, mission.rule_pack), PACKS.pinned(mission.rule_pack)
    days = days_of(mission.pattern, mission.starts_on, body.ends_on, weekdays=mission.weekdays, week=mission.week)  # type: ignore[arg-type]
    others = await missions_of(session, caller, [mission.person_id], but=mission.id)
    length_must_fit(programme, mission.pattern, days, [each for each in others if each.programme == programme.code], first=mission.starts_on, last=body.ends_on)
    retirement_must_be_far(await work_of(session, caller, mission.person_id, done_on), body.ends_on, pack)
    licence_must_last(await _licences(caller, mission.person_id), mission.specialty, mission.starts_on, body.ends_on, pack)
    mission.move("extend", MISSION)
    mission.ends_on, mission.days_planned = body.ends_on, len(days)
    await _hold_days(session, caller, mission, override_reason=body.override_reason)
    return await _change(session, caller, mission, "extend", before, MissionChanged, done_on, ends_on=body.ends_on.isoformat())


async def suspend(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: Because, if_match: str | None = None) -> Mission:
    """The mission stops for a while; days are not counted until it is resumed."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_lead, if_match)
    mission.move("suspend", MISSION)
    mission.suspended_on, mission.reason = done_on, body.reason
    return await _change(session, caller, mission, "suspend", before, MissionChanged, done_on, reason=body.reason)


async def resume(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: Act, if_match: str | None = None) -> Mission:
    """The mission goes on; the days between were not done."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_lead, if_match)
    MISSION.after("resume", before)
    since = mission.suspended_on or done_on
    mission.days_not_done = sorted({*mission.days_not_done, *(day for day in mission.days if since <= day < done_on)})
    mission.move("resume", MISSION)
    mission.suspended_on, mission.reason = None, None
    return await _change(session, caller, mission, "resume", before, MissionChanged, done_on)


async def strike_days(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: DaysNotDone, if_match: str | None = None) -> Mission:
    """Planned days that were not done are taken off the counter, with the reason."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_lead, if_match)
    if mission.state not in UNDER_WAY:
        MISSION.after("end", mission.state)
    strangers = sorted(set(body.days) - set(mission.days))
    if strangers:
        raise Malformed.field("days", _("{day} is no planned day of this mission."), day=strangers[0].isoformat())
    mission.days_not_done = sorted({*mission.days_not_done, *body.days})
    mission.version += 1
    return await _change(session, caller, mission, "days_not_done", before, MissionChanged, done_on, days=[day.isoformat() for day in body.days], reason=body.reason)


async def end(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: Act, if_match: str | None = None) -> Mission:
    """The last day was done; both sides report within the time of the pack."""
    mission, done_on, _before = await _opened(session, caller, mission_id, body.done_on, can_lead, if_match)
    return await _back_home(session, caller, mission, "end", done_on, None)


async def recall(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: Because, if_match: str | None = None) -> Mission:
    """The source calls its person back; the days from then on are free again."""
    mission, done_on, _before = await _opened(session, caller, mission_id, body.done_on, can_recall, if_match)
    return await _back_home(session, caller, mission, "recall", done_on, body.reason)


async def _back_home(session: AsyncSession, caller: Caller, mission: Mission, act: str, done_on: date, reason: str | None) -> Mission:
    before = mission.state
    MISSION.after(act, before)
    if mission.departed_on is not None and done_on < mission.departed_on:
        raise Malformed.field("done_on", _("The person left on {day}."), day=mission.departed_on.isoformat())
    last = min(done_on, mission.ends_on)
    if mission.suspended_on is not None:
        mission.days_not_done = sorted({*mission.days_not_done, *(day for day in mission.days if mission.suspended_on <= day <= last)})
    close_recall(session, mission, "done")
    mission.stop(act, on=last, reason=reason)
    if last < mission.ends_on:
        _free(session, mission, last + ONE_DAY)
    await session.flush()
    deadline = _report_deadline(mission)
    for side in ("worker", "destination"):
        report_due(session, mission, side, deadline)
    return await _change(session, caller, mission, act, before, MissionEnded, done_on, days_done=len(mission.done_days(last)))


def _report_deadline(mission: Mission) -> date:
    ended = mission.ended_on or mission.ends_on
    calendar = WorkingCalendar.of_country(mission.giver_code.partition("-")[0], (ended.year, ended.year + 1))
    return calendar.deadline(ended, PACKS.pinned(mission.rule_pack).rule("ROT-REPORT").value)


async def write_report(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: ReportCreate, if_match: str | None = None) -> Mission:
    """One side reports; with both reports the mission is reported and the rest of the allowance is free."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, lambda caller, mission: can_report(caller, mission, body.side), if_match)
    MISSION.after("report", before)
    if any(report.side == body.side for report in mission.reports):
        raise Refused(
            "already-reported",
            _("This side has reported already."),
            rule=Rule("ROT-REPORTS", 1, "report per side", PROCEDURE),
            possible=_("Read the report that is there."),
        )
    mission.reports.append(Report(mission_id=mission.id, **body.model_dump(exclude={"done_on"}), reported_by=caller.actor, reported_on=done_on))
    if len(mission.reports) == 2:
        mission.move("report", MISSION)
    else:
        mission.version += 1
    report_due(session, mission, body.side, _report_deadline(mission), "done")
    return await _change(session, caller, mission, "report", before, MissionReported if len(mission.reports) == 2 else MissionChanged, done_on, side=body.side)


async def evaluate(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: Evaluation, if_match: str | None = None) -> Mission:
    """Whether the objectives were met."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_evaluate, if_match)
    MISSION.after("evaluate", before)
    both_must_have_reported(mission)
    mission.move("evaluate", MISSION)
    mission.evaluated_by, mission.evaluated_on, mission.objectives_met, mission.evaluation = caller.actor, done_on, body.objectives_met, body.comment
    return await _change(session, caller, mission, "evaluate", before, MissionEvaluated, done_on, objectives_met=body.objectives_met)


async def close(session: AsyncSession, *, caller: Caller, mission_id: UUID, body: Act, if_match: str | None = None) -> Mission:
    """The levels that learners reached are recorded, and the follow-ups planned."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_evaluate, if_match)
    MISSION.after("close", before)
    since = mission.departed_on or mission.starts_on
    if mission.mode in TEACHING and mission.technique and not await levels_recorded_since(session, mission.technique, mission.receiver_code, since):
        raise Refused(
            "levels-missing",
            _("No level of a learner was recorded since the mission began."),
            rule=Rule("ROT-CLOSE", "levels at the end", "of the learners", PROCEDURE),
            possible=_("Record the levels of the learners for this technique first."),
        )
    mission.move("close", MISSION)
    mission.closed_on = done_on
    ended = mission.ended_on or mission.ends_on
    for months in PACKS.pinned(mission.rule_pack).rule("ROT-FOLLOW-UP").value:
        follow_up = FollowUp(mission_id=mission.id, months=months, due_on=add_months(ended, months))
        mission.follow_ups.append(follow_up)
        follow_up_due(session, mission, months, follow_up.due_on)
    return await _change(session, caller, mission, "close", before, MissionEvaluated, done_on)


async def follow_up(session: AsyncSession, *, caller: Caller, mission_id: UUID, months: int, body: FollowUpDone, if_match: str | None = None) -> Mission:
    """What is left of the mission some months later."""
    mission, done_on, before = await _opened(session, caller, mission_id, body.done_on, can_lead, if_match)
    planned: Iterable[FollowUp] = (each for each in mission.follow_ups if each.months == months)
    found = next(iter(planned), None)
    if found is None:
        raise NotFound()
    if found.done_on is not None:
        raise Refused(
            "already-followed-up",
            _("This follow-up was done on {day}."),
            rule=Rule("ROT-FOLLOW-UP", months, "months", PROCEDURE),
            possible=_("Read what was written then."),
            day=found.done_on.isoformat(),
        )
    found.done_on, found.done_by, found.practised, found.comment = done_on, caller.actor, body.practised, body.comment
    mission.version += 1
    follow_up_due(session, mission, months, found.due_on, "done")
    return await _change(session, caller, mission, "follow_up", before, MissionChanged, done_on, months=months, practised=body.practised)
