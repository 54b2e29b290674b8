"""Acts on the register of decisions: whatever a story proposes is signed on the one signing table.

`sign-decision` names what was proposed by its kind (`of`) and reference (`thing`); `sign-decisions` names many at once,
their references with a space between. Both wait until the register has heard of them.
"""

import time
from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line

HEARD_WITHIN_SECONDS = 60
MOST_AT_ONCE = 200


def _decisions_about(player: Asks, person: str, things: str) -> str | None:
    """The decisions that some things asked for, in their order, once the register has heard of all of them."""
    wanted = things.split()
    deadline = time.monotonic() + HEARD_WITHIN_SECONDS
    while True:
        found = player.ask(person, "GET", "appointment/decisions", params={"source_id": wanted, "limit": MOST_AT_ONCE})["items"]
        newest = {item["source_id"]: item["id"] for item in found}  # a new text about the same thing was filed after the one that it replaces
        if len(newest) == len(set(wanted)):
            return " ".join(newest[thing] for thing in wanted)
        if time.monotonic() > deadline:
            return None
        time.sleep(0.1)


def _decision(line: Line) -> str:
    return line.find("decisions about", line.id_of(line.text("of"), "thing"))


def _signature(line: Line) -> dict[str, Any]:
    given = {"number": line.optional("decision_number"), "retroactive_reason": line.optional("retroactive_reason"), "done_on": line.optional("done_on")}
    return {name: value for name, value in given.items() if value}


def _signatures(line: Line) -> dict[str, Any]:
    things = [line.find(line.text("of"), thing) for thing in line.words("thing")]
    decisions = line.find("decisions about", " ".join(things)).split()
    numbers = line.words("decision_number") if line.optional("decision_number") else [None] * len(decisions)
    body: dict[str, Any] = {
        "decisions": [{"id": decision} | ({"number": number} if number else {}) for decision, number in zip(decisions, numbers, strict=True)],
        "signed_on": line.text("done_on"),
    }
    return body | ({"retroactive_reason": line.text("retroactive_reason")} if line.optional("retroactive_reason") else {})


def _refused(answer: dict[str, Any]) -> str | None:
    refused = [item["problem"] for item in answer["items"] if item["problem"]]
    return f"{len(refused)} are refused, first: {refused[0]}" if refused else None


ACTS: dict[str, Act] = {
    "sign-decision": Act(lambda line: f"appointment/decisions/{_decision(line)}/signature", _signature),
    "sign-decisions": Act("appointment/decisions/signatures", _signatures, _refused),
}
FINDERS: dict[str, Finder] = {"decisions about": _decisions_about}
