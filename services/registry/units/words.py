"""Which unit a file means by its words."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.registry.units.models import Unit
from services.registry.units.standing import first_gap
from shared.names import fold


class Words:
    """What the words of a file mean: the code or a name of a unit of the facility, written with or without accents. Words that two units share mean neither."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._periods: dict[UUID, list[Unit]] = {}
        self._meant: dict[tuple[str, str], set[UUID]] = {}
        for unit in units:
            self._periods.setdefault(unit.id, []).append(unit)
            for said in (unit.code, unit.name, *unit.names.values()):
                self._meant.setdefault((unit.facility_code, fold(said)), set()).add(unit.id)

    def unit(self, facility_code: str, said: str | None, first: date, last: date | None) -> Unit | None:
        """The unit that is meant and exists on all these days, as it is on the first."""
        meant = self._meant.get((facility_code, fold(said)), set()) if said else set()
        if len(meant) != 1:
            return None
        periods = [one for one in self._periods[next(iter(meant))] if one.facility_code == facility_code]
        return next(one for one in periods if first in one.valid) if first_gap(periods, first, last) is None else None
