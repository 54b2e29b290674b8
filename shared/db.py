"""The database of one service: engines per role, the request's session, and what it may see.

The session commits before the answer leaves, so a 2xx is durable and a failing commit is an honest 409. Each
transaction begins by telling PostgreSQL the caller's scope; row-level security does the rest.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
from fastapi import Depends, Request
from sqlalchemy import DateTime, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import AsyncAdaptedQueuePool

from shared import metrics
from shared.auth import CallerDep
from shared.clock import today
from shared.crash import crash_point, crash_point_once_sent
from shared.settings import settings
from shared.telemetry import trace_engine

if TYPE_CHECKING:
    from shared.auth import Caller

Role = Literal["app", "worker"]

IDLE_TRANSACTION_SECONDS = 60  # a process that was stopped in the middle of a transaction keeps its locks from the others no longer

WORKER_POOL = 2
OVERFLOW = 4  # opened in a rush, closed after it: an idle connection costs PostgreSQL some megabytes


class Base(DeclarativeBase):
    """Tables are written in SQL migrations; models only map them. Every instant has its zone."""

    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012  SQLAlchemy declares it as an instance variable


class Database:
    """Engines and sessions of this process, made on first use: after the fork, never before."""

    loads = staticmethod(orjson.loads)

    def __init__(self) -> None:
        self._engines: dict[Role, AsyncEngine] = {}
        self.rolled_back_connection: AsyncConnection | None = None  # set by tests: everything happens in its transaction

    @staticmethod
    def dumps(value: Any) -> str:
        return orjson.dumps(value, default=str).decode()

    def engine(self, role: Role) -> AsyncEngine:
        if role not in self._engines:
            engine = create_async_engine(
                settings().database_url(role),
                pool_size=pool_size(role),
                max_overflow=OVERFLOW,
                pool_timeout=5,
                json_serializer=self.dumps,
                json_deserializer=self.loads,
                connect_args={
                    "timeout": 5,
                    "server_settings": {
                        "application_name": f"relais {settings().service} {role}",
                        "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_SECONDS}s",
                    },
                },
            )
            trace_engine(engine)
            event.listen(engine.sync_engine, "commit", _commit_is_sent)
            self._engines[role] = engine
        return self._engines[role]

    def pools(self) -> Iterator[tuple[Role, AsyncAdaptedQueuePool]]:
        """The pools of connections that this process has open."""
        for role, engine in list(self._engines.items()):
            if isinstance(engine.pool, AsyncAdaptedQueuePool):
                yield role, engine.pool

    def session(self, role: Role, caller: "Caller | None" = None) -> AsyncSession:
        """A session as one role. Without a caller the scope is empty: the app role then sees no row."""
        info: dict[str, Any] = {"role": role}
        if role == "app":
            info["scope"] = array_literal(caller.scope if caller else ())
            info["parties"] = array_literal(caller.parties if caller else ())
            info["roles"] = array_literal(caller.roles_and_scopes if caller else ())
        connection = self.rolled_back_connection
        if connection is not None:
            return AsyncSession(bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint", info=info | {"set_role": f"{settings().service}_{role}"})
        return AsyncSession(bind=self.engine(role), expire_on_commit=False, info=info)

    async def dispose(self) -> None:
        for engine in self._engines.values():
            await engine.dispose()
        self._engines.clear()


def pool_size(role: Role) -> int:
    return settings().database_pool if role == "app" else WORKER_POOL


database = Database()
metrics.CONNECTIONS.watch(lambda: [((role, state), count) for role, pool in database.pools() for state, count in (("used", pool.checkedout()), ("idle", pool.checkedin()))])
metrics.CONNECTIONS_LIMIT.watch(lambda: [((role,), pool_size(role) + OVERFLOW) for role, _pool in database.pools()])


def array_literal(values: Sequence[str]) -> str:
    """A PostgreSQL array literal of ltree paths or codes, which hold no comma, brace or quote."""
    return "{" + ",".join(value for value in values if value.replace(".", "").replace("-", "").replace("_", "").isalnum()) + "}"


@event.listens_for(Session, "after_begin")
def _tell_scope(session: Session, _transaction: Any, connection: Any) -> None:
    info = session.info
    if "set_role" in info:
        connection.exec_driver_sql(f'SET LOCAL ROLE "{info["set_role"]}"')
        connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    if "scope" in info:
        connection.execute(_SET_SCOPE, {"scope": info["scope"], "parties": info["parties"], "roles": info["roles"]})


_SET_SCOPE = text("SELECT set_config('relais.scope', :scope, true), set_config('relais.parties', :parties, true), set_config('relais.roles', :roles, true)")


def _commit_is_sent(_connection: Any) -> None:
    crash_point_once_sent("commit.sent")


async def commit(session: AsyncSession) -> None:
    """Flush, check what was deferred while a refusal can still be told, and commit."""
    await session.flush()
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    await session.commit()
    crash_point("commit.acknowledged")


async def get_session(request: Request, caller: CallerDep) -> AsyncIterator[AsyncSession]:
    """The request's one transaction, as the caller; committed before the answer leaves."""
    from shared.idempotency import begin_once

    async with database.session("app", caller) as session:
        request.state.session = session
        await begin_once(request, session, caller)
        crash_point("request.before_effect")
        yield session
        crash_point("request.after_effect")
        await commit(session)


SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


@asynccontextmanager
async def app_session(caller: "Caller | None") -> AsyncIterator[AsyncSession]:
    """A transaction as a caller outside a request (a job that they started)."""
    async with database.session("app", caller) as session:
        yield session
        await commit(session)


@asynccontextmanager
async def worker_session() -> AsyncIterator[AsyncSession]:
    """A transaction of the relay, a consumer or a daily task; it sees every row of its service."""
    async with database.session("worker") as session:
        yield session
        await commit(session)


async def facility_paths(codes: Sequence[str]) -> list[str]:
    """Authority paths of facilities today, by the dated relations that the registry announces."""
    async with database.session("app") as session:
        rows = await session.execute(
            text("SELECT path::text FROM facility_authorities WHERE code = ANY(:codes) AND valid @> CAST(:day AS date)"), {"codes": list(codes), "day": today()}
        )
        return [row.path for row in rows]
