"""A plan: drafted, submitted, its money shared out, approved by another person, executed by sessions, revised in its window, closed."""

from datetime import date
from typing import Any

import pytest

from services.training.plans.execution import HeldSession, done_of
from services.training.plans.models import Plan, PlanAction
from tests.support.orders import holds_its_orders
from tests.training.conftest import Registry
from tests.training.world import AXES, PROVINCIAL, ROOT, World, known


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"year_to": 2024}, ""),
            ({"axes": [AXES[0], AXES[0]]}, ""),
            ({"actions": [{"axis": "X", "title": "Lớp", "quantity": 1, "starts_on": "2025-01-01", "ends_on": "2025-12-31"}]}, ""),
            ({"authority": "VN-22-NONE"}, "authority"),
            ({"currency": "dong"}, "currency"),
            ({"done_on": "2025-10-02"}, "done_on"),
        ],
    )
    async def test_what_cannot_be(self, province: World, changes: dict[str, Any], path: str) -> None:
        body = {"authority": "VN-22", "title": "Kế hoạch", "year_from": 2025, "year_to": 2030, "axes": AXES, "done_on": "2025-01-05"} | changes
        refused = await province.act("training", "/plans", body, expect=422)
        assert path in [field["path"] for field in refused["fields"]] or not path

    async def test_of_another_facility(self, province: World) -> None:
        body = {"authority": "VN-22-TTBCE", "title": "Kế hoạch", "year_from": 2025, "year_to": 2025, "axes": AXES, "done_on": "2025-01-05"}
        assert (await province.act("hr-bvt", "/plans", body, expect=403))["type"].endswith("/other-authority")

    async def test_without_axes_nothing_is_submitted(self, province: World) -> None:
        plan = await province.plan(axes=[])
        refused = await province.act("training", f"/plans/{plan['id']}/submission", {}, expect=409)
        assert refused["type"].endswith("/plan-without-axes")
        assert refused["possible"]

    async def test_not_approved_before_arbitration(self, province: World) -> None:
        plan = await province.plan(submit=True)
        refused = await province.act("director", f"/plans/{plan['id']}/approval", {}, expect=409)
        assert refused["rule"]["id"] == "WF-plan-approve"

    async def test_the_author_does_not_approve(self, province: World) -> None:
        plan = await province.plan(by="linh", submit=True)
        await province.act("director", f"/plans/{plan['id']}/arbitration", {})
        assert (await province.act("linh", f"/plans/{plan['id']}/approval", {}, expect=403))["type"].endswith("/approver-is-author")

    async def test_one_plan_for_the_same_years(self, province: World) -> None:
        await province.plan()
        body = {"authority": "VN-22", "title": "Kế hoạch khác", "year_from": 2025, "year_to": 2030, "axes": AXES, "done_on": "2025-01-05"}
        assert (await province.act("training", "/plans", body, expect=409))["type"].endswith("/plan-exists")

    @pytest.mark.parametrize(("day", "slug"), [("2025-05-31", "window-closed"), ("2025-08-01", "window-closed")])
    async def test_not_revised_outside_its_window(self, province: World, day: str, slug: str) -> None:
        plan = await province.approved_plan()
        refused = await province.act("director", f"/plans/{plan['id']}/revision", {"budgets": {"P-IN": 1}, "reason": "Điều chỉnh", "done_on": day}, expect=409)
        assert refused["type"].endswith(f"/{slug}")
        assert refused["rule"]["id"] == "TRN-REVISION"
        assert ("2025-06-01" if day < "2025-06-01" else "2026-06-01") in refused["possible"]

    async def test_revised_once_a_year_and_never_under_what_is_spent(self, province: World) -> None:
        plan = await province.approved_plan()
        spent = {"axis": "P-IN", "label": "Học phí", "amount": 100_000_000, "spent_on": "2025-03-01", "done_on": "2025-03-02"}
        assert (await province.act("training", f"/plans/{plan['id']}/expenses", spent))["spent"] == 100_000_000
        body = {"budgets": {"P-IN": 99_999_999}, "reason": "Cắt giảm", "done_on": "2025-06-15"}
        assert (await province.act("director", f"/plans/{plan['id']}/revision", body, expect=409))["type"].endswith("/budget-below-spent")
        revised = await province.act("director", f"/plans/{plan['id']}/revision", body | {"budgets": {"P-IN": 100_000_000}})
        assert (revised["budget"], revised["revised_on"]) == (400_000_000, "2025-06-15")
        assert (await province.act("director", f"/plans/{plan['id']}/revision", body, expect=409))["type"].endswith("/revised-already")

    async def test_several_expenses_are_entered_together_or_not_at_all(self, province: World) -> None:
        plan = await province.approved_plan()
        one = {"label": "Học phí", "amount": 100_000_000, "spent_on": "2025-03-01"}
        wrong = {"items": [one | {"axis": "P-IN"}, one | {"axis": "NONE"}], "done_on": "2025-03-02"}
        refused = await province.act("training", f"/plans/{plan['id']}/expenses/batch", wrong, expect=422)
        assert [field["path"] for field in refused["fields"]] == ["items.1.axis"]
        assert (await province.read("training", f"/plans/{plan['id']}"))["spent"] == 0
        both = {"items": [one | {"axis": "P-IN"}, one | {"axis": AXES[1]["code"], "amount": 5}], "done_on": "2025-03-02"}
        await province.act("hr-bvt", f"/plans/{plan['id']}/expenses/batch", both, expect=403)
        answer = await province.act("training", f"/plans/{plan['id']}/expenses/batch", both)
        assert [axis["spent"] for axis in answer["axes"]] == [100_000_000, 5]
        draft = await province.plan(authority=PROVINCIAL, year_to=2025, by="hr-bvt")
        assert (await province.act("hr-bvt", f"/plans/{draft['id']}/expenses/batch", both, expect=409))["type"].endswith("/plan-not-approved")

    async def test_no_session_opens_on_a_draft(self, province: World) -> None:
        plan = await province.plan()
        session = await province.planned(plan_id=plan["id"], axis="P-IN")
        assert (await province.act("training", f"/sessions/{session['id']}/opening", {}, expect=409))["type"].endswith("/plan-not-approved")


