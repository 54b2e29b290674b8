"""Missions: judged before anybody is sent, held by the real registry, agreed by both sides, ordered by a signature, counted in days done."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rotation.consumers import consumer
from services.rotation.missions.days import Pattern, days_in, days_of, longest_tour, spans_of
from services.rotation.missions.fairness import Eligible, Served, burden, gini, order
from services.rotation.missions.workflow import MISSION, STATES
from services.rotation.missions.workflow import OVER as OVER_STATES
from tests.rotation.world import CENTRE, HOSPITAL, ROOT, World, announced, decided, known
from tests.support.hearing import hear
from tests.support.orders import holds_its_orders
from tests.support.refusals import defended
from tests.support.registry import Registry
from tests.support.service import environment

WEIGHTS = {"none": 1, "mountain": 2, "island": 2}


class TestDays:
    def test_two_days_a_week(self) -> None:
        days = days_of("weekly_days", date(2025, 9, 1), date(2025, 9, 30), weekdays=[0, 1])
        assert len(days) == 10
        assert spans_of(days)[0] == (date(2025, 9, 1), date(2025, 9, 2))

    def test_the_first_whole_week_of_each_month(self) -> None:
        days = days_of("monthly_week", date(2025, 9, 1), date(2025, 10, 31), week=1)
        assert spans_of(days) == [(date(2025, 9, 1), date(2025, 9, 5)), (date(2025, 10, 6), date(2025, 10, 10))]

    def test_two_missions_that_touch_are_one_tour(self) -> None:
        first, second = days_of("continuous", date(2025, 1, 1), date(2025, 2, 28)), days_of("continuous", date(2025, 3, 1), date(2025, 3, 2))
        tour = longest_tour(second, first)
        assert tour is not None
        assert days_in(tour) == 61

    @given(
        st.dates(date(2020, 1, 1), date(2030, 1, 1)),
        st.integers(0, 400),
        st.sampled_from(["continuous", "weekly_days", "monthly_week"]),
        st.sets(st.integers(0, 6), min_size=1),
        st.integers(1, 4),
    )
    def test_spans_say_exactly_the_days(self, first: date, length: int, pattern: Pattern, weekdays: set[int], week: int) -> None:
        days = days_of(pattern, first, first + timedelta(days=length), weekdays=sorted(weekdays), week=week)
        spans = spans_of(days)
        assert [day for start, end in spans for day in days_of("continuous", start, end)] == days
        assert all(later[0] - earlier[1] > timedelta(days=1) for earlier, later in pairwise(spans))


class TestFairness:
    def test_a20_the_lower_burden_goes_first(self) -> None:
        assert burden({"island": 40}, WEIGHTS, Fraction(4)) == 20
        assert burden({"none": 60}, WEIGHTS, Fraction(5)) == 12
        day = date(2025, 1, 1)
        forty = [date(2024, 1, 1) + timedelta(days=number) for number in range(40)]
        sixty = [date(2023, 1, 1) + timedelta(days=number) for number in range(60)]
        x, y = uuid4(), uuid4()
        people = [Eligible(x, date(2021, 1, 1), [Served(forty, "island")]), Eligible(y, date(2010, 1, 1), [Served(sixty, "none")])]
        ranked = order(people, day=day, years=5, weights=WEIGHTS, seed="2025-1")
        assert [each.person_id for each in ranked] == [y, x]
        assert [round(float(each.burden), 1) for each in ranked] == [12.0, 20.0]

    def test_volunteers_then_never_sent_then_the_lot(self) -> None:
        day, done = date(2025, 1, 1), [Served([date(2019, 1, 1)], "none")]  # before the window: no burden, but a last day
        volunteer, never, sent = Eligible(uuid4(), None, [Served([date(2024, 5, 5)], "island")], volunteer=True), Eligible(uuid4(), None, []), Eligible(uuid4(), None, done)
        ranked = order([sent, never, volunteer], day=day, years=5, weights=WEIGHTS, seed="s")
        assert [each.person_id for each in ranked] == [volunteer.person_id, never.person_id, sent.person_id]
        twins = [Eligible(uuid4(), None, []) for _ in range(5)]
        first = order(twins, day=day, years=5, weights=WEIGHTS, seed="s")
        assert [each.person_id for each in first] == [each.person_id for each in order(reversed(twins), day=day, years=5, weights=WEIGHTS, seed="s")]
        assert len({tuple(each.person_id for each in order(twins, day=day, years=5, weights=WEIGHTS, seed=str(seed))) for seed in range(20)}) > 1

    def test_gini(self) -> None:
        assert gini([]) is None
        assert gini([0, 0]) is None
        assert gini([10, 10, 10]) == 0
        assert gini([0, 0, 0, 40]) == Fraction(3, 4)


class TestWorkflow:
    def test_every_state_is_reached_and_known(self) -> None:
        assert MISSION.states == set(STATES)

    def test_nothing_leaves_the_end(self) -> None:
        assert not [act for act, (sources, _target) in MISSION.transitions.items() if sources & {"closed", "refused", "cancelled"}]
        assert "ended" in OVER_STATES


class TestPropose:
    @pytest.mark.parametrize(
        ("person", "changes", "status", "slug"),
        [
            ("analyst", {}, 403, "role-missing"),
            ("hr-bache", {}, 422, "malformed"),  # the destination does not see the source's people
            ("hr-bvt", {"programme": "hanoi-rotation"}, 422, "malformed"),
            ("hr-bvt", {"ends_on": "2025-03-02"}, 422, "malformed"),
            ("hr-bvt", {"pattern": "weekly_days"}, 422, "malformed"),
            ("hr-bvt", {"pattern": "weekly_days", "weekdays": [0, 1], "programme": "project-1816"}, 409, "pattern-not-open"),
            ("hr-bvt", {"technique": None}, 422, "malformed"),
            ("hr-bvt", {"receiver_code": "VN-22-NOWHERE"}, 422, "malformed"),
            ("hr-bvt", {"request_id": str(uuid4())}, 422, "malformed"),
            ("hr-bvt", {"autonomy_level": 3}, 409, "level-too-low"),
            ("hr-bvt", {"programme": "project-1816"}, 409, "tour-too-short"),
        ],
    )
    async def test_what_is_refused_before_anybody_is_asked(self, world: World, person: str, changes: dict[str, Any], status: int, slug: str) -> None:
        surgeon = await world.surgeon(licence={})
        refused = await world.proposed(surgeon, by=person, expect=status, **changes)
        assert refused["type"].endswith(f"/{slug}")
        if status == 409:
            assert refused["rule"]["citation"]
            assert refused["possible"]

    async def test_1816_lasts_three_months_at_least(self, world: World) -> None:
        refused = await world.proposed(await world.surgeon(licence={}), programme="project-1816", expect=409)
        assert (refused["rule"]["value"], refused["nearest"]) == (3, [{"starts_on": "2025-03-03", "ends_on": "2025-06-02"}])

    async def test_without_a_licence_nobody_goes(self, world: World) -> None:
        assert (await world.proposed(await world.surgeon(licence={}), expect=409))["type"].endswith("/no-licence")

    async def test_the_licence_is_for_this_work(self, world: World) -> None:
        surgeon = await world.surgeon(licence={"scope": ["ophthalmology"]})
        assert (await world.proposed(surgeon, expect=409))["type"].endswith("/licence-not-in-scope")

    async def test_a12_a_licence_that_expires_ten_days_before_the_end(self, world: World) -> None:
        surgeon = await world.surgeon(licence={"expires_on": "2025-04-20"})
        refused = await world.proposed(surgeon, expect=409)
        assert refused["type"].endswith("/licence-ends-before")
        assert "2025-04-20" in refused["possible"]
        assert refused["nearest"] == [{"starts_on": "2025-03-03", "ends_on": "2025-04-20"}]
        assert (await world.proposed(surgeon, ends_on="2025-04-20"))["state"] == "proposed"

    async def test_nobody_goes_in_the_year_before_retirement(self, world: World) -> None:
        surgeon = await world.surgeon(retirement_on="2026-04-15")
        refused = await world.proposed(surgeon, expect=409)
        assert refused["type"].endswith("/near-retirement")
        assert (await world.proposed(surgeon, ends_on="2025-04-14"))["state"] == "proposed"

    async def test_the_days_are_held_and_told(self, world: World) -> None:
        mission = await world.proposed(await world.surgeon())
        assert (mission["giver_code"], mission["receiver_code"], mission["days_planned"], mission["days_done"]) == (HOSPITAL, CENTRE, 59, 0)
        [told] = await announced("missions")
        assert (told["type"], told["giver_code"], told["receiver_code"]) == ("rotation.mission.proposed.v1", HOSPITAL, CENTRE)  # A27: both places are named
        [settled] = await announced("holds")
        assert (settled["outcome"], settled["source_id"]) == ("confirmed", mission["id"])

    async def test_the_same_days_twice_pass_the_registrys_refusal_on(self, world: World) -> None:
        surgeon = await world.surgeon()
        await world.proposed(surgeon, starts_on="2025-03-10", ends_on="2025-03-14")
        refused = await world.proposed(surgeon, receiver_code="VN-22-TYT-06970", starts_on="2025-03-12", ends_on="2025-03-18", expect=409)
        assert refused["type"].endswith("/double-booking")
        assert (refused["conflicts"][0]["day_from"], refused["conflicts"][0]["day_to"]) == ("2025-03-12", "2025-03-14")
        assert {"starts_on": "2025-03-15", "ends_on": "2025-03-21"} in refused["nearest"]

    async def test_the_same_reference_again_is_the_same_mission(self, world: World) -> None:
        surgeon = await world.surgeon()
        assert (await world.proposed(surgeon, reference="M-1"))["id"] == (await world.proposed(surgeon, reference="M-1"))["id"]

    async def test_it_answers_a_validated_request_and_covers_it(self, world: World) -> None:
        await world.heard(known("learner"), at=CENTRE)
        surgeon = await world.surgeon()
        asked = await world.submitted(learners=[str(known("learner"))])
        assert (await world.proposed(surgeon, request_id=asked["id"], expect=409))["type"].endswith("/request-not-validated")
        await world.act("linh", f"/support-requests/{asked['id']}/decision", {"outcome": "validated", "done_on": "2025-01-22"})
        mission = await world.proposed(surgeon, request_id=asked["id"], technique=None)
        assert mission["technique"] == "laparoscopic-appendectomy"
        assert (await world.read("hr-bache", f"/support-requests/{asked['id']}"))["coverage_percent"] == 98  # 59 days of 60


class TestLength:
    """A21, in the programme whose limits it is about: Hanoi's."""

    TO = "VN-01-TTBV"

    async def doctor(self, world: World, registry: Registry) -> str:
        """Somebody of Hanoi, whose registry is not asked before the length is judged."""
        person = str(uuid4())
        await world.heard(person, at="VN-01-BVHN")
        return person

    async def test_a21_a_tour_of_sixty_one_days_is_refused(self, world: World, registry: Registry) -> None:
        person = await self.doctor(world, registry)
        body = {"by": "hanoi", "programme": "hanoi-rotation", "receiver_code": self.TO, "starts_on": "2025-09-01"}
        refused = await world.proposed(person, **body, ends_on="2025-10-31", expect=409)
        defended(refused, "tour-too-long", "ROT-04", 60, possible="2025-10-30")
        assert refused["nearest"] == [{"starts_on": "2025-09-01", "ends_on": "2025-10-30"}]
        sixty = await world.proposed(person, **body, ends_on="2025-10-30", expect=409)
        assert sixty["type"].endswith("/no-licence")  # the length is judged first, and allowed

    async def test_two_hundred_and_seventy_days_in_all_whatever_the_pattern(self, world: World, registry: Registry) -> None:
        person = await self.doctor(world, registry)
        body = {"by": "hanoi", "programme": "hanoi-rotation", "receiver_code": self.TO, "pattern": "weekly_days", "weekdays": [0, 1, 2, 3, 4, 5], "starts_on": "2025-01-06"}
        refused = await world.proposed(person, **body, ends_on="2025-11-30", expect=409)
        assert refused["type"].endswith("/total-too-long")
        assert refused["rule"]["value"] == 270
        last = date.fromisoformat(refused["nearest"][0]["ends_on"])
        assert len(days_of("weekly_days", date(2025, 1, 6), last, weekdays=range(6))) == 270

    async def test_a21_the_counter_adds_only_days_done(self, world: World) -> None:
        surgeon = await world.surgeon()
        mission = await world.under_way(surgeon, pattern="weekly_days", weekdays=[0, 1], starts_on="2025-09-01", ends_on="2025-12-30")
        assert mission["days_planned"] == 36
        assert (await world.read("linh", f"/missions/{mission['id']}"))["days_done"] == 10  # to 1 October: five weeks of two days
        struck = await world.act("hr-bache", f"/missions/{mission['id']}/days-not-done", {"days": ["2025-09-08", "2025-09-09"], "reason": "Bão", "done_on": "2025-09-10"})
        assert struck["days_done"] == 8
        wrong = await world.act("hr-bache", f"/missions/{mission['id']}/days-not-done", {"days": ["2025-09-10"], "reason": "Bão"}, expect=422)
        assert wrong["fields"][0]["path"] == "days"


