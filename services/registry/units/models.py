"""A unit of a facility, period by period: what it is called, what it is, and below which unit it hangs."""

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import FetchedValue, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.beliefs import Effective, history_of
from services.registry.rules import REG_UNIT, REG_UNIT_POSTS
from shared.errors import refuse_when
from shared.i18n import _, current_language

UnitKind = Literal["pole", "department", "service", "unit", "ward", "office"]
UnitAct = Literal["recorded", "changed", "closed"]


class Unit(Effective, Base):
    """One period of a unit. Its head is whoever holds a post of management that stands in it."""

    __tablename__ = "units"

    facility_id: Mapped[UUID]
    facility_code: Mapped[str]
    parent_id: Mapped[UUID | None]
    code: Mapped[str]
    kind: Mapped[UnitKind] = mapped_column(Text)
    name: Mapped[str]
    sort_key: Mapped[str]
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    specialty: Mapped[str | None]
    services: Mapped[list[str]] = mapped_column(ARRAY(Text))
    act: Mapped[UnitAct] = mapped_column(Text, server_default=FetchedValue())
    reason: Mapped[str | None]
    decision_number: Mapped[str | None]


units_history = history_of(Unit)


def name_of(unit: Any) -> str:
    """Its name in the reader's language, or the official one."""
    return unit.names.get(current_language.get()) or str(unit.name)


refuse_when(
    "unit_code_is_taken",
    "unit-code-taken",
    _("This code already names another unit of the facility."),
    rule=REG_UNIT,
    possible=_("Choose another code: a code is never given twice, so that lists of the past stay true."),
)
refuse_when("unit_periods", "unit-changed-twice", _("The unit would say two things on one day."), rule=REG_UNIT)
refuse_when(
    "unit_within_itself",
    "unit-within-itself",
    _("The unit would stand within itself on some of these days."),
    rule=REG_UNIT,
    possible=_("Choose a unit that does not hang below it."),
)
refuse_when(
    "unit_parent_exists",
    "unit-parent-not-open",
    _("The unit above does not exist on all of these days."),
    rule=REG_UNIT,
    possible=_("Choose days on which it exists, or hang what is below it elsewhere first."),
)
refuse_when("unit_parent_in_facility", "unit-parent-elsewhere", _("The unit above belongs to another facility on some of these days."), rule=REG_UNIT)
refuse_when(
    "unit_within_facility",
    "unit-outside-facility",
    _("The facility does not exist on all days of the unit."),
    rule=REG_UNIT,
    possible=_("Choose days on which the facility is open."),
)
refuse_when(
    "post_stands_in_unit",
    "unit-has-posts",
    _("A post would stand in a unit that does not exist on these days, or that belongs to another facility."),
    rule=REG_UNIT_POSTS,
    possible=_("Move the posts of the unit first, or choose other days."),
)
