"""A plan is drafted, approved by another person, carried out action by action, amended on what was decided, and closed; who reports progress does not close."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.areas import area_on
from services.observatory.figures.catalogue import catalogue
from services.observatory.figures.use_cases import Question, read_figure
from services.observatory.meetings.queries import get_visible_meeting, get_visible_resolution
from services.observatory.meetings.use_cases import lock, named
from services.observatory.strategy.models import (
    ACTION,
    ADDED,
    AMENDED,
    APPROVED,
    MADE,
    OPEN,
    RESTS_ON_MINUTES,
    RESULT_OF_EACH,
    STRATEGY,
    Amendment,
    Axis,
    Change,
    Objective,
    PlanAction,
    Progress,
    Strategy,
)
from services.observatory.strategy.permissions import can_approve, can_close, can_conclude, can_draft, can_report
from services.observatory.strategy.queries import actions_of, get_visible_action, get_visible_strategy
from services.observatory.strategy.schemas import (
    ActionAmended,
    ActionCreate,
    ActionWanted,
    AmendmentCreate,
    ClosureCreate,
    ConclusionCreate,
    IndicatorRead,
    ObjectiveAmended,
    ProgressCreate,
    Step,
    StrategyCreate,
)
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.errors import Malformed, NotFound, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of

EVE = timedelta(days=1)


async def draft_strategy(session: AsyncSession, *, caller: Caller, body: StrategyCreate) -> Strategy:
    """An authority drafts a plan with its axes and objectives."""
    done_on, path = judge_done_on(caller, body.done_on), path_of(body.authority)
    require(can_draft(caller, path))
    if known := await by_reference(session, Strategy, authority_path=path, body=body, reference=body.reference):
        return known
    strategy = Strategy(
        **body.model_dump(include={"reference", "authority", "title", "starts_on", "ends_on"}),
        state="draft",
        version=1,
        content_hash=hash_of(body),
        authority_path=path,
        shared_with=[],
        drafted_by=caller.actor,
        amendments=[],
        axes=[
            Axis(number=number, title=axis.title, objectives=[Objective(number=place, title=title) for place, title in enumerate(axis.objectives, start=1)])
            for number, axis in enumerate(body.axes, start=1)
        ],
    )
    session.add(strategy)
    await session.flush()
    await record_audit(session, caller, "strategy.drafted", "strategy", strategy.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return strategy


async def approve_strategy(session: AsyncSession, *, caller: Caller, strategy_id: UUID, body: Step) -> Strategy:
    """Another person approves the plan: its days count from then on."""
    done_on = judge_done_on(caller, body.done_on)
    strategy = await get_visible_strategy(session, caller, strategy_id)
    require(can_approve(caller, strategy))
    await lock(session, strategy)
    strategy.move("approve", STRATEGY)
    strategy.approved_by, strategy.approved_on = caller.actor, done_on
    await session.flush()
    await record_audit(session, caller, "strategy.approved", "strategy", strategy.id, before={"state": "draft"}, after={"state": APPROVED}, done_on=done_on)
    return strategy


async def add_action(session: AsyncSession, *, caller: Caller, strategy_id: UUID, body: ActionCreate) -> PlanAction:
    """An action under an objective; it gets the next number there."""
    done_on = judge_done_on(caller, body.done_on)
    strategy = await get_visible_strategy(session, caller, strategy_id)
    require(can_draft(caller, strategy.authority_path))
    await lock(session, strategy)
    if known := await by_reference(session, PlanAction, authority_path=strategy.authority_path, body=body, reference=body.reference):
        return known
    strategy.must_not_be_closed()
    STRATEGY.after("add_action", strategy.state)
    plan_action = await _planned(session, caller, strategy, body)
    await record_audit(session, caller, "strategy_action.added", "strategy_action", plan_action.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return plan_action


async def _planned(session: AsyncSession, caller: Caller, strategy: Strategy, body: ActionWanted) -> PlanAction:
    area_code = body.area_code or strategy.authority
    await _must_fit(session, caller, strategy, body, area_code)
    last = await session.scalar(
        select(func.max(PlanAction.number)).where(PlanAction.strategy_id == strategy.id, PlanAction.axis == body.axis, PlanAction.objective == body.objective)
    )
    plan_action = PlanAction(
        **body.model_dump(exclude={"done_on", "area_code"}),
        area_code=area_code,
        state="open",
        version=1,
        content_hash=hash_of(body),
        authority_path=strategy.authority_path,
        shared_with=[area_code] if area_code != strategy.authority else [],
        strategy_id=strategy.id,
        number=(last or 0) + 1,
        added_by=caller.actor,
        progress=[],
        changes=[],
    )
    session.add(plan_action)
    await session.flush()
    return plan_action


async def _must_fit(session: AsyncSession, caller: Caller, strategy: Strategy, body: ActionWanted, area_code: str) -> None:
    """Raises Malformed for what the plan, the catalogue of figures or the map does not know."""
    if not any(axis.number == body.axis and any(objective.number == body.objective for objective in axis.objectives) for axis in strategy.axes):
        raise Malformed.field("objective", _("The plan has no objective {axis}.{objective}."), axis=body.axis, objective=body.objective)
    _must_fit_the_days(strategy, body.starts_on, body.due_on)
    for field, code in (("area_code", area_code), ("indicator_area", body.indicator_area)):
        area = await area_on(session, code, body.starts_on) if code else None
        if code and (area is None or strategy.authority not in area.within):
            raise Malformed.field(field, _("No area {code} of this authority exists on {day}."), code=code, day=body.starts_on.isoformat())
    _must_be_a_figure(body.indicator)
    if body.resolution_id is not None:
        await named(get_visible_resolution(session, caller, body.resolution_id), "resolution_id", _("There is no such recommendation that you may see."))


def _must_fit_the_days(strategy: Strategy, first: date, last: date) -> None:
    """Raises Malformed."""
    if not (strategy.starts_on <= first and last <= strategy.ends_on):
        raise Malformed.field("due_on", _("The plan runs from {first} to {last}."), first=strategy.starts_on.isoformat(), last=strategy.ends_on.isoformat())


def _must_be_a_figure(indicator: str | None) -> None:
    """Raises Malformed."""
    if indicator is not None and indicator not in catalogue():
        raise Malformed.field("indicator", _("There is no figure {figure}."), figure=indicator)


async def amend_strategy(session: AsyncSession, *, caller: Caller, strategy_id: UUID, body: AmendmentCreate) -> Strategy:
    """An approved plan reads otherwise from a day on, on the ground of adopted minutes or of a decision; each line keeps what stood before."""
    done_on = judge_done_on(caller, body.done_on)
    strategy = await get_visible_strategy(session, caller, strategy_id)
    require(can_draft(caller, strategy.authority_path))
    await lock(session, strategy)
    if await by_reference(session, Amendment, authority_path=strategy.authority_path, body=body, reference=body.reference):
        return strategy
    strategy.must_not_be_closed()
    strategy.move("amend", STRATEGY)
    await _must_rest(session, caller, body.meeting_id, done_on)
    assert strategy.approved_on is not None
    last = max([strategy.approved_on, *(one.amended_on for one in strategy.amendments)])
    if done_on < last:
        raise Malformed.field("done_on", _("The plan was approved or amended last on {day}."), day=last.isoformat())
    amendment = Amendment(
        **body.model_dump(include={"reference", "reason", "meeting_id", "decision"}),
        id=uuid7(),
        state=MADE,
        version=1,
        content_hash=hash_of(body),
        authority_path=strategy.authority_path,
        shared_with=[],
        strategy_id=strategy.id,
        number=len(strategy.amendments) + 1,
        amended_on=done_on,
        amended_by=caller.actor,
        changes=[],
    )
    strategy.amendments.append(amendment)
    await session.flush()
    for objective in body.objectives:
        _amend_objective(strategy, amendment, objective)
    await session.flush()
    for changed in body.changed:
        await _amend_action(session, caller, strategy, amendment, changed)
    for wanted in body.added:
        plan_action = await _planned(session, caller, strategy, wanted)
        _write(amendment, plan_action.axis, plan_action.objective, ADDED, None, plan_action.title, plan_action)
    if not amendment.changes:
        raise Malformed.field("changed", _("The plan reads so already."))
    await session.flush()
    lines = [{"axis": one.axis, "objective": one.objective, "action_id": str(one.action_id or ""), "field": one.field} for one in amendment.changes]
    before = {"lines": [line | {"value": one.before} for line, one in zip(lines, amendment.changes, strict=True)]}
    after = {"lines": [line | {"value": one.after} for line, one in zip(lines, amendment.changes, strict=True)]}
    after |= body.model_dump(mode="json", include={"reason", "meeting_id", "decision"}, exclude_none=True)
    await record_audit(session, caller, "strategy.amended", "strategy", strategy.id, before=before, after=after, done_on=done_on)
    return strategy


async def _must_rest(session: AsyncSession, caller: Caller, meeting_id: UUID | None, day: date) -> None:
    """Minutes are adopted by another person than the one who wrote them: until then nothing rests on them. Raises Refused or Malformed."""
    if meeting_id is None:
        return
    meeting = await named(get_visible_meeting(session, caller, meeting_id), "meeting_id", _("There is no such meeting that you may see."))
    if meeting.adopted_on is None:
        raise Refused(
            "minutes-not-adopted",
            _("The minutes of this meeting are not adopted: an amendment does not rest on them yet."),
            rule=RESTS_ON_MINUTES,
            possible=_("Have the minutes adopted by another person, or name a decision."),
        )
    if day < meeting.adopted_on:
        raise Malformed.field("done_on", _("The minutes were adopted on {day}."), day=meeting.adopted_on.isoformat())


def _write(amendment: Amendment, axis: int, objective: int, field: str, before: object, after: object, plan_action: PlanAction | None = None) -> None:
    """One line of the amendment, unless it changes nothing."""
    if before == after:
        return
    change = Change(
        amendment_id=amendment.id,
        ordinal=len(amendment.changes) + 1,
        authority_path=amendment.authority_path,
        shared_with=plan_action.shared_with if plan_action is not None else [],
        number=amendment.number,
        amended_on=amendment.amended_on,
        axis=axis,
        objective=objective,
        field=field,
        before=_written(before),
        after=_written(after),
    )
    amendment.changes.append(change)
    if plan_action is not None:
        plan_action.changes.append(change)


def _written(value: object) -> str | None:
    """As `AMENDED` reads it again; an exact number without the zeros that only fill its column."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else None if value is None else str(value)


