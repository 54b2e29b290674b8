"""A plan is drafted, submitted, its money shared out, approved by another person; then sessions execute it, and it is closed."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.courses.queries import known_course
from services.training.organisers import organiser_of
from services.training.plans import events
from services.training.plans.execution import execution_of
from services.training.plans.guards import (
    axes_must_exist,
    budget_must_hold_what_was_spent,
    enough_must_be_evaluated,
    plan_must_be_in_force,
    plan_must_have_axes,
    window_must_be_open,
)
from services.training.plans.models import Plan, PlanAction, PlanAxis, PlanExpense
from services.training.plans.permissions import can_approve, can_arbitrate, can_write
from services.training.plans.queries import get_own_plan, plans_visible_to
from services.training.plans.schemas import Act, Approval, Arbitration, Expense, ExpenseCreate, ExpensesCreate, PlanCreate, PlanWords, Revision
from services.training.rules import pack_of
from services.training.sessions.models import TrainingSession
from services.training.workflow import APPROVED, DONE, EVALUATED, PLAN
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed
from shared.events import record_event
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of


async def draft_plan(session: AsyncSession, *, caller: Caller, body: PlanCreate) -> Plan:
    """An organiser writes the plan of its authority or facility; it may be submitted at once."""
    done_on = judge_done_on(caller, body.done_on)
    organiser = await organiser_of(session, caller, body.authority, done_on)
    if known := await by_reference(session, Plan, authority_path=organiser.authority_path, body=body, reference=body.reference):
        return known
    plan = Plan(
        id=uuid7(),
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=organiser.authority_path,
        authority=organiser.code,
        facility_code=organiser.facility_code,
        title=body.title,
        year_from=body.year_from,
        year_to=body.year_to,
        currency=body.currency,
        rule_pack=pack_of(organiser.code, done_on).id,
        drafted_by=caller.actor,
        drafted_on=done_on,
        axes=[],
        actions=[],
    )
    session.add(plan)
    await session.flush()
    await _write(session, caller, plan, body)
    await record_audit(session, caller, "plan.drafted", "plan", plan.id, after=body.model_dump(mode="json"), done_on=done_on)
    await _announce(session, events.PlanDrafted, plan)
    if body.submit:
        await _submit(session, caller, plan, done_on)
    return plan


async def edit_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: PlanWords, if_match: str | None = None) -> Plan:
    """A draft is written anew."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await get_own_plan(session, caller, plan_id)
    require(can_write(caller, plan))
    require_current(if_match, plan.version)
    PLAN.after("submit", plan.state)
    plan.title = body.title
    plan.actions, plan.axes = [], []
    await session.flush()
    await _write(session, caller, plan, body)
    plan.version += 1
    await record_audit(session, caller, "plan.edited", "plan", plan.id, after=body.model_dump(mode="json"), done_on=done_on)
    await _announce(session, events.PlanDrafted, plan)
    return plan


async def _write(session: AsyncSession, caller: Caller, plan: Plan, body: PlanWords) -> None:
    for course_id in {planned.course_id for planned in body.actions if planned.course_id}:
        await known_course(session, caller, course_id)
    plan.axes = [
        PlanAxis(id=uuid7(), plan_id=plan.id, position=position, **axis.model_dump(exclude={"budget"}), requested=axis.budget, budget=axis.budget)
        for position, axis in enumerate(body.axes, start=1)
    ]
    await session.flush()
    ids = {axis.code: axis.id for axis in plan.axes}
    plan.actions = [
        PlanAction(id=uuid7(), plan_id=plan.id, position=position, axis_id=ids[planned.axis], **planned.model_dump(exclude={"axis"}))
        for position, planned in enumerate(body.actions, start=1)
    ]
    await session.flush()


async def _announce(session: AsyncSession, event: type[events.PlanState], plan: Plan) -> None:
    await session.flush()
    record_event(session, event.about(plan, await execution_of(session, plan)))


async def submit_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: Act, if_match: str | None = None) -> Plan:
    """The author asks for the money of the axes."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await get_own_plan(session, caller, plan_id)
    require(can_write(caller, plan))
    require_current(if_match, plan.version)
    await _submit(session, caller, plan, done_on)
    return plan


async def _submit(session: AsyncSession, caller: Caller, plan: Plan, done_on: date) -> None:
    PLAN.after("submit", plan.state)
    plan_must_have_axes(plan)
    plan.submit(by=caller.actor, on=done_on)
    await record_audit(session, caller, "plan.submitted", "plan", plan.id, after={"state": plan.state}, done_on=done_on)
    await _announce(session, events.PlanSubmitted, plan)


async def return_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: Act, if_match: str | None = None) -> Plan:
    """The plan goes back to its author."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await get_own_plan(session, caller, plan_id)
    require(can_arbitrate(caller, plan))
    require_current(if_match, plan.version)
    before = plan.state
    plan.move("return", PLAN)
    await record_audit(session, caller, "plan.returned", "plan", plan.id, before={"state": before}, after={"state": plan.state}, done_on=done_on)
    await _announce(session, events.PlanDrafted, plan)
    return plan