class TestTeam:
    async def test_a19_three_of_six_must_be_there(self, world: World, registry: Registry) -> None:
        """A on leave 1–15, B 10–20, C in training 12–14: one of the others may go for days 1–60, but not over 12–14 unless C's training moves."""
        unit = f"Khoa Chấn thương {uuid4()}"
        a, b, c, d, e, f = [await world.surgeon(name, unit=unit) for name in ("Bác sĩ A", "Bác sĩ B", "Bác sĩ C", "Bác sĩ D", "Bác sĩ E", "Bác sĩ F")]
        team = {"facility_code": HOSPITAL, "unit": unit, "occupation_code": "VN-BSCK", "min_present": 3, "valid_from": "2025-01-01"}
        await registry.enter("linh", "staffing-minimums", team)
        for person, first, last in ((a, "2025-06-01", "2025-06-15"), (b, "2025-06-10", "2025-06-20")):
            leave = await registry.enter("hr-bvt", "absences", {"person_id": person, "type": "annual", "starts_on": first, "ends_on": last, "done_on": "2025-05-01"})
            await registry.enter("head-bvt", f"absences/{leave['id']}/approval", {"done_on": "2025-05-02"})
        session = {"kind": "session", "source_service": "training", "source_id": str(uuid4()), "person_id": c, "periods": [{"starts_on": "2025-06-12", "ends_on": "2025-06-14"}]}
        await registry.enter("training", "holds", session)
        days = {"starts_on": "2025-06-01", "ends_on": "2025-07-30", "mode": "manpower"}
        refused = await world.proposed(d, **days, expect=409)
        assert refused["type"].endswith("/below-minimum")
        [conflict] = refused["conflicts"]
        assert (conflict["day_from"], conflict["day_to"], conflict["present"], conflict["limit"]) == ("2025-06-12", "2025-06-14", 2, 3)
        assert [(move["person_id"], move["kind"]) for move in refused["moves"]] == [(c, "session")]
        assert (await world.proposed(d, **days | {"starts_on": "2025-06-21"}))["state"] == "proposed"
        second = await world.proposed(e, **days | {"starts_on": "2025-06-25"}, expect=409)
        assert second["type"].endswith("/above-cap")
        assert f

    async def test_only_the_head_lets_the_minimum_be_broken(self, world: World, registry: Registry) -> None:
        """ROT-03 and SEC-02: it is asked with the proposal and holds nothing; another person grants it by agreeing, with the right to."""
        unit = f"Khoa Mắt {uuid4()}"
        alone = await world.surgeon(unit=unit)
        minimum = {"facility_code": HOSPITAL, "unit": unit, "occupation_code": "VN-BSCK", "min_present": 1, "valid_from": "2025-01-01"}
        await registry.enter("linh", "staffing-minimums", minimum)
        assert (await world.proposed(alone, expect=409))["type"].endswith("/below-minimum")
        mission = await world.proposed(alone, by="head-bvt", override_reason="Bão số 3")
        assert (mission["state"], mission["override_reason"], await announced("holds")) == ("proposed", "Bão số 3", [])
        agreement, yes = f"/missions/{mission['id']}/source-agreement", {"outcome": "agreed", "handover": "Bãi Cháy cử người", "done_on": "2025-02-05"}
        assert (await world.act("head-bvt", agreement, yes, expect=403))["type"].endswith("/agreer-is-proposer")
        for who in ("hr-bvt", "linh"):
            assert (await world.act(who, agreement, yes, expect=403))["type"].endswith("/override-by-head")
        assert (await world.read("linh", f"/missions/{mission['id']}"))["state"] == "proposed"
        agreed = await world.act("director", agreement, yes)
        assert (agreed["state"], agreed["override_reason"]) == ("source_ok", "Bão số 3")
        [settled] = await announced("holds")
        assert (settled["outcome"], settled["source_id"]) == ("confirmed", mission["id"])

    async def test_an_override_that_nobody_grants_frees_nothing(self, world: World, registry: Registry) -> None:
        unit = f"Khoa Mắt {uuid4()}"
        alone = await world.surgeon(unit=unit)
        minimum = {"facility_code": HOSPITAL, "unit": unit, "occupation_code": "VN-BSCK", "min_present": 1, "valid_from": "2025-01-01"}
        await registry.enter("linh", "staffing-minimums", minimum)
        mission = await world.proposed(alone, override_reason="Bão số 3")
        body = {"outcome": "refused", "reason": "Không có người thay", "done_on": "2025-02-05"}
        refused = await world.act("head-bvt", f"/missions/{mission['id']}/source-agreement", body)
        assert (refused["state"], await announced("holds")) == ("refused", [])

    async def test_a_reason_that_nothing_needs_is_not_kept(self, world: World) -> None:
        mission = await world.proposed(await world.surgeon(), override_reason="Bão số 3")
        assert (mission["override_reason"], len(await announced("holds"))) == (None, 1)


