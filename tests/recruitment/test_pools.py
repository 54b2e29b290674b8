"""A pool from its charter to the hire: who is shown what, what each rule refuses, and needs compared with people criterion by criterion."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.recruitment.consumers import consumer
from services.recruitment.profiles.matching import Crossing, Seeker, Wanted, compare, leads
from services.recruitment.rules import pack_of
from shared.auth import caller_of, verifier
from shared.clients import close_http_session
from shared.db import app_session, worker_session
from shared.practice import Answer
from tests.recruitment.world import ROOT, decision, facility, known, post
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.identity import TestIssuer
from tests.support.registry import PLAIN, Registry

HOSPITAL, CARE_HOME, HOME_CARE, LODGING = "FR-44-HIPR", "FR-44-EHPADSB", "FR-44-SSIADP", "FR-44-LOGE"
TERRITORY = ["/territories/FR-44"]
PEOPLE: dict[str, dict[str, Any]] = {
    "retz": {"roles": ["regional-administrator", "records-officer"], "groups": TERRITORY},
    "julien": {"roles": ["pool-coordinator", "records-officer"], "groups": TERRITORY},
    "hipr": {"roles": ["facility-hr-officer", "records-officer"], "groups": [f"/facilities/{HOSPITAL}"]},
    "brevin": {"roles": ["facility-hr-officer", "records-officer"], "groups": [f"/facilities/{CARE_HOME}"]},
    "logement": {"roles": ["service-partner", "records-officer"], "groups": [f"/facilities/{LODGING}"]},
}
WORDS = "Nous recrutons ensemble et non l’un contre l’autre ; une personne choisit à qui son dossier est montré."


class Retz:
    """The people of the territory and their acts."""

    def __init__(self, api: Api, registry: Registry, issuer: TestIssuer) -> None:
        self.api, self.registry, self.issuer = api, registry, issuer
        self.pool: dict[str, Any] = {}

    def as_(self, person: str) -> Api:
        return self.api.as_(person, **PEOPLE[person])

    async def act(self, person: str, path: str, body: dict[str, Any], *, expect: int = 201) -> dict[str, Any]:
        answer = await self.as_(person).post(ROOT + path, json={"done_on": "2024-02-01"} | body)
        assert answer.status_code == expect, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def refused(self, person: str, path: str, body: dict[str, Any], slug: str, *, status: int = 409) -> dict[str, Any]:
        said = await self.act(person, path, body, expect=status)
        assert said["type"].endswith(f"/{slug}"), said
        if status == 409:
            assert said["rule"]["citation"]
            assert said["possible"]
        return said

    async def read(self, person: str, path: str, *, expect: int = 200) -> dict[str, Any]:
        answer = await self.as_(person).get(ROOT + path)
        assert answer.status_code == expect, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def person(self, name: str) -> str:
        body = {"names": [{"kind": "legal", "value": name}], "birth_year": 1990, "sex": "unknown", "purposes": ["candidate"], "confirmed_distinct": "a namesake"}
        token = self.issuer.person("retz", **PEOPLE["retz"])
        async with httpx.AsyncClient(base_url=self.registry.address, verify=PLAIN, headers={"Authorization": f"Bearer {token}"}) as client:
            answer = await client.post("/api/v1/registry/persons", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def partner(self, code: str) -> str:
        return str(next(partner["id"] for partner in self.pool["partners"] if partner["facility_code"] == code))

    async def opened(self, *members: str) -> None:
        """The pool with its charter; those named are members that have not accepted it yet."""
        body = {"code": "PTRH", "title": "Plateforme du Pays de Retz", "authority": "FR-44", "purpose": "Recruter et garder, à l’échelle du territoire."}
        self.pool = await self.act("julien", "/pools", body | {"done_on": "2024-01-08"})
        await self.act("julien", f"/pools/{self.pool['id']}/charters", {"words": WORDS, "done_on": "2024-01-10"})
        for code in members:
            body = {"facility_code": code, "takes_part_as": "partner" if code == LODGING else "employer", "done_on": "2024-01-15"}
            self.pool = await self.act("julien", f"/pools/{self.pool['id']}/partners", body)

    async def accepted(self, person: str, code: str) -> None:
        self.pool = await self.act(person, f"/pools/{self.pool['id']}/partners/{self.partner(code)}/acceptance", {"signed_as": "Direction", "done_on": "2024-01-20"})

    async def running(self) -> None:
        """Two employers and a partner without posts, all of which accepted the charter."""
        await self.opened(HOSPITAL, CARE_HOME, LODGING)
        for person, code in (("hipr", HOSPITAL), ("brevin", CARE_HOME), ("logement", LODGING)):
            await self.accepted(person, code)

    async def need(self, code: str = CARE_HOME, person: str = "brevin", **changes: Any) -> dict[str, Any]:
        body = {"facility_code": code, "occupation_code": "FR-AS", "reason": "vacancy", "pool_id": self.pool["id"], "wanted_from": "2024-04-01", "difficulty": "hard"}
        stated = await self.act(person, "/needs", body | changes)
        return await self.act("retz", f"/needs/{stated['id']}/validation", {"done_on": "2024-02-05"})

    async def profile(self, name: str = "Camille Roche", **changes: Any) -> dict[str, Any]:
        body = {"pool_id": self.pool["id"], "person_id": await self.person(name), "occupation_code": "FR-AS", "available_from": "2024-03-15"}
        return await self.act("julien", "/profiles", body | changes)

    async def shown(self, profile: dict[str, Any], *partners: str) -> dict[str, Any]:
        return await self.act("julien", f"/profiles/{profile['id']}/consents", {"partners": list(partners), "means": "written"})


@pytest.fixture
async def retz(api: Api, registry: Registry, issuer: TestIssuer) -> AsyncIterator[Retz]:
    kinds = {HOSPITAL: "hospital", CARE_HOME: "care_home", HOME_CARE: "home_care", LODGING: "association"}
    period = {"valid_from": "1990-01-01", "valid_to": None, "tier": None, "area_path": ["FR", "FR-44", "FR-44-44131"], "area_code": "FR-44-44131"}
    places = [facility(code, periods=[period | {"authority_path": f"FR.FR-44.{code}", "facility_type": kind}]) for code, kind in kinds.items()]
    posts = [post("A1", at=CARE_HOME, occupation_code="FR-AS"), post("A2", at=CARE_HOME, occupation_code="FR-AS", fte="9", filled="9")]
    taken = await hear(consumer, *places, *posts)
    assert (taken.dead, taken.parked) == (0, 0)
    yield Retz(api, registry, issuer)
    await close_http_session()


class TestWhoSeesWhat:
    async def test_the_pool_opens_to_members_that_accepted_its_charter_and_closes_when_they_leave(self, retz: Retz) -> None:
        await retz.opened(HOSPITAL, CARE_HOME, LODGING)
        await retz.accepted("brevin", CARE_HOME)
        need = await retz.need()
        await retz.refused("hipr", "/needs", {"facility_code": HOSPITAL, "occupation_code": "FR-AS", "reason": "vacancy", "pool_id": retz.pool["id"]}, "charter-not-accepted")
        seen = await retz.read("hipr", f"/pools/{retz.pool['id']}")
        assert (seen["is_open_to_you"], seen["charters"][0]["words"]) == (False, WORDS)
        await retz.read("hipr", f"/needs/{need['id']}", expect=404)
        assert (await retz.read("hipr", f"/pools/{retz.pool['id']}/overview"))["needs"] == 0
        await retz.refused("hipr", f"/pools/{retz.pool['id']}/partners/{retz.partner(CARE_HOME)}/acceptance", {"signed_as": "Direction"}, "other-authority", status=403)

        await retz.accepted("hipr", HOSPITAL)
        assert (await retz.read("hipr", f"/needs/{need['id']}"))["difficulty"] == "hard"
        assert [one["id"] for one in (await retz.read("hipr", f"/needs?pool={retz.pool['id']}"))["items"]] == [need["id"]]
        await retz.refused("hipr", f"/needs/{need['id']}/closing", {"reason": "not mine"}, "other-authority", status=403)

        await retz.act("julien", f"/pools/{retz.pool['id']}/partners/{retz.partner(HOSPITAL)}/leaving", {"reason": "le GHT recrute seul", "done_on": "2024-06-30"})
        for path in (f"/needs/{need['id']}", f"/pools/{retz.pool['id']}"):
            await retz.read("hipr", path, expect=404)

    async def test_what_is_refused_of_members(self, retz: Retz) -> None:
        await retz.running()
        body = {"facility_code": LODGING, "occupation_code": "FR-AS", "reason": "vacancy", "pool_id": retz.pool["id"]}
        await retz.refused("retz", "/needs", body, "partner-without-posts")
        await retz.refused("retz", "/needs", body | {"facility_code": HOME_CARE}, "not-a-member")
        await retz.refused("julien", f"/pools/{retz.pool['id']}/partners", {"facility_code": HOSPITAL, "takes_part_as": "partner"}, "already-a-member")
        await retz.refused("brevin", f"/pools/{retz.pool['id']}/rounds", {"title": "x", "due_on": "2024-03-01"}, "role-missing", status=403)
        async with worker_session() as session:
            told = dict((await session.execute(text("SELECT type, count(*) FROM outbox WHERE topic = 'relais.recruitment.pool_partners' GROUP BY 1"))).tuples().all())
        assert told == {"recruitment.pool_partner.joined.v1": 3, "recruitment.pool_partner.accepted.v1": 3}


class TestRounds:
    async def test_asked_answered_and_awaited(self, retz: Retz) -> None:
        await retz.running()
        asked = await retz.act("julien", f"/pools/{retz.pool['id']}/rounds", {"title": "Hiver 2024", "due_on": "2024-03-01", "facility_codes": [HOSPITAL, CARE_HOME]})
        assert asked["awaited"] == [HOSPITAL, CARE_HOME]
        await retz.need(round_id=asked["id"])
        body = {"pool_id": retz.pool["id"], "round_id": asked["id"], "facility_code": HOSPITAL, "kind": "spare_hours", "quantity": "12.5", "available_from": "2024-03-01"}
        offered = await retz.act("hipr", "/pool-resources", body)
        assert (await retz.read("brevin", f"/pool-resources/{offered['id']}"))["quantity"] == "12.5"
        await retz.refused("brevin", f"/pool-resources/{offered['id']}/ending", {"reason": "mine now"}, "other-authority", status=403)
        answer = f"/pool-rounds/{asked['id']}/answers"
        await retz.refused("hipr", answer, {"facility_code": CARE_HOME}, "other-authority", status=403)
        await retz.refused("logement", answer, {"facility_code": LODGING}, "not-asked")
        answered = await retz.act("brevin", answer, {"facility_code": CARE_HOME, "comment": "Deux départs au printemps."})
        assert (answered["awaited"], answered["needs"], answered["resources"]) == ([HOSPITAL], 1, 1)
        await retz.refused("julien", answer, {"facility_code": CARE_HOME, "done_on": "2024-02-09"}, "answered-already")
        wrong = await retz.act("hipr", "/needs", {"facility_code": HOSPITAL, "occupation_code": "FR-AS", "reason": "vacancy", "round_id": asked["id"]}, expect=422)
        assert wrong["fields"][0]["path"] == "round_id"


class TestConsent:
    async def test_nobody_is_shown_without_consent_and_a_withdrawal_hides_at_once(self, retz: Retz, issuer: TestIssuer) -> None:
        await retz.running()
        need, profile = await retz.need(), await retz.profile()
        path = f"/profiles/{profile['id']}"
        for who in ("brevin", "hipr"):
            await retz.read(who, path, expect=404)
        assert (await retz.read("brevin", f"/needs/{need['id']}/profiles"))["items"] == []
        body = {"need_id": need["id"], "profile_id": profile["id"], "outcome": "kept", "reason": "Convient"}
        await retz.act("brevin", "/matches", body, expect=404)
        await retz.refused("retz", "/matches", body, "no-consent-for-this-employer")
        await retz.refused("julien", f"{path}/consents", {"partners": [HOME_CARE], "means": "oral"}, "not-a-member")

        await retz.shown(profile, CARE_HOME, HOSPITAL)
        assert [one["partners"] for one in (await retz.read("brevin", path))["consents"]] == [[CARE_HOME]]  # not whom else the person named
        found = (await retz.read("brevin", f"/needs/{need['id']}/profiles"))["items"]
        assert [(one["met"], one["missing"], one["has_consented"]) for one in found] == [(3, 0, True)]
        kept = await retz.act("brevin", "/matches", body)
        assert [criterion["id"] for criterion in kept["criteria"]] == ["title", "from-when", "where"]
        await retz.refused("brevin", "/matches", body | {"outcome": "not_kept"}, "decided-already")

        await retz.act("julien", f"{path}/consent-withdrawal", {"done_on": "2024-03-01"})
        for who in ("brevin", "hipr"):
            await retz.read(who, path, expect=404)
        assert (await retz.read("brevin", f"/matches?need={need['id']}"))["items"] == []
        brevin = caller_of(await _claims(issuer, "brevin"), token="", language="fr", facility_paths=[f"FR.FR-44.{CARE_HOME}"])
        async with app_session(brevin) as session:  # the database says the same to whoever asks it past the queries
            assert [await session.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("profiles", "consents", "matches")] == [0, 0, 0]
        assert [(one["given_on"], one["withdrawn_on"]) for one in (await retz.read("julien", path))["consents"]] == [("2024-02-01", "2024-03-01")]

    async def test_a_member_that_leaves_is_shown_nobody_any_more_and_the_registry_is_told(self, retz: Retz) -> None:
        await retz.running()
        profile = await retz.profile()
        await retz.shown(profile, CARE_HOME, HOSPITAL)
        await retz.act("julien", f"/pools/{retz.pool['id']}/partners/{retz.partner(HOSPITAL)}/leaving", {"reason": "quitte", "done_on": "2024-06-30"})
        await retz.read("hipr", f"/profiles/{profile['id']}", expect=404)
        await retz.read("brevin", f"/profiles/{profile['id']}")
        async with worker_session() as session:
            told = (await session.scalars(text("SELECT CAST(data AS jsonb) FROM outbox WHERE topic = 'relais.recruitment.profiles' ORDER BY version"))).all()
        assert [(one["shown_to"], one["hidden_from"]) for one in told] == [([CARE_HOME, HOSPITAL], []), ([CARE_HOME], [HOSPITAL])]


async def _claims(issuer: TestIssuer, person: str) -> Any:
    return await verifier().verify(issuer.person(person, **PEOPLE[person]))


class TestWhereWhenWhich:
    async def test_the_page_counts_what_is_open_and_flags_tension(self, retz: Retz) -> None:
        await retz.running()
        await retz.need(quantity=2)
        await retz.need(HOSPITAL, "hipr", occupation_code="FR-IDE", wanted_from="2024-09-01", difficulty="ordinary")
        for name in ("Agnès Vidal", "Bruno Vidal", "Inès Vidal"):
            await retz.profile(name)
        page = await retz.read("brevin", f"/pools/{retz.pool['id']}/overview")
        assert (page["needs"], page["seats"], page["employers"], page["undated"]) == (2, 3, 2, 0)
        assert [(one["month"], one["occupation_code"], one["seats"]) for one in page["months"]] == [("2024-04", "FR-AS", 2), ("2024-09", "FR-IDE", 1)]
        assert page["places"] == [{"area_code": "FR-44-44131", "seats": 3, "needs": 2, "facilities": [CARE_HOME, HOSPITAL]}]
        carers, nurses = page["professions"]
        # one post of ten is vacant (10 % < 15 %); three people for two seats (1.5 is not under 1.5)
        assert (carers["looking"], carers["hard"], [(r["id"], r["value"], r["is_tense"]) for r in carers["reasons"]]) == (
            3, 1, [("vacancy", 10.0, False), ("people-per-seat", 1.5, False)],
        )  # fmt: skip
        assert (nurses["is_tense"], [(r["id"], r["is_tense"]) for r in nurses["reasons"]]) == (True, [("vacancy", False), ("people-per-seat", True)])


class TestBridges:
    async def test_a_bridge_is_taken_by_whoever_stands_before_it_and_leads_to_a_need(self, retz: Retz) -> None:
        await retz.running()
        body = {"pool_id": retz.pool["id"], "from_occupation": "FR-ASH", "to_occupation": "FR-AS", "training": "DEAS en apprentissage", "months": 11, "partners": [CARE_HOME]}
        bridge = await retz.act("julien", "/bridges", body | {"evidence": "Arrêté du 10 juin 2021"})
        await retz.refused("julien", "/bridges", body | {"evidence": "another", "months": 12}, "bridge-exists")
        need, carer = await retz.need(), await retz.profile(occupation_code="FR-ASH")
        path = f"/bridges/{bridge['id']}/crossings"
        await retz.refused("julien", path, {"profile_id": carer["id"], "to_facility": HOSPITAL}, "not-on-this-bridge")
        await retz.refused("julien", path, {"profile_id": carer["id"], "to_facility": CARE_HOME}, "no-consent-for-this-employer")
        await retz.shown(carer, CARE_HOME)
        title = (await retz.read("brevin", f"/profiles/{carer['id']}/needs"))["items"][0]["criteria"][0]
        assert (title["met"], "DEAS en apprentissage, 11 months" in title["possible"]) == (False, True)
        taken = await retz.act("julien", path, {"profile_id": carer["id"], "to_facility": CARE_HOME})
        await retz.refused("julien", path, {"profile_id": carer["id"], "to_facility": CARE_HOME, "done_on": "2024-02-20"}, "on-this-bridge-already")
        await retz.act("julien", f"/crossings/{taken['id']}/outcome", {"outcome": "crossed", "done_on": "2024-12-20"})
        seen = [(await retz.read(who, f"/bridges/{bridge['id']}"))["crossed"] for who in ("brevin", "hipr")]
        assert seen == [1, 0]  # whoever consented to one employer is not counted for another
        assert need["state"] == "validated"


class TestHire:
    async def test_the_hire_says_since_when_it_was_needed_and_a_closed_need_hires_nobody(self, retz: Retz) -> None:
        await retz.running()
        need, other, profile = await retz.need(), await retz.need(), await retz.profile()
        body = {"code": "P-2024", "title": "Campagne du vivier", "authority": "FR-44", "need_ids": [need["id"], other["id"]], "opens_on": "2024-02-10", "closes_on": "2024-03-31"}
        campaign = await retz.act("retz", "/campaigns", body | {"done_on": "2024-02-08"})
        await retz.act("retz", f"/campaigns/{campaign['id']}/publication", {"done_on": "2024-02-10"})
        hires = []
        for one, person in ((need, profile["person_id"]), (other, await retz.person("Yann Morvan"))):
            said = {"campaign_id": campaign["id"], "need_id": one["id"], "person_id": person, "occupation_code": "FR-AS", "degree": "state_diploma", "experience": "experienced"}
            candidacy = await retz.act("retz", "/candidacies", said | {"done_on": "2024-02-20"})
            await retz.act("retz", f"/candidacies/{candidacy['id']}/eligibility", {"outcome": "eligible", "done_on": "2024-02-25"})
            hires.append({"candidacy_id": candidacy["id"], "post_id": str(known("A1")), "starts_on": "2024-04-15", "done_on": "2024-03-10"})
        closed = await retz.act("brevin", f"/needs/{other['id']}/closing", {"reason": "pourvu autrement", "done_on": "2024-03-05"})
        assert (closed["state"], closed["closing_reason"]) == ("closed", "pourvu autrement")
        await retz.refused("retz", "/hires", hires[1], "need-closed")
        hire = await retz.act("retz", "/hires", hires[0])
        seen = [(await retz.read(who, f"/needs/{need['id']}"))["hires"] for who in ("brevin", "hipr")]
        assert seen == [1, 1]  # as many for a member who sees no hire of another employer
        await hear(consumer, decision("signed", hire, signed_on="2024-03-20", number="D-12"))
        async with worker_session() as session:
            told = await session.scalar(text("SELECT CAST(data AS jsonb) FROM outbox WHERE type = 'recruitment.hire.decided.v2'"))
        assert (told["needed_since"], told["done_on"]) == ("2024-02-01", "2024-03-20")


# --- comparing, without a database ---------------------------------------------------------------------------------------

PACK = pack_of("FR-44", date(2024, 5, 1))
IN_FORCE = Answer(UUID(int=1), date(2024, 5, 1), None, None, None, ["no-licence"])
NURSE = Seeker("FR-IDE", None, date(2024, 5, 1), [], IN_FORCE)
WANTED = Wanted("FR-IDE", None, date(2024, 6, 1), HOSPITAL, ["FR", "FR-44", "FR-44-44131"])


@pytest.mark.parametrize(
    ("seeker", "wanted", "missing"),
    [
        ({}, {}, set()),
        ({"occupation_code": "FR-IPA"}, {}, set()),  # an advanced practice nurse answers a nurse's need
        ({"occupation_code": "FR-AS"}, {}, {"title"}),
        ({}, {"specialty": "psychiatry"}, {"specialty"}),
        ({"specialty": "psychiatry"}, {"specialty": "psychiatry"}, set()),
        ({"available_from": date(2024, 6, 2)}, {}, {"from-when"}),
        ({"available_from": date(2024, 6, 1)}, {}, set()),
        ({"available_from": date(2030, 1, 1)}, {"wanted_from": None}, set()),
        ({"places": ["FR-44-44154"]}, {}, {"where"}),
        ({"places": ["FR-44-44131"]}, {}, set()),
        ({"places": [HOSPITAL]}, {"areas": []}, set()),
        ({"practice": Answer(UUID(int=1), date(2024, 5, 1), None, None, None, ["suspended"])}, {}, {"right-to-practise"}),
    ],
)
def test_what_is_missing_is_named(seeker: dict[str, Any], wanted: dict[str, Any], missing: set[str]) -> None:
    found = compare(replace(NURSE, **seeker), replace(WANTED, **wanted), PACK)
    assert {criterion.id for criterion in found if not criterion.met} == missing
    assert all(criterion.rule.citation and criterion.possible for criterion in found)


def test_nothing_is_looked_at_but_what_the_work_asks() -> None:
    """No age, sex, family, origin or health: there is no field through which they would come in."""
    assert set(Seeker.__dataclass_fields__) == {"occupation_code", "specialty", "available_from", "places", "practice"}


def test_a_bridge_makes_somebody_worth_comparing() -> None:
    bridge = Crossing("FR-AS", "FR-IDE", "Formation infirmière", 36)
    assert [leads("FR-AS", "FR-IDE", PACK, bridges) for bridges in ([], [bridge])] == [False, True]
    assert leads("FR-IPA", "FR-IDE", PACK, [])
