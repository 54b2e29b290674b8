"""Reads that are asked thousands of times: one statement on the driver's own connection, its bytes as the answer.

A quick route has the three walls of every route (its predicates, the query's own condition, row-level security) and its records
of reading. What it does without is what costs most of a read: FastAPI's resolution of dependencies, the ORM, and a model of what
the database has already shaped. `response_model` describes the answer; a test holds every quick answer against it.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.dependencies.utils import get_dependant, request_params_to_args
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import greenlet_spawn
from starlette.types import Receive, Scope, Send

from shared.auth import Allows, Caller, CallerDep, get_caller, require
from shared.db import array_literal, database
from shared.idempotency import OnceRoute
from shared.pagination import PageParams, page_params
from shared.settings import settings
from shared.telemetry import is_recorded, leaf, statement_name

Handle = Callable[[Request], Coroutine[Any, Any, Response]]
ID_LENGTH = 36  # of a UUID as it is written everywhere; another writing of one goes through the framework
VALUE = re.compile(r"(?<![:\w]):([a-z_][a-z_0-9]*)")


@lru_cache(maxsize=256)
def positional(statement: str) -> tuple[str, tuple[str, ...]]:
    """`WHERE id = :id` as the driver takes it: `WHERE id = $1`, and the names in their order."""
    names: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return VALUE.sub(place, statement), tuple(names)


def written(statement: Select[Any]) -> tuple[str, dict[str, Any]]:
    """A statement with `:names` as text, and the values that it brings along."""
    compiled = statement.compile(dialect=_DIALECT)
    return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}


_DIALECT = asyncpg_dialect(paramstyle="named")  # type: ignore[no-untyped-call]


def scoped(rows: str) -> str:
    """`FROM …` of a quick statement: what `rows` selects, under the caller's scope.

    The scope is set by the statement itself, which spares two journeys to the database. The rows lean on it (LATERAL, and OFFSET 0 keeps
    the planner from taking that apart), so it is set before any of them is looked at; were it not, row-level security would show none.
    """
    return f"""
        (SELECT set_config('relais.scope', :scope, true) || set_config('relais.parties', :shared, true) || set_config('relais.roles', :acting_as, true) AS told OFFSET 0) AS scope
        CROSS JOIN LATERAL (SELECT * FROM ({rows}) AS asked WHERE scope.told IS NOT NULL OFFSET 0) AS seen
    """  # noqa: S608  constants alone; values are parameters


@lru_cache(maxsize=4096)
def _of(caller: Caller) -> Mapping[str, Any]:
    """What a caller's statements may name of them."""
    return {
        "paths": caller.scope,
        "parties": caller.parties,
        "roles": caller.roles_and_scopes,
        "authorities": caller.authorities,
        "scope": array_literal(caller.scope),
        "shared": array_literal(caller.parties),
        "acting_as": array_literal(caller.roles_and_scopes),
    }


class Answer(Response):
    """JSON that is written already."""

    def __init__(self, body: bytes, status_code: int = 200, *, etag: str = "") -> None:
        self.status_code, self.body, self.background = status_code, body, None
        self.raw_headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
        if etag:
            self.raw_headers.append((b"etag", etag.encode()))


class Quick:
    """One statement as one caller, in a transaction of its own: what it wrote is durable before the answer leaves."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    async def row(self, statement: str, **values: Any) -> asyncpg.Record | None:
        """The one row that a statement finds, or None."""
        found = await self.rows(statement, **values)
        return found[0] if found else None

    async def rows(self, statement: str, **values: Any) -> Sequence[asyncpg.Record]:
        """The rows of a statement with `:names` that reads FROM `scoped(…)`. `:paths`, `:parties` and `:roles` are the caller's own."""
        text, names = positional(statement)
        values |= _of(self.caller)
        asked = [values[name] for name in names]
        told = leaf(statement_name(text), "client", {"db.system.name": "postgresql"}) if is_recorded() else None
        try:
            return await _fetch(text, asked) if database.rolled_back_connection is None else await _fetch_rolled_back(database.rolled_back_connection, text, asked)
        finally:
            if told is not None:
                told.end()


async def _fetch(text: str, asked: Sequence[Any]) -> Sequence[asyncpg.Record]:
    """By the driver's own connection, out of the pool of all requests. What waits for nothing needs none of the machinery in which
    SQLAlchemy waits, which costs as much as the driver's whole work.
    """
    engine = database.engine("app")
    pool = engine.pool
    assert isinstance(pool, AsyncAdaptedQueuePool)
    try:
        pooled = engine.sync_engine.raw_connection() if pool.checkedin() else await engine.raw_connection()
    except MissingGreenlet:  # a place in the pool whose connection has ended: one must be opened
        pooled = await engine.raw_connection()
    driver: Any = pooled.driver_connection
    if driver.is_closed():  # it ended while it lay in the pool
        pooled.invalidate()
        pooled = await engine.raw_connection()
        driver = pooled.driver_connection
    try:
        found: Sequence[asyncpg.Record] = await driver.fetch(text, *asked)
        return found
    except BaseException:
        pooled.invalidate()  # whatever state it is in, nobody else meets it
        raise
    finally:
        if pool.overflow() > 0:  # one of those opened in a rush may be closed now, which takes a while
            await greenlet_spawn(pooled.close)
        else:
            pooled.close()


