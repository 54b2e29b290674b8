"""The application of a service: what every service does the same way, so that features only say what is theirs."""

import asyncio
import importlib.util
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from asyncpg import InterfaceError, PostgresError
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import clients, i18n, revocations
from shared.audit_api import audit_router
from shared.audit_seals import SealedRecords, seal_state
from shared.auth import is_guarded, public_route, verifier
from shared.crash import crash_point_once_sent
from shared.db import database, worker_session
from shared.errors import MEDIA_TYPE, FieldError, Malformed, NotFound, Problem, Unavailable, problem_of_database_error, problems
from shared.history import HistoryOf, history_router
from shared.i18n import _
from shared.idempotency import OnceRoute, Replay
from shared.inbox import Consumer
from shared.jurisdictions import somewhere
from shared.logs import current_request_id
from shared.operations import operations_router
from shared.quick import QuickDoor
from shared.settings import settings
from shared.telemetry import TelemetryMiddleware, start_telemetry, stop_telemetry

logger = logging.getLogger("relais.app")

Task = Callable[[], Awaitable[None]]


@dataclass(frozen=True, eq=False)
class Service:
    """What a service is made of. `daily` and `frequent` tasks may run late, twice or in parallel without harm; a duty (shared.worker.Duty) runs all the time."""

    name: str
    title: str
    package: str
    routers: Sequence[APIRouter] = ()
    consumer: Consumer | None = None
    daily: Sequence[Task] = ()
    frequent: Sequence[Task] = ()
    at_start: Sequence[Task] = field(default=())
    duties: Sequence[tuple[str, Callable[[], Any]]] = ()
    history: Mapping[str, HistoryOf] = field(default_factory=dict)
    sealed: type[SealedRecords] | None = None
    internal: Sequence[APIRouter] = ()

    @property
    def folder(self) -> Path:
        spec = importlib.util.find_spec(self.package)
        assert spec is not None and spec.submodule_search_locations is not None
        return Path(spec.submodule_search_locations[0])


class ProblemBody(BaseModel):
    """RFC 9457 problem: what went wrong, which rule, and what would make it possible."""

    type: str
    title: str
    status: int
    detail: str
    rule: dict[str, Any] | None = None
    possible: str | None = None
    fields: list[dict[str, str]] | None = None
    request_id: str | None = None


