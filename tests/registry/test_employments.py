"""Employments by hand: who employs whom, from when, and until when."""

from typing import Any

import pytest

from shared.clock import now
from tests.registry.world import BACHE, BACHMAI, BASE, BVT, World, ok, problem

BODY = {"facility_code": BVT, "occupation_code": "VN-BS", "starts_on": "2025-01-01", "done_on": "2025-01-01"}


async def employ(world: World, person: dict[str, Any], *, who: str = "linh", **more: Any) -> Any:
    return await world.api.as_(who).post(f"{BASE}/persons/{person['id']}/employments", json=BODY | more)


class TestRefusals:
    async def test_a_facility_employs_a_person_once_at_a_time(self, world: World) -> None:
        hoa = await world.person()
        first = ok(await employ(world, hoa, ends_on="2025-06-30"))
        answer = await employ(world, hoa, starts_on="2025-06-30")
        assert problem(answer, 409) == "employed-already"
        assert (answer.json()["rule"]["id"], answer.json()["employment_id"]) == ("REG-EMPLOYMENT", first["id"])
        ok(await employ(world, hoa, starts_on="2025-07-01"))
        ok(await employ(world, hoa, facility_code=BACHE))

    @pytest.mark.parametrize(("who", "status"), [("hanoi", 404), ("hr-bache", 404), ("analyst", 403), ("director", 403)])
    async def test_only_hr_with_a_relation_employs_and_ends(self, world: World, who: str, status: int) -> None:
        hoa = await world.person(facility_code=BVT)
        employment = ok(await employ(world, hoa))
        problem(await employ(world, hoa, who=who), status)
        problem(await world.api.as_(who).post(f"{BASE}/employments/{employment['id']}/ending", json={"ends_on": "2025-06-30", "departure": "resigned"}), status)

    async def test_nobody_employs_for_a_facility_of_others(self, world: World) -> None:
        assert problem(await employ(world, await world.person(), facility_code=BACHMAI), 403) == "facility-not-yours"

    async def test_it_does_not_end_before_it_begins_nor_twice(self, world: World) -> None:
        employment = ok(await employ(world, await world.person()))
        address, linh = f"{BASE}/employments/{employment['id']}/ending", world.api.as_("linh")
        assert problem(await linh.post(address, json={"ends_on": "2024-12-31", "departure": "resigned"}), 422) == "malformed"
        ended = ok(await linh.post(address, json={"ends_on": "2025-06-30", "departure": "transferred"}))
        assert (ended["ends_on"], ended["departure"], ended["available_actions"][0]["allowed"]) == ("2025-06-30", "transferred", False)
        assert problem(await linh.post(address, json={"ends_on": "2025-07-31", "departure": "resigned"}), 409) == "ended-already"


class TestEmployed:
    async def test_the_employer_sees_the_person_and_lists_them(self, world: World) -> None:
        hoa = await world.person(facility_code=BVT)
        ok(await employ(world, hoa, facility_code=BACHE))
        assert [item["name"] for item in ok(await world.api.as_("hr-bache").get(f"{BASE}/persons", params={"facility": BACHE}))["items"]] == ["Nguyễn Thị Hoa"]

    async def test_what_was_believed_before_the_end_is_kept(self, world: World) -> None:
        hoa, linh = await world.person(), world.api.as_("linh")
        employment = ok(await employ(world, hoa))
        before = now()
        ok(await linh.post(f"{BASE}/employments/{employment['id']}/ending", json={"ends_on": "2025-06-30", "departure": "resigned"}))
        address = f"{BASE}/persons/{hoa['id']}/timeline"
        assert [item["ends_on"] for item in ok(await linh.get(address))["items"]] == ["2025-06-30"]
        assert [item["ends_on"] for item in ok(await linh.get(address, params={"known_at": before.isoformat()}))["items"]] == [None]


CONTRACT = {"employment_type": "contract_fixed", "term_months": 12}
PRACTICE = {"facility_code": None, "practice_name": "Phòng khám Hoa Mai", "practice_area": "VN-22-06652", "employment_type": "liberal"}


