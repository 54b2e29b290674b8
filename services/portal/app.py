"""The portal's application: pages, static files, and headers that let a page load nothing but our own."""

import contextlib
import mimetypes
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from services.portal.pages import all_pages
from services.portal.pages.sign_in import OUTCOMES as SIGN_IN_OUTCOMES
from services.portal.visit import Visit, answer, is_secure, language_of
from shared import i18n
from shared.clients import close_http_session
from shared.db import database
from shared.metrics import SIGN_INS
from shared.settings import LOOPBACK, settings
from shared.telemetry import TelemetryMiddleware, start_telemetry, stop_telemetry

HERE = Path(__file__).parent
SHORTEST_SECRET = 32


def create() -> ASGIApp:
    """The portal. Refuses to start where sign-in cookies would travel in clear, or without a secret of its own."""
    refuse_unsafe_settings()
    i18n.add_translations(HERE / "translations")
    app = Starlette(
        routes=[
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/internal/health", detail),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            *all_pages(),
        ],
        exception_handlers={HTTPException: on_http, Exception: on_defect},
        lifespan=lifespan,
    )
    return TelemetryMiddleware(PageHeaders(CompressMiddleware(app, minimum_size=600)), "portal")


def refuse_unsafe_settings() -> None:
    address = urlsplit(settings().public_url)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise ValueError(f"RELAIS_PUBLIC_URL is {settings().public_url}: outside this machine the portal needs https, or sign-in cookies would travel in clear.")
    if len(settings().session_secret.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError(f"RELAIS_SESSION_SECRET must have at least {SHORTEST_SECRET} characters: it encrypts the tokens of those who are signed in.")


@contextlib.asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    start_telemetry("portal")
    for outcome in SIGN_IN_OUTCOMES:
        SIGN_INS.add(0, (outcome,))  # a rate needs its zero
    yield
    await close_http_session()
    await database.dispose()
    stop_telemetry()


class PageHeaders:
    """What each answer tells the browser: run and load only what is ours, show it in nobody's frame, keep no page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_static = scope["path"].startswith("/static/")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = content_security_policy()
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
                if is_secure():
                    headers["Strict-Transport-Security"] = "max-age=31536000"
                # An address with the content's own hash never changes; a page with people on it is kept by nobody.
                if not headers.get("Cache-Control", "").startswith("public"):  # what is published is the same for everybody who has not signed in
                    headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_static and b"v=" in scope["query_string"] else "no-store"
            await send(message)

        await self.app(scope, receive, send_guarded)


def content_security_policy() -> str:
    """Signing out ends at the identity provider, and browsers hold `form-action` against that redirect too."""
    issuer = urlsplit(settings().issuer)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        f"form-action 'self' {issuer.scheme}://{issuer.netloc}; base-uri 'none'; frame-ancestors 'none'"
    )


async def live(_request: Request) -> Response:
    return JSONResponse({"status": "up", "service": "portal"})


async def ready(_request: Request) -> Response:
    async with database.engine("app").connect() as connection:
        await connection.execute(text("SELECT 1"))
    return JSONResponse({"status": "up", "service": "portal"})


async def detail(_request: Request) -> Response:
    """What operations see of the portal: it publishes and consumes nothing."""
    try:
        async with database.engine("app").connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception:
        return JSONResponse({"service": "portal", "database": "down"})
    return JSONResponse({"service": "portal", "database": "up"})


async def on_http(request: Request, error: Exception) -> Response:
    """An address that is no page, or a method that it does not know."""
    assert isinstance(error, HTTPException)
    status = error.status_code

    async def no_page(visit: Visit) -> Response:
        return visit.page("problems/not_found.html", status)

    return await answer(request, no_page, public=True, role="", own_form=False)


async def on_defect(request: Request, _error: Exception) -> Response:
    return plain_visit(request).page("problems/defect.html", 500)


def plain_visit(request: Request) -> Visit:
    """A visit for a page that needs nobody: the frame without the person's navigation."""
    language = language_of(request)
    i18n.current_language.set(language)
    return Visit(request, None, language, None)


mimetypes.add_type("text/javascript", ".js")
