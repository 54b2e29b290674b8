"""Acts on the register of decisions: whatever a story proposes is signed on the one signing table.

`sign-decision` names what was proposed by its kind (`of`) and reference (`thing`); `sign-decisions` names many at once,
their references with a space between. Both wait until the register has heard of them. `number-decision`, `revoke-decision`,
`replace-decision` with `sign-replacement`, `sign-commitment` and `pay-part` name the thing in the same way.
"""

import time
from collections.abc import Callable
from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line

HEARD_WITHIN_SECONDS = 180
MOST_AT_ONCE = 200


def _decisions_about(player: Asks, person: str, things: str) -> str | None:
    """The decisions that some things asked for, in their order, once the register has heard of all of them."""
    wanted = things.split()
    deadline = time.monotonic() + HEARD_WITHIN_SECONDS
    while True:
        found = player.ask(person, "GET", "appointment/decisions", params={"source_id": wanted, "limit": MOST_AT_ONCE})["items"]
        filed = {item["source_id"]: item["id"] for item in found if not item["supersedes"]}  # a later text about the same thing is named by its own act
        if len(filed) == len(set(wanted)):
            return " ".join(filed[thing] for thing in wanted)
        if time.monotonic() > deadline:
            return None
        time.sleep(0.1)


def _replacement_about(player: Asks, person: str, thing: str) -> str | None:
    """The newest text in place of an earlier decision about a thing, whether it waits or was signed in an earlier play."""
    found = player.ask(person, "GET", "appointment/decisions", params={"source_id": thing})["items"][::-1]
    return next((item["id"] for item in found if item["supersedes"]), None)


def _commitment_about(player: Asks, person: str, thing: str) -> str | None:
    """The commitment that a hire or a study opened, once it is known."""
    found = _when_heard(lambda: player.ask(person, "GET", "appointment/commitments", params={"source_id": thing})["items"])
    return found[0]["id"] if found else None


def _payment_about(player: Asks, person: str, thing_and_part: str) -> str | None:
    """One part of the benefit that a hire gave."""
    thing, part = thing_and_part.split("/")
    found = player.ask(person, "GET", "appointment/commitments", params={"source_id": thing})["items"]
    return next((payment["id"] for item in found for payment in item["payments"] if payment["place"] == int(part)), None)


def _when_heard(ask: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What a service answers once it has heard of it, within some patience."""
    deadline = time.monotonic() + HEARD_WITHIN_SECONDS
    while not (found := ask()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _thing(line: Line) -> str:
    return line.id_of(line.text("of"), "thing")


def _decision(line: Line) -> str:
    return line.find("decisions about", _thing(line))


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
    "number-decision": Act(lambda line: f"appointment/decisions/{_decision(line)}/numbering", lambda line: line.common() | {"number": line.text("decision_number")}),
    "revoke-decision": Act(
        lambda line: f"appointment/decisions/{_decision(line)}/revocation", lambda line: line.common("reason", "effective_on") | {"number": line.text("decision_number")}
    ),
    "replace-decision": Act(
        lambda line: f"appointment/decisions/{_decision(line)}/supersession",
        lambda line: {"legal_basis": [line.text("legal_basis")], "reason": line.text("reason"), "done_on": line.text("done_on")},
    ),
    "sign-replacement": Act(lambda line: f"appointment/decisions/{line.find('replacement about', _thing(line))}/signature", _signature),
    "sign-commitment": Act(
        lambda line: f"appointment/commitments/{line.find('commitment about', _thing(line))}/signature",
        lambda line: {"done_on": line.text("done_on"), "signed_with": line.text("signed_with")},
    ),
    "pay-part": Act(
        lambda line: f"appointment/payments/{line.find('payment about', _thing(line) + '/' + line.text('part'))}/payment",
        lambda line: {"done_on": line.text("done_on"), "voucher": line.text("voucher")},
    ),
}
FINDERS: dict[str, Finder] = {
    "decisions about": _decisions_about,
    "replacement about": _replacement_about,
    "commitment about": _commitment_about,
    "payment about": _payment_about,
}
