"""A unit offers places for some months; institutes book groups of students into them, never more at a time than there are places."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.training.base import Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule
from shared.workflow import Workflow, act

OFFERED, BOOKED, CANCELLED = _("offered"), _("booked"), _("cancelled")
CITATION = "Relais rule book, initial training (clinical placements)"
PLACEMENT = Workflow("clinical_placement", {"cancel": act(BOOKED, to=CANCELLED)}, CITATION)
PLACES = Rule("INT-PLACES", "students ≤ places", "on every day, in one unit", CITATION)

refuse_when(
    "clinical_place_once",
    "places-overlap",
    _("Places of this unit are offered for some of these days already."),
    rule=Rule("INT-PLACES", 1, "number of places per unit and day", CITATION),
    possible=_("Choose days that follow those that are recorded."),
)
refuse_when(
    "clinical_placement_within_period",
    "placement-outside-period",
    _("The unit takes students on other days."),
    rule=PLACES,
    possible=_("Choose days within those for which the places are offered."),
)
refuse_when(
    "clinical_placement_above_places",
    "unit-full",
    _("The unit has not that many places on some of these days."),
    rule=PLACES,
    possible=_("Place fewer students, or choose other days."),
)


class ClinicalPlace(Record):
    """So many students may be in a unit at a time; institutes with which it is shared may book."""

    __tablename__ = "clinical_places"

    state: Mapped[str] = mapped_column(default=OFFERED)
    facility_code: Mapped[str]
    unit: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    places: Mapped[int]
    offered_by: Mapped[str]
    offered_on: Mapped[date]


class ClinicalPlacement(Record):
    """A group of students of one intake in a unit. It belongs to the institute; the host reads it."""

    __tablename__ = "clinical_placements"

    state: Mapped[str] = mapped_column(default=BOOKED)
    clinical_place_id: Mapped[UUID] = mapped_column(ForeignKey("clinical_places.id"))
    intake_id: Mapped[UUID] = mapped_column(ForeignKey("intakes.id"))
    facility_code: Mapped[str]
    host_code: Mapped[str]
    unit: Mapped[str]
    stream: Mapped[str]
    students: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    booked_by: Mapped[str]
    booked_on: Mapped[date]
    reason: Mapped[str | None]

    def cancel(self, reason: str) -> None:
        self.move("cancel", PLACEMENT)
        self.reason = reason
