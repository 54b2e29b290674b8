"""Scales, coefficients and the day of the next step, exactly and from the pack (PAY-01, PAY-03)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from services.appointment.absences.spells import Days, day_after, spells, whole_months
from shared.calendars import period_end
from shared.errors import Malformed
from shared.i18n import _
from shared.rulepacks import Rule, RulePack


@dataclass(frozen=True)
class Scale:
    """One scale: its first coefficient, what each step adds, and how many steps it has."""

    code: str
    first: Decimal
    increment: Decimal
    steps: int

    def coefficient(self, step: int) -> Decimal:
        return self.first + self.increment * (step - 1)

    def is_last(self, step: int) -> bool:
        return step >= self.steps


def scale_of(pack: RulePack, code: str) -> Scale:
    """A scale of the pack. Raises Malformed."""
    known: dict[str, Any] = pack.rule("PAY-03").value
    if code not in known:
        raise Malformed.field("scale", _("There is no scale {scale}. Known here: {known}."), scale=code, known=", ".join(sorted(known)))
    entry = known[code]
    return Scale(code, Decimal(entry["first"]), Decimal(entry["increment"]), entry["steps"])


def scale_of_title(pack: RulePack, occupation_code: str) -> str | None:
    """The scale in which a title is recruited; None when the pack does not say."""
    code: str | None = pack.rule("PAY-03-TITLES").value.get(occupation_code)
    return code


def first_step(pack: RulePack, occupation_code: str) -> int:
    """The step in which a title starts (REC-VN-14)."""
    return int(pack.rule("PAY-ENTRY").value.get(occupation_code, 1))


def clock_start(pack: RulePack, *, recruited_on: date, confirmed_on: date) -> date:
    """The day from which the first step counts: the confirmation, unless the pack counts probation (A28)."""
    return recruited_on if pack.rule("PAY-01-PROBATION").value else confirmed_on


def uncounted_months(since: date, months: int, leave: Iterable[Days]) -> int:
    """Whole months by which uncounted leave pushes a step (R-UNPAID); leave in the months so added pushes it too."""
    added = 0
    for first, last in spells(leave):
        if last < since:
            continue
        if first > period_end(since, months + added):
            break
        added += whole_months(max(first, since), last)
    return added


@dataclass(frozen=True)
class Due:
    """The day of the next step and each rule that led there; no day in the last step."""

    on: date | None
    leave_months: int
    rules: Sequence[Rule]


def next_step_due(pack: RulePack, *, scale: str, step: int, since: date, delay_months: int, leave: Iterable[Days]) -> Due:
    """The first day of the next step: the months of the scale, the delays of penalties added up (R-PENALTY), and uncounted leave."""
    if scale_of(pack, scale).is_last(step):
        return Due(None, 0, [replace(pack.rule("PAY-03"), value={scale: step}, unit="last step of the scale")])
    served = pack.rule("PAY-01")
    months = int(served.value[scale])
    leave_months = uncounted_months(since, months + delay_months, leave)
    rules = [replace(served, value=months)]
    if delay_months:
        rules.append(replace(pack.rule("PAY-01-DELAY"), value=delay_months))
    if leave_months:
        rules.append(replace(served, value=leave_months, unit="months of leave that do not count"))
    return Due(day_after(period_end(since, months + delay_months + leave_months)), leave_months, rules)


def base_pay(pack: RulePack, day: date) -> int | None:
    """The monthly amount of a coefficient of 1 on a day, in minor units of the currency."""
    known = [entry["amount"] for entry in pack.rule("PAY-03-BASE").value if entry["from"] <= day]
    return int(known[-1]) if known else None


def monthly_pay(coefficient: Decimal, base: int) -> int:
    """Coefficient × base pay, half up to one đồng (R-MONEY)."""
    return int((coefficient * base).quantize(Decimal(1), ROUND_HALF_UP))
