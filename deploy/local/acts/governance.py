"""Acts of a ministry that governs: meetings and what became of them, a plan and its actions, delegations, and requests at the counter."""

from typing import Any

from deploy.local.acts.line import Act, Line

OBSERVATORY = "observatory"


def _step(line: Line) -> dict[str, Any]:
    """An act whose reference only tells one line from another."""
    return {name: value for name in ("done_on", "reason", "comment") if (value := line.optional(name))}


def _meeting(line: Line) -> dict[str, Any]:
    body = line.common("starts_on", "ends_on", "place", "area_code") | {"body_id": line.id_of("meeting body", "body"), "number": line.number("number")}
    if line.optional("within"):
        body["within_id"] = line.find("meeting", line.text("within"))
    if line.optional("agenda"):
        body["agenda"] = [{"day": row["day"], "subject": row["subject"]} for row in line.table("agenda") if row["meeting"] == line.text("reference")]
    return body


def _participants(line: Line) -> dict[str, Any]:
    rows = [row for row in line.table("participants") if row["meeting"] == line.text("meeting")]
    delegations = [
        {"area_code": row["area_code"], "capacity": row["capacity"], "people": int(row["people"]), "person_ids": [line.find("worker", number) for number in row["workers"].split()]}
        for row in rows
    ]
    return _step(line) | {"delegations": delegations}


def _follow_up(line: Line) -> dict[str, Any]:
    later = {"meeting_id": line.find("meeting", line.text("seen_by"))} if line.optional("seen_by") else {}
    return {name: line.text(name) for name in ("outcome", "evidence", "done_on")} | later


def _strategy(line: Line) -> dict[str, Any]:
    axes: dict[str, list[str]] = {}
    for row in line.table("axes"):
        axes.setdefault(row["axis"], []).append(row["objective"])
    return line.common("authority", "title", "starts_on", "ends_on") | {"axes": [{"title": axis, "objectives": objectives} for axis, objectives in axes.items()]}


def _action(line: Line) -> dict[str, Any]:
    body = line.common("title", "owner", "area_code", "indicator", "indicator_area", "starts_on", "due_on")
    body |= {"axis": line.number("axis"), "objective": line.number("objective")}
    if line.optional("target"):
        body["target"] = line.number("target")
    return body | ({"resolution_id": line.find("resolution", line.text("resolution"))} if line.optional("resolution") else {})


def _request(line: Line) -> dict[str, Any]:
    asker = line.id_of("person" if line.optional("person") else "worker")  # not everybody who asks works here
    return line.common("facility_code", "procedure", "note") | {"person_id": asker}


ACTS: dict[str, Act] = {
    "found-committee": Act(f"{OBSERVATORY}/meeting-bodies", lambda line: line.common("authority", "code", "title", "kind")),
    "plan-meeting": Act(f"{OBSERVATORY}/meetings", _meeting),
    "say-participants": Act(f"{OBSERVATORY}/meetings/{{meeting}}/participants", _participants),
    "hold-meeting": Act(f"{OBSERVATORY}/meetings/{{meeting}}/holding", _step),
    "adopt-minutes": Act(f"{OBSERVATORY}/meetings/{{meeting}}/adoption", _step),
    "write-resolution": Act(f"{OBSERVATORY}/meetings/{{meeting}}/resolutions", lambda line: line.common("kind", "text", "owner", "area_code", "due_on")),
    "follow-resolution": Act(f"{OBSERVATORY}/resolutions/{{resolution}}/follow-ups", _follow_up),
    "draft-strategy": Act(f"{OBSERVATORY}/strategies", _strategy),
    "approve-strategy": Act(f"{OBSERVATORY}/strategies/{{strategy}}/approval", _step),
    "add-plan-action": Act(f"{OBSERVATORY}/strategies/{{strategy}}/actions", _action),
    "report-plan-progress": Act(
        f"{OBSERVATORY}/strategy-actions/{{plan action}}/progress", lambda line: {"percent": line.number("percent"), "text": line.text("text"), "done_on": line.text("done_on")}
    ),
    "close-plan-action": Act(f"{OBSERVATORY}/strategy-actions/{{plan action}}/closure", lambda line: {name: line.text(name) for name in ("outcome", "evidence", "done_on")}),
    "delegate-act": Act(
        "appointment/delegations",
        lambda line: line.common("authority", "rank", "place", "competent", "nature", "citation", "valid_from", "valid_to") | {"act": line.text("delegated")},
    ),
    "receive-request": Act("registry/requests", _request),
    "answer-request": Act(lambda line: f"registry/requests/{line.id_of('request')}/{line.text('step')}", _step),
}
MAKES = {
    "found-committee": "meeting body",
    "plan-meeting": "meeting",
    "write-resolution": "resolution",
    "draft-strategy": "strategy",
    "add-plan-action": "plan action",
    "delegate-act": "delegation",
    "receive-request": "request",
}
