"""Proposing an attraction policy: who it is open to, what it gives, when it is paid, and what one owes who leaves early."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.facilities import authority_names
from services.portal.forms import minor_units, send, whole_number
from services.portal.labels import LABELS, choices, occupations
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/recruitment"
PREVIEWS = "/api/v1/appointment/commitment-previews"
PROPOSERS = ("regional-administrator",)
ROWS = range(1, 5)
GROUPS, DEGREES = tuple(LABELS["facility_group"]), tuple(LABELS["degree"])
AFTER = (6, 12, 24, 36, 48, 60)
WORDS = ("resolution_no", "title", "authority", "valid_from", "valid_to", "citation", "done_on")
FIRST: dict[str, str] = {"pay_percent_1": "100", "pay_months_1": "0", "breach_kind": "PRORATA", "confidence": "to_confirm"}


def tiers_typed(typed: dict[str, str]) -> list[dict[str, Any]]:
    """The cells of the table in which an amount stands."""
    return [
        {"facility_group": group, "degree": degree, "amount": minor_units(typed[f"tier_{group}_{degree}"])}
        for group in GROUPS
        for degree in DEGREES
        if typed.get(f"tier_{group}_{degree}")
    ]


def rows_typed(typed: dict[str, str], names: dict[str, str]) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a small table in which something stands, each with its place on the page: `names` gives the field of each name of the service."""
    rows = [(row, {name: whole_number(typed.get(f"{field}_{row}", "")) for name, field in names.items() if typed.get(f"{field}_{row}")}) for row in ROWS]
    return [(row, found) for row, found in rows if found]


PAYMENT = {"percent": "pay_percent", "months_after_start": "pay_months"}
STEP = {"before_months": "step_months", "percent": "step_percent"}


def breach_typed(typed: dict[str, str]) -> dict[str, Any]:
    """The terms of who leaves early; only what belongs to the kind chosen is sent."""
    found: dict[str, Any] = {"kind": typed.get("breach_kind", ""), "confidence": typed.get("confidence", "")}
    found |= {"multiple": typed.get("multiple", "").replace(",", ".")} if found["kind"] == "MULTIPLE" else {}
    found |= {"steps": [row for _place, row in rows_typed(typed, STEP)]} if found["kind"] == "TIERED" else {}
    return {name: value for name, value in (found | {"citation": typed.get("breach_citation", "")}).items() if value not in ("", [])}


def body_of(visit: Visit) -> dict[str, Any]:
    typed = visit.fields()
    years = {name: whole_number(typed.get(f"years_{name}", "")) for name in ("experienced", "new_graduate")}
    return {name: typed.get(name, "") for name in WORDS} | {
        "target_hires": whole_number(typed.get("target_hires", "")),
        "eligible": {
            "occupations": visit.values("occupations"),
            "excluded_occupations": visit.values("excluded"),
            "excludes_former_public_staff": typed.get("excludes_former_public_staff") == "true",
        },
        "tiers": tiers_typed(typed),
        "commitment_years": {name: value for name, value in years.items() if value != ""},
        "payment_schedule": [row for _place, row in rows_typed(typed, PAYMENT)],
        "breach_policy": breach_typed(typed),
    }


