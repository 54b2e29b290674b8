"""Accounts of a territory: who signs in with what and where, invitations, substitutes, and the end."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import authority_names, facilities_offered
from services.portal.forms import actions_of, send
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry"
TERRITORY, FACILITY = "/territories/", "/facilities/"
"""How relations begin: groups of the identity provider, no addresses."""
MOST_FOUND = 20
LANGUAGES = ("fr", "vi", "en")


def places_of(accounts: list[dict[str, Any]]) -> set[str]:
    """Codes of the places that these accounts work for."""
    return {relation.rsplit("/", 1)[-1] for account in accounts for relation in account["relations"]}


@pages.get("/accounts")
async def accounts(visit: Visit) -> Response:
    """Who signs in, in one's own territory; those that wait for the identity provider are said first."""
    chosen = {"state": visit.query("state") if "state" in visit.request.query_params else "open", "role": visit.query("role"), "application": visit.query("application")}
    kept, found = await asyncio.gather(visit.api.get(f"{API}/accounts/kept"), visit.api.get(f"{API}/accounts", **chosen, **paging(visit)))
    return visit.page(
        "accounts/list.html",
        kept=kept,
        list=Listing.of(visit, found, chosen),
        chosen=chosen,
        roles=choices("role"),
        places=await authority_names(visit, places_of(found["items"])),
        may_invite=kept["changeable"] and bool(kept["roles"]),
    )


async def grants_offered(visit: Visit, held: list[str]) -> dict[str, Any]:
    """What the form of roles and places offers: what is held, the own territories, and the facilities of one's own."""
    kept, facilities = await asyncio.gather(visit.api.get(f"{API}/accounts/kept"), facilities_offered(visit))
    own = [TERRITORY + code for code in visit.territories]
    relations = list(dict.fromkeys([*held, *own]))
    names = await authority_names(visit, [relation.rsplit("/", 1)[-1] for relation in relations])
    return {
        "kept": kept,
        "roles": [(code, word) for code, word in choices("role") if code in kept["roles"]],
        "relations": [(relation, names[relation.rsplit("/", 1)[-1]]) for relation in relations],
        "facilities": facilities,
    }


def grants_typed(visit: Visit) -> dict[str, list[str]]:
    """Roles that are ticked, and places that are ticked, chosen or typed by code."""
    typed = [FACILITY + visit.field("facility")] if visit.field("facility") else []
    typed += [TERRITORY + visit.field("territory")] if visit.field("territory") else []
    return {"roles": visit.values("roles"), "relations": list(dict.fromkeys([*visit.values("relations"), *typed]))}


async def new_account_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "accounts/new.html",
        status,
        typed=visit.fields(),
        ticked=grants_typed(visit),
        languages=choices("language", *LANGUAGES),
        problem=problem,
        errors=errors or {},
        **await grants_offered(visit, []),
    )


@pages.get("/accounts/new")
async def new_account(visit: Visit) -> Response:
    return await new_account_page(visit)


@pages.post("/accounts/new")
async def create_account(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_account_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("username", "email", "name", "language")}
    answer = await send(visit, f"{API}/accounts", body | grants_typed(visit), again)
    return answer if isinstance(answer, Response) else visit.go(f"/accounts/{answer['id']}", done="invited")


async def account_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: Any = None, password: str = "", act: str = ""
) -> Response:
    account = await visit.api.get(f"{API}/accounts/{segment(visit.path('id'))}")
    actions = actions_of(account)
    person_id = visit.query("person")
    names = await visit.api.names([account["person_id"], person_id])
    colleagues = await visit.api.get(f"{API}/accounts", state="open", limit=200) if actions["substitute"]["allowed"] else {"items": []}
    ticked = grants_typed(visit) if act == "grants" else {"roles": account["roles"], "relations": account["relations"]}
    return visit.page(
        "accounts/page.html",
        status,
        account=account,
        actions=actions,
        colleagues=[(one["id"], f"{one['name']} ({one['username']})") for one in colleagues["items"] if one["id"] != account["id"]],
        names=names,
        places=await authority_names(visit, places_of([account])),
        found=found,
        person_id=person_id,
        password=password,
        act=act,
        ticked=ticked,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
        **await grants_offered(visit, account["relations"]),
    )


@pages.get("/accounts/{id}")
async def account(visit: Visit) -> Response:
    return await account_page(visit)


async def act_on_account(visit: Visit, act: str, path: str, body: dict[str, Any], **more: Any) -> Response:
    async def again(**shown: Any) -> Response:
        return await account_page(visit, act=act, **shown)

    answer = await send(visit, f"{API}/accounts/{segment(visit.path('id'))}/{path}", body, again, **more)
    return answer if isinstance(answer, Response) else visit.go(f"/accounts/{visit.path('id')}", done=act)


@pages.post("/accounts/{id}/grants")
async def write_grants(visit: Visit) -> Response:
    return await act_on_account(visit, "grants", "grants", dict(grants_typed(visit)), method="PUT")


@pages.post("/accounts/{id}/substitutes")
async def name_substitute(visit: Visit) -> Response:
    return await act_on_account(visit, "substitute", "substitutes", {name: visit.field(name) for name in ("substitute_id", "starts_on", "ends_on", "reason")})


@pages.post("/accounts/{id}/substitutes/{substitute}/ending")
async def end_substitute(visit: Visit) -> Response:
    return await act_on_account(visit, "substitute-ended", f"substitutes/{segment(visit.path('substitute'))}/ending", {})


@pages.post("/accounts/{id}/find")
async def find_person(visit: Visit) -> Response:
    """Whose sign-in it is: people are found by name in a body, never in an address."""
    found = await visit.api.post(f"{API}/persons/search", {"q": visit.field("q"), "limit": MOST_FOUND}) if visit.field("q") else {"items": []}
    return await account_page(visit, found=found["items"], act="link")


@pages.post("/accounts/{id}/person")
async def link_person(visit: Visit) -> Response:
    return await act_on_account(visit, "link", "person", {"person_id": visit.field("person_id")})


@pages.post("/accounts/{id}/closure")
async def close_account(visit: Visit) -> Response:
    return await act_on_account(visit, "closure", "closure", {"reason": visit.field("reason")})


@pages.post("/accounts/{id}/first-password")
async def first_password(visit: Visit) -> Response:
    """The password stands on this one answer and nowhere else: not in an address, not in a session, not in a log."""

    async def again(**shown: Any) -> Response:
        return await account_page(visit, act="first-password", **shown)

    answer = await send(visit, f"{API}/accounts/{segment(visit.path('id'))}/first-password", {}, again, method="PUT")
    return answer if isinstance(answer, Response) else await account_page(visit, password=answer["password"])
