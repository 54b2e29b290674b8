"""A regional contest from its opening to the hires: who may do what, what each rule refuses, and a list that comes out the same again."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.recruitment.applications.papers import forget_papers
from services.recruitment.consumers import consumer
from services.recruitment.contests.by_form import end_contest_applications
from services.recruitment.contests.letter import TEMPLATE
from shared import papers
from shared.clients import close_http_session
from shared.db import worker_session
from shared.i18n import current_language
from tests.recruitment.world import ROOT, facility, known, post
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.identity import TestIssuer
from tests.support.pdf import text_of
from tests.support.registry import PLAIN, Registry
from tests.support.service import environment

FES, TAZA = "MA-03-CHPFES", "MA-03-CHPTAZA"
REGION = ["/territories/MA-03"]
PEOPLE: dict[str, dict[str, Any]] = {
    "salma": {"roles": ["regional-administrator", "records-officer"], "groups": REGION},
    "younes": {"roles": ["regional-administrator", "records-officer"], "groups": REGION},
} | {name: {"roles": ["committee-member", "records-officer"], "groups": REGION} for name in ("chair", "marker-1", "marker-2", "marker-3", "marker-4")}
JURY = ("chair", "marker-1", "marker-2", "marker-3", "marker-4")
# name: born, written marks of two markers, practical, quota, choices
CANDIDATES: dict[str, tuple[int, tuple[float, float], float, str | None, list[str]]] = {
    "Amal Berrada": (1996, (15, 15), 15, None, ["taza"]),
    "Karim Idrissi": (1994, (14, 14), 16, None, ["fes", "taza"]),
    "Nadia Fassi": (1997, (16, 16), 14.5, None, ["fes"]),
    "Omar Chraibi": (1993, (18, 18), 5, None, ["fes"]),
    "Salma Tazi": (1995, (9, 9), 11, "resistance", ["taza"]),
    "Hicham Alaoui": (1992, (9, 9), 9, None, []),
}


class Contest:
    """The people of the region and their acts."""

    def __init__(self, api: Api, registry: Registry, issuer: TestIssuer) -> None:
        self.api, self.registry, self.issuer = api, registry, issuer
        self.lot: dict[str, Any] = {}
        self.needs: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        self.id = ""

    def as_(self, person: str) -> Api:
        return self.api.as_(person, **PEOPLE[person])

    async def act(self, person: str, path: str, body: dict[str, Any] | None = None, *, expect: int = 201) -> dict[str, Any]:
        answer = await self.as_(person).post(ROOT + path, json=body or {})
        assert answer.status_code == expect, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def refused(self, person: str, path: str, body: dict[str, Any] | None, slug: str, *, status: int = 409) -> dict[str, Any]:
        said = await self.act(person, path, body, expect=status)
        assert said["type"].endswith(f"/{slug}"), said
        if status == 409:
            assert said["rule"]["id"]
            assert said["rule"]["citation"]
            assert said["possible"]
        return said

    async def opened(self, **changes: Any) -> dict[str, Any]:
        """180 posts at two places, drafted, with a jury of five."""
        for place, code, quantity in (("fes", FES, 100), ("taza", TAZA, 80)):
            body = {"facility_code": code, "occupation_code": "MA-IP", "quantity": quantity, "reason": "vacancy", "done_on": "2021-05-03"}
            need = await self.act("salma", "/needs", body)
            self.needs[place] = (await self.act("younes", f"/needs/{need['id']}/validation", {"done_on": "2021-05-10"}))["id"]
        body = {
            "reference": "C-1", "code": "C-FM-2021", "title": "Concours régional, infirmiers polyvalents", "authority": "MA-03", "grade": "1", "opening_decision": "Décision 214/2021",
            "need_ids": list(self.needs.values()), "opens_on": "2021-06-01", "closes_on": "2021-06-30", "exam_on": "2021-07-18", "done_on": "2021-05-20",
            "papers": [
                {"code": "written", "title": "Épreuve écrite", "kind": "written", "minutes": 120, "coefficient": 2, "double_marked": True},
                {"code": "practical", "title": "Épreuve pratique", "kind": "practical", "minutes": 120, "coefficient": 3},
            ],
        }  # fmt: skip
        drafted = await self.act("salma", "/contests", body | changes)
        self.id, self.lot = drafted["id"], drafted["lots"][0]
        return drafted

    async def named(self, *names: str) -> None:
        for name in names:
            body = {"account": self.api.account(name), "title": name.title(), "role": "chair" if name == "chair" else "member", "done_on": "2021-05-21"}
            await self.act("salma", f"/contests/{self.id}/members", body)

    async def published(self) -> None:
        await self.opened()
        await self.named(*JURY)
        await self.act("salma", f"/contests/{self.id}/publication", {"done_on": "2021-05-25"})

    async def person(self, name: str, born: int) -> str:
        body = {"names": [{"kind": "legal", "value": name}], "birth_date": f"{born}-03-02", "sex": "unknown", "purposes": ["candidate"], "confirmed_distinct": "a namesake"}
        token = self.issuer.person("salma", **PEOPLE["salma"])
        async with httpx.AsyncClient(base_url=self.registry.address, verify=PLAIN, headers={"Authorization": f"Bearer {token}"}) as client:
            answer = await client.post("/api/v1/registry/persons", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def application(self, person_id: str, **changes: Any) -> dict[str, Any]:
        body = {"contest_id": self.id, "lot_id": self.lot["id"], "person_id": person_id, "occupation_code": "MA-IP", "degree": "bachelor", "experience": "new_graduate"}
        return body | {"documents": ["identity", "degree"], "done_on": "2021-06-15"} | changes

    async def applied(self) -> dict[str, str]:
        """Every candidate applies and is admitted; whose application each is."""
        found = {}
        for name, (born, _written, _practical, quota, choices) in CANDIDATES.items():
            body = self.application(await self.person(name, born), quota=quota, choices=[self.needs[place] for place in choices])
            made = await self.act("salma", "/contest-applications", body)
            said = {"outcome": "admitted", "quota_proven": quota is not None, "done_on": "2021-07-01"}
            await self.act("salma", f"/contest-applications/{made['id']}/admissibility", said)
            found[name] = made["id"]
        return found

    async def mark(self, marker: str, paper: str, marks: dict[str, float | None], *, expect: int = 201) -> dict[str, Any]:
        sheet = [{"number": self.numbers[name], "mark": mark} for name, mark in marks.items()]
        return await self.act(marker, f"/contests/{self.id}/marks", {"paper": paper, "marks": sheet, "done_on": "2021-07-20"}, expect=expect)

    async def results(self) -> dict[str, dict[str, Any]]:
        answer = await self.as_("salma").get(f"{ROOT}/contests/{self.id}/results")
        assert answer.status_code == 200, answer.text
        by_number = {number: name for name, number in self.numbers.items()}
        return {by_number[item["number"]]: item for item in answer.json()["items"]}


@pytest.fixture
async def contest(api: Api, registry: Registry, issuer: TestIssuer) -> AsyncIterator[Contest]:
    region = {"tier": None, "area_code": "MA-03-231"}
    places = [facility(code, periods=[{"valid_from": "1976-01-01", "valid_to": None, "authority_path": f"MA.MA-03.{code}"} | region]) for code in (FES, TAZA)]
    posts = [post("M1", at=FES, occupation_code="MA-IP", fte="2"), post("M2", at=TAZA, occupation_code="MA-IP", fte="1")]
    taken = await hear(consumer, *places, *posts)
    assert (taken.dead, taken.parked) == (0, 0)
    yield Contest(api, registry, issuer)
    await close_http_session()


class TestOpening:
    async def test_a_contest_opens_with_its_jury_its_calendar_and_a_fact_for_each_post(self, contest: Contest) -> None:
        drafted = await contest.opened()
        assert (drafted["posts"], drafted["lots"][0]["seats"], drafted["scale"]) == (180, {"disability": 12, "general": 123, "resistance": 45}, "20")
        assert [(lot["region"], lot["occupation_code"], lot["posts"]) for lot in drafted["lots"]] == [("MA-03", "MA-IP", 180)]
        jury = await contest.refused("salma", f"/contests/{contest.id}/publication", {"done_on": "2021-05-25"}, "jury-incomplete")
        assert (jury["rule"]["id"], jury["rule"]["value"]) == ("REC-04", 5)
        itself = {"account": contest.api.account("salma"), "title": "Salma", "done_on": "2021-05-21"}
        await contest.refused("salma", f"/contests/{contest.id}/members", itself, "jury-names-itself")
        await contest.named(*JURY)
        await contest.refused("salma", f"/campaigns/{drafted['campaign_id']}/publication", {"done_on": "2021-05-25"}, "campaign-of-a-contest")
        published = await contest.act("salma", f"/contests/{contest.id}/publication", {"done_on": "2021-05-25"})
        assert (published["state"], published["post_by"]) == ("published", "2021-07-09")
        async with worker_session() as session:
            told = await session.scalar(text("SELECT count(*) FROM outbox WHERE type = 'recruitment.contest_post.opened.v1'"))
        assert told == 180
        for path, body in (("numbering", {}), ("offers", {})):
            await contest.refused("salma", f"/contests/{contest.id}/{path}", body | {"done_on": "2021-07-19"}, "state-does-not-allow")

    async def test_the_session_leaves_time_for_the_list(self, contest: Contest) -> None:
        await contest.opened(exam_on="2021-07-05")
        await contest.named(*JURY)
        late = await contest.refused("salma", f"/contests/{contest.id}/publication", {"done_on": "2021-05-25"}, "session-too-early")
        assert late["rule"]["value"] == 5


PDF = b"%PDF-1.7\n"
KEY = "c" * 40  # of nobody else: the registry beside keeps whom it was told of


@pytest.fixture
async def notice(contest: Contest, registry_address: str) -> AsyncIterator[Contest]:
    """A contest that is published, on a day of its window; the registry is asked at its inner address too."""
    await contest.published()
    with environment(RELAIS_ENV="test", RELAIS_TODAY="2021-06-15", RELAIS_UPSTREAMS=json.dumps({"registry": urlsplit(registry_address).netloc})):
        yield contest


class TestByForm:
    """A candidate without an account: judged as any other, refused before anything is kept, followed by a private link."""

    def said(self, contest: Contest, **changes: Any) -> dict[str, Any]:
        said = {"lot_id": contest.lot["id"], "occupation_code": "MA-IP", "degree": "bachelor", "experience": "new_graduate", "name": "Amal Berrada", "birth_date": "1996-03-02"}
        return said | {"phone": "+212 612 345 678", "consent": True, "key": KEY, "choices": [contest.needs["taza"]]} | changes

    async def sent(self, contest: Contest, *papers: str, expect: int = 201, **changes: Any) -> dict[str, Any]:
        parts = {"application": (None, json.dumps(self.said(contest, **changes)))} | {
            f"{paper}_paper": (f"{paper}.pdf", PDF + paper.encode(), "application/pdf") for paper in papers
        }
        answer = await contest.api.post(f"{ROOT}/public/contests/{contest.id}/applications", files=parts)
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def by_key(self, contest: Contest, act: str = "", *, expect: int = 200, key: str = KEY) -> dict[str, Any]:
        answer = await contest.api.post(f"{ROOT}/public/contest-application{act}", json={"key": key})
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def test_what_the_rules_refuse_is_refused_before_anything_is_kept(self, notice: Contest) -> None:
        both = ("identity", "degree")
        for given, changes, slug, rule, value in (
            (both, {"birth_date": "1974-03-02"}, "not-admissible", "CONTEST-AGE", {"from": 18, "to": 45}),
            (("identity",), {}, "not-admissible", "CONTEST-DOCUMENTS", ["degree"]),
            (both, {"serving": True}, "not-admissible", "CONTEST-AUTHORISED", True),
            (both, {"occupation_code": "MA-SF"}, "title-does-not-answer", "REC-TITLES", ["MA-IP", "MA-ISUSI", "MA-IAR", "MA-ISM", "MA-INP", "MA-ISFC"]),
        ):
            refused = await self.sent(notice, *given, expect=409, **changes)
            assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"], refused["rule"]["value"]) == (slug, rule, value)
            assert refused["rule"]["citation"]
            assert refused["possible"]
        with environment(RELAIS_ENV="test", RELAIS_TODAY="2021-07-01"):
            late = await self.sent(notice, *both, expect=409)
        assert (late["type"].rsplit("/", 1)[-1], late["rule"]["value"]) == ("window-closed", 15)
        for field, changes in (("consent", {"consent": False}), ("lot_id", {"lot_id": str(known("lot"))}), ("quota", {"quota": "heroes"}), ("birth_date", {"birth_date": None})):
            assert [one["path"] for one in (await self.sent(notice, *both, expect=422, **changes))["fields"]] == [field]
        bad = {"application": (None, json.dumps(self.said(notice))), "degree_paper": ("bac.pdf", b"MZ", "application/pdf")}
        answer = await notice.api.post(f"{ROOT}/public/contests/{notice.id}/applications", files=bad)
        assert (answer.status_code, [one["path"] for one in answer.json()["fields"]]) == (422, ["degree_paper"])
        assert (await notice.as_("salma").get(f"{ROOT}/contest-applications")).json()["items"] == []
        async with worker_session() as session:
            assert await session.scalar(text("SELECT count(*) FROM application_files")) == 0

    async def test_the_notice_is_read_by_everybody_while_it_is_open(self, notice: Contest) -> None:
        answer = await notice.api.get(f"{ROOT}/public/contests")
        [seen] = answer.json()["items"]
        assert (seen["posts"], seen["closes_on"], seen["exam_on"], seen["documents"]) == (180, "2021-06-30", "2021-07-18", ["identity", "degree"])
        assert [rule["value"] for rule in seen["rules"] if rule["citation"]] == [{"from": 18, "to": 45}, ["identity", "degree"], 15]
        assert [place["id"] for place in seen["lots"][0]["places"]] == notice.lot["need_ids"]
        assert "drafted_by" not in answer.text
        assert notice.api.account("chair") not in answer.text
        with environment(RELAIS_ENV="test", RELAIS_TODAY="2021-07-01"):
            assert (await notice.api.get(f"{ROOT}/public/contests")).json()["items"] == []

    async def test_a_draft_is_read_by_nobody(self, contest: Contest) -> None:
        await contest.opened()
        assert (await contest.api.get(f"{ROOT}/public/contests/{contest.id}")).status_code == 404

    async def test_it_is_an_application_as_any_other_and_the_authority_decides(self, notice: Contest) -> None:
        made = await self.sent(notice, "identity", "degree")
        assert (await self.sent(notice, "identity", "degree"))["id"] == made["id"]
        assert (await self.sent(notice, "identity", "degree", expect=409, degree="master"))["type"].endswith("/key-used")
        assert "Berrada" not in json.dumps(made)
        read = (await notice.as_("salma").get(f"{ROOT}/contest-applications/{made['id']}")).json()
        assert (read["age"], read["documents"], read["choices"], [one["met"] for one in read["criteria"]]) == (24, ["identity", "degree"], [notice.needs["taza"]], [True, True])
        paper = f"{ROOT}/contest-applications/files/{read['files'][0]['id']}"
        assert [(await notice.as_(who).get(paper)).status_code for who in ("salma", "chair")] == [200, 403]
        assert (await notice.as_("salma").get(f"{ROOT}/applications/files/{read['files'][0]['id']}")).status_code == 404
        with environment(RELAIS_ENV="test", RELAIS_TODAY="2021-07-01"):
            await notice.act("salma", f"/contest-applications/{made['id']}/admissibility", {"outcome": "inadmissible", "reason": "Diplôme illisible."})
            seen = await self.by_key(notice)
        assert (seen["state"], seen["reason"], seen["exam_on"]) == ("inadmissible", "Diplôme illisible.", "2021-07-18")
        await self.by_key(notice, key="x" * 40, expect=404)
        async with worker_session() as session:
            rows = (
                await session.execute(text("SELECT a::text FROM contest_applications a UNION ALL SELECT to_jsonb(o)::text FROM outbox o UNION ALL SELECT u::text FROM audit u"))
            ).scalars()
            assert not [row for row in rows if KEY in row or "Berrada" in row or "1996-03-02" in row]

    async def test_a_lost_link_is_made_anew_by_whoever_conducts_the_contest(self, notice: Contest) -> None:
        made, new = await self.sent(notice, "identity", "degree"), {"key": "n" * 40, "verified": "phone"}
        path = f"/contest-applications/{made['id']}/link"
        await notice.act("chair", path, new, expect=403)
        await notice.act("salma", path, new | {"verified": "because"}, expect=422)
        assert (await self.by_key(notice))["id"] == made["id"]
        assert (await notice.act("salma", path, new))["link_until"] == "2021-10-18"
        await self.by_key(notice, expect=404)
        assert (await self.by_key(notice, key=new["key"]))["id"] == made["id"]

    async def test_whoever_withdraws_is_let_go_and_their_papers_after_their_time(self, notice: Contest) -> None:
        made = await self.sent(notice, "identity", "degree")
        assert (await self.by_key(notice, "/withdrawal", expect=201))["state"] == "withdrawn"
        await self.by_key(notice, "/withdrawal", expect=201)
        await end_contest_applications()
        await end_contest_applications()
        async with worker_session() as session:
            told = (
                (await session.execute(text("SELECT type FROM outbox WHERE type LIKE 'recruitment.%application%' OR type LIKE 'recruitment.prospect%' ORDER BY seq")))
                .scalars()
                .all()
            )
        assert told == ["recruitment.application.received.v1", "recruitment.prospect.dropped.v1"]
        with environment(RELAIS_ENV="test", RELAIS_TODAY="2023-06-15"):
            await forget_papers()
        read = (await notice.as_("salma").get(f"{ROOT}/contest-applications/{made['id']}")).json()
        assert [file["is_kept"] for file in read["files"]] == [False, False]
        await self.by_key(notice, expect=404)


class TestApplications:
    async def test_what_the_rules_refuse(self, contest: Contest) -> None:
        await contest.published()
        person = await contest.person("Rachid Bennis", 1974)
        late = await contest.refused("salma", "/contest-applications", contest.application(person, done_on="2021-07-01"), "window-closed")
        assert late["rule"]["value"] == 15
        for wrong in ({"quota": "heroes"}, {"choices": [str(known("elsewhere"))]}, {"lot_id": str(known("lot"))}):
            assert (await contest.act("salma", "/contest-applications", contest.application(person, **wrong), expect=422))["fields"]
        await contest.refused("salma", "/contest-applications", contest.application(person, occupation_code="MA-SF"), "title-does-not-answer")
        made = await contest.act("salma", "/contest-applications", contest.application(person, documents=["identity"]))
        assert made["age"] == 46
        assert [(one["id"], one["met"]) for one in made["criteria"]] == [("age", False), ("documents", False)]
        await contest.refused("salma", "/contest-applications", contest.application(person), "already-applied")
        path = f"/contest-applications/{made['id']}"
        refused = await contest.refused("salma", f"{path}/admissibility", {"outcome": "admitted", "done_on": "2021-07-01"}, "not-admissible")
        assert (refused["rule"]["id"], refused["rule"]["value"], len(refused["missing"])) == ("CONTEST-AGE", {"from": 18, "to": 45}, 2)
        await contest.act("salma", f"{path}/admissibility", {"outcome": "inadmissible", "done_on": "2021-07-01"}, expect=422)
        judged = await contest.act("salma", f"{path}/admissibility", {"outcome": "inadmissible", "reason": "46 ans au 1er janvier", "done_on": "2021-07-01"})
        assert (judged["state"], judged["appeal_until"]) == ("inadmissible", "2021-07-16")
        await contest.refused("salma", f"{path}/appeal", {"appeal": "Je conteste", "done_on": "2021-07-17"}, "appeal-too-late")
        await contest.act("salma", f"{path}/appeal", {"appeal": "Je conteste", "done_on": "2021-07-05"})
        await contest.refused("salma", f"/contests/{contest.id}/posting", {"done_on": "2021-07-08"}, "applications-not-judged")
        answer = {"outcome": "inadmissible", "answer": "L’âge est celui du registre", "done_on": "2021-07-07"}
        await contest.refused("salma", f"{path}/appeal-answer", answer, "appeal-judged-twice", status=403)
        assert (await contest.act("younes", f"{path}/appeal-answer", answer))["state"] == "dismissed"
        await contest.refused("salma", f"/contests/{contest.id}/posting", {"done_on": "2021-07-12"}, "list-posted-too-late")

    async def test_the_jury_reads_no_application(self, contest: Contest) -> None:
        await contest.published()
        both = contest.api.as_("marker-1", roles=["committee-member", "regional-administrator", "records-officer"], groups=REGION)
        made = await contest.act("salma", "/contest-applications", contest.application(await contest.person("Leila Naciri", 1995)))
        assert (await both.get(f"{ROOT}/contest-applications?contest={contest.id}")).json()["items"] == []
        assert (await both.get(f"{ROOT}/contest-applications/{made['id']}")).status_code == 404
        assert (await contest.as_("marker-1").get(f"{ROOT}/contest-applications")).status_code == 403
        refused = await both.post(f"{ROOT}/contests/{contest.id}/posting", json={"done_on": "2021-07-08"})
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (403, "jury-is-blind")


class TestFromTheMarksToTheHires:
    async def test_the_whole_contest(self, contest: Contest) -> None:
        """180 posts, six candidates: one eliminated by a five, one below ten, a reserved seat, a third marker, places by rank and choice, and offers."""
        await contest.published()
        applications = await contest.applied()
        conflict = {"member_id": await self._member(contest, "marker-2"), "application_id": applications["Nadia Fassi"], "ground": "family", "done_on": "2021-07-05"}
        await contest.act("salma", f"/contests/{contest.id}/conflicts", conflict)
        await contest.act("salma", f"/contests/{contest.id}/posting", {"done_on": "2021-07-08"})
        await contest.refused("salma", f"/contests/{contest.id}/numbering", {"done_on": "2021-07-17"}, "before-the-session")
        told = await contest.act("salma", f"/contests/{contest.id}/numbering", {"done_on": "2021-07-18"})
        by_application = {item["application_id"]: item["number"] for item in told["items"]}
        contest.numbers = {name: by_application[application] for name, application in applications.items()}
        early = await contest.as_("salma").get(f"{ROOT}/contest-applications/{applications['Amal Berrada']}/letter?kind=result")
        assert (early.status_code, early.json()["type"].rsplit("/", 1)[-1]) == (409, "nothing-to-tell-yet")
        async with worker_session() as session:
            await session.execute(text("SET LOCAL ROLE recruitment_app"))
            await session.execute(text("SELECT set_config('relais.scope', '{MA.MA-03}', true)"))
            assert await session.scalar(text("SELECT count(*) FROM contest_scripts")) == 6
            assert await session.scalar(text("SELECT count(*) FROM contest_numbers")) == 0  # the third wall: sealed, whoever asks

        await self._marks(contest)
        for person, path, slug, status in (
            ("marker-1", "closing", "not-the-chair", 403),
            ("chair", "lifting", "state-does-not-allow", 409),
            ("salma", "results", "state-does-not-allow", 409),
        ):
            body = {"done_on": "2021-07-25"} | ({"list_valid_until": "2021-12-31"} if path == "results" else {})
            await contest.refused(person, f"/contests/{contest.id}/{path}", body, slug, status=status)
        await contest.act("chair", f"/contests/{contest.id}/closing", {"done_on": "2021-07-25"})
        sheet = {"paper": "practical", "marks": [{"number": contest.numbers["Amal Berrada"], "mark": 20}], "done_on": "2021-07-26"}
        await contest.refused("marker-1", f"/contests/{contest.id}/marks", sheet, "marks-closed")
        with pytest.raises(IntegrityError, match="marks are closed"):  # nor by a way that no rule of the code guards
            async with worker_session() as session, session.begin_nested():
                await session.execute(text("UPDATE contest_marks SET mark = 20"))
        await contest.act("chair", f"/contests/{contest.id}/lifting", {"done_on": "2021-07-26"})
        await contest.refused("chair", f"/contests/{contest.id}/lifting", {"done_on": "2021-07-26"}, "state-does-not-allow")
        await contest.act("chair", f"/contests/{contest.id}/deliberation", {"seed": "2021-07-27 10 h", "done_on": "2021-07-27"})
        body = {"list_valid_until": "2021-12-31", "done_on": "2021-07-28"}
        await contest.refused("chair", f"/contests/{contest.id}/results", body, "announcer-is-chair", status=403)
        await contest.act("salma", f"/contests/{contest.id}/results", body)
        found = await contest.results()
        assert {name: (item["outcome"], item["rank"], item["list"], item["total"]) for name, item in found.items()} == {
            "Karim Idrissi": ("selected", 1, "general", "15.20"),
            "Nadia Fassi": ("selected", 2, "general", "15.10"),
            "Amal Berrada": ("selected", 3, "general", "15.00"),
            "Salma Tazi": ("selected", 4, "resistance", "10.20"),
            "Omar Chraibi": ("eliminated", None, None, "10.20"),
            "Hicham Alaoui": ("below", None, None, "9.00"),
        }
        assert found["Omar Chraibi"]["paper"] == "practical"
        assert {name: (found[name]["need_id"], found[name]["choice"]) for name in ("Karim Idrissi", "Amal Berrada")} == {
            "Karim Idrissi": (contest.needs["fes"], 1),
            "Amal Berrada": (contest.needs["taza"], 1),
        }
        rankings = (await contest.as_("salma").get(f"{ROOT}/contests/{contest.id}/rankings")).json()
        assert [(ranking["revision"], ranking["reproduced"], ranking["inputs"]["seed"]) for ranking in rankings] == [(1, True, "2021-07-27 10 h")]
        assert "15,2 / 20" in await self._letter(contest, "Karim Idrissi", "result", "fr")
        for kind, language, state in (("convocation", "fr", "ROYAUME DU MAROC"), ("result", "vi", "VƯƠNG QUỐC MAROC")):
            letter = await self._letter(contest, "Karim Idrissi", kind, language)
            assert letter.index(state) < letter.index("C-FM-2021") < letter.index("Karim Idrissi")
        await self._offers(contest, found)

    async def _letter(self, contest: Contest, name: str, kind: str, language: str) -> str:
        """The letter to a candidate, as it is read; it has the marks of nobody else."""
        application = (await contest.results())[name]["application_id"]
        answer = await contest.as_("salma").in_language(language).get(f"{ROOT}/contest-applications/{application}/letter?kind={kind}")
        assert answer.status_code == 200, answer.text
        written = text_of(answer.content)
        assert name in written
        return written

    async def _member(self, contest: Contest, name: str) -> str:
        read = (await contest.as_("salma").get(f"{ROOT}/contests/{contest.id}")).json()
        return next(str(member["id"]) for member in read["members"] if member["title"] == name.title())

    async def _marks(self, contest: Contest) -> None:
        """Two markers who do not see each other, one of them kept from a kinswoman's script; a third where they differ."""
        first = {name: written[0] for name, (_born, written, _p, _q, _c) in CANDIDATES.items()}
        second = {name: written[1] for name, (_born, written, _p, _q, _c) in CANDIDATES.items()}
        wrong = await contest.mark("marker-1", "written", first | {"Karim Idrissi": 20.5}, expect=409)
        assert (wrong["type"].rsplit("/", 1)[-1], wrong["rule"]["value"], wrong["numbers"]) == ("mark-out-of-scale", 20, [contest.numbers["Karim Idrissi"]])
        kin = await contest.mark("marker-2", "written", second, expect=409)
        assert (kin["type"].rsplit("/", 1)[-1], kin["rule"]["id"]) == ("marker-in-conflict", "REC-04")
        unknown = {"paper": "written", "marks": [{"number": "999", "mark": 10}], "done_on": "2021-07-20"}
        assert (await contest.act("marker-1", f"/contests/{contest.id}/marks", unknown, expect=422))["fields"][0]["path"] == "marks.0.number"
        assert (await contest.mark("marker-1", "written", first | {"Karim Idrissi": 11}))["third_wanted"] == []
        seen = (await contest.as_("marker-2").get(f"{ROOT}/contests/{contest.id}/scripts")).json()
        assert contest.numbers["Nadia Fassi"] not in [script["number"] for script in seen["items"]]
        assert {paper["mark"] for script in seen["items"] for paper in script["papers"]} == {None}  # the other's marks stay closed
        assert "person" not in str(seen)
        others = {name: mark for name, mark in second.items() if name != "Nadia Fassi"}
        assert (await contest.mark("marker-2", "written", others))["third_wanted"] == [contest.numbers["Karim Idrissi"]]
        await contest.mark("marker-3", "written", {"Nadia Fassi": 16})
        enough = await contest.mark("marker-3", "written", {"Amal Berrada": 15}, expect=409)
        assert enough["type"].endswith("/marked-enough")
        await contest.mark("marker-4", "practical", {name: practical for name, (_b, _w, practical, _q, _c) in CANDIDATES.items()})
        waiting = await contest.refused("chair", f"/contests/{contest.id}/closing", {"done_on": "2021-07-25"}, "scripts-not-marked")
        assert len(waiting["waiting"]) == 1
        await contest.mark("marker-3", "written", {"Karim Idrissi": 14})

    async def _offers(self, contest: Contest, found: dict[str, dict[str, Any]]) -> None:
        sent = await contest.act("salma", f"/contests/{contest.id}/offers", {"done_on": "2021-08-02"})
        assert (sent["sent"], sent["without_post"]) == (3, [found["Salma Tazi"]["application_id"]])  # one post at Taza, two people who want it
        found = await contest.results()
        offers = {}
        for offer in (await contest.as_("salma").get(f"{ROOT}/offers")).json()["items"]:
            name = next(name for name, item in found.items() if item["candidacy_id"] == offer["candidacy_id"])
            offers[name] = offer
        assert {offer["expires_on"] for offer in offers.values()} == {"2021-09-01"}
        late = f"/offers/{offers['Nadia Fassi']['id']}"
        await contest.refused("salma", f"{late}/lapse", {"done_on": "2021-09-01"}, "offer-still-open")
        await contest.refused("salma", f"{late}/acceptance", {"done_on": "2021-09-02"}, "offer-expired")
        await contest.act("salma", f"{late}/lapse", {"done_on": "2021-09-02"})
        assert ((await contest.results())["Nadia Fassi"]["outcome"], (await contest.results())["Nadia Fassi"]["left_why"]) == ("left", "lapsed")
        winner = offers["Karim Idrissi"]
        body = {"candidacy_id": winner["candidacy_id"], "post_id": winner["post_id"], "starts_on": "2021-10-01", "done_on": "2021-09-10"}
        await contest.refused("salma", "/hires", body, "offer-not-accepted")
        await contest.act("salma", f"/offers/{winner['id']}/acceptance", {"done_on": "2021-08-20"})
        hire = await contest.act("salma", "/hires", body)
        assert (hire["state"], hire["grant"], hire["facility_code"]) == ("proposed", None, FES)
        async with worker_session() as session:
            asked = await session.scalar(text("SELECT data FROM outbox WHERE type LIKE 'recruitment.decision%' ORDER BY seq DESC LIMIT 1"))
        assert "Décision 214/2021" in str(asked)


@pytest.mark.parametrize(
    ("country", "state", "motto"),
    [
        ("VN", "RÉPUBLIQUE SOCIALISTE DU VIÊT NAM", "Indépendance – Liberté – Bonheur"),
        ("MA", "ROYAUME DU MAROC", None),
        ("FR", "RÉPUBLIQUE FRANÇAISE", "Liberté – Égalité – Fraternité"),
    ],
)
async def test_a_letter_stands_under_the_letterhead_of_its_country(country: str, state: str, motto: str | None) -> None:
    """Above who holds the contest in France and Morocco, beside them in Viet Nam; each with its own motto, or none."""
    words = {
        "lang": "fr",
        "authority": "Direction de la santé",
        "code": "C-1",
        "name": "Amal Berrada",
        "basis": "Décision 214",
        "heading": "Convocation",
        "says": "",
        "lines": [],
        "ends": "",
    }
    before = current_language.set("fr")
    try:
        letter = text_of(await papers.printed(TEMPLATE, words | papers.letterhead(f"{country}.{country}-22"), None))
    finally:
        current_language.reset(before)
    assert (state in letter, motto is None or motto in letter) == (True, True)
    assert (letter.index(state) < letter.index("DIRECTION DE LA SANTÉ")) is (country != "VN")
