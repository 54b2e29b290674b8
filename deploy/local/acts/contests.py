"""Acts of a contest: the notice, the jury, applications, marks by number, the list, and the offers that follow.

Numbers are drawn by the system: a sheet of marks names numbers, and nobody who plays knows whose they are. Who is called is
therefore found by rank: `C-1 MA-IP 3` is the third of the nurses' list of the contest C-1.

Whoever applies on the site has not signed in: the secret of their private link is in the column `key`, and later lines name the application by it.
"""

import base64
import json
from typing import Any, cast

from deploy.local.acts.line import ANYONE, Act, Asks, Finder, Line

API = "recruitment/contests"


def _contest(line: Line) -> dict[str, Any]:
    papers = [row | {"minutes": int(row["minutes"]), "double_marked": row["double_marked"] == "yes"} for row in line.table("papers")]
    return line.common("code", "title", "authority", "grade", "opening_decision", "opens_on", "closes_on", "exam_on") | {
        "need_ids": [line.find("need", need) for need in line.words("needs")],
        "papers": papers,
    }


def _application(line: Line) -> dict[str, Any]:
    contest, occupation = line.text("contest"), line.text("occupation_code")
    return line.common("occupation_code", "degree", "experience", "quota", "priority") | {
        "contest_id": line.id_of("contest"),
        "lot_id": line.find("lot of a contest", f"{contest} {occupation}"),
        "person_id": line.id_of("person"),
        "choices": [line.find("need", need) for need in line.words("choices")],
        "documents": line.words("documents"),
    }


def _typed(line: Line) -> dict[str, Any]:
    """The form on the site, under the names of its fields."""
    typed = {name: line.text(name) for name in ("name", "birth_date", "email", "phone", "occupation_code", "degree", "experience", "quota", "key") if line.optional(name)}
    choices = {f"choice_{place}": line.find("need", need) for place, need in enumerate(line.words("choices"), start=1)}
    return typed | choices | {"lot_id": line.find("lot of a contest", f"{line.text('contest')} {line.text('occupation_code')}"), "consent": "true"}


def _done_on(line: Line) -> dict[str, Any]:
    """Acts whose reference only tells one line from another."""
    return {"done_on": line.text("done_on")} if line.optional("done_on") else {}


def _marks(line: Line) -> dict[str, Any]:
    marks = [{"number": row["number"], "mark": row["mark"] or None} for row in line.table("marks")]
    return _done_on(line) | {"paper": line.text("paper"), "marks": marks}


def _hire(line: Line) -> dict[str, Any]:
    candidacy, post = line.find("called candidacy", line.text("called")).split()
    return line.common("starts_on") | {"candidacy_id": candidacy, "post_id": post}


STEP = _done_on
ACTS: dict[str, Act] = {
    "open-contest": Act(API, _contest),
    "name-jury-member": Act(
        f"{API}/{{contest}}/members",
        lambda line: _done_on(line) | {"account": line.find("account that signs in", line.text("account")), "title": line.text("title"), "role": line.text("role")},
    ),
    "publish-contest": Act(f"{API}/{{contest}}/publication", STEP),
    "apply-in-contest": Act("recruitment/contest-applications", _application),
    "apply-in-contest-on-site": Act(
        "jobs/contests/{contest}/apply", _typed, files=lambda line: {name: line.file(name) for name in ("identity_paper", "degree_paper")}, on_page=True
    ),
    "judge-application": Act(
        "recruitment/contest-applications/{application}/admissibility",
        lambda line: (
            _done_on(line) | {"outcome": line.text("outcome"), "quota_proven": line.yes("quota_proven")} | ({"reason": line.text("reason")} if line.optional("reason") else {})
        ),
    ),
    "declare-jury-conflict": Act(
        f"{API}/{{contest}}/conflicts",
        lambda line: (
            _done_on(line)
            | {
                "member_id": line.find("member of a jury", f"{line.text('contest')} {line.text('account')}"),
                "application_id": line.id_of("application"),
                "ground": line.text("ground"),
            }
        ),
    ),
    "post-contest-list": Act(f"{API}/{{contest}}/posting", STEP),
    "give-contest-numbers": Act(f"{API}/{{contest}}/numbering", STEP),
    "enter-contest-marks": Act(f"{API}/{{contest}}/marks", _marks),
    "close-contest-marks": Act(f"{API}/{{contest}}/closing", STEP),
    "lift-anonymity": Act(f"{API}/{{contest}}/lifting", STEP),
    "rank-contest": Act(f"{API}/{{contest}}/deliberation", lambda line: _done_on(line) | {"seed": line.text("seed")}),
    "publish-contest-results": Act(f"{API}/{{contest}}/results", lambda line: _done_on(line) | {"list_valid_until": line.text("list_valid_until")}),
    "send-contest-offers": Act(f"{API}/{{contest}}/offers", STEP),
    "accept-offer": Act(lambda line: f"recruitment/offers/{line.find('offer to', line.text('called'))}/acceptance", STEP),
    "decline-offer": Act(
        lambda line: f"recruitment/offers/{line.find('offer to', line.text('called'))}/declination", lambda line: _done_on(line) | {"reason": line.text("reason")}
    ),
    "hire-called": Act("recruitment/hires", _hire),
}
MAKES = {"open-contest": "contest", "apply-in-contest": "application", "hire-called": "hire"}