async def arbitrate_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: Arbitration, if_match: str | None = None) -> Plan:
    """Budget arbitration: each axis is granted its money."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await get_own_plan(session, caller, plan_id)
    require(can_arbitrate(caller, plan))
    require_current(if_match, plan.version)
    axes_must_exist(plan, body.budgets)
    before = {axis.code: axis.budget for axis in plan.axes}
    plan.arbitrate(dict(body.budgets), by=caller.actor, on=done_on)
    await record_audit(session, caller, "plan.arbitrated", "plan", plan.id, before=before, after={axis.code: axis.budget for axis in plan.axes}, done_on=done_on)
    await _announce(session, events.PlanArbitrated, plan)
    return plan


async def approve_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: Approval, if_match: str | None = None) -> Plan:
    """Another person than the author approves the plan; from now on sessions may execute it."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await get_own_plan(session, caller, plan_id)
    require(can_approve(caller, plan))
    require_current(if_match, plan.version)
    plan.approve(by=caller.actor, on=done_on, decision_number=body.decision_number)
    await record_audit(session, caller, "plan.approved", "plan", plan.id, after={"state": plan.state, "decision": plan.decision}, done_on=done_on)
    await _announce(session, events.PlanApproved, plan)
    return plan


async def revise_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: Revision, if_match: str | None = None) -> Plan:
    """Once a year, in the window: the money moves between axes, never under what is spent."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await get_own_plan(session, caller, plan_id)
    require(can_arbitrate(caller, plan))
    require_current(if_match, plan.version)
    plan_must_be_in_force(plan, "revise")
    window_must_be_open(plan, done_on)
    axes_must_exist(plan, body.budgets)
    execution = await execution_of(session, plan)
    for axis in plan.axes:
        budget_must_hold_what_was_spent(axis.code, body.budgets.get(axis.code, axis.budget), execution.spent(axis.id))
    before = {axis.code: axis.budget for axis in plan.axes}
    plan.grant(dict(body.budgets))
    plan.revised_by, plan.revised_on, plan.revision_reason = caller.actor, done_on, body.reason
    plan.version += 1
    await record_audit(
        session, caller, "plan.revised", "plan", plan.id, before=before, after={axis.code: axis.budget for axis in plan.axes} | {"reason": body.reason}, done_on=done_on
    )
    await _announce(session, events.PlanRevised, plan)
    return plan


async def spend_on_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: ExpenseCreate) -> Plan:
    """Money spent on an axis that no session bears is entered."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _plan_that_spends(session, caller, plan_id)
    await _spend(session, caller, plan, body, done_on, path="axis")
    await _announce(session, events.PlanExecuted, plan)
    return plan


async def spend_on_axes(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: ExpensesCreate) -> Plan:
    """Money spent on several axes is entered at once; one line that is wrong enters nothing."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await _plan_that_spends(session, caller, plan_id)
    for number, expense in enumerate(body.items):
        await _spend(session, caller, plan, expense, done_on, path=f"items.{number}.axis")
    await _announce(session, events.PlanExecuted, plan)
    return plan


async def _plan_that_spends(session: AsyncSession, caller: Caller, plan_id: UUID) -> Plan:
    plan = await get_own_plan(session, caller, plan_id)
    require(can_write(caller, plan))
    plan_must_be_in_force(plan, "spend")
    return plan


async def _spend(session: AsyncSession, caller: Caller, plan: Plan, expense: Expense, done_on: date, *, path: str) -> None:
    axis = plan.axis(expense.axis)
    if axis is None:
        raise Malformed.field(path, _("The plan has no axis {axis}."), axis=expense.axis)
    session.add(PlanExpense(plan_id=plan.id, axis_id=axis.id, label=expense.label, amount=expense.amount, spent_on=expense.spent_on, entered_by=caller.actor))
    await session.flush()
    await record_audit(session, caller, "plan.spent", "plan", plan.id, after=expense.model_dump(mode="json"), done_on=done_on)


async def close_plan(session: AsyncSession, *, caller: Caller, plan_id: UUID, body: Act, if_match: str | None = None) -> Plan:
    """The plan is over: enough of its sessions have a result (EVAL-01)."""
    done_on = judge_done_on(caller, body.done_on)
    plan = await get_own_plan(session, caller, plan_id)
    require(can_arbitrate(caller, plan))
    require_current(if_match, plan.version)
    PLAN.after("close", plan.state)
    states = dict((await session.execute(select(TrainingSession.state, func.count()).where(TrainingSession.plan_id == plan.id).group_by(TrainingSession.state))).tuples().all())
    enough_must_be_evaluated(plan, states.get(DONE, 0) + states.get(EVALUATED, 0), states.get(EVALUATED, 0))
    plan.move("close", PLAN)
    plan.closed_by, plan.closed_on = caller.actor, done_on
    await record_audit(session, caller, "plan.closed", "plan", plan.id, after={"state": plan.state}, done_on=done_on)
    await _announce(session, events.PlanClosed, plan)
    return plan


async def known_plan(session: AsyncSession, caller: Caller, plan_id: UUID) -> Plan:
    """The plan that a body names. Raises Malformed."""
    plan = await session.scalar(plans_visible_to(caller).where(Plan.id == plan_id))
    if plan is None:
        raise Malformed.field("plan_id", _("There is no plan with this identifier that you may see."))
    return plan


async def session_opens(session: AsyncSession, caller: Caller, plan_id: UUID, done_on: date) -> None:
    """The first session that opens on an approved plan begins its execution. Raises Refused while the plan is not approved."""
    plan = await get_own_plan(session, caller, plan_id)
    plan_must_be_in_force(plan, "execute")
    if plan.state == APPROVED and caller.manages(plan.authority_path):
        plan.move("execute", PLAN)
        await record_audit(session, caller, "plan.executing", "plan", plan.id, after={"state": plan.state}, done_on=done_on)
        await _announce(session, events.PlanExecuted, plan)


async def announce_execution(session: AsyncSession, caller: Caller, plan_id: UUID) -> None:
    """A session was held: the plan says what it has spent and done."""
    plan = await get_own_plan(session, caller, plan_id)
    await _announce(session, events.PlanExecuted, plan)
