"""Entering a person: whether the register knows them already, then who they are and what their papers say, then what comes next."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered
from services.portal.forms import send
from services.portal.labels import label
from services.portal.pages.identity import choices, form_choices
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry"
PURPOSES = ("worker", "candidate", "student", "guest", "contact")
SEXES = ("female", "male", "other", "unknown")
NAMES = ("legal", "usual", "transliterated")
OF_A_COUNTRY = ("national-id", "passport")
CONTACTS = ("phone", "email")
LANGUAGES = 2


async def kinds_authorised(visit: Visit) -> list[str]:
    """Kinds of identifiers that the law of the place allows; none where it cannot be read."""
    found = await visit.api.get_or_none(f"{API}/identifier-kinds")
    return [one["kind"] for one in (found or {}).get("items", []) if one["authorised"]]


def issuer_of(visit: Visit, kind: str) -> str:
    """Who gives such a number, until something else is typed: the country, or the authority."""
    return visit.authority.partition("-")[0] if kind in OF_A_COUNTRY else visit.authority


# ---- Whose number is it? -------------------------------------------------------------------------------------------


async def search_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: Any = None) -> Response:
    kinds = await kinds_authorised(visit)
    return visit.page(
        "entry/identifier.html",
        status,
        kinds=choices("identifier_kind", *kinds),
        typed=visit.fields() or {"kind": kinds[0] if kinds else "", "issuer": issuer_of(visit, kinds[0] if kinds else "")},
        found=found,
        names=await visit.api.names(found or []),
        may_write=visit.has_role("regional-administrator", "facility-hr-officer"),
        problem=problem,
        errors={"value" if path == "body" else path: reason for path, reason in (errors or {}).items()},
    )


@pages.get("/people/identifier")
async def by_identifier(visit: Visit) -> Response:
    return await search_page(visit)


@pages.post("/people/identifier")
async def find_by_identifier(visit: Visit) -> Response:
    """The number is sent in a body and stands in no address; whoever is found is told who looked."""

    async def again(**shown: Any) -> Response:
        return await search_page(visit, **shown)

    answer = await send(visit, f"{API}/persons/identifier-search", {name: visit.field(name) for name in ("kind", "issuer", "value")}, again)
    if isinstance(answer, Response):
        return answer
    found = answer["items"]
    return visit.go(f"/people/{found[0]}") if len(found) == 1 else await search_page(visit, found=found)


# ---- A new person --------------------------------------------------------------------------------------------------


async def entry_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    kinds, facilities, known = await asyncio.gather(kinds_authorised(visit), facilities_offered(visit), candidates_of(visit, problem))
    typed = visit.fields() or {
        "facility_code": visit.query("facility") or (visit.facilities[0] if len(visit.facilities) == 1 else ""),
        **{f"issuer_{kind}": issuer_of(visit, kind) for kind in kinds},
    }
    return visit.page(
        "entry/new.html",
        status,
        typed=typed,
        purposes=[(code, label("purpose", code)) for code in PURPOSES],
        chosen=visit.values("purposes") or ([] if visit.fields() else [PURPOSES[0]]),
        sexes=[(code, label("sex", code)) for code in SEXES],
        facilities=facilities,
        kinds=choices("identifier_kind", *kinds),
        language_rows=range(1, LANGUAGES + 1),
        candidates=known,
        problem=problem,
        errors={field_of(path, visit): reason for path, reason in (errors or {}).items()},
        **form_choices(visit),
    )


async def candidates_of(visit: Visit, problem: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Whom the register may know already, with the file of those whom the reader may see: enough to tell namesakes apart."""
    told = (problem or {}).get("candidates") or ([{"person_id": problem["person_id"], "authority": "", "reasons": []}] if problem and problem.get("person_id") else [])
    files = await asyncio.gather(*(visit.api.get_or_none(f"{API}/persons/{segment(one['person_id'])}") if one["person_id"] else _nobody() for one in told))
    return [one | {"file": file} for one, file in zip(told, files, strict=True)]


async def _nobody() -> None:
    return None


def names_typed(visit: Visit) -> list[str]:
    return [kind for kind in NAMES if visit.field(f"name_{kind}")]


def identifiers_typed(visit: Visit) -> list[str]:
    return [name.removeprefix("number_") for name, value in visit.fields().items() if name.startswith("number_") and value]


def contacts_typed(visit: Visit) -> list[str]:
    return [kind for kind in CONTACTS if visit.field(kind)]


def languages_typed(visit: Visit) -> list[int]:
    return [row for row in range(1, LANGUAGES + 1) if visit.field(f"language_{row}")]


def field_of(path: str, visit: Visit) -> str:
    """The field of the page that a place of the body came from."""
    part, _dot, rest = path.partition(".")
    position = int(rest.partition(".")[0]) if rest[:1].isdigit() else 0
    rows = {
        "names": [f"name_{kind}" for kind in names_typed(visit)] or ["name_legal"],
        "identifiers": [f"issuer_{kind}" if path.endswith(".issuer") else f"number_{kind}" for kind in identifiers_typed(visit)],
        "contacts": contacts_typed(visit),
        "languages": [f"level_{row}" for row in languages_typed(visit)],
    }
    if part in rows:
        return rows[part][position]
    return "birth_year" if part == "body" else part


@pages.get("/people/new")
async def new_person(visit: Visit) -> Response:
    return await entry_page(visit)


@pages.post("/people/new")
async def enter(visit: Visit) -> Response:
    """All of it is recorded, or nothing; whoever may be known already is shown first."""

    async def again(**shown: Any) -> Response:
        return await entry_page(visit, **shown)

    year = visit.field("birth_year")
    body: dict[str, Any] = {
        "names": [{"kind": kind, "value": visit.field(f"name_{kind}"), **({"script": "Latn"} if kind == "transliterated" else {})} for kind in names_typed(visit)],
        "birth_date": visit.field("birth_date"),
        "birth_year": int(year) if year.isdigit() else year,
        "sex": visit.field("sex") or "unknown",
        "purposes": visit.values("purposes"),
        "facility_code": visit.field("facility_code"),
        "confirmed_distinct": visit.field("confirmed_distinct"),
        "identifiers": [{"kind": kind, "issuer": visit.field(f"issuer_{kind}"), "value": visit.field(f"number_{kind}")} for kind in identifiers_typed(visit)],
        "contacts": [{"kind": kind, "purpose": "work", "visibility": "hr", "value": visit.field(kind)} for kind in contacts_typed(visit)],
        "languages": [{"language": visit.field(f"language_{row}"), "level": visit.field(f"level_{row}")} for row in languages_typed(visit)],
    }
    answer = await send(visit, f"{API}/persons", {name: value for name, value in body.items() if value != [] or name in ("names", "purposes")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/people/{answer['id']}", done="entered")
