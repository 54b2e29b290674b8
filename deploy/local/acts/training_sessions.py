"""Acts of training: plans, courses, sessions, enrolment, attendance, marks, certificates."""

from typing import Any

from deploy.local.acts.line import Act, Line

Row = dict[str, str]


def _money(row: Row, name: str) -> int:
    return int(row[name]) * 1_000_000


def _of(line: Line, column: str, by: str) -> list[Row]:
    """The rows of the file that a column names, which belong to this line."""
    return [row for row in line.table(column) if row[by] == line.text(by)]


def _plan(line: Line) -> dict[str, Any]:
    axes = [
        {"code": row["code"], "title": row["title"], "skill": row["skill"], "mode": row["mode"], "budget": _money(row, "asked_millions")} for row in _of(line, "axes", "authority")
    ]
    actions = [
        {
            "axis": row["axis"],
            "title": row["title"],
            "quantity": int(row["quantity"]),
            "starts_on": row["starts_on"],
            "ends_on": row["ends_on"],
            "budget": _money(row, "budget_millions"),
        }
        for row in _of(line, "actions", "authority")
    ]
    years = {"year_from": line.number("year_from"), "year_to": line.number("year_to")}
    return line.common("authority", "title", "currency") | years | {"axes": axes, "actions": actions, "submit": line.yes("submit")}


def _arbitration(line: Line) -> dict[str, Any]:
    return line.common() | {"budgets": {row["code"]: _money(row, "granted_millions") for row in _of(line, "axes", "authority")}}


def _expense(line: Line) -> dict[str, Any]:
    return {"axis": line.text("axis"), "label": line.text("label"), "amount": line.number("amount"), "spent_on": line.text("spent_on"), "done_on": line.text("done_on")}


def _course(line: Line) -> dict[str, Any]:
    return line.common("authority", "code", "title", "kind", "field", "skill", "hours", "provider")


def _session(line: Line) -> dict[str, Any]:
    half_days = [
        {"day": day, "part": part, "facility_code": place}
        for day, part, place in (word.split("/") for word in line.words("half_days"))  # 2025-03-10/morning/VN-22-BVT
    ]
    body = line.common("authority", "title", "axis", "provider", "currency") | {"course_id": line.id_of("course"), "plan_id": line.id_of("plan"), "half_days": half_days}
    return body | {name: line.number(name) for name in ("capacity", "min_participants", "cost")} | {"assessed": line.yes("assessed"), "open": True}


def _people(line: Line) -> list[tuple[str, Row]]:
    return [(line.find("worker", row["worker_no"]), row) for row in _of(line, "people", "session")]


def _enrolments(line: Line) -> dict[str, Any]:
    return line.common() | {"person_ids": [person_id for person_id, _row in _people(line)]}


def _attendance(line: Line) -> dict[str, Any]:
    numbers = range(1, line.number("half_days") + 1)
    entries = []
    for person_id, row in _people(line):
        present = [int(number) for number in row["present"].split()]
        entries.append({"person_id": person_id, "present": present, "absent": [number for number in numbers if number not in present]})
    return line.common() | {"entries": entries}


def _marks(line: Line) -> dict[str, Any]:
    entries = [{"person_id": person_id, "pre": row["pre"] or None, "post": row["post"]} for person_id, row in _people(line) if row["post"]]
    return line.common() | {"entries": entries}


def _credit(line: Line) -> dict[str, Any]:
    return line.common("title", "provider", "hours", "earned_on", "evidence") | {"person_id": line.id_of("worker")}


ACTS: dict[str, Act] = {
    "draft-training-plan": Act("training/plans", _plan),
    "arbitrate-training-plan": Act("training/plans/{plan}/arbitration", _arbitration),
    "approve-training-plan": Act("training/plans/{plan}/approval", lambda line: line.common("decision_number")),
    "enter-training-expense": Act("training/plans/{plan}/expenses", _expense),
    "add-course": Act("training/courses", _course),
    "plan-session": Act("training/sessions", _session),
    "enrol-people": Act("training/sessions/{session}/enrolments", _enrolments),
    "confirm-session": Act("training/sessions/{session}/confirmation", lambda line: line.common()),
    "cancel-session": Act("training/sessions/{session}/cancellation", lambda line: line.common("reason")),
    "enter-attendance": Act("training/sessions/{session}/attendance", _attendance),
    "enter-marks": Act("training/sessions/{session}/marks", _marks),
    "hold-session": Act("training/sessions/{session}/holding", lambda line: line.common()),
    "give-certificates": Act("training/sessions/{session}/certificates", lambda line: line.common()),
    "evaluate-session": Act("training/sessions/{session}/evaluation", lambda line: line.common("satisfaction") | {"answers": line.number("answers")}),
    "declare-credit": Act("training/credits", _credit),
    "judge-credit": Act("training/credits/{credit}/verification", lambda line: line.common("outcome", "comment")),
}
MAKES = {"draft-training-plan": "plan", "add-course": "course", "plan-session": "session", "declare-credit": "credit"}
