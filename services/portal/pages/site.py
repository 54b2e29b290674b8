"""The public site: what employers of a territory look for, read on a phone without an account and without scripts; a form for several employers; the candidate's own page.

Nothing follows a reader here: no cookie is set before a form is opened, and nothing is loaded from elsewhere.
"""

from collections.abc import Iterable
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.responses import Response

from services.portal.clients import Api, Refusal, segment
from services.portal.labels import choices, occupations
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit, cookie_name, drop_cookie, set_cookie
from shared.clock import today
from shared.i18n import LANGUAGES, current_language
from shared.jurisdictions import be_in
from shared.settings import settings

pages = Pages()

API = "/api/v1/recruitment/public"
KEY, CONTEST_KEY = "relais-application", "relais-contest"
KEPT_HERE = {KEY: ("/my-application", _("My application to employers")), CONTEST_KEY: ("/my-contest", _("My application in a contest"))}
"""The cookie that keeps the secret of a private link in this browser: the page that it opens."""
KEPT = 90 * 24 * 3600
PAPERS = ("cv", "diploma", "letter")
MOST_BESIDE = 20
OVER = ("not_kept", "withdrawn")


def api_of(visit: Visit) -> Api:
    """Everybody reads the same, whoever has signed in too."""
    return Api("", visit.language)


def localise(visit: Visit) -> None:
    """The language that the address names, so that a page in it can be kept and sent on without a cookie."""
    if visit.query("lang") in LANGUAGES:
        visit.language = visit.query("lang")
        current_language.set(visit.language)


def kept_for_all(visit: Visit, answer: Response) -> Response:
    """A published page is the same for all who have not signed in: browsers and proxies keep it for a minute."""
    if visit.session is None:
        answer.headers["Cache-Control"] = "public, max-age=60"
        answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


def title_of(code: str, vacancies: list[dict[str, Any]]) -> str:
    """The national title; before anybody has signed in here it is not known, and the employers' own words stand for it."""
    name = occupations.name(code)
    return name if name != code else next((one["title"] for one in vacancies if one["occupation_code"] == code), code)


def linked(visit: Visit, path: str, **query: str) -> str:
    said = {name: value for name, value in ({"lang": visit.query("lang")} | query).items() if value}
    return path + (f"?{urlencode(said)}" if said else "")


# ---- Reading ---------------------------------------------------------------------------------------------------------


@pages.get("/jobs", public=True)
async def jobs(visit: Visit) -> Response:
    """What can be applied for today, by profession and place."""
    localise(visit)
    asked = {name: visit.query(name)[:100] for name in ("q", "place", "occupation", "within")}
    api = api_of(visit)
    found = await api.get(f"{API}/vacancies", **asked, cursor=visit.query("cursor"), limit=50)
    everything = found["items"] if not any(asked.values()) else (await api.get(f"{API}/vacancies", within=asked["within"], limit=200))["items"]
    professions = sorted({(one["occupation_code"], title_of(one["occupation_code"], everything)) for one in everything}, key=lambda pair: pair[1])
    more = linked(visit, "/jobs", **asked, cursor=found["next"]) if found["next"] else None
    contests = (await api.get(f"{API}/contests", limit=50))["items"] if not any(asked.values()) and not visit.query("cursor") else []
    return kept_for_all(visit, visit.page("site/jobs.html", jobs=found["items"], contests=contests, more=more, asked=asked, professions=professions, linked=linked))


@pages.get("/jobs/{id:uuid}", public=True)
async def job(visit: Visit) -> Response:
    """One post with what matters to whoever would move for it."""
    localise(visit)
    found = await api_of(visit).get(f"{API}/vacancies/{segment(visit.path('id'))}")
    return kept_for_all(visit, visit.page("site/job.html", job=found, linked=linked))


# ---- Applying --------------------------------------------------------------------------------------------------------


