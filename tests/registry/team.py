"""A team of orthopaedists of the provincial hospital, and what takes them away."""

from typing import Any
from uuid import uuid4

import httpx

from tests.registry.world import BASE, BVT, World, ok

UNIT = "Khoa Chấn thương"
ORTHO = {"unit": UNIT, "occupation_code": "VN-BSCK", "specialty": "orthopaedic-surgery"}


class Team:
    """People of one specialty, each in a post of the unit."""

    def __init__(self, world: World) -> None:
        self.world, self.people = world, list[dict[str, Any]]()

    async def of(self, size: int) -> "Team":
        for number in range(size):
            person = await self.world.person(f"Bác sĩ {chr(65 + number)}", birth_date=f"1980-01-{number + 1:02d}")
            post = await self.world.post(**ORTHO)
            await self.world.assignment(person, post_id=post["id"])
            self.people.append(person)
        return self

    async def minimum(self, present: int, **more: Any) -> dict[str, Any]:
        body = {"facility_code": BVT, "occupation_code": "VN-BSCK", "specialty": "orthopaedic-surgery", "min_present": present, "valid_from": "2025-01-01"} | more
        return ok(await self.world.api.as_("head-bvt").post(f"{BASE}/staffing-minimums", json=body))


def hold(person: dict[str, Any], *periods: tuple[str, str], kind: str = "mission", **more: Any) -> dict[str, Any]:
    days = [{"starts_on": first, "ends_on": last} for first, last in periods]
    service = {"session": "training", "stay": "training"}.get(kind, "rotation")
    return {"kind": kind, "source_service": service, "source_id": str(uuid4()), "person_id": person["id"], "periods": days} | more


async def ask(world: World, body: dict[str, Any], who: str = "linh") -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/holds", json=body)


def leave(person: dict[str, Any], first: str, last: str, type_: str = "annual", **more: Any) -> dict[str, Any]:
    return {"person_id": person["id"], "type": type_, "starts_on": first, "ends_on": last} | more


async def ask_leave(world: World, body: dict[str, Any], who: str = "hr-bvt") -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/absences", json=body)


async def approve(world: World, absence: dict[str, Any], who: str = "head-bvt", **body: Any) -> httpx.Response:
    return await world.api.as_(who).post(f"{BASE}/absences/{absence['id']}/approval", json=body)


async def told(world: World, subject: str) -> list[dict[str, Any]]:
    """Events about one thing in the outbox, in order."""
    async with world.as_worker() as session:
        rows = await session.execute(world.sql("SELECT type, data::jsonb AS data FROM outbox WHERE subject = CAST(:subject AS uuid) ORDER BY version"), {"subject": subject})
        return [{"type": row.type} | row.data for row in rows]
