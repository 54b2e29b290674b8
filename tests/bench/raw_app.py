"""The limit of a read in Python: raw ASGI, asyncpg and orjson, one statement, no check of who asks. It answers the same body as the registry."""

import os
from collections.abc import Awaitable, Callable
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
        body, status = await self._read(scope["path"])
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


def create() -> Raw:
    return Raw(os.environ["BENCH_DSN"])