class TestAgree:
    async def test_who_proposed_does_not_agree(self, world: World) -> None:
        mission = await world.proposed(await world.surgeon())
        body = {"outcome": "agreed", "handover": "BS Hùng", "done_on": "2025-02-05"}
        assert (await world.act("hr-bvt", f"/missions/{mission['id']}/source-agreement", body, expect=403))["type"].endswith("/agreer-is-proposer")
        assert (await world.act("head-bache", f"/missions/{mission['id']}/source-agreement", body, expect=403))["type"].endswith("/other-authority")
        assert (await world.act("head-bvt", f"/missions/{mission['id']}/source-agreement", body))["state"] == "source_ok"

    async def test_a_refusal_frees_the_days(self, world: World) -> None:
        surgeon = await world.surgeon()
        mission = await world.proposed(surgeon)
        body = {"outcome": "refused", "reason": "Khoa đang thiếu người", "done_on": "2025-02-05"}
        assert (await world.act("head-bvt", f"/missions/{mission['id']}/source-agreement", body))["state"] == "refused"
        assert [(told["outcome"], told["on"]) for told in await announced("holds")] == [("confirmed", "2025-03-03"), ("released", "2025-03-03")]

    @pytest.mark.parametrize(("programme", "state"), [("comprehensive-support", "refused"), ("duty-rotation", "worker_ok")])
    async def test_the_worker_may_refuse_what_is_voluntary_and_a_duty_keeps_the_reason(self, world: World, programme: str, state: str) -> None:
        mission = await world.proposed(await world.surgeon(), programme=programme)
        await world.act("head-bvt", f"/missions/{mission['id']}/source-agreement", {"outcome": "agreed", "handover": "BS Hùng", "done_on": "2025-02-05"})
        answered = await world.act("hr-bvt", f"/missions/{mission['id']}/worker-answer", {"answer": "refuses", "reason": "Lý do cá nhân", "done_on": "2025-02-06"})
        assert answered["state"] == state

    async def test_the_order_is_asked_of_the_register_once_all_agree(self, world: World) -> None:
        mission = await world.agreed(await world.proposed(await world.surgeon()))
        assert mission["state"] == "destination_ok"
        [request] = await announced("decision_requests")
        assert (request["kind"], request["source_service"], request["state"], request["id"]) == ("mission", "rotation", "proposed", mission["id"])
        assert request["proposed_by"]
        assert (request["facts"]["source"], request["facts"]["destination"]) == (HOSPITAL, CENTRE)
        given_up = await world.act("hr-bvt", f"/missions/{mission['id']}/cancellation", {"reason": "Đổi kế hoạch", "done_on": "2025-02-12"})
        assert given_up["state"] == "cancelled"
        assert [told["state"] for told in await announced("decision_requests")] == ["proposed", "withdrawn"]


