"""The register of decisions: what others propose is filed once, signed by another person, numbered without gap, and taken back with its reason."""

import asyncio
from collections import defaultdict
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import orjson
import pytest
from sqlalchemy import text

from services.appointment.consumers import consumer
from shared.db import worker_session
from shared.settings import settings
from tests.appointment.world import ROOT, decision_request, facility
from tests.support.api import Api
from tests.support.hearing import hear
from tests.support.orders import holds_its_orders
from tests.support.refusals import defended


async def announced(topic: str = "relais.appointment.decisions") -> list[dict[str, Any]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type, subject, data FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": topic})
        return [{"type": row.type.split(".")[2], "subject": str(row.subject), "data": orjson.loads(row.data)} for row in rows]


class Register:
    """The register as its people use it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.things: defaultdict[str, UUID] = defaultdict(uuid4)  # an aggregate of each test: its events have no gap

    def account(self, person: str) -> str:
        return str(uuid5(NAMESPACE_URL, person))

    def actor(self, person: str) -> str:
        """How the audit names a person."""
        return f"{settings().issuer}#{self.account(person)}"

    async def file(self, thing: str = "hire 1", **changes: Any) -> dict[str, Any]:
        taken = await hear(consumer, decision_request(self.things[thing], **changes))
        assert (taken.dead, taken.parked) == (0, 0)
        return await self.about(thing)

    async def about(self, thing: str) -> dict[str, Any]:
        answer = await self.api.as_("linh").get(f"{ROOT}/decisions", params={"source_id": str(self.things[thing])})
        found: dict[str, Any] = answer.json()["items"][-1]
        return found

    async def act(self, person: str, decision: dict[str, Any], act: str, body: dict[str, Any] | None = None, *, expect: int = 201) -> dict[str, Any]:
        answer = await self.api.as_(person).post(f"{ROOT}/decisions/{decision['id']}/{act}", json=body or {})
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def keep(self, pattern: str = "{number}/QĐ-SYT", **more: Any) -> dict[str, Any]:
        answer = await self.api.as_("director").put(f"{ROOT}/registers/VN-22", json={"pattern": pattern} | more)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result


@pytest.fixture
async def register(api: Api) -> Register:
    await hear(consumer, facility())
    return Register(api)


class TestFile:
    async def test_what_is_proposed_waits_for_a_signature(self, register: Register) -> None:
        filed = await register.file()
        assert (filed["state"], filed["kind"], filed["decision"], filed["waiting_days"]) == ("proposed", "hire", None, 30)
        assert [event["type"] for event in await announced()] == ["filed"]

    async def test_once(self, register: Register) -> None:
        first = await register.file()
        assert await register.file() == first
        assert len(await announced()) == 1

    async def test_other_content_replaces_what_waits(self, register: Register) -> None:
        await register.file()
        assert (await register.file(effective_on="2025-12-01"))["effective_on"] == "2025-12-01"

    async def test_withdrawn_and_asked_again(self, register: Register) -> None:
        await register.file()
        assert (await register.file(state="withdrawn"))["state"] == "withdrawn"
        assert (await register.file())["state"] == "proposed"

    @pytest.mark.parametrize(("service", "kind"), [("training", "stay"), ("rotation", "mission")])
    async def test_of_every_service(self, register: Register, service: str, kind: str) -> None:
        assert (await register.file(f"{kind} 1", service=service, kind=kind))["source_service"] == service


class TestSign:
    @pytest.mark.parametrize("person", ["linh", "hr-bvt", "hanoi", "nobody"])
    async def test_only_a_signatory(self, register: Register, person: str) -> None:
        await register.act(person, await register.file(), "signature", expect=403)

    async def test_only_of_an_authority_above_the_place(self, register: Register) -> None:
        filed = await register.file()
        for groups in (["/territories/VN-01"], ["/facilities/VN-22-BVBC"]):
            stranger = register.api.as_("director", groups=groups)
            assert (await stranger.post(f"{ROOT}/decisions/{filed['id']}/signature", json={})).status_code == 404

    async def test_the_proposer_does_not_sign(self, register: Register) -> None:
        """SEC-02, with its rule; the page says it before anybody tries."""
        filed = await register.file(proposed_by=register.actor("linh"))
        both = register.api.as_("linh", roles=["regional-administrator", "signatory", "records-officer"])
        refused = (await both.post(f"{ROOT}/decisions/{filed['id']}/signature", json={})).json()
        assert refused["status"] == 409
        defended(refused, "signatory-is-proposer", "SEC-02", 2, possible="another signatory")
        seen = (await both.get(f"{ROOT}/decisions/{filed['id']}")).json()
        sign = next(action for action in seen["available_actions"] if action["act"] == "sign")
        assert (sign["allowed"], sign["rule"]["id"], seen["proposed_by_me"]) == (False, "SEC-02", True)

    async def test_not_before_it_was_proposed(self, register: Register) -> None:
        refused = await register.act("director", await register.file(), "signature", {"done_on": "2025-08-31"}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["value"]) == ("signed-before-proposed", "2025-09-01")

    async def test_an_effect_before_the_signature_needs_its_reason_and_is_listed(self, register: Register) -> None:
        """REG-04."""
        filed = await register.file(effective_on="2025-09-10")
        refused = await register.act("director", filed, "signature", {"done_on": "2025-09-22"}, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("retroactive-needs-reason", "REG-04")
        await register.act("director", filed, "signature", {"done_on": "2025-09-22", "retroactive_reason": "Nhu cầu cấp bách"})
        for month, found in (("2025-09", 1), ("2025-10", 0), ("2025-08", 0)):
            answer = await register.api.as_("linh").get(f"{ROOT}/decisions/retroactive", params={"month": month})
            assert [item["retroactive_reason"] for item in answer.json()["items"]] == ["Nhu cầu cấp bách"] * found

    async def test_signed_with_its_number(self, register: Register) -> None:
        filed = await register.file()
        signed = await register.act("director", filed, "signature", {"number": "317/QĐ-SYT", "done_on": "2025-09-22"})
        assert (signed["state"], signed["decision"], signed["authority"], signed["signed_on"]) == ("signed", "317/QĐ-SYT", "VN-22", "2025-09-22")
        [_, event] = await announced()
        assert (event["type"], event["data"]["number"], event["data"]["source_id"]) == ("signed", "317/QĐ-SYT", filed["source_id"])
        assert [(due["data"]["kind"], due["data"]["state"]) for due in await announced("relais.appointment.dues")] == [("decision_to_sign", "open"), ("decision_to_sign", "done")]

    async def test_once(self, register: Register) -> None:
        filed = await register.file()
        body = {"number": "317/QĐ-SYT", "done_on": "2025-09-22"}
        first = await register.act("director", filed, "signature", body)
        assert await register.act("director", filed, "signature", body) == first
        assert (await register.act("deputy", filed, "signature", body, expect=409))["type"].endswith("/state-does-not-allow")

    async def test_a_number_is_given_once(self, register: Register) -> None:
        body = {"number": "317/QĐ-SYT", "done_on": "2025-09-22"}
        await register.act("director", await register.file("hire 1"), "signature", body)
        refused = await register.act("director", await register.file("hire 2"), "signature", body, expect=409)
        assert (refused["type"].rsplit("/", 1)[-1], refused["rule"]["id"]) == ("number-taken", "DEC-NUMBER")

    async def test_of_what_another_authority_numbered(self, register: Register) -> None:
        signed = await register.act("director", await register.file(), "signature", {"number": "12/QĐ-UBND", "number_authority": "UBND-22"})
        assert (signed["number_authority"], signed["authority"]) == ("UBND-22", "VN-22")


class TestSignMany:
    async def test_each_is_answered_by_itself(self, register: Register) -> None:
        await register.keep()
        good = [await register.file(f"hire {n}") for n in (1, 2)]
        late = await register.file("late", effective_on="2025-09-01", proposed_on="2025-08-20")
        own = await register.file("own", proposed_by=register.actor("director"))
        wanted = [good[0], late, own, good[1]]
        body = {"decisions": [{"id": item["id"]} for item in wanted] + [{"id": str(uuid4())}], "signed_on": "2025-09-22"}
        answer = (await register.api.as_("director").post(f"{ROOT}/decisions/signatures", json=body)).json()
        said = [item["decision"]["number"] if item["decision"] else item["problem"]["type"].rsplit("/", 1)[-1] for item in answer["items"]]
        assert said == ["1/QĐ-SYT", "retroactive-needs-reason", "signatory-is-proposer", "2/QĐ-SYT", "not-found"]
        assert (answer["signed"], answer["refused"]) == (2, 3)
        assert (await register.about("late"))["state"] == "proposed"

    async def test_only_a_signatory(self, register: Register) -> None:
        filed = await register.file()
        answer = await register.api.as_("linh").post(f"{ROOT}/decisions/signatures", json={"decisions": [{"id": filed["id"]}]})
        assert answer.status_code == 403


class TestNumbers:
    async def test_the_register_goes_on_after_paper(self, register: Register) -> None:
        assert (await register.keep(last_number=316))["last_numbers"] == {"2025": 316}
        signed = await register.act("director", await register.file(), "signature", {"done_on": "2025-09-22"})
        assert signed["number"] == "317/QĐ-SYT"
        answer = await register.api.as_("director").put(f"{ROOT}/registers/VN-22", json={"pattern": "{number}/QĐ-SYT", "last_number": 300})
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "register-goes-back")

    async def test_each_civil_year_begins_with_one(self, register: Register) -> None:
        await register.keep("{number}/{year}/QĐ-SYT")
        old = await register.file("hire 1", proposed_on="2024-12-20", effective_on="2026-01-01")
        new = await register.file("hire 2")
        assert (await register.act("director", old, "signature", {"done_on": "2024-12-31"}))["number"] == "1/2024/QĐ-SYT"
        assert (await register.act("director", new, "signature"))["number"] == "1/2025/QĐ-SYT"

    async def test_a_number_that_paper_has_taken_is_passed_over(self, register: Register) -> None:
        await register.keep()
        await register.act("director", await register.file("hire 1"), "signature", {"number": "1/QĐ-SYT"})
        assert (await register.act("director", await register.file("hire 2"), "signature"))["number"] == "2/QĐ-SYT"

    async def test_the_next_number_is_told_and_not_taken(self, register: Register) -> None:
        kept = await register.keep("{number}/{year}/QĐ-SYT", last_number=316)
        assert (kept["year"], kept["next_number"], kept["available_actions"][0]["allowed"]) == (2025, "317/2025/QĐ-SYT", True)
        await register.act("director", await register.file("hire 1"), "signature", {"number": "317/2025/QĐ-SYT"})
        seen = (await register.api.as_("training").get(f"{ROOT}/registers/VN-22")).json()
        assert (seen["next_number"], seen["last_numbers"], seen["available_actions"][0]["allowed"]) == ("318/2025/QĐ-SYT", {"2025": 316}, False)
        assert (await register.api.as_("hr-bvt").get(f"{ROOT}/registers/VN-22-BVT")).status_code == 404

    async def test_another_authority_does_not_keep_it(self, register: Register) -> None:
        for person in ("hr-bvt", "hanoi"):
            answer = await register.api.as_(person).put(f"{ROOT}/registers/VN-22", json={"pattern": "{number}/QĐ-SYT"})
            assert answer.status_code == 403

    @pytest.mark.parametrize("body", [{"numbering": "entered"}, {"numbering": "register", "number": "3"}, {"numbering": "later", "number": "3"}, {"numbering": "register"}])
    async def test_what_cannot_be_a_number(self, register: Register, body: dict[str, str]) -> None:
        await register.act("director", await register.file(), "signature", body, expect=422)

    async def test_to_regularise_then_numbered(self, register: Register) -> None:
        signed = await register.act("director", await register.file(), "signature", {"done_on": "2025-09-22"})
        assert signed["decision"] == "to_regularise"
        waiting = (await register.api.as_("hr-bvt").get(f"{ROOT}/decisions", params={"to_regularise": True})).json()["items"]
        assert [item["id"] for item in waiting] == [signed["id"]]
        numbered = await register.act("hr-bvt", signed, "numbering", {"number": "341/QĐ-SYT"})
        assert (numbered["decision"], numbered["state"]) == ("341/QĐ-SYT", "signed")
        refused = await register.act("hr-bvt", signed, "numbering", {"number": "342/QĐ-SYT"}, expect=409)
        assert refused["type"].endswith("/numbered-already")
        dues = [(due["data"]["due_on"], due["data"]["state"]) for due in await announced("relais.appointment.dues") if due["data"]["kind"] == "decision_number"]
        assert dues == [("2025-10-22", "open"), ("2025-10-22", "done")]


class TestTakeBack:
    async def signed(self, register: Register, thing: str = "hire 1", **body: Any) -> dict[str, Any]:
        return await register.act("director", await register.file(thing), "signature", {"done_on": "2025-09-22"} | body)

    @pytest.mark.parametrize(
        ("body", "slug"),
        [
            ({"reason": "x", "effective_on": "2025-11-01"}, "malformed"),
            ({"reason": "Sai đối tượng", "done_on": "2025-09-21"}, "revoked-before-signed"),
            ({"reason": "Sai đối tượng", "effective_on": "2025-10-31"}, "revoked-before-effect"),
        ],
    )
    async def test_what_is_refused(self, register: Register, body: dict[str, str], slug: str) -> None:
        refused = await register.act("director", await self.signed(register), "revocation", body, expect=422 if slug == "malformed" else 409)
        assert refused["type"].endswith(f"/{slug}")

    async def test_only_what_is_signed(self, register: Register) -> None:
        refused = await register.act("director", await register.file(), "revocation", {"reason": "Sai đối tượng"}, expect=409)
        assert refused["type"].endswith("/state-does-not-allow")

    async def test_the_service_that_asked_is_told_from_which_day(self, register: Register) -> None:
        signed = await self.signed(register, number="317/QĐ-SYT")
        revoked = await register.act("director", signed, "revocation", {"number": "402/QĐ-SYT", "reason": "Sai đối tượng", "effective_on": "2025-12-01"})
        assert (revoked["state"], revoked["end"]["number"], revoked["end"]["effective_on"]) == ("revoked", "402/QĐ-SYT", "2025-12-01")
        event = (await announced())[-1]
        assert event["type"] == "revoked"
        assert (event["data"]["effective_on"], event["data"]["decided_from"], event["data"]["revocation_number"]) == ("2025-12-01", "2025-11-01", "402/QĐ-SYT")

    async def test_withdrawn_after_the_signature_is_contested_until_revoked(self, register: Register) -> None:
        """A fact that cannot be applied is shown to somebody, never lost."""
        signed = await self.signed(register)
        contested = await register.file(state="withdrawn")
        assert (contested["state"], contested["conflict"]) == ("signed", "withdrawn-after-signature")
        await register.act("director", signed, "revocation", {"reason": "Đơn vị đã rút đề nghị"})
        dues = [due["data"]["state"] for due in await announced("relais.appointment.dues") if due["data"]["kind"] == "decision_contested"]
        assert dues == ["open", "done"]

    async def test_another_decision_replaces_it_and_what_it_changed_is_put_back(self, register: Register) -> None:
        old, new = await self.signed(register, number="317/QĐ-SYT"), await self.signed(register, "hire 2", number="318/QĐ-SYT")
        by = await register.act("director", old, "supersession", {"by": new["id"], "reason": "Thay thế quyết định cũ"})
        assert by["id"] == new["id"]
        seen = await register.about("hire 1")
        assert (seen["state"], seen["superseded_by"], seen["end"]["number"]) == ("superseded", new["id"], "318/QĐ-SYT")
        assert (await announced())[-1]["type"] == "revoked"

    async def test_a_new_text_waits_for_its_own_signature_and_keeps_what_was_done(self, register: Register) -> None:
        old = await self.signed(register, number="317/QĐ-SYT")
        text_proposed = await register.act("hr-bvt", old, "supersession", {"legal_basis": ["Nghị quyết 28/2023/NQ-HĐND"], "reason": "Căn cứ pháp lý chưa đúng"})
        assert (text_proposed["state"], text_proposed["supersedes"]) == ("proposed", old["id"])
        assert (await register.api.as_("linh").get(f"{ROOT}/decisions/{old['id']}")).json()["state"] == "signed"
        await register.act("director", text_proposed, "signature", {"number": "350/QĐ-SYT"})
        seen = (await register.api.as_("linh").get(f"{ROOT}/decisions/{old['id']}")).json()
        assert (seen["state"], seen["superseded_by"]) == ("superseded", text_proposed["id"])
        told = [(event["type"], event["data"]["number"]) for event in await announced()][-3:]
        assert sorted(told) == [("numbered", "350/QĐ-SYT"), ("reissued", "350/QĐ-SYT"), ("superseded", "317/QĐ-SYT")]


class TestCheck:
    async def test_a_stranger_learns_number_date_authority_and_state(self, register: Register) -> None:
        signed = await register.act("director", await register.file(), "signature", {"number": "317/QĐ-SYT", "done_on": "2025-09-22"})
        answer = await register.api.get(f"{ROOT}/check/{signed['check_code'].lower()}")
        told = {"code": signed["check_code"], "number": "317/QĐ-SYT", "signed_on": "2025-09-22", "authority": "VN-22", "state": "signed"}
        assert (answer.status_code, answer.json()) == (200, told)
        await register.act("director", signed, "revocation", {"reason": "Sai đối tượng"})
        assert (await register.api.get(f"{ROOT}/check/{signed['check_code']}")).json()["state"] == "revoked"
        assert (await register.api.get(f"{ROOT}/check/AAAABBBBCCCCDDDD")).status_code == 404


async def test_two_signatories_sign_two_hundred_at_once(committed_api: Api) -> None:
    """Numbers 1 to 200 without gap or double, whoever was quicker; then a two hundred and first."""
    register = Register(committed_api)
    await hear(consumer, facility())
    await register.keep()
    things = [register.things[f"hire {n}"] for n in range(200)]
    await hear(consumer, *[decision_request(thing) for thing in things])
    found = (await committed_api.as_("linh").get(f"{ROOT}/decisions", params={"limit": 200})).json()["items"]
    ids = [item["id"] for item in found]
    halves = [("director", ids[:100]), ("deputy", ids[:40:-1]), ("director", ids[100:]), ("deputy", ids[:41])]

    async def sign(person: str, some: list[str]) -> None:
        for start in range(0, len(some), 10):
            body = {"decisions": [{"id": one} for one in some[start : start + 10]]}
            answer = await committed_api.as_(person).post(f"{ROOT}/decisions/signatures", json=body)
            assert answer.status_code == 200, answer.text

    await asyncio.gather(*[sign(person, some) for person, some in halves])
    signed = (await committed_api.as_("linh").get(f"{ROOT}/decisions", params={"limit": 200, "state": "signed"})).json()["items"]
    assert sorted(int(item["number"].split("/")[0]) for item in signed) == list(range(1, 201))
    assert {item["signed_by"].rpartition("#")[2] for item in signed} == {register.account(person) for person in ("director", "deputy")}
    last = await register.act("director", await register.file("the last"), "signature")
    assert last["number"] == "201/QĐ-SYT"


class TestDocument:
    @pytest.fixture(autouse=True)
    def registry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The names and places that the registry tells this reader."""

        async def told(_caller: Any, _method: str, path: str, *, json: Any = None) -> dict[str, Any]:
            if json is not None:
                return {"items": [{"id": person, "name": "Đặng Thị Ánh"} for person in json["ids"]]}
            return {"items": [{"name": "Bệnh viện Đa khoa tỉnh Quảng Ninh"}] if "/facilities?code=VN-22-BVT" in path else []}

        monkeypatch.setattr("services.appointment.decisions.documents.ask", told)

    @pytest.mark.parametrize("language", ["fr", "vi", "en"])
    async def test_in_three_languages(self, register: Register, language: str) -> None:
        signed = await register.act("director", await register.file(), "signature", {"number": "317/QĐ-SYT", "done_on": "2025-09-22"})
        answer = await register.api.as_("hr-bvt").get(f"{ROOT}/decisions/{signed['id']}/document", params={"language": language})
        assert (answer.status_code, answer.headers["content-type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
        again = await register.api.as_("hr-bvt").get(f"{ROOT}/decisions/{signed['id']}/document", params={"language": language})
        assert again.content == answer.content

    async def test_of_a_draft_and_of_a_kind_without_text_of_its_own(self, register: Register) -> None:
        filed = await register.file(kind="something_new", facts={"title": "Điều phối nhân lực"})
        answer = await register.api.as_("hr-bvt").get(f"{ROOT}/decisions/{filed['id']}/document", params={"language": "vi"})
        assert answer.content[:5] == b"%PDF-"

    async def test_not_for_others(self, register: Register) -> None:
        filed = await register.file()
        for person, status in (("hr-bc", 404), ("hanoi", 404), ("analyst", 403)):
            assert (await register.api.as_(person).get(f"{ROOT}/decisions/{filed['id']}/document")).status_code == status


async def test_the_list_holds_each_order(register: Register) -> None:
    for thing, proposed, effect in (("hire 1", "2025-09-01", "2025-11-05"), ("hire 2", "2025-09-03", "2025-11-01"), ("hire 3", "2025-09-02", "2025-12-01")):
        await register.file(thing, proposed_on=proposed, effective_on=effect)
    orders = {
        "proposed": lambda one: one["proposed_on"],
        "effect": lambda one: one["effective_on"],
        "kind": lambda one: (one["kind"], one["proposed_on"]),
        "state": lambda one: (one["state"], one["proposed_on"]),
    }
    await holds_its_orders(register.api.as_("linh"), f"{ROOT}/decisions", orders, rows=3)
