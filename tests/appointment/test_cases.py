"""A case: principle, candidates, steps, file, decision; and what its signature and its revocation change."""

from typing import Any

import pytest
from sqlalchemy import text

from services.appointment.consumers import consumer
from shared.db import worker_session
from tests.appointment.world import PROVINCIAL, REMOTE, known
from tests.appointment.world_leadership import Leaders, staff
from tests.support.api import Api
from tests.support.hearing import hear, message
from tests.support.refusals import defended


@pytest.fixture
async def leaders(api: Api) -> Leaders:
    leaders = Leaders(api)
    await leaders.open_places(PROVINCIAL, REMOTE)
    await staff("Ánh", "Bình", "Chi")
    return leaders


async def told(topic: str) -> list[str]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": topic})
        return [row.type.split(".")[2] for row in rows]


class TestThinPath:
    async def test_a_head_is_appointed(self, leaders: Leaders) -> None:
        position = await leaders.position()
        case = await leaders.appointed(position, "Ánh")
        assert (case["state"], case["decision"], case["nominee_id"]) == ("decided", "101/QĐ-SYT", str(known("Ánh")))
        mandate = await leaders.read(f"/mandates/{case['made_mandate_id']}")
        assert (mandate["kind"], mandate["starts_on"], mandate["ends_on"], mandate["state"]) == ("appointed", "2025-05-01", "2030-04-30", "running")
        assert (await leaders.read(f"/positions/{position['id']}"))["holder"]["person_id"] == str(known("Ánh"))
        assert await told("relais.appointment.mandates") == ["started"]
        assert (await told("relais.appointment.cases"))[-1] == "decided"


class TestOpening:
    @pytest.mark.parametrize("person", ["director", "hr-bvt", "secretary", "head-bvt", "analyst"])
    async def test_only_the_administrator(self, leaders: Leaders, person: str) -> None:
        position = await leaders.position()
        await leaders.act(person, "/cases", {"kind": "first", "position_id": position["id"]}, expect=403)

    async def test_not_in_another_province(self, leaders: Leaders) -> None:
        position = await leaders.position()
        await leaders.act("hanoi", "/cases", {"kind": "first", "position_id": position["id"]}, expect=422)

    @pytest.mark.parametrize(
        "body",
        [{"kind": "first"}, {"kind": "reappoint"}, {"kind": "transfer", "position_id": "x"}, {"kind": "promote"}, {"kind": "resign", "position_id": "x"}],
    )
    async def test_it_says_what_it_is_about(self, leaders: Leaders, body: dict[str, Any]) -> None:
        position = await leaders.position()
        await leaders.act("linh", "/cases", body | ({"position_id": position["id"]} if "position_id" in body else {}), expect=422)

    async def test_one_open_case_for_a_position(self, leaders: Leaders) -> None:
        position = await leaders.position()
        await leaders.open_case(position_id=position["id"])
        refused = await leaders.open_case(position_id=position["id"], expect=409)
        assert refused["type"].endswith("/case-open-already")

    async def test_no_deputy_beyond_the_cap_takes_office(self, leaders: Leaders) -> None:
        """A18, when the seats were there already: two deputies of three seats are in office, and staff has fallen to 20."""
        await staff(*[f"employee {number}" for number in range(21)])
        seats = [await leaders.position("deputy") for _seat in range(3)]
        await leaders.mandate(seats[0], "Ánh")
        await leaders.mandate(seats[1], "Bình")
        await staff(*[f"employee {number}" for number in range(4)], employment="private")
        refused = await leaders.open_case(position_id=seats[2]["id"], expect=409)
        assert (refused["type"].rsplit("/")[-1], refused["rule"]["value"]["allowed"]) == ("too-many-deputies", 2)

    async def test_a_tolerated_seat_is_not_filled_again(self, leaders: Leaders) -> None:
        """R-GRAND."""
        await staff("employee")
        seat = await leaders.position("deputy", valid_from="2024-01-01", grandfathered_until="2026-12-31")
        refused = await leaders.open_case(position_id=seat["id"], expect=409)
        assert refused["type"].endswith("/too-many-deputies")

    async def test_the_same_reference_says_the_same(self, leaders: Leaders) -> None:
        position = await leaders.position()
        first = await leaders.open_case(position_id=position["id"], reference="C-1")
        assert (await leaders.open_case(position_id=position["id"], reference="C-1"))["id"] == first["id"]
        await leaders.open_case(position_id=position["id"], reference="C-1", reason="autre", expect=409)