def _amend_objective(strategy: Strategy, amendment: Amendment, body: ObjectiveAmended) -> None:
    """A new objective of an axis, or new words for one. Raises Malformed."""
    axis = next((one for one in strategy.axes if one.number == body.axis), None)
    known = next((one for one in axis.objectives if one.number == body.number), None) if axis else None
    if axis is None or (body.number is not None and known is None):
        raise Malformed.field("objectives", _("The plan has no objective {axis}.{objective}."), axis=body.axis, objective=body.number or "–")
    if known is None:
        number = len(axis.objectives) + 1
        axis.objectives.append(Objective(strategy_id=strategy.id, axis=axis.number, number=number, title=body.title))
        _write(amendment, axis.number, number, ADDED, None, body.title)
    else:
        _write(amendment, axis.number, known.number, "title", known.title, body.title)
        known.title = body.title


async def _amend_action(session: AsyncSession, caller: Caller, strategy: Strategy, amendment: Amendment, body: ActionAmended) -> None:
    """What reads otherwise of an action that is neither done nor dropped. Raises Malformed or Refused."""
    unknown = _("The plan has no such action.")
    plan_action = await named(get_visible_action(session, caller, body.action_id), "changed", unknown)
    if plan_action.strategy_id != strategy.id:
        raise Malformed.field("changed", unknown)
    await lock(session, plan_action)
    plan_action.move("amend", ACTION)
    wanted = {name: value for name in AMENDED if (value := getattr(body, name)) is not None}
    if "target" in wanted:
        wanted["target"] = Decimal(str(body.target))
    _must_be_a_figure(body.indicator)
    if "target" in wanted and not (body.indicator or plan_action.indicator):
        raise Malformed.field("changed", _("A target is a value of the indicator: name the figure."))
    first, last = wanted.get("starts_on", plan_action.starts_on), wanted.get("due_on", plan_action.due_on)
    if last < first:
        raise Malformed.field("due_on", _("The last day comes before the first one."))
    _must_fit_the_days(strategy, first, last)
    for name, value in wanted.items():
        _write(amendment, plan_action.axis, plan_action.objective, name, getattr(plan_action, name), value, plan_action)
        setattr(plan_action, name, value)


