"""B8: the staff list of a whole country taken as a file, and a ministry's extract of its assignments under pseudonyms, both under row-level
security and with their record, while they are streamed; beside the database that writes the same rows with `COPY` for its owner and nobody in between.

The CPU time of both sides counts: of the service and of the database for ours, of the database alone for the limit.
"""

import asyncio
import base64
import http.client
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
import psutil

from deploy.local.postgres import Postgres
from tests.bench.harness import Kind, MeasureFailed, Plan, Row, interleave, limited
from tests.bench.parts import Part, cores, cpu_seconds
from tests.bench.people import People, people
from tests.bench.rig import rig, service_environment
from tests.bench.tokens_of import Tokens
from tests.support.service import superuser

OURS, BARE = "registry service", "COPY … TO STDOUT"
LIST = "/api/v1/registry/exports/persons?head=false&format="
FORMATS = {"csv": 0.4, "ndjson": 0.4}
EXTRACT, EXTRACTED = "/api/v1/registry/extracts/assignments", 0.35
MOST_MEMORY = 48.0
PIECE = 1 << 18

# What somebody who owns the database would write: a row for each person with the place of work of today.
ROWS = """
    SELECT p.name, extract(year FROM p.birth_date), p.sex, w.occupation_code, o.names ->> 'vi', w.worker_no, a.facility_code, f.name, a.unit, a.kind, a.fte_share
    FROM persons AS p
    JOIN assignments AS a ON a.person_id = p.id AND a.state = 'active' AND a.valid @> current_date
    JOIN workers AS w ON w.id = a.worker_id
    JOIN occupations AS o ON o.code = w.occupation_code
    JOIN facilities AS f ON f.code = a.facility_code AND f.valid @> current_date
    ORDER BY p.sort_key, p.id
"""
# The same lines as a ministry's extract, with the identifiers themselves instead of pseudonyms.
LINES = """
    SELECT row_to_json(line) FROM (
        SELECT id, person_id, worker_id, post_id, facility_code, unit, kind, fte_share, state, lower(valid) AS valid_from, upper(valid) - 1 AS valid_to, done_on, recorded_at
        FROM assignments
    ) AS line
"""


def bench(plan: Plan, folder: Path) -> list[Row]:
    rows: list[Row] = []
    with rig(folder, tokens=1) as (parts, _load, tokens), people(folder, tokens, plan.people) as known:
        contender, other = cores()
        known.pin(other)
        registry = parts.serve("registry", "services.registry.app", core=contender, environment=service_environment(known), ready="/health/ready")
        token = _national(tokens)
        _taken(registry, LIST + "csv&facility=VN-22-B00021", token)  # everything is loaded that a first request loads
        before = registry.rss()
        grown = []
        for chosen, target in FORMATS.items():

            def ours(address: str = LIST + chosen) -> float:
                spent = _spent(known.postgres, registry)
                file = _taken(registry, address, token)
                if file.lines < plan.people:
                    raise MeasureFailed(f"The file has {file.lines} lines of {plan.people} people.")
                grown.append((file.most_memory - before) / 1e6)
                return (_spent(known.postgres, registry) - spent) / plan.people * 1e6

            bare = partial(_copied, known, plan.people, ROWS)
            found = interleave(plan.rounds, {OURS: ours, BARE: bare})
            rows.append(Row("export", f"CPU time per person, {chosen}", OURS, BARE, "µs", found[OURS], found[BARE], Kind.COST, target, notes={"people": plan.people}))
        rows += _extract(plan, registry, known, _program(tokens), grown, before)
    rows.append(limited("export", "memory that a whole export takes", OURS, grown, MOST_MEMORY, "MB", notes={"people": plan.people}))
    return rows


def _extract(plan: Plan, registry: Part, known: People, token: str, grown: list[float], before: int) -> list[Row]:
    """A ministry's extract, plain; and gzipped, whose memory alone is looked at (compressing costs what it costs)."""

    def ours(coding: str = "identity") -> float:
        spent = _spent(known.postgres, registry)
        file = _taken(registry, EXTRACT, token, coding)
        if coding == "identity" and file.lines < plan.people:
            raise MeasureFailed(f"The extract has {file.lines} lines of {plan.people} assignments.")
        grown.append((file.most_memory - before) / 1e6)
        return (_spent(known.postgres, registry) - spent) / plan.people * 1e6

    ours()
    found = interleave(plan.rounds, {OURS: ours, BARE: partial(_copied, known, plan.people, LINES)})
    ours("gzip")
    return [Row("export", "CPU time per line, extract under pseudonyms", OURS, BARE, "µs", found[OURS], found[BARE], Kind.COST, EXTRACTED, notes={"lines": plan.people})]


@dataclass(frozen=True)
class _File:
    lines: int
    most_memory: int


def _taken(service: Part, address: str, token: str, coding: str = "identity") -> _File:
    """The whole answer, read as it comes and kept nowhere; the service's memory is looked at meanwhile."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=300)
    try:
        connection.request("GET", address, headers={"Authorization": f"Bearer {token}", "Accept-Language": "vi", "Accept-Encoding": coding})
        answer = connection.getresponse()
        if answer.status != 200:
            raise MeasureFailed(f"{service.name} answered {answer.status}.")
        lines, most, looked = 0, service.rss(), time.monotonic()
        while piece := answer.read1(PIECE):
            lines += piece.count(b"\n")
            if time.monotonic() - looked > 0.05:
                most, looked = max(most, service.rss()), time.monotonic()
        return _File(lines, max(most, service.rss()))
    finally:
        connection.close()


def _copied(known: People, count: int, statement: str) -> float:
    before = _spent(known.postgres)
    lines = asyncio.run(_copy(known.postgres, statement))
    if lines < count:
        raise MeasureFailed(f"COPY gave {lines} lines of {count} people.")
    return (_spent(known.postgres) - before) / count * 1e6


async def _copy(postgres: Postgres, statement: str) -> int:
    connection: asyncpg.Connection = await superuser(postgres, "registry")
    lines = 0

    async def take(piece: bytes) -> None:
        nonlocal lines
        lines += piece.count(b"\n")

    try:
        await connection.copy_from_query(statement, output=take, format="csv")
    finally:
        await connection.close()
    return lines


def _spent(postgres: Postgres, *parts: Part) -> float:
    """CPU seconds of the database, with those of its processes that have ended, and of what works beside it."""
    assert postgres.process is not None
    leader = psutil.Process(postgres.process.pid)
    alive = 0.0
    for process in (leader, *leader.children(recursive=True)):
        with suppress(psutil.NoSuchProcess, FileNotFoundError):  # it has just ended: the next line counts it
            alive += cpu_seconds(process)
    ended = leader.cpu_times()
    return alive + ended.children_user + ended.children_system + sum(part.cpu_seconds() for part in parts)


def _national(tokens: Tokens) -> str:
    """Somebody who works for the whole country."""
    claims = json.loads(base64.urlsafe_b64decode(tokens.person(0).split(".")[1] + "=="))
    return tokens.provider.sign(claims | {"groups": ["/territories/VN"]})


def _program(tokens: Tokens) -> str:
    """A ministry's program, for the whole country."""
    claims = json.loads(base64.urlsafe_b64decode(tokens.person(0).split(".")[1] + "=="))
    own = {"sub": "ministry", "azp": "ministry", "client_id": "ministry", "preferred_username": "service-account-ministry", "scope": "registry.extract territory:VN"}
    return tokens.provider.sign({name: value for name, value in claims.items() if name not in ("roles", "groups")} | own)
