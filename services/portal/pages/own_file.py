"""My file: what the register holds about whoever is signed in, who read it, and what they dispute in it."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.forms import send
from services.portal.labels import label
from services.portal.listing import Listing, paging
from services.portal.pages.documents import file_of
from services.portal.pages.identity import choices, form_choices, languages
from services.portal.visit import Pages, Visit

pages = Pages()

ME = "/api/v1/registry/persons/me"
FIELDS = ("legal-name", "usual-name", "birth", "sex")
SEXES = ("female", "male", "other", "unknown")


@pages.get("/my-file")
async def my_file(visit: Visit) -> Response:
    """Everything at once: names and birth, posts, employments, qualifications, licences; what waits for a decision beside it."""
    file, corrections = await asyncio.gather(visit.api.get_or_none(ME), visit.api.get_or_none(f"{ME}/corrections", limit=20))
    waiting = {one["field"]: one for one in (corrections or {"items": []})["items"] if one["state"] == "requested"}
    return visit.page("own_file/page.html", file=file, waiting=waiting)


@pages.get("/my-file/documents")
async def my_documents(visit: Visit) -> Response:
    """The papers that are kept of me, each with what was checked of it and its files."""
    found = await visit.api.get_or_none(f"{ME}/documents", **paging(visit))
    return visit.page("own_file/documents.html", linked=found is not None, list=Listing.of(visit, found or {"items": []}, {}))


@pages.get("/my-file/documents/{id}/versions/{number}/file")
async def my_document(visit: Visit) -> Response:
    return await file_of(visit, f"{ME}/documents/{segment(visit.path('id'))}")


@pages.get("/my-file/corrections")
async def my_corrections(visit: Visit) -> Response:
    return await _corrections(visit)


async def _corrections(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, **_unused: Any) -> Response:
    found = await visit.api.get_or_none(f"{ME}/corrections", **paging(visit))
    return visit.page(
        "own_file/corrections.html", status, linked=found is not None, list=Listing.of(visit, found or {"items": []}, {}, path="/my-file/corrections"), problem=problem
    )


async def _form(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    field = visit.field("field") or visit.query("field")
    return visit.page(
        "own_file/new_correction.html",
        status,
        field=field if field in FIELDS else "",
        fields=[(code, label("correction_field", code)) for code in FIELDS],
        sexes=[(code, label("sex", code)) for code in SEXES],
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/my-file/corrections/new")
async def new_correction(visit: Visit) -> Response:
    """First which field, then what it should say: each field has the input that fits it."""
    return await _form(visit)


@pages.post("/my-file/corrections/new")
async def create_correction(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await _form(visit, **shown)

    answer = await send(
        visit,
        f"{ME}/corrections",
        {name: visit.field(name) for name in ("field", "proposed", "evidence")} | {"proposed": visit.field("proposed") or visit.field("proposed_year")},
        again,
    )
    return answer if isinstance(answer, Response) else visit.go("/my-file/corrections", done="requested")


@pages.post("/my-file/corrections/{id}/withdrawal")
async def withdraw_correction(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await _corrections(visit, **shown)

    answer = await send(visit, f"{ME}/corrections/{segment(visit.path('id'))}/withdrawal", {}, again)
    return answer if isinstance(answer, Response) else visit.go("/my-file/corrections", done="withdrawn")


async def _contacts(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    contacts, spoken, identifiers = await asyncio.gather(
        visit.api.get_or_none(f"{ME}/contacts"), visit.api.get_or_none(f"{ME}/languages"), visit.api.get_or_none(f"{ME}/identifiers")
    )
    return visit.page(
        "own_file/contacts.html",
        status,
        linked=contacts is not None,
        contacts=(contacts or {}).get("items", []),
        spoken=(spoken or {}).get("items", []),
        identifiers=identifiers or [],
        language_names=dict(languages(visit)),
        visibilities=choices("contact_visibility", "self", "hr", "system"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
        **form_choices(visit),
    )


@pages.get("/my-file/contacts")
async def my_contacts(visit: Visit) -> Response:
    """How I am reached and who may see it, which languages I speak, which of my numbers are kept."""
    return await _contacts(visit)


@pages.post("/my-file/contacts")
async def add_my_contact(visit: Visit) -> Response:
    body = {name: visit.field(name) for name in ("kind", "purpose", "value", "visibility")}
    answer = await send(visit, f"{ME}/contacts", body, lambda **shown: _contacts(visit, **shown))
    return answer if isinstance(answer, Response) else visit.go("/my-file/contacts", done="contact")


@pages.post("/my-file/contacts/removal")
async def remove_my_contact(visit: Visit) -> Response:
    answer = await send(visit, f"{ME}/contacts/{segment(visit.field('contact'))}/removal", {}, lambda **shown: _contacts(visit, **shown))
    return answer if isinstance(answer, Response) else visit.go("/my-file/contacts", done="contact-removed")


@pages.post("/my-file/languages")
async def write_my_language(visit: Visit) -> Response:
    body = {name: visit.field(name) for name in ("level", "certificate")}
    answer = await send(visit, f"{ME}/languages/{segment(visit.field('language') or 'xx')}", body, lambda **shown: _contacts(visit, **shown), method="PUT")
    return answer if isinstance(answer, Response) else visit.go("/my-file/contacts", done="language")
