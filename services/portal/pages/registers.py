"""The register of an authority's numbers: how a decision is numbered, and which number comes next."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import authority_names
from services.portal.forms import may, send, whole_number
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/appointment"
KEEPERS = ("signatory", "regional-administrator")
NUMBER, YEAR = "{number}", "{year}"


@pages.get("/registers")
async def registers(visit: Visit) -> Response:
    """The registers of those for whom this person works: one opens by itself."""
    authorities = [*visit.territories, *visit.facilities]
    if len(authorities) == 1:
        return visit.go(f"/registers/{segment(authorities[0])}")
    kept = await asyncio.gather(*(visit.api.get_or_none(f"{API}/registers/{segment(authority)}") for authority in authorities))
    return visit.page("registers/list.html", registers=list(zip(authorities, kept, strict=True)), names=await authority_names(visit, authorities))


async def register_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, preview: str | None = None) -> Response:
    authority = visit.path("authority")
    found = await visit.api.get_or_none(f"{API}/registers/{segment(authority)}")
    typed = visit.fields() or ({"pattern": found["pattern"]} if found else {})
    return visit.page(
        "registers/page.html",
        status,
        authority=authority,
        name=(await authority_names(visit, [authority]))[authority],
        register=found,
        years=sorted(found["last_numbers"].items(), reverse=True) if found else [],
        may_keep=may(found, "keep") if found else authority in visit.territories and visit.has_role(*KEEPERS),
        this_year=found["year"] if found else today().year,
        typed=typed,
        preview=preview,
        problem=problem,
        errors=errors or {},
    )


@pages.get("/registers/{authority}")
async def register(visit: Visit) -> Response:
    return await register_page(visit)


def next_written(pattern: str, last: int, year: int) -> str:
    """The number after the last one, as the pattern writes it."""
    return pattern.replace(NUMBER, str(last + 1)).replace(YEAR, str(year))


@pages.post("/registers/{authority}")
async def keep_register(visit: Visit) -> Response:
    """Show what the pattern gives, or keep it from now on."""
    pattern, last = visit.field("pattern"), whole_number(visit.field("last_number")) if visit.field("last_number") else None
    if pattern.count(NUMBER) != 1:
        return await register_page(visit, 422, errors={"pattern": gettext(_("Write {mark} once, where the number stands.")).replace("{mark}", NUMBER)})
    if visit.field("step") == "preview":
        found = await visit.api.get_or_none(f"{API}/registers/{segment(visit.path('authority'))}")
        year = found["year"] if found else today().year
        reached = last if isinstance(last, int) else (found["last_numbers"].get(str(year), 0) if found else 0)
        return await register_page(visit, preview=next_written(pattern, reached, year))

    async def again(**shown: Any) -> Response:
        return await register_page(visit, **shown)

    answer = await send(visit, f"{API}/registers/{segment(visit.path('authority'))}", {"pattern": pattern, "last_number": last}, again, method="PUT")
    return answer if isinstance(answer, Response) else visit.go(f"/registers/{segment(answer['authority'])}", done="kept")