class TestPrinciple:
    async def test_dates_are_shown(self, leaders: Leaders) -> None:
        """APP-01: requested on Mon 3 Mar 2025, answer by Mon 17 Mar; granted on 10 Mar, 30 working days with two holidays skipped."""
        case = await leaders.granted(await leaders.position())
        assert [(deadline["what"], deadline["due_on"], deadline["rule"]["id"]) for deadline in case["deadlines"]] == [
            ("principle_answer", "2025-03-17", "APP-01"),
            ("procedure_end", "2025-04-22", "APP-01"),
        ]

    async def test_a_refusal_stops_the_case(self, leaders: Leaders) -> None:
        case = await leaders.open_case(position_id=(await leaders.position())["id"])
        stopped = await leaders.act("director", f"/cases/{case['id']}/principle-answer", {"granted": False, "done_on": "2025-03-10"})
        assert (stopped["state"], stopped["stopped_because"]) == ("stopped", "authority_refusal")
        assert [step["code"] for step in stopped["steps"] if step["state"] == "blocked"] == ["principle_answer"]

    async def test_who_requests_does_not_grant(self, leaders: Leaders) -> None:
        case = await leaders.open_case(position_id=(await leaders.position())["id"])
        answer = await leaders.api.as_("linh", roles=["signatory", "records-officer", "regional-administrator"]).post(
            f"/api/v1/appointment/cases/{case['id']}/principle-answer", json={"done_on": "2025-03-10"}
        )
        assert (answer.status_code, answer.json()["type"].rsplit("/")[-1]) == (403, "answerer-is-requester")

    async def test_nobody_is_screened_before(self, leaders: Leaders) -> None:
        case = await leaders.open_case(position_id=(await leaders.position())["id"])
        refused = await leaders.screened(case, "Ánh", expect=409)
        assert (refused["type"].rsplit("/")[-1], refused["rule"]["id"]) == ("principle-not-granted", "APP-01")


class TestScreening:
    async def test_outside_the_plan(self, leaders: Leaders) -> None:
        """APP-02."""
        case = await leaders.granted(await leaders.position(planning_required=True))
        refused = await leaders.screened(case, "Ánh", expect=409)
        defended(refused, "outside-the-plan", "APP-02", ["equivalent", "same"], possible="Choose someone of the plan")
        assert (await leaders.read(f"/cases/{case['id']}"))["candidates"] == []

    async def test_the_authority_may_except(self, leaders: Leaders) -> None:
        case = await leaders.granted(await leaders.position(planning_required=True), planning_exception="New unit without plan")
        assert len((await leaders.screened(case, "Ánh"))["candidates"]) == 1

    @pytest.mark.parametrize(("since", "status"), [("2023-03-13", 201), ("2023-04-01", 409)])
    async def test_twenty_three_months(self, leaders: Leaders, since: str, status: int) -> None:
        """APP-03: 24 whole months on 12 March 2025 from 13 March 2023; 23 from April."""
        case = await leaders.granted(await leaders.position(), "higher")
        answer = await leaders.screened(case, "Ánh", expect=status, experience=[{"from_day": since}])
        if status == 409:
            defended(answer, "experience-too-short", "APP-03", 24, possible="1 ")
            assert "23" in answer["detail"]

    async def test_periods_add_up(self, leaders: Leaders) -> None:
        case = await leaders.granted(await leaders.position(), "equivalent")
        await leaders.screened(case, "Ánh", experience=[{"from_day": "2020-01-01", "to_day": "2020-12-31"}, {"from_day": "2024-03-01"}])

    async def test_whoever_has_lost_the_right_to_practise(self, leaders: Leaders) -> None:
        """LIC-PRACTICE, as heard of the registry."""
        case = await leaders.granted(await leaders.position())
        licence = {"id": str(known("licence of Ánh")), "person_id": str(known("Ánh")), "authority_path": "VN.VN-22", "issued_on": "2015-01-01", "expires_on": "2024-12-31"}
        await hear(consumer, message("relais.registry.licences", "registry.licence.recorded.v1", licence))
        defended(await leaders.screened(case, "Ánh", expect=409), "right-to-practise-lost", "LIC-PRACTICE", "expired", possible="renewed")
        await leaders.screened(case, "Bình")

    async def test_a_first_appointment_needs_no_experience(self, leaders: Leaders) -> None:
        case = await leaders.granted(await leaders.position())
        await leaders.screened(case, "Ánh", experience=[])

    async def test_oracle_a15(self, leaders: Leaders) -> None:
        """58 months before retirement: the term of 60 does not fit."""
        await staff("Dung", retires="2030-01-11")
        case = await leaders.granted(await leaders.position())
        refused = await leaders.screened(case, "Dung", expect=409)
        defended(refused, "term-does-not-fit", "APP-04", 60, possible="2030-03-11")
        assert "58" in refused["detail"]

    async def test_an_equivalent_post_is_not_judged_by_age(self, leaders: Leaders) -> None:
        await staff("Dung", retires="2030-01-11")
        await leaders.screened(await leaders.granted(await leaders.position(), "equivalent"), "Dung")

    async def test_a_blocking_fact_has_no_content(self, leaders: Leaders) -> None:
        """APP-05: that there is one, never which; and it is kept nowhere."""
        case = await leaders.granted(await leaders.position())
        refused = await leaders.screened(case, "Ánh", expect=409, blocking_fact=True)
        assert (refused["type"].rsplit("/")[-1], refused["rule"]["id"]) == ("blocking-fact", "APP-05")
        await leaders.screened(case, "Ánh", expect=422, blocking_fact="discipline")

    async def test_a_conflict_is_flagged(self, leaders: Leaders) -> None:
        """APP-16."""
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh", conflicts=["family", "private_clinic"])
        assert case["candidates"][0]["conflicts"] == ["family", "private_clinic"]


