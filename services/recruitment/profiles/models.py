"""Whoever looks for work in a pool: shown to those members alone whom they named, for as long as they consent. Names stay in the registry."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.base import Base
from services.recruitment.pools.models import BOOK, CHARTER
from services.recruitment.records import Record
from services.recruitment.workflow import LOOKING, PROFILE
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import Protected

CONSENT = Rule("PTRH-02", "consent of the person", "", BOOK)
ONCE = Rule("PTRH-01", 1, "file for each person in a pool", BOOK)
DECIDED_ONCE = Rule("PTRH-MATCH", 1, "decision on each person for a need", BOOK)

refuse_when("profile_once", "already-looking", _("This person is looking for work in this pool already."), rule=ONCE, possible=_("Open their file in the list of the pool."))
refuse_when("consent_once", "consented-meanwhile", _("Another consent of this person was recorded meanwhile."), rule=CONSENT, possible=_("Read it, then record the next one."))
refuse_when(
    "consent_to_members_of_the_pool",
    "not-a-member-that-accepted",
    _("A consent names members of the pool that accepted its charter."),
    rule=CHARTER,
    possible=_("Have the charter accepted first, or leave this member out."),
)
refuse_when(
    "match_once", "decided-already", _("This employer has decided on this person for this need already."), rule=DECIDED_ONCE, possible=_("Read the decision and its reason.")
)


class Profile(Record):
    """What somebody looks for and from when. `shared_with` is what the standing consent says: the database keeps it so."""

    __tablename__ = "profiles"

    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    person_id: Mapped[UUID]
    occupation_code: Mapped[str]
    specialty: Mapped[str | None]
    available_from: Mapped[date]
    places: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    note: Mapped[str | None]
    opened_by: Mapped[str]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    closing: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=LOOKING)
    consents: Mapped[list["Consent"]] = relationship(lazy="selectin", order_by="Consent.given_on, Consent.id")

    @property
    def consent(self) -> "Consent | None":
        """The one that stands."""
        return next((one for one in self.consents if one.withdrawn_on is None), None)

    def end(self, *, on: date, closing: str) -> None:
        """Nobody is shown the file of somebody who looks for nothing any more."""
        self.move("end", PROFILE)
        self.closed_on, self.closing, self.shared_with = on, closing, []


class Consent(Protected, Base):
    """To whom the person let their file be shown, how they said so and when; withdrawn, it stays with its days."""

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles.id"))
    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    person_id: Mapped[UUID]
    partners: Mapped[list[str]] = mapped_column(ARRAY(Text))
    means: Mapped[str]
    given_on: Mapped[date]
    recorded_by: Mapped[str]
    withdrawn_on: Mapped[date | None]
    withdrawal_recorded_by: Mapped[str | None]

    def withdraw(self, *, by: str, on: date) -> None:
        self.withdrawn_on, self.withdrawal_recorded_by = on, by


class Match(Record):
    """What a person decided about somebody for a need, with the reason and the criteria as they stood that day."""

    __tablename__ = "matches"

    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles.id"))
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    reason: Mapped[str]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    decided_by: Mapped[str]
    decided_on: Mapped[date]
