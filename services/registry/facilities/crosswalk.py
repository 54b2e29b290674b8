"""A facility stands on the ground while boundaries change around it: its area follows by date, from the crosswalk.

Where its commune was divided, its own coordinates decide; without them the main heir stands, flagged as estimated.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import cos, hypot, pi, radians, sqrt
from uuid import UUID

from services.registry.areas.models import Area, AreaChange

ONE_DAY = timedelta(days=1)
KILOMETRES_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Stay:
    """In which area a facility stands, from a first to a last day."""

    area_id: UUID
    first: date
    last: date | None
    is_estimated: bool


@dataclass
class Atlas:
    """The areas and changes at hand, enough to follow the facilities of one act or one import."""

    areas: dict[UUID, list[Area]] = field(default_factory=dict)
    heirs: dict[UUID, list[AreaChange]] = field(default_factory=dict)
    origins: dict[UUID, list[AreaChange]] = field(default_factory=dict)
    by_code: dict[str, list[Area]] = field(default_factory=dict)

    @classmethod
    def of(cls, areas: Iterable[Area], changes: Iterable[AreaChange]) -> "Atlas":
        atlas = cls()
        for area in areas:
            atlas.areas.setdefault(area.id, []).append(area)
            atlas.by_code.setdefault(area.code, []).append(area)
            atlas.by_code.setdefault(area.code.rsplit("-", 1)[-1], []).append(area)
        for change in changes:
            atlas.heirs.setdefault(change.from_id, []).append(change)
            atlas.origins.setdefault(change.to_id, []).append(change)
        return atlas

    def named(self, code: str, first: date, last: date | None) -> Area | None:
        """The area that a code names on a facility's first day; a code that was not in force then is read on its last or later days."""
        named = sorted(self.by_code.get(code, ()), key=lambda area: area.valid_from or date.min)
        return next((area for area in named if on(area, first)), None) or next((area for area in reversed(named) if last is None or (area.valid_from or date.min) <= last), None)

    def stays(self, area: Area, first: date, last: date | None, latitude: float | None = None, longitude: float | None = None) -> list[Stay]:
        """Where a facility in this area stood and stands between two days, in order."""
        here = None if latitude is None or longitude is None else (latitude, longitude)
        # An area that was gone before the facility's first day still says where it is: in what became of it.
        gone = max(period.valid_to or date.max for period in self.areas[area.id])
        found = [self._within(area.id, min(first, gone), last, is_estimated=False)]
        while found[0].first > first:
            found.insert(0, self._before(found[0], first, here))
        while found[-1].last is not None and (last is None or found[-1].last < last):
            following = self._after(found[-1], last, here)
            if following is None:
                break
            found.append(following)
        return [replace(stay, first=max(stay.first, first)) for stay in found if stay.last is None or stay.last >= first]

    def _within(self, area_id: UUID, first: date, last: date | None, *, is_estimated: bool) -> Stay:
        periods = self.areas[area_id]
        start = min(period.valid_from or date.min for period in periods)
        end = max(period.valid_to or date.max for period in periods)
        ended = min(end, last or date.max)
        return Stay(area_id, max(start, first), None if ended == date.max else ended, is_estimated)

    def _after(self, stay: Stay, last: date | None, here: tuple[float, float] | None) -> Stay | None:
        assert stay.last is not None
        day = stay.last + ONE_DAY
        heirs = [change for change in self.heirs.get(stay.area_id, ()) if change.effective_on == day]
        if not heirs:
            return None
        chosen = heirs[0] if len(heirs) == 1 else self._nearest(heirs, day, here)
        return self._within(chosen.to_id, day, last, is_estimated=stay.is_estimated or len(heirs) > 1)

    def _nearest(self, heirs: list[AreaChange], day: date, here: tuple[float, float] | None) -> AreaChange:
        if here is None:
            return next((change for change in heirs if change.is_main), heirs[0])
        return min(heirs, key=lambda change: beyond(here, next(area for area in self.areas[change.to_id] if on(area, day))))

    def _before(self, stay: Stay, first: date, here: tuple[float, float] | None) -> Stay:
        """Backwards, several communes usually became one: the one nearest, or whose code the heir took over, is an estimate."""
        eve = stay.first - ONE_DAY
        origins = [change for change in self.origins.get(stay.area_id, ()) if change.effective_on == stay.first]
        if not origins:
            return Stay(stay.area_id, first, eve, True)
        former = {change.from_id: next(area for area in self.areas[change.from_id] if on(area, eve)) for change in origins}
        if here is not None:
            chosen = min(former.values(), key=lambda area: beyond(here, area))
        else:
            heir = self.areas[stay.area_id][0].code.rsplit("-", 1)[-1]
            chosen = next((area for area in former.values() if area.code.rsplit("-", 1)[-1] == heir), next(iter(former.values())))
        return self._within(chosen.id, first, eve, is_estimated=len(origins) > 1 or origins[0].share < 1)


def on(area: Area, day: date) -> bool:
    return (area.valid_from or date.min) <= day <= (area.valid_to or date.max)


def beyond(here: tuple[float, float], area: Area) -> float:
    """Kilometres from a point to an area seen as a disc around its centre, negative inside."""
    if area.latitude is None or area.longitude is None:
        return float("inf")
    north = (here[0] - float(area.latitude)) * KILOMETRES_PER_DEGREE
    east = (here[1] - float(area.longitude)) * KILOMETRES_PER_DEGREE * cos(radians(here[0]))
    return hypot(north, east) - sqrt(float(area.area_km2 or 0) / pi)
