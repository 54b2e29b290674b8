"""What the two parties of an agreement may do, and no more: the focal point of one side, and the facility that receives."""

from typing import Any

import httpx
import pytest

from tests.rotation.world import CENTRE, HOSPITAL, ROOT, World, agreement, support_request

FOCAL: dict[str, Any] = {"roles": ["agreement-focal-point", "records-officer"], "groups": [f"/facilities/{CENTRE}"]}
ELSEWHERE: dict[str, Any] = FOCAL | {"groups": ["/facilities/VN-22-BVBC"]}
REASON = {"reason": "Bão số 3"}
OVER = "2027-12-31"
PACKAGE = {
    "reference": "QN-P-01",
    "code": "laparoscopic-appendectomy",
    "title": "Phẫu thuật nội soi cắt ruột thừa",
    "specialty": "surgery",
    "authority": "VN-22",
    "items": [{"code": "port-placement", "title": "Đặt trocar"}],
    "min_cases_supervised": 5,
    "min_cases_autonomous": 5,
}


async def send(world: World, path: str, body: dict[str, Any], *, claims: dict[str, Any] = FOCAL) -> httpx.Response:
    return await world.api.as_("focal", **claims).post(ROOT + path, json=body)


async def read(world: World, path: str, *, claims: dict[str, Any] = FOCAL) -> httpx.Response:
    return await world.api.as_("focal", **claims).get(ROOT + path)


def allowed(thing: dict[str, Any]) -> set[str]:
    return {each["act"] for each in thing["available_actions"] if each["allowed"]}


class TestFocalPoint:
    @pytest.mark.parametrize(
        ("act", "body"),
        [
            ("signatures", {"side": "receiver"}),
            ("signatures", {"side": "giver"}),
            ("suspension", REASON),
            ("resumption", {}),
            ("termination", REASON),
        ],
    )
    async def test_neither_signs_nor_stops_an_agreement(self, province: World, act: str, body: dict[str, Any]) -> None:
        drafted = await province.drafted()
        refused = await send(province, f"/agreements/{drafted['id']}/{act}", body)
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (403, "role-missing")

    async def test_enters_nothing_that_was_signed_on_paper(self, province: World) -> None:
        refused = await send(province, "/agreements", agreement(signed_on="2024-12-28"))
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (403, "role-missing")
        answer = await province.api.as_("focal", **FOCAL).post(f"{ROOT}/imports", files={"file": ("a.csv", b"reference\n", "text/csv")}, data={"kind": "agreements"})
        assert answer.status_code == 403
        assert (await read(province, "/imports")).status_code == 403

    async def test_decides_on_no_request_and_publishes_no_package(self, province: World) -> None:
        asked = await province.submitted()
        assert (await send(province, f"/support-requests/{asked['id']}/decision", {"outcome": "validated"})).status_code == 403
        assert (await send(province, "/technique-packages", PACKAGE)).status_code == 403

    async def test_sends_nobody_and_answers_for_nobody(self, world: World) -> None:
        person = await world.surgeon()
        mission = await world.proposed(person)
        again = await send(
            world,
            "/missions",
            {name: mission[name] for name in ("person_id", "receiver_code", "programme", "mode", "starts_on", "ends_on")} | {"objectives": "…", "currency": "VND"},
        )
        assert again.status_code == 403
        assert (await read(world, f"/missions/turns?facility={HOSPITAL}")).status_code == 403
        seen = (await read(world, f"/missions/{mission['id']}")).json()
        assert (seen["id"], allowed(seen)) == (mission["id"], set())
        for act, body in (
            ("source-agreement", {"outcome": "agreed", "handover": "BS Hùng"}),
            ("worker-answer", {"answer": "consents"}),
            ("destination-agreement", {"outcome": "agreed", "lodging": "Nhà công vụ", "transport": "Xe"}),
            ("cancellation", REASON),
            ("departure", {}),
            ("suspension", REASON),
            ("resumption", {}),
            ("recall", REASON),
            ("end", {}),
            ("extension", {"ends_on": OVER, "worker_consents": True}),
            ("reports", {"side": "destination", "summary": "Tốt"}),
            ("evaluation", {"objectives_met": "yes", "comment": "Tốt"}),
            ("closure", {}),
        ):
            refused = await send(world, f"/missions/{mission['id']}/{act}", body)
            assert (act, refused.status_code) == (act, 403), refused.text

    async def test_drafts_asks_and_says_what_became_of_visits(self, province: World) -> None:
        drafted = await send(province, "/agreements", agreement(reference="QN-AG-05", model="guidance"))
        assert drafted.status_code == 201, drafted.text
        assert allowed(drafted.json()) == {"name_focal_point_receiver"}
        assert (await send(province, "/support-requests", support_request())).status_code == 201
        active = await province.active()
        visit = {"agreement": active["id"], "specialty": "surgery", "outcome": "held", "held_on": "2025-03-12", "consultations": 12, "done_on": "2025-03-31"}
        assert (await send(province, "/visits", visit)).status_code == 201
        assert (await read(province, f"/visits/delivered?agreement={active['id']}")).json()["held"] == 1

    async def test_of_another_facility_sees_and_does_nothing_here(self, province: World) -> None:
        active = await province.active()
        assert (await read(province, f"/agreements/{active['id']}", claims=ELSEWHERE)).status_code == 404
        assert (await read(province, "/agreements", claims=ELSEWHERE)).json()["items"] == []
        assert (await read(province, "/visits", claims=ELSEWHERE)).json()["items"] == []
        assert (await send(province, "/agreements", agreement(reference="X"), claims=ELSEWHERE)).status_code == 403
        assert (await send(province, "/support-requests", support_request(), claims=ELSEWHERE)).status_code == 403