class TestSteps:
    async def test_five_steps_with_who_meets_in_each(self, leaders: Leaders) -> None:
        """APP-07."""
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh", "Bình")
        meetings = [(step["body"], step["purpose"]) for step in case["steps"] if step["code"] == "meeting"]
        assert meetings == [
            ("leadership", "criteria"),
            ("extended_leadership", "nomination"),
            ("leadership", "nomination"),
            ("key_staff", "consultation"),
            ("leadership", "final"),
        ]
        external = await leaders.granted(await leaders.position("deputy"), source="external")
        assert [step["number"] for step in external["steps"] if step["code"] == "meeting"] == [1, 2, 3]

    async def test_no_quorum(self, leaders: Leaders) -> None:
        """5 present where 6 of 9 are needed."""
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        refused = await leaders.step(case, 1, present=5, expect=409)
        defended(refused, "no-quorum", "APP-08", {"quorum": "2/3", "majority": "1/2"}, possible="at least 6 present")

    async def test_in_their_order(self, leaders: Leaders) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        refused = await leaders.step(case, 2, {"Ánh": 9}, expect=409)
        assert refused["type"].endswith("/step-out-of-order")

    @pytest.mark.parametrize(
        ("totals", "changes"),
        [
            ({"Ánh": 9}, {}),  # one candidate is missing
            ({"Ánh": 5, "Bình": 3, "Chi": 1}, {}),  # one is no candidate
            ({"Ánh": 6, "Bình": 4}, {}),  # more votes than ballots
            ({"Ánh": 5, "Bình": 4}, {"valid": 10}),
            ({"Ánh": 5, "Bình": 4}, {"present": 10}),
            ({"Ánh": 5, "Bình": 4}, {"held_on": "2025-03-01"}),
            ({"Ánh": 5, "Bình": 4}, {"who": "someone"}),
        ],
    )
    async def test_totals_that_cannot_be(self, leaders: Leaders, totals: dict[str, int], changes: dict[str, Any]) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh", "Bình")
        await leaders.step(case, 1)
        await leaders.step(case, 2, totals, expect=422, **changes)

    async def test_the_two_highest_go_forward(self, leaders: Leaders) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh", "Bình", "Chi")
        await leaders.step(case, 1)
        case = await leaders.step(case, 2, {"Ánh": 4, "Bình": 3, "Chi": 2})
        assert {candidate["person_id"]: candidate["state"] for candidate in case["candidates"]} == {
            str(known("Ánh")): "forward",
            str(known("Bình")): "forward",
            str(known("Chi")): "left_out",
        }

    async def test_oracle_a16(self, leaders: Leaders) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        for number in (1, 2, 3, 4):
            await leaders.step(case, number, None if number == 1 else {"Ánh": 9})
        case = await leaders.step(case, 5, {"Ánh": 5}, present=7, valid=7)
        assert case["state"] == "voted"
        vote = case["steps"][7]["vote"]
        assert (vote["quorum"], vote["totals"][0]["percent"], vote["outcome"]) == (6, "55.6", "carried")

    async def test_oracle_a17(self, leaders: Leaders) -> None:
        """Exactly half: the head decides, and the report of dissent is mandatory."""
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        for number in (1, 2, 3, 4):
            await leaders.step(case, number, None if number == 1 else {"Ánh": 9})
        case = await leaders.step(case, 5, {"Ánh": 4}, convened=8, present=8, valid=8)
        assert (case["state"], case["steps"][7]["vote"]["outcome"]) == ("candidates_screened", "head_decides")
        assert [step["code"] for step in case["steps"] if step["state"] == "now"] == ["head_decision"]
        refused = await leaders.act("linh", f"/cases/{case['id']}/file", {"done_on": "2025-04-01"}, expect=409)
        assert refused["type"].endswith("/state-does-not-allow")
        await leaders.act("director", f"/cases/{case['id']}/head-decision", {"carried": True, "done_on": "2025-04-01"}, expect=422)
        await leaders.act("secretary", f"/cases/{case['id']}/head-decision", {"carried": True, "dissent_reference": "BC-1", "done_on": "2025-04-01"}, expect=403)
        case = await leaders.act("director", f"/cases/{case['id']}/head-decision", {"carried": True, "dissent_reference": "BC-1", "done_on": "2025-04-01"})
        assert (case["state"], case["nominee_id"]) == ("voted", str(known("Ánh")))

    async def test_no_majority_stops_the_case(self, leaders: Leaders) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        for number in (1, 2, 3, 4):
            await leaders.step(case, number, None if number == 1 else {"Ánh": 9})
        case = await leaders.step(case, 5, {"Ánh": 4})
        assert (case["state"], case["stopped_because"]) == ("stopped", "no_majority")
        assert (await told("relais.appointment.cases"))[-1] == "stopped"

    async def test_several_meetings_in_one_request(self, leaders: Leaders) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        total = [{"person_id": str(known("Ánh")), "votes": 9}]
        steps: list[dict[str, Any]] = [{"step": 1, "held_on": "2025-03-14", "convened": 9, "present": 9}]
        steps += [{"step": number, "held_on": f"2025-03-{14 + number}", "convened": 9, "present": 9, "valid": 9, "totals": total} for number in (2, 3, 4, 5)]
        case = await leaders.act("secretary", f"/cases/{case['id']}/steps", {"steps": steps, "done_on": "2025-03-31"})
        assert case["state"] == "voted"

    @pytest.mark.parametrize("person", ["director", "hr-bvt", "head-bvt"])
    async def test_only_the_secretary_or_the_administrator(self, leaders: Leaders, person: str) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        await leaders.step(case, 1, by=person, expect=403)

    async def test_votes_are_on_no_topic(self, leaders: Leaders) -> None:
        await leaders.appointed(await leaders.position(), "Ánh")
        async with worker_session() as session:
            said = (await session.execute(text("SELECT string_agg(data::text, ' ') FROM outbox WHERE topic LIKE 'relais.appointment.%'"))).scalar_one()
        assert not [word for word in ("votes", "convened", "totals", "candidates", "conflicts") if f'"{word}"' in said]


