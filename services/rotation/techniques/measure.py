"""Where a transfer stands: the gap, who masters all items, the cases."""

from dataclasses import dataclass
from uuid import UUID

from services.rotation.rules import PACKS
from services.rotation.techniques.models import Transfer
from shared.autonomy import closure_percent, first_levels, gap, last_levels, masters


@dataclass(frozen=True)
class Measured:
    """TRF-01 and the counts of TRF-02."""

    baseline: int
    now: int
    closure_percent: int | None
    masters: list[UUID]
    cases_supervised: int
    cases_autonomous: int


def measured(transfer: Transfer) -> Measured:
    """The gap over learners and items, at first and now."""
    items, history = transfer.package.item_codes, transfer.history
    baseline = gap(first_levels(history), transfer.learners, items, transfer.target_level)
    now = gap(last_levels(history), transfer.learners, items, transfer.target_level)
    return Measured(
        baseline=baseline,
        now=now,
        closure_percent=closure_percent(baseline, now),
        masters=masters(last_levels(history), transfer.learners, items, PACKS.pinned(transfer.rule_pack).rule("TRF-02").value["level"]),
        cases_supervised=sum(month.supervised for month in transfer.cases),
        cases_autonomous=sum(month.autonomous for month in transfer.cases),
    )
