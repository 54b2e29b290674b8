"""Acts of rotation: agreements, visits, support requests, missions, techniques."""

from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line

Row = dict[str, str]


def _given(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names if row.get(name)}


def obligations(text: str) -> list[dict[str, Any]]:
    """`surgery:2:laparoscopic-appendectomy paediatrics:1` as the agreement's obligations."""
    found = []
    for word in text.split():
        specialty, visits, *techniques = word.split(":")
        found.append({"specialty": specialty, "visits_per_month": int(visits), "techniques": techniques})
    return found


def _agreements(line: Line) -> dict[str, Any]:
    items = [
        _given(row, "reference", "giver_code", "receiver_code", "model", "programme", "number", "starts_on", "ends_on", "signed_on")
        | {"obligations": obligations(row["obligations"]), "done_on": line.text("done_on")}
        for row in line.table("agreements")
    ]
    return {"items": items}


def _signatures(line: Line) -> dict[str, Any]:
    return {"side": line.text("side"), "agreements": line.words("agreements"), "done_on": line.text("done_on")}


def _visits(line: Line) -> dict[str, Any]:
    items = []
    for row in line.table("visits"):
        if row["sheet"] != line.text("reference"):
            continue
        item: dict[str, Any] = _given(row, "agreement", "specialty", "outcome", "planned_on", "held_on", "month", "reason")
        items.append(item | ({"consultations": int(row["consultations"])} if row["consultations"] else {}))
    return {"items": items, "done_on": line.text("done_on")}


def _refused(answer: dict[str, Any]) -> str | None:
    refused = [item["problem"] for item in answer["items"] if item["problem"]]
    return f"{len(refused)} are refused, first: {refused[0]}" if refused else None


def _people(line: Line, column: str) -> list[str]:
    return [line.find("worker", number) for number in line.words(column)]


def _request(line: Line) -> dict[str, Any]:
    body = line.common("receiver_code", "giver_code", "mode", "specialty", "technique", "urgency", "wanted_from", "text")
    levels = {name: line.number(name) for name in ("baseline_level", "target_level", "days_needed") if line.optional(name)}
    ready = {name: line.yes(name) for name in ("equipment_ready", "licence_scope_ready")}
    return body | levels | ready | {"learners": _people(line, "learners")} | ({"need_id": line.id_of("need")} if line.optional("need") else {})


def _mission(line: Line) -> dict[str, Any]:
    body: dict[str, Any] = line.common("receiver_code", "programme", "technique", "specialty", "mode", "pattern", "starts_on", "ends_on", "objectives", "currency")
    body |= {"person_id": line.id_of("worker"), "allowance": line.number("allowance")}
    body |= {"weekdays": [int(day) for day in line.words("weekdays")]} if line.optional("weekdays") else {}
    body |= {"autonomy_level": line.number("autonomy_level")} if line.optional("autonomy_level") else {}
    return body | ({"request_id": line.id_of("support request", "request")} if line.optional("request") else {})


def _report(line: Line) -> dict[str, Any]:
    counts = {name: line.number(name) for name in ("cases", "people_trained") if line.optional(name)}
    return {name: line.text(name) for name in ("side", "summary", "done_on")} | counts


def _package(line: Line) -> dict[str, Any]:
    items = [_given(row, "code", "title") for row in line.table("items") if row["technique"] == line.text("code")]
    numbers = {name: line.number(name) for name in ("target_level", "min_cases_supervised", "min_cases_autonomous")}
    return line.common("authority", "code", "title", "specialty") | numbers | {"items": items}


def _levels(line: Line) -> dict[str, Any]:
    """The rows of one sheet: who was found at which level for each item, by whom."""
    rows = [row for row in line.table("levels") if row["sheet"] == line.text("reference")]
    levels = []
    for row in rows:
        assessors = {name: line.find("worker", row[name]) for name in ("assessor", "second_assessor") if row[name]}
        levels.append({"person_id": line.find("worker", row["learner"]), "item": row["item"], "level": int(row["level"])} | assessors)
    return {"levels": levels, "assessed_on": line.text("done_on"), "done_on": line.text("done_on")}


def _cases(line: Line) -> dict[str, Any]:
    return {name: line.text(name) for name in ("month", "done_on")} | {name: line.number(name) for name in ("supervised", "autonomous")}


def _licence(line: Line) -> dict[str, Any]:
    return line.common("number", "authority", "issued_on", "expires_on") | {"person_id": line.id_of("worker"), "scope": line.words("scope")}


ACTS: dict[str, Act] = {
    "record-licence": Act("registry/licences", _licence),
    "draft-agreements": Act("rotation/agreements/batch", _agreements, _refused),
    "sign-agreements": Act("rotation/agreements/signatures", _signatures, _refused),
    "record-visits": Act("rotation/visits/batch", _visits, _refused),
    "ask-for-support": Act("rotation/support-requests", _request),
    "decide-support": Act(lambda line: f"rotation/support-requests/{line.id_of('support request', 'request')}/decision", lambda line: line.common("outcome", "comment")),
    "propose-mission": Act("rotation/missions", _mission),
    "agree-at-source": Act("rotation/missions/{mission}/source-agreement", lambda line: line.common("outcome", "handover", "reason")),
    "answer-for-worker": Act("rotation/missions/{mission}/worker-answer", lambda line: line.common("answer", "reason")),
    "agree-at-destination": Act("rotation/missions/{mission}/destination-agreement", lambda line: line.common("outcome", "lodging", "transport", "reason")),
    "leave-for-mission": Act("rotation/missions/{mission}/departure", lambda line: line.common()),
    "end-mission": Act("rotation/missions/{mission}/end", lambda line: line.common()),
    "report-mission": Act("rotation/missions/{mission}/reports", _report),
    "evaluate-mission": Act("rotation/missions/{mission}/evaluation", lambda line: line.common("objectives_met", "comment")),
    "close-mission": Act("rotation/missions/{mission}/closure", lambda line: line.common()),
    "publish-package": Act("rotation/technique-packages", _package),
    "plan-technique": Act("rotation/techniques", lambda line: line.common("technique", "facility_code", "core_code") | {"learners": _people(line, "learners")}),
    "record-levels": Act("rotation/techniques/{technique}/levels", _levels),
    "record-cases": Act("rotation/techniques/{technique}/cases", _cases),
    "step-technique": Act("rotation/techniques/{technique}/step", lambda line: {"step": line.text("step"), "done_on": line.text("done_on")}),
    "accept-technique": Act("rotation/techniques/{technique}/acceptance", lambda line: line.common("comment")),
}
MAKES = {"ask-for-support": "support request", "propose-mission": "mission", "plan-technique": "technique"}


def _agreement(player: Asks, person: str, reference: str) -> str | None:
    """An agreement of a batch or of an import, by its reference."""
    found = player.ask(person, "GET", "rotation/agreements", params={"reference": reference})["items"]
    return str(found[0]["id"]) if found else None


FINDERS: dict[str, Finder] = {"agreement": _agreement}
