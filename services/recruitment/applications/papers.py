"""Reading and destroying the papers of candidates: nobody keeps them longer than the rule says, on the disk neither."""

import asyncio

from sqlalchemy import text

from services.recruitment.rules import PACKS
from shared.calendars import add_months
from shared.clock import today
from shared.db import worker_session
from shared.files import StoredFile

BATCH = 500

_OVER = text(
    """
    SELECT id, authority_path::text AS path, ended_on FROM applications WHERE ended_on IS NOT NULL AND (key_hash IS NOT NULL OR message IS NOT NULL
        OR EXISTS (SELECT FROM application_files f WHERE f.application_id = applications.id AND f.sha256 IS NOT NULL))
    UNION ALL
    SELECT id, authority_path::text, ended_on FROM contest_applications WHERE ended_on IS NOT NULL AND (key_hash IS NOT NULL
        OR EXISTS (SELECT FROM application_files f WHERE f.contest_application_id = contest_applications.id AND f.sha256 IS NOT NULL))
    ORDER BY ended_on, id LIMIT :batch OFFSET :offset
    """
)
_EMPTY = (
    text("UPDATE applications SET key_hash = NULL, key_expires_on = NULL, message = NULL WHERE id = ANY (:ids)"),
    text("UPDATE contest_applications SET key_hash = NULL, key_expires_on = NULL WHERE id = ANY (:ids)"),
    text("UPDATE application_files SET sha256 = NULL WHERE (application_id = ANY (:ids) OR contest_application_id = ANY (:ids)) AND sha256 IS NOT NULL"),
)
_DISCARDED = text(
    "SELECT d.sha256, EXISTS (SELECT FROM application_files f WHERE f.sha256 = d.sha256) AS is_named FROM discarded_files d ORDER BY d.sha256 LIMIT :batch FOR UPDATE"
)
_DONE = text("DELETE FROM discarded_files WHERE sha256 = ANY (:hashes)")
_DISCARD = text("INSERT INTO discarded_files SELECT unnest(CAST(:hashes AS text[])) ON CONFLICT DO NOTHING")


async def forget_papers() -> None:
    """Daily: papers, message and link of what ended long enough ago (REC-09) are destroyed; what no row names any more goes from the disk."""
    offset = 0
    while True:
        async with worker_session() as session:
            found = (await session.execute(_OVER, {"batch": BATCH, "offset": offset})).all()
            due = [row.id for row in found if add_months(row.ended_on, PACKS.in_force(row.path.partition(".")[0], today()).rule("REC-09").value) <= today()]
            if due:
                for emptied in _EMPTY:
                    await session.execute(emptied, {"ids": due})
        offset += len(found) - len(due)
        if len(found) < BATCH:
            break
    await destroy_discarded()


async def destroy_discarded() -> None:
    """A file that another application names stays for that one."""
    while True:
        async with worker_session() as session:
            found = (await session.execute(_DISCARDED, {"batch": BATCH})).all()
            await asyncio.to_thread(_remove, [row.sha256 for row in found if not row.is_named])
            await session.execute(_DONE, {"hashes": [row.sha256 for row in found]})
        if len(found) < BATCH:
            return


def _remove(hashes: list[str]) -> None:
    for sha256 in hashes:
        StoredFile(sha256, 0, "").path.unlink(missing_ok=True)


async def discard(files: list[StoredFile]) -> None:
    """What was kept for a request that was then refused: gone at once, unless an application names it."""
    async with worker_session() as session:
        await session.execute(_DISCARD, {"hashes": [file.sha256 for file in files]})
    await destroy_discarded()
