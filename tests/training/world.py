"""A small province for the tests of training: places, people who work there in the real registry too, and the acts that lead to a certificate."""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.training.consumers import consumer
from tests.support.api import Api
from tests.support.hearing import Message, hear, message
from tests.support.registry import Registry

ROOT = "/api/v1/training"
PROVINCIAL, REMOTE, OTHER_PROVINCE = "VN-22-BVT", "VN-22-TTBCE", "VN-01-BVDK"


def known(name: str) -> UUID:
    """The same identifier for the same name in every test."""
    return uuid5(NAMESPACE_URL, f"tests/training/{name}")


def path_at(code: str) -> str:
    return f"VN.{'-'.join(code.split('-')[:2])}.{code}"


def facility(code: str = PROVINCIAL, **changes: Any) -> Message:
    """A place that has stood since 1976."""
    period = {"valid_from": "1976-01-01", "valid_to": None, "authority_path": path_at(code), "facility_type": "hospital", "level": "province", "area_code": "VN-22-06676"}
    body = {"id": str(known(code)), "code": code, "periods": [period | changes]}
    return message("relais.registry.facilities", "registry.facility.changed.v1", body)


def worker(person_id: UUID | str, *, at: str = PROVINCIAL, **changes: Any) -> Message:
    """A person in an occupation."""
    body = {"id": str(known(f"worker {person_id}")), "person_id": str(person_id), "occupation_code": "VN-BS", "group": "doctor", "authority_path": path_at(at)}
    return message("relais.registry.workers", "registry.worker.registered.v1", body | changes)


def assignment(person_id: UUID | str, *, at: str = PROVINCIAL, starts_on: str = "2020-01-01", ends_on: str | None = None, **changes: Any) -> Message:
    """Where the person works."""
    period = {"valid_from": starts_on, "valid_to": ends_on, "facility_code": at, "authority_path": path_at(at), "kind": "primary", "fte_share": "1", "post_id": None}
    body = {"id": str(known(f"assignment {person_id}")), "worker_id": str(known(f"worker {person_id}")), "person_id": str(person_id), "state": "active", "periods": [period]}
    return message("relais.registry.assignments", "registry.assignment.started.v1", body | changes)


COURSE = {"authority": "VN-22", "code": "HSCC-01", "title": "Hồi sức cấp cứu cơ bản", "kind": "in_house", "field": "intensive-care", "hours": "16", "done_on": "2025-01-02"}
HALF_DAYS = [{"day": day, "part": part, "facility_code": PROVINCIAL} for day in ("2025-03-10", "2025-03-11") for part in ("morning", "afternoon")]
AXES = [
    {"code": "P-IN", "title": "Đào tạo tại chỗ", "skill": "professional", "mode": "in_house", "budget": 900_000_000},
    {"code": "M-EX", "title": "Quản lý bệnh viện", "skill": "management", "mode": "elsewhere", "budget": 300_000_000},
]


class World:
    """The acts of training, each by the person concerned."""

    def __init__(self, api: Api, registry: Registry | None = None) -> None:
        self.api, self._registry = api, registry

    async def act(self, person: str, path: str, body: dict[str, Any], *, expect: int = 201, method: str = "post") -> dict[str, Any]:
        answer = await self.api.as_(person).request(method.upper(), ROOT + path, json=body)
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def read(self, person: str, path: str, *, expect: int = 200) -> dict[str, Any]:
        answer = await self.api.as_(person).get(ROOT + path)
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def people(self, *names: str, at: str = PROVINCIAL, **post: Any) -> list[str]:
        """Doctors of a hospital, in the registry and heard of here."""
        assert self._registry is not None
        found = [await self._registry.worker(name, at=at, **post) for name in names]
        taken = await hear(consumer, *[told for person_id in found for told in (worker(person_id, at=at), assignment(person_id, at=at))])
        assert (taken.dead, taken.parked) == (0, 0)
        return found

    async def course(self, **changes: Any) -> dict[str, Any]:
        return await self.act("training", "/courses", COURSE | changes)

    async def planned(self, course: dict[str, Any] | None = None, *, by: str = "training", **changes: Any) -> dict[str, Any]:
        course = course or await self.course()
        body = {"authority": "VN-22", "course_id": course["id"], "half_days": HALF_DAYS, "capacity": 20, "min_participants": 1, "cost": 40_000_000, "done_on": "2025-02-01"}
        return await self.act(by, "/sessions", body | changes)

    async def opened(self, **changes: Any) -> dict[str, Any]:
        return await self.planned(**{"open": True} | changes)

    async def enrolled(self, session: dict[str, Any], *people: str, by: str = "training") -> dict[str, Any]:
        return await self.act(by, f"/sessions/{session['id']}/enrolments", {"person_ids": list(people), "done_on": "2025-02-10"}, expect=200)

    async def confirmed(self, session: dict[str, Any]) -> dict[str, Any]:
        return await self.act("training", f"/sessions/{session['id']}/confirmation", {"done_on": "2025-03-01"})

    async def attendance(self, session: dict[str, Any], sheet: dict[str, Sequence[int]], *, expect: int = 201, done_on: str = "2025-03-11", by: str = "training") -> dict[str, Any]:
        """Half-days on which each was there; they were away on the others."""
        numbers = {half_day["number"] for half_day in session["half_days"]}
        entries = [{"person_id": person, "present": list(present), "absent": sorted(numbers - set(present))} for person, present in sheet.items()]
        return await self.act(by, f"/sessions/{session['id']}/attendance", {"entries": entries, "done_on": done_on}, expect=expect)

    async def marks(self, session: dict[str, Any], marks: dict[str, tuple[float, float]], *, expect: int = 201) -> dict[str, Any]:
        entries = [{"person_id": person, "pre": pre, "post": post} for person, (pre, post) in marks.items()]
        return await self.act("training", f"/sessions/{session['id']}/marks", {"entries": entries, "done_on": "2025-03-11"}, expect=expect)

    async def held(self, session: dict[str, Any], *, expect: int = 201) -> dict[str, Any]:
        return await self.act("training", f"/sessions/{session['id']}/holding", {"done_on": "2025-03-12"}, expect=expect)

    async def plan(self, *, by: str = "training", **changes: Any) -> dict[str, Any]:
        body = {"authority": "VN-22", "title": "Kế hoạch đào tạo 2025–2030", "year_from": 2025, "year_to": 2030, "axes": AXES, "done_on": "2025-01-05"}
        return await self.act(by, "/plans", body | changes)

    async def approved_plan(self, *, by: str = "training", arbiter: str = "linh", approver: str = "director", **changes: Any) -> dict[str, Any]:
        plan = await self.plan(by=by, **{"submit": True} | changes)
        await self.act(arbiter, f"/plans/{plan['id']}/arbitration", {"done_on": "2025-01-10"})
        return await self.act(approver, f"/plans/{plan['id']}/approval", {"decision_number": "12/QĐ-SYT", "done_on": "2025-01-15"})