async def _fetch_rolled_back(connection: AsyncConnection, text: str, asked: Sequence[Any]) -> Sequence[asyncpg.Record]:
    """In the transaction of a test."""
    async with connection.begin_nested():
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute(f'SET LOCAL ROLE "{settings().service}_app"')
        found: Sequence[asyncpg.Record] = await driver.fetch(text, *asked)
        return found


async def quick_as(caller: CallerDep) -> Quick:
    return Quick(caller)


QuickDep = Annotated[Quick, Depends(quick_as)]


class QuickRoute(OnceRoute):
    """A GET, or a POST that changes nothing of substance, whose endpoint takes values of the request, the caller and a Quick, and answers bytes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        predicates = [needed.dependency for needed in self.dependencies]
        opened = [predicate.predicate for predicate in predicates if isinstance(predicate, Allows)]
        if len(opened) != len(predicates):
            raise TypeError(f"{self.path} is not quick: it has other dependencies than predicates.")
        made: dict[Any, Callable[[Caller], Any]] = {get_caller: lambda caller: caller, quick_as: Quick}
        wanted = {needed.name: made[needed.call] for needed in self.dependant.dependencies if needed.name is not None and needed.call in made}
        asks_page = next((needed.name for needed in self.dependant.dependencies if needed.call is page_params), None)
        in_path, in_query, of_page = self.dependant.path_params, self.dependant.query_params, get_dependant(path="", call=page_params).query_params
        body = next(((field.name, field.field_info.annotation) for field in self.dependant.body_params), None)
        endpoint: Callable[..., Awaitable[Response]] = self.endpoint

        async def handle(request: Request) -> Response:
            caller = await get_caller(request)
            for may in opened:
                require(may(caller))
            values: dict[str, Any] = {}
            wrong: list[Any] = []
            for each in in_path:
                values[each.name], wrong_too = each.validate(request.path_params[each.alias], {}, loc=("path", each.alias))
                wrong += wrong_too
            if in_query:
                asked, wrong_too = request_params_to_args(in_query, request.query_params)
                values, wrong = values | asked, [*wrong, *wrong_too]
            if asks_page is not None:
                asked, wrong_too = request_params_to_args(of_page, request.query_params)
                wrong = [*wrong, *wrong_too]
                values[asks_page] = PageParams(**asked) if not wrong else None
            if wrong:
                raise RequestValidationError(wrong)
            if body is not None:
                values[body[0]] = await _body(request, body[1])
            for name, make in wanted.items():
                values[name] = make(caller)
            return await endpoint(**values)

        return handle


async def _body(request: Request, model: Any) -> BaseModel:
    try:
        found: BaseModel = model.model_validate_json(await request.body())
    except ValidationError as wrong:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in wrong.errors()]) from wrong
    return found


class QuickDoor:
    """Leads requests for a quick route past the framework's own search among all routes; everything else goes on to the framework.

    A quick route's address is a text, or a text and then one id.
    """

    def __init__(self, app: FastAPI, prefix: str, routers: Iterable[APIRouter]) -> None:
        self.app = app
        self.exact: dict[tuple[str, str], tuple[str, Handle]] = {}
        self.by_id: dict[tuple[str, str], tuple[str, str, Handle]] = {}
        for route in (route for router in routers for route in router.routes if isinstance(route, QuickRoute)):
            start, _brace, name = (prefix + route.path).partition("{")
            (method,) = route.methods or {""}
            if not name:
                self.exact[method, start] = (start, route.get_route_handler())
            elif name.endswith("}") and start.endswith("/"):
                self.by_id[method, start[:-1]] = (prefix + route.path, name[:-1], route.get_route_handler())
            else:
                raise TypeError(f"{route.path} is not quick: its address is a text, or a text and then one id.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        scope["route_template"], scope["path_params"], handle = found
        request = Request(scope, receive, send)
        try:
            response = await handle(request)
        except Exception as error:  # noqa: BLE001  each has its handler, and what is unforeseen has one too
            response = await self._refusal(request, error)
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[str, dict[str, str], Handle] | None:
        method, path = scope["method"], scope["path"]
        if (method, path) in self.exact:
            template, handle = self.exact[method, path]
            return template, {}, handle
        start, _slash, last = path.rpartition("/")
        if len(last) == ID_LENGTH and (method, start) in self.by_id:
            template, name, handle = self.by_id[method, start]
            return template, {name: last}, handle
        return None

    async def _refusal(self, request: Request, error: Exception) -> Response:
        handlers = self.app.exception_handlers
        answered: Response = await next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)(request, error)  # type: ignore[misc]
        return answered


def quick(router: APIRouter, path: str, *, method: str = "GET", **options: Any) -> Callable[[Callable[..., Awaitable[Response]]], Callable[..., Awaitable[Response]]]:
    """`@quick(router, "/{person_id}", response_model=PersonRead, dependencies=[allows(…)], responses=problems(403, 404))`"""

    def add(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
        router.add_api_route(path, endpoint, methods=[method], route_class_override=QuickRoute, **options)
        return endpoint

    return add
