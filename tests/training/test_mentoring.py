"""The mentoring logbook: each side names its own people, two assess from level 4, a level never falls silently, and what a facility needs is measured (TRF-01)."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.training.consumers import consumer
from shared.db import worker_session
from tests.support.api import Api
from tests.support.hearing import hear, message
from tests.support.registry import Registry
from tests.training.test_sessions import announced
from tests.training.world import OTHER_PROVINCE, REMOTE, ROOT, World, facility, known, path_at

HERE = "hr-bache"  # where those who learn work
HEAD = "head-bache"
THERE: dict[str, Any] = {"roles": ["facility-hr-officer", "head-of-facility", "records-officer"], "groups": [f"/facilities/{OTHER_PROVINCE}"]}
MENTOR: dict[str, Any] = {"roles": ["mentor", "records-officer"], "groups": [f"/facilities/{OTHER_PROVINCE}"]}
ACT = {
    "authority": "VN-22",
    "code": "cardiac-arrest",
    "title": "Cấp cứu ngừng tuần hoàn",
    "kind": "emergency",
    "specialty": "intensive-care",
    "protocol_version": "2.1",
    "done_on": "2025-01-02",
}
AGREEMENT = str(known("agreement"))


def agreement(**changes: Any) -> Any:
    """The hospital of another authority supports the centre."""
    body = {
        "id": AGREEMENT,
        "giver_code": OTHER_PROVINCE,
        "receiver_code": REMOTE,
        "state": "active",
        "starts_on": "2025-01-01",
        "ends_on": "2026-12-31",
        "ended_on": None,
        "authority_path": path_at(OTHER_PROVINCE),
        "shared_with": [OTHER_PROVINCE, REMOTE],
    }
    return message("relais.rotation.agreements", "rotation.agreement.started.v1", body | changes)


class Logbook:
    """A mentorship with two mentors of another authority and two mentees of the centre, and the acts on it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.id = ""
        self.mentors: list[str] = []
        self.mentees: list[str] = []

    async def post(self, who: str, path: str, body: dict[str, Any], **claims: Any) -> httpx.Response:
        return await self.world.api.as_(who, **claims).post(f"{ROOT}/mentoring{path}", json=body)

    async def open(self) -> "Logbook":
        """The centre opens it and names its own; the other authority names its own and its head attests what they can do."""
        await hear(consumer, agreement())
        await self.world.act("training", "/mentoring/acts", ACT)
        self.mentees = await self.world.people("Nguyễn Thị Hoa", "Trần Văn Bình", at=REMOTE)
        self.mentors = await self.world.people("Lê Minh Đức", "Phạm Thu Hà", at=OTHER_PROVINCE)
        body = {"facility_code": REMOTE, "mentor_facility": OTHER_PROVINCE, "agreement_id": AGREEMENT, "starts_on": "2025-03-01", "ends_on": "2025-12-31"}
        opened = await self.world.act(HERE, "/mentoring/mentorships", body | {"acts": ["cardiac-arrest"], "mentees": self.mentees, "done_on": "2025-03-01"})
        self.id = opened["id"]
        named = await self.post("there", f"/mentorships/{self.id}/people", {"part": "mentor", "person_ids": self.mentors, "done_on": "2025-03-02"}, **THERE)
        assert named.status_code == 201, named.text
        return self

    async def attested(self, *people: str, level: int = 5) -> None:
        for person in people:
            body = {"person_id": person, "act": "cardiac-arrest", "level": level, "found_on": "2025-01-15", "done_on": "2025-03-02"}
            answer = await self.post("there", "/attested-levels", body, **THERE)
            assert answer.status_code == 201, answer.text

    def line(self, mentee: int = 0, level: int = 2, found_on: str = "2025-04-02", **changes: Any) -> dict[str, Any]:
        return {"person_id": self.mentees[mentee], "act": "cardiac-arrest", "level": level, "found_on": found_on, "mentor_id": self.mentors[0]} | changes

    async def write(self, *lines: dict[str, Any], who: str = HERE, status: int = 200, **claims: Any) -> list[dict[str, Any]]:
        answer = await self.post(who, f"/mentorships/{self.id}/entries", {"items": list(lines), "done_on": "2025-09-30"}, **claims)
        assert answer.status_code == status, answer.text
        return answer.json()["items"]  # type: ignore[no-any-return]

    async def refused(self, *lines: dict[str, Any]) -> str:
        *_before, last = await self.write(*lines)
        return str(last["problem"]["type"].rsplit("/", 1)[-1])


