"""Pay steps: entered as they stand, due on an exact day, pushed by facts, proposed in a list, granted by a signature, put back by a revocation."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.appointment.pay_steps.scales import monthly_pay, next_step_due, scale_of
from services.appointment.rules import PACKS
from shared.calendars import period_end
from shared.errors import Malformed
from tests.appointment.world import assignment
from tests.appointment.world_personnel import PROVINCIAL, REMOTE, Personnel, absence, facility, known
from tests.support.api import Api

PACK = PACKS.pinned("vn-2020")


@pytest.fixture
async def personnel(api: Api) -> Personnel:
    file = Personnel(api)
    await file.hear(facility(), facility(REMOTE))
    return file


async def entered(
    personnel: Personnel, name: str = "Ánh", *, by: str = "hr-bvt", at: str = PROVINCIAL, occupation: str = "VN-BS", employed: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """The step that somebody holds, from before the register was opened."""
    await personnel.employ(name, at=at, occupation=occupation, **(employed or {}))
    item = {"reference": f"QN-BL-{name}", "person_id": str(known(name)), "step": 3, "since": "2022-12-01"} | changes
    answer = await personnel.post(by, "pay-steps/batch", {"items": [item]}, expect=200)
    assert answer["entered"] == 1, answer
    step: dict[str, Any] = answer["items"][0]["pay_step"]
    return step


async def proposed(personnel: Personnel, *steps: dict[str, Any], by: str = "hr-bvt", expect: int = 201, **line: Any) -> dict[str, Any]:
    return await personnel.post(by, "pay-step-lists", {"lines": [{"pay_step_id": step["id"]} | line for step in steps]}, expect=expect)


class TestScales:
    @pytest.mark.parametrize(
        ("scale", "step", "coefficient"),
        [
            ("A0", 1, "2.10"),
            ("A0", 10, "4.89"),
            ("A1", 2, "2.67"),
            ("A1", 9, "4.98"),
            ("A2.1", 8, "6.78"),
            ("A2.2", 8, "6.38"),
            ("A3.1", 6, "8.00"),
            ("CGCC", 1, "8.80"),
            ("CGCC", 3, "10.00"),
        ],
    )
    def test_as_the_tables_say(self, scale: str, step: int, coefficient: str) -> None:
        assert scale_of(PACK, scale).coefficient(step) == Decimal(coefficient)

    def test_one_that_does_not_exist(self) -> None:
        with pytest.raises(Malformed):
            scale_of(PACK, "Z9")

    def test_money_is_exact_and_rounded_once(self) -> None:
        assert monthly_pay(Decimal("2.67"), 2_340_000) == 6_247_800
        assert monthly_pay(Decimal("0.5"), 3) == 2  # half up

    @given(st.dates(min_value=date(2015, 1, 1), max_value=date(2026, 1, 1)), st.sampled_from([0, 3, 6, 9, 12, 18]))
    def test_delays_add_up(self, since: date, delay: int) -> None:
        due = next_step_due(PACK, scale="A1", step=1, since=since, delay_months=delay, leave=[]).on
        assert due is not None
        assert (due - period_end(since, 36 + delay)).days == 1

    @given(
        st.dates(min_value=date(2015, 1, 1), max_value=date(2022, 1, 1)),
        st.dates(min_value=date(2015, 1, 1), max_value=date(2028, 1, 1)),
        st.integers(min_value=1, max_value=24),
    )
    def test_uncounted_leave_pushes_by_its_whole_months(self, since: date, first: date, months: int) -> None:
        """R-UNPAID, and leave in the time so added pushes too; leave after the step is no longer its own."""
        plain = next_step_due(PACK, scale="A1", step=1, since=since, delay_months=0, leave=[]).on
        due = next_step_due(PACK, scale="A1", step=1, since=since, delay_months=0, leave=[(first, period_end(first, months))])
        assert plain is not None
        if since <= first < plain:
            assert (due.leave_months, due.on) == (months, date.fromordinal(period_end(since, 36 + months).toordinal() + 1))
        elif first >= plain:
            assert due.on == plain


class TestOpeningBalance:
    async def test_the_scale_of_the_title_and_the_day_of_the_next_step(self, personnel: Personnel) -> None:
        step = await entered(personnel)
        assert (step["scale"], step["coefficient"], step["due_on"], step["days_left"]) == ("A1", "3.00", "2025-12-01", 61)
        assert (step["rules"][0]["id"], step["rules"][0]["value"], step["granted_on"]) == ("PAY-01", 36, None)
        assert (step["monthly"], step["currency"]) == (7_020_000, "VND")

    @pytest.mark.parametrize(("occupation", "scale", "due_on"), [("VN-YS", "B", "2024-12-01"), ("VN-DDCD", "A0", "2025-12-01")])
    async def test_twenty_four_months_below_college(self, personnel: Personnel, occupation: str, scale: str, due_on: str) -> None:
        step = await entered(personnel, occupation=occupation)
        assert (step["scale"], step["due_on"]) == (scale, due_on)

    @pytest.mark.parametrize("pack", ["vn-2020", "vn-2026"])
    @pytest.mark.parametrize(("scale", "due_on"), [("B", "2024-12-01"), ("A1", "2025-12-01"), ("A3.1", "2025-12-01"), ("CGCC", "2027-12-01")])
    def test_each_group_has_its_months_in_both_packs(self, pack: str, scale: str, due_on: str) -> None:
        """PAY-01: 60 months for senior experts, 36 from college on, 24 below."""
        due = next_step_due(PACKS.pinned(pack), scale=scale, step=1, since=date(2022, 12, 1), delay_months=0, leave=[])
        assert (due.on, due.rules[0].id, bool(due.rules[0].citation)) == (date.fromisoformat(due_on), "PAY-01", True)

    async def test_a_senior_expert_waits_sixty_months(self, personnel: Personnel) -> None:
        step = await entered(personnel, scale="CGCC", step=1)
        assert (step["coefficient"], step["due_on"], step["rules"][0]["value"]) == ("8.80", "2027-12-01", 60)

    async def test_the_last_step_has_no_next_one(self, personnel: Personnel) -> None:
        step = await entered(personnel, step=9)
        assert (step["due_on"], step["blocking"][0]["code"]) == (None, "last_step")
        refused = await proposed(personnel, step, expect=409)
        assert refused["refused"][0]["problem"]["type"].endswith("/last-step")

    async def test_each_line_is_answered_by_itself_and_again_the_same(self, personnel: Personnel) -> None:
        ids = await personnel.employ("Ánh", "Bình", "Chi")
        items = [{"reference": f"QN-{n}", "person_id": person, "step": 2, "since": "2024-01-01"} for n, person in enumerate(ids)]
        wrong = [{"reference": "QN-9", "person_id": str(known("nobody")), "step": 2, "since": "2024-01-01"}, {"person_id": ids[0], "step": 30 % 20, "since": "2024-01-01"}]
        first = await personnel.post("hr-bvt", "pay-steps/batch", {"items": [*items, *wrong]}, expect=200)
        again = await personnel.post("hr-bvt", "pay-steps/batch", {"items": items}, expect=200)
        assert (first["entered"], first["refused"]) == (3, 2)
        assert [item["pay_step"]["id"] for item in again["items"]] == [item["pay_step"]["id"] for item in first["items"][:3]]
        assert await personnel.announced("pay_steps") == ["recorded"] * 3

    @pytest.mark.parametrize(("changes", "path"), [({"step": 10}, "step"), ({"scale": "Z"}, "scale"), ({"since": "2025-12-01"}, "since")])
    async def test_what_cannot_be(self, personnel: Personnel, changes: dict[str, Any], path: str) -> None:
        await personnel.employ("Ánh")
        item = {"person_id": str(known("Ánh")), "step": 3, "since": "2022-12-01"} | changes
        answer = await personnel.post("hr-bvt", "pay-steps/batch", {"items": [item]}, expect=200)
        assert answer["items"][0]["problem"]["fields"][0]["path"] == path

    async def test_only_by_those_who_keep_the_file(self, personnel: Personnel) -> None:
        ids = await personnel.employ("Ánh")
        item = {"person_id": ids[0], "step": 3, "since": "2022-12-01"}
        for person in ("head-bvt", "director", "analyst", "training"):
            await personnel.post(person, "pay-steps/batch", {"items": [item]}, expect=403)
        elsewhere = await personnel.post("hr-bc", "pay-steps/batch", {"items": [item]}, expect=200)
        assert elsewhere["refused"] == 1


class TestDue:
    async def test_the_work_list_is_due_within_ninety_days_and_overdue(self, personnel: Personnel) -> None:
        """R-90: due on or before today + 90, overdue included, the first due first."""
        for name, since in (("Ánh", "2022-12-30"), ("Bình", "2022-12-31"), ("Chi", "2021-05-01"), ("Dũng", "2022-11-01")):
            await entered(personnel, name, since=since)
        listed = await personnel.get("hr-bvt", "pay-steps", due_before="2025-12-30")
        assert [step["due_on"] for step in listed["items"]] == ["2024-05-01", "2025-11-01", "2025-12-30"]
        assert listed["items"][0]["days_left"] < 0
        due = await personnel.due("step_due", listed["items"][1]["id"])
        assert (due["due_on"], due["warn_on"]) == ("2025-11-01", "2025-08-03")

    async def test_seen_by_those_with_a_relation_only(self, personnel: Personnel) -> None:
        step = await entered(personnel)
        assert (await personnel.get("hr-bc", "pay-steps"))["items"] == []
        assert (await personnel.get("hanoi", "pay-steps"))["items"] == []
        await personnel.get("hanoi", f"pay-steps/{step['id']}", expect=404)

    async def test_penalties_push_it_and_add_up(self, personnel: Personnel) -> None:
        """R-PENALTY."""
        step = await entered(personnel)
        body = {"kind": "reprimand", "decided_on": "2024-03-01", "decision_reference": "44/QĐ-BVT"}
        delayed = await personnel.post("hr-bvt", f"pay-steps/{step['id']}/delays", body)
        assert delayed["due_on"] == "2026-03-01"
        assert (await personnel.post("hr-bvt", f"pay-steps/{step['id']}/delays", body))["due_on"] == "2026-03-01"
        delayed = await personnel.post("hr-bvt", f"pay-steps/{step['id']}/delays", body | {"kind": "not_completed", "decided_on": "2024-12-31"})
        assert (delayed["due_on"], delayed["delay_months"], [rule["value"] for rule in delayed["rules"]]) == ("2026-09-01", 9, [36, 9])
        assert len((await personnel.get("hr-bvt", f"pay-steps/{step['id']}"))["delays"]) == 2
        assert (await personnel.get("head-bvt", f"pay-steps/{step['id']}"))["delays"] is None

    async def test_why_it_is_late_is_told_to_nobody_else(self, personnel: Personnel) -> None:
        step = await entered(personnel)
        body = {"kind": "reprimand", "decided_on": "2024-03-01", "decision_reference": "44/QĐ-BVT"}
        await personnel.post("hr-bvt", f"pay-steps/{step['id']}/delays", body)
        assert "reprimand" not in str(await personnel.due("step_due", step["id"]))
        assert (await personnel.get("linh", "pay-steps"))["items"][0]["delays"] is None

    async def test_unpaid_leave_pushes_it_by_its_whole_months(self, personnel: Personnel) -> None:
        """R-UNPAID."""
        step = await entered(personnel)
        await personnel.hear(absence("unpaid", "2024-01-10", "2024-03-25", person="Ánh", step=False), absence("annual", "2024-06-01", "2024-08-30", person="Ánh"))
        pushed = await personnel.get("hr-bvt", f"pay-steps/{step['id']}")
        assert (pushed["due_on"], pushed["leave_months"]) == ("2026-02-01", 2)

    async def test_it_follows_the_person_elsewhere(self, personnel: Personnel) -> None:
        step = await entered(personnel)
        await personnel.hear(
            assignment("Ánh", starts_on="2020-01-01", ends_on="2025-09-30", state="ended", occupation_code="VN-BS"), assignment("Ánh", at=REMOTE, starts_on="2025-10-01")
        )
        await personnel.get("hr-bvt", f"pay-steps/{step['id']}", expect=404)
        assert (await personnel.get("hr-bache", f"pay-steps/{step['id']}"))["facility_code"] == REMOTE


class TestPropose:
    async def test_not_before_it_falls_due(self, personnel: Personnel) -> None:
        step = await entered(personnel, since="2023-06-01")
        refused = (await proposed(personnel, step, expect=409))["refused"][0]["problem"]
        assert (refused["rule"]["id"], refused["possible"]) == ("PAY-04", "Propose it from 2026-03-03 on.")

    async def test_one_refusal_stops_no_other(self, personnel: Personnel) -> None:
        good, early = await entered(personnel), await entered(personnel, "Bình", since="2024-01-01")
        answer = await proposed(personnel, good, early)
        assert ([line["person_id"] for line in answer["lines"]], len(answer["refused"])) == ([str(known("Ánh"))], 1)
        assert (answer["lines"][0]["next_step"], answer["lines"][0]["effective_on"]) == (4, "2025-12-01")
        decision = await personnel.decision(answer["id"])
        assert (decision["kind"], decision["effective_on"], decision["person_ids"]) == ("pay_steps", "2025-12-01", [str(known("Ánh"))])

    async def test_not_twice(self, personnel: Personnel) -> None:
        step = await entered(personnel)
        await proposed(personnel, step)
        assert (await proposed(personnel, step, expect=409))["refused"][0]["problem"]["type"].endswith("/state-does-not-allow")
        assert (await proposed(personnel, step, by="hr-bc", expect=409))["refused"][0]["problem"]["status"] == 422

    async def test_the_same_reference_is_the_same_list(self, personnel: Personnel) -> None:
        step = await entered(personnel)
        body = {"reference": "QN-NL-1", "lines": [{"pay_step_id": step["id"]}]}
        first = await personnel.post("hr-bvt", "pay-step-lists", body)
        assert (await personnel.post("hr-bvt", "pay-step-lists", body))["id"] == first["id"]

    async def test_early_within_twelve_months_and_the_quota(self, personnel: Personnel) -> None:
        """PAY-02: ten of the staff, rounded down; nine people allow none."""
        step = await entered(personnel, since="2023-06-01")
        reason = {"early_reason": "Chiến sĩ thi đua cấp tỉnh 2024"}
        refused = await proposed(personnel, step, early_months=13, **reason, expect=409)
        assert refused["refused"][0]["problem"]["rule"]["id"] == "PAY-02-EARLY"
        assert (await proposed(personnel, step, early_months=6, expect=409))["refused"][0]["problem"]["fields"][0]["path"] == "early_reason"
        refused = await proposed(personnel, step, early_months=6, **reason, expect=409)
        assert refused["refused"][0]["problem"]["rule"]["id"] == "PAY-02-QUOTA"
        await personnel.employ(*(f"colleague {n}" for n in range(9)))
        answer = await proposed(personnel, step, early_months=6, **reason)
        assert (answer["lines"][0]["effective_on"], answer["lines"][0]["early_months"]) == ("2025-12-01", 6)
        second = await entered(personnel, "Bình", since="2023-06-01")
        refused = await proposed(personnel, second, early_months=6, **reason, expect=409)
        assert refused["refused"][0]["problem"]["type"].endswith("/early-quota-full")

    async def test_early_before_retirement_is_outside_the_share_of_the_staff(self, personnel: Personnel) -> None:
        """PAY-02: by the day of retirement at the latest, and only for who retires before the step."""
        notice = {"early_ground": "retirement", "early_reason": "Thông báo nghỉ hưu 12/TB-BVT"}
        unknown = await entered(personnel, since="2023-06-01")
        later = await entered(personnel, "Bình", since="2023-06-01", employed={"retirement_on": "2026-06-01"})
        leaves = await entered(personnel, "Chi", since="2023-06-01", employed={"retirement_on": "2026-01-31"})
        for step, months, slug in ((unknown, 6, "retirement-not-known"), (later, 6, "due-before-retirement"), (leaves, 3, "step-not-due"), (leaves, 13, "too-early")):
            refused = (await proposed(personnel, step, early_months=months, **notice, expect=409))["refused"][0]["problem"]
            assert refused["type"].endswith(slug), refused
            assert refused["rule"]["id"].startswith("PAY-0")
        missing = (await proposed(personnel, leaves, early_months=6, early_ground="retirement", expect=409))["refused"][0]["problem"]
        assert missing["fields"] == [{"path": "early_reason", "reason": "Give the reference of the notice of retirement."}]
        line = (await proposed(personnel, leaves, early_months=6, **notice))["lines"][0]
        assert (line["effective_on"], line["early_months"], line["early_ground"]) == ("2025-12-01", 6, "retirement")

    async def test_an_early_step_never_begins_after_the_retirement(self, personnel: Personnel) -> None:
        step = await entered(personnel, since="2023-01-01", employed={"retirement_on": "2025-10-31"})
        notice = {"early_ground": "retirement", "early_reason": "Thông báo nghỉ hưu 12/TB-BVT"}
        refused = (await proposed(personnel, step, early_months=1, **notice, expect=409))["refused"][0]["problem"]
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("retires-before-step", "PAY-02-RETIREMENT")
        assert (await proposed(personnel, step, early_months=3, **notice))["lines"][0]["effective_on"] == "2025-10-01"

    async def test_withdrawn_before_the_signature(self, personnel: Personnel) -> None:
        step = await entered(personnel)
        answer = await proposed(personnel, step)
        assert (await personnel.post("hr-bvt", f"pay-step-lists/{answer['id']}/withdrawal"))["state"] == "withdrawn"
        assert (await personnel.get("hr-bvt", f"pay-steps/{step['id']}"))["state"] == "current"
        assert (await personnel.decision(answer["id"]))["state"] == "withdrawn"
        assert (await proposed(personnel, step))["state"] == "proposed"


class TestGrant:
    async def test_each_from_its_own_day_by_one_signature(self, personnel: Personnel) -> None:
        steps = [await entered(personnel, "Ánh"), await entered(personnel, "Bình", since="2022-11-15")]
        answer = await proposed(personnel, *steps)
        await personnel.sign(answer["id"], number="7/QĐ-SYT")
        granted = (await personnel.get("hr-bvt", "pay-steps", granted_from="2025-10-01", granted_to="2025-10-01"))["items"]
        assert [(step["step"], step["coefficient"], step["since"], step["due_on"]) for step in granted] == [
            (4, "3.33", "2025-11-15", "2028-11-15"),
            (4, "3.33", "2025-12-01", "2028-12-01"),
        ]
        assert {step["decision_number"] for step in granted} == {"7/QĐ-SYT"}
        past = await personnel.get("hr-bvt", f"pay-steps/{steps[0]['id']}")
        assert (past["state"], past["until"]) == ("past", "2025-11-30")
        assert (await personnel.due("step_due", steps[0]["id"]))["state"] == "done"
        assert (await personnel.get("hr-bvt", f"pay-step-lists/{answer['id']}"))["state"] == "granted"

    async def test_overdue_is_retroactive_and_needs_its_reason(self, personnel: Personnel) -> None:
        step = await entered(personnel, since="2021-05-01")
        answer = await proposed(personnel, step)
        assert (await personnel.sign(answer["id"], expect=409))["rule"]["id"] == "REG-04"
        await personnel.sign(answer["id"], retroactive_reason="Hồ sơ nộp muộn.")
        assert (await personnel.get("hr-bvt", "pay-steps"))["items"][0]["since"] == "2024-05-01"

    async def test_facts_that_changed_since_the_proposal(self, personnel: Personnel) -> None:
        """What no longer fits is said on its line, and stops no other."""
        steps = [await entered(personnel, "Ánh"), await entered(personnel, "Bình")]
        answer = await proposed(personnel, *steps)
        await personnel.hear(absence("unpaid", "2024-01-10", "2024-03-25", person="Ánh", step=False))
        await personnel.sign(answer["id"])
        lines = {line["person_id"]: line for line in (await personnel.get("hr-bvt", f"pay-step-lists/{answer['id']}"))["lines"]}
        assert (lines[str(known("Ánh"))]["conflict"], lines[str(known("Ánh"))]["made_id"]) == ("due-moved", None)
        assert lines[str(known("Bình"))]["made_id"] is not None
        assert (await personnel.get("hr-bvt", f"pay-steps/{steps[0]['id']}"))["state"] == "current"

    async def test_revoked_puts_everybody_back(self, personnel: Personnel) -> None:
        steps = [await entered(personnel, "Ánh"), await entered(personnel, "Bình")]
        answer = await proposed(personnel, *steps)
        await personnel.sign(answer["id"])
        await personnel.revoke(answer["id"], done_on="2025-10-01")
        for step in steps:
            back = await personnel.get("hr-bvt", f"pay-steps/{step['id']}")
            assert (back["state"], back["until"], back["due_on"]) == ("current", None, "2025-12-01")
        assert (await personnel.get("hr-bvt", "pay-steps", granted_from="2025-01-01"))["items"] == []
        assert (await proposed(personnel, *steps))["state"] == "proposed"

    async def test_a_number_given_afterwards(self, personnel: Personnel) -> None:
        step = await entered(personnel)
        answer = await proposed(personnel, step)
        signed = await personnel.sign(answer["id"], number=None)
        await personnel.post("linh", f"decisions/{signed['id']}/numbering", {"number": "99/QĐ-SYT", "done_on": "2025-10-01"})
        assert (await personnel.get("hr-bvt", "pay-steps"))["items"][0]["decision_number"] == "99/QĐ-SYT"
