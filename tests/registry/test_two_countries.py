"""Two authorities of two countries in one register: each works by its own country, finds its people in either script, and does not exist for the other."""

from typing import Any

import pytest

from services.registry.duplicates.finding import find_duplicates
from tests.support.api import Api

BASE = "/api/v1/registry"
FACILITIES = "code,name,type,level,ownership,area_code,authority,valid_from"
PEOPLE = "worker_no,full_name,name_in_other_script,birth_date,sex,occupation_code,facility_code,start_date"
POSTS = "reference,facility_code,unit,occupation_code,fte,open_from"
ASSIGNMENTS = "worker_no,post_reference,facility_code,start_date"
FILES = {
    "fes": {
        "facilities": (FACILITIES, "MA-03-CHR,Centre hospitalier régional de Fès,CHR,région,public,MA-03-231,MA-03,01/01/1980"),
        "posts": (POSTS, "MA-03-P1,MA-03-CHR,Réanimation,MA-IAR,1,01/01/2010"),
        "people": (PEOPLE, "FM-1,Fatima Zahra El Amrani,فاطمة الزهراء العمراني,12/03/1988,femme,MA-IAR,MA-03-CHR,01/09/2012"),
        "assignments": (ASSIGNMENTS, "FM-1,MA-03-P1,MA-03-CHR,01/09/2012"),
    },
    "linh": {
        "facilities": (FACILITIES, "VN-22-BVT,Bệnh viện đa khoa tỉnh,hospital,province,public,VN-22-06685,VN-22,01/01/1990"),
        "posts": (POSTS, "VN-22-P1,VN-22-BVT,Khoa Nội,VN-BS,1,01/01/2010"),
        "people": (PEOPLE, "QN-1,Nguyễn Thị Ánh,,05/03/1985,Nữ,VN-BS,VN-22-BVT,01/09/2010"),
        "assignments": (ASSIGNMENTS, "QN-1,VN-22-P1,VN-22-BVT,01/09/2010"),
    },
}
GROUPS = {"fes": {"roles": ["regional-administrator", "records-officer"], "groups": ["/territories/MA-03"]}, "linh": {}}


@pytest.fixture
async def sides(api: Api) -> dict[str, Api]:
    """The administrators of a region of Morocco and of a province of Viet Nam, each with one hospital and one person at work."""
    people = {name: api.as_(name, **GROUPS[name]) for name in FILES}
    for name, files in FILES.items():
        for kind, lines in files.items():
            report = (await people[name].post(f"{BASE}/imports", data={"kind": kind}, files={"file": (f"{kind}.csv", "\n".join(lines).encode())})).json()
            assert (report["good"], report["bad"]) == (1, 0), report
            assert (await people[name].post(f"{BASE}/imports/{report['id']}/confirmation")).status_code == 201
    return people


async def items(who: Api, path: str, **params: Any) -> list[dict[str, Any]]:
    answer = await who.get(f"{BASE}/{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def found(who: Api, typed: str) -> list[str]:
    answer = await who.post(f"{BASE}/persons/search", json={"q": typed})
    assert answer.status_code == 201, answer.text
    return [person["name"] for person in answer.json()["items"]]


async def test_a_person_is_found_in_both_scripts(sides: dict[str, Api]) -> None:
    for typed in ("el amrani", "fatima", "العمراني", "فاطمه"):  # the last one as it is often typed, with another final letter
        assert await found(sides["fes"], typed) == ["Fatima Zahra El Amrani"], typed
    assert await found(sides["fes"], "الزهري") == []
    [person] = await items(sides["fes"], "persons")
    told = (await sides["fes"].get(f"{BASE}/persons/{person['id']}")).json()
    assert [(name["script"], name["value"]) for name in told["names"]] == [("Latn", "Fatima Zahra El Amrani"), ("Arab", "فاطمة الزهراء العمراني")]


async def test_neither_country_exists_for_the_other(sides: dict[str, Api]) -> None:
    for mine, other in (("fes", "linh"), ("linh", "fes")):
        [person], [post] = [await items(sides[mine], path) for path in ("persons", "posts")]
        for path in ("persons", "posts", "employments", "assignments"):
            seen = {item["id"] for item in await items(sides[other], path)}
            assert seen, path
            assert seen.isdisjoint(item["id"] for item in await items(sides[mine], path)), path
        for path in (f"persons/{person['id']}", f"posts/{post['id']}", f"persons/{person['id']}/timeline", f"persons/{person['id']}/leave-balance"):
            assert (await sides[other].get(f"{BASE}/{path}")).status_code == 404, path
        assert await found(sides[mine], person["name"].split()[0]) == [person["name"]]
        assert await found(sides[other], person["name"].split()[0]) == []
        assert (await sides[other].post(f"{BASE}/persons/lookup", json={"ids": [person["id"]]})).json()["items"] == []


async def test_each_works_by_the_rules_of_its_country(sides: dict[str, Api]) -> None:
    for name, attestation_days in (("fes", 3), ("linh", 3)):
        procedures = {one["code"]: one for one in (await sides[name].get(f"{BASE}/procedures")).json()}
        assert procedures["employment_attestation"]["days"] == attestation_days
    fes, linh = [(await sides[name].get(f"{BASE}/procedures")).json()[0]["rule"]["citation"] for name in ("fes", "linh")]
    assert "55-19" in fes
    assert "NĐ-CP" in linh


async def test_people_are_listed_in_the_order_of_their_country(sides: dict[str, Api]) -> None:
    """In the Latin alphabet an accent is no letter; in the Vietnamese one ê is, and stands after every e. By hand and by import alike."""
    names = ("Bêche Amal", "Becker Amal", "Bélier Amal")
    for who, kind, place, occupation in (("fes", "FM", "MA-03-CHR", "MA-IAR"), ("linh", "QN", "VN-22-BVT", "VN-BS")):
        one, *others = names
        body = {"names": [{"kind": "legal", "value": one}], "birth_date": "1990-01-01", "sex": "female", "purposes": ["worker"]}
        assert (await sides[who].post(f"{BASE}/persons", json=body)).status_code == 201
        lines = [PEOPLE, *(f"{kind}-{n},{name},,0{n}/03/1985,femme,{occupation},{place},01/09/2010" for n, name in enumerate(others, 2))]
        report = (await sides[who].post(f"{BASE}/imports", data={"kind": "people"}, files={"file": ("people.csv", "\n".join(lines).encode())})).json()
        assert (report["good"], report["bad"]) == (2, 0), report
        assert (await sides[who].post(f"{BASE}/imports/{report['id']}/confirmation")).status_code == 201
    listed = {who: [person["name"] for person in await items(sides[who], "persons") if person["name"] in names] for who in sides}
    assert listed == {"fes": ["Bêche Amal", "Becker Amal", "Bélier Amal"], "linh": ["Becker Amal", "Bélier Amal", "Bêche Amal"]}


async def test_nobody_is_asked_about_somebody_of_another_country(sides: dict[str, Api]) -> None:
    """Two homonyms born on one day: on entry and in the daily comparison, no officer learns that the other one exists."""
    body = {"names": [{"kind": "legal", "value": "Zineb Nguyen"}], "birth_date": "1990-01-01", "sex": "female", "purposes": ["worker"]}
    for who in ("fes", "linh"):
        answer = await sides[who].post(f"{BASE}/persons", json=body)
        assert answer.status_code == 201, answer.text
    await find_duplicates()
    for who in ("fes", "linh"):
        assert (await sides[who].get(f"{BASE}/duplicates")).json()["items"] == []
