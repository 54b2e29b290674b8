"""Contests on the public site: the notice, the form with the documents it asks, and the candidate's own page, on a phone without an account."""

from secrets import token_urlsafe
from typing import Any

import orjson
from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.labels import choices, label, occupations
from services.portal.pages.site import API, KEPT, api_of, kept_for_all, key_of, link_of, linked, localise, nothing_open, papers_sent
from services.portal.pages.site import CONTEST_KEY as KEY
from services.portal.visit import Pages, Visit, drop_cookie, set_cookie
from shared.jurisdictions import be_in
from shared.settings import settings

pages = Pages()

Shown = dict[str, Any]


def title_of(title: Shown, language: str) -> str:
    """A national title; before anybody has signed in here it is read from the notice."""
    name, told = occupations.name(title["code"]), title["names"]
    return name if name != title["code"] else told.get(language) or told.get("en") or title["code"]


def titles_of(visit: Visit, contest: Shown) -> dict[str, str]:
    return {title["code"]: title_of(title, visit.language) for lot in contest["lots"] for title in lot["titles"]}


async def contest_read(visit: Visit) -> Shown:
    found: Shown = await api_of(visit).get(f"{API}/contests/{segment(visit.path('id'))}")
    be_in(found["authority_code"])
    return found


@pages.get("/jobs/contests/{id:uuid}", public=True)
async def notice(visit: Visit) -> Response:
    """The notice of a contest: posts by region, days, documents and the rules that decide."""
    localise(visit)
    found = await contest_read(visit)
    return kept_for_all(visit, visit.page("site/contest.html", contest=found, titles=titles_of(visit, found), linked=linked))


# ---- Applying --------------------------------------------------------------------------------------------------------


def papers_of(contest: Shown) -> list[tuple[str, bool]]:
    """What may be handed in with the form, and whether the contest asks it."""
    more = (["proof"] if contest["quotas"] or contest["priorities"] else []) + ["authorisation"]
    return [(paper, True) for paper in contest["documents"]] + [(paper, False) for paper in more if paper not in contest["documents"]]


async def form_page(visit: Visit, status: int = 200, problem: Shown | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await contest_read(visit)
    titles = titles_of(visit, found)
    return visit.page(
        "site/contest_apply.html",
        status,
        contest=found,
        lots=[(lot["id"], f"{lot['region']} – {titles[lot['occupation_code']]}") for lot in found["lots"]],
        titles=list(titles.items()),
        places=[(place["id"], f"{place['name']} – {titles[lot['occupation_code']]}") for lot in found["lots"] for place in lot["places"]],
        degrees=choices("degree"),
        quotas=[(kind, label("contest_list", kind)) for kind in found["quotas"]],
        priorities=[(kind, label("contest_priority", kind)) for kind in found["priorities"]],
        papers=papers_of(found),
        typed=visit.fields() or {"key": token_urlsafe(32)} | ({"lot_id": found["lots"][0]["id"]} if len(found["lots"]) == 1 else {}),
        limit=settings().upload_limit_mb,
        problem=problem,
        errors=errors or {},
        linked=linked,
    )


@pages.get("/jobs/contests/{id:uuid}/apply", public=True)
async def apply_form(visit: Visit) -> Response:
    localise(visit)
    return await form_page(visit)


@pages.post("/jobs/contests/{id:uuid}/apply", public=True)
async def send_application(visit: Visit) -> Response:
    """Sent twice, it is one application: the form carries the secret of its private link."""
    localise(visit)
    names = ("name", "birth_date", "email", "phone", "lot_id", "occupation_code", "degree", "experience", "quota", "priority", "key")
    said: Shown = {name: visit.field(name) for name in names if visit.field(name)}
    said |= {name: visit.field(name) == "true" for name in ("consent", "serving")}
    said["choices"] = [place for n in (1, 2, 3) if (place := visit.field(f"choice_{n}"))]
    papers = [f"{paper}_paper" for paper, _asked in papers_of(await contest_read(visit))]
    try:
        await api_of(visit).send_form(f"{API}/contests/{segment(visit.path('id'))}/applications", {"application": orjson.dumps(said).decode()}, papers_sent(visit, papers))
    except Refusal as refusal:
        if refusal.fields:
            errors = {"email" if path == "body" else path: reason for path, reason in refusal.fields.items()}
            return await form_page(visit, refusal.status, refusal.problem if refusal.problem["rule"] else None, errors)
        if refusal.status in (409, 413, 429):
            return await form_page(visit, refusal.status, refusal.problem)
        raise
    answer = visit.go(linked(visit, "/my-contest", done="sent"))
    set_cookie(answer, KEY, said["key"], max_age=KEPT)
    return answer


# ---- The candidate's own page ----------------------------------------------------------------------------------------


@pages.get("/my-contest/open/{key}", public=True)
async def open_link(visit: Visit) -> Response:
    """The secret leaves the address at once: it stays in this browser, where no script reads it, and in no history of pages."""
    answer = visit.go("/my-contest")
    set_cookie(answer, KEY, visit.path("key")[:100], max_age=KEPT)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


async def own_page(visit: Visit, status: int = 200, problem: Shown | None = None) -> Response:
    key = key_of(visit, KEY)
    found = None
    if key:
        try:
            found = await api_of(visit).post(f"{API}/contest-application", {"key": key})
        except Refusal as refusal:
            if refusal.status not in (404, 422):
                raise
    if found is None:
        return nothing_open(visit, KEY)
    return visit.page("site/own_contest.html", status, application=found, link=link_of(key, "my-contest"), problem=problem, errors={}, linked=linked)


@pages.get("/my-contest", public=True)
async def own_contest(visit: Visit) -> Response:
    localise(visit)
    return await own_page(visit)


@pages.post("/my-contest/withdrawal", public=True)
async def withdraw(visit: Visit) -> Response:
    try:
        await api_of(visit).post(f"{API}/contest-application/withdrawal", {"key": key_of(visit, KEY)})
    except Refusal as refusal:
        if refusal.status == 409:
            return await own_page(visit, 409, refusal.problem)
        if refusal.status not in (404, 422):
            raise
    return visit.go("/my-contest", done="withdrawn")


@pages.post("/my-contest/leave", public=True)
async def leave(visit: Visit) -> Response:
    """On a borrowed phone: the link is kept here no longer."""
    answer = visit.go("/jobs")
    drop_cookie(answer, KEY)
    return answer
