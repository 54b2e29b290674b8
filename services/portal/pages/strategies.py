"""Strategic plans: axis by axis, what is done, under way and late, how they were amended and closed, and one action with its indicator before and after."""

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
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/observatory"
KEEPERS = ("regional-administrator",)
AXES = range(1, 7)
CHANGED = range(1, 4)
"""Actions that one amendment changes on the page."""
WANTED = ("title", "owner", "area_code", "indicator", "starts_on", "due_on", "resolution_id")


# ---- Plans --------------------------------------------------------------------------------------------------------


async def list_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/strategies", **paging(visit))
    return visit.page(
        "strategies/list.html",
        status,
        list=Listing.of(visit, found, {}, export="strategies"),
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
    may_add, may_amend = (acts.get(act, {}).get("allowed") for act in ("add_action", "amend"))
    may_write = may_add or may_amend
    planned = [one for axis in plan["axes"] for objective in axis["objectives"] for one in objective["actions"]]
    names, regions, figures, origins, meetings = await asyncio.gather(
        authority_names(visit, {plan["authority"], *(one["area_code"] for one in planned)}),
        regions_offered(visit) if may_write else _none(),
        visit.api.get(f"{API}/figures") if may_write else _no_items(),
        visit.api.get(f"{API}/resolutions", kind="recommendation", limit=200) if may_write else _no_items(),
        visit.api.get(f"{API}/meetings", limit=200) if may_amend or plan["amendments"] else _no_items(),
    )
    objectives = [(f"{axis['number']}.{one['number']}", f"{axis['number']}.{one['number']} {one['title']}") for axis in plan["axes"] for one in axis["objectives"]]
    met = {one["id"]: gettext(_("{body}, meeting {number}"), body=one["body"]["title"], number=one["number"]) for one in meetings["items"]}
    return visit.page(
        "strategies/page.html",
        status,
        plan=plan,
        names=names,
        actions=acts,
        may_add=may_add,
        may_amend=may_amend,
        objectives=objectives,
        objectives_changed=[(f"{axis['number']}.", gettext(_("New objective of axis {n}"), n=axis["number"])) for axis in plan["axes"]] + objectives,
        titles={one["id"]: one["title"] for one in planned},
        still_open=[one for one in planned if one["standing"] not in ("done", "dropped")],
        lines=CHANGED,
        met=met,
        adopted=[(one["id"], met[one["id"]]) for one in meetings["items"] if one["state"] == "adopted"],
        outcomes=choices("follow_up", "done", "dropped"),
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

    answer = await send(visit, f"{API}/strategies/{segment(visit.path('id'))}/actions", action_wanted(visit) | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/strategies/{visit.path('id')}", done="added")


def action_wanted(visit: Visit) -> dict[str, Any]:
    axis, _dot, objective = visit.field("objective").partition(".")
    body: dict[str, Any] = {name: visit.field(name) for name in WANTED} | {"axis": whole_number(axis), "objective": whole_number(objective)}
    return body | ({"target": whole_number(visit.field("target"))} if visit.field("target") else {})


@pages.post("/strategies/{id}/amendments")
async def amend(visit: Visit) -> Response:
    """One objective, some actions and a new action: what is left empty does not change."""
    typed = visit.fields()
    lines = [line for line in CHANGED if typed.get(f"changed_{line}")]

    async def again(**shown: Any) -> Response:
        shown["errors"] = {amended_field(path, lines): reason for path, reason in (shown.get("errors") or {}).items()}
        return await plan_page(visit, **shown)

    axis, _dot, objective = visit.field("objective_changed").partition(".")
    changed = []
    for line in lines:
        values: dict[str, Any] = {name: typed.get(f"{name}_{line}", "") for name in ("title", "owner", "due_on")}
        values |= {"target": whole_number(typed[f"target_{line}"])} if typed.get(f"target_{line}") else {}
        changed.append({"action_id": typed[f"changed_{line}"]} | {name: value for name, value in values.items() if value != ""})
    wanted = {name: value for name, value in action_wanted(visit).items() if value != ""}
    body: dict[str, Any] = {name: visit.field(name) for name in ("reason", "meeting_id", "decision", "done_on")} | {
        "objectives": [{"axis": whole_number(axis), "number": whole_number(objective) if objective else None, "title": visit.field("objective_title")}] if axis else [],
        "changed": changed,
        "added": [wanted] if wanted else [],
    }
    answer = await send(visit, f"{API}/strategies/{segment(visit.path('id'))}/amendments", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/strategies/{visit.path('id')}", done="amended")


def amended_field(path: str, lines: list[int]) -> str:
    """`changed.1.due_on` of the service is the due day of the second action that was chosen."""
    part, *rest = path.split(".")
    if part == "objectives":
        return "objective_title" if rest[1:] == ["title"] else "objective_changed"
    if part == "changed":
        name = "changed" if len(rest) < 2 or rest[1] == "action_id" else rest[1]
        return f"{name}_{lines[int(rest[0])] if rest else 1}"
    return rest[1] if part == "added" and len(rest) == 2 else path


@pages.post("/strategies/{id}/closure")
async def conclude(visit: Visit) -> Response:
    """Each action that was still open is told with what became of it."""
    typed = visit.fields()
    told = [name.removeprefix("evidence_") for name in typed if name.startswith("evidence_")]

    async def again(**shown: Any) -> Response:
        shown["errors"] = {result_field(path, told): reason for path, reason in (shown.get("errors") or {}).items()}
        return await plan_page(visit, **shown)

    results = [{"action_id": one, "outcome": typed.get(f"outcome_{one}", ""), "evidence": typed[f"evidence_{one}"]} for one in told]
    body: dict[str, Any] = {name: visit.field(name) for name in ("conclusion", "done_on")} | {"results": results}
    answer = await send(visit, f"{API}/strategies/{segment(visit.path('id'))}/closure", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/strategies/{visit.path('id')}", done="closed")


def result_field(path: str, told: list[str]) -> str:
    """`results.0.evidence` of the service is the evidence of the first action."""
    parts = path.split(".")
    return f"{parts[2]}_{told[int(parts[1])]}" if parts[0] == "results" and len(parts) == 3 else path


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
