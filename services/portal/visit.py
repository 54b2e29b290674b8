"""One visit to one page: who is there, in which language, what they may ask, and how a page is drawn.

    pages = Pages()

    @pages.get("/facilities")
    async def facilities(visit: Visit) -> Response:
        found = await visit.api.get("/api/v1/registry/facilities", q=visit.query("q"))
        return visit.page("facilities/list.html", facilities=found["items"], next=found["next"])

Every page needs a signed-in person unless it is made with `public=True`; `role="operations"` hides it from everybody else.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from functools import cached_property
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.portal import drawing
from services.portal.clients import Api, Refusal, ServiceAway
from services.portal.identity import IdentityAway
from services.portal.labels import occupations
from services.portal.session import Session, csrf_holds, csrf_token, open_session
from services.portal.texts import _, gettext
from shared.i18n import LANGUAGES, choose_language, current_language
from shared.jurisdictions import be_in, somewhere
from shared.settings import settings

logger = logging.getLogger("relais.portal")

THEMES = ("light", "dark")
DENSITIES = ("compact",)
YEAR = 365 * 24 * 3600
MOST_FILES = 5  # what a contest may ask: identity, diploma, form, proof and authorisation; a browser sends those that are not chosen, too
MOST_FIELDS = 4000  # an attendance sheet of a whole room: people × half-days


def is_secure() -> bool:
    return urlsplit(settings().public_url).scheme == "https"


def cookie_name(name: str) -> str:
    """Over https a cookie that no other host or path can set; the same without prefix on loopback."""
    return f"__Host-{name}" if is_secure() else name


def own_path(address: str | None) -> str:
    """A path of this site to go back to; anything else becomes the first page."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")) or any(ord(c) < 32 for c in address):
        return "/"
    return address


class SessionEnded(Exception):
    """The person must sign in again before this can be answered."""


class FormRefused(Exception):
    """A form that does not come from one of our pages in this browser."""


class Visit:
    """What a page function works with."""

    def __init__(self, request: Request, session: Session | None, language: str, form: FormData | None) -> None:
        self.request, self.session, self.language, self._form = request, session, language, form
        self._new_visitor = ""

    @cached_property
    def api(self) -> Api:
        """The services as this person sees them."""
        if self.session is None:
            raise SessionEnded
        return Api(self.session.token, self.language)

    @property
    def roles(self) -> frozenset[str]:
        return self.session.roles if self.session else frozenset()

    def has_role(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def territories(self) -> list[str]:
        """Codes of the territories this person works for, from the sign-in."""
        groups = self.session.groups if self.session else ()
        return [group.removeprefix("/territories/") for group in groups if group.startswith("/territories/")]

    @property
    def facilities(self) -> list[str]:
        groups = self.session.groups if self.session else ()
        return [group.removeprefix("/facilities/") for group in groups if group.startswith("/facilities/")]

    @property
    def authority(self) -> str:
        """The territory whose figures this person reads first: their own, or the one their facility's code begins with."""
        named = self.territories or ["-".join(code.split("-")[:2]) for code in self.facilities]
        return named[0] if named else ""

    # ---- what was asked -----------------------------------------------------------------------------------------

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default).strip()

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def field(self, name: str) -> str:
        value = self._form.get(name) if self._form is not None else None
        return value.strip() if isinstance(value, str) else ""

    def fields(self) -> dict[str, str]:
        """Every text field of the form, as typed."""
        return {name: value.strip() for name, value in self._form.multi_items() if isinstance(value, str)} if self._form is not None else {}

    def values(self, name: str) -> list[str]:
        """All that was ticked under one name."""
        return [value for value in self._form.getlist(name) if isinstance(value, str)] if self._form is not None else []

    def file(self, name: str) -> UploadFile | None:
        value = self._form.get(name) if self._form is not None else None
        return value if isinstance(value, UploadFile) and value.filename else None

    @property
    def here(self) -> str:
        """This page's own path and query."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    # ---- what is answered ---------------------------------------------------------------------------------------

    def page(self, template: str, status: int = 200, **content: Any) -> Response:
        """Draw a page; htmx gets only the block that it asked for."""
        wanted = self.request.headers.get("hx-target") if self.request.headers.get("hx-request") and not self.request.headers.get("hx-history-restore-request") else None
        html = drawing.draw(template, block=wanted, visit=self, **content)
        answer = Response(html, status, media_type="text/html")
        answer.headers["Vary"] = "Cookie, Accept-Language, HX-Request"
        if self._new_visitor:
            set_cookie(answer, "relais-visitor", self._new_visitor)
        return answer

    def go(self, path: str, **query: Any) -> Response:
        """Send the browser to another page after an act, so that reloading repeats nothing."""
        chosen = urlencode({name: value for name, value in query.items() if value not in (None, "")})
        return RedirectResponse(path + (f"?{chosen}" if chosen else ""), 303)

    @cached_property
    def _form_owner(self) -> str:
        if self.session is not None:
            return self.session.cookie
        known = self.request.cookies.get(cookie_name("relais-visitor"), "")
        if not known:
            known = self._new_visitor = token_urlsafe(24)
        return known

    @property
    def csrf(self) -> str:
        return csrf_token(self._form_owner)

    @property
    def once(self) -> str:
        """A key for one form: sent twice, it acts once. A form shown again after a correction is another request."""
        return uuid4().hex

    @property
    def theme(self) -> str:
        chosen = self.request.cookies.get("theme", "")
        return chosen if chosen in THEMES else ""

    @property
    def density(self) -> str:
        chosen = self.request.cookies.get("density", "")
        return chosen if chosen in DENSITIES else ""

    @property
    def demo_day(self) -> date | None:
        """The day that was set for this demo; None when the clock is real."""
        return settings().today


def set_cookie(answer: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    answer.set_cookie(cookie_name(name), value, max_age=max_age, httponly=True, samesite="lax", secure=is_secure(), path="/")


def drop_cookie(answer: Response, name: str) -> None:
    answer.delete_cookie(cookie_name(name), httponly=True, samesite="lax", secure=is_secure(), path="/")


Page = Callable[[Visit], Awaitable[Response]]


class Pages:
    """The pages of one part of the portal, in the order in which their addresses are tried."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def get(self, path: str, *, public: bool = False, role: str = "") -> Callable[[Page], Page]:
        return self._route(path, "GET", public, role)

    def post(self, path: str, *, public: bool = False, role: str = "", own_form: bool = True) -> Callable[[Page], Page]:
        """`own_form=False` only for what another party sends on purpose (back-channel logout)."""
        return self._route(path, "POST", public, role, own_form)

    def _route(self, path: str, method: str, public: bool, role: str, own_form: bool = True) -> Callable[[Page], Page]:
        def keep(page: Page) -> Page:
            async def endpoint(request: Request) -> Response:
                return await answer(request, page, public=public, role=role, own_form=own_form)

            self.routes.append(Route(path, endpoint, methods=[method]))
            return page

        return keep


