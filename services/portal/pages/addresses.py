"""A postal address typed in the parts of its country: of somebody whose file is kept, and one's own."""

from collections.abc import Sequence
from typing import Any

from babel import Locale
from starlette.responses import Response

from services.portal.forms import send
from services.portal.pages.identity import choices, of_person
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from shared.jurisdictions import jurisdictions, own_country

pages = Pages()

ME = "/api/v1/registry/persons/me"
Crumbs = Sequence[tuple[str, str]]


async def _form(
    visit: Visit, back: str, crumbs: Crumbs, visibilities: Sequence[str], status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None
) -> Response:
    country = visit.field("country") or visit.query("country") or own_country()
    known = jurisdictions().get(country)
    names = Locale(visit.language).territories
    return visit.page(
        "identity/address.html",
        status,
        whose=visit.request.url.path,
        back=back,
        crumbs=crumbs,
        country=country if known else "other",
        countries=[(code, names.get(code, code)) for code in jurisdictions()],
        parts=[(part, words[visit.language]) for part, words in known.address.parts.items()] if known else [],
        required=known.address.required if known else (),
        contact_purposes=choices("contact_purpose", "work", "private", "emergency"),
        visibilities=choices("contact_visibility", *visibilities),
        typed=visit.fields(),
        problem=problem,
        errors={path.removeprefix("address."): reason for path, reason in (errors or {}).items()},
    )


async def _add(visit: Visit, path: str, back: str, crumbs: Crumbs, visibilities: Sequence[str]) -> Response:
    body: dict[str, Any] = {"kind": "address", "purpose": visit.field("purpose"), "visibility": visit.field("visibility")}
    known = jurisdictions().get(visit.field("country"))
    if known:
        body["address"] = {"country": known.country} | {part: visit.field(part) for part in known.address.parts if visit.field(part)}
    else:
        body["value"] = visit.field("value")
    answer = await send(visit, f"{path}/contacts", body, lambda **shown: _form(visit, back, crumbs, visibilities, **shown))
    return answer if isinstance(answer, Response) else visit.go(back, done="contact")


async def _of_person(visit: Visit) -> tuple[str, Crumbs, Sequence[str]]:
    whose = f"/people/{visit.path('id')}"
    names = await visit.api.names([visit.path("id")])
    name = names.get(visit.path("id"), gettext(_("Person whose name you may not see")))
    return f"{whose}/identity", [(name, whose), (gettext(_("Identity and contacts")), f"{whose}/identity")], ("hr", "system")


def _own() -> tuple[str, Crumbs, Sequence[str]]:
    return "/my-file/contacts", [(gettext(_("My file")), "/my-file"), (gettext(_("My contacts and languages")), "/my-file/contacts")], ("self", "hr", "system")


@pages.get("/people/{id}/identity/address")
async def new_address(visit: Visit) -> Response:
    return await _form(visit, *await _of_person(visit))


@pages.post("/people/{id}/identity/address")
async def add_address(visit: Visit) -> Response:
    return await _add(visit, of_person(visit), *await _of_person(visit))


@pages.get("/my-file/contacts/address")
async def new_own_address(visit: Visit) -> Response:
    return await _form(visit, *_own())


@pages.post("/my-file/contacts/address")
async def add_own_address(visit: Visit) -> Response:
    return await _add(visit, ME, *_own())