class TestApproval:
    async def test_arbitration_grants_and_approval_dates(self, province: World) -> None:
        plan = await province.plan(submit=True)
        await province.act("linh", f"/plans/{plan['id']}/arbitration", {"budgets": {"P-IN": 800_000_000}, "done_on": "2025-01-10"})
        approved = await province.act("director", f"/plans/{plan['id']}/approval", {"done_on": "2025-01-15"})
        assert [(axis["requested"], axis["budget"]) for axis in approved["axes"]] == [(900_000_000, 800_000_000), (300_000_000, 300_000_000)]
        assert (approved["state"], approved["approved_on"], approved["decision"]) == ("approved", "2025-01-15", "to_regularise")

    async def test_a_plan_sent_back_is_written_anew(self, province: World) -> None:
        plan = await province.plan(submit=True)
        assert (await province.act("linh", f"/plans/{plan['id']}/return", {}))["state"] == "draft"
        edited = await province.act("training", f"/plans/{plan['id']}", {"title": "Kế hoạch mới", "axes": AXES[:1]}, expect=200, method="put")
        assert (edited["title"], [axis["code"] for axis in edited["axes"]]) == ("Kế hoạch mới", ["P-IN"])

    async def test_what_was_read_before_is_old(self, province: World) -> None:
        plan = await province.plan()
        answer = await province.api.as_("training").post(f"{ROOT}/plans/{plan['id']}/submission", json={}, headers={"If-Match": '"7"'})
        assert answer.status_code == 412

    async def test_the_same_reference_is_the_same_plan(self, province: World) -> None:
        first = await province.plan(reference="KH-1")
        assert (await province.plan(reference="KH-1"))["id"] == first["id"]

    async def test_a_hospital_reads_the_province_s_plan_once_approved(self, province: World) -> None:
        draft = await province.plan()
        await province.read("hr-bvt", f"/plans/{draft['id']}", expect=404)
        await province.act("training", f"/plans/{draft['id']}/submission", {"done_on": "2025-01-06"})
        await province.act("linh", f"/plans/{draft['id']}/arbitration", {"done_on": "2025-01-10"})
        await province.act("director", f"/plans/{draft['id']}/approval", {"done_on": "2025-01-15"})
        seen = await province.read("hr-bvt", f"/plans/{draft['id']}")
        assert not any(act["allowed"] for act in seen["available_actions"])
        await province.read("hanoi", f"/plans/{draft['id']}", expect=404)

    async def test_machines_read_their_territory(self, province: World) -> None:
        await province.approved_plan()
        for scopes, count in ((("training.read", "territory:VN-22"), 1), (("training.read", "territory:VN-01"), 0)):
            answer = await province.api.as_machine("ministry-health", *scopes).get(f"{ROOT}/plans")
            assert (answer.status_code, len(answer.json()["items"])) == (200, count)
        assert (await province.api.as_machine("ministry-health", "territory:VN-22").get(f"{ROOT}/plans")).status_code == 403