async def form_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    api, chosen = api_of(visit), visit.values("jobs") or ([visit.query("job")] if visit.query("job") else [])
    found: list[dict[str, Any]] = (await api.get(f"{API}/vacancies", limit=200))["items"]
    first = next((one for one in found if one["id"] in chosen), None)
    if first is None:
        return visit.go("/jobs")
    be_in(first["facility_code"])
    authority = "-".join(first["facility_code"].split("-")[:2])
    near = [one for one in found if one["facility_code"].startswith(authority + "-")]
    near.sort(key=lambda one: (one["id"] not in chosen, one["occupation_code"] != first["occupation_code"], one["title"]))
    typed = visit.fields() or {"available_from": today().isoformat(), "key": token_urlsafe(32)}
    degrees = choices("site_degree") + (choices("degree") if any(one["is_campaign"] for one in near if one["id"] in chosen) else [])
    return visit.page(
        "site/apply.html",
        status,
        jobs=near[:MOST_BESIDE],
        chosen=chosen,
        wished=visit.values("wishes"),
        degrees=degrees,
        typed=typed,
        limit=settings().upload_limit_mb,
        problem=problem,
        errors=errors or {},
        linked=linked,
    )


def papers_sent(visit: Visit, papers: Iterable[str]) -> dict[str, Any]:
    """The files that a candidate has chosen for these papers, as they are handed on."""
    return {paper: (file.filename or paper, file.file, file.content_type or "application/octet-stream") for paper in papers if (file := visit.file(paper)) is not None}


@pages.get("/jobs/apply", public=True)
async def apply_form(visit: Visit) -> Response:
    """One form for every employer that is ticked."""
    localise(visit)
    return await form_page(visit)


@pages.post("/jobs/apply", public=True)
async def send_application(visit: Visit) -> Response:
    """Sent twice, it is one application: the form carries the secret of its private link."""
    localise(visit)
    said: dict[str, Any] = {name: visit.field(name) for name in ("name", "email", "phone", "degree", "experience", "available_from", "message", "key") if visit.field(name)}
    said |= {"vacancy_ids": visit.values("jobs"), "wishes": visit.values("wishes"), "consent": visit.field("consent") == "true"}
    said |= {name: visit.field(name) == "true" for name in ("left_public_sector", "pool_consent")}
    try:
        made = await api_of(visit).send_form(f"{API}/applications", {"application": orjson.dumps(said).decode()}, papers_sent(visit, PAPERS))
    except Refusal as refusal:
        if refusal.fields:
            names = {"vacancy_ids": "jobs", "body": "email"}
            errors = {names.get(path, path): reason for path, reason in refusal.fields.items()}
            return await form_page(visit, refusal.status, refusal.problem if refusal.problem["rule"] else None, errors)
        if refusal.status in (409, 413, 429):
            return await form_page(visit, refusal.status, refusal.problem)
        raise
    answer = visit.go(linked(visit, "/my-application", done="sent"))
    set_cookie(answer, KEY, made["key"], max_age=KEPT)
    return answer


# ---- The candidate's own page ----------------------------------------------------------------------------------------


def key_of(visit: Visit, cookie: str = KEY) -> str:
    return visit.request.cookies.get(cookie_name(cookie), "")


def link_of(key: str, page: str = "my-application") -> str:
    """The private link that a candidate keeps."""
    return f"{settings().public_url}/{page}/open/{key}"


@pages.get("/my-application/lost", public=True)
async def lost_link(visit: Visit) -> Response:
    """Whom to ask for a new link: nothing is sent from here, and nothing is told about who applied."""
    localise(visit)
    return kept_for_all(visit, visit.page("site/lost.html", linked=linked))


@pages.get("/my-application/open/{key}", public=True)
async def open_link(visit: Visit) -> Response:
    """The secret leaves the address at once: it stays in this browser, where no script reads it, and in no history of pages."""
    answer = visit.go("/my-application")
    set_cookie(answer, KEY, visit.path("key")[:100], max_age=KEPT)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def nothing_open(visit: Visit, cookie: str) -> Response:
    """No application of this kind is open in this browser; one of the other kind may be."""
    key = key_of(visit, cookie)
    others = [(path, gettext(title)) for name, (path, title) in KEPT_HERE.items() if name != cookie and key_of(visit, name)]
    answer = visit.page("site/no_application.html", 404 if key else 200, others=others, linked=linked)
    if key:
        drop_cookie(answer, cookie)
    return answer


