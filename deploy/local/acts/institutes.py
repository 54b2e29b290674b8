"""Acts of institutes of initial training: registering them, telling or conducting intakes, students, conventions, clinical placements.

The seats of a year are a file (`import-file`, kind `seat_capacities`). Candidates of an intake have numbers in the order in which they apply.
"""

from typing import Any

from deploy.local.acts.line import Act, Line

API = "training"


def _institute(line: Line) -> dict[str, Any]:
    accreditation = {"authority": line.text("accredited_by"), "number": line.text("accreditation"), "streams": line.words("streams"), "valid_from": line.text("valid_from")}
    if line.optional("valid_to"):
        accreditation["valid_to"] = line.text("valid_to")
    return line.common("facility_code", "name", "other_name") | {"accreditation": accreditation}


def _numbers(row: dict[str, str], *names: str) -> dict[str, int]:
    return {name: int(row[name]) for name in names if row.get(name)}


def _done_on(line: Line) -> dict[str, Any]:
    """Acts whose reference only tells one line from another."""
    return {"done_on": line.text("done_on")} if line.optional("done_on") else {}


def _told(line: Line) -> dict[str, Any]:
    """The lines of the file that are this institute's and year's."""
    rows = [row for row in line.table("numbers") if (row["facility_code"], row["year"]) == (line.text("facility_code"), line.text("year"))]
    items = [{"stream": row["stream"]} | _numbers(row, "applicants", "sat", "filled") | ({"cut_off": row["cut_off"]} if row["cut_off"] else {}) for row in rows]
    return _done_on(line) | {"facility_code": line.text("facility_code"), "year": line.number("year"), "items": items}


def _intake(line: Line) -> dict[str, Any]:
    reserved = dict(pair.split("=") for pair in line.words("reserved"))
    numbers = {name: line.number(name) for name in ("year", "seats")}
    return line.common("facility_code", "stream", "opens_on", "closes_on") | numbers | {"reserved": {quota: int(count) for quota, count in reserved.items()}}


def _candidate(line: Line) -> dict[str, Any]:
    return line.common("diploma", "regional", "national", "average", "quota") | {"person_id": line.id_of("person")}


def _marks(line: Line) -> dict[str, Any]:
    return _done_on(line) | {"marks": [{"number": int(row["number"]), "mark": row["mark"] or None} for row in line.table("marks")]}


def _convention(line: Line) -> dict[str, Any]:
    promised = {name: line.number(name) for name in ("seats", "placements", "teachers") if line.optional(name)}
    return line.common("number", "institute_code", "partner_code", "subject", "starts_on", "ends_on", "signed_on") | promised


def _places(line: Line) -> dict[str, Any]:
    return line.common("facility_code", "unit", "starts_on", "ends_on") | {"places": line.number("places"), "institutes": line.words("institutes")}


def _group(line: Line) -> dict[str, Any]:
    return line.common("starts_on", "ends_on") | {"clinical_place_id": line.id_of("clinical place"), "intake_id": line.id_of("intake"), "students": line.number("students")}


ACTS: dict[str, Act] = {
    "register-institute": Act(f"{API}/institutes", _institute),
    "tell-intakes": Act(f"{API}/intakes/told", _told),
    "open-intake": Act(f"{API}/intakes", _intake),
    "apply-to-intake": Act(f"{API}/intakes/{{intake}}/candidates", _candidate),
    "publish-cut-off": Act(f"{API}/intakes/{{intake}}/preselection", lambda line: _done_on(line) | {"cut_off": line.text("cut_off")}),
    "enter-intake-marks": Act(f"{API}/intakes/{{intake}}/marks", _marks),
    "publish-intake-list": Act(f"{API}/intakes/{{intake}}/listing", _done_on),
    "register-student": Act(f"{API}/intake-candidates/{{applicant}}/registration", _done_on),
    "give-up-seat": Act(f"{API}/intake-candidates/{{applicant}}/declination", lambda line: _done_on(line) | {"reason": line.text("reason")}),
    "let-seats-lapse": Act(f"{API}/intakes/{{intake}}/lapses", _done_on),
    "leave-studies": Act(f"{API}/students/{{student}}/leaving", lambda line: _done_on(line) | {"reason": line.text("reason")}),
    "judge-study-year": Act(f"{API}/students/{{student}}/year", lambda line: _done_on(line) | {"year": line.number("year"), "outcome": line.text("outcome")}),
    "sign-institute-convention": Act(f"{API}/institute-conventions", _convention),
    "offer-clinical-places": Act(f"{API}/clinical-places", _places),
    "book-clinical-group": Act(f"{API}/clinical-placements", _group),
}
MAKES = {
    "register-institute": "institute",
    "open-intake": "intake",
    "apply-to-intake": "applicant",
    "register-student": "student",
    "sign-institute-convention": "institute convention",
    "offer-clinical-places": "clinical place",
    "book-clinical-group": "clinical group",
}
