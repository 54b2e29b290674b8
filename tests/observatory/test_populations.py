"""Declared populations: by the administrator of the territory, with a source, never overwritten."""

import pytest

from tests.observatory.conftest import Ask
from tests.observatory.world import ROOT
from tests.support.api import Api


@pytest.mark.parametrize(
    ("person", "status", "slug"),
    [("analyst", 403, "role-missing"), ("hr-bvt", 403, "role-missing"), ("hanoi", 403, "other-authority"), ("nobody", 403, "other-authority")],
)
async def test_who_may_not_declare(declare: Ask, person: str, status: int, slug: str) -> None:
    answer = await declare(person)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (status, slug)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"value": 0}, "value"),
        ({"year": 25}, "year"),
        ({"kind": "guess"}, "kind"),
        ({"source": ""}, "source"),
        ({"area_code": "VN-99"}, "area_code"),
        ({"area_code": "VN-22-C2"}, "area_code"),  # gone on 31 December 2025
        ({"done_on": "2026-01-01"}, "done_on"),
    ],
)
async def test_what_is_malformed_is_named(declare: Ask, changes: dict[str, object], path: str) -> None:
    answer = await declare(**changes)
    assert answer.status_code == 422
    assert [field["path"] for field in answer.json()["fields"]] == [path]


async def test_the_same_source_does_not_say_two_values(declare: Ask) -> None:
    assert (await declare()).status_code == 201
    refused = await declare(value=20_000)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/population-declared")
    assert refused.json()["possible"]


async def test_a_reference_is_replayed(declare: Ask, api: Api) -> None:
    first = await declare(reference="POP-1")
    again = await declare(reference="POP-1")
    assert first.json() == again.json()
    assert (await declare(reference="POP-1", value=1)).json()["type"].endswith("/reference-taken")
    listed = (await api.as_("analyst").get(f"{ROOT}/populations", params={"area": "VN-22"})).json()
    assert [item["value"] for item in listed["items"]] == [10_000]
