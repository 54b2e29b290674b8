"""A small province for the tests of rotation: a hospital, a centre and a station, people who work there, and the acts that lead to a mission."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import orjson
from sqlalchemy import text

from services.rotation.consumers import consumer
from shared.db import worker_session
from tests.support.api import Api
from tests.support.hearing import Message, hear, message
from tests.support.registry import Registry

ROOT = "/api/v1/rotation"
HOSPITAL, CENTRE, STATION = "VN-22-BVT", "VN-22-TTBCE", "VN-22-TYT-06970"


def known(name: str) -> UUID:
    """The same identifier for the same name in every test."""
    return uuid5(NAMESPACE_URL, f"tests/rotation/{name}")


def path_at(code: str) -> str:
    return f"VN.{'-'.join(code.split('-')[:2])}.{code}"


def facility(code: str = HOSPITAL, **changes: Any) -> Message:
    """A place that has stood since 1976."""
    period = {"valid_from": "1976-01-01", "valid_to": None, "authority_path": path_at(code), "facility_type": "hospital", "level": "province", "area_code": "VN-22-06676"}
    body = {"id": str(known(code)), "code": code, "periods": [period | changes]}
    return message("relais.registry.facilities", "registry.facility.changed.v1", body)


def worker(person_id: UUID | str, *, at: str = HOSPITAL, **changes: Any) -> Message:
    """A person in an occupation."""
    body = {"id": str(known(f"worker {person_id}")), "person_id": str(person_id), "occupation_code": "VN-BSCK", "group": "doctor", "authority_path": path_at(at)}
    return message("relais.registry.workers", "registry.worker.registered.v1", body | {"specialty": "surgery"} | changes)


def assignment(person_id: UUID | str, *, at: str = HOSPITAL, starts_on: str = "2020-01-01", **changes: Any) -> Message:
    """Where the person works."""
    period = {"valid_from": starts_on, "valid_to": None, "facility_code": at, "authority_path": path_at(at), "kind": "primary", "fte_share": "1", "post_id": None}
    body = {"id": str(known(f"assignment {person_id}")), "worker_id": str(known(f"worker {person_id}")), "person_id": str(person_id), "state": "active", "periods": [period]}
    return message("relais.registry.assignments", "registry.assignment.started.v1", body | {"unit": "Khoa Ngoại"} | changes)


def agreement(**changes: Any) -> dict[str, Any]:
    """The hospital promises the centre two surgical visits a month and one of paediatrics."""
    return {
        "reference": "QN-AG-01",
        "giver_code": HOSPITAL,
        "receiver_code": CENTRE,
        "model": "comprehensive",
        "starts_on": "2025-01-01",
        "ends_on": "2027-12-31",
        "obligations": [
            {"specialty": "surgery", "visits_per_month": 2, "techniques": ["laparoscopic-appendectomy"]},
            {"specialty": "paediatrics", "visits_per_month": 1},
        ],
        "done_on": "2024-12-20",
    } | changes


def support_request(**changes: Any) -> dict[str, Any]:
    """The centre cannot operate an appendix by laparoscopy yet."""
    return {
        "receiver_code": CENTRE,
        "giver_code": HOSPITAL,
        "mode": "transfer",
        "specialty": "surgery",
        "technique": "laparoscopic-appendectomy",
        "baseline_level": 1,
        "target_level": 4,
        "equipment_ready": True,
        "licence_scope_ready": True,
        "wanted_from": "2025-03-01",
        "days_needed": 60,
        "done_on": "2025-01-15",
    } | changes


def decided(what: str, mission: dict[str, Any], **changes: Any) -> Message:
    """What the register of decisions says about the order of a mission."""
    body = {
        "id": str(known(f"decision {mission['id']}")),
        "source_service": "rotation",
        "source_id": mission["id"],
        "kind": "mission",
        "number": "211/QĐ-SYT",
        "effective_on": mission["starts_on"],
    }
    said = {
        "signed": {"signed_by": "https://id.test#director", "signed_on": "2025-02-20"},
        "revoked": {"revoked_by": "https://id.test#director", "revoked_on": "2025-02-25", "revocation_number": "230/QĐ-SYT"},
        "numbered": {},
    }
    return message("relais.appointment.decisions", f"appointment.decision.{what}.v1", body | said[what] | changes)


async def announced(topic: str) -> list[dict[str, Any]]:
    """What rotation told on a topic, in order; `type` beside the fields."""
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type, data FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": f"relais.rotation.{topic}"})
        return [orjson.loads(row.data) | {"type": row.type} for row in rows]


class World:
    """The acts of rotation, each by the person concerned."""

    def __init__(self, api: Api, registry: Registry | None = None) -> None:
        self.api, self._registry = api, registry

    async def act(self, person: str, path: str, body: dict[str, Any], *, expect: int = 201) -> dict[str, Any]:
        answer = await self.api.as_(person).post(ROOT + path, json=body)
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def read(self, person: str, path: str, *, expect: int = 200) -> dict[str, Any]:
        answer = await self.api.as_(person).get(ROOT + path)
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    # -- people

    async def heard(self, *people: UUID | str, at: str = HOSPITAL, **changes: Any) -> None:
        """The directory knows these people."""
        taken = await hear(consumer, *[told for person in people for told in (worker(person, at=at, **changes), assignment(person, at=at))])
        assert (taken.dead, taken.parked) == (0, 0)

    async def surgeon(self, name: str = "Phạm Quốc Bảo", *, licence: dict[str, Any] | None = None, at: str = HOSPITAL, unit: str | None = None, **changes: Any) -> str:
        """A surgeon of the hospital in a unit of their own, in the registry with a licence, and heard of here."""
        assert self._registry is not None
        person = await self._registry.worker(name, at=at, occupation_code="VN-BSCK", specialty="surgery", unit=unit or f"Khoa Ngoại {uuid4()}")
        if licence != {}:
            body = {"person_id": person, "number": f"QN-{person[-6:]}", "authority": "Sở Y tế Quảng Ninh", "scope": ["surgery"], "issued_on": "2015-05-05"} | (licence or {})
            await self._registry.enter("licensing", "licences", body)
        await self.heard(person, at=at, **changes)
        return person

    # -- agreements and visits

    async def drafted(self, *, by: str = "hr-bvt", **changes: Any) -> dict[str, Any]:
        return await self.act(by, "/agreements", agreement(**changes))

    async def active(self, **changes: Any) -> dict[str, Any]:
        drafted = await self.drafted(**changes)
        await self.act("head-bvt", f"/agreements/{drafted['id']}/signatures", {"side": "giver", "done_on": "2024-12-27"})
        return await self.act("head-bache", f"/agreements/{drafted['id']}/signatures", {"side": "receiver", "done_on": "2024-12-28"})

    async def visit(self, of: dict[str, Any], *, by: str = "hr-bvt", expect: int = 201, **changes: Any) -> dict[str, Any]:
        body = {"agreement": of["id"], "specialty": "surgery", "outcome": "held", "held_on": "2025-03-12", "consultations": 34, "done_on": "2025-03-31"} | changes
        return await self.act(by, "/visits", {name: value for name, value in body.items() if value is not None}, expect=expect)

    # -- requests and missions

    async def submitted(self, *, by: str = "hr-bache", **changes: Any) -> dict[str, Any]:
        return await self.act(by, "/support-requests", support_request(**changes))

    async def validated(self, **changes: Any) -> dict[str, Any]:
        asked = await self.submitted(**changes)
        return await self.act("linh", f"/support-requests/{asked['id']}/decision", {"outcome": "validated", "done_on": "2025-01-22"})

    async def proposed(self, person: str, *, by: str = "hr-bvt", expect: int = 201, **changes: Any) -> dict[str, Any]:
        body = {
            "person_id": person,
            "receiver_code": CENTRE,
            "programme": "comprehensive-support",
            "mode": "transfer",
            "technique": "laparoscopic-appendectomy",
            "autonomy_level": 5,
            "starts_on": "2025-03-03",
            "ends_on": "2025-04-30",
            "objectives": "Chuyển giao phẫu thuật nội soi cắt ruột thừa",
            "allowance": 12_000_000,
            "currency": "VND",
            "done_on": "2025-02-03",
        }
        return await self.act(by, "/missions", body | changes, expect=expect)

    async def agreed(self, mission: dict[str, Any]) -> dict[str, Any]:
        """Source, worker and destination have said yes."""
        path = f"/missions/{mission['id']}"
        await self.act("head-bvt", f"{path}/source-agreement", {"outcome": "agreed", "handover": "BS Hùng phụ trách", "done_on": "2025-02-05"})
        await self.act("hr-bvt", f"{path}/worker-answer", {"answer": "consents", "done_on": "2025-02-06"})
        body = {"outcome": "agreed", "lodging": "Nhà công vụ", "transport": "Xe trung tâm", "done_on": "2025-02-10"}
        return await self.act("hr-bache", f"{path}/destination-agreement", body)

    async def ordered(self, person: str, **changes: Any) -> dict[str, Any]:
        mission = await self.agreed(await self.proposed(person, **changes))
        taken = await hear(consumer, decided("signed", mission))
        assert (taken.dead, taken.parked) == (0, 0)
        return await self.read("linh", f"/missions/{mission['id']}")

    async def under_way(self, person: str, **changes: Any) -> dict[str, Any]:
        mission = await self.ordered(person, **changes)
        return await self.act("hr-bvt", f"/missions/{mission['id']}/departure", {"done_on": mission["starts_on"]})

    async def ended(self, person: str, on: str = "2025-04-30", **changes: Any) -> dict[str, Any]:
        mission = await self.under_way(person, **changes)
        return await self.act("hr-bvt", f"/missions/{mission['id']}/end", {"done_on": on})
