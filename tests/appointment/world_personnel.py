"""People at work, recruits on probation, and the acts by which their file moves."""

from typing import Any

from sqlalchemy import text

from services.appointment.consumers import consumer
from shared.db import worker_session
from tests.appointment.world import PROVINCIAL, REMOTE, ROOT, assignment, facility, known, path_at, worker
from tests.support.api import Api
from tests.support.hearing import Message, hear, message


def absence(name: str, starts_on: str, ends_on: str, *, person: str = "Kiên", probation: bool = True, step: bool = True, at: str = PROVINCIAL, state: str = "approved") -> Message:
    """Days away, as the registry tells them: whether they count, never why."""
    body = {
        "id": str(known(f"absence {name}")),
        "person_id": str(known(person)),
        "facility_code": at,
        "authority_path": path_at(at),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "state": state,
        "counts_for_probation": probation,
        "counts_for_step": step,
    }
    return message("relais.registry.absences", f"registry.absence.{'approved' if state == 'approved' else 'cancelled'}.v1", body)


def hired(name: str = "Kiên", *, starts_on: str = "2025-01-01", at: str = PROVINCIAL, occupation: str = "VN-BS", **changes: Any) -> Message:
    """A hire that took up its post."""
    source = {"source_service": "recruitment", "source_id": str(known(f"hire {name}")), "occupation_code": occupation}
    return assignment(name, at=at, starts_on=starts_on, **(source | changes))


class Personnel:
    """The personnel file as its people use it."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def hear(self, *messages: Message) -> None:
        taken = await hear(consumer, *messages)
        assert (taken.dead, taken.parked) == (0, 0)

    async def get(self, who: str, path: str, *, expect: int = 200, **params: Any) -> dict[str, Any]:
        answer = await self.api.as_(who).get(f"{ROOT}/{path}", params=params)
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, who: str, path: str, body: dict[str, Any] | None = None, *, expect: int = 201) -> dict[str, Any]:
        answer = await self.api.as_(who).post(f"{ROOT}/{path}", json=body or {})
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def employ(self, *names: str, at: str = PROVINCIAL, occupation: str = "VN-BS", **changes: Any) -> list[str]:
        """People who have worked there for years; their identifiers."""
        for name in names:
            await self.hear(worker(name, at=at, occupation_code=occupation, employment_type="public_employee", **changes), assignment(name, at=at, occupation_code=occupation))
        return [str(known(name)) for name in names]

    async def recruit(self, name: str = "Kiên", *, starts_on: str = "2025-01-01", at: str = PROVINCIAL, occupation: str = "VN-BS") -> dict[str, Any]:
        """A recruit takes up the post; the probation that opens by itself."""
        await self.hear(worker(name, at=at, occupation_code=occupation), hired(name, starts_on=starts_on, at=at, occupation=occupation))
        return await self.probation(name)

    async def probation(self, name: str = "Kiên", *, by: str = "linh") -> dict[str, Any]:
        found = (await self.get(by, "probations", person=str(known(name))))["items"]
        assert len(found) == 1
        only: dict[str, Any] = found[0]
        return only

    async def report(self, probation: dict[str, Any], *, mentor: str = "Hà", day: str = "2025-09-20", favourable: bool = True, head: str = "head-bvt") -> None:
        """Mentor named and heard, head's opinion given."""
        await self.employ(mentor)
        await self.post("hr-bvt", f"probations/{probation['id']}/mentor", {"mentor_id": str(known(mentor)), "done_on": day})
        body = {"favourable": favourable, "text": "Đã hoàn thành nhiệm vụ được giao.", "done_on": day}
        await self.post("hr-bvt", f"probations/{probation['id']}/mentor-report", body)
        await self.post(head, f"probations/{probation['id']}/opinion", body)

    async def decision(self, source_id: str) -> dict[str, Any]:
        """What the register filed."""
        found: dict[str, Any] = (await self.get("linh", "decisions", source_id=source_id))["items"][0]
        return found

    async def sign(self, source_id: str, *, number: str | None = "12/QĐ-SYT", expect: int = 201, **body: Any) -> dict[str, Any]:
        filed = await self.decision(source_id)
        signature = {"done_on": "2025-10-01"} | ({"number": number} if number else {}) | body
        return await self.post("director", f"decisions/{filed['id']}/signature", signature, expect=expect)

    async def revoke(self, source_id: str, *, expect: int = 201, **body: Any) -> dict[str, Any]:
        filed = await self.decision(source_id)
        return await self.post("director", f"decisions/{filed['id']}/revocation", {"reason": "Kê khai không đúng", "done_on": "2025-10-01"} | body, expect=expect)

    async def announced(self, thing: str) -> list[str]:
        """What was told about one kind of thing, in order."""
        async with worker_session() as session:
            rows = await session.execute(text("SELECT type FROM outbox WHERE topic = :topic ORDER BY seq"), {"topic": f"relais.appointment.{thing}"})
            return [row.type.split(".")[2] for row in rows]

    async def due(self, kind: str, subject_id: str) -> dict[str, Any]:
        """The newest word on what falls due with a thing."""
        async with worker_session() as session:
            statement = text("SELECT CAST(data AS jsonb) AS data FROM outbox WHERE topic = 'relais.appointment.dues' AND data LIKE :about ORDER BY seq DESC")
            rows = [row.data for row in await session.execute(statement, {"about": f"%{subject_id}%"})]
            newest: dict[str, Any] = next(row for row in rows if row["kind"] == kind)
            return newest


__all__ = ["PROVINCIAL", "REMOTE", "Personnel", "absence", "facility", "hired", "known"]