class TestOrder:
    async def test_a_signature_orders_it_and_hearing_it_twice_changes_nothing(self, world: World) -> None:
        mission = await world.ordered(await world.surgeon())
        assert (mission["state"], mission["decision"], mission["signed_on"]) == ("ordered", "211/QĐ-SYT", "2025-02-20")
        again = await hear(consumer, decided("signed", mission, number="999/QĐ-SYT"))
        assert (again.dead, again.parked) == (0, 0)
        assert (await world.read("linh", f"/missions/{mission['id']}"))["decision"] == "211/QĐ-SYT"

    async def test_without_number_it_is_to_regularise_until_it_has_one(self, world: World) -> None:
        mission = await world.agreed(await world.proposed(await world.surgeon()))
        await hear(consumer, decided("signed", mission, number=None))
        assert (await world.read("linh", f"/missions/{mission['id']}"))["decision"] == "to_regularise"
        await hear(consumer, decided("numbered", mission))
        assert (await world.read("linh", f"/missions/{mission['id']}"))["decision"] == "211/QĐ-SYT"

    async def test_a_revocation_cancels_it_and_frees_the_days_to_come(self, world: World) -> None:
        mission = await world.under_way(await world.surgeon())
        await hear(consumer, decided("revoked", mission, effective_on="2025-03-20", revoked_on="2025-03-18"))
        cancelled = await world.read("linh", f"/missions/{mission['id']}")
        assert (cancelled["state"], cancelled["ended_on"], cancelled["days_done"]) == ("cancelled", "2025-03-19", 17)
        assert (await announced("holds"))[-1]["on"] == "2025-03-20"

    async def test_an_order_for_what_was_given_up_changes_nothing(self, world: World) -> None:
        mission = await world.agreed(await world.proposed(await world.surgeon()))
        await world.act("hr-bvt", f"/missions/{mission['id']}/cancellation", {"reason": "Đổi kế hoạch", "done_on": "2025-02-12"})
        heard = await hear(consumer, decided("signed", mission))
        assert (heard.dead, heard.parked) == (0, 0)
        assert (await world.read("linh", f"/missions/{mission['id']}"))["state"] == "cancelled"


