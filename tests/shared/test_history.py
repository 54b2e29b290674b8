"""The history of a thing: open to those to whom the thing is open, in readable differences, without anybody's name."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recruitment.consumers import consumer
from shared.history import differences
from tests.recruitment.world import PROVINCIAL, World, facility
from tests.support.api import Api
from tests.support.hearing import hear

HISTORY = "/api/v1/recruitment/history"


@pytest.fixture
def service_name() -> str:
    return "recruitment"


@pytest.fixture
async def need(api: Api) -> dict[str, Any]:
    """Identified by the hospital's officer, validated by the province's administrator."""
    await hear(consumer, facility(PROVINCIAL))
    return await World(api).validated_need()


async def history(api: Api, person: str, subject: dict[str, Any], kind: str = "need", *, expect: int = 200, **params: Any) -> dict[str, Any]:
    answer = await api.as_(person).get(HISTORY, params={"subject_kind": kind, "subject_id": subject["id"]} | params)
    assert answer.status_code == expect, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestWhoMay:
    @pytest.mark.parametrize(("person", "status"), [("hanoi", 404), ("hr-bc", 404), ("nobody", 404), ("analyst", 403), ("ops", 403)])
    async def test_not_without_the_role_and_the_relation(self, api: Api, need: dict[str, Any], person: str, status: int) -> None:
        await history(api, person, need, expect=status)

    async def test_not_of_a_kind_that_the_service_does_not_open(self, api: Api, need: dict[str, Any]) -> None:
        await history(api, "linh", need, "idempotency_key", expect=404)

    async def test_not_as_another_kind_of_thing(self, api: Api, need: dict[str, Any]) -> None:
        await history(api, "linh", need, "policy", expect=404)

    async def test_not_of_what_does_not_exist(self, api: Api) -> None:
        await history(api, "linh", {"id": str(uuid4())}, expect=404)

    async def test_not_by_machines(self, api: Api, need: dict[str, Any]) -> None:
        answer = await api.as_machine("ministry-health", "recruitment.read", "territory:VN-22").get(HISTORY, params={"subject_kind": "need", "subject_id": need["id"]})
        assert answer.status_code == 403


class TestWhatItSays:
    async def test_newest_first_with_both_days(self, api: Api, need: dict[str, Any]) -> None:
        changes = (await history(api, "linh", need))["items"]
        assert [(change["act"], change["done_on"], change["entered_afterwards"]) for change in changes] == [
            ("need.validated", "2024-01-03", True),
            ("need.identified", "2023-12-20", True),
        ]
        assert {"field": "state", "before": "identified", "after": "validated"} in changes[0]["differences"]

    async def test_page_by_page(self, api: Api, need: dict[str, Any]) -> None:
        first = await history(api, "linh", need, limit=1)
        second = await history(api, "linh", need, limit=1, cursor=first["next"])
        assert [page["items"][0]["act"] for page in (first, second)] == ["need.validated", "need.identified"]
        assert second["next"] is None

    async def test_accounts_only_for_those_who_answer_for_the_records(self, api: Api, need: dict[str, Any]) -> None:
        seen = {person: [change["actor"] for change in (await history(api, person, need))["items"]] for person in ("linh", "hr-bvt", "head-bvt")}
        assert [actor["kind"] for actor in seen["linh"]] == ["you", "account"]
        assert seen["linh"][1]["account"] is not None
        assert [actor["kind"] for actor in seen["hr-bvt"]] == ["account", "you"]
        assert [actor["account"] for actor in seen["hr-bvt"] + seen["head-bvt"]] == [None] * 4


FIELDS = st.dictionaries(st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(0, 3), st.text(max_size=2)), max_size=6)


class TestDifferences:
    @given(FIELDS, FIELDS)
    def test_every_change_once_and_nothing_else(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        found = differences(before, after)
        assert {difference.field for difference in found} == {name for name in before | after if before.get(name) != after.get(name)}
        assert len({difference.field for difference in found}) == len(found)

    def test_what_is_hidden_stays_so(self) -> None:
        assert [difference.field for difference in differences({"a": 1, "b": 1}, {"a": 2, "b": 2}, frozenset({"a"}))] == ["b"]