class TestDecision:
    async def test_the_proposer_does_not_sign(self, leaders: Leaders) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        await leaders.voted(case, "Ánh", winner="Ánh")
        await leaders.proposed(case, starts_on="2025-05-01")
        decision = await leaders.decision_of(case)
        assert (decision["kind"], decision["effective_on"], decision["ends_on"]) == ("appointment", "2025-05-01", "2030-04-30")
        answer = await leaders.api.as_("linh", roles=["signatory", "records-officer"]).post(
            f"/api/v1/appointment/decisions/{decision['id']}/signature", json={"signed_on": "2025-04-10"}
        )
        assert answer.status_code in (403, 409)

    async def test_a_file_completed_and_not_decided(self, leaders: Leaders) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        await leaders.voted(case, "Ánh", winner="Ánh")
        await leaders.act("linh", f"/cases/{case['id']}/file", {"done_on": "2025-04-01"})
        found = await leaders.read("/cases?state=file_completed")
        assert [item["file_completed_on"] for item in found["items"]] == ["2025-04-01"]

    async def test_withdrawn_and_proposed_again(self, leaders: Leaders) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        await leaders.voted(case, "Ánh", winner="Ánh")
        await leaders.proposed(case, starts_on="2025-05-01")
        case = await leaders.act("linh", f"/cases/{case['id']}/withdrawal", {"done_on": "2025-04-03"})
        assert (case["state"], case["starts_on"]) == ("file_completed", None)
        assert (await leaders.decision_of(case))["state"] == "withdrawn"
        await leaders.act("linh", f"/cases/{case['id']}/decision-proposal", {"starts_on": "2025-06-01", "done_on": "2025-04-04"})
        assert (await leaders.decision_of(case))["effective_on"] == "2025-06-01"

    async def test_a_term_is_judged_again_on_its_real_first_day(self, leaders: Leaders) -> None:
        """Fit on the day of screening, not four months later."""
        await staff("Dung", retires="2030-03-31")
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Dung")
        await leaders.voted(case, "Dung", winner="Dung")
        await leaders.act("linh", f"/cases/{case['id']}/file", {"done_on": "2025-04-01"})
        refused = await leaders.act("linh", f"/cases/{case['id']}/decision-proposal", {"starts_on": "2025-07-01", "done_on": "2025-04-02"}, expect=409)
        assert refused["type"].endswith("/term-does-not-fit")

    async def test_a_held_position(self, leaders: Leaders) -> None:
        position = await leaders.position()
        await leaders.mandate(position, "Bình", ends_on="2025-12-31")
        case = await leaders.screened(await leaders.granted(position), "Ánh")
        await leaders.voted(case, "Ánh", winner="Ánh")
        await leaders.act("linh", f"/cases/{case['id']}/file", {"done_on": "2025-04-01"})
        refused = await leaders.act("linh", f"/cases/{case['id']}/decision-proposal", {"starts_on": "2025-07-01", "done_on": "2025-04-02"}, expect=409)
        assert (refused["type"].rsplit("/")[-1], "2025-12-31" in refused["possible"]) == ("position-held", True)

    async def test_without_number_then_numbered(self, leaders: Leaders) -> None:
        case = await leaders.screened(await leaders.granted(await leaders.position()), "Ánh")
        await leaders.voted(case, "Ánh", winner="Ánh")
        await leaders.proposed(case, starts_on="2025-05-01")
        await leaders.signed(case, number=None)
        case = await leaders.read(f"/cases/{case['id']}")
        assert case["decision"] == "to_regularise"
        decision = await leaders.decision_of(case)
        await leaders.act("director", f"/decisions/{decision['id']}/numbering", {"numbering": "entered", "number": "77/QĐ-SYT", "done_on": "2025-04-20"})
        mandate = await leaders.read(f"/mandates/{case['made_mandate_id']}")
        assert mandate["decision"] == "77/QĐ-SYT"


