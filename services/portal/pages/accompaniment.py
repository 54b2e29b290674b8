"""Vacancies of the public site, the applications that come from it, candidates who are accompanied, prospects, and partner services."""

import asyncio
from functools import partial
from secrets import token_urlsafe
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facility_names
from services.portal.forms import actions_of, search_people, send, whole_number
from services.portal.labels import choices, name_of_occupation, occupations
from services.portal.listing import Listing, paging
from services.portal.pages.site import link_of
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/recruitment"
PUBLISHERS = ("regional-administrator", "facility-hr-officer", "pool-coordinator")
ADVISERS = ("adviser", "pool-coordinator", "regional-administrator")
OFFERERS = ("service-partner", "pool-coordinator", "regional-administrator")
Shown = dict[str, Any]


async def pools_of(visit: Visit) -> list[tuple[str, str]]:
    found = await visit.api.get_or_none(f"{API}/pools", limit=200)
    return [(one["id"], one["title"]) for one in (found or {}).get("items", [])]


# ---- Vacancies -------------------------------------------------------------------------------------------------------


@pages.get("/vacancies")
async def vacancies(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("state", "facility")}
    found = await visit.api.get(f"{API}/vacancies", **filters, **paging(visit))
    return visit.page("accompaniment/vacancies.html", list=Listing.of(visit, found, filters, export="vacancies"), may_publish=visit.has_role(*PUBLISHERS), actions_of=actions_of)


async def vacancy_form(visit: Visit, status: int = 200, problem: Shown | None = None, errors: dict[str, str] | None = None) -> Response:
    needs, campaigns = await asyncio.gather(
        visit.api.get(f"{API}/needs", state="validated", limit=200), visit.api.get_or_none(f"{API}/campaigns", state="published", open_on=today().isoformat(), limit=200)
    )
    names = await facility_names(visit, (need["facility_code"] for need in needs["items"]))
    offered = [(need["id"], f"{name_of_occupation(need['occupation_code'])} · {names[need['facility_code']]} ({need['quantity']})") for need in needs["items"]]
    typed = visit.fields() or {"need_id": visit.query("need"), "opens_on": today().isoformat()}
    calls = [(one["id"], one["title"]) for one in (campaigns or {}).get("items", [])]
    return visit.page("accompaniment/new_vacancy.html", status, needs=offered, campaigns=calls, typed=typed, problem=problem, errors=errors or {})


@pages.get("/vacancies/new")
async def new_vacancy(visit: Visit) -> Response:
    return await vacancy_form(visit)


