"""What a sponsored study is given against: the months of service owed, and what of its cost is ever paid back."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal

from services.training.sponsorships.events import CostItem
from shared.calendars import ONE_DAY, add_months, period_end
from shared.commitments import BreachPolicy
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule, RulePack

OWED_BACK = ("tuition", "course_expenses")
CIVIL_SERVANT, PUBLIC_EMPLOYEE = "civil_servant", "public_employee"
HALF_A_MONTH = 15


def whole_months(first: date, last: date) -> int:
    """Months of a period that counts both its days; a rest of 15 days or more is one month (R-MONTH)."""
    months = 0
    while period_end(first, months + 1) <= last:
        months += 1
    rest = (last - add_months(first, months)).days + 1
    return months + (rest >= HALF_A_MONTH)


def bond_rule(employment_type: str | None, day: date, pack: RulePack) -> tuple[Rule, Decimal]:
    """The law's factor on a day: twice for public employees, three times for civil servants since 1 July 2025."""
    if employment_type != CIVIL_SERVANT:
        rule = pack.rule(f"TRN-BOND-{PUBLIC_EMPLOYEE}")
        return rule, Decimal(rule.value)
    rule = pack.rule(f"TRN-BOND-{CIVIL_SERVANT}")
    return rule, Decimal(rule.value["since"] if day >= date.fromisoformat(str(rule.value["from"])) else rule.value["before"])


def factor_must_suffice(asked: Decimal | None, least: Decimal, rule: Rule) -> Decimal:
    """The authority may ask for more service than the law, never for less. Raises Refused."""
    if asked is None:
        return least
    if asked < least:
        raise Refused(
            "bond-too-short",
            _("The bond is {asked} times the course; the law asks at least {least} times."),
            rule=Rule(rule.id, float(least), rule.unit, rule.citation, rule.confidence),
            possible=_("Leave the factor out, or give at least {least}."),
            asked=str(asked.normalize()),
            least=str(least.normalize()),
        )
    return asked


def months_due(course_months: int, factor: Decimal) -> int:
    return int((course_months * factor).to_integral_value(ROUND_CEILING))


def bond_ends_on(ends_on: date, months: int) -> date:
    """Last day of service owed, when it starts on the day after the course."""
    return period_end(ends_on + ONE_DAY, months)


def owed_back(items: Sequence[CostItem]) -> int:
    """F of COM-02: tuition and course expenses; salary and allowances are never owed."""
    return sum(item.amount for item in items if item.kind in OWED_BACK)


def breach_policy(pack: RulePack, *, whole: bool) -> BreachPolicy:
    """Reduced for the time served; everything when there is no diploma (A10)."""
    rule = pack.rule("COM-02-FULL" if whole else "COM-02-PRORATA")
    return BreachPolicy(kind=rule.value, citation=rule.citation, confidence=rule.confidence)