class TestExecution:
    async def test_planned_against_done(self, world: World, registry: Registry) -> None:
        """TRN-03: money per axis, share executed, cost per trained person."""
        action = {"axis": "P-IN", "title": "Lớp hồi sức", "quantity": 2, "starts_on": "2025-01-01", "ends_on": "2025-12-31", "budget": 80_000_000}
        plan = await world.approved_plan(actions=[action])
        session = await world.opened(plan_id=plan["id"], axis="P-IN", cost=40_000_001)
        people = await world.people("Nguyễn Thị Hoa", "Trần Văn Bình", "Lê Minh Châu")
        await world.enrolled(session, *people)
        await world.confirmed(session)
        await world.attendance(session, {people[0]: [1, 2, 3, 4], people[1]: [1, 2, 3, 4], people[2]: []})
        await world.held(session)
        execution = await world.read("linh", f"/plans/{plan['id']}/execution")
        assert (execution["spent"], execution["budget"], execution["share_spent"]) == (40_000_001, 1_200_000_000, 3.3)
        assert (execution["actions_done"], execution["actions_planned"], execution["share_executed"]) == (1, 2, 50.0)
        assert (execution["completions"], execution["cost_per_trained_person"]) == (2, 20_000_001)  # half up
        assert execution["axes"][0]["sessions_held"] == 1
        refused = await world.act("linh", f"/plans/{plan['id']}/closure", {}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("too-few-evaluated", "EVAL-01")
        await world.marks(session, dict.fromkeys(people[:2], (40, 80)))
        await world.act("training", f"/sessions/{session['id']}/evaluation", {"satisfaction": "4.5", "answers": 2})
        assert (await world.act("linh", f"/plans/{plan['id']}/closure", {}))["state"] == "closed"

    async def test_facilities_with_a_plan(self, province: World) -> None:
        await province.approved_plan(by="hr-bvt", authority=PROVINCIAL, year_to=2025)
        await province.plan(by="hr-bache", authority="VN-22-TTBCE", year_to=2025)
        coverage = await province.read("linh", "/plans/coverage?year=2025")
        assert (coverage["with_plan"], coverage["with_draft"], coverage["share"]) == ([PROVINCIAL], ["VN-22-TTBCE"], 50.0)
        assert "VN-01-BVDK" not in coverage["facilities"]

    def test_a_session_answers_one_action(self) -> None:
        """The action of its course first, then one without course, never more than its quantity."""
        axis, course = known("axis"), known("course")
        plan = Plan(actions=[])
        plan.actions = [
            PlanAction(id=known("any"), axis_id=axis, course_id=None, quantity=1),
            PlanAction(id=known("named"), axis_id=axis, course_id=course, quantity=1),
        ]
        held = [HeldSession(known(str(n)), axis, course, 1, date(2025, 1, n), 1) for n in range(1, 5)]
        assert {each.action_id: each.done for each in done_of(plan, held)} == {known("any"): 1, known("named"): 1}


async def test_the_list_holds_each_order(province: World) -> None:
    for title, first in (("B", 2026), ("C", 2025), ("A", 2031)):
        await province.plan(title=f"{title} kế hoạch", year_from=first, year_to=first + 4)
    orders = {
        "years": lambda one: (one["year_from"], one["authority"]),
        "title": lambda one: one["title"],
        "organisation": lambda one: (one["authority"], one["year_from"]),
        "state": lambda one: (one["state"], one["year_from"]),
    }
    await holds_its_orders(province.api.as_("training"), f"{ROOT}/plans", orders, rows=3)
