"""Acts around availability: minimum staffing, leave, functions held together; and workers found by their number."""

from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line


def _minimum(line: Line) -> dict[str, Any]:
    body = line.common("facility_code", "unit", "occupation_code", "specialty", "valid_from", "valid_to", "reason")
    cap = line.optional("mission_cap_percent")
    return body | {"min_present": line.number("min_present")} | ({"mission_cap_percent": int(cap)} if cap else {})


def _leave(line: Line) -> dict[str, Any]:
    return line.common("type", "starts_on", "ends_on", "override_reason") | {"person_id": line.id_of("worker")}


def _concurrent(line: Line) -> dict[str, Any]:
    return line.common("facility_code", "occupation_code", "unit", "starts_on", "decision_number") | {
        "person_id": line.id_of("worker"),
        "kind": "concurrent",
        "fte_share": line.text("fte_share"),
    }


ACTS: dict[str, Act] = {
    "set-minimum": Act("registry/staffing-minimums", _minimum),
    "request-leave": Act("registry/absences", _leave),
    "approve-leave": Act("registry/absences/{leave}/approval", lambda line: line.common()),
    "assign-concurrently": Act("registry/assignments", _concurrent),
}
MAKES = {"set-minimum": "minimum", "request-leave": "leave", "assign-concurrently": "assignment"}


def _worker(player: Asks, person: str, reference: str) -> str | None:
    """The person behind a worker number of the imported register."""
    found = player.ask(person, "GET", "registry/persons", params={"worker_no": reference})["items"]
    return str(found[0]["id"]) if found else None


FINDERS: dict[str, Finder] = {"worker": _worker}
