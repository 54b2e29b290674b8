"""What came with a request goes after its time, and what an attestation was printed from: how many there were, the number and the public check stay."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.erasures.destroying import remove_files, unnamed
from services.registry.requests.models import OPEN
from services.registry.rules import PACKS
from shared.audit import record_audits
from shared.clock import today
from shared.db import worker_session

TASK = "task:destroy-old-papers"
RULE = "REQ-RETENTION"
BATCH = 500

_NOT_HELD = "NOT EXISTS (SELECT FROM legal_holds AS h WHERE h.person_id = r.person_id AND h.lifted_on IS NULL)"
_TIME = "make_interval(months => (CAST(:months AS jsonb) ->> r.rule_pack)::int)"
# The person's row is locked as by whoever places a legal hold: the two wait for each other.
_OLD_FILES = text(
    f"""
    SELECT f.id, f.request_id, f.sha256 FROM request_files AS f JOIN requests AS r ON r.id = f.request_id JOIN persons AS p ON p.id = r.person_id
    WHERE f.destroyed_on IS NULL AND r.state <> ALL (:open) AND {_NOT_HELD}
        AND (coalesce(r.decided_on, (SELECT max(a.day) FROM request_acts AS a WHERE a.request_id = r.id)) + {_TIME})::date < :day
    ORDER BY f.request_id, f.id LIMIT :batch FOR UPDATE OF f, p SKIP LOCKED
    """  # noqa: S608  pieces of our own
)
_OLD_FACTS = text(
    f"""
    SELECT t.id FROM attestations AS t JOIN requests AS r ON r.attestation_id = t.id JOIN persons AS p ON p.id = r.person_id
    WHERE t.facts_destroyed_on IS NULL AND {_NOT_HELD} AND (coalesce(t.revoked_on, t.valid_to, t.issued_on) + {_TIME})::date < :day
    ORDER BY t.id LIMIT :batch FOR UPDATE OF t, p SKIP LOCKED
    """  # noqa: S608  pieces of our own
)
_DESTROY_FILES = text("UPDATE request_files SET sha256 = NULL, destroyed_on = :day WHERE id = ANY (:ids)")
_DESTROY_FACTS = text("UPDATE attestations SET facts = '{}', facts_destroyed_on = :day, version = version + 1 WHERE id = ANY (:ids)")


async def destroy_old_papers() -> None:
    """Daily, by the rules under which each request was asked (RP-01)."""
    while await _files_of_requests():
        pass
    while await _facts_of_attestations():
        pass


async def _files_of_requests() -> bool:
    """One batch in one transaction; the files follow once that is certain. Whether there may be more."""
    async with worker_session() as session:
        old = await _old(session, _OLD_FILES, "files", open=list(OPEN))
        await session.execute(_DESTROY_FILES, {"ids": [row.id for row in old], "day": today()})
        counted = Counter(row.request_id for row in old)
        await record_audits(session, TASK, "request.files_destroyed", "request", [(request, None, {"files": files}) for request, files in counted.items()])
        gone = await unnamed(session, {row.sha256 for row in old})
    remove_files(gone)
    return len(old) == BATCH


async def _facts_of_attestations() -> bool:
    async with worker_session() as session:
        old = await _old(session, _OLD_FACTS, "attested")
        await session.execute(_DESTROY_FACTS, {"ids": [row.id for row in old], "day": today()})
        await record_audits(session, TASK, "attestation.facts_destroyed", "attestation", [(row.id, None, {"facts_destroyed_on": today()}) for row in old])
    return len(old) == BATCH


async def _old(session: AsyncSession, statement: Any, kept: Literal["files", "attested"], **more: Any) -> Sequence[Any]:
    months = {pack.id: pack.rule(RULE).value[kept] for pack in PACKS.packs}
    return (await session.execute(statement, {"months": orjson.dumps(months).decode(), "day": today(), "batch": BATCH, **more})).all()
