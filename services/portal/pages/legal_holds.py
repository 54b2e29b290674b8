"""Legal holds on a person's records: placed by those who sign or audit, lifted by another of them."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.forms import actions_of, send
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry"
HOLDERS = ("signatory", "auditor")


async def _page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, lifting: str = "") -> Response:
    person_id = visit.path("id")
    found, names = await asyncio.gather(visit.api.get(f"{API}/persons/{segment(person_id)}/legal-holds"), visit.api.names([person_id]))
    return visit.page(
        "legal_holds/page.html",
        status,
        person_id=person_id,
        names=names,
        holds=[one | {"actions": actions_of(one)} for one in reversed(found["items"])],
        may_place=visit.has_role(*HOLDERS),
        lifting=lifting,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/people/{id}/legal-holds")
async def legal_holds(visit: Visit) -> Response:
    """What keeps the person's records from being erased, and what did."""
    return await _page(visit)


@pages.post("/people/{id}/legal-holds")
async def place(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await _page(visit, **shown)

    body = {name: visit.field(name) for name in ("reason", "ordered_by", "until")}
    answer = await send(visit, f"{API}/persons/{segment(visit.path('id'))}/legal-holds", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/people/{visit.path('id')}/legal-holds", done="placed")


@pages.post("/people/{id}/legal-holds/lifting")
async def lift(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        wrong = {f"lifting-{name}": reason for name, reason in (shown.pop("errors", None) or {}).items()}
        return await _page(visit, **shown, errors=wrong, lifting=visit.field("hold"))

    answer = await send(visit, f"{API}/legal-holds/{segment(visit.field('hold'))}/lifting", {"reason": visit.field("lifting-reason")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/people/{visit.path('id')}/legal-holds", done="lifted")