async def application_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    key = key_of(visit)
    found = None
    if key:
        try:
            found = await api_of(visit).post(f"{API}/application", {"key": key})
        except Refusal as refusal:
            if refusal.status not in (404, 422):
                raise
    if found is None:
        return nothing_open(visit, KEY)
    return visit.page(
        "site/application.html",
        status,
        application=found,
        link=link_of(key),
        by_account=False,
        running=is_running,
        problem=problem,
        errors=errors or {},
        limit=settings().upload_limit_mb,
        linked=linked,
    )


def is_running(choice: dict[str, Any]) -> bool:
    return choice["state"] not in OVER and choice["consent_withdrawn_on"] is None


@pages.get("/my-application", public=True)
async def application(visit: Visit) -> Response:
    localise(visit)
    return await application_page(visit)


@pages.post("/my-application/withdrawal", public=True)
async def withdraw(visit: Visit) -> Response:
    """From one employer or from all."""
    body = {"key": key_of(visit)} | ({"choice_id": visit.field("choice")} if visit.field("choice") else {})
    try:
        await api_of(visit).post(f"{API}/application/withdrawal", body)
    except Refusal as refusal:
        if refusal.status == 409:
            return await application_page(visit, 409, refusal.problem)
        if refusal.status not in (404, 422):
            raise
    return visit.go("/my-application", done="withdrawn")


@pages.post("/my-application/pool-withdrawal", public=True)
async def leave_pool(visit: Visit) -> Response:
    """The applications stand; the pool's file is closed."""
    try:
        await api_of(visit).post(f"{API}/application/pool-withdrawal", {"key": key_of(visit)})
    except Refusal as refusal:
        if refusal.status not in (404, 422):
            raise
    return visit.go("/my-application", done="pool_left")


@pages.post("/my-application/files", public=True)
async def add_file(visit: Visit) -> Response:
    """One more paper."""
    file = visit.file("file")
    if file is None:
        return await application_page(visit, 422, errors={"file": gettext(_("Choose the file."))})
    files = {"file": (file.filename or "paper", file.file, file.content_type or "application/octet-stream")}
    try:
        await api_of(visit).send_form(f"{API}/application/files", {"key": key_of(visit), "paper": visit.field("paper") or "other"}, files)
    except Refusal as refusal:
        if refusal.fields:
            return await application_page(visit, refusal.status, refusal.problem if refusal.problem["rule"] else None, {"file": next(iter(refusal.fields.values()))})
        if refusal.status in (409, 413):
            return await application_page(visit, refusal.status, refusal.problem)
        raise
    return visit.go("/my-application", done="added")


@pages.post("/my-application/leave", public=True)
async def leave(visit: Visit) -> Response:
    """On a borrowed phone: the link is kept here no longer."""
    answer = visit.go("/jobs")
    drop_cookie(answer, KEY)
    return answer


# ---- By account ------------------------------------------------------------------------------------------------------


@pages.get("/my-applications")
async def own_applications(visit: Visit) -> Response:
    """What one applied for, by one's account."""
    found = await visit.api.get_or_none("/api/v1/recruitment/applications/own")
    return visit.page("site/own.html", applications=(found or {}).get("items", []), is_linked=found is not None, by_account=True, running=is_running, linked=linked)


@pages.post("/my-applications/{id}/withdrawal")
async def own_withdrawal(visit: Visit) -> Response:
    body = {"choice_id": visit.field("choice")} if visit.field("choice") else {}
    await visit.api.post(f"/api/v1/recruitment/applications/own/{segment(visit.path('id'))}/withdrawal", body, once=visit.field("once"))
    return visit.go("/my-applications", done="withdrawn")


@pages.post("/my-applications/{id}/pool-withdrawal")
async def own_pool_withdrawal(visit: Visit) -> Response:
    await visit.api.post(f"/api/v1/recruitment/applications/own/{segment(visit.path('id'))}/pool-withdrawal", {}, once=visit.field("once"))
    return visit.go("/my-applications", done="pool_left")