async def act(world: World, employment: dict[str, Any], name: str, who: str = "linh", **body: Any) -> Any:
    return await world.api.as_(who).post(f"{BASE}/employments/{employment['id']}/{name}", json=body)


async def dues_of(world: World, employment: dict[str, Any]) -> list[dict[str, Any]]:
    async with world.as_worker() as session:
        rows = await session.execute(
            world.sql("SELECT data::jsonb FROM outbox WHERE topic = 'relais.registry.dues' AND data::jsonb ->> 'subject_id' = :id ORDER BY version"), {"id": employment["id"]}
        )
        return list(rows.scalars())


class TestContractsRefused:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"employment_type": "contract_fixed"},
            {"term_months": 12, "ends_on": "2025-12-31"},
            {"term_months": 0},
            {"facility_code": None},
            {"practice_name": "Phòng khám Hoa Mai", "practice_area": "VN-22-06652"},
            PRACTICE | {"employment_type": "public_employee"},
            PRACTICE | {"practice_area": None},
            PRACTICE | {"practice_area": "VN-22-99999"},
        ],
    )
    async def test_a_contract_without_an_end_or_a_practice_without_a_place(self, world: World, wrong: dict[str, Any]) -> None:
        assert problem(await employ(world, await world.person(), **wrong), 422) == "malformed"

    async def test_a_reason_that_the_pack_does_not_know(self, world: World) -> None:
        employment = ok(await employ(world, await world.person()))
        answer = await act(world, employment, "ending", ends_on="2025-06-30", departure="bored")
        assert problem(answer, 422) == "malformed"
        assert "retired" in answer.json()["fields"][0]["reason"]

    async def test_what_cannot_be_renewed_suspended_or_taken_up(self, world: World) -> None:
        open_ended, fixed = ok(await employ(world, await world.person())), ok(await employ(world, await world.person("Lê Văn Bình"), **CONTRACT))
        assert problem(await act(world, open_ended, "renewal", term_months=12), 409) == "no-end-to-renew"
        assert problem(await act(world, fixed, "renewal", ends_on="2025-12-31"), 422) == "malformed"
        assert problem(await act(world, fixed, "renewal"), 422) == "malformed"
        assert problem(await act(world, fixed, "suspension", from_day="2024-12-31", reason="on trial"), 422) == "malformed"
        assert problem(await act(world, fixed, "resumption", from_day="2025-02-01", reason="acquitted"), 409) == "not-suspended"
        ok(await act(world, fixed, "suspension", from_day="2025-02-01", until="2025-03-31", reason="on trial"))
        assert problem(await act(world, fixed, "suspension", from_day="2025-03-31", reason="on trial"), 409) == "suspended-already"
        assert problem(await act(world, fixed, "ending", ends_on="2026-01-31", departure="resigned"), 409) == "contract-ends"
        ok(await act(world, fixed, "ending", ends_on="2025-12-31", departure="contract_end"))
        assert problem(await act(world, fixed, "renewal", term_months=12), 409) == "ended-already"

    @pytest.mark.parametrize(("who", "status"), [("hanoi", 404), ("hr-bache", 404), ("analyst", 403), ("director", 403)])
    async def test_only_hr_with_a_relation_acts_on_a_contract(self, world: World, who: str, status: int) -> None:
        employment = ok(await employ(world, await world.person(), **CONTRACT))
        for name, body in (
            ("renewal", {"term_months": 6}),
            ("suspension", {"from_day": "2025-02-01", "reason": "on trial"}),
            ("resumption", {"from_day": "2025-02-01", "reason": "over"}),
        ):
            problem(await act(world, employment, name, who, **body), status)


