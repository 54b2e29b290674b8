"""The imports that are too large for a request: the worker of the service checks and writes them, in batches, as the person who sent them.

Each batch is a transaction of its own, with its events, its audit and how far it came: a kill loses one batch and doubles none. Both the check and the
writing go on after the last batch; a worker that is ended again and again by the same batch gives the import up.
"""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text

from shared.auth import Caller
from shared.crash import crash_point
from shared.db import app_session, database, worker_session
from shared.errors import Problem
from shared.i18n import _
from shared.imports.checking import Checking, begin, read_heading
from shared.imports.models import ImportColumns
from shared.imports.reading import LINES_AT_A_TIME
from shared.imports.sheets import file_of
from shared.imports.writing import Writing
from shared.relay import pause
from shared.telemetry import span

if TYPE_CHECKING:
    from shared.imports.wizard import Wizard

logger = logging.getLogger("relais.imports")

LOOK_SECONDS = 1.0
MOST_TRIES = 5
_CALLER = TypeAdapter(Caller)
_OF_CALLER = ("account", "issuer", "roles", "scopes", "client_id", "is_machine", "territories", "facilities", "scope", "parties", "acting_for", "language")


def as_kept(caller: Caller) -> dict[str, Any]:
    """Whose rights a job has: those of the request that began it, without name and token."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in ((name, getattr(caller, name)) for name in _OF_CALLER)}


def as_caller(kept: dict[str, Any]) -> Caller:
    return _CALLER.validate_python(kept | {"name": ""})


class Importing:
    """A duty of the worker: one import at a time, the oldest first."""

    def __init__(self, wizard: "Wizard[Any]", lines_at_a_time: int = LINES_AT_A_TIME, look_seconds: float = LOOK_SECONDS) -> None:
        self.wizard, self.lines_at_a_time, self.look_seconds = wizard, lines_at_a_time, look_seconds
        self.alive_at = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        # What the process has imported lives as long as it does: looked through again for each hundred thousand new things, it would take a third of a batch.
        gc.collect()
        gc.freeze()
        while not stop.is_set():
            self.alive_at = time.monotonic()
            if not await self.work_off_one():
                await pause(stop, self.look_seconds)

    async def work_off_one(self) -> bool:
        """Whether there was one to work on. An import that ends its worker again and again is given up."""
        async with worker_session() as session:
            found = (await session.execute(_OLDEST)).one_or_none()
        if found is None:
            return False
        async with _alone_with(found.id) as is_ours:
            if not is_ours:
                return False
            caller = as_caller(found.as_caller)
            try:
                async with app_session(caller) as session:
                    one = await self._locked(session, caller, found.id)
                    one.tries += 1
                    if one.tries > MOST_TRIES:
                        await give_up(session, one, _("The work stopped by itself several times. Tell those who operate the system the number of this import."))
                        return True
                with span(f"import {found.state}"):
                    await (self._check(caller, found.id) if found.state == "checking" else self._write(caller, found.id))
            except Problem as problem:
                async with app_session(caller) as session:
                    field = problem.fields[0] if problem.fields else None
                    await give_up(session, await self._locked(session, caller, found.id), field.reason if field else problem.detail, **(field.values if field else problem.values))
            except Exception as error:  # noqa: BLE001  it is tried again
                logger.error("an import failed: %s", type(error).__name__, exc_info=error)
                return False
        return True

    async def _check(self, caller: Caller, import_id: UUID) -> None:
        async with app_session(caller) as session:
            one = await self._locked(session, caller, import_id)
            if one.state != "checking":
                return
            kind = self.wizard.kinds[one.kind]
            reading = await read_heading(session, kind, one.authority_path, file_of(one), one.encoding)
            reading.lines_at_a_time = self.lines_at_a_time
            kept_until = one.done
            if not kept_until:
                total = await asyncio.to_thread(reading.count_lines)
                await begin(session, one, reading, one.state)
                if one.state == "asking":
                    return
                one.total = total
        checking = Checking(kind, reading, one.mode, kept_until)
        async with aclosing(checking.chunks()) as chunks:
            async for chunk in chunks:
                self.alive_at = time.monotonic()
                async with app_session(caller) as session:
                    one = await self._locked(session, caller, import_id)
                    if one.state != "checking":
                        return
                    if await checking.judge(session, caller, one, chunk):
                        one.done, one.tries = chunk.last, 0
                crash_point("imports.batch_checked")
        async with app_session(caller) as session:
            one = await self._locked(session, caller, import_id)
            if one.state == "checking":
                await checking.finish(session, caller, one)
                one.state, one.as_caller = "checked", None

    async def _write(self, caller: Caller, import_id: UUID) -> None:
        writing: Writing | None = None
        while True:
            self.alive_at = time.monotonic()
            async with app_session(caller) as session:
                one = await self._locked(session, caller, import_id)
                if one.state != "writing":
                    return
                one.tries = 0
                writing = writing or Writing(self.wizard.kinds[one.kind], one.mode, self.lines_at_a_time)
                if not await writing.write_next(session, caller, one):
                    await writing.finish(session, caller, one)
                    return
            crash_point("imports.batch_written")

    async def _locked(self, session: Any, caller: Caller, import_id: UUID) -> Any:
        """The import, which whoever cancels it must wait for."""
        return await self.wizard.get_visible_import(session, caller, import_id, for_update=True)


async def give_up(session: Any, one: ImportColumns, reason: str, **values: Any) -> None:
    """What was written stays; the rows that wait go, with the names that they hold."""
    one.state, one.as_caller, one.failure = "stopped", None, {"reason": reason, "values": values}
    await forget_waiting_rows(session, one.id)


async def forget_waiting_rows(session: Any, import_id: UUID) -> None:
    await session.execute(text("DELETE FROM import_rows WHERE import_id = :id AND state NOT IN ('written', 'rewritten')"), {"id": import_id})


@asynccontextmanager
async def _alone_with(import_id: UUID) -> AsyncIterator[bool]:
    """Whether no other worker is at it: a lock of the connection, which goes with the process."""
    async with database.engine("worker").connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": f"import {import_id}"}
        got = bool((await connection.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), key)).scalar())
        try:
            yield got
        finally:
            if got:
                await connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), key)


_OLDEST = text("SELECT id, state, as_caller FROM imports WHERE state IN ('checking', 'writing') ORDER BY created_at LIMIT 1")