@pytest.fixture
async def logbook(world: World) -> Logbook:
    made = await Logbook(world).open()
    await made.attested(*made.mentors)
    return made


class TestOpening:
    @pytest.mark.parametrize(
        ("who", "changes", "status"),
        [
            ("analyst", {}, 403),
            ("hr-bc", {}, 403),  # neither side
            (HERE, {"agreement_id": str(known("another"))}, 422),
            (HERE, {"mentor_facility": "VN-22-BVT"}, 422),  # the agreement is with others
            (HERE, {"ends_on": "2027-01-31"}, 422),  # beyond the agreement
            (HERE, {"acts": ["unknown"]}, 422),
            (HERE, {"agreement_id": None}, 409),  # nothing links the two
        ],
    )
    async def test_what_is_refused(self, province: World, who: str, changes: dict[str, Any], status: int) -> None:
        await hear(consumer, agreement())
        await province.act("training", "/mentoring/acts", ACT)
        body = {"facility_code": REMOTE, "mentor_facility": OTHER_PROVINCE, "agreement_id": AGREEMENT, "starts_on": "2025-03-01", "ends_on": "2025-12-31"}
        refused = await province.act(who, "/mentoring/mentorships", body | {"acts": ["cardiac-arrest"], "done_on": "2025-03-01"} | changes, expect=status)
        assert status != 409 or refused["type"].endswith("/no-relation")

    async def test_each_side_names_its_own_people_alone(self, logbook: Logbook) -> None:
        people = {"part": "mentee", "person_ids": [logbook.mentees[0]]}
        assert (await logbook.post("there", f"/mentorships/{logbook.id}/people", people, **THERE)).status_code == 403
        stranger = {"part": "mentee", "person_ids": [logbook.mentors[0]]}
        assert (await logbook.post(HERE, f"/mentorships/{logbook.id}/people", stranger)).status_code == 422

    async def test_the_relation_tells_its_names_and_nothing_else(self, logbook: Logbook) -> None:
        """A mentor of another authority sees the mentees of the relation; another facility of that authority sees nothing at all."""
        world = logbook.world
        (other,) = await world.people("Vũ Thị Lan", at=REMOTE)
        seen = await world.api.as_("mentor", **MENTOR).get(f"{ROOT}/mentoring/mentorships/{logbook.id}")
        assert {person["name"] for person in seen.json()["people"]} == {"Nguyễn Thị Hoa", "Trần Văn Bình", "Lê Minh Đức", "Phạm Thu Hà"}
        assert other not in seen.text
        for stranger in ({"groups": ["/facilities/VN-01-XX"]}, {"groups": ["/territories/VN-31"]}, {"groups": []}):
            reader = world.api.as_("stranger", roles=["mentor", "regional-administrator", "head-of-facility"], **stranger)
            assert (await reader.get(f"{ROOT}/mentoring/mentorships/{logbook.id}")).status_code == 404
            for list_of in ("mentorships", "entries", "targets", "acts"):
                assert (await reader.get(f"{ROOT}/mentoring/{list_of}")).json()["items"] == []


