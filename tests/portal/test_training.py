"""Pages of training: drawn whole in three languages; the sheet of the room is one form; the public check names nobody."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_training import ANSWERS, BALANCE, CERTIFICATE, CODE, CREDIT, DRAFT_PLAN, ENROLMENT, OPEN_SESSION, PLAN, SESSION, SESSION_READ, T
from tests.portal.forms import fill, hidden_fields
from tests.portal.world import PEOPLE, World, uid

PAGES = [
    "/training/plans",
    "/training/plans/new",
    f"/training/plans/{PLAN}",
    f"/training/plans/{DRAFT_PLAN}",
    f"/training/plans/{PLAN}/money",
    f"/training/plans/{DRAFT_PLAN}/money",
    "/training/courses",
    "/training/courses/new",
    "/training/sessions",
    "/training/sessions/new",
    f"/training/sessions/{SESSION}",
    f"/training/sessions/{OPEN_SESSION}",
    f"/training/sessions/{SESSION}/enrol",
    f"/training/sessions/{SESSION}/enrol?facility=VN-22-BVT",
    f"/training/sessions/{SESSION}/attendance",
    f"/training/sessions/{SESSION}/attendance?half_day=all",
    f"/training/sessions/{SESSION}/marks",
    f"/training/enrolments/{ENROLMENT}",
    f"/training/certificates/{CERTIFICATE}",
    "/training/staff",
    "/training/own",
    f"/people/{uid(1)}/training",
    "/check",
    f"/check/{CODE}",
]


@pytest.fixture(autouse=True)
def answers(world: World) -> None:
    world.answers |= ANSWERS


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    page = as_("linh", language).get(path)
    assert page.status_code == 200, page.text[:2000]
    assert page.text.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page.text)
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)


@pytest.mark.parametrize("person", ["director", "hr-bvt"])
@pytest.mark.parametrize("path", PAGES)
def test_for_others_too(as_: Callable[..., TestClient], path: str, person: str) -> None:
    assert as_(person).get(path).status_code == 200


class TestPublicCheck:
    def test_without_signing_in_and_without_a_name(self, reader: TestClient) -> None:
        page = reader.get(f"/check/{CODE}")
        assert page.status_code == 200
        assert "N.T.H." in page.text
        assert not any(name in page.text for name in PEOPLE.values())
        assert "/people/" not in page.text

    def test_an_unknown_code_says_so(self, reader: TestClient) -> None:
        page = reader.get("/check/AAAA-AAAA-AAAA")
        assert page.status_code == 404
        assert 'name="code"' in page.text

    def test_a_code_typed_leads_to_its_page(self, reader: TestClient) -> None:
        assert reader.get(f"/check?code={CODE}").headers["location"] == f"/check/{CODE}"


class TestAttendance:
    PATH = f"/training/sessions/{SESSION}/attendance"

    def test_the_half_day_of_today_comes_first(self, as_: Callable[..., TestClient]) -> None:
        page = as_("linh").get(self.PATH)
        assert f'value="{uid(1)}:2" checked' in page.text
        assert f'value="{uid(1)}:1"' not in page.text

    def test_one_save_for_the_whole_room(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/sessions/{SESSION}/attendance"] = {"entered": 2, "enrolments": []}
        reader = as_("linh")
        shown = reader.get(self.PATH).text
        hidden = hidden_fields(shown, self.PATH)
        body = {name: hidden[name] for name in ("csrf", "once", "shown")} | {"half_day": ["2"], "person": [uid(1), uid(2)], "present": [f"{uid(1)}:2"]}
        answer = reader.post(self.PATH, data=body)
        assert answer.headers["location"] == f"{self.PATH}?half_day=2&done=entered"
        sent = next(body for method, path, body in world.sent if method == "POST" and path.endswith("/attendance"))
        assert sent["entries"] == [{"person_id": uid(1), "present": [2], "absent": []}, {"person_id": uid(2), "present": [], "absent": [2]}]

    def test_everybody_at_once(self, as_: Callable[..., TestClient]) -> None:
        page = as_("linh").get(f"{self.PATH}?half_day=1&tick=all")
        assert f'value="{uid(2)}:1" checked' in page.text

    def test_a_refusal_keeps_the_ticks(self, as_: Callable[..., TestClient], world: World) -> None:
        rule = {"id": "TRN-ENROLLED", "value": "enrolled", "unit": "people of the sheet", "citation": "Relais rule book", "confidence": "confirmed"}
        problem = {"title": "A rule refuses this", "detail": "1 people of this sheet are not enrolled.", "rule": rule, "possible": "Enrol them first."}
        world.refusals[f"{T}/sessions/{SESSION}/attendance"] = Refusal(409, {"type": "x/not-enrolled"} | problem)
        reader = as_("linh")
        hidden = hidden_fields(reader.get(self.PATH).text, self.PATH)
        body = {name: hidden[name] for name in ("csrf", "once")} | {"shown": "2", "half_day": ["2"], "person": [uid(1), uid(2)], "present": [f"{uid(2)}:2"]}
        answer = reader.post(self.PATH, data=body)
        assert answer.status_code == 409
        assert "TRN-ENROLLED" in answer.text
        assert f'value="{uid(2)}:2" checked' in answer.text
        assert f'value="{uid(1)}:2" checked' not in answer.text


class TestEnrol:
    PATH = f"/training/sessions/{SESSION}/enrol"

    def test_nobody_ticked(self, as_: Callable[..., TestClient]) -> None:
        assert fill(as_("linh"), f"{self.PATH}?facility=VN-22-BVT", self.PATH).status_code == 422

    def test_those_who_are_enrolled_cannot_be_ticked_again(self, as_: Callable[..., TestClient]) -> None:
        page = as_("linh").get(f"{self.PATH}?facility=VN-22-BVT")
        assert f'value="{uid(1)}" disabled' in page.text

    def test_each_person_is_answered(self, as_: Callable[..., TestClient], world: World) -> None:
        problem = {
            "type": "x/no", "title": "A rule refuses this", "detail": "These days are taken.", "possible": None,
            "conflicts": [{"day_from": "2025-09-29", "day_to": "2025-09-30", "reason": "below-minimum"}], "nearest": [{"starts_on": "2025-10-06", "ends_on": "2025-10-07"}],
        }  # fmt: skip
        world.answers[f"{T}/sessions/{SESSION}/enrolments"] = {
            "items": [{"person_id": uid(1), "enrolment": {"state": "requested"}, "problem": None}, {"person_id": uid(2), "enrolment": None, "problem": problem}],
            "enrolled": 1, "waiting": 0, "refused": 1,
        }  # fmt: skip
        reader = as_("linh")
        hidden = hidden_fields(reader.get(f"{self.PATH}?facility=VN-22-BVT").text, self.PATH)
        answer = reader.post(self.PATH, data=hidden | {"person_ids": [uid(1), uid(2)]})
        assert answer.status_code == 200
        assert "too few would stay" in answer.text
        assert "06/10/2025" in answer.text

    def test_a_name_is_asked_in_a_body(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers["/api/v1/registry/persons/search"] = {"id": uid(900), "items": [ANSWERS["/api/v1/registry/persons"]["items"][1]], "next": None}
        answer = fill(as_("linh"), self.PATH, f"{self.PATH}/search", q="Hoa")
        assert answer.status_code == 200
        assert f'value="{uid(2)}"' in answer.text


class TestMarks:
    PATH = f"/training/sessions/{SESSION}/marks"

    def test_only_what_was_changed_is_sent(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/sessions/{SESSION}/marks"] = {"entered": 1, "enrolments": []}
        reader = as_("linh")
        hidden = hidden_fields(reader.get(self.PATH).text, self.PATH)
        marks = {f"pre-{uid(1)}": "45.5", f"post-{uid(1)}": "80", f"pre-{uid(2)}": "30,5", f"post-{uid(2)}": ""}
        reader.post(self.PATH, data=hidden | {"person": [uid(1), uid(2)]} | marks)
        sent = next(body for method, path, body in world.sent if method == "POST" and path.endswith("/marks"))
        assert sent["entries"] == [{"person_id": uid(2), "pre": "30.5", "post": None}]


class TestActs:
    @pytest.mark.parametrize(
        ("act", "typed", "done"),
        [("holding", {}, "held"), ("postponement", {"reason": "Bão"}, "postponed"), ("cancellation", {"reason": "Bão"}, "cancelled"), ("seats", {}, "seated")],
    )
    def test_acts_of_a_session(self, as_: Callable[..., TestClient], world: World, act: str, typed: dict[str, str], done: str) -> None:
        world.answers[f"{T}/sessions/{SESSION}/{act}"] = SESSION_READ
        path = f"/training/sessions/{SESSION}"
        assert fill(as_("linh"), path, f"{path}/{act}", **typed).headers["location"] == f"{path}?done={done}"

    def test_an_act_that_does_not_exist(self, as_: Callable[..., TestClient]) -> None:
        reader = as_("linh")
        hidden = hidden_fields(reader.get(f"/training/sessions/{SESSION}").text, f"/training/sessions/{SESSION}/holding")
        assert reader.post(f"/training/sessions/{SESSION}/destruction", data=hidden).status_code == 404

    def test_budgets_are_granted_by_axis(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/plans/{DRAFT_PLAN}/arbitration"] = {"id": DRAFT_PLAN}
        path = f"/training/plans/{DRAFT_PLAN}"
        fill(as_("linh"), path, f"{path}/arbitration", **{"budget_P-IN": "8 000 000 000"})
        sent = next(body for _method, target, body in world.sent if target.endswith("/arbitration"))
        assert sent["budgets"] == {"P-IN": 8_000_000_000}

    MONEY = f"/training/plans/{PLAN}/money"
    EXPENSES = f"/training/plans/{PLAN}/expenses"

    def test_spending_of_the_axes_that_were_typed_goes_together(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/plans/{PLAN}/expenses/batch"] = {"id": PLAN}
        typed = {"label_P-IN": "Học phí", "amount_P-IN": "12 000 000", "spent_on_P-IN": "2025-09-01", "amount_P-OUT": "", "label_P-OUT": ""}
        answer = fill(as_("linh"), self.MONEY, self.EXPENSES, **typed, done_on_spent="2025-09-02")
        assert answer.headers["location"] == f"/training/plans/{PLAN}?done=spent"
        line = {"axis": "P-IN", "label": "Học phí", "amount": 12_000_000, "spent_on": "2025-09-01"}
        assert world.sent[-1][2] == {"items": [line], "done_on": "2025-09-02"}

    def test_nothing_typed_is_nothing_spent(self, as_: Callable[..., TestClient], world: World) -> None:
        answer = fill(as_("linh"), self.MONEY, self.EXPENSES, **{"amount_P-IN": "", "label_P-IN": ""})
        assert answer.status_code == 422
        assert 'href="#amount_P-IN"' in answer.text

    def test_a_line_that_is_wrong_is_named_and_all_that_was_typed_is_kept(self, as_: Callable[..., TestClient], world: World) -> None:
        world.refusals[f"{T}/plans/{PLAN}/expenses/batch"] = Refusal(422, {"title": "", "fields": [{"path": "items.0.spent_on", "reason": "Give a day."}]})
        answer = fill(as_("linh"), self.MONEY, self.EXPENSES, **{"label_P-IN": "Học phí", "amount_P-IN": "12 000 000"})
        assert answer.status_code == 422
        for expected in ('href="#spent_on_P-IN"', 'value="12 000 000"', 'value="Học phí"'):
            assert expected in answer.text

    def test_a_revision_that_a_rule_refuses_keeps_the_new_budgets(self, as_: Callable[..., TestClient], world: World) -> None:
        rule = {"id": "TRN-03", "value": 620_000_000, "unit": "minor units", "citation": "Relais rule book", "confidence": "confirmed"}
        problem = {"title": "A rule refuses this", "detail": "The axis has spent more.", "rule": rule, "possible": "Leave at least what was spent.", "fields": []}
        world.refusals[f"{T}/plans/{PLAN}/revision"] = Refusal(409, problem)
        answer = fill(as_("linh"), self.MONEY, f"/training/plans/{PLAN}/revision", **{"budget_P-IN": "1 000", "reason": "Điều chỉnh"})
        assert answer.status_code == 409
        for expected in ("TRN-03", "Leave at least what was spent.", 'value="1 000"', 'value="Điều chỉnh"'):
            assert expected in answer.text

    def test_hours_are_declared_then_verified_by_another(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers[f"{T}/credits/{CREDIT}/verification"] = {"state": "verified"}
        path = f"/people/{uid(1)}/training"
        answer = fill(as_("linh"), path, f"{path}/{CREDIT}/verification", outcome="verified")
        assert answer.headers["location"] == f"{path}?done=verified"


def test_a_rule_is_read_in_the_reader_s_language(as_: Callable[..., TestClient], world: World) -> None:
    """Services keep and answer the English of their packs; people read their own language."""
    citation = "Relais rule book, training 4.2 (attended from 80 % of the hours; counted by half-day)"
    rule = {"id": "TRN-ATTENDED", "value": 80, "unit": "% of half-days", "citation": citation, "confidence": "to_confirm"}
    order = {"id": "X", "value": {"A1": "full term"}, "unit": "months", "citation": "<i>typed</i>", "confidence": "confirmed"}
    world.answers[f"{T}/sessions/{SESSION}"] = SESSION_READ | {"attendance_rule": rule, "pass_rule": rule | {"unit": "marks of 100 in the post-test"}}
    page = as_("linh", "vi").get(f"/training/sessions/{SESSION}").text
    for said in ("80 % số buổi", "Bộ quy tắc Relais, đào tạo 4.2 (được tính là tham dự từ 80", "điểm trên 100 ở bài kiểm tra cuối"):
        assert said in page, said
    for unsaid in ("half-day", "rule book", "marks of"):
        assert unsaid not in page, unsaid
    world.answers[f"{T}/sessions/{SESSION}"] = SESSION_READ | {"attendance_rule": order}
    page = as_("linh", "vi").get(f"/training/sessions/{SESSION}").text
    for said in ("A1 đủ một nhiệm kỳ", '<span class="small muted">tháng</span>', "&lt;i&gt;typed&lt;/i&gt;"):
        assert said in page, said


@pytest.mark.parametrize(
    ("rule_id", "value", "said"),
    [
        ("WF-session-open", ["postponed", "confirmed"], "Đã hoãn, Đã xác nhận"),
        ("REC-HARD-PLACE", ["mountain", "island"], "Miền núi, Hải đảo"),
        ("COM-02", "PRORATA", "Theo tỷ lệ thời gian chưa phục vụ"),
        ("COM-01", "effective service only", "chỉ tính thời gian công tác thực tế"),
        ("APP-02", ["equivalent", "same"], "tương đương, cùng chức vụ"),
        ("EVAL-01", "a code nobody knows <b>", "a code nobody knows &lt;b&gt;"),
    ],
)
def test_the_value_of_a_rule_is_said_in_words(as_: Callable[..., TestClient], world: World, rule_id: str, value: object, said: str) -> None:
    rule = {"id": rule_id, "value": value, "unit": "", "citation": "", "confidence": "confirmed"}
    world.answers[f"{T}/credits/balances/{uid(1)}"] = BALANCE | {"rules": [rule]}
    assert f"<dd>{said}" in as_("linh", "vi").get(f"/people/{uid(1)}/training").text.replace("<dd>\n", "<dd>")
