"""The leaders of the tests: a hospital with its staff, its positions, a succession plan, and the acts that lead to a mandate."""

from typing import Any

from services.appointment.consumers import consumer
from tests.appointment.world import PROVINCIAL, ROOT, assignment, facility, known, worker
from tests.support.api import Api
from tests.support.hearing import hear

COMMITTEE = {"convened": 9, "present": 9, "valid": 9}


async def staff(*names: str, at: str = PROVINCIAL, retires: str | None = "2045-12-31", employment: str = "public_employee", since: str = "2015-01-01", **changes: Any) -> None:
    """People who work at a place."""
    messages = [worker(name, at=at, retirement_on=retires, employment_type=employment, **changes) for name in names]
    messages += [assignment(name, at=at, starts_on=since) for name in names]
    taken = await hear(consumer, *messages)
    assert (taken.dead, taken.parked) == (0, 0)


class Leaders:
    """What the administrator, the secretary and the signatory do."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.numbers = 0

    async def open_places(self, *codes: str, **changes: Any) -> None:
        await hear(consumer, *[facility(code, **changes) for code in codes or (PROVINCIAL,)])

    async def act(self, person: str, path: str, body: dict[str, Any], *, expect: int = 201) -> dict[str, Any]:
        answer = await self.api.as_(person).post(ROOT + path, json=body)
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def read(self, path: str, person: str = "linh", *, expect: int = 200) -> dict[str, Any]:
        answer = await self.api.as_(person).get(ROOT + path)
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def position(self, rank: str = "head", *, expect: int = 201, **changes: Any) -> dict[str, Any]:
        self.numbers += 1
        body = {"facility_code": PROVINCIAL, "rank": rank, "title": "Giám đốc" if rank == "head" else f"Phó Giám đốc {self.numbers}", "valid_from": "2010-01-01"}
        return await self.act("linh", "/positions", body | {"planning_required": False, "done_on": "2025-01-02"} | changes, expect=expect)

    async def mandate(self, position: dict[str, Any], name: str, *, expect: int = 201, **changes: Any) -> dict[str, Any]:
        body = {"person_id": str(known(name)), "position_id": position["id"], "starts_on": "2021-01-01", "decision_number": "12/QĐ-SYT", "done_on": "2025-01-02"}
        return await self.act("linh", "/mandates", body | changes, expect=expect)

    async def open_case(self, kind: str = "first", *, expect: int = 201, **changes: Any) -> dict[str, Any]:
        return await self.act("linh", "/cases", {"kind": kind, "request_principle": kind in ("first", "higher", "equivalent"), "done_on": "2025-03-03"} | changes, expect=expect)

    async def granted(self, position: dict[str, Any], kind: str = "first", **changes: Any) -> dict[str, Any]:
        case = await self.open_case(kind, position_id=position["id"], **changes)
        return await self.act("director", f"/cases/{case['id']}/principle-answer", {"reference": "45/SYT-TCCB", "done_on": "2025-03-10"})

    async def screened(self, case: dict[str, Any], *names: str, expect: int = 201, **more: Any) -> dict[str, Any]:
        candidates = [{"person_id": str(known(name))} | more for name in names]
        return await self.act("linh", f"/cases/{case['id']}/candidates", {"candidates": candidates, "done_on": "2025-03-12"}, expect=expect)

    async def step(self, case: dict[str, Any], number: int, totals: dict[str, int] | None = None, *, expect: int = 201, by: str = "secretary", **changes: Any) -> dict[str, Any]:
        body = {"step": number, "held_on": f"2025-03-{13 + number}", "convened": 9, "present": 9, "minutes_reference": f"BB-{number}"}
        if totals is not None:
            body |= {"valid": changes.pop("valid", 9), "totals": [{"person_id": str(known(name)), "votes": votes} for name, votes in totals.items()]}
        return await self.act(by, f"/cases/{case['id']}/steps", {"steps": [body | changes], "done_on": "2025-03-31"}, expect=expect)

    async def voted(self, case: dict[str, Any], *names: str, winner: str) -> dict[str, Any]:
        """The five steps, with a clear majority for one."""
        shares = {name: 7 if name == winner else 1 for name in names}
        await self.step(case, 1)
        await self.step(case, 2, shares)
        await self.step(case, 3, {winner: 8})
        await self.step(case, 4, {winner: 9})
        return await self.step(case, 5, {winner: 8})

    async def proposed(self, case: dict[str, Any], **changes: Any) -> dict[str, Any]:
        await self.act("linh", f"/cases/{case['id']}/file", {"done_on": "2025-04-01"})
        body = {"done_on": "2025-04-02"} | changes
        return await self.act("linh", f"/cases/{case['id']}/decision-proposal", body)

    async def decision_of(self, case: dict[str, Any]) -> dict[str, Any]:
        found = await self.read(f"/decisions?source_service=appointment&source_id={case['id']}")
        result: dict[str, Any] = found["items"][0]
        return result

    async def signed(self, case: dict[str, Any], *, number: str | None = "101/QĐ-SYT", expect: int = 201, **changes: Any) -> dict[str, Any]:
        decision = await self.decision_of(case)
        body = {"signed_on": "2025-04-10"} | ({"number": number} if number else {}) | changes
        return await self.act("director", f"/decisions/{decision['id']}/signature", body, expect=expect)

    async def appointed(self, position: dict[str, Any], name: str, *, starts_on: str = "2025-05-01", kind: str = "first", **changes: Any) -> dict[str, Any]:
        """From the request of the principle to the signature; the case."""
        case = await self.screened(await self.granted(position, kind, **changes), name)
        await self.voted(case, name, winner=name)
        await self.proposed(case, starts_on=starts_on)
        await self.signed(case)
        return await self.read(f"/cases/{case['id']}")
