"""Both boundaries of 1 July 2025 stay readable, and names are found with and without accents."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.db import database
from shared.errors import problem_of_database_error

EVE, DAY = "2025-06-30", "2025-07-01"


async def areas(api, **query) -> list[dict]:
    found, cursor = [], None
    while True:
        page = await api.as_("linh").get("/api/v1/registry/areas", params=query | {"limit": 200} | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        found += page.json()["items"]
        cursor = page.json()["next"]
        if cursor is None:
            return found


async def the_area(api, code: str, day: str) -> dict:
    found = await areas(api, code=code, as_of=day)
    assert len(found) == 1
    return found[0]


class TestWhoReadsAreas:
    async def test_nobody_without_a_token(self, api):
        answer = await api.get("/api/v1/registry/areas")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_no_machine_without_the_scope(self, api):
        answer = await api.as_machine("ministry-health", "territory:VN-22").get("/api/v1/registry/areas")
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/scope-missing")

    async def test_an_unknown_area_is_not_found(self, api):
        answer = await api.as_("linh").get("/api/v1/registry/areas/00000000-0000-7000-8000-000000000000")
        assert answer.status_code == 404

    @pytest.mark.parametrize("query", [{"level": "canton"}, {"as_of": "1 July"}, {"limit": 201}, {"cursor": "x"}])
    async def test_a_malformed_question_names_the_field(self, api, query):
        answer = await api.as_("linh").get("/api/v1/registry/areas", params=query)
        assert answer.status_code == 422
        assert answer.json()["fields"][0]["path"] == next(iter(query))

    async def test_everyone_who_signed_in(self, api):
        for person in ("hanoi", "analyst", "ops", "nobody"):
            assert (await api.as_(person).get("/api/v1/registry/areas", params={"limit": 1})).status_code == 200


class TestTheReorganisationOf2025:
    @pytest.mark.parametrize(("day", "provinces"), [(EVE, 63), (DAY, 34)])
    async def test_provinces(self, api, day, provinces):
        assert len(await areas(api, country="VN", level="province", as_of=day)) == provinces

    async def test_3321_communes_since_1_july(self, api):
        communes = await areas(api, country="VN", level="commune", as_of=DAY)
        assert len(communes) == 3321
        assert len({area["code"] for area in communes}) == 3321

    @pytest.mark.parametrize(("day", "communes", "districts"), [(EVE, 171, 13), (DAY, 54, 0)])
    async def test_quang_ninh_goes_from_171_communes_of_13_districts_to_54(self, api, day, communes, districts):
        assert len(await areas(api, within="VN-22", level="commune", as_of=day)) == communes
        assert len(await areas(api, parent="VN-22", level="district", as_of=day)) == districts

    async def test_quang_ninh_itself_is_unchanged(self, api):
        assert (await the_area(api, "VN-22", EVE)) == (await the_area(api, "VN-22", DAY))

    async def test_a_merged_province_is_another_area_under_a_code_used_before(self, api):
        before, after = await the_area(api, "VN-27", EVE), await areas(api, code="VN-27", as_of=DAY)
        assert before["valid_to"] == EVE
        assert after == []
        merged = await the_area(api, "VN-24", DAY)
        origins = (await api.as_("linh").get(f"/api/v1/registry/areas/{merged['id']}/changes")).json()["items"]
        assert {line["from_area"]["code"] for line in origins} == {"VN-24", "VN-27"}

    async def test_a_commune_code_is_used_by_two_areas(self, api):
        before, after = await the_area(api, "VN-22-07192", EVE), await the_area(api, "VN-22-07192", DAY)
        assert (before["name"], after["name"]) == ("Thị trấn Cô Tô", "Đặc khu Cô Tô")
        assert before["id"] != after["id"]
        assert (before["parent_code"], after["parent_code"]) == ("VN-22-207", "VN-22")

    async def test_an_area_that_ended_is_shown_in_its_last_period(self, api):
        before = await the_area(api, "VN-22-07192", EVE)
        assert (await api.as_("linh").get(f"/api/v1/registry/areas/{before['id']}", params={"as_of": "2025-12-31"})).json() == before

    async def test_the_shares_of_what_became_of_a_commune_make_a_whole(self, api):
        shares, divided = [], 0
        for commune in await areas(api, within="VN-22", level="commune", as_of=EVE):
            changes = (await api.as_("linh").get(f"/api/v1/registry/areas/{commune['id']}/changes")).json()["items"]
            heirs = [line for line in changes if line["from_area"]["id"] == commune["id"]]
            if heirs:
                shares.append(round(sum(line["share"] for line in heirs), 4))
                assert sum(line["is_main"] for line in heirs) == 1
            if len(heirs) > 1:
                divided += 1
                assert all(line["is_estimated"] and line["kind"] == "split" for line in heirs)
        assert set(shares) == {1.0}
        assert divided == 12


class TestFindingAnArea:
    @pytest.mark.parametrize("typed", ["hạ long", "HA LONG", "long ha", "ha lon"])
    async def test_by_its_name_with_and_without_accents(self, api, typed):
        found = await areas(api, q=typed, level="district", as_of=EVE)
        assert [area["name"] for area in found] == ["Thành phố Hạ Long"]

    @pytest.mark.parametrize("typed", ["Ea H'Leo", "ea h’leo", "ea hleo"])
    async def test_whatever_the_apostrophe(self, api, typed):
        assert "Xã Ea H'Leo" in [area["name"] for area in await areas(api, q=typed, as_of=DAY)]

    @pytest.mark.parametrize("typed", ["'", "') | ('a':*", "\\", "-"])
    async def test_punctuation_finds_nothing_and_breaks_nothing(self, api, typed):
        answer = await api.as_("linh").get("/api/v1/registry/areas", params={"q": typed, "level": "province"})
        assert answer.status_code == 200

    async def test_pages_hold_each_area_once_in_alphabetical_order(self, api):
        provinces = await areas(api, country="VN", level="province", as_of=DAY)
        names = [area["short_name"] for area in provinces]
        assert names.index("An Giang") < names.index("Cà Mau") < names.index("Đà Nẵng") < names.index("Đắk Lắk") < names.index("Gia Lai")
        first = (await api.as_("linh").get("/api/v1/registry/areas", params={"country": "VN", "level": "province", "as_of": DAY, "limit": 20})).json()
        second = (await api.as_("linh").get("/api/v1/registry/areas", params={"country": "VN", "level": "province", "as_of": DAY, "limit": 20, "cursor": first["next"]})).json()
        assert [area["code"] for area in first["items"] + second["items"]] == [area["code"] for area in provinces]


class TestOccupations:
    async def test_national_titles_map_to_isco_and_to_what_density_counts(self, api):
        titles = {o["code"]: o for o in (await api.as_("linh").get("/api/v1/registry/occupations", params={"country": "VN", "limit": 200})).json()["items"]}
        assert {code for code, o in titles.items() if o["group"] == "doctor"} == {"VN-BS", "VN-BSCK", "VN-BSYHCT", "VN-BSDP"}
        assert {code for code, o in titles.items() if o["group"] == "pharmacist"} == {"VN-DSDH"}
        assert {code for code, o in titles.items() if o["group"] == "nurse"} == {"VN-DDDH", "VN-DDCD"}
        assert (titles["VN-BSYHCT"]["isco"], titles["VN-DDCD"]["isco"]) == ("2230", "3221")
        assert titles["VN-BS"]["names"] == {"fr": "Médecin", "vi": "Bác sĩ", "en": "Doctor"}


class TestTheChangesOf2026:
    @pytest.mark.parametrize(
        ("code", "eve", "day", "before", "after", "basis"),
        [
            ("VN-75", "2026-04-29", "2026-04-30", "Tỉnh Đồng Nai", "Thành phố Đồng Nai", "Resolution 30/2026/QH16"),
            ("VN-75-26368", "2026-04-29", "2026-04-30", "Xã Long Thành", "Phường Long Thành", "Resolution 237/NQ-UBTVQH16"),
            ("VN-22", "2026-08-31", "2026-09-01", "Tỉnh Quảng Ninh", "Thành phố Quảng Ninh", "Resolution 36/2026/QH16"),
            ("VN-24-07399", "2026-09-19", "2026-09-20", "Xã Kép", "Phường Kép", "Resolution 388/NQ-UBTVQH16"),
        ],
    )
    async def test_an_area_of_another_rank_stays_the_same_area(self, api, code, eve, day, before, after, basis):
        former, current = await the_area(api, code, eve), await the_area(api, code, day)
        assert (former["name"], current["name"]) == (before, after)
        assert (former["id"], former["within"]) == (current["id"], current["within"])
        told = (await api.as_("linh").get(f"/api/v1/registry/areas/{current['id']}/changes")).json()["items"]
        assert [line["legal_basis"] for line in told if line["kind"] == "upgrade"] == [basis]

    async def test_still_34_and_3321_with_ten_and_twelve_new_wards(self, api):
        assert len(await areas(api, country="VN", level="province", as_of="2026-09-20")) == 34
        kinds = [area["type"] for area in await areas(api, country="VN", level="commune", as_of="2026-09-20")]
        assert (len(kinds), kinds.count("phường"), kinds.count("đặc khu")) == (3321, 687 + 10 + 12, 13)


class TestMoroccoAndFrance:
    async def test_twelve_regions_with_their_provinces_in_french_and_arabic(self, api):
        assert len(await areas(api, country="MA", level="region")) == 12
        below = [area for area in await areas(api, within="MA") if area["level"] in ("province", "prefecture")]
        assert len(below) == 83
        assert all(set(area["names"]) == {"fr", "ar"} for area in below)

    @pytest.mark.parametrize("typed", ["طنجة-أصيلة", "tanger assilah"])
    async def test_found_by_either_name(self, api, typed):
        assert [area["code"] for area in await areas(api, country="MA", level="prefecture", q=typed)] == ["MA-01-511"]

    async def test_pays_de_retz_is_two_bodies_of_communes(self, api):
        assert (len(await areas(api, country="FR", level="region")), len(await areas(api, country="FR", level="department"))) == (18, 101)
        members = [len(await areas(api, parent=code, level="commune")) for code in ("FR-44-200067346", "FR-44-244400586")]
        assert members == [15, 6]
        assert (await the_area(api, "FR-44-44131", DAY))["within"] == ["FR", "FR-PDL", "FR-44", "FR-44-200067346", "FR-44-44131"]

    async def test_each_country_has_its_own_levels(self, api):
        levels = (await api.as_("linh").get("/api/v1/registry/areas/levels")).json()["items"]
        assert [one["level"] for one in levels if one["country"] == "FR"] == ["country", "region", "department", "epci", "commune"]
        assert [one["level"] for one in levels if one["country"] == "MA"] == ["country", "region", "prefecture", "province"]

    async def test_every_source_is_named_with_its_licence(self, api):
        told = {one["country"]: one["sources"] for one in (await api.as_("nobody").get("/api/v1/registry/areas/sources")).json()["items"]}
        assert {country: [source["licence"] for source in sources] for country, sources in told.items()} == {
            "VN": ["MIT", "public domain"],
            "MA": ["MIT", "CC BY 4.0"],
            "FR": ["MIT", "Licence Ouverte 2.0"],
        }
        assert all(source["holder"] and set(source["of"]) == {"fr", "vi", "en"} for sources in told.values() for source in sources)


class TestAnAreaThatWouldContainItself:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE areas SET parent_id = id WHERE code = 'VN-22'",
            "UPDATE areas SET parent_id = (SELECT id FROM areas WHERE code = 'VN-22-06652' AND upper_inf(valid)) WHERE code = 'VN-22'",
            "UPDATE areas SET within = ARRAY['VN', 'VN-22', 'VN', 'VN-22'] WHERE code = 'VN-22'",
        ],
    )
    async def test_is_refused_by_the_database_itself(self, api, statement):
        async with database.session("worker") as session:
            with pytest.raises(DBAPIError) as refused:
                await session.execute(text(statement))
        problem = problem_of_database_error(refused.value)
        assert (problem.status, problem.slug) == (409, "area-contains-itself")
