"""The yearly round of the establishment: opened by the authority, asked by facilities, arbitrated, notified."""

from typing import Any

from starlette.responses import Response

from services.portal.acts import Act, add_acts, body_of
from services.portal.clients import segment
from services.portal.facilities import facilities_offered
from services.portal.forms import actions_of, send
from services.portal.listing import Listing, paging
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/registry/establishment"
ACTS = {"ask": Act("ceilings", ("facility_code", "asked_fte", "justification"), numbers=("asked_fte",)), "notify": Act("notification", ("decision_number",))}


@pages.get("/establishment")
async def rounds(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/rounds", **paging(visit))
    return visit.page("rounds/list.html", list=Listing.of(visit, found, {}), may_open=visit.has_role("regional-administrator"))


async def new_round_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    typed = visit.fields() or {"authority": visit.authority, "year": str(today().year + 1)}
    return visit.page("rounds/new.html", status, typed=typed, problem=problem, errors=errors or {})


@pages.get("/establishment/new")
async def new_round(visit: Visit) -> Response:
    return await new_round_page(visit)


@pages.post("/establishment/new")
async def create_round(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_round_page(visit, **shown)

    answer = await send(visit, f"{API}/rounds", body_of(visit, ("authority", "year", "ask_by")), again)
    return answer if isinstance(answer, Response) else visit.go(f"/establishment/{answer['id']}", done="opened")


async def act_page(visit: Visit, act: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/rounds/{segment(visit.path('id'))}")
    return visit.page(
        "rounds/act.html",
        status,
        round=found,
        act=act,
        action=actions_of(found).get(act),
        facilities=await facilities_offered(visit) if act == "ask" else [],
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


add_acts(pages, "/establishment/{id}", f"{API}/rounds", ACTS, act_page)


async def arbitration_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/ceilings/{segment(visit.path('id'))}")
    typed = visit.fields() or {"arbitrated_fte": found["arbitrated_fte"] if found["arbitrated_fte"] is not None else found["asked_fte"], "comment": found["comment"] or ""}
    return visit.page("rounds/arbitrate.html", status, ceiling=found, action=actions_of(found).get("arbitrate"), typed=typed, problem=problem, errors=errors or {})


@pages.get("/establishment/ceilings/{id}/arbitrate")
async def arbitration(visit: Visit) -> Response:
    return await arbitration_page(visit)


@pages.post("/establishment/ceilings/{id}/arbitrate")
async def arbitrate(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await arbitration_page(visit, **shown)

    answer = await send(visit, f"{API}/ceilings/{segment(visit.path('id'))}/arbitration", body_of(visit, ("arbitrated_fte", "comment"), ("arbitrated_fte",)), again)
    return answer if isinstance(answer, Response) else visit.go(f"/establishment/{answer['round_id']}", done="arbitrated")


@pages.get("/establishment/{id}")
async def round_(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/rounds/{segment(visit.path('id'))}")
    return visit.page("rounds/page.html", round=found, actions=actions_of(found))
