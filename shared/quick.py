"""Reads that are asked thousands of times: one statement on the driver's own connection, its bytes as the answer.

A quick route has the three walls of every route (its predicates, the query's own condition, row-level security) and its records
of reading. What it does without is what costs most of a read: FastAPI's resolution of dependencies, the ORM, and a model of what
the database has already shaped. `response_model` describes the answer; a test holds every quick answer against it.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from sqlalchemy.util import greenlet_spawn

from shared.auth import Allows, Caller, CallerDep, get_caller
from shared.db import array_literal, database
from shared.idempotency import OnceRoute
from shared.settings import settings
from shared.telemetry import leaf, statement_name

VALUE = re.compile(r"(?<![:\w]):([a-z_]+)")


@lru_cache(maxsize=256)
def positional(statement: str) -> tuple[str, tuple[str, ...]]:
    """`WHERE id = :id` as the driver takes it: `WHERE id = $1`, and the names in their order."""
    names: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return VALUE.sub(place, statement), tuple(names)


class Quick:
    """One statement as one caller, in a transaction of its own that is committed before the answer leaves."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    async def row(self, statement: str, **values: Any) -> asyncpg.Record | None:
        """The one row that a statement with `:names` finds, or None. `:paths` and `:parties` are the caller's own."""
        text, names = positional(statement)
        values |= {"paths": self.caller.scope, "parties": self.caller.parties}
        told = leaf(statement_name(text), "client", {"db.system.name": "postgresql"})
        try:
            async with _transaction(self.caller) as connection:
                return await connection.fetchrow(text, *[values[name] for name in names])
        finally:
            if told is not None:
                told.end()


@asynccontextmanager
async def _transaction(caller: Caller) -> AsyncIterator[asyncpg.Connection]:
    """The driver's connection, in a transaction that knows the caller's scope."""
    scope = f"SELECT set_config('relais.scope', '{array_literal(caller.scope)}', true), set_config('relais.parties', '{array_literal(caller.parties)}', true)"
    rolled_back = database.rolled_back_connection
    if rolled_back is not None:
        async with rolled_back.begin_nested():
            driver = (await rolled_back.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.execute(f'SET LOCAL ROLE "{settings().service}_app"; {scope}')
            yield driver
        return
    pooled = await database.engine("app").raw_connection()
    driver = pooled.driver_connection
    assert driver is not None
    try:
        await driver.execute(f"BEGIN; {scope}")
        yield driver
        await driver.execute("COMMIT")
    except BaseException:
        pooled.invalidate()  # whatever state it is in, nobody else meets it
        raise
    finally:
        await greenlet_spawn(pooled.close)


async def quick_as(caller: CallerDep) -> Quick:
    return Quick(caller)


QuickDep = Annotated[Quick, Depends(quick_as)]


class QuickRoute(OnceRoute):
    """A GET whose endpoint takes values of the address, the caller and a Quick, and answers bytes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        predicates = [needed.dependency for needed in self.dependencies]
        made: dict[Any, Callable[[Caller], Any]] = {get_caller: lambda caller: caller, quick_as: Quick}
        wanted = {needed.name: made[needed.call] for needed in self.dependant.dependencies if needed.name is not None}
        opened = [predicate for predicate in predicates if isinstance(predicate, Allows)]
        if opened != predicates or self.methods != {"GET"}:
            raise TypeError(f"{self.path} is not quick: a GET with predicates alone is.")
        in_path, in_query = self.dependant.path_params, self.dependant.query_params
        endpoint: Callable[..., Awaitable[Response]] = self.endpoint

        async def handle(request: Request) -> Response:
            caller = await get_caller(request)
            for predicate in opened:
                await predicate(caller)
            values, wrong = request_params_to_args(in_path, request.path_params)
            if in_query:
                asked, wrong_too = request_params_to_args(in_query, request.query_params)
                values, wrong = values | asked, [*wrong, *wrong_too]
            if wrong:
                raise RequestValidationError(wrong)
            for name, make in wanted.items():
                values[name] = make(caller)
            return await endpoint(**values)

        return handle


def quick_get(router: APIRouter, path: str, **options: Any) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
    """`@quick_get(router, "/{person_id}", response_model=PersonRead, dependencies=[allows(…)], responses=problems(403, 404))`"""

    def add(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        router.add_api_route(path, endpoint, methods=["GET"], route_class_override=QuickRoute, **options)
        return endpoint

    return add