class TestEntries:
    async def test_what_is_refused(self, logbook: Logbook) -> None:
        wrong = {
            "mentorship-not-in-force": {"found_on": "2025-02-28"},
            "malformed": {"found_on": "2025-10-01"},  # still to come
            "malformed act": {"act": "anaphylaxis"},
            "malformed mentor": {"mentor_id": str(known("stranger"))},
            "second-assessor-missing": {"level": 4},
        }
        answers = await logbook.write(*(logbook.line(**line) for line in wrong.values()))
        assert [answer["problem"]["type"].rsplit("/", 1)[-1] for answer in answers] == [slug.split()[0] for slug in wrong]

    async def test_two_other_people_assess_from_level_four(self, logbook: Logbook) -> None:
        first, second = logbook.mentors
        assert await logbook.refused(logbook.line(level=4, second_assessor_id=first)) == "one-assessor-twice"
        assert await logbook.refused(logbook.line(level=4, second_assessor_id=logbook.mentees[0])) in ("assesses-oneself", "assessor-below-level")
        (answer,) = await logbook.write(logbook.line(level=4, second_assessor_id=second))
        assert (answer["entry"]["level"], answer["entry"]["protocol_version"], answer["entry"]["state"]) == (4, "2.1", "recorded")

    async def test_nobody_assesses_an_act_that_they_do_not_master(self, world: World) -> None:
        logbook = await Logbook(world).open()
        (answer,) = await logbook.write(logbook.line())
        assert (answer["problem"]["type"].rsplit("/", 1)[-1], answer["problem"]["rule"]["value"]) == ("assessor-below-level", {"assesses": 4, "finds level 5": 5})
        await logbook.attested(*logbook.mentors, level=4)
        assert (await logbook.write(logbook.line()))[0]["entry"]["level"] == 2
        assert await logbook.refused(logbook.line(1, level=5, second_assessor_id=logbook.mentors[1])) == "assessor-below-level"

    async def test_a_level_never_falls_silently(self, logbook: Logbook) -> None:
        up, down = logbook.line(level=3), logbook.line(level=2, found_on="2025-05-06")
        assert await logbook.refused(up, down) == "level-falls"
        lower = await logbook.write(down | {"reassessment": "Sau ba tháng nghỉ ốm"})
        assert lower[0]["entry"]["reassessment"] == "Sau ba tháng nghỉ ốm"
        # A higher level slipped in between would make the next line a silent fall; so would striking the re-assessment that a later line stands on.
        await logbook.write(logbook.line(1, level=1, found_on="2025-05-06"))
        assert await logbook.refused(logbook.line(1, level=2, found_on="2025-05-05")) == "level-falls-later"
        await logbook.write(logbook.line(level=2, found_on="2025-06-02"))
        struck = await logbook.post(HERE, f"/entries/{lower[0]['entry']['id']}/striking", {"reason": "Nhầm người"})
        assert (struck.status_code, struck.json()["type"].rsplit("/", 1)[-1]) == (409, "level-falls-later")

    async def test_the_database_holds_what_the_code_would_let_pass(self, logbook: Logbook) -> None:
        """A level 4 with one assessor, an assessor who is the mentee, an assessor below the level, a fall: none reaches the table."""
        (answer,) = await logbook.write(logbook.line(level=3))
        copied = "id, content_hash, authority_path, shared_with, state, mentorship_id, facility_code, person_id, act, act_title, act_kind, level, found_on, place, mentor_id, assessors_at, recorded_by, recorded_on"
        for wrong, constraint in (
            ({"level": "4"}, "entry_second_assessor"),
            ({"mentor_id": "person_id", "assessors_at": "1"}, "entry_not_of_oneself"),
            ({"level": "4", "mentor_id": f"'{logbook.mentees[1]}'"}, "entry_assessor_at_level"),
            ({"level": "2"}, "entry_level_falls"),
        ):
            values = {"id": "gen_random_uuid()", "found_on": "found_on + 30"} | wrong
            said = ", ".join(values.get(name, name) for name in copied.split(", "))
            with pytest.raises(IntegrityError) as broken:
                async with worker_session() as session:
                    await session.execute(text(f"INSERT INTO mentoring_entries ({copied}) SELECT {said} FROM mentoring_entries WHERE id = :id"), {"id": answer["entry"]["id"]})
            assert getattr(broken.value.orig.__cause__, "constraint_name", None) == constraint

    async def test_two_who_write_the_same_line_at_once(self, committed_api: Api, registry: Registry) -> None:
        """One is written, the other is told so: neither waits for ever, and no level of the same day stands twice."""
        await hear(consumer, facility(), facility(REMOTE), facility(OTHER_PROVINCE))
        logbook = await Logbook(World(committed_api, registry)).open()
        await logbook.attested(*logbook.mentors)
        both = await asyncio.gather(logbook.write(logbook.line()), logbook.write(logbook.line(level=3), who="mentor", **MENTOR))
        answers = [items[0] for items in both]
        assert sorted(answer["entry"] is None for answer in answers) == [False, True]
        assert next(answer["problem"]["status"] for answer in answers if answer["problem"]) == 409

    async def test_several_lines_each_answered_by_itself_and_what_was_written_is_remembered(self, logbook: Logbook) -> None:
        answers = await logbook.write(logbook.line(), logbook.line(1, level=4), who="mentor", **MENTOR)
        assert [answer["entry"] is not None for answer in answers] == [True, False]
        mine = (await logbook.world.api.as_("mentor", **MENTOR).get(f"{ROOT}/mentoring/mentorships/{logbook.id}")).json()["last_written"]
        assert (mine["act"], mine["mentor_id"]) == ("cardiac-arrest", logbook.mentors[0])
        assert (await logbook.world.read(HERE, f"/mentoring/mentorships/{logbook.id}"))["last_written"] is None
        again = await logbook.write(logbook.line(reference="SO-1", found_on="2025-04-03"), logbook.line(reference="SO-1", found_on="2025-04-03"))
        assert again[0]["entry"]["id"] == again[1]["entry"]["id"]

    async def test_a_head_attests_and_never_what_they_wrote(self, logbook: Logbook) -> None:
        (own,) = await logbook.write(logbook.line(), who=HEAD, roles=["head-of-facility", "facility-hr-officer", "records-officer"], groups=[f"/facilities/{REMOTE}"])
        refused = await logbook.post(HEAD, f"/entries/{own['entry']['id']}/attestation", {})
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (403, "attestor-is-recorder")
        (other,) = await logbook.write(logbook.line(1))
        assert (await logbook.post("there", f"/entries/{other['entry']['id']}/attestation", {}, **THERE)).status_code == 403
        attested = await logbook.post(HEAD, f"/entries/{other['entry']['id']}/attestation", {"done_on": "2025-09-30"})
        assert (attested.json()["state"], attested.json()["attested_on"]) == ("attested", "2025-09-30")
        told = await announced("relais.training.mentoring_entries")
        assert [event["data"]["state"] for event in told][-3:] == ["recorded", "recorded", "attested"]
        assert "Hoa" not in str(told)

    async def test_nothing_more_once_the_agreement_is_over(self, logbook: Logbook) -> None:
        await hear(consumer, agreement(state="terminated", ended_on="2025-05-31"))
        assert await logbook.refused(logbook.line(found_on="2025-06-01")) == "mentorship-not-in-force"
        assert (await logbook.write(logbook.line(found_on="2025-05-31")))[0]["entry"]


