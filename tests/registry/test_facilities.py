"""A facility follows the boundaries by date, belongs to one authority, and is entered by that authority alone."""

import pytest
from sqlalchemy import text

from shared.db import database

FACILITIES = "/api/v1/registry/facilities"
STATION = {
    "code": "VN-22-TYT-06700",
    "name": "Trạm Y tế phường Tuần Châu",
    "type": "station",
    "level": "commune",
    "ownership": "public",
    "area_code": "VN-22-06700",
    "authority": "VN-22",
    "technical_supervisor": "VN-22-TTHL",
    "valid_from": "2010-01-01",
}


async def entered(api, **more) -> dict:
    answer = await api.as_("linh").post(FACILITIES, json=STATION | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def read(api, facility: dict, day: str) -> dict:
    answer = await api.as_("linh").get(f"{FACILITIES}/{facility['id']}", params={"as_of": day})
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestWhoEntersFacilities:
    @pytest.mark.parametrize("person", ["hr-bvt", "analyst", "ops", "director"])
    async def test_nobody_but_a_regional_administrator(self, api, person):
        answer = await api.as_(person).post(FACILITIES, json=STATION)
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/facilities-are-kept-by-authorities")

    @pytest.mark.parametrize("person", ["hanoi", "nobody"])
    async def test_not_the_administrator_of_another_authority(self, api, person):
        answer = await api.as_(person).post(FACILITIES, json=STATION)
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/authority-not-yours")

    async def test_not_for_the_ministry_although_it_stands_in_the_province(self, api):
        answer = await api.as_("linh").post(FACILITIES, json=STATION | {"authority": "VN-BYT"})
        assert answer.status_code == 403

    async def test_the_database_refuses_what_the_code_would_let_pass(self, api):
        facility = await entered(api)
        async with database.session("app") as session:
            for table in ("facilities", "facility_links", "facility_authorities"):
                assert (await session.execute(text(f"DELETE FROM {table}"))).rowcount == 0
            assert (await session.execute(text("UPDATE facilities SET name = 'x' WHERE id = :id"), {"id": facility["id"]})).rowcount == 0

    async def test_an_act_of_the_past_needs_a_records_officer(self, api):
        answer = await api.as_("linh", roles=["regional-administrator"]).post(FACILITIES, json=STATION | {"done_on": "2020-01-01"})
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/past-needs-records-officer")


class TestWhatIsMalformed:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("area_code", "VN-22-99999"),
            ("type", "spaceship"),
            ("level", "galactic"),
            ("code", "bvt; DROP TABLE"),
            ("code", "VN.22"),
            ("name", "  "),
            ("name", "Trạm\x00"),
            ("valid_from", "01/01/2010"),
            ("latitude", 91),
            ("colour", "red"),
        ],
    )
    async def test_each_wrong_field_is_named(self, api, field, value):
        answer = await api.as_("linh").post(FACILITIES, json=STATION | {field: value})
        assert answer.status_code == 422, answer.text
        assert field in [wrong["path"] for wrong in answer.json()["fields"]]

    async def test_an_end_before_the_start(self, api):
        assert (await api.as_("linh").post(FACILITIES, json=STATION | {"valid_to": "2009-12-31"})).status_code == 422

    async def test_a_code_keeps_its_facility_for_ever(self, api):
        await entered(api)
        answer = await api.as_("linh").post(FACILITIES, json=STATION | {"name": "Một trạm khác"})
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/facility-code-taken")
        assert answer.json()["possible"]


