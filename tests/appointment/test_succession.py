"""The succession plan: proposed, screened, voted, approved, reviewed each year; its limits, its coverage, and who may see it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.appointment.rules import PACKS
from services.appointment.succession.limits import coverage_of, names_must_fit, plan_must_be_wide_enough
from services.appointment.succession.models import Entry
from services.appointment.succession.use_cases import settle_plans
from shared.errors import Refused
from tests.appointment.world import PROVINCIAL, REMOTE, known
from tests.appointment.world_leadership import Leaders, staff
from tests.support.api import Api
from tests.support.service import environment

APP_12 = PACKS.pinned("vn-2020").rule("APP-12")


class Planners(Leaders):
    """Those who make the plan."""

    async def plan(self, *entries: dict[str, Any], expect: int = 201, **changes: Any) -> dict[str, Any]:
        body = {"authority": "VN-22", "title": "Quy hoạch 2025–2030", "term_from": "2025-01-01", "term_to": "2030-12-31", "entries": list(entries), "done_on": "2025-01-06"}
        return await self.act("linh", "/succession-plans", body | changes, expect=expect)

    async def voted_plan(self, *entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
        plan = await self.plan(*entries, **changes)
        await self.act("linh", f"/succession-plans/{plan['id']}/screening", {"done_on": "2025-01-13"})
        body = {"convened": 9, "present": 8, "valid": 8, "unanimous": True, "minutes_reference": "BB-QH", "done_on": "2025-01-20"}
        return await self.act("secretary", f"/succession-plans/{plan['id']}/vote", body)

    async def approved_plan(self, *entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
        plan = await self.voted_plan(*entries, **changes)
        return await self.act("director", f"/succession-plans/{plan['id']}/approval", {"approval_reference": "12/KL", "done_on": "2025-01-27"})


def named(name: str, position: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"person_id": str(known(name)), "position_id": position["id"]} | more


@pytest.fixture
async def planners(api: Api) -> Planners:
    planners = Planners(api)
    await planners.open_places(PROVINCIAL, REMOTE)
    await staff("Ánh", "Bình", "Chi")
    return planners


@pytest.fixture
async def head(planners: Planners) -> dict[str, Any]:
    return await planners.position(planning_required=True)


class TestShares:
    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        """What the registry is asked, and its totals: two women of three, one under 40."""
        questions: list[dict[str, Any]] = []

        async def told(_caller: Any, _method: str, path: str, *, json: Any) -> dict[str, Any]:
            questions.append({"path": path} | json)
            few = len(json["ids"]) < 3
            return {"people": len(json["ids"])} | {name: None if few else total for name, total in (("women", 2), ("under", 1), ("sex_unknown", 0), ("birth_unknown", 0))}

        monkeypatch.setattr("services.appointment.succession.shares.ask", told)
        return questions

    async def test_women_and_under_forty_of_the_plan_and_of_those_ready(self, planners: Planners, head: dict[str, Any], asked: list[dict[str, Any]]) -> None:
        """APP-12: each person once, with the rule; totals that would speak of a few are not told."""
        deputy = await planners.position("deputy", planning_required=True)
        plan = await planners.approved_plan(named("Ánh", head), named("Bình", head), named("Chi", deputy, ready=False), named("Ánh", deputy))
        shares = await planners.read(f"/succession-plans/{plan['id']}/shares")
        assert (shares["names"]["people"], shares["names"]["women"], shares["names"]["women_percent"]) == (3, 2, "66.7")
        assert (shares["names"]["under"], shares["names"]["under_percent"]) == (1, "33.3")
        assert (shares["ready"]["people"], shares["ready"]["women"], shares["ready"]["women_percent"]) == (2, None, None)
        assert (shares["rule"]["id"], shares["rule"]["value"], bool(shares["rule"]["citation"])) == ("APP-12-SHARES", 40, True)
        assert [(question["path"], len(question["ids"]), question["under"], question["on"]) for question in asked] == [
            ("/api/v1/registry/persons/shares", 3, 40, shares["as_of"]),
            ("/api/v1/registry/persons/shares", 2, 40, shares["as_of"]),
        ]

    @pytest.mark.parametrize(("person", "status"), [("hr-bvt", 403), ("hanoi", 404)])
    async def test_read_by_those_who_read_the_plan(self, planners: Planners, head: dict[str, Any], asked: list[dict[str, Any]], person: str, status: int) -> None:
        plan = await planners.approved_plan(named("Ánh", head), named("Bình", head))
        await planners.read(f"/succession-plans/{plan['id']}/shares", person, expect=status)
        assert asked == []


class TestPlan:
    async def test_from_the_proposal_to_the_approval(self, planners: Planners, head: dict[str, Any]) -> None:
        plan = await planners.approved_plan(named("Ánh", head), named("Bình", head, priority=2))
        assert (plan["state"], [entry["state"] for entry in plan["entries"]]) == ("approved", ["active", "active"])
        assert (plan["coverage"]["posts"], plan["coverage"]["covered"], plan["coverage"]["percent"]) == (1, 1, "100.0")

    async def test_a_person_of_the_plan_is_a_candidate(self, planners: Planners, head: dict[str, Any]) -> None:
        """APP-02: the same post, an equivalent one, and not a lower one for somebody of the house."""
        await planners.approved_plan(named("Ánh", head), named("Bình", head))
        await planners.screened(await planners.granted(head), "Ánh", "Bình")
        equivalent = await planners.position(facility_code=REMOTE, planning_required=True)
        await staff("Mai", at=REMOTE)
        await planners.screened(await planners.granted(equivalent), "Mai", expect=409)
        await planners.screened(await planners.granted(equivalent, kind="equivalent"), "Ánh")
        lower = await planners.position("deputy", planning_required=True)
        refused = await planners.screened(await planners.granted(lower), "Ánh", expect=409)
        assert refused["type"].endswith("/outside-the-plan")

    async def test_before_its_approval_it_admits_nobody(self, planners: Planners, head: dict[str, Any]) -> None:
        await planners.voted_plan(named("Ánh", head), named("Bình", head))
        await planners.screened(await planners.granted(head), "Ánh", expect=409)

    async def test_who_proposes_does_not_approve(self, planners: Planners, head: dict[str, Any]) -> None:
        plan = await planners.voted_plan(named("Ánh", head), named("Bình", head))
        both = planners.api.as_("linh", roles=["regional-administrator", "signatory", "records-officer"])
        answer = await both.post(f"/api/v1/appointment/succession-plans/{plan['id']}/approval", json={"done_on": "2025-01-27"})
        assert (answer.status_code, answer.json()["type"].rsplit("/")[-1]) == (403, "approver-is-proposer")

    async def test_too_few_names(self, planners: Planners, head: dict[str, Any]) -> None:
        plan = await planners.voted_plan(named("Ánh", head))
        refused = await planners.act("director", f"/succession-plans/{plan['id']}/approval", {"done_on": "2025-01-27"}, expect=409)
        assert (refused["type"].rsplit("/")[-1], refused["rule"]["id"]) == ("too-few-names", "APP-12")

    async def test_five_names_for_one_post(self, planners: Planners, head: dict[str, Any]) -> None:
        refused = await planners.plan(*[named(name, head) for name in "ABCDE"], expect=409)
        assert (refused["type"].rsplit("/")[-1], refused["rule"]["value"]["names_per_post_at_most"]) == ("too-many-names", 4)

    async def test_one_person_for_four_posts(self, planners: Planners, head: dict[str, Any]) -> None:
        others = [await planners.position(unit=unit, title="Trưởng khoa") for unit in ("Khoa Dược", "Khoa Sản", "Khoa Nhi")]
        refused = await planners.plan(*[named("Ánh", post) for post in (head, *others)], expect=409)
        assert refused["type"].endswith("/too-many-posts")

    async def test_the_same_name_twice(self, planners: Planners, head: dict[str, Any]) -> None:
        refused = await planners.plan(named("Ánh", head), named("Ánh", head), expect=409)
        assert refused["type"].endswith("/planned-already")

    async def test_screened_out_with_a_reason(self, planners: Planners, head: dict[str, Any]) -> None:
        plan = await planners.plan(named("Ánh", head), named("Bình", head))
        out = plan["entries"][0]["id"]
        await planners.act("linh", f"/succession-plans/{plan['id']}/screening", {"not_retained": [{"entry_id": out}], "done_on": "2025-01-13"}, expect=422)
        plan = await planners.act("linh", f"/succession-plans/{plan['id']}/screening", {"not_retained": [{"entry_id": out, "reason": "Tuổi"}], "done_on": "2025-01-13"})
        assert {entry["id"]: entry["state"] for entry in plan["entries"]}[out] == "not_retained"

    async def test_a_vote_of_totals_with_quorum(self, planners: Planners, head: dict[str, Any]) -> None:
        plan = await planners.plan(named("Ánh", head), named("Bình", head))
        path = f"/succession-plans/{plan['id']}"
        await planners.act("linh", f"{path}/screening", {"done_on": "2025-01-13"})
        totals = [{"entry_id": entry["id"], "votes": votes} for entry, votes in zip(plan["entries"], (5, 4), strict=True)]
        await planners.act("secretary", f"{path}/vote", {"convened": 9, "present": 5, "valid": 5, "totals": totals, "done_on": "2025-01-20"}, expect=409)
        await planners.act("secretary", f"{path}/vote", {"convened": 9, "present": 8, "valid": 8, "totals": totals[:1], "done_on": "2025-01-20"}, expect=422)
        plan = await planners.act("secretary", f"{path}/vote", {"convened": 9, "present": 8, "valid": 8, "totals": totals, "done_on": "2025-01-20"})
        assert [{entry["id"]: entry["state"] for entry in plan["entries"]}[total["entry_id"]] for total in totals] == ["voted", "not_retained"]

    async def test_it_begins_and_expires_on_its_days(self, planners: Planners, head: dict[str, Any]) -> None:
        plan = await planners.approved_plan(named("Ánh", head), named("Bình", head), term_from="2025-12-01", term_to="2030-11-30")
        assert [entry["state"] for entry in plan["entries"]] == ["approved", "approved"]
        for today, states in (("2025-12-01", ["active", "active"]), ("2030-12-01", ["expired", "expired"])):
            with environment(RELAIS_TODAY=today):
                await settle_plans()
                await settle_plans()
            assert [entry["state"] for entry in (await planners.read(f"/succession-plans/{plan['id']}"))["entries"]] == states


class TestReview:
    async def test_reviewed_completed_approved(self, planners: Planners, head: dict[str, Any]) -> None:
        plan = await planners.approved_plan(named("Ánh", head), named("Bình", head))
        path, out = f"/succession-plans/{plan['id']}", plan["entries"][0]["id"]
        await planners.act("linh", f"{path}/reviews", {"year": 2025, "outcomes": [{"entry_id": out, "outcome": "removed"}], "done_on": "2025-06-02"}, expect=422)
        await planners.act("linh", f"{path}/reviews", {"year": 2025, "outcomes": [{"entry_id": out, "outcome": "removed", "reason": "Chuyển ngành"}], "done_on": "2025-06-02"})
        await planners.act("linh", f"{path}/reviews", {"year": 2025, "done_on": "2025-06-03"}, expect=409)
        await planners.act("director", f"{path}/reviews/2025/approval", {"done_on": "2025-06-20"}, expect=409)
        vote = {"convened": 9, "present": 8, "valid": 8}
        added = {"entries": [named("Chi", head)], "done_on": "2025-06-10"}
        await planners.act("linh", f"{path}/reviews/2025/completion", added, expect=422)
        refused = await planners.act("linh", f"{path}/reviews/2025/completion", added | vote | {"votes": 4}, expect=409)
        assert refused["type"].endswith("/no-majority")
        await planners.act("linh", f"{path}/reviews/2025/completion", added | vote | {"votes": 5})
        plan = await planners.act("director", f"{path}/reviews/2025/approval", {"approval_reference": "45/KL", "done_on": "2025-06-20"})
        assert sorted((entry["state"], entry["reason"] or "") for entry in plan["entries"]) == [("active", ""), ("active", ""), ("removed", "Chuyển ngành")]
        assert {entry["id"]: entry["state"] for entry in plan["entries"]}[out] == "removed"
        review = plan["reviews"][0]
        assert (review["state"], review["kept"], review["removed"], review["added"], plan["reviewed_on"]) == ("approved", 1, 1, 1, "2025-06-20")

    async def test_outside_the_review_a_reason_and_an_approval(self, planners: Planners, head: dict[str, Any]) -> None:
        plan = await planners.approved_plan(named("Ánh", head), named("Bình", head))
        path = f"/succession-plans/{plan['id']}"
        refused = await planners.act("linh", f"{path}/entries", {"entries": [named("Chi", head)], "done_on": "2025-03-03"}, expect=409)
        assert refused["type"].endswith("/reason-needed")
        plan = await planners.act("linh", f"{path}/entries", {"entries": [named("Chi", head)], "because": "Đơn vị mới", "done_on": "2025-03-03"})
        entry = next(entry for entry in plan["entries"] if entry["person_id"] == str(known("Chi")))
        assert (entry["state"], entry["added_because"]) == ("proposed", "Đơn vị mới")
        plan = await planners.act("director", f"{path}/entries/{entry['id']}/approval", {"done_on": "2025-03-05"})
        assert [each["state"] for each in plan["entries"] if each["id"] == entry["id"]] == ["active"]
        await planners.act("director", f"{path}/entries/{entry['id']}/approval", {"done_on": "2025-03-05"}, expect=409)
        plan = await planners.act("linh", f"{path}/entries/{entry['id']}/removal", {"reason": "Chuyển ngành", "informed_on": "2025-03-20", "done_on": "2025-03-20"})
        assert [(each["state"], each["informed_on"]) for each in plan["entries"] if each["id"] == entry["id"]] == [("removed", "2025-03-20")]
        await planners.act("linh", f"{path}/entries/{entry['id']}/removal", {"reason": "Chuyển ngành", "done_on": "2025-03-20"}, expect=409)


class TestWalls:
    @pytest.mark.parametrize(("person", "status"), [("hanoi", 404), ("hr-bvt", 403), ("head-bvt", 403), ("analyst", 403), ("secretary", 200), ("director", 200)])
    async def test_a_plan_names_people(self, planners: Planners, head: dict[str, Any], person: str, status: int) -> None:
        plan = await planners.plan(named("Ánh", head))
        await planners.read(f"/succession-plans/{plan['id']}", person, expect=status)

    @pytest.mark.parametrize("person", ["director", "secretary", "hr-bvt"])
    async def test_only_the_administrator_proposes(self, planners: Planners, person: str) -> None:
        body = {"authority": "VN-22", "title": "Quy hoạch", "term_from": "2025-01-01", "term_to": "2030-12-31"}
        await planners.act(person, "/succession-plans", body, expect=403)

    async def test_not_of_another_province(self, planners: Planners) -> None:
        await planners.plan(authority="VN-01", expect=403)


def entry(person: UUID, position: UUID, *, state: str = "active", ready: bool = True) -> Entry:
    return Entry(id=uuid4(), person_id=person, position_id=position, state=state, ready=ready)


PEOPLE, POSTS = [known(f"person {number}") for number in range(6)], [known(f"post {number}") for number in range(5)]
plans = some.lists(
    some.tuples(some.sampled_from(PEOPLE), some.sampled_from(POSTS), some.sampled_from(["active", "removed", "voted"]), some.booleans()), max_size=20, unique_by=lambda e: e[:2]
)


@given(plans)
def test_limits_and_coverage(rows: Sequence[tuple[UUID, UUID, str, bool]]) -> None:
    entries = [entry(person, post, state=state, ready=ready) for person, post, state, ready in rows]
    counted = [(each.person_id, each.position_id) for each in entries if each.counts]
    fits = all(sum(post == wanted for _person, post in counted) <= 4 for wanted in POSTS) and all(sum(person == who for person, _post in counted) <= 3 for who in PEOPLE)
    try:
        names_must_fit(entries, APP_12)
        assert fits
    except Refused:
        assert not fits
    wide = bool(counted) and len(counted) >= 1.5 * len({post for _person, post in counted})
    try:
        plan_must_be_wide_enough(entries, APP_12)
        assert wide
    except Refused:
        assert not wide
    coverage = coverage_of(entries, set(POSTS), APP_12)
    assert coverage.covered == sum(sum(e.position_id == post and e.ready and e.state == "active" for e in entries) >= 2 for post in POSTS)
    assert coverage.posts == len(POSTS)
