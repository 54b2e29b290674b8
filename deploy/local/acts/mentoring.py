"""Acts of mentoring: acts of the catalogue, who teaches whom, the logbook, needed levels; skills of a session whose trainers come from elsewhere."""

from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line


def _act(line: Line) -> dict[str, Any]:
    return line.common("authority", "code", "title", "kind", "specialty", "protocol_version")


def _people(line: Line, column: str) -> list[str]:
    return [line.find("worker", number) for number in line.words(column)]


def _mentorship(line: Line) -> dict[str, Any]:
    ground = {"agreement_id": line.id_of("agreement")} if line.optional("agreement") else {}
    return line.common("facility_code", "mentor_facility", "starts_on", "ends_on") | ground | {"acts": line.words("acts"), "mentees": _people(line, "mentees")}


def _entries(line: Line) -> dict[str, Any]:
    """The rows of one sheet: at which level each was found on which day, by whom."""
    items = []
    for row in line.table("entries"):
        if row["sheet"] == line.text("reference"):
            item: dict[str, Any] = {name: row[name] for name in ("act", "found_on", "reassessment", "feedback") if row.get(name)}
            assessors = {f"{name}_id": line.find("worker", row[name]) for name in ("mentor", "second_assessor") if row[name]}
            items.append(item | assessors | {"reference": row["reference"], "person_id": line.find("worker", row["mentee"]), "level": int(row["level"])})
    return {"items": items, "done_on": line.text("done_on")}


def _refused(answer: dict[str, Any]) -> str | None:
    refused = [item["problem"] for item in answer["items"] if item["problem"]]
    return f"{len(refused)} are refused, first: {refused[0]}" if refused else None


def _level(line: Line) -> dict[str, Any]:
    return line.common("found_on") | {"act": line.text("taught"), "person_id": line.id_of("worker"), "level": line.number("level")}


def _target(line: Line) -> dict[str, Any]:
    return line.common("facility_code", "occupation_code", "since") | {"act": line.text("taught"), "level": line.number("level")}


def _session(line: Line) -> dict[str, Any]:
    half_days = [{"day": day, "part": part, "facility_code": place} for day, part, place in (word.split("/") for word in line.words("half_days"))]
    numbers = {name: line.number(name) for name in ("capacity", "min_participants")}
    made = {"course_id": line.id_of("course"), "trainer_facilities": line.words("trainer_facilities"), "assessed": False, "open": True}
    return line.common("authority", "title", "provider") | made | numbers | {"half_days": half_days}


def _skills(line: Line) -> dict[str, Any]:
    return line.common() | {"skills": [{"act": act, "target_level": int(level)} for act, level in (word.split(":") for word in line.words("skills"))]}


def _trainers(line: Line) -> dict[str, Any]:
    """People of another authority: found by its own account, `bachmai/BM-0001`."""
    return line.common() | {"person_ids": [line.find("worker of another authority", f"{line.text('as')}/{number}") for number in line.words("trainers")]}


def _sheet(line: Line) -> dict[str, Any]:
    entries = [
        {"person_id": line.find("worker", row["worker_no"]), "act": row["act"], "level": int(row["level"])} for row in line.table("levels") if row["moment"] == line.text("moment")
    ]
    assessors = {f"{name}_id": line.find("trainer", f"{line.text('session')}/{line.text(name)}") for name in ("assessor", "second_assessor") if line.optional(name)}
    return {name: line.text(name) for name in ("moment", "done_on")} | assessors | {"entries": entries}


ACTS: dict[str, Act] = {
    "publish-act": Act("training/mentoring/acts", _act),
    "open-mentorship": Act("training/mentoring/mentorships", _mentorship),
    "name-mentors": Act("training/mentoring/mentorships/{mentorship}/people", lambda line: line.common() | {"part": "mentor", "person_ids": _people(line, "mentors")}),
    "attest-level": Act("training/mentoring/attested-levels", _level),
    "set-needed-level": Act("training/mentoring/targets", _target),
    "write-logbook": Act("training/mentoring/mentorships/{mentorship}/entries", _entries, _refused),
    "attest-entry": Act("training/mentoring/entries/{entry}/attestation", lambda line: line.common()),
    "plan-session-with-trainers": Act("training/sessions", _session),
    "teach-skills": Act("training/sessions/{session}/skills", _skills),
    "name-trainers": Act("training/sessions/{session}/trainers", _trainers),
    "assess-skills": Act("training/sessions/{session}/skill-levels", _sheet),
}
MAKES = {"open-mentorship": "mentorship", "plan-session-with-trainers": "session"}


def _colleague(player: Asks, _observer: str, reference: str) -> str | None:
    account, number = reference.split("/")
    found = player.ask(account, "GET", "registry/persons", params={"worker_no": number})["items"]
    return str(found[0]["id"]) if found else None


def _trainer(player: Asks, person: str, reference: str) -> str | None:
    """One who teaches in a session, by the name that their facility told."""
    session, name = reference.split("/")
    trainers = player.ask(person, "GET", f"training/sessions/{player.find('session', session)}/skills")["trainers"]
    return next((str(each["person_id"]) for each in trainers if each["name"] == name), None)


def _entry(player: Asks, person: str, reference: str) -> str | None:
    """A line of a logbook by its reference, which begins with the mentorship's: `HN-KC-01/HN-SO-03`."""
    mentorship, own = reference.split("/")
    items = player.ask(person, "GET", "training/mentoring/entries", params={"mentorship": player.find("mentorship", mentorship), "limit": 200})["items"]
    return next((str(each["id"]) for each in items if each["reference"] == own), None)


FINDERS: dict[str, Finder] = {"worker of another authority": _colleague, "trainer": _trainer, "entry": _entry}
