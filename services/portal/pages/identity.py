"""Who a person is and how they are reached: identifiers, contacts, languages, nationalities and the purposes for which they are kept."""

import asyncio
from typing import Any

from babel import Locale
from starlette.responses import Response

from services.portal.clients import segment
from services.portal.forms import actions_of, send
from services.portal.labels import label
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry"
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2", "native")
LANGUAGES = ("vi", "fr", "en", "ar", "zh", "ja", "de", "es", "ru", "lo", "km", "th", "ber")
COUNTRIES = ("VN", "FR", "MA", "DZ", "TN", "LA", "KH", "CN", "TH", "BE", "CA", "SN", "CI", "US")
"""Those that are met most; an API client may name any other."""


def of_person(visit: Visit) -> str:
    return f"{API}/persons/{segment(visit.path('id'))}"


def choices(kind: str, *codes: str) -> list[tuple[str, str]]:
    return [(code, label(kind, code)) for code in codes]


def languages(visit: Visit) -> list[tuple[str, str]]:
    known = Locale(visit.language).languages
    return [(code, known.get(code, code)) for code in LANGUAGES]


def countries(visit: Visit) -> list[tuple[str, str]]:
    known = Locale(visit.language).territories
    return [(code, known.get(code, code)) for code in COUNTRIES]


def form_choices(visit: Visit) -> dict[str, Any]:
    """What the forms offer."""
    return {
        "contact_kinds": choices("contact_kind", "phone", "email"),
        "contact_purposes": choices("contact_purpose", "work", "private", "emergency"),
        "languages": languages(visit),
        "levels": choices("cefr", *LEVELS),
    }


async def _page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, value: dict[str, Any] | None = None, **_errors: Any) -> Response:
    path = of_person(visit)
    names, identifiers, contacts, spoken, nationalities, purposes = await asyncio.gather(
        visit.api.names([visit.path("id")]),
        visit.api.get_or_none(f"{path}/identifiers"),
        visit.api.get(f"{path}/contacts"),
        visit.api.get(f"{path}/languages"),
        visit.api.get_or_none(f"{path}/nationalities"),
        visit.api.get_or_none(f"{path}/purposes"),
    )
    return visit.page(
        "identity/page.html",
        status,
        person_id=visit.path("id"),
        names=names,
        identifiers=[one | {"actions": actions_of(one)} for one in (identifiers or {"items": []})["items"]],
        off=[one for one in (identifiers or {"kinds": []})["kinds"] if not one["authorised"]],
        contacts=contacts["items"],
        spoken=[one | {"actions": actions_of(one)} for one in spoken["items"]],
        language_names=dict(languages(visit)),
        nationalities=(nationalities or {"countries": []})["countries"],
        country_names=dict(countries(visit)),
        purposes=[one | {"actions": actions_of(one)} for one in (purposes or {"items": []})["items"]],
        may_write=visit.has_role("regional-administrator", "facility-hr-officer"),
        value=value,
        problem=problem,
    )


@pages.get("/people/{id}/identity")
async def identity(visit: Visit) -> Response:
    return await _page(visit)


@pages.post("/people/{id}/identity/value")
async def read_value(visit: Visit) -> Response:
    """One value whole, for this answer alone: it stands in no address, and the person is told who read it."""
    return await _page(visit, value=await visit.api.get(f"{API}/identifiers/{segment(visit.field('identifier'))}"))


