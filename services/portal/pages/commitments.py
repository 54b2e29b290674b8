"""Service commitments: who is bound and until when, what is paid, what would be owed on a day, and what is asked back."""

import asyncio
from datetime import date
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.forms import actions_of, send, whole_number
from services.portal.labels import choices, state
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/appointment"
STATES = ("draft", "running", "paused", "fulfilled", "assessed", "notified", "instalments", "contested", "cancelled", "ended")
CAUSES = ("leaves", "abandons", "no_diploma")
MONEY = ("regional-administrator", "facility-hr-officer", "signatory", "auditor")
PARTS = 6


@pages.get("/commitments")
async def commitments(visit: Visit) -> Response:
    """Commitments by the filters of the address; with the money of each facility for the creditor's side."""
    money = visit.has_role(*MONEY)
    filters = {name: visit.query(name) for name in ("state", "origin", "facility")}
    found, totals = await asyncio.gather(
        visit.api.get(f"{API}/commitments", **filters, **paging(visit)),
        visit.api.get_or_none(f"{API}/commitments/totals", facility=visit.query("facility")) if money else _nothing(),
    )
    rows = (totals or {}).get("items", [])
    return visit.page(
        "commitments/list.html",
        list=Listing.of(visit, found, filters, export="commitments"),
        totals=rows,
        whole=_whole(rows),
        money=money,
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        places=await facility_names(visit, [item["facility_code"] for item in (*found["items"], *rows)]),
        facilities=await facilities_offered(visit),
        states=[(code, gettext(state(code).word)) for code in STATES],
        origins=choices("commitment_origin"),
    )


async def _nothing() -> None:
    """For those who see no money."""


def _whole(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """All facilities together, by currency."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        kept = found.setdefault(row["currency"], dict.fromkeys(("running", "committed", "due", "paid", "asked_back", "repaid"), 0))
        for name in kept:
            kept[name] += row[name]
    return found


@pages.get("/payments")
async def payments(visit: Visit) -> Response:
    """Parts of benefits by the day on which they fall due."""
    wanted = visit.query("state", "due")
    filters = {"state": wanted, "facility": visit.query("facility")}
    found = await visit.api.get(f"{API}/payments", **filters, **paging(visit))
    return visit.page(
        "commitments/payments.html",
        list=Listing.of(visit, found, filters),
        wanted=wanted,
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        places=await facility_names(visit, (item["facility_code"] for item in found["items"])),
    )


@pages.get("/asked-back")
async def asked_back(visit: Visit) -> Response:
    """Who leaves before the end and what is asked back, by the day by which somebody must act; for the creditor's side alone."""
    filters = {"facility": visit.query("facility")}
    found = await visit.api.get(f"{API}/commitments/asked-back", **filters, **paging(visit))
    return visit.page(
        "commitments/asked_back.html",
        list=Listing.of(visit, found, filters),
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        places=await facility_names(visit, (item["facility_code"] for item in found["items"])),
        facilities=await facilities_offered(visit),
    )


# ---- One commitment -------------------------------------------------------------------------------------------------


async def commitment_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, commitment: str = "") -> Response:
    found = await visit.api.get(f"{API}/commitments/{segment(commitment or visit.path('id'))}")
    errors = errors or {}
    exit_told, wrong_day = await _exit(visit, found) if visit.has_role(*MONEY) else (None, "")
    return visit.page(
        "commitments/page.html",
        status,
        commitment=found,
        decision=await _decision(visit, found),
        names=await visit.api.names([found["person_id"]]),
        places=await facility_names(visit, [found["facility_code"]]),
        actions=actions_of(found),
        exit=exit_told,
        on=visit.query("on") or (found["leaving_on"] or ""),
        cause=visit.query("cause") or (found["leaving_cause"] or "leaves"),
        causes=choices("commitment_cause", *CAUSES),
        grounds=choices("pause_ground"),
        waivers=choices("waiver_ground"),
        clocks=choices("commitment_clock"),
        parts=range(1, PARTS + 1),
        money=visit.has_role(*MONEY),
        typed=visit.fields(),
        problem=problem,
        errors=errors | ({"on": wrong_day} if wrong_day else {}),
    )


