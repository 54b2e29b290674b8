"""Acts of cooperation between hospitals and posts: programmes, agreements of a programme, focal points, meetings, referrals."""

from typing import Any

from deploy.local.acts.line import Act, Line
from deploy.local.acts.rotation import obligations


def _programme(line: Line) -> dict[str, Any]:
    targets = [
        {"indicator": row["indicator"], "value": int(row["value"]), "due_on": row["due_on"]} | ({"text": row["text"]} if row["text"] else {})
        for row in line.table("targets")
        if row["programme"] == line.text("reference")
    ]
    return line.common("authority", "code", "title", "policy", "purpose", "starts_on", "ends_on") | {"models": line.words("models"), "targets": targets}


def _agreement(line: Line) -> dict[str, Any]:
    body = line.common("giver_code", "receiver_code", "model", "programme", "number", "starts_on", "ends_on")
    return body | {"programme_id": line.id_of("cooperation programme", "cooperation_programme"), "obligations": obligations(line.text("obligations"))}


def _series(line: Line) -> dict[str, Any]:
    meetings = [{"planned_on": row["planned_on"], "topic": row["topic"]} for row in line.table("meetings") if row["series"] == line.text("reference")]
    return line.common("kind", "title", "specialty") | {"agreement_id": line.id_of("agreement"), "meetings": meetings}


def _outcome(line: Line) -> dict[str, Any]:
    return line.common("outcome", "held_on", "reason") | ({"participants": line.number("participants")} if line.optional("participants") else {})


def _referrals(line: Line) -> dict[str, Any]:
    told = {name: line.text(name) for name in ("facility_code", "month", "done_on")}  # the post and the month name it: it has no reference of its own
    return told | {name: line.number(name) for name in ("referred", "consultations")}


def _focal_point(line: Line) -> dict[str, Any]:
    return line.common("side") | {"person_id": line.id_of("worker")}


ACTS: dict[str, Act] = {
    "publish-cooperation": Act("rotation/cooperation-programmes", _programme),
    "draft-agreement-of-programme": Act("rotation/agreements", _agreement),
    "name-focal-point": Act("rotation/agreements/{agreement}/focal-points", _focal_point),
    "plan-series": Act("rotation/series", _series),
    "say-meeting": Act(lambda line: f"rotation/series/{line.id_of('series')}/meetings/{line.text('number')}/outcome", _outcome),
    "tell-referrals": Act("rotation/referrals", _referrals),
}
MAKES = {"publish-cooperation": "cooperation programme", "draft-agreement-of-programme": "agreement", "plan-series": "series"}
