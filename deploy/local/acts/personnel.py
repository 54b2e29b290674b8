"""Acts of the personnel file: probations, lists of pay steps, benefits, awards; and how what they propose is found."""

from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line


def _workers(line: Line) -> list[str]:
    return [line.find("worker", number) for number in line.words("workers")]


def _report(line: Line) -> dict[str, Any]:
    return line.common("text") | {"favourable": line.yes("favourable")}


def _pay_steps(line: Line) -> dict[str, Any]:
    early = {"early_months": line.number("early_months"), "early_reason": line.text("early_reason")} if line.optional("early_months") else {}
    return line.common() | {"lines": [{"pay_step_id": line.find("pay step", number)} | early for number in line.words("workers")]}


def _benefit(line: Line) -> dict[str, Any]:
    amount = {"amount": line.number("amount")} if line.optional("amount") else {}
    return line.common("kind", "percent", "currency", "frequency", "starts_on", "ends_on", "basis") | amount | {"person_ids": _workers(line)}


def _award(line: Line) -> dict[str, Any]:
    return line.common("title", "level", "achievement", "evidence", "facility_code", "given_on") | {
        "year": line.number("year"),
        "person_ids": _workers(line) if line.optional("workers") else [],
    }


def _refused(answer: dict[str, Any]) -> str | None:
    problems = [item["problem"] for item in answer.get("items", []) if item["problem"]] or [item["problem"] for item in answer.get("refused", [])]
    return f"{len(problems)} are refused, first: {problems[0]}" if problems else None


ACTS: dict[str, Act] = {
    "name-mentor": Act("appointment/probations/{probation}/mentor", lambda line: line.common() | {"mentor_id": line.find("worker", line.text("mentor"))}),
    "enter-mentor-report": Act("appointment/probations/{probation}/mentor-report", _report),
    "give-opinion": Act("appointment/probations/{probation}/opinion", _report),
    "propose-outcome": Act("appointment/probations/{probation}/outcome", lambda line: line.common("outcome", "reason")),
    "propose-pay-steps": Act("appointment/pay-step-lists", _pay_steps, _refused),
    "propose-benefit": Act("appointment/benefits", _benefit, _refused),
    "propose-award": Act("appointment/awards", _award, _refused),
}
MAKES = {"propose-pay-steps": "pay-step-list"}


def _probation(player: Asks, person: str, reference: str) -> dict[str, Any] | None:
    """The probation that a hire of the story opened."""
    found: list[dict[str, Any]] = player.ask(person, "GET", "appointment/probations", params={"source_id": player.find("hire", reference)})["items"]
    return found[0] if found else None


def _probation_id(player: Asks, person: str, reference: str) -> str | None:
    found = _probation(player, person, reference)
    return str(found["id"]) if found else None


def _outcome(player: Asks, person: str, reference: str) -> str | None:
    """What the register filed for the outcome of a hire's probation."""
    found = _probation(player, person, reference)
    return found["decision_source_id"] if found else None


def _pay_step(player: Asks, person: str, reference: str) -> str | None:
    """The step that a worker held when the story's lists were proposed: the one of the opening balance."""
    worker = player.find("worker", reference)
    found = player.ask(person, "GET", "appointment/pay-steps", params={"person": worker})["items"]
    return str(found[0]["id"]) if found else None


def _proposal(things: str) -> Finder:
    def find(player: Asks, person: str, reference: str) -> str | None:
        found = player.ask(person, "GET", f"appointment/{things}", params={"reference": reference, "limit": 1})["items"]
        return str(found[0]["proposal_id"]) if found else None

    return find


FINDERS: dict[str, Finder] = {
    "probation": _probation_id,
    "probation-outcome": _outcome,
    "pay step": _pay_step,
    "benefit": _proposal("benefits"),
    "award": _proposal("awards"),
}
