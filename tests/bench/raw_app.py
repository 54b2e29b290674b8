"""The limit of a read in Python: raw ASGI, asyncpg and orjson, one statement, no check of who asks. It answers what the registry answers."""

import os
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import orjson

STATEMENT = """
    SELECT p.id, p.name, p.birth_date, p.sex, p.reference, p.version,
        (SELECT json_agg(json_build_object('kind', n.kind, 'script', n.script, 'value', n.value) ORDER BY n.position)::text FROM person_names n WHERE n.person_id = p.id) AS names,
        (SELECT array_agg(q.purpose ORDER BY q.purpose) FROM person_purposes q WHERE q.person_id = p.id) AS purposes,
        (SELECT json_agg(json_build_object('id', w.id, 'occupation_code', w.occupation_code, 'specialty', w.specialty, 'worker_no', w.worker_no) ORDER BY w.id)::text
            FROM workers w WHERE w.person_id = p.id) AS workers
    FROM persons p WHERE p.id = $1
"""
LIST = """
    SELECT p.id, p.name, extract(year FROM p.birth_date)::int AS birth_year, p.sex, w.occupation_code AS occupation, o.names ->> 'vi' AS occupation_name, w.worker_no,
        a.facility_code AS facility, f.name AS facility_name, a.unit, a.post_id, a.id AS assignment_id, a.kind, a.fte_share::float8 AS fte_share
    FROM assignments a JOIN persons p ON p.id = a.person_id JOIN workers w ON w.id = a.worker_id JOIN occupations o ON o.code = w.occupation_code
    JOIN facilities f ON f.code = a.facility_code AND f.valid @> $3::date
    WHERE a.facility_code = $1 AND w.occupation_code = $2 AND a.state = 'active' AND a.valid @> $3::date
    ORDER BY p.sort_key, p.id LIMIT 21
"""
ACTIONS = [{"name": name, "allowed": True, "reason": None} for name in ("correct", "declare-qualification", "assign")]


class Raw:
    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.pool: asyncpg.Pool | None = None

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self.pool = await asyncpg.create_pool(self.dsn, min_size=16, max_size=16)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body, status = await (self._list(scope["query_string"]) if scope["query_string"] else self._read(scope["path"]))
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _read(self, path: str) -> tuple[bytes, int]:
        if path == "/health/live":
            return b"{}", 200
        assert self.pool is not None
        row = await self.pool.fetchrow(STATEMENT, UUID(path.rsplit("/", 1)[-1]))
        if row is None:
            return b"{}", 404
        said = {
            "id": row["id"], "name": row["name"], "names": orjson.Fragment(row["names"]), "birth_date": row["birth_date"], "birth_year": row["birth_date"].year, "sex": row["sex"],
            "purposes": row["purposes"], "workers": orjson.Fragment(row["workers"]), "reference": row["reference"], "version": row["version"], "available_actions": ACTIONS,
        }  # fmt: skip
        return orjson.dumps(said, default=str), 200

    async def _list(self, query: bytes) -> tuple[bytes, int]:
        assert self.pool is not None
        asked = dict(part.split("=", 1) for part in query.decode().split("&"))
        rows = await self.pool.fetch(LIST, asked["facility"], asked["occupation"], date.fromisoformat(asked["as_of"]))
        return orjson.dumps({"items": [dict(row) for row in rows[:20]], "next": None, "previous": None}, default=str), 200


def create() -> Raw:
    return Raw(os.environ["BENCH_DSN"])