class TestEffects:
    async def test_a_new_office_ends_the_previous_one_and_a_revocation_puts_it_back(self, leaders: Leaders) -> None:
        """APP-17."""
        deputy, head = await leaders.position("deputy"), await leaders.position()
        before = await leaders.mandate(deputy, "Ánh", starts_on="2022-01-01")
        case = await leaders.appointed(head, "Ánh", kind="higher")
        ended = await leaders.read(f"/mandates/{before['id']}")
        assert (ended["state"], ended["ended_on"], ended["ended_because"], ended["ended_by_case_id"]) == ("ended", "2025-04-30", "new_office", case["id"])
        decision = await leaders.decision_of(case)
        await leaders.act("director", f"/decisions/{decision['id']}/revocation", {"reason": "Hồ sơ không hợp lệ", "done_on": "2025-06-02", "effective_on": "2025-05-01"})
        again = await leaders.read(f"/mandates/{before['id']}")
        assert (again["state"], again["ended_on"], again["put_back_on"]) == ("running", None, "2025-06-02")
        revoked = await leaders.read(f"/cases/{case['id']}")
        assert (revoked["state"], revoked["revoked_on"]) == ("revoked", "2025-06-02")
        assert (await leaders.read(f"/mandates/{case['made_mandate_id']}"))["state"] == "revoked"
        assert (await leaders.read(f"/positions/{head['id']}"))["holder"] is None
        assert await told("relais.appointment.mandates") == ["started", "ended", "started", "revoked", "changed"]

    async def test_revoked_from_a_later_day(self, leaders: Leaders) -> None:
        """What was is true: the mandate ends, the previous one goes on as a mandate of its own, and the gap stays."""
        deputy, head = await leaders.position("deputy"), await leaders.position()
        before = await leaders.mandate(deputy, "Ánh", starts_on="2022-01-01")
        case = await leaders.appointed(head, "Ánh", kind="higher")
        decision = await leaders.decision_of(case)
        await leaders.act("director", f"/decisions/{decision['id']}/revocation", {"reason": "Hồ sơ không hợp lệ", "done_on": "2025-08-20", "effective_on": "2025-09-01"})
        made = await leaders.read(f"/mandates/{case['made_mandate_id']}")
        assert (made["state"], made["ended_on"], made["ended_because"]) == ("ended", "2025-08-31", "revoked")
        found = (await leaders.read(f"/mandates?position={deputy['id']}"))["items"]
        assert [(item["kind"], item["starts_on"], item["ended_on"], item["follows_id"]) for item in found] == [
            ("appointed", "2022-01-01", "2025-04-30", None),
            ("resumed", "2025-09-01", None, before["id"]),
        ]

    async def test_cumulation_is_decided(self, leaders: Leaders) -> None:
        before = await leaders.mandate(await leaders.position("deputy"), "Ánh", starts_on="2022-01-01")
        await leaders.appointed(await leaders.position(), "Ánh", kind="higher", cumulation=True)
        assert (await leaders.read(f"/mandates/{before['id']}"))["ended_on"] is None

    async def test_reappointed(self, leaders: Leaders) -> None:
        position = await leaders.position()
        before = await leaders.mandate(position, "Ánh", starts_on="2020-08-01")
        case = await leaders.open_case("reappoint", mandate_id=before["id"])
        assert (case["state"], case["candidates"][0]["person_id"]) == ("candidates_screened", str(known("Ánh")))
        await leaders.step(case, 1, {"Ánh": 9})
        await leaders.step(case, 2, {"Ánh": 6})
        case = await leaders.proposed(case)
        assert (case["starts_on"], case["ends_on"]) == ("2025-08-01", "2030-07-31")
        await leaders.signed(case)
        decided = await leaders.read(f"/cases/{case['id']}")
        made = await leaders.read(f"/mandates/{decided['made_mandate_id']}")
        assert (made["kind"], made["follows_id"]) == ("renewed", before["id"])
        assert (await leaders.read(f"/mandates/{before['id']}"))["followed"]

    async def test_extension_or_reappointment_is_told_by_the_rule(self, leaders: Leaders) -> None:
        """APP-10: less than two years left is an extension."""
        await staff("Dung", retires="2027-01-31")
        mandate = await leaders.mandate(await leaders.position(), "Dung", starts_on="2020-08-01")
        refused = await leaders.open_case("reappoint", mandate_id=mandate["id"], expect=409)
        assert (refused["type"].rsplit("/")[-1], refused["rule"]["id"], "2027-01-31" in refused["possible"]) == ("other-kind", "APP-10", True)
        case = await leaders.open_case("extend", mandate_id=mandate["id"])
        await leaders.step(case, 1, {"Dung": 9})
        case = await leaders.proposed(case)
        assert (case["starts_on"], case["ends_on"]) == ("2025-08-01", "2027-01-31")
        await leaders.signed(case)
        assert [item["kind"] for item in (await leaders.read(f"/mandates?person={known('Dung')}"))["items"]] == ["appointed", "extended"]

    async def test_a_transfer_moves_the_person(self, leaders: Leaders) -> None:
        before = await leaders.mandate(await leaders.position("deputy"), "Ánh", starts_on="2022-01-01")
        there = await leaders.position("deputy", facility_code=REMOTE)
        case = await leaders.open_case("transfer", position_id=there["id"], candidate={"person_id": str(known("Ánh"))})
        await leaders.step(case, 1, {"Ánh": 9})
        await leaders.proposed(case, starts_on="2025-05-01")
        await leaders.signed(case)
        case = await leaders.read(f"/cases/{case['id']}")
        assert (await leaders.read(f"/mandates/{case['made_mandate_id']}"))["kind"] == "transferred"
        assert (await leaders.read(f"/mandates/{before['id']}"))["ended_on"] == "2025-04-30"
        async with worker_session() as session:
            said = (await session.execute(text("SELECT data FROM outbox WHERE type = 'appointment.transfer.decided.v1'"))).scalar_one()
        assert (f'"from_facility_code":"{PROVINCIAL}"' in said, f'"to_facility_code":"{REMOTE}"' in said) == (True, True)
        decision = await leaders.decision_of(case)
        await leaders.act("director", f"/decisions/{decision['id']}/revocation", {"reason": "Hồ sơ không hợp lệ", "done_on": "2025-05-02", "effective_on": "2025-05-01"})
        assert (await told("relais.appointment.transfers")) == ["decided", "revoked"]

    async def test_resignation_ends_the_mandate(self, leaders: Leaders) -> None:
        mandate = await leaders.mandate(await leaders.position(), "Ánh")
        case = await leaders.open_case("resign", mandate_id=mandate["id"], reason="Lý do cá nhân")
        await leaders.step(case, 1, {"Ánh": 9})
        await leaders.proposed(case, starts_on="2025-05-01")
        await leaders.signed(case)
        ended = await leaders.read(f"/mandates/{mandate['id']}")
        assert (ended["ended_on"], ended["ended_because"], ended["state"]) == ("2025-04-30", "resigned", "ended")
        refused = await leaders.open_case("resign", mandate_id=mandate["id"], expect=409)
        assert refused["type"].endswith("/mandate-over")

    async def test_acting_lasts_six_months_unless_said(self, leaders: Leaders) -> None:
        case = await leaders.open_case("acting", position_id=(await leaders.position())["id"], candidate={"person_id": str(known("Ánh"))})
        await leaders.step(case, 1, {"Ánh": 9})
        case = await leaders.proposed(case, starts_on="2025-05-01")
        assert case["ends_on"] == "2025-10-31"