class TestOnTheSpot:
    async def test_departure_on_a_day_of_the_mission(self, world: World) -> None:
        mission = await world.ordered(await world.surgeon())
        assert (await world.act("hr-bache", f"/missions/{mission['id']}/departure", {"done_on": "2025-03-02"}, expect=409))["type"].endswith("/not-a-day-of-the-mission")
        assert (await world.act("hr-bache", f"/missions/{mission['id']}/departure", {"done_on": "2025-03-04"}))["state"] == "in_progress"

    async def test_extended_with_consent_and_a_licence_that_lasts(self, world: World) -> None:
        mission = await world.under_way(await world.surgeon(licence={"expires_on": "2025-05-31"}))
        path, body = f"/missions/{mission['id']}/extension", {"ends_on": "2025-05-20", "worker_consents": True, "done_on": "2025-04-10"}
        assert (await world.act("head-bvt", path, body | {"worker_consents": False}, expect=409))["type"].endswith("/consent-missing")
        assert (await world.act("head-bvt", path, body | {"ends_on": "2025-06-10"}, expect=409))["type"].endswith("/licence-ends-before")
        extended = await world.act("head-bvt", path, body)
        assert (extended["state"], extended["ends_on"], extended["first_planned_end"], extended["days_planned"]) == ("extended", "2025-05-20", "2025-04-30", 79)

    async def test_suspended_days_are_not_done(self, world: World) -> None:
        mission = await world.under_way(await world.surgeon())
        path = f"/missions/{mission['id']}"
        await world.act("hr-bache", f"{path}/suspension", {"reason": "Bão", "done_on": "2025-03-10"})
        resumed = await world.act("hr-bache", f"{path}/resumption", {"done_on": "2025-03-13"})
        assert resumed["days_not_done"] == ["2025-03-10", "2025-03-11", "2025-03-12"]
        ended = await world.act("hr-bvt", f"{path}/end", {"done_on": "2025-03-14"})
        assert (ended["days_done"], ended["ended_on"]) == (9, "2025-03-14")

    async def test_a_recall_frees_the_rest(self, world: World) -> None:
        mission = await world.under_way(await world.surgeon())
        body = {"reason": "Khoa chỉ còn một bác sĩ trực", "done_on": "2025-03-31"}
        assert (await world.act("hr-bache", f"/missions/{mission['id']}/recall", body, expect=403))["type"].endswith("/other-authority")
        recalled = await world.act("hr-bvt", f"/missions/{mission['id']}/recall", body)
        assert (recalled["state"], recalled["days_done"]) == ("recalled", 29)
        assert (await announced("holds"))[-1]["on"] == "2025-04-01"


