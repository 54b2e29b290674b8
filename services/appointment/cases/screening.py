"""Who may be a candidate: planning, experience, time before retirement, no blocking fact (APP-02 to APP-05), as pure rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from services.appointment.cases.workflow import EQUIVALENT, FIRST, HIGHER, TRANSFER
from services.appointment.mandates.terms import months_left
from shared.calendars import period_end
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule, RulePack

Planned = Literal["same", "equivalent", "higher"]
Period = tuple[date, date | None]


@dataclass(frozen=True)
class Facts:
    """What is known of a candidate on the day of screening."""

    origin: Literal["internal", "external"]
    planned_for: frozenset[Planned]
    planning_required: bool
    planning_exception: str | None
    experience_months: int
    starts_on: date
    term_months: int
    retirement_on: date | None
    blocking_fact: bool
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Criterion:
    """One rule as judged: what it wants, what was found, and how it could be met."""

    rule: Rule
    met: bool
    found: str
    slug: str = ""
    sentence: str = ""
    possible: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"rule": self.rule.as_json(), "met": self.met, "found": self.found}


def cumulated_months(periods: Iterable[Period], day: date) -> int:
    """Whole months of each period until a day, added up (APP-03: cumulable)."""
    return sum(months_left(first, min(last or day, day)) for first, last in periods if first <= day)


def criteria_of(kind: str, facts: Facts, pack: RulePack) -> Sequence[Criterion]:
    """The rules that this kind of case judges, in the order in which they are told."""
    judged = [_no_blocking_fact(facts, pack)]
    if kind in (FIRST, HIGHER, EQUIVALENT, TRANSFER) and facts.planning_required:
        judged.append(_in_the_plan(facts, pack))
    if kind in (HIGHER, EQUIVALENT):
        judged.append(_experience(facts, pack))
    if kind in (FIRST, HIGHER):
        judged.append(_full_term(facts, pack))
    return judged


def must_be_met(criteria: Iterable[Criterion]) -> None:
    """Raises Refused with the first rule that is not met."""
    for criterion in criteria:
        if not criterion.met:
            raise Refused(criterion.slug, criterion.sentence, rule=criterion.rule, possible=criterion.possible, **criterion.values)


def _no_blocking_fact(facts: Facts, pack: RulePack) -> Criterion:
    return Criterion(
        pack.rule("APP-05"),
        not facts.blocking_fact,
        "told" if facts.blocking_fact else "none",
        "blocking-fact",
        _("A fact that blocks an appointment was told for this person; which one is not kept here."),
        _("Choose another candidate, or come back when the fact is lifted."),
    )


def _in_the_plan(facts: Facts, pack: RulePack) -> Criterion:
    rule = pack.rule("APP-02")
    admitted = set(rule.value[facts.origin])
    met = bool(admitted & facts.planned_for) or facts.planning_exception is not None
    found = ", ".join(sorted(facts.planned_for)) or ("exception" if facts.planning_exception else "none")
    return Criterion(
        replace(rule, value=sorted(admitted)),
        met,
        found,
        "outside-the-plan",
        _("This person is not in the succession plan for this position, nor for one that counts."),
        _("Choose someone of the plan, add the person at the yearly review, or record the authority’s exception when the case is opened."),
    )


def _experience(facts: Facts, pack: RulePack) -> Criterion:
    rule = pack.rule("APP-03")
    return Criterion(
        rule,
        facts.experience_months >= rule.value,
        str(facts.experience_months),
        "experience-too-short",
        _("{months} months in the current or an equivalent post; {needed} are needed."),
        _("Wait {missing} more months, or tell earlier periods in an equivalent post: they add up."),
        {"months": facts.experience_months, "needed": rule.value, "missing": max(rule.value - facts.experience_months, 0)},
    )


def _full_term(facts: Facts, pack: RulePack) -> Criterion:
    rule = replace(pack.rule("APP-04"), value=facts.term_months, unit="months before retirement")
    if facts.retirement_on is None:
        return Criterion(rule, met=True, found="unknown")
    left = months_left(facts.starts_on, facts.retirement_on)
    return Criterion(
        rule,
        left >= facts.term_months,
        str(left),
        "term-does-not-fit",
        _("{months} months are left before retirement; the term lasts {needed}."),
        _("Choose someone who retires on {earliest} or later."),
        {"months": left, "needed": facts.term_months, "earliest": period_end(facts.starts_on, facts.term_months).isoformat()},
    )