class TestClassified:
    async def test_only_reference_date_and_outcome(self, leaders: Leaders) -> None:
        position = await leaders.position()
        await leaders.open_case(position_id=position["id"], classified=True, reason="secret", expect=422)
        case = await leaders.open_case(position_id=position["id"], classified=True, reference="M-1")
        assert (case["state"], [step["code"] for step in case["steps"]]) == ("opened", ["outcome"])
        refused = await leaders.act("linh", f"/cases/{case['id']}/principle-request", {"done_on": "2025-03-03"}, expect=409)
        assert refused["type"].endswith("/classified-content")
        refused = await leaders.screened(case, "Ánh", expect=409)
        assert refused["type"].endswith("/classified-content")
        case = await leaders.act("linh", f"/cases/{case['id']}/outcome", {"outcome": "appointed", "decision_number": "9/QĐ", "done_on": "2025-05-05"})
        assert (case["state"], case["outcome"], case["decided_on"], case["nominee_id"], case["candidates"]) == ("decided", "appointed", "2025-05-05", None, [])

    async def test_an_open_case_has_no_such_outcome(self, leaders: Leaders) -> None:
        case = await leaders.open_case(position_id=(await leaders.position())["id"])
        await leaders.act("linh", f"/cases/{case['id']}/outcome", {"outcome": "appointed"}, expect=409)


class TestWalls:
    async def test_another_province_and_another_facility_see_nothing(self, leaders: Leaders) -> None:
        case = await leaders.open_case(position_id=(await leaders.position())["id"])
        for person in ("hanoi", "head-bache"):
            await leaders.read(f"/cases/{case['id']}", person, expect=404)
            assert (await leaders.read("/cases", person))["items"] == []
        assert len((await leaders.read("/cases", "head-bvt"))["items"]) == 1

    async def test_the_acts_say_whether_they_are_open(self, leaders: Leaders) -> None:
        case = await leaders.open_case(position_id=(await leaders.position())["id"])
        acts = {act["act"]: act for act in case["available_actions"]}
        assert (acts["request_principle"]["allowed"], acts["screen"]["rule"]["id"], acts["stop"]["allowed"]) == (False, "APP-01", True)
        acts = {act["act"]: act for act in (await leaders.read(f"/cases/{case['id']}", "director"))["available_actions"]}
        assert (acts["answer_principle"]["allowed"], acts["stop"]["allowed"]) == (True, False)