@cache
def create_app(service: Service) -> ASGIApp:
    """The service's ASGI application, made once: the launcher makes it before it forks. Refuses to start when a route has no predicate or cannot be sent twice."""
    i18n.add_translations(service.folder / "translations")
    prefix = f"/api/v1/{service.name}"
    app = FastAPI(
        title=f"Relais {service.title}",
        version="1",
        lifespan=_lifespan(service),
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{prefix}/openapi.json",
        # Its own tracing costs two thirds of the speed and would record exception messages; ours is TelemetryMiddleware.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for router in (*service.routers, *([history_router(service.history), audit_router(service.history)] if service.history else []), operations_router(service)):
        _refuse_open_routes(router)
        app.include_router(router, prefix=prefix)
    for router in (_health_router(service), *service.internal):  # the gateway leads nobody there
        app.include_router(router, include_in_schema=False)
    _handle_errors(app)
    _describe(app, service)
    deque(iter_route_contexts(app.routes), maxlen=0)  # the framework makes them at the first request, in each process once more
    return TelemetryMiddleware(RequestContext(QuickDoor(app, prefix, service.routers)), service.name)


def _refuse_open_routes(router: APIRouter) -> None:
    for route in router.routes:
        if not isinstance(route, OnceRoute):
            raise TypeError(f"{getattr(route, 'path', route)} is not made with shared.idempotency.Router.")
        if not is_guarded([*router.dependencies, *route.dependencies]):
            raise PermissionError(f"{sorted(route.methods or ())} {route.path} is open: give it allows(predicate) or public_route.")


class RequestContext:
    """Sets the caller's language around a request, and answers the `X-Request-Id` under which it is logged and audited."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        language = i18n.choose_language(dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1"))
        scope.setdefault("state", {})["language"] = language
        language_token = i18n.current_language.set(language)
        request_id = current_request_id()  # TelemetryMiddleware has bound it; probes have none

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(b"x-request-id", request_id.encode())] if request_id else []
                message["headers"] = [*message["headers"], *own, (b"cache-control", b"no-store")]
            await send(message)
            if message["type"] == "http.response.start" and crash_point_once_sent("answer.half_sent"):
                await asyncio.Event().wait()  # the headers have left, the body never does

        try:
            with somewhere():  # whose country it is, the token says (shared.auth)
                await self.app(scope, receive, send_with_id)
        finally:
            i18n.current_language.reset(language_token)


def _lifespan(service: Service) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        start_telemetry(service.name)
        for task in service.at_start:
            await task()
        stop, worker = asyncio.Event(), None
        if settings().run_worker:
            from shared.worker import run_worker

            worker = asyncio.create_task(run_worker(service, stop), name=f"{service.name} worker")
        watching = asyncio.create_task(revocations.watch(verifier(), revocations.address()), name="revocations")
        yield
        watching.cancel()
        stop.set()
        if worker is not None:
            await asyncio.wait([worker], timeout=5)
            worker.cancel()
        await clients.close_http_session()
        await database.dispose()
        stop_telemetry()

    return lifespan


def _health_router(service: Service) -> APIRouter:
    router = APIRouter(include_in_schema=False, dependencies=[Depends(public_route)])

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "up", "service": service.name}

    @router.get("/health/ready")
    async def ready() -> dict[str, str]:
        async with database.engine("app").connect() as connection:
            await connection.execute(text("SELECT 1"))
        return {"status": "up", "service": service.name}

    @router.get("/internal/health")
    async def detail() -> dict[str, Any]:
        """What operations see; the gateway alone reaches it."""
        from shared.worker import event_health, event_positions

        try:
            async with asyncio.timeout(2), worker_session() as session:
                return {
                    "service": service.name,
                    "database": "up",
                    "positions": await event_positions(session, service.consumer),
                    "audit": await seal_state(session),
                } | await event_health(session)
        except (DBAPIError, OSError, TimeoutError, PoolTimeout):
            return {"service": service.name, "database": "down"}

    return router


def problem_response(problem: Problem, request: Request) -> Response:
    return Response(problem.as_bytes(_language(request), current_request_id()), problem.status, problem.headers, media_type=MEDIA_TYPE)


def _language(request: Request) -> str:
    return getattr(request.state, "language", i18n.DEFAULT_LANGUAGE)


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return problem_response(problem, request)

    @app.exception_handler(Replay)
    async def on_replay(_request: Request, replay: Replay) -> Response:
        return replay.response()

    @app.exception_handler(RequestValidationError)
    async def on_malformed(request: Request, error: RequestValidationError) -> Response:
        return problem_response(Malformed([_field_error(entry, error.body) for entry in error.errors()]), request)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return problem_response(NotFound(), request)
        if error.status_code == 400:  # not UTF-8, or nested too deep to be read
            return problem_response(Malformed.field("body", _("The body is not valid JSON.")), request)
        details = {405: _("This address does not accept that method."), 413: _("The body is too large.")}
        return problem_response(
            Problem(error.status_code, f"http-{error.status_code}", details.get(error.status_code, _("The request was not accepted.")), headers=dict(error.headers or {})), request
        )

    @app.exception_handler(PostgresError)
    @app.exception_handler(DBAPIError)
    async def on_database(request: Request, error: DBAPIError | PostgresError) -> Response:
        problem = problem_of_database_error(error)
        if problem is None:
            raise error
        return problem_response(problem, request)

    @app.exception_handler(InterfaceError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(ConnectionError)
    async def on_unavailable(request: Request, _error: Exception) -> Response:
        return problem_response(Unavailable(), request)

    @app.exception_handler(Exception)
    async def on_defect(request: Request, error: Exception) -> Response:
        logger.error("unforeseen %s in %s", type(error).__name__, request.scope.get("route", request.url.path), exc_info=error)
        return problem_response(Problem(500, "unforeseen", _("Something went wrong on our side. Nothing was changed. Tell operations the request id.")), request)


_REASONS = {
    "missing": _("This field is required."),
    "extra_forbidden": _("This field does not exist here."),
    "json_invalid": _("The body is not valid JSON."),
    "date_from_datetime_parsing": _("Write a date as YYYY-MM-DD."),
    "date_parsing": _("Write a date as YYYY-MM-DD."),
    "uuid_parsing": _("This is not an identifier."),
    "string_too_short": _("This text is too short: at least {min_length} characters."),
    "string_too_long": _("This text is too long: at most {max_length} characters."),
    "greater_than": _("This must be more than {gt}."),
    "greater_than_equal": _("This must be at least {ge}."),
    "less_than_equal": _("This must be at most {le}."),
    "int_parsing": _("Write a whole number."),
    "decimal_parsing": _("Write a number."),
    "bool_parsing": _("Write true or false."),
    "enum": _("Choose one of: {expected}."),
    "literal_error": _("Choose one of: {expected}."),
}


def _field_error(entry: dict[str, Any], body: Any) -> FieldError:
    steps = [step for step in entry["loc"] if step not in ("body", "query", "path", "header")]
    path = ".".join(map(str, _as_sent(steps, body))) or str(entry["loc"][0])
    if entry["type"] == "value_error":  # a validator of ours: its sentence is a message id
        return FieldError(path, str(entry["ctx"]["error"]))
    reason = _REASONS.get(entry["type"])
    if reason is None:
        return FieldError(path, _("This value is not valid."))
    return FieldError(path, reason, {name: str(value) for name, value in entry.get("ctx", {}).items()})


def _as_sent(steps: Sequence[Any], body: Any) -> Iterator[Any]:
    """The way to a field in the body that was sent: the kind of act or thing that a body chose is no place in it."""
    here = body
    for position, step in enumerate(steps):
        if isinstance(here, dict) and step not in here and position < len(steps) - 1:
            continue
        yield step
        here = here.get(step) if isinstance(here, dict) else here[step] if isinstance(here, list) and isinstance(step, int) and step < len(here) else None


def _describe(app: FastAPI, service: Service) -> None:
    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            schema = get_openapi(
                title=app.title, version=app.version, routes=app.routes, description=f"{service.title}. Errors are `application/problem+json`; lists are `{{items, next}}`."
            )
            components = schema.setdefault("components", {})
            schemas = components.setdefault("schemas", {})
            schemas["Problem"] = ProblemBody.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            for item in schema.get("paths", {}).values():  # FastAPI describes its own 422, which is never answered here
                for operation in item.values():
                    if "422" in operation.get("responses", {}):
                        operation["responses"]["422"] = problems(422)[422]
            components["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "OIDC access token, audience `relais`, five minutes."}
            }
            schema["security"] = [{"token": []}]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