async def _form(visit: Visit, form: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    path = of_person(visit)
    names, identifiers = await asyncio.gather(visit.api.names([visit.path("id")]), visit.api.get(f"{path}/identifiers") if form == "identifier" else _nothing())
    allowed = [one["kind"] for one in identifiers["kinds"] if one["authorised"]] if identifiers else []
    return visit.page(
        "identity/form.html",
        status,
        person_id=visit.path("id"),
        names=names,
        form=form,
        of=visit.field("of") or visit.query("of"),
        kinds=choices("identifier_kind", *allowed),
        visibilities=choices("contact_visibility", "hr", "system"),
        countries=countries(visit),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
        **form_choices(visit),
    )


async def _nothing() -> None:
    return None


async def _send(visit: Visit, form: str, path: str, body: dict[str, Any], done: str, **options: Any) -> Response:
    async def again(**shown: Any) -> Response:
        return await _form(visit, form, **shown)

    answer = await send(visit, path, body, again, **options)
    return answer if isinstance(answer, Response) else visit.go(f"/people/{visit.path('id')}/identity", done=done)


@pages.get("/people/{id}/identity/identifier")
async def new_identifier(visit: Visit) -> Response:
    return await _form(visit, "identifier")


@pages.post("/people/{id}/identity/identifier")
async def declare_identifier(visit: Visit) -> Response:
    body = {name: visit.field(name) for name in ("kind", "issuer", "value")}
    return await _send(visit, "identifier", f"{of_person(visit)}/identifiers", body, "identifier")


@pages.get("/people/{id}/identity/verification")
async def new_verification(visit: Visit) -> Response:
    return await _form(visit, "verification")


@pages.post("/people/{id}/identity/verification")
async def verify_identifier(visit: Visit) -> Response:
    body = {name: visit.field(name) for name in ("outcome", "method", "evidence")}
    return await _send(visit, "verification", f"{API}/identifiers/{segment(visit.field('of'))}/verification", body, "verified")


@pages.get("/people/{id}/identity/removal")
async def new_removal(visit: Visit) -> Response:
    return await _form(visit, "removal")


@pages.post("/people/{id}/identity/removal")
async def remove_identifier(visit: Visit) -> Response:
    return await _send(visit, "removal", f"{API}/identifiers/{segment(visit.field('of'))}/removal", {"reason": visit.field("reason")}, "removed")


@pages.get("/people/{id}/identity/contact")
async def new_contact(visit: Visit) -> Response:
    return await _form(visit, "contact")


@pages.post("/people/{id}/identity/contact")
async def add_contact(visit: Visit) -> Response:
    body = {name: visit.field(name) for name in ("kind", "purpose", "value", "visibility")}
    return await _send(visit, "contact", f"{of_person(visit)}/contacts", body, "contact")


@pages.post("/people/{id}/identity/contact-removal")
async def remove_contact(visit: Visit) -> Response:
    answer = await send(visit, f"{of_person(visit)}/contacts/{segment(visit.field('contact'))}/removal", {}, lambda **shown: _page(visit, **shown))
    return answer if isinstance(answer, Response) else visit.go(f"/people/{visit.path('id')}/identity", done="contact-removed")


@pages.get("/people/{id}/identity/language")
async def new_language(visit: Visit) -> Response:
    return await _form(visit, "language")


@pages.post("/people/{id}/identity/language")
async def write_language(visit: Visit) -> Response:
    body = {name: visit.field(name) for name in ("level", "certificate", "expires_on")}
    return await _send(visit, "language", f"{of_person(visit)}/languages/{segment(visit.field('language') or 'xx')}", body, "language", method="PUT")


@pages.get("/people/{id}/identity/language-verification")
async def new_language_verification(visit: Visit) -> Response:
    return await _form(visit, "language-verification")


@pages.post("/people/{id}/identity/language-verification")
async def verify_language(visit: Visit) -> Response:
    path = f"{of_person(visit)}/languages/{segment(visit.field('of') or 'xx')}/verification"
    return await _send(visit, "language-verification", path, {"evidence": visit.field("evidence")}, "language-verified")


@pages.get("/people/{id}/identity/nationality")
async def new_nationality(visit: Visit) -> Response:
    return await _form(visit, "nationality")


@pages.post("/people/{id}/identity/nationality")
async def write_nationality(visit: Visit) -> Response:
    return await _send(visit, "nationality", f"{of_person(visit)}/nationalities", {"countries": visit.values("countries")}, "nationality", method="PUT")


@pages.get("/people/{id}/identity/ending")
async def new_ending(visit: Visit) -> Response:
    return await _form(visit, "ending")


@pages.post("/people/{id}/identity/ending")
async def end_purpose(visit: Visit) -> Response:
    body = {name: visit.field(name) for name in ("until", "reason")}
    return await _send(visit, "ending", f"{of_person(visit)}/purposes/{segment(visit.field('of'))}/ending", body, "ended")