class TestReceiver:
    """The centre that receives: the agreement belongs to the giver's side and is shared with it."""

    async def test_sees_the_agreement_its_visits_and_reports_them(self, province: World) -> None:
        active = await province.active()
        assert [each["id"] for each in (await province.read("hr-bache", "/agreements"))["items"]] == [active["id"]]
        assert len((await province.read("hr-bache", f"/visits?agreement={active['id']}&month=2025-03-01"))["items"]) == 3
        held = await province.visit(active, by="hr-bache")
        missed = await province.visit(active, by="hr-bache", specialty="paediatrics", outcome="missed", held_on=None, consultations=None, month="2025-03-01", reason="weather")
        assert (held["state"], missed["state"]) == ("held", "missed")
        assert [each["state"] for each in (await province.read("hr-bvt", f"/visits?agreement={active['id']}&month=2025-03-01"))["items"]].count("promised") == 1

    async def test_changes_none_of_its_obligations(self, province: World) -> None:
        active = await province.active()
        reader = province.api.as_("hr-bache")
        more = [{"specialty": "surgery", "visits_per_month": 9, "techniques": []}]
        for verb in ("put", "patch", "delete"):
            assert (await reader.request(verb.upper(), f"{ROOT}/agreements/{active['id']}", json={"obligations": more})).status_code == 405
        assert (await province.act("hr-bache", "/agreements", agreement(obligations=more), expect=409))["type"].endswith("/reference-taken")
        assert (await province.act("hr-bache", "/agreements", agreement(obligations=more, reference="QN-AG-02"), expect=409))["type"].endswith("/agreement-overlaps")
        assert (await province.act("hr-bache", f"/agreements/{active['id']}/suspension", REASON, expect=403))["type"].endswith("/role-missing")
        assert (await province.act("hr-bache", f"/agreements/{active['id']}/termination", REASON, expect=403))["type"].endswith("/role-missing")
        assert (await province.read("hr-bache", f"/agreements/{active['id']}"))["obligations"] == active["obligations"]

    async def test_its_head_signs_for_its_own_side_alone(self, province: World) -> None:
        drafted = await province.drafted()
        assert allowed(await province.read("head-bache", f"/agreements/{drafted['id']}")) == {"sign_receiver", "name_focal_point_receiver"}
        assert allowed(await province.read("hr-bache", f"/agreements/{drafted['id']}")) == {"name_focal_point_receiver"}

    async def test_answers_for_the_destination_and_recalls_nobody(self, world: World) -> None:
        person = await world.surgeon()
        mission = await world.proposed(person)
        path = f"/missions/{mission['id']}"
        assert (await world.act("hr-bache", f"{path}/source-agreement", {"outcome": "agreed", "handover": "BS Hùng"}, expect=403))["type"].endswith("/other-authority")
        await world.act("head-bvt", f"{path}/source-agreement", {"outcome": "agreed", "handover": "BS Hùng", "done_on": "2025-02-05"})
        assert (await world.act("hr-bache", f"{path}/worker-answer", {"answer": "consents"}, expect=403))["type"].endswith("/other-authority")
        await world.act("hr-bvt", f"{path}/worker-answer", {"answer": "consents", "done_on": "2025-02-06"})
        assert allowed(await world.read("hr-bache", path)) == {"agree_destination"}
        answered = await world.act("hr-bache", f"{path}/destination-agreement", {"outcome": "agreed", "lodging": "Nhà công vụ", "transport": "Xe", "done_on": "2025-02-10"})
        assert answered["state"] == "destination_ok"
        assert (await world.act("hr-bache", f"{path}/recall", REASON, expect=403))["type"].endswith("/other-authority")
