"""The competence matrix: which authority is competent for an act, of a rank and at a place, on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.appointment.base import Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule
from shared.visibility import AuthorityPath
from shared.workflow import Workflow, act

GIVEN, ENDED = "given", "ended"
Nature = Literal["power", "signature"]
DELEGATION = Workflow("delegation", {"end": act(GIVEN, to=ENDED)}, citation="Relais rule book, delegations (what has ended is given again by another row)")

refuse_when(
    "delegation_one_competent",
    "competent-already",
    _("For these days another row already says who is competent for this act, rank and place."),
    rule=Rule("DEL-ONE", 1, "competent authority per act, rank, place and day", "Relais rule book, delegations (one competent authority for an act on a day)"),
    possible=_("End the row that stands, and begin on the day after."),
)
refuse_when(
    "decision_signed_by_competent",
    "authority-not-competent",
    _("Another authority is competent for this act on this day."),
    rule=Rule("DEL-COMPETENCE", 1, "competent authority per act, rank, place and day", "Relais rule book, delegations (one competent authority for an act on a day)"),
    possible=_("Look at the competence matrix."),
)


class Delegation(Record):
    """One row of the matrix. Of a power, the one who is named signs alone; of a signature, the one who gave it may sign too."""

    __tablename__ = "delegations"

    state: Mapped[str] = mapped_column(default=GIVEN)
    authority: Mapped[str]
    act: Mapped[str]
    rank: Mapped[str | None]
    place: Mapped[str]
    place_path: Mapped[str] = mapped_column(AuthorityPath)
    competent: Mapped[str]
    competent_path: Mapped[str] = mapped_column(AuthorityPath)
    nature: Mapped[Nature] = mapped_column(Text)
    citation: Mapped[str]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    given_by: Mapped[str]
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]

    @property
    def valid_from(self) -> date:
        assert self.valid.lower is not None
        return self.valid.lower

    @property
    def rule(self) -> Rule:
        """As it is shown to whoever it refuses: the competent authority, by the order that says so."""
        return Rule("DEL-COMPETENCE", self.competent, "competent authority", self.citation)

    def says(self, act_: str, rank: Any, path: str, day: date) -> bool:
        return self.act == act_ and self.rank in (None, rank) and (path == self.place_path or path.startswith(self.place_path + ".")) and day in self.valid

    def lets(self, authority: str) -> bool:
        return authority == self.competent or (self.nature == "signature" and authority == self.authority)


def nearest(matrix: Sequence[Delegation], act_: str, rank: Any, path: str, day: date) -> Delegation | None:
    """The row that decides: of the smallest place, and there of the rank itself; none where the matrix is silent."""
    found = [row for row in matrix if row.says(act_, rank, path, day)]
    return max(found, key=lambda row: (row.place_path.count("."), row.rank is not None), default=None)
