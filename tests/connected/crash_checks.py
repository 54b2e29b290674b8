"""Checkers of the crash suite. They read what anybody can see from outside: answers, topics, and the databases at the end.

The invariants are those of a system that may be killed anywhere: I1 nothing lost, I2 no ghost, I3 effectively once,
I4 in order, I5 a repeated request has one effect, I6 nobody is in two places and nobody too many is away, I9 what was
answered stays. I10, that it all comes back by itself in time, is the limit on the wait before these are asked.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import orjson

from tests.connected.crash_client import Operation
from tests.connected.crash_parts import HOLDS, SETTLED
from tests.connected.crash_system import BASE, PRESENT, RARE, System

TAKEN, CONFIRMED, RELEASED = "registry.hold.taken.v1", "registry.hold.confirmed.v1", "registry.hold.released.v1"


class History:
    """What has been recorded and told since the last look; what came before was looked at then."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.mark: dict[str, int] = {}
        self.origins: set[str] = set()
        self.seen: dict[tuple[str, str], int] = {}
        self.kept = self.changed = 0
        self.away: dict[str, tuple[str, set[date]]] = {}

    async def begin(self) -> None:
        """What was made before the first fault is not looked at one by one."""
        self.mark = await self.system.newest()
        for service in self.system.databases:
            self.origins |= {event for (event,) in await self.system.rows(service, "SELECT id::text FROM outbox")}
        await self.system.topics.new([HOLDS, SETTLED])

    async def check(self) -> None:
        """All that happened since the last time holds what was promised, and nothing died but of its crash point."""
        assert self.system.ended_otherwise == []
        rows = {
            service: await self.system.rows(service, "SELECT id::text, topic, type, subject::text, version, data, seq FROM outbox WHERE seq > $1 ORDER BY seq", self.mark[service])
            for service in self.system.databases
        }
        self.mark = await self.system.newest()
        self.origins |= {row[0] for told in rows.values() for row in told}
        holds = [row for row in rows["registry"] if row[1] == HOLDS]
        settled = [row for row in rows["training"] if row[1] == SETTLED]
        assert holds, "the workload did something"
        await self._check_topics(rows)
        await self._check_peer(holds, settled)
        await self._check_effects(holds)
        self._check_days(holds)
        await self._check_operations(self.system.client.operations)
        for service in self.system.databases:
            assert await self.system.rows(service, "SELECT event_id, cause FROM dead_letters UNION ALL SELECT event_id, cause FROM parked_events") == []

    async def _check_topics(self, rows: dict[str, list[Any]]) -> None:
        """I1, I2, I4: on the topics is what was recorded, nothing else, and each aggregate's versions come first in their order."""
        wanted = {row[0] for told in rows.values() for row in told if row[1] in (HOLDS, SETTLED)}
        arrived: set[str] = set()
        for record in await self.system.topics.new([HOLDS, SETTLED]):
            headers = {name: value.decode() for name, value in record.headers}
            event, subject, version = headers["ce_id"], headers["ce_subject"], int(headers["ce_aggregateversion"])
            assert event in self.origins, f"a ghost on {record.topic}: {headers}"
            before = self.seen.get((record.topic, subject), 0)
            assert version <= before + 1, f"{record.topic} {subject} jumps from {before} to {version}"
            self.seen[record.topic, subject] = max(before, version)
            arrived.add(event)
        assert wanted <= arrived, f"never told: {wanted - arrived}"

    async def _check_peer(self, holds: list[Any], settled: list[Any]) -> None:
        """I1, I3, I4 at a service that hears: every event once and in order, a replica that never goes back, one answer to each."""
        kept = await self.system.rows("training", "SELECT event_id::text, id::text, version, type, place FROM kept_events WHERE place > $1 ORDER BY place", self.kept)
        self.kept = max((row[4] for row in kept), default=self.kept)
        assert Counter(row[0] for row in kept) == Counter(row[0] for row in holds), "each event has one effect"
        assert _by_subject((row[1], row[2]) for row in kept) == _by_subject((row[3], row[4]) for row in holds), "in the order of their versions"
        answers = Counter((row[3], orjson.loads(row[5])["outcome"], orjson.loads(row[5])["source_id"]) for row in settled)
        outcomes = {TAKEN: "confirmed", CONFIRMED: "released"}
        assert answers == Counter((row[3], outcomes[row[2]], row[0]) for row in holds if row[2] in outcomes), "one answer to each event"
        changes = await self.system.rows("training", "SELECT id::text, version, place FROM kept_changes WHERE place > $1 ORDER BY place", self.changed)
        self.changed = max((row[2] for row in changes), default=self.changed)
        for subject, versions in _by_subject((row[0], row[1]) for row in changes).items():
            assert versions == sorted(set(versions)), f"the replica of {subject} went back: {versions}"
        newest = {row[3]: row[4] for row in holds}
        states = await self.system.rows("training", "SELECT id::text, version, state FROM kept_states WHERE id = ANY(CAST($1::text[] AS uuid[]))", list(newest))
        assert {row[0]: row[1] for row in states} == newest
        assert [row for row in states if row[2] != "released"] == []

    async def _check_effects(self, holds: list[Any]) -> None:
        """I3, I6 at the registry: what it did is what it said, each act once; what was taken is given back, all of it."""
        subjects = list({row[3] for row in holds})
        acts = await self.system.rows("registry", "SELECT subject_id::text, act FROM audit WHERE subject_kind = 'hold' AND subject_id = ANY(CAST($1::text[] AS uuid[]))", subjects)
        told = {TAKEN: "hold.taken", CONFIRMED: "hold.confirmed", RELEASED: "hold.released"}
        assert Counter(acts) == Counter((row[3], told[row[2]]) for row in holds)
        found = await self.system.rows("registry", "SELECT state, version FROM holds WHERE id = ANY(CAST($1::text[] AS uuid[]))", subjects)
        assert len(found) == len(subjects)
        assert {row[0] for row in found} == {"released"}
        assert await self.system.rows("registry", "SELECT hold_id FROM hold_periods WHERE held") == []

    def _check_days(self, holds: list[Any]) -> None:
        """I6: nobody was in two places on one day, and never were so many of the rare ones away that too few were left."""
        rare = set(self.system.rare)
        for _id, _topic, kind, subject, version, data, _seq in holds:
            state = orjson.loads(data)
            if kind == RELEASED:
                self.away.pop(subject, None)
                continue
            days = {date.fromisoformat(period["starts_on"]) for period in state["periods"]}
            others = [held for hold, held in self.away.items() if hold != subject and held[1] & days]
            assert state["person_id"] not in {person for person, _ in others}, f"{state['person_id']} is in two places: {subject} {version}"
            if state["person_id"] in rare:
                assert len({person for person, _ in others} & rare) < RARE - PRESENT, f"too many are away: {subject}"
            self.away[subject] = (state["person_id"], days)
        assert self.away == {}

    async def _check_operations(self, operations: list[Operation]) -> None:
        """I5, I9: what was answered is there, each thing once; what was refused left nothing."""
        sources = [source for operation in operations for source in operation.sources]
        found = await self.system.rows("registry", "SELECT source_id::text, id::text FROM holds WHERE source_id = ANY(CAST($1::text[] AS uuid[]))", sources)
        answered = {source: hold for operation in operations if operation.outcome == "ok" for source, hold in operation.holds.items()}
        assert sorted(found) == sorted(answered.items())
        await asyncio.gather(*(self._check_repeated(operation) for operation in operations if operation.outcome == "ok"))

    async def _check_repeated(self, operation: Operation) -> None:
        """I5, I9 at the API: asked again, the same bytes; asked otherwise under the same key, refused; read, it is there."""
        again = await self.system.client.send(operation)
        assert (again.status_code, again.content, again.headers["Idempotent-Replay"]) == (operation.status, operation.answer, "true")
        otherwise = await self.system.client.send(operation, kind="stay")
        assert otherwise.status_code == 422, otherwise.text
        source = operation.sources[0]
        [read] = (await self.system.client.read(f"{BASE}/holds", source=source))["items"]
        assert (read["id"], read["state"]) == (operation.holds[source], "released")


def _by_subject(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for subject, version in pairs:
        found[subject].append(version)
    return found