def language_of(request: Request) -> str:
    chosen = request.cookies.get("language", "")
    return chosen if chosen in LANGUAGES else choose_language(request.headers.get("accept-language"))


async def answer(request: Request, page: Page, *, public: bool, role: str, own_form: bool) -> Response:
    """Find out who is there, call the page, and turn what it raises into a page that says what was kept."""
    with somewhere():
        return await _answer(request, page, public=public, role=role, own_form=own_form)


async def _answer(request: Request, page: Page, *, public: bool, role: str, own_form: bool) -> Response:
    language = language_of(request)
    current_language.set(language)
    visit = Visit(request, None, language, None)
    form: FormData | None = None
    try:
        cookie = request.cookies.get(cookie_name("relais"), "")
        session = await open_session(cookie) if cookie else None
        if session is not None and occupations.is_stale:
            await _learn_occupations(Api(session.token, language))
        try:
            form = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES) if request.method == "POST" else None
        except HTTPException:
            return Visit(request, session, language, None).page("problems/unreadable.html", 400)
        visit = Visit(request, session, language, form)
        if visit.authority:
            be_in(visit.authority)
        if session is None and not public:
            raise SessionEnded
        if form is not None and own_form and not csrf_holds(visit._form_owner, visit.field("csrf")):
            raise FormRefused
        if role and not visit.has_role(role):
            return not_found(visit)
        return await page(visit)
    except SessionEnded:
        return session_ended(visit)
    except FormRefused:
        return visit.page("problems/form.html", 403)
    except Refusal as refusal:
        if refusal.slug == "person-merged" and request.method == "GET" and "id" in request.path_params:
            return visit.go(request.url.path.replace(request.path_params["id"], refusal.problem["merged_into"]), done="merged")
        return refused(visit, refusal)
    except (ServiceAway, IdentityAway, ConnectionError, TimeoutError) as error:
        logger.warning("a part is away: %s", type(error).__name__)
        away = visit.page("problems/away.html", 503, identity_away=isinstance(error, IdentityAway))
        away.headers["Retry-After"] = "5"
        return away
    finally:
        if form is not None:
            await form.close()


async def _learn_occupations(api: Api) -> None:
    """Titles are wanted on most pages; without them pages show codes."""
    try:
        items, cursor = [], None
        while True:
            found = await api.get("/api/v1/registry/occupations", limit=200, cursor=cursor)
            items += found["items"]
            cursor = found.get("next")
            if not cursor:
                break
        occupations.keep(items)
    except (Refusal, ServiceAway, KeyError):
        logger.warning("titles of occupations cannot be read")


def sign_in_path(back: str) -> str:
    return "/auth/sign-in?next=" + quote(own_path(back), safe="")


def session_ended(visit: Visit) -> Response:
    """To the sign-in and back to this page; a form that was sent meanwhile is shown again with what was typed."""
    if visit.request.method == "GET" and not visit.request.headers.get("hx-request"):
        answer: Response = RedirectResponse(sign_in_path(visit.here), 303)
    elif visit.request.method == "GET":
        answer = Response(status_code=204, headers={"HX-Redirect": sign_in_path(own_path(visit.request.url.path))})
    else:
        answer = visit.page("problems/session_ended.html", 401, back=own_path(urlsplit(visit.request.headers.get("referer", "")).path))
    if visit.session is None:
        drop_cookie(answer, "relais")
    return answer


def not_found(visit: Visit) -> Response:
    return visit.page("problems/not_found.html", 404)


def refused(visit: Visit, refusal: Refusal) -> Response:
    """A refusal that the page did not show beside its form."""
    if refusal.status == 401:
        visit.session = None
        return session_ended(visit)
    if refusal.status == 404:
        return not_found(visit)
    title = refusal.problem.get("title") or gettext(_("This cannot be done"))
    return visit.page("problems/refused.html", refusal.status if refusal.status < 500 else 502, title=title, problem=refusal.problem)