async def _exit(visit: Visit, found: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """What would be owed on the day of the address; the sentence when that is no day."""
    if not visit.query("on"):
        return None, ""
    try:
        date.fromisoformat(visit.query("on"))
        told = await visit.api.get(f"{API}/commitments/{segment(found['id'])}/exit", on=visit.query("on"), cause=visit.query("cause") or "leaves")
    except (ValueError, Refusal):
        return None, gettext(_("Write the last day of service as a date."))
    return told, ""


async def _decision(visit: Visit, found: dict[str, Any]) -> dict[str, Any] | None:
    """The decision that gave the benefit."""
    answer = await visit.api.get_or_none(f"{API}/decisions", source_id=found["source_id"])
    return answer["items"][-1] if answer and answer["items"] else None


@pages.get("/commitments/{id}")
async def commitment(visit: Visit) -> Response:
    return await commitment_page(visit)


async def _act(visit: Visit, act: str, body: dict[str, Any], done: str, renamed: dict[str, str] | None = None) -> Response:
    """One act of the page, which has several forms: `renamed` says which of its fields the service calls otherwise."""

    async def again(errors: dict[str, str] | None = None, **shown: Any) -> Response:
        return await commitment_page(visit, errors={(renamed or {}).get(path, path): reason for path, reason in (errors or {}).items()}, **shown)

    answer = await send(visit, f"{API}/commitments/{segment(visit.path('id'))}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/commitments/{answer['id']}", done=done)


def _typed(visit: Visit, *names: str) -> dict[str, Any]:
    return {name: visit.field(name) for name in (*names, "done_on")}


@pages.post("/commitments/{id}/signature")
async def sign(visit: Visit) -> Response:
    return await _act(visit, "signature", _typed(visit, "clock", "signed_with"), "signed")


@pages.post("/commitments/{id}/pauses")
async def pause(visit: Visit) -> Response:
    return await _act(visit, "pauses", _typed(visit, "starts_on", "ends_on", "ground"), "paused")


@pages.post("/commitments/{id}/assessment")
async def assess(visit: Visit) -> Response:
    return await _act(visit, "assessment", _typed(visit, "exit_on") | {"cause": visit.field("end_cause")}, "assessed", {"cause": "end_cause"})


@pages.post("/commitments/{id}/notification")
async def notify(visit: Visit) -> Response:
    return await _act(visit, "notification", _typed(visit), "notified")


@pages.post("/commitments/{id}/instalments")
async def plan(visit: Visit) -> Response:
    parts = [{"due_on": visit.field(f"due_on_{n}"), "amount": whole_number(visit.field(f"amount_{n}"))} for n in range(1, PARTS + 1) if visit.field(f"amount_{n}")]
    return await _act(visit, "instalments", {"instalments": parts, "done_on": visit.field("done_on")}, "planned")


@pages.post("/commitments/{id}/contestation")
async def contest(visit: Visit) -> Response:
    return await _act(visit, "contestation", _typed(visit, "reason"), "contested")


@pages.post("/commitments/{id}/waiver")
async def waive(visit: Visit) -> Response:
    body = {"ground": visit.field("waiver_ground"), "reason": visit.field("waiver_reason"), "done_on": visit.field("done_on")}
    return await _act(visit, "waiver", body, "waived", {"ground": "waiver_ground", "reason": "waiver_reason"})


@pages.post("/commitments/{id}/payments/{payment}")
async def pay(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await commitment_page(visit, **shown)

    answer = await send(visit, f"{API}/payments/{segment(visit.path('payment'))}/payment", _typed(visit, "voucher"), again)
    return answer if isinstance(answer, Response) else visit.go(f"/commitments/{visit.path('id')}", done="paid")


@pages.post("/commitments/{id}/instalments/{instalment}")
async def repay(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await commitment_page(visit, **shown)

    answer = await send(visit, f"{API}/instalments/{segment(visit.path('instalment'))}/payment", _typed(visit, "voucher"), again)
    return answer if isinstance(answer, Response) else visit.go(f"/commitments/{visit.path('id')}", done="repaid")
