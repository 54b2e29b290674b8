"""Partner services: what partners offer for housing, childcare and mobility, and what is asked for candidates, with its outcome (PTRH-03)."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.accompaniments.models import BOOK
from services.recruitment.records import Record
from services.recruitment.workflow import ASKED, OFFERED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

PTRH_03 = Rule("PTRH-03", 1, "outcome of each request", BOOK)
refuse_when(
    "service_offer_is_full",
    "service-offer-is-full",
    _("Every place of this offer is given."),
    rule=Rule("PTRH-PLACES", 1, "person for each place offered", BOOK),
    possible=_("Choose another offer of the partner, or say that none is free."),
)
refuse_when(
    "service_offer_answers_the_request",
    "another-service",
    _("This offer is of another kind or of another partner than the request."),
    rule=PTRH_03,
    possible=_("Choose an offer of the partner who was asked, of the same kind."),
)


class ServiceOffer(Record):
    """A number of places that a partner of a pool has for those who come."""

    __tablename__ = "service_offers"

    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    facility_code: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    place: Mapped[str]
    capacity: Mapped[int]
    conditions: Mapped[str | None]
    available_from: Mapped[date]
    available_to: Mapped[date | None]
    offered_by: Mapped[str]
    offered_on: Mapped[date]
    ended_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=OFFERED)


class ServiceRequest(Record):
    """What somebody who would come needs, put to a partner. The partner reads what is wanted and for when, not who it is."""

    __tablename__ = "service_requests"

    pool_id: Mapped[UUID] = mapped_column(ForeignKey("pools.id"))
    accompaniment_id: Mapped[UUID] = mapped_column(ForeignKey("accompaniments.id"))
    person_id: Mapped[UUID]
    kind: Mapped[str]
    wanted: Mapped[str]
    place: Mapped[str]
    wanted_from: Mapped[date]
    partner_code: Mapped[str]
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_offers.id"))
    asked_by: Mapped[str]
    asked_on: Mapped[date]
    settled_by: Mapped[str | None]
    settled_on: Mapped[date | None]
    refused_by: Mapped[str | None]
    reason: Mapped[str | None]
    words: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=ASKED)
