"""The five procedures of recruitment as tables: which act leads from which states to which.

The tables are the truth: the API answers from them which acts are open and why the others are not.
"""

from dataclasses import dataclass

from shared.errors import Refused
from shared.i18n import _, translate
from shared.rulepacks import Rule

PROPOSED, APPROVED = _("proposed"), _("approved")
IDENTIFIED, VALIDATED = _("identified"), _("validated")
DRAFT, PUBLISHED = _("draft"), _("published")
SUBMITTED, ELIGIBLE, INELIGIBLE = _("submitted"), _("eligible"), _("ineligible")
DECIDED = _("decided")

CITATION = "Relais rule book, recruitment (state machines)"


@dataclass(frozen=True)
class Workflow:
    """One procedure: `transitions` says act → (states it may start from, state it leads to)."""

    of: str
    transitions: dict[str, tuple[frozenset[str], str]]

    def after(self, act: str, state: str) -> str:
        """The state after an act. Raises Refused when the procedure does not allow it now."""
        sources, target = self.transitions[act]
        if state not in sources:
            raise Refused(
                "state-does-not-allow",
                _("This act is not open: the state is “{state}”."),
                rule=Rule(f"WF-{self.of}-{act}", sorted(sources), "states that allow it", CITATION),
                possible=_("It is open while the state is “{wanted}”."),
                state=translate(state),
                wanted=" | ".join(sorted(translate(source) for source in sources)),
            )
        return target

    @property
    def states(self) -> frozenset[str]:
        return frozenset(state for sources, target in self.transitions.values() for state in (*sources, target))


def _act(*sources: str, to: str) -> tuple[frozenset[str], str]:
    return frozenset(sources), to


POLICY = Workflow("policy", {"approve": _act(PROPOSED, to=APPROVED)})
NEED = Workflow("need", {"validate": _act(IDENTIFIED, to=VALIDATED)})
CAMPAIGN = Workflow("campaign", {"publish": _act(DRAFT, to=PUBLISHED)})
CANDIDACY = Workflow("candidacy", {"find_eligible": _act(SUBMITTED, to=ELIGIBLE), "find_ineligible": _act(SUBMITTED, to=INELIGIBLE)})
HIRE = Workflow("hire", {"decide": _act(PROPOSED, to=DECIDED)})