@pages.post("/vacancies/new")
async def publish_vacancy(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await vacancy_form(visit, **shown)

    names = ("need_id", "campaign_id", "title", "about", "contract", "hours", "pay", "starts_from", "housing", "childcare", "transport", "opens_on", "closes_on", "done_on")
    answer = await send(visit, f"{API}/vacancies", {name: visit.field(name) for name in names}, again)
    return answer if isinstance(answer, Response) else visit.go("/vacancies", done="published")


async def vacancy_page(visit: Visit, status: int = 200, problem: Shown | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/vacancies/{segment(visit.path('id'))}")
    return visit.page("accompaniment/vacancy.html", status, vacancy=found, actions=actions_of(found), typed=visit.fields(), problem=problem, errors=errors or {})


@pages.get("/vacancies/{id}")
async def vacancy(visit: Visit) -> Response:
    return await vacancy_page(visit)


@pages.post("/vacancies/{id}/withdrawal")
async def withdraw_vacancy(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await vacancy_page(visit, **shown)

    answer = await send(visit, f"{API}/vacancies/{segment(visit.path('id'))}/withdrawal", {name: visit.field(name) for name in ("reason", "done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go("/vacancies", done="withdrawn")


# ---- Applications ----------------------------------------------------------------------------------------------------


@pages.get("/applications")
async def applications(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("state", "facility")}
    found = await visit.api.get(f"{API}/applications", **filters, **paging(visit))
    names = await visit.api.names(one["person_id"] for one in found["items"])
    return visit.page("accompaniment/applications.html", list=Listing.of(visit, found, filters, export="applications"), names=names)


async def application_page(visit: Visit, status: int = 200, problem: Shown | None = None, errors: dict[str, str] | None = None, link: str = "") -> Response:
    found = await visit.api.get(f"{API}/applications/{segment(visit.path('id'))}")
    names = await visit.api.names([found["person_id"]])
    return visit.page(
        "accompaniment/application.html",
        status,
        application=found,
        name=names.get(found["person_id"], ""),
        movable=[(one["id"], f"{one['vacancy']['title']} · {one['vacancy']['employer']}") for one in found["choices"] if any(act["allowed"] for act in one["available_actions"])],
        may_accompany=visit.has_role(*ADVISERS),
        renewal=actions_of(found)["renew_link"],
        ways=choices("link_verified"),
        key=visit.field("key") or token_urlsafe(32),
        link=link,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/applications/{id:uuid}")
async def application(visit: Visit) -> Response:
    return await application_page(visit)


@pages.post("/applications/{id:uuid}/step")
async def move_application(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await application_page(visit, **shown)

    body = {name: visit.field(name) for name in ("step", "reason", "done_on")}
    answer = await send(visit, f"{API}/applications/choices/{segment(visit.field('choice'))}/step", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/applications/{visit.path('id')}", done="moved")


@pages.post("/applications/{id:uuid}/link")
async def renew_link(visit: Visit) -> Response:
    """The new link stands on this page alone, which has no address of its own: it is handed over and seen no more."""

    async def again(**shown: Any) -> Response:
        return await application_page(visit, **shown)

    body = {name: visit.field(name) for name in ("key", "verified")}
    answer = await send(visit, f"{API}/applications/{segment(visit.path('id'))}/link", body, again)
    return answer if isinstance(answer, Response) else await application_page(visit, link=link_of(body["key"]))


@pages.get("/applications/files/{id:uuid}")
async def application_file(visit: Visit) -> Response:
    """A paper of a candidate: handed on as it is, never shown inside of a page of ours."""
    content, media_type = await visit.api.file(f"{API}/applications/files/{segment(visit.path('id'))}")
    return Response(content, media_type=media_type, headers={"Content-Disposition": "attachment", "Cache-Control": "private, no-store"})


# ---- Accompaniment ---------------------------------------------------------------------------------------------------


@pages.get("/accompaniments")
async def accompaniments(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("state", "mine")}
    found = await visit.api.get(f"{API}/accompaniments", **filters, **paging(visit))
    names = await visit.api.names(one["person_id"] for one in found["items"])
    return visit.page("accompaniment/list.html", list=Listing.of(visit, found, filters, export="accompaniments"), may_accompany=visit.has_role(*ADVISERS), names=names)


async def choose_page(visit: Visit, path: str, status: int = 200, found: list[Shown] | None = None, errors: dict[str, str] | None = None) -> Response:
    """Who: the register shows those whom an adviser may accompany, candidates of the territory, and nobody else."""
    return visit.page("accompaniment/person.html", status, path=path, found=found, asked=visit.field("q"), problem=None, errors=errors or {})


@pages.post("/accompaniments/search")
async def search_to_accompany(visit: Visit) -> Response:
    return await search_people(visit, partial(choose_page, visit, "/accompaniments"))


@pages.post("/prospects/search")
async def search_to_contact(visit: Visit) -> Response:
    return await search_people(visit, partial(choose_page, visit, "/prospects"))


async def new_dossier_page(visit: Visit, status: int = 200, problem: Shown | None = None, errors: dict[str, str] | None = None) -> Response:
    person = visit.field("person_id") or visit.query("person")
    names, pools = await asyncio.gather(visit.api.names([person]), pools_of(visit))
    if person not in names:
        return await choose_page(visit, "/accompaniments")
    return visit.page("accompaniment/new.html", status, person=person, name=names[person], pools=pools, typed=visit.fields(), problem=problem, errors=errors or {})


@pages.get("/accompaniments/new")
async def new_dossier(visit: Visit) -> Response:
    return await new_dossier_page(visit)


@pages.post("/accompaniments/new")
async def open_dossier(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_dossier_page(visit, **shown)

    body = {name: visit.field(name) for name in ("person_id", "pool_id", "goal", "next_step", "next_on", "done_on")} | {"authority": visit.authority}
    answer = await send(visit, f"{API}/accompaniments", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/accompaniments/{answer['id']}", done="opened")


async def dossier_page(visit: Visit, status: int = 200, problem: Shown | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/accompaniments/{segment(visit.path('id'))}")
    requests, contacts, names, pools = await asyncio.gather(
        visit.api.get(f"{API}/service-requests", accompaniment=found["id"], limit=200),
        visit.api.get(f"{API}/outreaches", person=found["person_id"], limit=200),
        visit.api.names([found["person_id"]]),
        pools_of(visit),
    )
    pool = await visit.api.get_or_none(f"{API}/pools/{segment(found['pool_id'])}") if found["pool_id"] else None
    partners = [one["facility_code"] for one in (pool or {}).get("partners", []) if one["state"] == "member"]
    places = await facility_names(visit, [*partners, *(one["partner_code"] for one in requests["items"])])
    moments = [
        *({"on": one["done_on"], "kind": label, "icon": mark, "words": one["words"]} for one in found["entries"] for label, mark in [_entry(one)]),
        *({"on": one["contacted_on"], "kind": f"{_said('channel', one['channel'])} · {_said('outreach_outcome', one['outcome'])}", "icon": "people", "words": one["words"] or ""} for one in contacts["items"]),
        *(
            {"on": one["settled_on"] or one["asked_on"], "kind": f"{_said('service', one['kind'])} · {places[one['partner_code']]}", "icon": "house", "words": one["words"] or one["wanted"], "state": one["state"], "reason": one["reason"]}
            for one in requests["items"]
        ),
    ]  # fmt: skip
    return visit.page(
        "accompaniment/page.html",
        status,
        dossier=found,
        name=names.get(found["person_id"], ""),
        moments=sorted(moments, key=lambda one: one["on"]),
        requests=requests["items"],
        places=places,
        partners=sorted(((code, places[code]) for code in partners), key=lambda pair: pair[1]),
        pools=pools,
        actions=actions_of(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


def _said(kind: str, code: str) -> str:
    return dict(choices(kind))[code]


def _entry(entry: Shown) -> tuple[str, str]:
    said = _said("accompaniment_entry", entry["kind"])
    return (f"{said} · {_said('channel', entry['channel'])}" if entry["channel"] else said), {"contact": "people", "training": "mortarboard"}.get(entry["kind"], "check2")


@pages.get("/accompaniments/{id:uuid}")
async def dossier(visit: Visit) -> Response:
    return await dossier_page(visit)


async def _about_dossier(visit: Visit, path: str, body: Shown, done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await dossier_page(visit, **shown)

    answer = await send(visit, path, body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/accompaniments/{visit.path('id')}", done=done)


@pages.post("/accompaniments/{id:uuid}/entries")
async def add_entry(visit: Visit) -> Response:
    body = {name: visit.field(name) for name in ("kind", "channel", "words", "next_step", "next_on", "done_on")}
    return await _about_dossier(visit, f"{API}/accompaniments/{segment(visit.path('id'))}/entries", body, "written")


@pages.post("/accompaniments/{id:uuid}/closing")
async def close_dossier(visit: Visit) -> Response:
    body = {"outcome": visit.field("outcome"), "words": visit.field("closing_words"), "done_on": visit.field("closed_on")}
    return await _about_dossier(visit, f"{API}/accompaniments/{segment(visit.path('id'))}/closing", body, "closed")


@pages.post("/accompaniments/{id:uuid}/requests")
async def ask_service(visit: Visit) -> Response:
    body = {name: visit.field(name) for name in ("pool_id", "kind", "wanted", "place", "wanted_from", "partner_code", "done_on")} | {"accompaniment_id": visit.path("id")}
    body |= {"kind": visit.field("service"), "done_on": visit.field("asked_on")}
    return await _about_dossier(visit, f"{API}/service-requests", body, "asked")


# ---- Prospects -------------------------------------------------------------------------------------------------------


@pages.get("/prospects")
async def prospects(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("outcome",)}
    found = await visit.api.get(f"{API}/outreaches", **filters, **paging(visit))
    names = await visit.api.names(one["person_id"] for one in found["items"])
    return visit.page(
        "accompaniment/prospects.html",
        list=Listing.of(visit, found, filters, export="prospects"),
        names=names,
        outcomes=choices("outreach_outcome"),
        may_contact=visit.has_role(*ADVISERS),
    )


async def contact_page(visit: Visit, status: int = 200, problem: Shown | None = None, errors: dict[str, str] | None = None) -> Response:
    person = visit.field("person_id") or visit.query("person")
    names, pools = await asyncio.gather(visit.api.names([person]), pools_of(visit))
    if person not in names:
        return await choose_page(visit, "/prospects")
    return visit.page(
        "accompaniment/contact.html",
        status,
        person=person,
        name=names[person],
        pools=pools,
        professions=occupations.choices(),
        typed=visit.fields() or {"occupation_code": visit.query("occupation")},
        problem=problem,
        errors=errors or {},
    )


@pages.get("/prospects/new")
async def new_contact(visit: Visit) -> Response:
    return await contact_page(visit)


@pages.post("/prospects/new")
async def record_contact(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await contact_page(visit, **shown)

    names = ("person_id", "pool_id", "occupation_code", "channel", "outcome", "words", "follow_up_on", "done_on")
    answer = await send(visit, f"{API}/outreaches", {name: visit.field(name) for name in names} | {"authority": visit.authority}, again)
    return answer if isinstance(answer, Response) else visit.go("/prospects", done="recorded")


# ---- Partner services ------------------------------------------------------------------------------------------------


async def services_page(visit: Visit, status: int = 200, problem: Shown | None = None, errors: dict[str, str] | None = None) -> Response:
    filters = {name: visit.query(name) for name in ("kind", "state")}
    offers, requests, sums, pools = await asyncio.gather(
        visit.api.get(f"{API}/service-offers", limit=200),
        visit.api.get_or_none(f"{API}/service-requests", **filters, **paging(visit)),
        visit.api.get_or_none(f"{API}/service-requests/sums"),
        pools_of(visit),
    )
    asked = requests or {"items": [], "next": None}
    places = await facility_names(visit, [*(one["facility_code"] for one in offers["items"]), *(one["partner_code"] for one in asked["items"]), *visit.facilities])
    return visit.page(
        "accompaniment/services.html",
        status,
        offers=offers["items"],
        list=Listing.of(visit, asked, filters, export="service-requests"),
        sums=summed((sums or {}).get("items", [])),
        reasons=reasons((sums or {}).get("items", [])),
        places=places,
        pools=pools,
        own=[(code, places[code]) for code in visit.facilities],
        may_offer=visit.has_role(*OFFERERS),
        actions_of=actions_of,
        typed=visit.fields() or {"available_from": today().isoformat(), "capacity": "1"},
        problem=problem,
        errors=errors or {},
    )


def summed(items: list[Shown]) -> list[Shown]:
    """By kind: asked in all, solved, refused, waiting."""
    kinds: dict[str, Shown] = {}
    for one in items:
        line = kinds.setdefault(one["kind"], {"kind": one["kind"], "all": 0, "asked": 0, "solved": 0, "refused": 0, "withdrawn": 0})
        line["all"] += one["requests"]
        line[one["state"]] += one["requests"]
    return list(kinds.values())


def reasons(items: list[Shown]) -> list[Shown]:
    """Why requests were refused, and by whom, the commonest first."""
    return sorted((one for one in items if one["state"] == "refused"), key=lambda one: -one["requests"])


@pages.get("/partner-services")
async def partner_services(visit: Visit) -> Response:
    return await services_page(visit)


@pages.post("/partner-services/offers")
async def offer_service(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await services_page(visit, **shown)

    names = ("pool_id", "facility_code", "title", "place", "conditions", "available_from", "available_to", "done_on")
    body = {name: visit.field(name) for name in names} | {"kind": visit.field("service"), "capacity": whole_number(visit.field("capacity"))}
    answer = await send(visit, f"{API}/service-offers", body, again)
    return answer if isinstance(answer, Response) else visit.go("/partner-services", done="offered")


@pages.post("/partner-services/offers/{id:uuid}/ending")
async def end_offer(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await services_page(visit, **shown)

    answer = await send(visit, f"{API}/service-offers/{segment(visit.path('id'))}/ending", {}, again)
    return answer if isinstance(answer, Response) else visit.go("/partner-services", done="ended")


async def request_page(visit: Visit, status: int = 200, problem: Shown | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/service-requests/{segment(visit.path('id'))}")
    offers = await visit.api.get(f"{API}/service-offers", kind=found["kind"], partner=found["partner_code"], state="offered", limit=200)
    names, places = await asyncio.gather(visit.api.names([found["person_id"]]) if found["person_id"] else _nobody(), facility_names(visit, [found["partner_code"]]))
    free = [(one["id"], f"{one['title']} · {one['place']} ({one['capacity'] - one['taken']})") for one in offers["items"] if one["taken"] < one["capacity"]]
    return visit.page(
        "accompaniment/request.html",
        status,
        request=found,
        offers=free,
        names=names,
        partner=places[found["partner_code"]],
        actions=actions_of(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


async def _nobody() -> dict[str, str]:
    return {}


@pages.get("/partner-services/{id:uuid}")
async def service_request(visit: Visit) -> Response:
    return await request_page(visit)


@pages.post("/partner-services/{id:uuid}/answer")
async def answer_service(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await request_page(visit, **shown)

    body = {name: visit.field(name) for name in ("outcome", "offer_id", "refused_by", "reason", "words", "done_on")}
    answer = await send(visit, f"{API}/service-requests/{segment(visit.path('id'))}/answer", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/partner-services/{visit.path('id')}", done="answered")