class TestGap:
    async def test_the_gap_of_a_facility_closes(self, logbook: Logbook) -> None:
        """Two learners need level 4: (1, none) at first, (4, 2) now: 3 + 4 → 0 + 2 is 71 % (TRF-01)."""
        world = logbook.world
        await world.act(HEAD, "/mentoring/targets", {"facility_code": REMOTE, "act": "cardiac-arrest", "level": 4, "since": "2025-03-01", "done_on": "2025-03-01"})
        second = logbook.mentors[1]
        await logbook.write(logbook.line(level=1), logbook.line(level=4, found_on="2025-07-01", second_assessor_id=second))
        found = await world.read("linh", f"/mentoring/gaps/{REMOTE}")
        assert (found["gap_baseline"], found["gap_now"], found["gap_closure_percent"]) == (7, 4, 43)
        await logbook.write(logbook.line(1, level=2, found_on="2025-08-01"))
        found = await world.read("linh", f"/mentoring/gaps/{REMOTE}?as_of=2025-09-30")
        assert (found["gap_baseline"], found["gap_now"], found["gap_closure_percent"]) == (5, 2, 60)
        assert [(cell["needed"], cell["first"], cell["now"]) for cell in found["cells"]] == [(4, 1, 4), (4, 2, 2)]
        assert (await world.read("linh", f"/mentoring/gaps/{REMOTE}?as_of=2025-05-01"))["gap_closure_percent"] == 0
        # An occupation has its own: doctors need what the centre needs of them.
        await world.act(
            HEAD, "/mentoring/targets", {"facility_code": REMOTE, "act": "cardiac-arrest", "occupation_code": "VN-BS", "level": 2, "since": "2025-09-01", "done_on": "2025-09-01"}
        )
        assert (await world.read("linh", "/mentoring/gaps"))["items"][0]["gap_now"] == 0
        assert await world.read("hr-bvt", f"/mentoring/gaps/{REMOTE}", expect=404)
