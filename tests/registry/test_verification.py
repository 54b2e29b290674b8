"""A certificate is verified by somebody who neither declared nor holds it (A30, R-HOLDER); the timeline shows licences and leave."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from tests.registry.team import ask_leave, leave
from tests.registry.test_licences import licence
from tests.registry.world import BASE, World, ok, problem
from tests.support.refusals import defended


def account(name: str) -> dict[str, str]:
    """The subject under which the tests' identity provider knows somebody."""
    return {"subject": str(uuid5(NAMESPACE_URL, name))}


CHECK = {"outcome": "verified", "method": "letter to the university", "evidence": "answer 512/ĐHYHN"}


class TestVerification:
    @pytest.fixture
    async def degree(self, world: World) -> dict[str, Any]:
        hoa = await world.person()
        return ok(await world.api.as_("linh").post(f"{BASE}/persons/{hoa['id']}/qualifications", json={"type": "ck1", "title": "CK1"}))

    async def test_a30_the_declarer_does_not_verify(self, world: World, degree: dict[str, Any]) -> None:
        refused = await world.api.as_("linh").post(f"{BASE}/qualifications/{degree['id']}/verification", json=CHECK)
        assert refused.status_code == 403
        defended(refused.json(), "declarer-does-not-verify", "SEC-02", 2, possible="colleague")

    async def test_nor_the_holder(self, world: World, degree: dict[str, Any]) -> None:
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{degree['person_id']}/account", json=account("director")))
        assert problem(await world.api.as_("director").post(f"{BASE}/qualifications/{degree['id']}/verification", json=CHECK), 403) == "holder-does-not-verify"
        [one] = ok(await world.api.as_("director").get(f"{BASE}/persons/{degree['person_id']}/qualifications"))["items"]
        assert [(act["act"], act["allowed"]) for act in one["available_actions"]] == [("verify", False)]
        assert ok(await world.api.as_("deputy").post(f"{BASE}/qualifications/{degree['id']}/verification", json=CHECK))["state"] == "verified"

    async def test_somebody_who_signs_in_reads_who_they_are(self, world: World, degree: dict[str, Any]) -> None:
        machine = world.api.as_machine("ministry-health", "registry.read", "territory:VN-22")
        assert problem(await machine.get(f"{BASE}/persons/me/account"), 403) == "not-a-person"
        assert problem(await world.api.as_("director").get(f"{BASE}/persons/me/account"), 404) == "not-found"
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{degree['person_id']}/account", json=account("director")))
        own = world.api.as_("director", roles=["health-worker"], groups=[])
        assert ok(await own.get(f"{BASE}/persons/me/account")) == {"person_id": degree["person_id"]}

    async def test_an_account_is_one_persons_and_linked_by_another(self, world: World, degree: dict[str, Any]) -> None:
        other = await world.person("Lê Văn Bình", birth_date="1979-01-01")
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{other['id']}/account", json=account("director")))
        ok(await world.api.as_("linh").post(f"{BASE}/persons/{other['id']}/account", json=account("director")))
        assert problem(await world.api.as_("linh").post(f"{BASE}/persons/{degree['person_id']}/account", json=account("director")), 409) == "account-taken"
        assert problem(await world.api.as_("linh").post(f"{BASE}/persons/{other['id']}/account", json=account("linh")), 409) == "account-is-yours"
        assert problem(await world.api.as_("training").post(f"{BASE}/persons/{other['id']}/account", json=account("x")), 403) == "people-are-kept-by-hr"


async def test_the_timeline_shows_licences_and_leave_without_its_type_to_a_machine(world: World) -> None:
    hoa = await world.person()
    await world.assignment(hoa)
    ok(await world.api.as_("licensing").post(f"{BASE}/licences", json=licence(hoa)))
    absence = ok(await ask_leave(world, leave(hoa, "2025-11-03", "2025-11-07", "maternity")))
    ok(await world.api.as_("head-bvt").post(f"{BASE}/absences/{absence['id']}/approval", json={}))
    path = f"{BASE}/persons/{hoa['id']}/timeline"
    items = {one["kind"]: one for one in ok(await world.api.as_("linh").get(path))["items"]}
    assert (items["licence"]["state"], items["licence"]["ends_on"], items["absence"]["leave_type"]) == ("expiring", "2025-12-31", "maternity")
    seen = await world.api.as_machine("ministry-health", "registry.read", "territory:VN-22").get(path)
    assert "maternity" not in seen.text
    assert {one["kind"] for one in ok(seen)["items"]} >= {"licence", "absence"}
