"""Acts of a pool of employers: charter and members, rounds, needs and resources, people who look for work and their consents, matching, bridges.

What is done several times to one thing (a member joins, a member answers, a person consents) has its own name in the column `thing`.
"""

from collections.abc import Callable
from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line

API = "recruitment"


def _need(line: Line) -> dict[str, Any]:
    body = line.common("facility_code", "occupation_code", "specialty", "reason", "wanted_from", "difficulty") | {"quantity": 1, "pool_id": line.id_of("pool")}
    body |= {"round_id": line.id_of("pool round", "round")} if line.optional("round") else {}
    return body | ({"post_id": line.id_of("post")} if line.optional("post") else {})


def _resource(line: Line) -> dict[str, Any]:
    body = line.common("facility_code", "kind", "occupation_code", "quantity", "available_from", "available_to", "note") | {"pool_id": line.id_of("pool")}
    return body | ({"round_id": line.id_of("pool round", "round")} if line.optional("round") else {})


def _profile(line: Line) -> dict[str, Any]:
    told = line.common("occupation_code", "specialty", "available_from", "note")
    return told | {"pool_id": line.id_of("pool"), "person_id": line.id_of("person"), "places": line.words("places")}


def _campaign(line: Line) -> dict[str, Any]:
    return line.common("code", "title", "authority", "opens_on", "closes_on") | {"need_ids": [line.find("need", need) for need in line.words("needs")]}


def _bridge(line: Line) -> dict[str, Any]:
    told = line.common("from_occupation", "to_occupation", "training", "evidence")
    return told | {"pool_id": line.id_of("pool"), "months": line.number("months"), "partners": line.words("partners")}


def _of_member(act: str) -> Callable[[Line], str]:
    def path(line: Line) -> str:
        member = line.find("member of a pool", f"{line.text('pool')} {line.text('facility_code')}")
        return f"{API}/pools/{line.id_of('pool')}/partners/{member}/{act}"

    return path


ACTS: dict[str, Act] = {
    "open-pool": Act(f"{API}/pools", lambda line: line.common("code", "title", "authority", "purpose")),
    "publish-charter": Act(f"{API}/pools/{{pool}}/charters", lambda line: {"words": line.text("words").replace("\\n", "\n"), "done_on": line.text("done_on")}),
    "join-pool": Act(lambda line: f"{API}/pools/{line.id_of('pool')}/partners", lambda line: line.common("facility_code", "takes_part_as")),
    "accept-charter": Act(_of_member("acceptance"), lambda line: line.common("signed_as")),
    "leave-pool": Act(_of_member("leaving"), lambda line: line.common("reason")),
    "ask-round": Act(f"{API}/pools/{{pool}}/rounds", lambda line: line.common("title", "due_on") | {"facility_codes": line.words("facility_codes")}),
    "answer-round": Act(lambda line: f"{API}/pool-rounds/{line.id_of('pool round', 'round')}/answers", lambda line: line.common("facility_code", "comment")),
    "put-need-before-pool": Act(f"{API}/needs", _need),
    "close-need": Act(f"{API}/needs/{{need}}/closing", lambda line: line.common("reason")),
    "offer-resource": Act(f"{API}/pool-resources", _resource),
    "open-profile": Act(f"{API}/profiles", _profile),
    "give-consent": Act(lambda line: f"{API}/profiles/{line.id_of('profile')}/consents", lambda line: line.common("means") | {"partners": line.words("partners")}),
    "withdraw-consent": Act(f"{API}/profiles/{{profile}}/consent-withdrawal", lambda line: line.common()),
    "end-profile": Act(f"{API}/profiles/{{profile}}/ending", lambda line: line.common("closing")),
    "decide-match": Act(f"{API}/matches", lambda line: line.common("outcome", "reason") | {"need_id": line.id_of("need"), "profile_id": line.id_of("profile")}),
    "open-bridge": Act(f"{API}/bridges", _bridge),
    "take-bridge": Act(f"{API}/bridges/{{bridge}}/crossings", lambda line: line.common("to_facility") | {"profile_id": line.id_of("profile")}),
    "end-crossing": Act(f"{API}/crossings/{{crossing}}/outcome", lambda line: line.common("outcome")),
    "prepare-pooled-campaign": Act(f"{API}/campaigns", _campaign),
}
MAKES = {
    "open-pool": "pool",
    "ask-round": "pool round",
    "put-need-before-pool": "need",
    "offer-resource": "resource",
    "open-profile": "profile",
    "decide-match": "match",
    "open-bridge": "bridge",
    "take-bridge": "crossing",
    "prepare-pooled-campaign": "campaign",
}


def _member(player: Asks, person: str, reference: str) -> str | None:
    """A member of a pool, by the code of its facility."""
    pool, facility = reference.rsplit(" ", 1)
    partners = player.ask(person, "GET", f"{API}/pools/{player.find('pool', pool)}")["partners"]
    return next((str(partner["id"]) for partner in partners if partner["facility_code"] == facility and partner["state"] == "member"), None)


FINDERS: dict[str, Finder] = {"member of a pool": _member}
