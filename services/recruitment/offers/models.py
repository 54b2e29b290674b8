"""An offer: one post to one eligible person, until a last day; accepted, declined or lapsed, then hired."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.candidacies.models import Candidacy
from services.recruitment.records import Record
from services.recruitment.workflow import OFFER, SENT
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "offer_seat_accepted_once",
    "accepted-by-another",
    _("Another person has accepted this post meanwhile."),
    rule=Rule("REC-OFFER-ONCE", 1, "accepted offer per seat", "Relais rule book, recruitment (a need and a post are never promised twice)"),
    possible=_("Offer the person another post."),
)
refuse_when(
    "offer_open_once",
    "already-offered",
    _("This person has an offer that is open or accepted."),
    rule=Rule("REC-OFFER-OPEN", 1, "offer at a time for a candidacy", "Relais rule book, recruitment (one offer at a time)"),
    possible=_("Wait for the answer, or for the last day of that offer."),
)


class Offer(Record):
    """`expires_on` is its last day, whole; the seat of the post is taken when it is accepted."""

    __tablename__ = "offers"

    candidacy_id: Mapped[UUID] = mapped_column(ForeignKey("candidacies.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    post_id: Mapped[UUID]
    seat: Mapped[int | None]
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    sent_by: Mapped[str]
    sent_on: Mapped[date]
    expires_on: Mapped[date]
    answered_by: Mapped[str | None]
    answered_on: Mapped[date | None]
    reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=SENT)
    candidacy: Mapped[Candidacy] = relationship(lazy="selectin")

    def answer(self, act: str, *, by: str, on: date, reason: str | None = None) -> None:
        """Accept, decline or lapse: who says so, and when."""
        self.move(act, OFFER)
        self.answered_by, self.answered_on, self.reason = by, on, reason
