"""Stays abroad and sponsored studies: what is sent, what others tell, and the acts that lead to a return."""

from typing import Any

import orjson
from sqlalchemy import text

from services.training.consumers import consumer
from shared.db import worker_session
from tests.support.hearing import Message, hear, message
from tests.training.world import PROVINCIAL, World, known, path_at

DIRECTOR = "http://identity.test#director"
GUANGXI = {
    "kind": "short_course",
    "title": "Siêu âm tim nâng cao",
    "country": "CN",
    "region": "CN-GX",
    "host": "Bệnh viện Nhân dân Khu tự trị Quảng Tây",
    "field": "imaging",
    "starts_on": "2025-04-14",
    "ends_on": "2025-05-09",
    "done_on": "2025-03-20",
}
COSTS = [{"kind": "tuition", "amount": 200_000_000}, {"kind": "course_expenses", "amount": 40_000_000}, {"kind": "salary", "amount": 180_000_000}]


async def announced(topic: str) -> list[dict[str, Any]]:
    async with worker_session() as session:
        rows = await session.execute(text("SELECT type, data FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": f"relais.training.{topic}"})
        return [{"type": row.type, "data": orjson.loads(row.data)} for row in rows]


def decision(act: str, thing: dict[str, Any], kind: str, **changes: Any) -> Message:
    """What the register of decisions tells: signed, numbered or revoked."""
    body = {
        "id": str(known(f"decision of {thing['id']}")),
        "source_service": "training",
        "source_id": thing["id"],
        "kind": kind,
        "number": "41/QĐ-SYT",
        "signed_by": DIRECTOR,
        "signed_on": "2025-03-28",
        "effective_on": thing["starts_on"],
    }
    if act == "revoked":
        body |= {"revoked_by": DIRECTOR, "revoked_on": "2025-04-10", "effective_on": "2025-04-10", "revocation_number": "52/QĐ-SYT"}
    return message("relais.appointment.decisions", f"appointment.decision.{act}.v1", body | changes)


def need(name: str = "need", *, at: str = PROVINCIAL, **changes: Any) -> Message:
    """A need that recruitment validated."""
    body = {"id": str(known(name)), "facility_code": at, "authority_path": path_at(at), "occupation_code": "VN-BSCK", "specialty": "anaesthesia-icu", "state": "validated"}
    return message("relais.recruitment.needs", "recruitment.need.validated.v1", body | changes)


def probation(person_id: str, *, state: str = "running", at: str = PROVINCIAL) -> Message:
    body = {"id": str(known(f"probation {person_id}")), "person_id": person_id, "authority_path": path_at(at), "shared_with": [], "state": state}
    return message("relais.appointment.probations", "appointment.probation.opened.v1", body)


def going(*people: str, **changes: Any) -> dict[str, Any]:
    return GUANGXI | {"participants": [{"person_id": person, "cover_reason": "The rota of the department was redrawn"} for person in people]} | changes


class Stays:
    """Stays abroad, each act by the person concerned."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def proposed(self, *people: str, by: str = "hr-bvt", expect: int = 201, **changes: Any) -> dict[str, Any]:
        return await self.world.act(by, "/stay-groups", going(*people, **changes), expect=expect)

    async def ordered(self, *people: str, **changes: Any) -> dict[str, Any]:
        return await self.signed(await self.proposed(*people, **changes))

    async def signed(self, group: dict[str, Any], **changes: Any) -> dict[str, Any]:
        taken = await hear(consumer, decision("signed", group, "stay", **changes))
        assert (taken.dead, taken.parked) == (0, 0)
        return await self.read(group)

    async def read(self, group: dict[str, Any], *, by: str = "linh") -> dict[str, Any]:
        return await self.world.read(by, f"/stay-groups/{group['id']}")

    async def act(self, group: dict[str, Any], act: str, *, by: str = "hr-bvt", expect: int = 201, **body: Any) -> dict[str, Any]:
        return await self.world.act(by, f"/stay-groups/{group['id']}/{act}", body, expect=expect)


class Studies:
    """Sponsored studies, each act by the person concerned."""

    def __init__(self, world: World) -> None:
        self.world = world

    def application(self, person_id: str, **changes: Any) -> dict[str, Any]:
        return {
            "person_id": person_id,
            "programme": "ck1",
            "specialty": "anaesthesia-icu",
            "institution": "Đại học Y Hà Nội",
            "need_id": str(known("need")),
            "technique": "Gây mê nội khí quản",
            "starts_on": "2025-02-01",
            "ends_on": "2027-01-31",
            "cost_items": COSTS,
            "cover_reason": "A second anaesthetist comes from the satellite hospital",
            "done_on": "2025-01-06",
        } | changes

    async def applied(self, person_id: str, *, by: str = "hr-bvt", expect: int = 201, **changes: Any) -> dict[str, Any]:
        return await self.world.act(by, "/sponsorships", self.application(person_id, **changes), expect=expect)

    async def act(self, study: dict[str, Any], act: str, *, by: str = "hr-bvt", expect: int = 201, **body: Any) -> dict[str, Any]:
        return await self.world.act(by, f"/sponsorships/{study['id']}/{act}", body, expect=expect)

    async def eligible(self, person_id: str, **changes: Any) -> dict[str, Any]:
        study = await self.applied(person_id, **changes)
        return await self.act(study, "eligibility", outcome="eligible", done_on=max("2025-01-08", study["applied_on"]))

    async def approved(self, person_id: str, **changes: Any) -> dict[str, Any]:
        study = await self.eligible(person_id, **changes)
        return await self.act(study, "board", by="linh", outcome="approved", done_on=max("2025-01-10", study["applied_on"]))

    async def bonded(self, person_id: str, **changes: Any) -> dict[str, Any]:
        return await self.signed(await self.approved(person_id, **changes))

    async def signed(self, study: dict[str, Any], **changes: Any) -> dict[str, Any]:
        taken = await hear(consumer, decision("signed", study, "sponsorship", **{"signed_on": "2025-01-20"} | changes))
        assert (taken.dead, taken.parked) == (0, 0)
        return await self.read(study)

    async def read(self, study: dict[str, Any], *, by: str = "linh") -> dict[str, Any]:
        return await self.world.read(by, f"/sponsorships/{study['id']}")

    async def studying(self, person_id: str, **changes: Any) -> dict[str, Any]:
        study = await self.bonded(person_id, **changes)
        await self.act(study, "enrolment", done_on="2025-02-03")
        return await self.act(study, "progress", standing="on_track", done_on="2025-07-28")
