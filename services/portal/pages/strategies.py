"""Strategic plans: axis by axis, what is done, under way and late, and one action with its indicator before and after."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import authority_names
from services.portal.formats import number
from services.portal.forms import actions_of, send, whole_number
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.pages.meetings import regions_offered
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/observatory"
KEEPERS = ("regional-administrator",)
AXES = range(1, 7)


# ---- Plans --------------------------------------------------------------------------------------------------------


async def list_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/strategies", **paging(visit))
    return visit.page(
        "strategies/list.html",
        status,
        list=Listing.of(visit, found, {}),
        names=await authority_names(visit, (one["authority"] for one in found["items"])),
        territories=list((await authority_names(visit, visit.territories)).items()),
        may_keep=visit.has_role(*KEEPERS),
        axes=AXES,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/strategies")
async def strategies(visit: Visit) -> Response:
    return await list_page(visit)


@pages.post("/strategies")
async def draft(visit: Visit) -> Response:
    """Objectives are typed one a line under their axis."""
    typed = visit.fields()
    lines = [axis for axis in AXES if typed.get(f"axis_{axis}") or typed.get(f"objectives_{axis}")]

    async def again(**shown: Any) -> Response:
        shown["errors"] = {axis_field(path, lines): reason for path, reason in (shown.get("errors") or {}).items()}
        return await list_page(visit, **shown)

    axes = [{"title": typed.get(f"axis_{axis}", ""), "objectives": [line.strip() for line in typed.get(f"objectives_{axis}", "").splitlines() if line.strip()]} for axis in lines]
    body = {name: visit.field(name) for name in ("authority", "title", "starts_on", "ends_on", "done_on")}
    answer = await send(visit, f"{API}/strategies", body | {"axes": axes}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/strategies/{answer['id']}", done="drafted")


def axis_field(path: str, lines: list[int]) -> str:
    """`axes.1.title` of the service is the second axis that was filled."""
    parts = path.split(".")
    if parts[0] != "axes" or len(parts) < 3:
        return "axis_1" if parts[0] == "axes" else path
    return f"{'axis' if parts[2] == 'title' else 'objectives'}_{lines[int(parts[1])]}"


async def plan_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    plan = await visit.api.get(f"{API}/strategies/{segment(visit.path('id'))}", as_of=visit.query("as_of"))
    acts = actions_of(plan)
    may_add = acts.get("add_action", {}).get("allowed")
    areas = {action["area_code"] for axis in plan["axes"] for objective in axis["objectives"] for action in objective["actions"]}
    names, regions, figures, origins = await asyncio.gather(
        authority_names(visit, {plan["authority"], *areas}),
        regions_offered(visit) if may_add else _none(),
        visit.api.get(f"{API}/figures") if may_add else _no_items(),
        visit.api.get(f"{API}/resolutions", kind="recommendation", limit=200) if may_add else _no_items(),
    )
    return visit.page(
        "strategies/page.html",
        status,
        plan=plan,
        names=names,
        actions=acts,
        may_add=may_add,
        objectives=[(f"{axis['number']}.{one['number']}", f"{axis['number']}.{one['number']} {one['title']}") for axis in plan["axes"] for one in axis["objectives"]],
        regions=regions,
        figures=[(one["id"], one["title"]) for one in figures["items"]],
        origins=[(one["id"], one["text"][:90]) for one in origins["items"]],
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


async def _none() -> list[tuple[str, str]]:
    return []


async def _no_items() -> dict[str, Any]:
    return {"items": []}


@pages.get("/strategies/{id}")
async def plan(visit: Visit) -> Response:
    return await plan_page(visit)


@pages.post("/strategies/{id}/approval")
async def approve(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await plan_page(visit, **shown)

    answer = await send(visit, f"{API}/strategies/{segment(visit.path('id'))}/approval", {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/strategies/{answer['id']}", done="approved")


@pages.post("/strategies/{id}/actions")
async def add_action(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await plan_page(visit, **shown)

    axis, _dot, objective = visit.field("objective").partition(".")
    body: dict[str, Any] = {name: visit.field(name) for name in ("title", "owner", "area_code", "indicator", "starts_on", "due_on", "resolution_id", "done_on")} | {
        "axis": whole_number(axis),
        "objective": whole_number(objective),
    }
    body |= {"target": whole_number(visit.field("target"))} if visit.field("target") else {}
    answer = await send(visit, f"{API}/strategies/{segment(visit.path('id'))}/actions", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/strategies/{visit.path('id')}", done="added")


# ---- One action ---------------------------------------------------------------------------------------------------


async def action_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    path = f"{API}/strategy-actions/{segment(visit.path('id'))}"
    found, indicator = await asyncio.gather(visit.api.get(path, as_of=visit.query("as_of")), visit.api.get_or_none(f"{path}/indicator", as_of=visit.query("as_of")))
    plan, origin = await asyncio.gather(
        visit.api.get(f"{API}/strategies/{segment(found['strategy_id'])}"),
        visit.api.get_or_none(f"{API}/resolutions/{segment(found['resolution_id'])}") if found["resolution_id"] else _nothing(),
    )
    said = {name: number(indicator[name]) if indicator and indicator[name] is not None else "–" for name in ("before", "after", "target")}
    return visit.page(
        "strategies/action.html",
        status,
        one=found,
        plan=plan,
        origin=origin,
        indicator=indicator,
        said=said,
        names=await authority_names(visit, [found["area_code"], *([indicator["area_code"]] if indicator else [])]),
        actions=actions_of(found),
        outcomes=choices("follow_up", "done", "dropped"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


async def _nothing() -> None:
    return None


@pages.get("/strategy-actions/{id}")
async def action(visit: Visit) -> Response:
    return await action_page(visit)


@pages.post("/strategy-actions/{id}/progress")
async def report(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await action_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("text", "done_on")}
    body |= {"percent": whole_number(visit.field("percent"))} if visit.field("percent") else {}
    answer = await send(visit, f"{API}/strategy-actions/{segment(visit.path('id'))}/progress", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/strategy-actions/{answer['id']}", done="reported")


@pages.post("/strategy-actions/{id}/closure")
async def close(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await action_page(visit, **shown)

    body = {name: visit.field(name) for name in ("outcome", "evidence", "done_on")}
    answer = await send(visit, f"{API}/strategy-actions/{segment(visit.path('id'))}/closure", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/strategy-actions/{answer['id']}", done="closed")
