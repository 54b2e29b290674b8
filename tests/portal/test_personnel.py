"""The personnel pages: whole in each language, acting once, keeping what was typed, showing the rule behind each date."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_personnel import CONFIRMED, LIST, LIST_READ, PROBATION, PROBATION_READ, PROPOSAL, STEP, WAITING, A, answer
from tests.portal.forms import fill
from tests.portal.test_pages import test_a_page_is_whole as whole
from tests.portal.world import RULE, World, uid

As = Callable[..., TestClient]
PAGES = [
    "/pay-steps",
    "/pay-steps?within=all&facility=VN-22-BVT",
    "/pay-steps?from=2025-01-01&to=2025-09-30",
    f"/pay-steps/{STEP}",
    f"/pay-steps/{STEP}/early",
    f"/pay-step-lists/{LIST}",
    "/probations",
    "/probations?state=confirmed",
    f"/probations/{PROBATION}",
    *(f"/probations/{PROBATION}/{act}" for act in ("outcome", "opinion", "mentor-report", "mentor", "self-report", "refused-absences")),
    f"/probations/{WAITING['id']}",
    f"/probations/{CONFIRMED['id']}",
    "/benefits",
    f"/benefits?proposal={PROPOSAL}&done=proposed",
    "/benefits/new",
    "/awards",
    f"/awards?proposal={PROPOSAL}&done=share",
    "/awards/new",
    f"/history/appointment/probation/{PROBATION}",
]
REFUSED = Refusal(
    409,
    {
        "title": "A rule refuses this",
        "detail": "The probation ends on 2025-10-21.",
        "rule": RULE | {"id": "REC-VN-11"},
        "possible": "Confirm from 2025-10-22.",
        "fields": [],
        "request_id": None,
    },
)


@pytest.fixture(autouse=True)
def answers(world: World) -> World:
    return answer(world)


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_whole(as_: As, path: str, language: str) -> None:
    whole(as_, path, language)


def sent(world: World, path: str, method: str = "POST") -> list[Any]:
    return [body for how, where, body in world.sent if (how, where) == (method, path)]


class TestPaySteps:
    def test_the_work_list_is_of_ninety_days_with_the_rule_behind_each_date(self, as_: As, world: World) -> None:
        text = as_("linh").get("/pay-steps").text
        assert sent(world, f"{A}/pay-steps", "GET")[0]["due_before"] == "2025-12-29"
        assert "Why this day" in text
        assert "Thông tư 08/2013/TT-BNV" in text
        assert "Step 9 is the last one of scale A1." in text

    def test_the_ticked_are_proposed_in_one_list(self, as_: As, world: World) -> None:
        world.answers[f"{A}/pay-step-lists"] = LIST_READ | {
            "refused": [{"pay_step_id": STEP, "problem": {"detail": "The next step falls due on 2026-06-01.", "possible": "Propose it from 2026-03-03 on."}}]
        }
        answered = fill(as_("hr-bvt"), "/pay-steps", "/pay-steps?within=90&facility=&from=&to=", ids=[STEP])
        assert sent(world, f"{A}/pay-step-lists") == [{"lines": [{"pay_step_id": STEP}]}]
        assert "The list is proposed" in answered.text
        assert "Not on the list" in answered.text

    def test_nothing_ticked(self, as_: As, world: World) -> None:
        answered = fill(as_("hr-bvt"), "/pay-steps", "/pay-steps?within=90&facility=&from=&to=")
        assert answered.status_code == 422
        assert "Tick at least one person." in answered.text
        assert sent(world, f"{A}/pay-step-lists") == []

    def test_a_list_that_is_refused_says_why_on_each_line(self, as_: As, world: World) -> None:
        line = {"pay_step_id": STEP, "problem": {"detail": "The next step falls due on 2026-06-01.", "possible": "Propose it from 2026-03-03 on."}}
        world.refusals[f"{A}/pay-step-lists"] = Refusal(409, REFUSED.problem | {"refused": [line]})
        answered = fill(as_("hr-bvt"), "/pay-steps", "/pay-steps?within=90&facility=&from=&to=", ids=[STEP])
        assert answered.status_code == 409
        assert "Propose it from" in answered.text

    def test_an_early_step_says_its_ground_and_from_when(self, as_: As, world: World) -> None:
        world.answers[f"{A}/pay-step-lists"] = LIST_READ
        address = f"/pay-steps/{STEP}/early"
        text = as_("hr-bvt").get(f"/pay-steps/{STEP}").text
        assert f'href="{address}"' in text
        assert "3 months early: from 1 November 2025" in as_("hr-bvt").get(address).text
        answered = fill(as_("hr-bvt"), address, address, early_ground="retirement", early_months="3", early_reason="12/TB-BVT")
        assert sent(world, f"{A}/pay-step-lists") == [{"lines": [{"pay_step_id": STEP, "early_months": 3, "early_ground": "retirement", "early_reason": "12/TB-BVT"}]}]
        assert "The list is proposed" in answered.text

    def test_an_early_step_that_a_rule_refuses_shows_the_rule_and_keeps_what_was_typed(self, as_: As, world: World) -> None:
        inner = {"title": "", "detail": "The quota is full.", "rule": RULE | {"id": "PAY-02-QUOTA", "value": 10}, "possible": "Propose the step on its own day."}
        world.refusals[f"{A}/pay-step-lists"] = Refusal(409, REFUSED.problem | {"refused": [{"pay_step_id": STEP, "problem": inner}]})
        address = f"/pay-steps/{STEP}/early"
        answered = fill(as_("hr-bvt"), address, address, early_ground="merit", early_months="3", early_reason="Chiến sĩ thi đua")
        assert answered.status_code == 409
        for expected in ("PAY-02-QUOTA", "Propose the step on its own day.", "Chiến sĩ thi đua", "Nothing was recorded"):
            assert expected in answered.text

    def test_an_early_step_names_the_field_that_is_wrong(self, as_: As, world: World) -> None:
        address = f"/pay-steps/{STEP}/early"
        assert fill(as_("hr-bvt"), address, address, early_ground="merit").status_code == 422
        inner = {"title": "", "detail": "", "fields": [{"path": "early_reason", "reason": "Say what achievement earns the early step."}]}
        world.refusals[f"{A}/pay-step-lists"] = Refusal(409, REFUSED.problem | {"refused": [{"pay_step_id": STEP, "problem": inner}]})
        answered = fill(as_("hr-bvt"), address, address, early_ground="merit", early_months="3")
        assert 'href="#early_reason"' in answered.text

    def test_a_signatory_reads_and_proposes_nothing(self, as_: As) -> None:
        assert "Propose the ticked steps" not in as_("director").get("/pay-steps").text

    def test_a_delay(self, as_: As, world: World) -> None:
        world.answers[f"{A}/pay-steps/{STEP}/delays"] = {"id": STEP}
        answered = fill(as_("hr-bvt"), f"/pay-steps/{STEP}", f"/pay-steps/{STEP}/delays", kind="reprimand", decided_on="2024-03-01", decision_reference="44/QĐ-BVT")
        assert answered.headers["location"] == f"/pay-steps/{STEP}?done=delayed"


class TestProbations:
    def test_what_is_typed_stays_when_a_rule_refuses(self, as_: As, world: World) -> None:
        world.refusals[f"{A}/probations/{PROBATION}/outcome"] = REFUSED
        answered = fill(as_("hr-bvt"), f"/probations/{PROBATION}/outcome", f"/probations/{PROBATION}/outcome", outcome="extended", months="3", reason="Cần thêm thời gian")
        assert answered.status_code == 409
        for expected in ("REC-VN-11", "Cần thêm thời gian", "Confirm from"):
            assert expected in answered.text

    def test_the_outcome_is_sent_as_typed(self, as_: As, world: World) -> None:
        world.answers[f"{A}/probations/{PROBATION}/outcome"] = {"id": PROBATION}
        answered = fill(as_("hr-bvt"), f"/probations/{PROBATION}/outcome", f"/probations/{PROBATION}/outcome", outcome="extended", months="3", reason="Cần thêm thời gian")
        assert sent(world, f"{A}/probations/{PROBATION}/outcome") == [{"outcome": "extended", "months": 3, "reason": "Cần thêm thời gian"}]
        assert answered.headers["location"] == f"/probations/{PROBATION}?done=proposed"

    def test_an_opinion_that_is_unfavourable(self, as_: As, world: World) -> None:
        world.answers[f"{A}/probations/{PROBATION}/opinion"] = {"id": PROBATION}
        fill(as_("linh"), f"/probations/{PROBATION}/opinion", f"/probations/{PROBATION}/opinion", favourable="no", text="Chưa đạt yêu cầu.")
        assert sent(world, f"{A}/probations/{PROBATION}/opinion") == [{"favourable": False, "text": "Chưa đạt yêu cầu."}]

    def test_the_mentor_is_found_by_a_search_in_a_body(self, as_: As, world: World) -> None:
        found = {"id": uid(3), "name": "Lê Hoàng Diễm Quỳnh", "unit": "Khoa Nội", "birth_year": 1980}
        world.answers["/api/v1/registry/persons/search"] = {"id": uid(900), "items": [found], "next": None}
        answered = fill(as_("hr-bvt"), f"/probations/{PROBATION}/mentor", f"/probations/{PROBATION}/mentors", q="Quỳnh")
        assert answered.status_code == 200
        assert "Lê Hoàng Diễm Quỳnh" in answered.text
        assert "Khoa Nội" in answered.text

    def test_a_decision_leads_to_its_probation(self, as_: As) -> None:
        assert as_("linh").get(f"/probations/of/{PROPOSAL}").headers["location"] == f"/probations/{PROBATION_READ['id']}"

    def test_an_outcome_that_waits_is_given_up(self, as_: As, world: World) -> None:
        world.answers[f"{A}/probations/{WAITING['id']}/outcome/withdrawal"] = {"id": WAITING["id"]}
        answered = fill(as_("hr-bvt"), f"/probations/{WAITING['id']}", f"/probations/{WAITING['id']}/withdrawal")
        assert answered.headers["location"].endswith("done=withdrawn")


class TestBenefitsAndAwards:
    def test_a_search_inside_the_form_loses_nothing(self, as_: As, world: World) -> None:
        world.answers["/api/v1/registry/persons/search"] = {
            "id": uid(900),
            "items": [{"id": uid(2), "name": "Đặng Thị Ánh", "facility_name": "BVT", "unit": None, "birth_year": 1990}],
            "next": None,
        }
        answered = fill(as_("hr-bvt"), "/benefits/new", "/benefits/new", step="search", q="Ánh", kind="housing", amount="1500000", person_ids=[uid(1)])
        assert answered.status_code == 200
        for expected in ("Đặng Thị Ánh", "Nguyễn Thị Hoa", 'value="1500000"', '<option value="housing" selected'):
            assert expected in answered.text

    def test_a_benefit_in_percent(self, as_: As, world: World) -> None:
        world.answers[f"{A}/benefits"] |= {"proposal_id": PROPOSAL, "items": [{"person_id": uid(1), "benefit": {}, "problem": None}]}
        answered = fill(as_("hr-bvt"), "/benefits/new", "/benefits/new", kind="remoteness", percent="60,5", starts_on="2025-11-01", basis="Nghị định 76/2019", person_ids=[uid(1)])
        assert sent(world, f"{A}/benefits") == [{"kind": "remoteness", "starts_on": "2025-11-01", "basis": "Nghị định 76/2019", "percent": "60.5", "person_ids": [uid(1)]}]
        assert answered.headers["location"] == f"/benefits?proposal={PROPOSAL}&done=proposed"

    def test_nobody_chosen(self, as_: As) -> None:
        answered = fill(as_("hr-bvt"), "/benefits/new", "/benefits/new", kind="remoteness", percent="60", starts_on="2025-11-01", basis="Nghị định 76/2019")
        assert answered.status_code == 422
        assert "Choose at least one person." in answered.text

    def test_an_award_whose_share_is_passed(self, as_: As, world: World) -> None:
        world.answers[f"{A}/awards"] |= {"proposal_id": PROPOSAL, "items": [{"person_id": uid(1), "award": {}, "problem": None}], "warnings": [{"text": "…"}]}
        typed = {"title": "unit_emulation_fighter", "level": "unit", "year": "2025", "achievement": "Xuất sắc", "given_on": "2025-11-20", "person_ids": [uid(1)]}
        assert fill(as_("hr-bvt"), "/awards/new", "/awards/new", **typed).headers["location"] == f"/awards?proposal={PROPOSAL}&done=share"

    def test_a_proposal_is_given_up_together(self, as_: As, world: World) -> None:
        world.answers[f"{A}/awards/proposals/{PROPOSAL}/withdrawal"] = {"items": []}
        answered = fill(as_("hr-bvt"), f"/awards?proposal={PROPOSAL}", f"/awards/proposals/{PROPOSAL}/withdrawal")
        assert answered.headers["location"].endswith("done=withdrawn")


class TestHistory:
    def test_readable_differences_and_no_account_unless_told(self, as_: As) -> None:
        text = as_("linh").get(f"/history/appointment/probation/{PROBATION}").text
        for expected in ("Account director", "The system, on hearing of it", "You", "confirmed", "Confirmed", "never heard of", "New field"):
            assert expected in text

    def test_a_thing_that_one_may_not_see(self, as_: As) -> None:
        assert as_("linh").get(f"/history/recruitment/need/{uid(999)}").status_code == 404
