"""Acts of stays abroad and of sponsored studies."""

from typing import Any

from deploy.local.acts.line import Act, Line


def _participants(line: Line) -> list[dict[str, Any]]:
    """`QN-000412/QN-000455` goes and is replaced by the second one; without one the line says why nobody needs to stand in."""
    people = []
    for word in line.words("participants"):
        worker, _slash, cover = word.partition("/")
        stands_in = {"cover_person_id": line.find("worker", cover)} if cover else {"cover_reason": line.text("cover_reason")}
        people.append({"person_id": line.find("worker", worker)} | stands_in)
    return people


def _stay(line: Line) -> dict[str, Any]:
    return line.common("kind", "title", "country", "region", "host", "field", "led_by", "starts_on", "ends_on") | {"participants": _participants(line)}


def _refused(answer: dict[str, Any]) -> str | None:
    refused = [one["problem"] for one in answer["refused"]]
    return f"{len(refused)} cannot go, first: {refused[0]}" if refused else None


def _application(line: Line) -> dict[str, Any]:
    costs = [{"kind": kind, "amount": line.number(kind)} for kind in ("tuition", "course_expenses", "salary") if line.optional(kind)]
    asked = line.common("programme", "specialty", "institution", "technique", "starts_on", "ends_on", "cover_reason")
    return asked | {"person_id": line.id_of("worker"), "need_id": line.id_of("need"), "full_time": line.yes("full_time"), "cost_items": costs}


ACTS: dict[str, Act] = {
    "propose-stay": Act("training/stay-groups", _stay, _refused),
    "leave-for-stay": Act("training/stay-groups/{stay}/departure", lambda line: line.common()),
    "return-from-stay": Act("training/stay-groups/{stay}/return", lambda line: line.common()),
    "report-on-stay": Act("training/stay-groups/{stay}/report", lambda line: line.common("report") | {"learnt": [line.text("learnt")] if line.optional("learnt") else []}),
    "apply-for-study": Act("training/sponsorships", _application),
    "judge-study": Act("training/sponsorships/{sponsorship}/eligibility", lambda line: line.common("outcome", "comment")),
    "decide-at-board": Act("training/sponsorships/{sponsorship}/board", lambda line: line.common("outcome", "comment")),
    "enrol-in-study": Act("training/sponsorships/{sponsorship}/enrolment", lambda line: line.common()),
    "report-progress": Act("training/sponsorships/{sponsorship}/progress", lambda line: line.common("standing", "comment")),
    "end-study": Act("training/sponsorships/{sponsorship}/outcome", lambda line: line.common("outcome", "diploma_number", "comment")),
    "return-from-study": Act("training/sponsorships/{sponsorship}/return", lambda line: line.common()),
}
MAKES = {"propose-stay": "stay", "apply-for-study": "sponsorship"}