class TestAFacilityFollowsTheBoundaries:
    async def test_from_its_former_commune_to_the_new_one_on_1_july(self, api):
        station = await entered(api)
        before, after = await read(api, station, "2025-06-30"), await read(api, station, "2025-07-01")
        assert (before["area"]["code"], before["area"]["name"]) == ("VN-22-06700", "Phường Tuần Châu")
        assert before["area_path"] == ["VN", "VN-22", "VN-22-193", "VN-22-06700"]
        assert (after["area"]["code"], after["area_path"]) == ("VN-22-06706", ["VN", "VN-22", "VN-22-06706"])
        assert after["area_is_estimated"] is False
        assert before["area"]["id"] != after["area"]["id"]
        assert (before["valid_from"], before["valid_to"], after["valid_from"], after["valid_to"]) == ("2010-01-01", "2025-06-30", "2025-07-01", None)

    async def test_in_a_divided_commune_the_main_heir_is_an_estimate(self, api):
        station = await entered(api, code="VN-22-TYT-06655", area_code="VN-22-06655")
        after = await read(api, station, "2025-07-01")
        assert (after["area"]["name"], after["area_is_estimated"]) == ("Phường Việt Hưng", True)

    async def test_in_a_divided_commune_coordinates_decide(self, api):
        station = await entered(api, code="VN-22-TYT-06655", area_code="VN-22-06655", latitude=20.975, longitude=106.93)
        after = await read(api, station, "2025-07-01")
        assert (after["area"]["name"], after["area_is_estimated"]) == ("Phường Tuần Châu", True)

    async def test_a_code_that_two_communes_used_is_read_on_the_first_day(self, api):
        station = await entered(api, area_code="VN-22-06706")
        before, after = await read(api, station, "2025-06-30"), await read(api, station, "2025-07-01")
        assert (before["area"]["name"], after["area"]["name"]) == ("Phường Đại Yên", "Phường Tuần Châu")
        assert (before["area"]["code"], after["area"]["code"]) == ("VN-22-06706", "VN-22-06706")

    async def test_opened_after_the_change_under_an_old_code(self, api):
        station = await entered(api, valid_from="2025-09-01")
        assert (station["area"]["code"], station["valid_from"]) == ("VN-22-06706", "2025-09-01")

    async def test_the_official_number_alone_is_enough(self, api):
        assert (await entered(api, area_code="06700"))["area"]["code"] == "VN-22-06706"

    async def test_lists_by_area_follow_too(self, api):
        await entered(api)
        for area, day, count in (
            ("VN-22-193", "2025-06-30", 1),
            ("VN-22-193", "2025-07-01", 0),
            ("VN-22-06706", "2025-07-01", 1),
            ("VN-22", "2025-07-01", 1),
            ("VN-01", "2025-07-01", 0),
        ):
            found = (await api.as_("linh").get(FACILITIES, params={"area": area, "as_of": day, "q": "tuan chau"})).json()["items"]
            assert len(found) == count, (area, day)

    async def test_its_periods_are_read_in_order(self, api):
        station = await entered(api)
        periods = (await api.as_("linh").get(f"{FACILITIES}/{station['id']}/periods")).json()["items"]
        assert [(p["area"]["code"], p["valid_from"], p["valid_to"]) for p in periods] == [("VN-22-06700", "2010-01-01", "2025-06-30"), ("VN-22-06706", "2025-07-01", None)]