class TestAfter:
    async def report(self, world: World, mission: dict[str, Any], side: str, by: str, *, expect: int = 201) -> dict[str, Any]:
        body = {"side": side, "summary": "Đã chuyển giao kỹ thuật", "cases": 12, "people_trained": 2, "done_on": "2025-05-10"}
        return await world.act(by, f"/missions/{mission['id']}/reports", body, expect=expect)

    async def test_both_sides_report_within_fifteen_days_then_it_is_evaluated_and_closed(self, world: World) -> None:
        mission = await world.ended(await world.surgeon(), mode="manpower", technique="laparoscopic-appendectomy")
        assert mission["allowance_held"]
        dues = [due for due in await announced("dues") if due["kind"].startswith("mission_report")]
        assert {due["due_on"] for due in dues} == {"2025-05-15"}
        evaluation = {"objectives_met": "yes", "comment": "Tốt", "done_on": "2025-05-12"}
        assert (await world.act("linh", f"/missions/{mission['id']}/evaluation", evaluation, expect=409))["type"].endswith("/state-does-not-allow")
        assert (await self.report(world, mission, "destination", "hr-bvt", expect=403))["type"].endswith("/other-authority")
        assert (await self.report(world, mission, "worker", "hr-bvt"))["state"] == "ended"
        assert (await self.report(world, mission, "worker", "hr-bvt", expect=409))["type"].endswith("/already-reported")
        reported = await self.report(world, mission, "destination", "hr-bache")
        assert (reported["state"], reported["allowance_held"]) == ("reported", False)
        assert (await world.act("linh", f"/missions/{mission['id']}/evaluation", evaluation))["state"] == "evaluated"
        closed = await world.act("linh", f"/missions/{mission['id']}/closure", {"done_on": "2025-05-15"})
        assert [(each["months"], each["due_on"]) for each in closed["follow_ups"]] == [(3, "2025-07-30"), (6, "2025-10-30"), (12, "2026-04-30")]
        done = await world.act("hr-bache", f"/missions/{mission['id']}/follow-ups/3", {"practised": True, "comment": "Vẫn làm thường quy", "done_on": "2025-07-30"})
        assert done["follow_ups"][0]["practised"]
        await world.act("hr-bache", f"/missions/{mission['id']}/follow-ups/4", {"practised": True, "comment": "…", "done_on": "2025-07-30"}, expect=404)

    async def test_a_transfer_closes_only_with_levels(self, world: World) -> None:
        mission = await world.ended(await world.surgeon())
        for side, by in (("worker", "hr-bvt"), ("destination", "hr-bache")):
            await self.report(world, mission, side, by)
        await world.act("linh", f"/missions/{mission['id']}/evaluation", {"objectives_met": "partly", "comment": "…", "done_on": "2025-05-12"})
        refused = await world.act("linh", f"/missions/{mission['id']}/closure", {"done_on": "2025-05-15"}, expect=409)
        assert refused["type"].endswith("/levels-missing")

    async def test_a_second_duty_mission_waits_twenty_four_months_without_consent(self, world: World) -> None:
        surgeon = await world.surgeon()
        await world.ended(surgeon, on="2025-04-30", programme="duty-rotation")
        refused = await world.proposed(surgeon, programme="duty-rotation", starts_on="2025-09-01", ends_on="2025-09-30", expect=409)
        assert refused["type"].endswith("/rest-after-duty")
        assert "2027-05-01" in refused["possible"]
        again = await world.proposed(surgeon, programme="duty-rotation", starts_on="2025-09-01", ends_on="2025-09-30", volunteer=True)
        assert again["state"] == "proposed"

    async def test_what_is_planned_is_not_yet_done(self, world: World) -> None:
        with environment(RELAIS_TODAY="2025-03-10"):
            mission = await world.under_way(await world.surgeon())
            assert mission["days_done"] == 8


async def test_the_list_holds_each_order(world: World) -> None:
    for starts_on, ends_on in (("2025-03-10", "2025-04-20"), ("2025-03-03", "2025-04-30")):
        await world.proposed(await world.surgeon(), starts_on=starts_on, ends_on=ends_on)
    orders = {
        "from": lambda one: one["starts_on"],
        "to": lambda one: one["ends_on"],
        "source": lambda one: (one["giver_code"], one["starts_on"]),
        "destination": lambda one: (one["receiver_code"], one["starts_on"]),
        "state": lambda one: (one["state"], one["starts_on"]),
    }
    await holds_its_orders(world.api.as_("linh"), f"{ROOT}/missions", orders, rows=2)
