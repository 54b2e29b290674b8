"""When a technique is acquired, and when it is still there a year later (TRF-02, R-SUSTAIN)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.rotation.rules import PACKS
from services.rotation.techniques.measure import measured
from services.rotation.techniques.models import Transfer
from shared.calendars import add_months
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule


@dataclass(frozen=True)
class Criterion:
    """One condition of acceptance: what is wanted and what is there."""

    id: str
    wanted: int
    found: int

    @property
    def met(self) -> bool:
        return self.found >= self.wanted


def _rule(transfer: Transfer, name: str, unit: str) -> Rule:
    rule = PACKS.pinned(transfer.rule_pack).rule("TRF-02")
    return replace(rule, value=rule.value[name], unit=unit)


def criteria(transfer: Transfer, here: Collection[UUID]) -> list[Criterion]:
    """The same people, still at the facility, at level on all items; cases supervised and alone."""
    found = measured(transfer)
    return [
        Criterion("people", _rule(transfer, "people", "people").value, len([person for person in found.masters if person in here])),
        Criterion("cases_supervised", transfer.package.min_cases_supervised, found.cases_supervised),
        Criterion("cases_autonomous", transfer.package.min_cases_autonomous, found.cases_autonomous),
    ]


def must_be_acquired(transfer: Transfer, here: Collection[UUID]) -> None:
    """Raises Refused with the first condition that is missing, and all of them as data (A22)."""
    found = criteria(transfer, here)
    missing = [criterion for criterion in found if not criterion.met]
    if not missing:
        return
    more: dict[str, Any] = {"criteria": [{"id": each.id, "wanted": each.wanted, "found": each.found, "met": each.met} for each in found]}
    first = missing[0]
    if first.id == "people":
        raise Refused(
            "too-few-at-level",
            _("{found} of the learners still here are at level {level} or above on all items; {wanted} are needed."),
            rule=_rule(transfer, "people", "people at level on all items"),
            possible=_("Go on teaching, or record the levels that were reached."),
            more=more,
            found=first.found,
            wanted=first.wanted,
            level=_rule(transfer, "level", "level").value,
        )
    raise Refused(
        "too-few-cases",
        _("{found} cases are recorded; the package asks {wanted}."),
        rule=replace(_rule(transfer, "people", "cases"), value=first.wanted),
        possible=_("Record the cases month by month until there are enough."),
        more=more,
        found=first.found,
        wanted=first.wanted,
    )


def is_sustained(transfer: Transfer, here: Collection[UUID]) -> bool:
    """Still enough people at level, and a case in each month of the year after the acceptance (R-SUSTAIN)."""
    assert transfer.accepted_on is not None
    months = _rule(transfer, "months_sustained", "months").value
    first = transfer.accepted_on.replace(day=1)
    with_case = {row.month for row in transfer.cases if row.autonomous + row.supervised > 0}
    every = all(add_months(first, number) in with_case for number in range(1, months + 1))
    return every and criteria(transfer, here)[0].met


def review_day(transfer: Transfer) -> date:
    """When the year is over: the last of its months is whole."""
    assert transfer.accepted_on is not None
    return add_months(transfer.accepted_on.replace(day=1), _rule(transfer, "months_sustained", "months").value + 1)


def year_must_be_over(transfer: Transfer, day: date) -> None:
    """Raises Refused before the year is over."""
    if day < review_day(transfer):
        raise Refused(
            "too-early",
            _("Twelve whole months are looked at: on {day} or later."),
            rule=_rule(transfer, "months_sustained", "months with a case"),
            possible=_("Come back on {day}."),
            day=review_day(transfer).isoformat(),
        )
