"""Acts around candidates: what is published and who applies for it, prospects who are contacted, dossiers of accompaniment, and partner services.

Whoever applies on the site has not signed in: the line's `as` is `anyone`, and the secret of their private link is in the column `key`. What is done
several times to one thing (a dossier is written in, a request answered, an application moved on) has its own name in the column `thing`.
"""

import json
from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line
from deploy.local.acts.registry import account_of

API = "recruitment"


def _vacancy(line: Line) -> dict[str, Any]:
    told = line.common("title", "about", "contract", "hours", "pay", "starts_from", "housing", "childcare", "transport", "opens_on", "closes_on")
    return told | {"need_id": line.id_of("need")}


def _said(line: Line) -> dict[str, Any]:
    told = {name: line.text(name) for name in ("degree", "experience", "available_from", "message") if line.optional(name)}
    return told | {"vacancy_ids": [line.find("vacancy", one) for one in line.words("vacancies")], "wishes": line.words("wishes"), "consent": True}


def _entered(line: Line) -> dict[str, Any]:
    return line.common() | _said(line) | {"person_id": line.id_of("person")}


def _from_the_site(line: Line) -> dict[str, Any]:
    return {"application": json.dumps(_said(line) | {name: line.text(name) for name in ("name", "email", "phone", "key") if line.optional(name)})}


def _outreach(line: Line) -> dict[str, Any]:
    told = line.common("authority", "occupation_code", "channel", "outcome", "words", "follow_up_on")
    return told | {"person_id": line.id_of("person"), "pool_id": line.id_of("pool")}


def _dossier(line: Line) -> dict[str, Any]:
    return line.common("authority", "goal", "next_step", "next_on") | {"person_id": line.id_of("person"), "pool_id": line.id_of("pool")}


def _offer(line: Line) -> dict[str, Any]:
    told = line.common("facility_code", "kind", "title", "place", "conditions", "available_from", "available_to")
    return told | {"pool_id": line.id_of("pool"), "capacity": line.number("capacity")}


def _request(line: Line) -> dict[str, Any]:
    told = line.common("kind", "wanted", "place", "wanted_from", "partner_code")
    return told | {"pool_id": line.id_of("pool"), "accompaniment_id": line.id_of("accompaniment")}


def _answer(line: Line) -> dict[str, Any]:
    told = line.common("outcome", "refused_by", "reason", "words")
    return told | ({"offer_id": line.id_of("service offer", "offer")} if line.optional("offer") else {})


ACTS: dict[str, Act] = {
    "publish-vacancy": Act(f"{API}/vacancies", _vacancy),
    "withdraw-vacancy": Act(f"{API}/vacancies/{{vacancy}}/withdrawal", lambda line: line.common("reason")),
    "enter-application": Act(f"{API}/applications", _entered),
    "apply-on-site": Act(f"{API}/public/applications", _from_the_site, files=lambda line: {"cv": line.file("cv")}),
    "take-back-on-site": Act(f"{API}/public/application/withdrawal", lambda line: {"key": line.text("key")}),
    "move-application": Act(
        lambda line: f"{API}/applications/choices/{line.find('choice of an application', line.text('choice'))}/step", lambda line: line.common("step", "reason")
    ),
    "contact-prospect": Act(f"{API}/outreaches", _outreach),
    "open-accompaniment": Act(f"{API}/accompaniments", _dossier),
    "write-in-accompaniment": Act(
        lambda line: f"{API}/accompaniments/{line.id_of('accompaniment')}/entries", lambda line: line.common("kind", "channel", "words", "next_step", "next_on")
    ),
    "close-accompaniment": Act(lambda line: f"{API}/accompaniments/{line.id_of('accompaniment')}/closing", lambda line: line.common("outcome", "words")),
    "offer-service": Act(f"{API}/service-offers", _offer),
    "ask-service": Act(f"{API}/service-requests", _request),
    "answer-service": Act(lambda line: f"{API}/service-requests/{line.id_of('service request', 'request')}/answer", _answer),
    "link-candidate": Act(lambda line: f"registry/accounts/{line.find('account of a candidate', line.text('account'))}/person", lambda line: {"person_id": line.id_of("person")}),
}
MAKES = {
    "publish-vacancy": "vacancy",
    "enter-application": "site application",
    "open-accompaniment": "accompaniment",
    "offer-service": "service offer",
    "ask-service": "service request",
}


def _choice(player: Asks, person: str, reference: str) -> str | None:
    """One employer's post of an application: `PR-APP-01 FR-44-HIPR`."""
    application, facility = reference.split()
    found = player.ask(person, "GET", f"{API}/applications/{player.find('site application', application)}")["choices"]
    return next((str(choice["id"]) for choice in found if choice["facility_code"] == facility), None)


def _account(player: Asks, person: str, username: str) -> str | None:
    """The account of a candidate, by user name."""
    return account_of(player, person, username, role="candidate")


FINDERS: dict[str, Finder] = {"choice of an application": _choice, "account of a candidate": _account}
