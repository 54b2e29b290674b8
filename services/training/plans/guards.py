"""What a plan must fulfil before its acts."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from services.training.plans.models import Plan
from services.training.rules import PACKS
from services.training.workflow import APPROVED, EXECUTING
from shared.errors import Malformed, Refused
from shared.i18n import _, translate
from shared.rulepacks import Rule, RulePack


def pack_of_plan(plan: Plan) -> RulePack:
    """The rules of the day on which the plan was drafted (RP-01)."""
    return PACKS.pinned(plan.rule_pack)


def plan_must_have_axes(plan: Plan) -> None:
    """A plan is submitted with its axes. Raises Refused."""
    if not plan.axes:
        raise Refused(
            "plan-without-axes",
            _("The plan has no axis."),
            rule=Rule("TRN-AXIS", 1, "axis at least", "Relais rule book, training (plan cycle)"),
            possible=_("Write at least one axis with its budget."),
        )


def axes_must_exist(plan: Plan, budgets: Mapping[str, int]) -> None:
    """Money goes to axes of the plan. Raises Malformed."""
    for code in budgets:
        if plan.axis(code) is None:
            raise Malformed.field("budgets", _("The plan has no axis {axis}."), axis=code)


def window_of(plan: Plan, year: int) -> tuple[date, date]:
    """First and last day, whole, of the revision window of a year (TRN-REVISION)."""
    value = pack_of_plan(plan).rule("TRN-REVISION").value
    first, last = (date.fromisoformat(f"{year}-{value[end]}") for end in ("first", "last"))
    return first, last


def window_must_be_open(plan: Plan, day: date) -> None:
    """A plan is revised once a year, in its window. Raises Refused."""
    first, last = window_of(plan, day.year)
    rule = pack_of_plan(plan).rule("TRN-REVISION")
    if not first <= day <= last:
        following = first if day < first else window_of(plan, day.year + 1)[0]
        raise Refused(
            "window-closed",
            _("Plans are revised from {first} to {last}; the act is of {day}."),
            rule=rule,
            possible=_("Revise it from {following}."),
            first=first.isoformat(),
            last=last.isoformat(),
            day=day.isoformat(),
            following=following.isoformat(),
        )
    if plan.revised_on is not None and plan.revised_on.year == day.year:
        raise Refused(
            "revised-already",
            _("The plan was revised on {revised}."),
            rule=rule,
            possible=_("Revise it from {following}."),
            revised=plan.revised_on.isoformat(),
            following=window_of(plan, day.year + 1)[0].isoformat(),
        )


def plan_must_be_in_force(plan: Plan, act: str) -> None:
    """Money is spent and revised on an approved plan that is not closed. Raises Refused."""
    if plan.state not in (APPROVED, EXECUTING):
        raise Refused(
            "plan-not-approved",
            _("The plan is “{state}”."),
            rule=Rule(f"WF-plan-{act}", [APPROVED, EXECUTING], "states that allow it", "Relais rule book, training (state machines)"),
            possible=_("Have the plan approved first."),
            state=translate(plan.state),
        )


def budget_must_hold_what_was_spent(axis: str, budget: int, spent: int) -> None:
    """A revision takes back only what is not spent. Raises Refused."""
    if budget < spent:
        raise Refused(
            "budget-below-spent",
            _("The axis {axis} has spent {spent}; {budget} is less."),
            rule=Rule("TRN-03", spent, "minor units", "Relais rule book, training TRN-03 (planned against executed budget per axis)"),
            possible=_("Leave at least what was spent."),
            axis=axis,
            spent=spent,
            budget=budget,
        )


def enough_must_be_evaluated(plan: Plan, held: int, evaluated: int) -> None:
    """A plan closes when enough of its sessions have a test result (EVAL-01). Raises Refused."""
    rule = pack_of_plan(plan).rule("EVAL-01")
    if held and Fraction(evaluated * 100, held) < rule.value:
        raise Refused(
            "too-few-evaluated",
            _("{evaluated} of {held} sessions have a result."),
            rule=rule,
            possible=_("Enter the marks of the other sessions and evaluate them."),
            evaluated=evaluated,
            held=held,
        )