def _account(player: Asks, _person: str, username: str) -> str | None:
    """How records name an account: issuer and subject, as its own token says."""
    token = cast(Any, player).account(username).token()
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return f"{claims['iss']}#{claims['sub']}"


def _application_on_site(player: Asks, _person: str, key: str) -> str | None:
    """An application that came by the form, by the secret of its private link."""
    return str(player.ask(ANYONE, "POST", "recruitment/public/contest-application", json={"key": key})["id"])


def _lot(player: Asks, person: str, reference: str) -> str | None:
    """The posts of a title in a contest of one region."""
    contest, occupation = reference.rsplit(" ", 1)
    lots = player.ask(person, "GET", f"{API}/{player.find('contest', contest)}")["lots"]
    return next((str(lot["id"]) for lot in lots if lot["occupation_code"] == occupation), None)


def _member(player: Asks, person: str, reference: str) -> str | None:
    contest, username = reference.rsplit(" ", 1)
    account = player.find("account that signs in", username)
    members = player.ask(person, "GET", f"{API}/{player.find('contest', contest)}")["members"]
    return next((str(member["id"]) for member in members if member["account"] == account), None)


def _offer(player: Asks, person: str, called: str) -> dict[str, Any] | None:
    """The offer to whoever was called in this place of a list: a rank alone says nothing, for a reserved list may be full when it comes to it."""
    contest, occupation, place = called.rsplit(" ", 2)
    path = f"{API}/{player.find('contest', contest)}/results"
    asked: dict[str, Any] = {"lot": player.find("lot of a contest", f"{contest} {occupation}"), "limit": 200}
    results: list[dict[str, Any]] = []
    while True:
        found = player.ask(person, "GET", path, params=asked)
        results += [result for result in found["items"] if result["candidacy_id"]]
        if not found["next"]:
            break
        asked["cursor"] = found["next"]
    results.sort(key=lambda result: (result["called_on"], result["rank"]))
    if len(results) < int(place):
        return None
    offers: list[dict[str, Any]] = player.ask(person, "GET", "recruitment/offers", params={"candidacy": results[int(place) - 1]["candidacy_id"]})["items"]
    return offers[-1] if offers else None


def _offer_id(player: Asks, person: str, called: str) -> str | None:
    offer = _offer(player, person, called)
    return str(offer["id"]) if offer else None


def _candidacy_and_post(player: Asks, person: str, called: str) -> str | None:
    offer = _offer(player, person, called)
    return f"{offer['candidacy_id']} {offer['post_id']}" if offer else None


FINDERS: dict[str, Finder] = {
    "account that signs in": _account,
    "application": _application_on_site,
    "lot of a contest": _lot,
    "member of a jury": _member,
    "offer to": _offer_id,
    "called candidacy": _candidacy_and_post,
}
