"""Acts of an exchange between two countries: agreements, units that host, calls, dossiers step by step, guests, alumni. Each side's people are found by its own account."""

from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line
from deploy.local.acts.registry import account_of

PLACEMENT = "rotation/placements/{placement}"


def _agreement(line: Line) -> dict[str, Any]:
    places = [{"host_code": host, "quota_per_year": int(quota)} for host, quota in (word.split(":") for word in line.words("places"))]
    body = line.common("giver_code", "receiver_code", "number", "starts_on", "ends_on", "funding", "signed_on")
    previous = {"previous_id": line.find("agreement", line.text("previous"))} if line.optional("previous") else {}
    return body | previous | {"model": "exchange", "programme": "bilateral-exchange", "scope": line.words("scope"), "places": places}


def _unit(line: Line) -> dict[str, Any]:
    return line.common("facility_code", "unit", "specialty") | {"agreement_id": line.id_of("agreement"), "capacity": line.number("capacity")}


def _output(line: Line) -> dict[str, Any]:
    said = {name: line.text(name) for name in ("kind", "title", "happened_on", "done_on")}  # an output is known by its title: it has no reference
    return said | ({"people": line.number("people")} if line.optional("people") else {})


def _call(line: Line) -> dict[str, Any]:
    named = line.common("host_code", "title", "field", "status_type", "language", "language_level", "opens_on", "closes_on")
    return named | {"agreement_id": line.id_of("agreement"), "places": line.number("places")}


def _application(line: Line) -> dict[str, Any]:
    return line.common("starts_on", "ends_on", "purpose", "motivation") | {"call_id": line.id_of("exchange call"), "person_id": _worker(line, "worker")}


def _worker(line: Line, column: str) -> str:
    """Somebody of an authority, found by its account: `yhn/YH-0001`."""
    return line.find("worker of another authority", line.text(column))


def _said(line: Line, *names: str) -> dict[str, Any]:
    """What a step says; it has no reference of its own."""
    return {name: line.text(name) for name in ("done_on", *names) if line.optional(name)}


def _paper(line: Line) -> dict[str, Any]:
    numbers = {name: line.number(name) for name in ("amount", "months") if line.optional(name)}
    return _said(line, "label", "level", "asked_on", "since", "valid_until", "currency") | numbers


def _acceptance(line: Line) -> dict[str, Any]:
    return _said(line) | {"host_unit_id": line.id_of("host unit"), "supervisor_id": _worker(line, "supervisor")}


def _guest(line: Line) -> dict[str, Any]:
    agreement = {"agreement_id": line.id_of("agreement")} if line.optional("agreement") else {}
    return line.common("sent_by", "facility_code", "unit", "field", "starts_on", "ends_on") | agreement | {"person_id": line.find("person by reference", line.text("guest"))}


ACTS: dict[str, Act] = {
    "agree-exchange": Act("rotation/agreements", _agreement),
    "replace-agreement": Act("rotation/agreements/{agreement}/termination", lambda line: _said(line, "reason")),
    "open-host-unit": Act("rotation/host-units", _unit),
    "add-output": Act(lambda line: f"rotation/agreements/{line.id_of('agreement')}/outputs", _output),
    "publish-exchange-call": Act("rotation/exchange-calls", _call),
    "apply-for-exchange": Act("rotation/placements", _application),
    "decide-placement": Act(f"{PLACEMENT}/selection", lambda line: _said(line, "outcome", "reason")),
    "accept-placement": Act(f"{PLACEMENT}/acceptance", _acceptance),
    "enter-paper": Act(lambda line: f"rotation/placements/{line.id_of('placement')}/{line.text('paper')}", _paper),
    "release-for-placement": Act(f"{PLACEMENT}/release", lambda line: _said(line) | ({"replacement_id": _worker(line, "replacement")} if line.optional("replacement") else {})),
    "change-days-of-placement": Act(f"{PLACEMENT}/dates", lambda line: _said(line, "starts_on", "ends_on", "reason")),
    "leave-for-placement": Act(lambda line: f"rotation/placements/{line.id_of('placement')}/departure", _said),
    "confirm-arrival": Act(f"{PLACEMENT}/arrival", _said),
    "review-placement": Act(f"{PLACEMENT}/review", lambda line: _said(line, "text")),
    "end-placement": Act(f"{PLACEMENT}/end", _said),
    "return-from-placement": Act(f"{PLACEMENT}/return", _said),
    "debrief-placement": Act(f"{PLACEMENT}/debriefing", lambda line: _said(line, "text")),
    "enter-guest": Act("rotation/guest-stays", _guest),
    "permit-guest": Act("rotation/guest-stays/{guest stay}/permission", lambda line: _said(line, "number", "may_teach_until", "may_practise_until")),
    "link-account-of-person": Act(
        lambda line: f"registry/accounts/{line.find('account of another authority', '/'.join((line.text('as'), line.text('account'))))}/person",
        lambda line: {"person_id": _worker(line, "worker")},
    ),
}
MAKES = {
    "agree-exchange": "agreement",
    "open-host-unit": "host unit",
    "publish-exchange-call": "exchange call",
    "apply-for-exchange": "placement",
    "enter-guest": "guest stay",
}


def _by_reference(player: Asks, _observer: str, reference: str) -> str | None:
    """A person whom an authority entered under a reference of its own: `yhn/HN-EX-01`."""
    account, own = reference.split("/", 1)
    found = player.ask(account, "POST", "registry/persons/lookup", json={"references": [own]})["items"]
    return str(found[0]["id"]) if found else None


def _account(player: Asks, _observer: str, reference: str) -> str | None:
    """The account of a worker, found by that of their authority: `yhn/nga-yhn`."""
    account, username = reference.split("/", 1)
    return account_of(player, account, username, role="health-worker")


FINDERS: dict[str, Finder] = {"person by reference": _by_reference, "account of another authority": _account}
