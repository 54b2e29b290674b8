"""Acts about leaders: positions, mandates that run already, the succession plan, cases with their meetings."""

from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line

POSITION = ("reference", "facility_code", "unit", "rank", "title", "valid_from", "done_on")
MANDATE = ("reference", "worker_no", "position_reference", "kind", "starts_on", "ends_on", "decision_number", "done_on")
MEETING = ("step", "convened", "present", "valid")


def _filled(row: dict[str, str], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name)}


def _positions(line: Line) -> dict[str, Any]:
    return {"positions": [_filled(row, *POSITION) | {"planning_required": row["planning_required"] == "yes"} for row in line.table("positions")]}


def _mandates(line: Line) -> dict[str, Any]:
    return {"mandates": [_filled(row, *MANDATE) for row in line.table("mandates")]}


def _refused(answer: dict[str, Any]) -> str | None:
    refused = [(item["reference"], item["problem"]) for item in answer["items"] if item["problem"]]
    return f"{len(refused)} are refused, first: {refused[0]}" if refused else None


def _entries(line: Line) -> list[dict[str, Any]]:
    return [
        _filled(row, "worker_no", "position_reference", "priority") | {"ready": row["ready"] == "yes", "development": [row["development"]] if row["development"] else []}
        for row in line.table("entries")
    ]


def _meeting(line: Line, row: dict[str, str]) -> dict[str, Any]:
    """One meeting: how many, and each candidate's total as `number of the worker:votes`."""
    totals = [total.split(":") for total in row["totals"].split()]
    body: dict[str, Any] = {"held_on": row["held_on"], "minutes_reference": row["minutes"]} | {name: int(row[name]) for name in MEETING if row[name]}
    return body | {"totals": [{"person_id": line.find("worker", number), "votes": int(votes)} for number, votes in totals]}


def _case(line: Line) -> dict[str, Any]:
    body = line.common("kind", "source", "reason", "to_facility_code") | {"request_principle": line.yes("request_principle")}
    if line.optional("mandate"):
        return body | {"mandate_id": line.id_of("mandate")}
    return body | {"position_id": line.id_of("leadership position", "position")} | ({"candidate": {"person_id": line.id_of("worker")}} if line.optional("worker") else {})


ACTS: dict[str, Act] = {
    "open-leadership-positions": Act("appointment/positions/batch", _positions, _refused),
    "record-mandates": Act("appointment/mandates/batch", _mandates, _refused),
    "propose-succession-plan": Act("appointment/succession-plans", lambda line: line.common("authority", "title", "term_from", "term_to") | {"entries": _entries(line)}),
    "screen-succession-plan": Act("appointment/succession-plans/{plan}/screening", lambda line: line.common()),
    "vote-succession-plan": Act(
        "appointment/succession-plans/{plan}/vote",
        lambda line: line.common("minutes_reference") | {"unanimous": True} | {name: line.number(name) for name in ("convened", "present", "valid")},
    ),
    "approve-succession-plan": Act("appointment/succession-plans/{plan}/approval", lambda line: line.common("approval_reference")),
    "review-succession-plan": Act(
        "appointment/succession-plans/{plan}/reviews",
        lambda line: (
            line.common()
            | {"year": line.number("year"), "outcomes": [_filled(row, "worker_no", "position_reference", "outcome", "reason", "informed_on") for row in line.table("outcomes")]}
        ),
    ),
    "complete-review": Act(
        lambda line: f"appointment/succession-plans/{line.id_of('plan')}/reviews/{line.text('year')}/completion",
        lambda line: line.common() | {"entries": _entries(line)} | {name: line.number(name) for name in ("convened", "present", "valid", "votes")},
    ),
    "approve-review": Act(lambda line: f"appointment/succession-plans/{line.id_of('plan')}/reviews/{line.text('year')}/approval", lambda line: line.common("approval_reference")),
    "open-case": Act("appointment/cases", _case),
    "answer-principle": Act(
        "appointment/cases/{case}/principle-answer", lambda line: {"done_on": line.text("done_on"), "reference": line.optional("answer_reference"), "granted": True}
    ),
    "screen-candidates": Act(
        "appointment/cases/{case}/candidates",
        lambda line: {"done_on": line.text("done_on"), "candidates": [{"person_id": line.find("worker", number)} for number in line.words("candidates")]},
    ),
    "record-meetings": Act(
        "appointment/cases/{case}/steps",
        lambda line: {"done_on": line.text("done_on"), "steps": [_meeting(line, row) for row in line.table("meetings") if row["case"] == line.text("case")]},
    ),
    "complete-file": Act("appointment/cases/{case}/file", lambda line: {"done_on": line.text("done_on"), "file_reference": line.optional("file_reference")}),
    "propose-appointment": Act(
        "appointment/cases/{case}/decision-proposal",
        lambda line: {"done_on": line.text("done_on")} | ({"starts_on": line.text("starts_on")} if line.optional("starts_on") else {}),
    ),
}
MAKES = {"propose-succession-plan": "plan", "open-case": "case"}


def _position(player: Asks, person: str, reference: str) -> str | None:
    found = player.ask(person, "GET", "appointment/positions", params={"reference": reference})["items"]
    return str(found[0]["id"]) if found else None


def _mandate(player: Asks, person: str, reference: str) -> str | None:
    found = player.ask(person, "GET", "appointment/mandates", params={"reference": reference})["items"]
    return str(found[0]["id"]) if found else None


FINDERS: dict[str, Finder] = {"leadership position": _position, "mandate": _mandate}
