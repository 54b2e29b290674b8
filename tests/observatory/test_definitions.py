"""Two definitions of a figure side by side: people or full times, everybody or the public sector; each with its formula and its records."""

from typing import Any

import pytest

from services.observatory.figures.catalogue import catalogue, definitions_of
from tests.observatory.conftest import Ask, Tell
from tests.observatory.world import AS_OF, ROOT, assignment, employed, facility
from tests.support.api import Api

PATH = f"{ROOT}/figures/density.doctors/definitions?area=VN-22&as_of={AS_OF}"
IDS = ["density.doctors", "density.doctors_fte", "density.doctors_public"]


@pytest.fixture
async def doctors(tell: Tell, declare: Ask) -> None:
    """Five doctors in public, one of them half a time, one 1.2 with two places; and two in private."""
    await declare()
    await tell(facility("VN-22-P1", ownership="private"))
    people = [*[event for n in range(3) for event in employed(f"D{n}")], *employed("half", share="0.5"), *employed("both", share="0.8")]
    await tell(*people, assignment("both", "VN-22-P1", kind="concurrent", share="0.4"), *employed("private", "VN-22-P1"), *employed("also private", "VN-22-P1"))


async def told(api: Api, who: str = "linh") -> dict[str, Any]:
    answer = await api.as_(who).get(PATH)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_each_definition_has_its_value_formula_and_records(api: Api, doctors: None) -> None:
    said = await told(api)
    assert [item["id"] for item in said["items"]] == IDS
    assert [item["numerator"] for item in said["items"]] == [7, 6.7, 5]
    assert len({item["definition"] for item in said["items"]}) == 3
    population = said["items"][0]["denominator"]
    values = [item["value"] for item in said["items"]]
    assert values == [round(numerator * 10_000 / population + 1e-9, 1) for numerator in (7, 6.7, 5)]
    assert said["differences"][0] == 0.0
    assert said["differences"][2] < 0
    for item, count in zip(said["items"], (7, 7, 5), strict=True):
        records = (await api.as_("linh").get(item["records"])).json()["items"]
        assert len({record["person_id"] for record in records}) == len(records) == count
    shares = (await api.as_("linh").get(said["items"][1]["records"])).json()["items"]
    assert sum(record["amount"] for record in shares) == 6700


async def test_the_months_and_the_parts_of_a_weighed_figure_say_the_same(api: Api, doctors: None) -> None:
    path = f"{ROOT}/figures/density.doctors_fte"
    series = (await api.as_("linh").get(f"{path}/series?area=VN-22&as_of={AS_OF}&months=2")).json()
    assert [point["numerator"] for point in series["lines"][0]["points"]] == [6.7, 6.7]
    parts = (await api.as_("linh").get(f"{path}/breakdown?area=VN-22&as_of={AS_OF}&by=facility")).json()
    assert sum(cell["numerator"] for cell in parts["cells"]) == pytest.approx(6.7)


async def test_any_of_them_leads_to_all(api: Api, doctors: None) -> None:
    assert [item["id"] for item in (await api.as_("linh").get(PATH.replace("doctors/", "doctors_fte/"))).json()["items"]] == IDS


@pytest.mark.parametrize(("who", "status"), [("hanoi", 404), ("ops", 403), ("analyst", 200)])
async def test_opens_as_the_figure_does(api: Api, doctors: None, who: str, status: int) -> None:
    assert (await api.as_(who).get(PATH)).status_code == status


async def test_small_cells_stay_hidden_in_each(api: Api, tell: Tell, declare: Ask) -> None:
    await declare()
    await tell(*employed("one"), *employed("two", share="0.5"))
    said = await told(api, "analyst")
    assert [(item["value"], item["numerator"], item["band"]) for item in said["items"]] == [(None, None, "1–4")] * 3
    assert said["differences"] == [None, None, None]


def test_another_definition_is_of_a_first_one() -> None:
    for figure in catalogue().values():
        assert figure.instead_of is None or definitions_of(figure.id)[0].id == figure.instead_of
