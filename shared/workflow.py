"""A procedure as a table: which act leads from which states to which.

The table is the truth: the API answers from it which acts are open and why the others are not.

    HIRE = Workflow("hire", {"decide": act(PROPOSED, to=DECIDED)}, citation="Relais rule book, recruitment (state machines)")
"""

from dataclasses import dataclass

from shared.errors import Refused
from shared.i18n import _, translate
from shared.rulepacks import Rule


@dataclass(frozen=True)
class Workflow:
    """One procedure: `transitions` says act → (states it may start from, state it leads to)."""

    of: str
    transitions: dict[str, tuple[frozenset[str], str]]
    citation: str

    def after(self, act: str, state: str) -> str:
        """The state after an act. Raises Refused when the procedure does not allow it now."""
        sources, target = self.transitions[act]
        if state not in sources:
            raise Refused(
                "state-does-not-allow",
                _("This act is not open: the state is “{state}”."),
                rule=Rule(f"WF-{self.of}-{act}", sorted(sources), "states that allow it", self.citation),
                possible=_("It is open while the state is “{wanted}”."),
                state=translate(state),
                wanted=" | ".join(sorted(translate(source) for source in sources)),
            )
        return target

    @property
    def states(self) -> frozenset[str]:
        return frozenset(state for sources, target in self.transitions.values() for state in (*sources, target))


def act(*sources: str, to: str) -> tuple[frozenset[str], str]:
    """The states from which an act is open, and the one to which it leads."""
    return frozenset(sources), to