class TestAFacilityChanges:
    async def change(self, api, facility, person="linh", **body):
        return await api.as_(person).post(f"{FACILITIES}/{facility['id']}/changes", json=body)

    @pytest.mark.parametrize(("person", "slug"), [("hr-bvt", "facilities-are-kept-by-authorities"), ("hanoi", "authority-not-yours")])
    async def test_not_by_others(self, api, person, slug):
        station = await entered(api)
        for act, body in (("changes", {"starts_on": "2025-09-01", "tier": "T2"}), ("closure", {"last_day": "2025-09-01"})):
            answer = await api.as_(person).post(f"{FACILITIES}/{station['id']}/{act}", json=body)
            assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (403, slug)
        assert {a["act"]: a["allowed"] for a in station["available_actions"]} == {"change": True, "close": True}
        assert not any(a["allowed"] for a in (await api.as_(person).get(f"{FACILITIES}/{station['id']}")).json()["available_actions"])

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"starts_on": "2025-09-01"},
            {"starts_on": "2025-09-01", "name": None},
            {"starts_on": "2025-09-01", "type": "spaceship"},
            {"starts_on": "2009-12-31", "tier": "T2"},
            {"starts_on": "2025-09-01", "code": "VN-22-X"},
        ],
    )
    async def test_malformed(self, api, body):
        assert (await self.change(api, await entered(api), **body)).status_code == 422

    async def test_from_a_day_on_and_what_was_true_before_stays(self, api):
        station = await entered(api)
        answer = await self.change(api, station, starts_on="2025-09-01", name="Trạm Y tế Tuần Châu – Đại Yên", tier="T2", technical_supervisor="VN-22-BVBC")
        assert answer.status_code == 201, answer.text
        eve, day = await read(api, station, "2025-08-31"), await read(api, station, "2025-09-01")
        assert (eve["name"], eve["tier"], eve["technical_supervisor"], eve["valid_to"]) == (STATION["name"], None, "VN-22-TTHL", "2025-08-31")
        assert (day["name"], day["tier"], day["technical_supervisor"], day["valid_from"], day["valid_to"]) == (
            "Trạm Y tế Tuần Châu – Đại Yên",
            "T2",
            "VN-22-BVBC",
            "2025-09-01",
            None,
        )
        assert [f["code"] for f in (await api.as_("linh").get(FACILITIES, params={"q": "dai yen"})).json()["items"]] == [station["code"]]

    async def test_across_the_boundaries_of_1_july(self, api):
        station = await entered(api)
        await self.change(api, station, starts_on="2020-01-01", remoteness="island")
        assert [(await read(api, station, day))["remoteness"] for day in ("2019-12-31", "2020-01-01", "2025-07-01")] == ["none", "island", "island"]
        assert (await read(api, station, "2025-07-01"))["area"]["code"] == "VN-22-06706"

    async def test_a_supervisor_ends_without_another(self, api):
        station = await entered(api)
        await self.change(api, station, starts_on="2025-09-01", technical_supervisor=None)
        assert [(await read(api, station, day))["technical_supervisor"] for day in ("2025-08-31", "2025-09-01")] == ["VN-22-TTHL", None]

    async def test_the_same_change_twice_is_one(self, api):
        station = await entered(api)
        for _time in range(2):
            assert (await self.change(api, station, starts_on="2025-09-01", tier="T2", technical_supervisor="VN-22-BVBC")).status_code == 201
        assert len((await api.as_("linh").get(f"{FACILITIES}/{station['id']}/periods")).json()["items"]) == 3

    async def test_closed_it_leaves_the_lists_the_day_after(self, api):
        station = await entered(api)
        for _time in range(2):
            answer = await api.as_("linh").post(f"{FACILITIES}/{station['id']}/closure", json={"last_day": "2025-08-31"})
            assert (answer.status_code, answer.json()["valid_to"]) == (201, "2025-08-31")
        for day, count in (("2025-08-31", 1), ("2025-09-01", 0)):
            assert len((await api.as_("linh").get(FACILITIES, params={"code": station["code"], "as_of": day})).json()["items"]) == count

    async def test_not_closed_over_people_who_still_work_there(self, api):
        station = await entered(api)
        person = (
            await api.as_("linh").post(
                "/api/v1/registry/persons", json={"names": [{"kind": "legal", "value": "Lê Văn Đức"}], "sex": "male", "birth_year": 1980, "purposes": ["worker"]}
            )
        ).json()
        assigned = await api.as_("linh").post(
            "/api/v1/registry/assignments",
            json={"person_id": person["id"], "facility_code": station["code"], "occupation_code": "VN-BS", "kind": "primary", "fte_share": 1, "starts_on": "2020-01-01"},
        )
        assert assigned.status_code == 201, assigned.text
        answer = await api.as_("linh").post(f"{FACILITIES}/{station['id']}/closure", json={"last_day": "2025-08-31"})
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1], answer.json()["assignments"]) == (409, "facility-has-staff", 1)
        assert answer.json()["possible"]


