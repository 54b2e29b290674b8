"""One person, one record: what a merge would move in which service, its proposal, its confirmation by another, and its undo."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import Response

from services.portal.clients import Api, Refusal, ServiceAway, segment
from services.portal.forms import actions_of, send
from services.portal.labels import label, state
from services.portal.pages.duplicates import said
from services.portal.texts import gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry/merges"
STATES = ("proposed", "standing", "rejected", "undone")
OTHERS = ("recruitment", "training", "appointment", "rotation", "observatory")
"""The services that hold rows about people beside the registry."""


@pages.get("/merges")
async def merges(visit: Visit) -> Response:
    chosen = visit.query("state") if "state" in visit.request.query_params else "proposed"
    found = await visit.api.get(API, state=chosen, cursor=visit.query("cursor"))
    return visit.page("merges/list.html", merges=found["items"], next=found.get("next"), chosen=chosen, states=[(code, gettext(state(code).word)) for code in STATES])


@pages.get("/merges/new")
async def new(visit: Visit) -> Response:
    return await _new(visit, visit.query("surviving"), visit.query("retired"))


async def _new(visit: Visit, surviving: str, retired: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """Which record stays, which goes, what moves where: before anybody proposes it."""
    found = await visit.api.get(f"{API}/tried", surviving_id=surviving, retired_id=retired)
    others = {} if found["refused"] else await _of_others(visit.api, lambda api, service: api.get(f"/api/v1/{service}/merges/tried", id=surviving, old_id=retired))
    services = [("registry", _told(found["rows"])), *((service, None if rows is None else _told(rows)) for service, rows in others.items())]
    return visit.page(
        "merges/new.html", status, tried=found, rows=_rows(found["differs"]), services=services, typed=visit.fields(), problem=problem or found["refused"], errors=errors or {}
    )


@pages.post("/merges")
async def propose(visit: Visit) -> Response:
    surviving, retired = visit.field("surviving"), visit.field("retired")

    async def again(**shown: Any) -> Response:
        return await _new(visit, surviving, retired, **shown)

    answer = await send(visit, API, {"surviving_id": surviving, "retired_id": retired, "reason": visit.field("reason")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/merges/{answer['id']}", done="proposed")


@pages.get("/merges/{id}")
async def merge(visit: Visit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}")
    told: list[tuple[str, Any]] = []
    if found["state"] in ("standing", "undone"):
        others = await _of_others(visit.api, lambda api, service: api.get(f"/api/v1/{service}/merges/{segment(found['id'])}"))
        told = [(service, None if one is None else one | _told(one["rows"])) for service, one in {"registry": found["registry"], **others}.items()]
    return visit.page(
        "merges/page.html", status, merge=found, rows=_rows(found["differs"]), services=told, actions=actions_of(found), typed=visit.fields(), problem=problem, errors=errors or {}
    )


@pages.post("/merges/{id}/{act}")
async def decide(visit: Visit) -> Response:
    """Confirm, reject or undo."""

    async def again(**shown: Any) -> Response:
        return await _page(visit, **shown)

    acts = {"confirmation": ("comment", "confirmed"), "rejection": ("reason", "rejected"), "undoing": ("reason", "undone")}
    field, done = acts.get(visit.path("act"), ("reason", ""))
    answer = await send(visit, f"{API}/{segment(visit.path('id'))}/{segment(visit.path('act'))}", {field: visit.field(field)}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/merges/{answer['id']}", done=done)


async def _of_others(api: Api, ask: Callable[[Api, str], Awaitable[Any]]) -> dict[str, Any]:
    """What each of the other services says; None from one that does not answer now."""

    async def asked(service: str) -> Any:
        try:
            return await ask(api, service)
        except ServiceAway:
            return None
        except Refusal as refusal:
            if refusal.status in (404, 503):
                return None
            raise

    return dict(zip(OTHERS, await asyncio.gather(*(asked(service) for service in OTHERS)), strict=True))


def _told(rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    """By kind of record in words: what moves or moved, and what does not, with the reason."""
    went = [(label("merged_kind", row["table"]), row["rows"]) for row in rows if row["state"] in ("moved", "returned")]
    stays = [
        (label("merged_kind", row["table"]), row["rows"], label("merge_refused", row["constraint"] if row["constraint"] in LIKE_NO_OTHER else row["state"]))
        for row in rows
        if row["state"] not in ("moved", "returned")
    ]
    return {"went": sorted(went), "stays": sorted(stays)}


LIKE_NO_OTHER = ("one_primary_assignment", "absence_once", "one_thing_at_a_time", "employment_once_per_facility", "worker_has_one_row_per_occupation", "person_purposes_pkey")
"""Constraints whose reason has its own words."""


def _rows(differs: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "one": said(row["field"], row["one"]), "other": said(row["field"], row["other"])} for row in differs]