def field_of(visit: Visit, path: str) -> str:
    """The field of the form that an error of the service is about: `payment_schedule.1.percent` is the percent of the second row that was filled in."""
    typed = visit.fields()
    parts = path.split(".")
    within = int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else 0
    payments, steps, tiers = rows_typed(typed, PAYMENT), rows_typed(typed, STEP), tiers_typed(typed)
    if parts[0] == "payment_schedule":
        return f"{PAYMENT.get(parts[-1], 'pay_percent')}_{payments[within][0] if within < len(payments) else 1}"
    if path.startswith("breach_policy.steps"):
        place = int(parts[2]) if len(parts) == 4 and parts[2].isdigit() else 0
        return f"{STEP.get(parts[-1], 'step_months')}_{steps[place][0] if place < len(steps) else 1}"
    if parts[0] == "breach_policy":
        whole = {"MULTIPLE": "multiple", "TIERED": "step_months_1"}.get(typed.get("breach_kind", ""), "breach_kind")
        return {"kind": "breach_kind", "multiple": "multiple", "citation": "breach_citation", "confidence": "confidence"}.get(parts[-1], whole)
    if parts[0] == "tiers":
        cell = tiers[within] if within < len(tiers) else {"facility_group": GROUPS[0], "degree": DEGREES[0]}
        return f"tier_{cell['facility_group']}_{cell['degree']}"
    if parts[0] == "commitment_years":
        return f"years_{parts[1]}" if len(parts) > 1 else "years_experienced"
    known = {"eligible.occupations": "occupations", "eligible.excluded_occupations": "excluded", "eligible": "occupations", "body": "valid_to"}
    if path == "body" and set(visit.values("occupations")) & set(visit.values("excluded")):
        return "excluded"
    return known.get(path, path)


async def policy_form(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, previews: list[dict[str, Any]] | None = None
) -> Response:
    typed = visit.fields() or FIRST | {"authority": visit.authority}
    return visit.page(
        "policies/new.html",
        status,
        typed=typed,
        occupations=occupations.choices(),
        open_to=visit.values("occupations"),
        excluded=visit.values("excluded"),
        facility_groups=choices("facility_group"),
        degrees=choices("degree"),
        authorities=list((await authority_names(visit, visit.territories)).items()),
        rows=ROWS,
        kinds=choices("breach_kind"),
        confidences=[("to_confirm", gettext(_("To be confirmed by a text"))), ("confirmed", gettext(_("Confirmed by the text cited")))],
        previews=previews or [],
        problem=problem,
        errors=errors or {},
    )


@pages.get("/policies/new")
async def new_policy(visit: Visit) -> Response:
    return await policy_form(visit)


async def previews_of(visit: Visit) -> list[dict[str, Any]]:
    """For each length of service: what would be paid when, and owed after some months. The service that keeps commitments computes it."""
    typed, body = visit.fields(), body_of(visit)
    amount = minor_units(typed.get("preview_amount", "")) or max((tier["amount"] for tier in body["tiers"] if isinstance(tier["amount"], int)), default="")
    also = whole_number(typed.get("preview_months", ""))
    found = []
    for name in ("experienced", "new_graduate"):
        years = body["commitment_years"].get(name, "")
        ask = {
            "authority": body["authority"],
            "amount": amount,
            "starts_on": typed.get("preview_starts_on") or body["valid_from"],
            "months_due": years * 12 if isinstance(years, int) else years,
            "payment_schedule": body["payment_schedule"],
            "breach_policy": body["breach_policy"],
        }
        usual = {month for month in AFTER if isinstance(years, int) and month < years * 12}
        ask["after_months"] = sorted(usual | {also}) if isinstance(also, int) else [*sorted(usual), *([also] if also else [])] or [1]
        found.append({"who": name, "amount": amount} | await visit.api.post(PREVIEWS, {key: value for key, value in ask.items() if value != ""}))
    return found


PREVIEWED = {"amount": "preview_amount", "starts_on": "preview_starts_on", "months_due": "years_experienced"}


@pages.post("/policies/new")
async def propose_policy(visit: Visit) -> Response:
    """Show what the terms would mean, or propose the policy."""

    async def again(status: int, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
        return await policy_form(visit, status, problem, {field_of(visit, path): reason for path, reason in (errors or {}).items()})

    if visit.field("step") == "preview":
        try:
            return await policy_form(visit, previews=await previews_of(visit))
        except Refusal as refusal:
            if refusal.status not in (409, 422):
                raise
            named = {PREVIEWED.get(path, "preview_months" if path.startswith("after_months") else field_of(visit, path)): reason for path, reason in refusal.fields.items()}
            return await policy_form(visit, refusal.status, None if named else refusal.problem, named)
    answer = await send(visit, f"{API}/policies", body_of(visit), again)
    return answer if isinstance(answer, Response) else visit.go(f"/policies/{answer['id']}", done="proposed")