class TestContracts:
    async def test_a_term_gives_the_last_day_and_a_renewal_opens_the_next_period(self, world: World) -> None:
        fixed = ok(await employ(world, await world.person(), **CONTRACT))
        assert (fixed["starts_on"], fixed["ends_on"], fixed["term_months"]) == ("2025-01-01", "2025-12-31", 12)
        renewed = ok(await act(world, fixed, "renewal", term_months=6, decision_number="9/HĐ"))
        assert [(one["valid_from"], one["valid_to"], one["act"], one["decision"]) for one in renewed["periods"]] == [
            ("2025-01-01", "2025-12-31", "recorded", "to_regularise"),
            ("2026-01-01", "2026-06-30", "renewed", "9/HĐ"),
        ]
        assert renewed["id"] == fixed["id"]

    async def test_a_suspension_is_a_period_and_is_lifted(self, world: World) -> None:
        employment, before = ok(await employ(world, await world.person())), now()
        resting = ok(await act(world, employment, "suspension", from_day="2025-09-01", reason="on trial"))
        assert (resting["status"], {one["act"]: one["allowed"] for one in resting["available_actions"]}["resume"]) == ("suspended", True)
        back = ok(await act(world, employment, "resumption", from_day="2025-10-01", reason="acquitted"))
        assert [(one["valid_from"], one["status"]) for one in back["periods"]] == [("2025-01-01", "confirmed"), ("2025-09-01", "suspended"), ("2025-10-01", "confirmed")]
        timeline = ok(await world.api.as_("linh").get(f"{BASE}/persons/{employment['person_id']}/timeline", params={"known_at": before.isoformat()}))["items"]
        assert [(one["starts_on"], one["ends_on"]) for one in timeline] == [("2025-01-01", None)]

    async def test_the_end_of_a_contract_falls_due_until_it_is_renewed_or_left(self, world: World) -> None:
        fixed = ok(await employ(world, await world.person(), **CONTRACT))
        (due,) = await dues_of(world, fixed)
        assert (due["kind"], due["due_on"], due["warn_on"], due["state"]) == ("contract_ends", "2025-12-31", "2025-11-01", "open")
        ok(await act(world, fixed, "renewal", term_months=24))
        assert [one["state"] for one in await dues_of(world, fixed)] == ["open", "done"]

    async def test_somebody_who_practises_on_their_own_account_stands_in_the_same_register(self, world: World) -> None:
        hoa = await world.person()
        practice = ok(await employ(world, hoa, **PRACTICE))
        assert (practice["facility_code"], practice["practice_name"], practice["employment_type"]) == (None, "Phòng khám Hoa Mai", "liberal")
        linh = world.api.as_("linh")
        assert [one["id"] for one in ok(await linh.get(f"{BASE}/employments", params={"type": "liberal"}))["items"]] == [practice["id"]]
        (told,) = ok(await linh.get(f"{BASE}/persons/{hoa['id']}/timeline"))["items"]
        assert (told["employment_type"], told["title"], told["facility_code"]) == ("liberal", "Phòng khám Hoa Mai", None)
        assert problem(await employ(world, hoa, **PRACTICE), 409) == "employed-already"
        assert ok(await world.api.as_("hanoi").get(f"{BASE}/employments"))["items"] == []
        assert ok(await world.api.as_("hr-bvt").get(f"{BASE}/employments"))["items"] == []

    async def test_the_list_finds_what_ends_soon(self, world: World) -> None:
        soon = ok(await employ(world, await world.person(), **CONTRACT))
        ok(await employ(world, await world.person("Lê Văn Bình"), **(CONTRACT | {"term_months": 36})))
        left = ok(await employ(world, await world.person("Vũ Thị Mai"), **CONTRACT))
        ok(await act(world, left, "ending", ends_on="2025-12-31", departure="contract_end"))
        linh = world.api.as_("linh")
        assert [one["id"] for one in ok(await linh.get(f"{BASE}/employments", params={"ends_by": "2026-09-30"}))["items"]] == [soon["id"]]
        assert len(ok(await linh.get(f"{BASE}/employments", params={"facility": BVT, "as_of": "2025-06-01", "status": "confirmed"}))["items"]) == 3
        assert set(ok(await linh.get(f"{BASE}/employments/departures"))["reasons"]) >= {"retired", "resigned", "deceased"}
