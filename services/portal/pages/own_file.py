"""My file: what the register holds about whoever is signed in, who read it, and what they dispute in it."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.forms import send
from services.portal.labels import label
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


@pages.get("/my-file/corrections")
async def my_corrections(visit: Visit) -> Response:
    return await _corrections(visit)


async def _corrections(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, **_unused: Any) -> Response:
    found = await visit.api.get_or_none(f"{ME}/corrections", cursor=visit.query("cursor"))
    return visit.page("own_file/corrections.html", status, linked=found is not None, corrections=(found or {}).get("items", []), next=(found or {}).get("next"), problem=problem)


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

    answer = await send(visit, f"{ME}/corrections", {name: visit.field(name) for name in ("field", "proposed", "evidence")}, again)
    return answer if isinstance(answer, Response) else visit.go("/my-file/corrections", done="requested")


@pages.post("/my-file/corrections/{id}/withdrawal")
async def withdraw_correction(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await _corrections(visit, **shown)

    answer = await send(visit, f"{ME}/corrections/{segment(visit.path('id'))}/withdrawal", {}, again)
    return answer if isinstance(answer, Response) else visit.go("/my-file/corrections", done="withdrawn")
