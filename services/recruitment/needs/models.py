"""A need: seats that a facility must fill, with the reason; validated by another person before a campaign may answer it."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.records import Record
from services.recruitment.workflow import IDENTIFIED, NEED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "need_of_an_employer_of_the_pool",
    "not-an-employer-of-the-pool",
    _("Only an employer that is a member of the pool and accepted its charter puts needs before it."),
    rule=Rule(
        "PTRH-MEMBERS", 1, "membership of a facility", "Relais rule book, pools (several employers share one charter, one publication of needs and those candidates who consent)"
    ),
    possible=_("State the need without the pool, or have the charter accepted first."),
)


class Need(Record):
    """How many people of which title a facility needs, and why; from when, and how hard they are to find. Put before a pool, its members read it."""

    __tablename__ = "needs"

    facility_code: Mapped[str]
    occupation_code: Mapped[str]
    specialty: Mapped[str | None]
    quantity: Mapped[int]
    reason: Mapped[str]
    post_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(default=IDENTIFIED)
    identified_by: Mapped[str]
    identified_on: Mapped[date]
    validated_by: Mapped[str | None]
    validated_on: Mapped[date | None]
    pool_id: Mapped[UUID | None] = mapped_column(ForeignKey("pools.id"))
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("pool_rounds.id"))
    wanted_from: Mapped[date | None]
    difficulty: Mapped[str | None]
    closed_by: Mapped[str | None]
    closed_on: Mapped[date | None]
    closing_reason: Mapped[str | None]

    def validate(self, *, by: str, on: date) -> None:
        """Another person confirms that the seats must be filled."""
        self.move("validate", NEED)
        self.validated_by, self.validated_on = by, on

    def close(self, *, by: str, on: date, reason: str) -> None:
        """Nobody is looked for any more, whether or not everybody was found."""
        self.move("close", NEED)
        self.closed_by, self.closed_on, self.closing_reason = by, on, reason
