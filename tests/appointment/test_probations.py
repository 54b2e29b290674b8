"""Probation: it opens by itself, its end moves with the days that do not count, and a signed decision settles it."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.appointment.absences.spells import end_with_absences, excluded_days, spells, whole_months
from shared.calendars import period_end
from tests.appointment.world import assignment
from tests.appointment.world_personnel import REMOTE, Personnel, absence, facility, hired, known
from tests.support.api import Api
from tests.support.service import environment


@pytest.fixture
async def personnel(api: Api) -> Personnel:
    file = Personnel(api)
    await file.hear(facility(), facility(REMOTE))
    return file


class TestOpening:
    @pytest.mark.parametrize(
        ("occupation", "months", "due_on"), [("VN-BS", 9, "2025-09-30"), ("VN-DDDH", 12, "2025-12-31"), ("VN-DDCD", 9, "2025-09-30"), ("VN-YS", 6, "2025-06-30")]
    )
    async def test_of_each_title(self, personnel: Personnel, occupation: str, months: int, due_on: str) -> None:
        probation = await personnel.recruit(occupation=occupation)
        assert (probation["state"], probation["months"], probation["due_on"], probation["starts_on"]) == ("running", months, due_on, "2025-01-01")
        assert probation["rules"][0]["id"] == "REC-VN-11"
        assert probation["rules"][0]["confidence"] == "to_confirm"

    async def test_falls_due_with_thirty_days_of_warning(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        due = await personnel.due("probation_ends", probation["id"])
        assert (due["due_on"], due["warn_on"], due["state"], due["responsible"]) == ("2025-09-30", "2025-08-31", "open", "facility-hr-officer")
        assert due["path"] == f"/probations/{probation['id']}"

    async def test_once_whatever_is_heard_again(self, personnel: Personnel) -> None:
        await personnel.recruit()
        await personnel.hear(hired(), hired())
        assert await personnel.announced("probations") == ["opened"]

    async def test_not_for_somebody_who_is_only_assigned(self, personnel: Personnel) -> None:
        await personnel.employ("Ánh")
        assert (await personnel.get("linh", "probations"))["items"] == []

    async def test_not_while_the_hire_conflicts(self, personnel: Personnel) -> None:
        await personnel.hear(hired(state="conflicting"))
        assert (await personnel.get("linh", "probations"))["items"] == []

    async def test_not_for_a_title_of_which_the_rules_say_nothing(self, personnel: Personnel) -> None:
        await personnel.hear(hired(occupation="VN-QLYT"))
        assert (await personnel.get("linh", "probations"))["items"] == []

    async def test_ends_when_the_person_leaves(self, personnel: Personnel) -> None:
        await personnel.recruit()
        await personnel.hear(hired(ends_on="2025-06-15", state="ended"))
        probation = await personnel.probation()
        assert (probation["state"], probation["ended_on"], probation["ended_reason"]) == ("ended", "2025-06-15", "left")
        assert (await personnel.due("probation_ends", probation["id"]))["state"] == "done"

    async def test_goes_on_elsewhere_after_a_transfer(self, personnel: Personnel) -> None:
        await personnel.recruit()
        await personnel.hear(assignment("Kiên", at=REMOTE, starts_on="2025-06-15", occupation_code="VN-BS"))
        await personnel.hear(hired(ends_on="2025-06-15", state="ended"))
        probation = await personnel.probation()
        assert (probation["state"], probation["facility_code"]) == ("running", REMOTE)

    async def test_moves_with_a_corrected_first_day(self, personnel: Personnel) -> None:
        await personnel.recruit()
        await personnel.hear(hired(starts_on="2025-02-01"))
        assert (await personnel.probation())["due_on"] == "2025-10-31"


class TestOpeningBalance:
    def body(self, **changes: Any) -> dict[str, Any]:
        return {"items": [{"reference": "QN-TS-1", "person_id": str(known("Ánh")), "starts_on": "2025-03-01"} | changes]}

    async def test_entered_and_entered_again(self, personnel: Personnel) -> None:
        await personnel.employ("Ánh")
        first = await personnel.post("hr-bvt", "probations/batch", self.body(), expect=200)
        again = await personnel.post("hr-bvt", "probations/batch", self.body(), expect=200)
        assert first["items"][0]["probation"]["due_on"] == "2025-11-30"
        assert again["items"][0]["probation"]["id"] == first["items"][0]["probation"]["id"]

    async def test_one_line_that_is_wrong_stops_no_other(self, personnel: Personnel) -> None:
        await personnel.employ("Ánh")
        body = self.body()
        body["items"].append({"reference": "QN-TS-2", "person_id": str(known("nobody")), "starts_on": "2025-03-01"})
        answer = await personnel.post("hr-bvt", "probations/batch", body, expect=200)
        assert [bool(item["probation"]) for item in answer["items"]] == [True, False]
        assert answer["items"][1]["problem"]["fields"][0]["path"] == "person_id"

    async def test_two_at_a_time_are_refused(self, personnel: Personnel) -> None:
        await personnel.employ("Ánh")
        await personnel.post("hr-bvt", "probations/batch", self.body(), expect=200)
        answer = await personnel.post("hr-bvt", "probations/batch", self.body(reference="QN-TS-3"), expect=200)
        assert answer["items"][0]["problem"]["type"].endswith("/probation-already-running")


class TestWhoMay:
    async def test_another_province_sees_nothing(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        assert (await personnel.get("hanoi", "probations"))["items"] == []
        await personnel.get("hanoi", f"probations/{probation['id']}", expect=404)
        await personnel.get("hr-bc", f"probations/{probation['id']}", expect=404)

    async def test_a_ministry_reads_with_its_scope(self, personnel: Personnel) -> None:
        await personnel.recruit()
        machine = personnel.api.as_machine("ministry-health", "appointment.read", "territory:VN-22")
        assert len((await machine.get("/api/v1/appointment/probations")).json()["items"]) == 1
        assert (await personnel.api.as_machine("other", "territory:VN-22").get("/api/v1/appointment/probations")).status_code == 403

    @pytest.mark.parametrize(("person", "path"), [("head-bvt", "mentor-report"), ("director", "opinion"), ("hr-bvt", "opinion"), ("analyst", "opinion")])
    async def test_each_report_by_its_own_person(self, personnel: Personnel, person: str, path: str) -> None:
        probation = await personnel.recruit()
        await personnel.post(person, f"probations/{probation['id']}/{path}", {"favourable": True, "text": "Tốt."}, expect=403)

    async def test_who_gave_the_opinion_does_not_propose(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        await personnel.report(probation, head="linh")
        refused = await personnel.post("linh", f"probations/{probation['id']}/outcome", {"outcome": "confirmed"}, expect=403)
        assert refused["type"].endswith("/proposer-gave-opinion")

    async def test_the_proposer_does_not_sign(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        await personnel.report(probation)
        both = personnel.api.as_("both", roles=["facility-hr-officer", "signatory"], groups=["/territories/VN-22"])
        proposed = (await both.post(f"/api/v1/appointment/probations/{probation['id']}/outcome", json={"outcome": "confirmed"})).json()
        filed = await personnel.decision(proposed["proposal"]["source_id"])
        answer = await both.post(f"/api/v1/appointment/decisions/{filed['id']}/signature", json={"number": "1"})
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/signatory-is-proposer")


class TestDaysThatDoNotCount:
    async def test_a8_exactly(self, personnel: Personnel) -> None:
        """A8: a doctor from 1 March 2026, twenty days of continuous sick leave, ten days justified and accepted: 20 December 2026."""
        await personnel.recruit(starts_on="2026-03-01")
        await personnel.hear(absence("sick", "2026-05-04", "2026-05-23", probation=False), absence("justified", "2026-08-03", "2026-08-12"))
        probation = await personnel.probation()
        assert (probation["planned_end"], probation["excluded_days"], probation["due_on"]) == ("2026-11-30", 20, "2026-12-20")
        assert [(days["starts_on"], days["counts"]) for days in probation["absences"]] == [("2026-05-04", False), ("2026-08-03", True)]
        assert await personnel.announced("probations") == ["opened", "changed"]

    async def test_a_justification_that_the_head_refuses(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        await personnel.hear(absence("short", "2025-05-05", "2025-05-09"))
        body = {"absence_id": str(known("absence short")), "reason": "Không có giấy tờ."}
        await personnel.post("hr-bvt", f"probations/{probation['id']}/refused-absences", body, expect=403)
        refused = await personnel.post("head-bvt", f"probations/{probation['id']}/refused-absences", body)
        assert (refused["excluded_days"], refused["due_on"], refused["absences"][0]["refused_reason"]) == (5, "2025-10-05", "Không có giấy tờ.")
        assert (await personnel.post("head-bvt", f"probations/{probation['id']}/refused-absences", body))["due_on"] == "2025-10-05"

    async def test_what_never_counts_needs_no_judgement(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        await personnel.hear(absence("long", "2025-05-05", "2025-05-30", probation=False))
        body = {"absence_id": str(known("absence long")), "reason": "Không có giấy tờ."}
        refused = await personnel.post("head-bvt", f"probations/{probation['id']}/refused-absences", body, expect=409)
        assert refused["type"].endswith("/absence-never-counts")

    async def test_a_cancelled_absence_moves_the_end_back(self, personnel: Personnel) -> None:
        await personnel.recruit()
        await personnel.hear(absence("long", "2025-05-05", "2025-05-30", probation=False))
        assert (await personnel.probation())["due_on"] == "2025-10-26"
        await personnel.hear(absence("long", "2025-05-05", "2025-05-30", probation=False, state="cancelled"))
        assert (await personnel.probation())["due_on"] == "2025-09-30"

    async def test_those_heard_before_the_probation_opens_count(self, personnel: Personnel) -> None:
        await personnel.hear(absence("early", "2025-05-05", "2025-05-14", probation=False))
        assert (await personnel.recruit())["due_on"] == "2025-10-10"


class TestOutcome:
    async def test_not_before_the_last_day(self, personnel: Personnel) -> None:
        probation = await personnel.recruit(starts_on="2025-02-01")
        await personnel.report(probation)
        refused = await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", {"outcome": "confirmed", "effective_on": "2025-10-31"}, expect=409)
        assert (refused["rule"]["id"], refused["rule"]["value"], refused["possible"]) == ("REC-VN-11", 9, "Confirm from 2025-11-01.")

    async def test_not_without_reports(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        refused = await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", {"outcome": "confirmed"}, expect=409)
        assert (refused["rule"]["id"], refused["rule"]["value"]) == ("PRB-01", ["mentor_report", "head_opinion"])

    async def test_not_on_an_unfavourable_opinion(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        await personnel.report(probation, favourable=False)
        refused = await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", {"outcome": "confirmed"}, expect=409)
        assert refused["type"].endswith("/report-unfavourable")

    async def test_no_mentor_from_elsewhere(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        await personnel.employ("Sơn", at=REMOTE)
        refused = await personnel.post("linh", f"probations/{probation['id']}/mentor", {"mentor_id": str(known("Sơn"))}, expect=409)
        assert refused["type"].endswith("/mentor-elsewhere")
        await personnel.post("linh", f"probations/{probation['id']}/mentor", {"mentor_id": probation["person_id"]}, expect=422)

    async def test_no_report_without_a_mentor(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        refused = await personnel.post("hr-bvt", f"probations/{probation['id']}/mentor-report", {"favourable": True, "text": "Tốt."}, expect=409)
        assert refused["type"].endswith("/mentor-missing")

    async def test_one_at_a_time(self, personnel: Personnel) -> None:
        probation = await personnel.recruit()
        await personnel.report(probation)
        first = await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", {"outcome": "confirmed"})
        assert await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", {"outcome": "confirmed"}) == first
        body = {"outcome": "extended", "months": 3, "reason": "Cần thêm thời gian."}
        assert (await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", body, expect=409))["type"].endswith("/outcome-already-proposed")
        await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome/withdrawal")
        assert (await personnel.decision(first["proposal"]["source_id"]))["state"] == "withdrawn"
        assert (await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", body))["proposal"]["outcome"] == "extended"

    @pytest.mark.parametrize(
        ("body", "status"), [({"outcome": "extended", "reason": "Vì vậy."}, 422), ({"outcome": "extended", "months": 7, "reason": "Vì vậy."}, 409), ({"outcome": "ended"}, 422)]
    )
    async def test_an_extension_says_how_long_and_an_end_says_why(self, personnel: Personnel, body: dict[str, Any], status: int) -> None:
        probation = await personnel.recruit()
        await personnel.report(probation, favourable=False)
        await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", body, expect=status)

    async def test_equivalent_service_waives_it(self, personnel: Personnel) -> None:
        probation = await personnel.recruit(starts_on="2025-06-01")
        await personnel.report(probation)
        path = f"probations/{probation['id']}/outcome"
        early = {"outcome": "confirmed", "effective_on": "2025-10-01"}
        assert (await personnel.post("hr-bvt", path, early | {"equivalent_months": 8}, expect=409))["rule"]["id"] == "REC-VN-12"
        assert (await personnel.post("hr-bvt", path, early | {"equivalent_months": 9}))["proposal"]["effective_on"] == "2025-10-01"


class TestSettled:
    async def proposed(self, personnel: Personnel, body: dict[str, Any] | None = None, **recruit: Any) -> dict[str, Any]:
        probation = await personnel.recruit(**recruit)
        await personnel.report(probation)
        return await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", body or {"outcome": "confirmed"})

    async def test_confirmed_when_signed_and_the_clock_of_the_first_step_starts(self, personnel: Personnel) -> None:
        proposed = await self.proposed(personnel)
        await personnel.sign(proposed["proposal"]["source_id"])
        probation = await personnel.probation()
        assert (probation["state"], probation["confirmed_on"], probation["decision_number"], probation["proposal"]) == ("confirmed", "2025-10-01", "12/QĐ-SYT", None)
        assert await personnel.announced("probations") == ["opened", "changed", "changed", "confirmed"]
        step = (await personnel.get("linh", "pay-steps", person=probation["person_id"]))["items"][0]
        assert (step["scale"], step["step"], step["coefficient"], step["since"], step["due_on"]) == ("A1", 1, "2.34", "2025-10-01", "2028-10-01")
        assert (step["granted_on"], step["decision_number"]) == ("2025-10-01", "12/QĐ-SYT")
        assert (await personnel.due("probation_ends", probation["id"]))["state"] == "done"

    async def test_an_absence_heard_meanwhile_refuses_the_signature(self, personnel: Personnel) -> None:
        proposed = await self.proposed(personnel)
        await personnel.hear(absence("late", "2025-09-01", "2025-09-20", probation=False))
        refused = await personnel.sign(proposed["proposal"]["source_id"], expect=409)
        assert (refused["rule"]["id"], refused["possible"]) == ("REC-VN-11", "Confirm from 2025-10-21.")

    async def test_a_revoked_confirmation_puts_all_back(self, personnel: Personnel) -> None:
        proposed = await self.proposed(personnel)
        await personnel.sign(proposed["proposal"]["source_id"])
        await personnel.revoke(proposed["proposal"]["source_id"])
        probation = await personnel.probation()
        assert (probation["state"], probation["confirmed_on"], probation["decision_number"]) == ("running", None, None)
        steps = (await personnel.get("linh", "pay-steps", person=probation["person_id"]))["items"]
        assert [step["state"] for step in steps] == ["revoked"]
        assert (await personnel.due("probation_ends", probation["id"]))["state"] == "open"

    async def test_extended_once_then_confirmed_later(self, personnel: Personnel) -> None:
        proposed = await self.proposed(personnel, {"outcome": "extended", "months": 2, "reason": "Cần thêm thời gian."})
        await personnel.sign(proposed["proposal"]["source_id"])
        probation = await personnel.probation()
        assert (probation["state"], probation["due_on"], probation["extension_months"]) == ("extended", "2025-11-30", 2)
        again = {"outcome": "extended", "months": 1, "reason": "Cần thêm nữa."}
        assert (await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", again, expect=409))["type"].endswith("/state-does-not-allow")
        later = await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", {"outcome": "confirmed"})
        await personnel.sign(later["proposal"]["source_id"], number="13/QĐ-SYT")
        assert (await personnel.probation())["confirmed_on"] == "2025-12-01"
        refused = await personnel.revoke(proposed["proposal"]["source_id"], expect=409)
        assert refused["type"].endswith("/later-decision-stands")
        await personnel.revoke(later["proposal"]["source_id"])
        assert (await personnel.probation())["state"] == "extended"
        await personnel.revoke(proposed["proposal"]["source_id"])
        assert ((await personnel.probation())["state"], (await personnel.probation())["due_on"]) == ("running", "2025-09-30")

    async def test_ended_with_its_reason(self, personnel: Personnel) -> None:
        proposed = await self.proposed(personnel, {"outcome": "ended", "reason": "Không đạt yêu cầu."})
        await personnel.sign(proposed["proposal"]["source_id"])
        probation = await personnel.probation()
        assert (probation["state"], probation["ended_on"], probation["ended_reason"]) == ("ended", "2025-10-01", "Không đạt yêu cầu.")
        assert (await personnel.get("linh", "pay-steps", person=probation["person_id"]))["items"] == []

    async def test_a_number_given_afterwards_is_shown(self, personnel: Personnel) -> None:
        proposed = await self.proposed(personnel)
        signed = await personnel.sign(proposed["proposal"]["source_id"], number=None)
        assert (await personnel.probation())["decision_number"] == "to_regularise"
        await personnel.post("linh", f"decisions/{signed['id']}/numbering", {"number": "99/QĐ-SYT", "done_on": "2025-10-01"})
        assert (await personnel.probation())["decision_number"] == "99/QĐ-SYT"

    async def test_a28_exactly(self, personnel: Personnel) -> None:
        """A28: a doctor recruited on 1 January 2026 starts at step 2 (2.67); probation to 30 September 2026 does not count: next step on 1 October 2029."""
        probation = await personnel.recruit(starts_on="2026-01-01")
        assert probation["due_on"] == "2026-09-30"
        with environment(RELAIS_TODAY="2026-09-25"):
            await personnel.report(probation, day="2026-09-20")
            proposed = await personnel.post("hr-bvt", f"probations/{probation['id']}/outcome", {"outcome": "confirmed"})
            await personnel.sign(proposed["proposal"]["source_id"], done_on="2026-09-25")
            step = (await personnel.get("linh", "pay-steps", person=probation["person_id"]))["items"][0]
        assert (step["scale"], step["step"], step["coefficient"], step["since"], step["due_on"]) == ("A1", 2, "2.67", "2026-10-01", "2029-10-01")


DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 12, 31))
ABSENCES = st.lists(st.tuples(DAYS, st.integers(min_value=0, max_value=60)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))), max_size=8)
MONTHS = st.integers(min_value=1, max_value=24)


class TestSpells:
    @given(ABSENCES)
    def test_they_hold_the_same_days_and_never_touch(self, absences: list[tuple[date, date]]) -> None:
        found = spells(absences)
        days = {first + timedelta(days=n) for first, last in absences for n in range((last - first).days + 1)}
        assert sum((last - first).days + 1 for first, last in found) == len(days)
        assert all(later[0] > earlier[1] + timedelta(days=1) for earlier, later in pairwise(found))

    @given(DAYS, MONTHS, ABSENCES)
    def test_the_end_is_the_day_on_which_enough_days_counted(self, start: date, months: int, absences: list[tuple[date, date]]) -> None:
        """R-SPELL, R-EXTEND: a day is excluded once, in the extension too."""
        planned = period_end(start, months)
        end = end_with_absences(start, planned, absences)
        away = {first + timedelta(days=n) for first, last in absences for n in range((last - first).days + 1)}
        counted = [day for day in (start + timedelta(days=n) for n in range((end - start).days + 1)) if day not in away]
        assert len(counted) == (planned - start).days + 1
        assert counted[-1] == end
        assert excluded_days(start, planned, absences) == len([day for day in away if start <= day <= end])

    @given(DAYS, MONTHS, ABSENCES, st.tuples(DAYS, st.integers(min_value=0, max_value=60)))
    def test_one_more_absence_never_brings_the_end_forward(self, start: date, months: int, absences: list[tuple[date, date]], more: tuple[date, int]) -> None:
        planned = period_end(start, months)
        other = [*absences, (more[0], more[0] + timedelta(days=more[1]))]
        assert end_with_absences(start, planned, other) >= end_with_absences(start, planned, absences)

    @given(DAYS, st.integers(min_value=0, max_value=800))
    def test_whole_months_of_a_spell(self, first: date, length: int) -> None:
        last = first + timedelta(days=length)
        months = whole_months(first, last)
        assert months == 0 or period_end(first, months) <= last
        assert period_end(first, months + 1) > last