class TestTheDirectory:
    async def test_everyone_who_signed_in_reads_it(self, api):
        station = await entered(api)
        for person in ("hanoi", "analyst", "nobody"):
            assert (await api.as_(person).get(f"{FACILITIES}/{station['id']}")).status_code == 200

    async def test_nobody_without_a_token(self, api):
        assert (await api.get(FACILITIES)).status_code == 401

    @pytest.mark.parametrize("day", ["2009-12-31", "2021-01-01"])
    async def test_a_facility_is_in_no_list_before_its_first_and_after_its_last_day(self, api, day):
        station = await entered(api, valid_to="2020-12-31")
        assert (await api.as_("linh").get(FACILITIES, params={"as_of": day, "code": station["code"]})).json()["items"] == []

    async def test_a_closed_facility_is_still_found_by_its_id(self, api):
        station = await entered(api, valid_to="2020-12-31")
        assert (await read(api, station, "2025-01-01"))["valid_to"] == "2020-12-31"

    @pytest.mark.parametrize("typed", ["Tuần Châu", "tram tuan", "CHAU TUAN", "tyt 06700"])
    async def test_found_by_name_or_code_with_and_without_accents(self, api, typed):
        await entered(api)
        assert [f["code"] for f in (await api.as_("linh").get(FACILITIES, params={"q": typed})).json()["items"]] == ["VN-22-TYT-06700"]

    async def test_found_by_authority_and_by_supervisor(self, api):
        await entered(api)
        for query in ({"authority": "VN-22"}, {"supervisor": "VN-22-TTHL"}, {"type": "station"}):
            assert "VN-22-TYT-06700" in [f["code"] for f in (await api.as_("linh").get(FACILITIES, params=query)).json()["items"]]

    async def test_pages_go_on_under_a_filter(self, api):
        for number in range(5):
            await entered(api, code=f"VN-22-TYT-T{number}", name=f"Trạm số {number}")
        seen, cursor = [], None
        for _page in range(5):
            page = (await api.as_("linh").get(FACILITIES, params={"area": "VN-22", "q": "tram so", "limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
            seen += [f["code"] for f in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == [f"VN-22-TYT-T{number}" for number in range(5)]


class TestEnteringTwice:
    async def test_the_same_facility_is_the_same_answer(self, api):
        assert (await entered(api))["id"] == (await entered(api))["id"]

    async def test_the_same_idempotency_key_is_one_effect(self, api):
        first, second = [await api.as_("linh").post(FACILITIES, json=STATION, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
        assert first.json() == second.json()
        other = await api.as_("linh").post(FACILITIES, json=STATION | {"name": "Khác"}, headers={"Idempotency-Key": "k1"})
        assert other.status_code == 422


class TestWhatOthersHear:
    async def test_the_whole_state_with_every_period_and_no_name(self, committed_api):
        station = await entered(committed_api)
        async with database.session("worker") as session:
            told = (await session.execute(text("SELECT subject::text, version, data::jsonb AS data FROM outbox WHERE type = 'registry.facility.changed.v1'"))).all()
            rows = (await session.execute(text("SELECT act, actor, after FROM audit WHERE subject_kind = 'facility'"))).all()
            path = (await session.execute(text("SELECT path::text FROM facility_authorities WHERE code = 'VN-22-TYT-06700'"))).scalar()
        assert [(row.subject, row.version) for row in told] == [(station["id"], 1)]
        data = told[0].data
        assert (data["code"], data["facility_type"], data["authority"], data["area_code"]) == ("VN-22-TYT-06700", "station", "VN-22", "VN-22-06706")
        assert [(p["valid_from"], p["valid_to"], p["area_code"], p["area_path"][1], p["technical_supervisor"]) for p in data["periods"]] == [
            ("2010-01-01", "2025-06-30", "VN-22-06700", "VN-22", "VN-22-TTHL"),
            ("2025-07-01", None, "VN-22-06706", "VN-22", "VN-22-TTHL"),
        ]
        assert "Tuần" not in str(data)
        assert [row.act for row in rows] == ["facility.opened"]
        assert path == "VN.VN-22.VN-22-TYT-06700"
