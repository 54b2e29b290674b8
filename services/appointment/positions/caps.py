"""How many deputies a unit may have (APP-11): by its staff, its class, and never more than the unit above it (R-PARENT)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from shared.directory import Place, Work
from shared.rulepacks import Rule


@dataclass(frozen=True)
class Cap:
    """The greatest number of deputies, the staff that it was computed from, and the rule."""

    deputies: int
    staff: int
    rule: Rule

    @property
    def staff_for_one_more(self) -> int | None:
        """The staff from which one more deputy would be allowed; None when none ever is."""
        values = self.rule.value
        return values["small_unit"] + 1 if self.deputies < values["cap"] and self.staff <= values["small_unit"] else None


def counted_staff(works: Iterable[Work], rule: Rule) -> int:
    """Public employees and contracts under the establishment: those whose kind of employment the pack counts."""
    counted = set(rule.value["counted"])
    return sum(1 for work in works if work.employment_type in counted)


def facility_cap(rule: Rule, *, staff: int, facility_type: str, tier: str | None) -> int:
    """At most 2 up to 20 staff, 3 above; hospitals of class I and centres for disease control up to 3 whatever their staff."""
    values: dict[str, Any] = rule.value
    class_one = values["class_one"]
    if facility_type in class_one["facility_types"] or tier in class_one["tiers"]:
        return int(class_one["cap"])
    return int(values["small_cap"] if staff <= values["small_unit"] else values["cap"])


def department_cap(rule: Rule, *, staff: int, parent: int) -> int:
    """At most 1 under 10 staff, 2 otherwise; never more than the facility's own cap."""
    values: dict[str, Any] = rule.value
    own = values["small_department_cap"] if staff <= values["small_department"] else values["department_cap"]
    return int(min(own, parent))


def cap_of(rule: Rule, place: Place, works: Iterable[Work], unit: str | None) -> Cap:
    """The cap of a facility, or of one of its departments."""
    at_facility = list(works)
    total = counted_staff(at_facility, rule)
    parent = facility_cap(rule, staff=total, facility_type=place.facility_type, tier=place.tier)
    if unit is None:
        return Cap(parent, total, replace(rule, value=rule.value | {"allowed": parent, "staff": total}))
    staff = counted_staff([work for work in at_facility if work.unit == unit], rule)
    deputies = department_cap(rule, staff=staff, parent=parent)
    return Cap(deputies, staff, replace(rule, value=rule.value | {"allowed": deputies, "staff": staff, "parent": parent}))
