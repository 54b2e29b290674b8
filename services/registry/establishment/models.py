"""The yearly round of the establishment: an authority opens it, its facilities ask for a ceiling, the authority arbitrates and notifies."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.records import Record
from services.registry.rules import REG_CEILING
from shared.errors import refuse_when
from shared.i18n import _
from shared.segregation import SEC_02
from shared.workflow import Workflow, act

OPEN, NOTIFIED = "open", "notified"
ASKED, ARBITRATED = "asked", "arbitrated"
CITATION = "Relais rule book, registry (the establishment is asked, arbitrated and notified once a year)"

ROUND = Workflow("establishment-round", {"ask": act(OPEN, to=OPEN), "notify": act(OPEN, to=NOTIFIED)}, citation=CITATION)
CEILING = Workflow("ceiling", {"arbitrate": act(ASKED, ARBITRATED, to=ARBITRATED), "notify": act(ARBITRATED, to=NOTIFIED)}, citation=CITATION)

refuse_when(
    "one_round_a_year",
    "round-exists",
    _("This authority already has a round for that year."),
    rule=REG_CEILING,
    possible=_("Ask and arbitrate in the round that exists."),
)
refuse_when(
    "one_ceiling_a_facility", "ceiling-asked-already", _("This facility has already asked in this round."), rule=REG_CEILING, possible=_("The authority arbitrates what was asked.")
)
refuse_when(
    "arbitrated_by_another", "asker-does-not-arbitrate", _("Whoever asked for a ceiling does not arbitrate it."), rule=SEC_02, possible=_("Ask a colleague who may do this.")
)
refuse_when(
    "posts_above_ceiling",
    "above-ceiling",
    _("The posts of the facility would go above the ceiling that was notified for the year."),
    rule=REG_CEILING,
    possible=_("Abolish or shorten another post first, or ask for a higher ceiling in the next round."),
)


class EstablishmentRound(Record):
    """One authority, one year."""

    __tablename__ = "establishment_rounds"

    authority: Mapped[str]
    year: Mapped[int]
    ask_by: Mapped[date]
    decision_number: Mapped[str | None]
    notified_on: Mapped[date | None]
    opened_by: Mapped[str]
    opened_on: Mapped[date]


class Ceiling(Record):
    """How much one facility may have in posts on any day of the year; it binds once it is notified."""

    __tablename__ = "establishment_ceilings"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("establishment_rounds.id"))
    year: Mapped[int]
    facility_id: Mapped[UUID]
    facility_code: Mapped[str]
    asked_fte: Mapped[Decimal]
    justification: Mapped[str]
    asked_by: Mapped[str]
    asked_on: Mapped[date]
    arbitrated_fte: Mapped[Decimal | None]
    comment: Mapped[str | None]
    arbitrated_by: Mapped[str | None]
    arbitrated_on: Mapped[date | None]
