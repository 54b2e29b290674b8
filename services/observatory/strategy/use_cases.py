"""A plan is drafted, approved by another person, carried out action by action; who reports progress does not close."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.areas import area_on
from services.observatory.figures.catalogue import catalogue
from services.observatory.figures.use_cases import Question, read_figure
from services.observatory.meetings.queries import get_visible_resolution
from services.observatory.meetings.use_cases import lock, named
from services.observatory.strategy.models import ACTION, APPROVED, STRATEGY, Axis, Objective, PlanAction, Progress, Strategy
from services.observatory.strategy.permissions import can_approve, can_close, can_draft, can_report
from services.observatory.strategy.queries import get_visible_action, get_visible_strategy
from services.observatory.strategy.schemas import ActionCreate, ClosureCreate, IndicatorRead, ProgressCreate, Step, StrategyCreate
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.errors import Malformed, NotFound
from shared.i18n import _
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
    STRATEGY.after("add_action", strategy.state)
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
    )
    session.add(plan_action)
    await session.flush()
    await record_audit(session, caller, "strategy_action.added", "strategy_action", plan_action.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return plan_action


async def _must_fit(session: AsyncSession, caller: Caller, strategy: Strategy, body: ActionCreate, area_code: str) -> None:
    """Raises Malformed for what the plan, the catalogue of figures or the map does not know."""
    if not any(axis.number == body.axis and any(objective.number == body.objective for objective in axis.objectives) for axis in strategy.axes):
        raise Malformed.field("objective", _("The plan has no objective {axis}.{objective}."), axis=body.axis, objective=body.objective)
    if not (strategy.starts_on <= body.starts_on and body.due_on <= strategy.ends_on):
        raise Malformed.field("due_on", _("The plan runs from {first} to {last}."), first=strategy.starts_on.isoformat(), last=strategy.ends_on.isoformat())
    for field, code in (("area_code", area_code), ("indicator_area", body.indicator_area)):
        area = await area_on(session, code, body.starts_on) if code else None
        if code and (area is None or strategy.authority not in area.within):
            raise Malformed.field(field, _("No area {code} of this authority exists on {day}."), code=code, day=body.starts_on.isoformat())
    if body.indicator is not None and body.indicator not in catalogue():
        raise Malformed.field("indicator", _("There is no figure {figure}."), figure=body.indicator)
    if body.resolution_id is not None:
        await named(get_visible_resolution(session, caller, body.resolution_id), "resolution_id", _("There is no such recommendation that you may see."))


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
    STRATEGY.after("carry_out", strategy.state)
    assert strategy.approved_on is not None
    last = max([strategy.approved_on, *(one.said_on for one in plan_action.progress)])
    if day < last:
        raise Malformed.field("done_on", _("The last word on this plan or action was said on {day}."), day=last.isoformat())


async def indicator_of(session: AsyncSession, caller: Caller, plan_action: PlanAction, day: date) -> IndicatorRead | None:
    """The figure before the action began and on the day; nothing for whoever the figure's place is not open to."""
    figure = catalogue().get(plan_action.indicator or "")
    if figure is None:
        return None
    area = plan_action.indicator_area or plan_action.authority_path.rpartition(".")[2]
    before_on = plan_action.starts_on - EVE
    after_on = plan_action.closed_on if plan_action.closed_on is not None and plan_action.closed_on <= day else day
    values = []
    for first, on in ((None, before_on), (plan_action.starts_on, after_on)):
        try:
            values.append((await read_figure(session, caller=caller, question=Question(figure.id, area, first, as_of=on))).value)
        except NotFound:
            return None
    return IndicatorRead(
        figure=figure.id,
        title=str(figure.title),
        unit=str(figure.unit),
        area_code=area,
        target=float(plan_action.target) if plan_action.target is not None else None,
        before=values[0],
        before_on=before_on,
        after=values[1],
        after_on=after_on,
    )
