"""Programs of ministries and partners: what each may ask, and what it asks."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.forms import send, whole_number
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry/clients"


async def clients_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(API)
    wanted = visit.query("client")
    chosen = next((client for client in found["items"] if client["client_id"] == wanted), None)
    typed = visit.fields() or ({"client_id": wanted, "per_minute": chosen["per_minute"], "per_day": chosen["per_day"]} if chosen else {})
    return visit.page("operations/clients.html", status, clients=found["items"], typed=typed, problem=problem, errors=errors or {})


@pages.get("/operations/clients", role="operations")
async def clients(visit: Visit) -> Response:
    return await clients_page(visit)


@pages.post("/operations/clients", role="operations")
async def set_quota(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await clients_page(visit, **shown)

    body = {name: whole_number(visit.field(name)) for name in ("per_minute", "per_day")}
    answer = await send(visit, f"{API}/{segment(visit.field('client_id') or '-')}/quota", body, again, method="PUT")
    return answer if isinstance(answer, Response) else visit.go("/operations/clients", done="set")
