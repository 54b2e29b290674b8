"""Three kinds of work for the crash suite. Each goes on in rounds until a process has died of the crash point in hand."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from tests.connected.crash_client import Operation
from tests.connected.crash_parts import FREE_FROM
from tests.connected.crash_system import BASE, System

FEW = 3


def day(round_: int, more: int = 0) -> date:
    """Every round asks for days of its own: those of the round before may not be given back yet."""
    return FREE_FROM + timedelta(days=1 + round_ * FEW + more)


def _days(first: date) -> list[dict[str, str]]:
    return [{"starts_on": first.isoformat(), "ends_on": first.isoformat()}]


def _hold(source: str, person: str, first: date) -> Operation:
    body: dict[str, Any] = {"kind": "session", "source_service": "training", "source_id": source, "person_id": person, "periods": _days(first)}
    return Operation(f"{BASE}/holds", body, [source])


class ManySmall:
    """One request after another about a few things, whose days move again and again: many versions of few aggregates."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.things = [(str(uuid4()), person) for person in system.people[:FEW]]

    async def play(self, round_: int) -> None:
        for more in range(2):
            for source, person in self.things:
                await self.system.client.perform(_hold(source, person, day(round_, more)))


class FewLarge:
    """One request and one transaction for the days of everybody."""

    def __init__(self, system: System) -> None:
        self.system = system

    async def play(self, round_: int) -> None:
        sources = {str(uuid4()): person for person in self.system.people}
        items = [{"source_id": source, "person_id": person, "periods": _days(day(round_))} for source, person in sources.items()]
        await self.system.client.perform(Operation(f"{BASE}/holds/batch", {"kind": "session", "source_service": "training", "items": items}, list(sources)))


class Racing:
    """All at once: two ask for each person's day, and of the rare ones more are asked for than may be away."""

    def __init__(self, system: System) -> None:
        self.system = system

    async def play(self, round_: int) -> None:
        contested = [person for person in self.system.people[:FEW] for _twice in range(2)]
        asked = [_hold(str(uuid4()), person, day(round_)) for person in contested + self.system.rare]
        await asyncio.gather(*(self.system.client.perform(operation) for operation in asked))


WORKLOADS: Mapping[str, Callable[[System], Any]] = {"many-small": ManySmall, "few-large": FewLarge, "racing": Racing}