async def close_strategy(session: AsyncSession, *, caller: Caller, strategy_id: UUID, body: ConclusionCreate) -> Strategy:
    """The plan ends with what became of each of its actions; from then on nothing of it is reported or amended."""
    done_on = judge_done_on(caller, body.done_on)
    strategy = await get_visible_strategy(session, caller, strategy_id)
    require(can_conclude(caller, strategy))
    await lock(session, strategy)
    strategy.must_not_be_closed()
    STRATEGY.after("close", strategy.state)
    still_open = {one.id: one for one in await actions_of(session, caller, strategy.id) if one.state == OPEN}
    results = {one.action_id: one for one in body.results}
    if unknown := sorted(results.keys() - still_open.keys()):
        raise Malformed.field("results", _("{id} is no open action of this plan."), id=str(unknown[0]))
    if left := [one for identifier, one in still_open.items() if identifier not in results]:
        raise Refused(
            "actions-without-result",
            _("It is not said what became of {actions}."),
            rule=RESULT_OF_EACH,
            possible=_("Say of each open action whether it is done or dropped, and by what that is seen."),
            actions="; ".join(f"{one.axis}.{one.objective}.{one.number} {one.title}" for one in left),
        )
    if strategy.amendments and done_on < strategy.amendments[-1].amended_on:
        raise Malformed.field("done_on", _("The plan was approved or amended last on {day}."), day=strategy.amendments[-1].amended_on.isoformat())
    for identifier, result in results.items():
        closure = ClosureCreate(outcome=result.outcome, evidence=result.evidence, done_on=body.done_on)
        await close_action(session, caller=caller, action_id=identifier, body=closure)
    strategy.closed_by, strategy.closed_on, strategy.conclusion = caller.actor, done_on, body.conclusion
    strategy.move("close", STRATEGY)
    await session.flush()
    after = {"state": strategy.state, "conclusion": body.conclusion}
    await record_audit(session, caller, "strategy.closed", "strategy", strategy.id, before={"state": APPROVED}, after=after, done_on=done_on)
    return strategy


