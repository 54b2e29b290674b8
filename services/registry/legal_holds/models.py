"""A legal hold keeps what is known of a person: nothing of it is erased or destroyed while it stands."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.rules import SEC_02, SEC_05
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import Protected

HELD, HELD_TEXT = "under-legal-hold", _("A legal hold stands on this person’s records: nothing of them is erased or destroyed.")
HELD_POSSIBLE = _("Wait until the authority that ordered the hold has it lifted.")
refuse_when("person_under_legal_hold", HELD, HELD_TEXT, rule=SEC_05, possible=HELD_POSSIBLE)
NOT_BY_PLACER, NOT_BY_PLACER_TEXT = "placer-does-not-lift", _("Whoever placed a legal hold does not lift it.")
refuse_when(
    "legal_hold_lifted_by_another",
    NOT_BY_PLACER,
    NOT_BY_PLACER_TEXT,
    rule=SEC_02,
    possible=_("Ask a colleague to lift it."),
)
refuse_when("legal_hold_period", "hold-ends-before-it-starts", _("A legal hold ends on or after the day on which it was placed."), possible=_("Choose a later day."))


class LegalHold(Protected, Base):
    """Ordered by an authority, placed by one person, lifted by another or at its end."""

    __tablename__ = "legal_holds"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[UUID]
    reason: Mapped[str]
    ordered_by: Mapped[str]
    until: Mapped[date | None]
    placed_by: Mapped[str]
    placed_on: Mapped[date]
    lifted_by: Mapped[str | None]
    lifted_on: Mapped[date | None]
    lifted_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
