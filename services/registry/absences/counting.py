"""What a leave counts for: probation (REC-VN-11) and the pay step (PAY-01), by its type, its length and the head's word."""

from dataclasses import dataclass
from typing import Any

from services.registry.absences.models import Type
from shared.rulepacks import Rule, RulePack


@dataclass(frozen=True)
class LeaveRule:
    """One type of leave in the pack."""

    refusable: bool
    probation: str
    step: str

    @classmethod
    def of(cls, pack: RulePack, type_: Type) -> "LeaveRule":
        known: dict[str, Any] = pack.rule("LEA-01").value
        return cls(**known[type_])

    def counts_for_step(self) -> bool:
        return self.step == "counts"

    def counts_for_probation(self, spell_days: int, head_agrees: bool, sick_days: int) -> bool:
        """A long illness never counts, a short justified absence counts if the head agrees (R-SPELL: the whole spell)."""
        if self.probation == "short_if_head_agrees":
            return head_agrees and spell_days < sick_days
        return {"counts": True, "excluded": False, "if_head_agrees": head_agrees}[self.probation]


def sick_rule(pack: RulePack) -> Rule:
    return pack.rule("LEA-SICK")