async def report_progress(session: AsyncSession, *, caller: Caller, action_id: UUID, body: ProgressCreate) -> PlanAction:
    """The plan's authority, or the region that carries the action out, says how far it is."""
    said_on = judge_done_on(caller, body.done_on)
    plan_action = await get_visible_action(session, caller, action_id)
    require(can_report(caller, plan_action))
    await lock(session, plan_action)
    await _must_be_carried_out(session, caller, plan_action, said_on)
    plan_action.move("report", ACTION)
    plan_action.reported_by = caller.actor
    plan_action.progress.append(
        Progress(
            action_id=plan_action.id,
            authority_path=plan_action.authority_path,
            shared_with=plan_action.shared_with,
            percent=body.percent,
            text=body.text,
            said_on=said_on,
            said_by=caller.actor,
        )
    )
    await session.flush()
    await record_audit(session, caller, "strategy_action.reported", "strategy_action", plan_action.id, after={"percent": body.percent, "text": body.text}, done_on=said_on)
    return plan_action


async def close_action(session: AsyncSession, *, caller: Caller, action_id: UUID, body: ClosureCreate) -> PlanAction:
    """Another person than the one who reported last says that it is done, or dropped, and by what that is seen."""
    closed_on = judge_done_on(caller, body.done_on)
    plan_action = await get_visible_action(session, caller, action_id)
    require(can_close(caller, plan_action))
    await lock(session, plan_action)
    await _must_be_carried_out(session, caller, plan_action, closed_on)
    plan_action.move(body.outcome, ACTION)
    plan_action.closed_by, plan_action.closed_on, plan_action.evidence = caller.actor, closed_on, body.evidence
    await session.flush()
    after = {"state": plan_action.state, "evidence": body.evidence}
    await record_audit(session, caller, f"strategy_action.{body.outcome}", "strategy_action", plan_action.id, before={"state": "open"}, after=after, done_on=closed_on)
    return plan_action


async def _must_be_carried_out(session: AsyncSession, caller: Caller, plan_action: PlanAction, day: date) -> None:
    """Nothing is reported before the plan is approved, nor before what was said last. Raises Refused or Malformed."""
    strategy = await get_visible_strategy(session, caller, plan_action.strategy_id)
    strategy.must_not_be_closed()
    STRATEGY.after("carry_out", strategy.state)
    assert strategy.approved_on is not None
    last = max([strategy.approved_on, *(one.said_on for one in plan_action.progress)])
    if day < last:
        raise Malformed.field("done_on", _("The last word on this plan or action was said on {day}."), day=last.isoformat())


async def indicator_of(session: AsyncSession, caller: Caller, plan_action: PlanAction, day: date) -> IndicatorRead | None:
    """The figure before the action began and on the day; nothing for whoever the figure's place is not open to."""
    figure = catalogue().get(plan_action.on(day, "indicator") or "")
    if figure is None:
        return None
    area = plan_action.indicator_area or plan_action.authority_path.rpartition(".")[2]
    starts_on, target = plan_action.on(day, "starts_on"), plan_action.on(day, "target")
    before_on = starts_on - EVE
    after_on = plan_action.closed_on if plan_action.closed_on is not None and plan_action.closed_on <= day else day
    values = []
    for first, on in ((None, before_on), (starts_on, after_on)):
        try:
            values.append((await read_figure(session, caller=caller, question=Question(figure.id, area, first, as_of=on))).value)
        except NotFound:
            return None
    return IndicatorRead(
        figure=figure.id,
        title=str(figure.title),
        unit=str(figure.unit),
        area_code=area,
        target=float(target) if target is not None else None,
        before=values[0],
        before_on=before_on,
        after=values[1],
        after_on=after_on,
    )
