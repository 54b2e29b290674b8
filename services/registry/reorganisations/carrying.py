"""Carrying out: what one reorganisation writes, and what must be told of it afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.models import Area
from services.registry.facilities.models import Facility
from shared.auth import Caller
from shared.clock import today

ONE_DAY = timedelta(days=1)


@dataclass
class Carrying:
    """One reorganisation while it is carried out on its day."""

    session: AsyncSession
    caller: Caller
    day: date
    title: str
    legal_basis: str
    at: datetime
    staff_left: set[str] = field(default_factory=set)  # facilities that close: nobody may work there from the day on
    people: set[UUID] = field(default_factory=set)  # whose relations changed
    replaced: set[str] = field(default_factory=set)  # facilities whose managing authority changed

    @property
    def eve(self) -> date:
        return self.day - ONE_DAY

    @property
    def stamp(self) -> dict[str, Any]:
        return {"recorded_at": self.at.isoformat(), "recorded_by": self.caller.actor}

    @property
    def decided(self) -> dict[str, Any]:
        """What a period of the establishment says of the act that opened it."""
        return {"act": "changed", "reason": self.title, "done_on": today().isoformat(), "entered_on": today().isoformat()}

    async def say(self, table: str, changes: Mapping[UUID, Mapping[str, Any]], *, stamp: Mapping[str, Any] | None = None) -> None:
        """From the day on these periods say something else."""
        if changes:
            values = {"table": table, "day": self.day, "changes": _json({str(row): said for row, said in changes.items()}), "stamp": _json(self.stamp if stamp is None else stamp)}
            await self.session.execute(_SAY, values)

    async def end(self, table: str, rows: Iterable[UUID], *, stamp: Mapping[str, Any] | None = None) -> None:
        """These periods end on the eve."""
        if wanted := list(rows):
            await self.session.execute(_END, {"table": table, "day": self.day, "rows": wanted, "stamp": _json(self.stamp if stamp is None else stamp)})

    async def insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        await self.session.execute(text(f"INSERT INTO {table} SELECT p.* FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb)) AS p"), {"rows": _json(list(rows))})  # noqa: S608  named by our own code

    async def stand(self, changes: Mapping[UUID, Mapping[str, Any]]) -> None:
        """From the day on these facilities stand in another area."""
        if changes:
            await self.session.execute(_STAND, {"day": self.day, "rows": _json({str(row): said for row, said in changes.items()})})


def from_the_day(day: date, row: Any) -> Any:
    """The rows whose period holds the day or begins after it."""
    return row.valid.op("&&")(text(f"daterange('{day.isoformat()}', NULL)"))


def rows_of(areas: Iterable[Area] | Iterable[Facility]) -> list[UUID]:
    return [one.row_id for one in areas]


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


_SAY = text("SELECT say_from_day(:table, :day, CAST(:changes AS jsonb), CAST(:stamp AS jsonb))")
_END = text("SELECT end_on_eve(:table, :day, CAST(:rows AS uuid[]), CAST(:stamp AS jsonb))")
_STAND = text("SELECT stand_in_areas(:day, CAST(:rows AS jsonb))")
