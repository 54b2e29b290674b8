"""A hospital in Clermont-Ferrand and one in Quảng Ninh that exchange people, and the acts that lead to a stay."""

from typing import Any

from services.rotation.consumers import consumer
from tests.rotation.world import HOSPITAL, World, assignment, facility, worker
from tests.support.hearing import hear

HOST = "FR-63-CHU"
AGREEMENT: dict[str, Any] = {
    "reference": "CF-2023",
    "giver_code": HOST,
    "receiver_code": HOSPITAL,
    "model": "exchange",
    "programme": "bilateral-exchange",
    "number": "2023-117",
    "starts_on": "2023-01-01",
    "ends_on": "2027-12-31",
    "places": [{"host_code": HOST, "quota_per_year": 5}, {"host_code": HOSPITAL, "quota_per_year": 2}],
    "scope": ["residents", "teachers", "publications"],
    "funding": "Université Clermont Auvergne",
    "signed_on": "2022-12-12",
}


class Exchange:
    """An agreement with a unit of two places and a call, and who acts for each side: `clermont` hosts, `hr-bvt` sends."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.act, self.read = world.act, world.read
        self.agreement: dict[str, Any] = {}
        self.unit: dict[str, Any] = {}
        self.call: dict[str, Any] = {}
        self.supervisor = ""

    async def agree(self, quota: int = 5, capacity: int = 2) -> "Exchange":
        assert self.world._registry is not None
        taken = await hear(consumer, facility(HOST, area_code="FR-63", authority_path="FR.FR-63.FR-63-CHU"))
        assert (taken.dead, taken.parked) == (0, 0)
        places = [{"host_code": HOST, "quota_per_year": quota}, {"host_code": HOSPITAL, "quota_per_year": 2}]
        self.agreement = await self.act("clermont", "/agreements", AGREEMENT | {"places": places})
        unit = {"agreement_id": self.agreement["id"], "facility_code": HOST, "unit": "Chirurgie cardiovasculaire", "specialty": "cardiology", "capacity": capacity}
        self.unit = await self.act("clermont", "/host-units", unit)
        self.call = await self.act("clermont", "/exchange-calls", self.call_body())
        self.supervisor = await self.world._registry.person("Isabelle Violin", by="clermont", purpose="worker")
        await self.heard_at_host(self.supervisor)
        return self

    def call_body(self, **changes: Any) -> dict[str, Any]:
        body = {"agreement_id": self.agreement["id"], "host_code": HOST, "title": "Réanimation cardiaque", "field": "cardiology", "status_type": "stagiaire_associe", "places": 3}
        return body | {"opens_on": "2025-01-01", "closes_on": "2025-03-31", "done_on": "2025-01-01"} | changes

    async def heard_at_host(self, person: str) -> None:
        await hear(consumer, worker(person, at=HOST, occupation_code="FR-MS"), assignment(person, at=HOST))

    async def known(self, name: str) -> str:
        """Somebody of the home whose name the registry knows; who is to be held there must work there (`surgeon`)."""
        assert self.world._registry is not None
        body = {"names": [{"value": name}], "purposes": ["worker"], "facility_code": HOSPITAL, "confirmed_distinct": "a namesake"}
        person = str((await self.world._registry.enter("linh", "persons", body))["id"])
        await self.world.heard(person)
        return person

    async def applied(self, name: str = "Phạm Quốc Bảo", *, expect: int = 201, person: str | None = None, works: bool = False, **changes: Any) -> dict[str, Any]:
        person = person or (await self.world.surgeon(name, licence={}) if works else await self.known(name))
        body = {"call_id": self.call["id"], "person_id": person, "starts_on": "2025-09-01", "ends_on": "2026-02-28", "motivation": "ECMO", "done_on": "2025-02-10"}
        return await self.act("hr-bvt", "/placements", body | changes, expect=expect)

    async def selected(self, name: str = "Phạm Quốc Bảo", *, expect: int = 201, **changes: Any) -> dict[str, Any]:
        return await self.decided(await self.applied(name, **changes), expect=expect)

    async def decided(self, placement: dict[str, Any], *, expect: int = 201, **changes: Any) -> dict[str, Any]:
        body = {"outcome": "selected", "reason": "Le projet est précis", "done_on": "2025-04-10"} | changes
        return await self.act("clermont", f"/placements/{placement['id']}/selection", body, expect=expect)

    async def accepted(self, placement: dict[str, Any], *, expect: int = 201) -> dict[str, Any]:
        body = {"host_unit_id": self.unit["id"], "supervisor_id": self.supervisor, "done_on": "2025-04-20"}
        return await self.act("clermont", f"/placements/{placement['id']}/acceptance", body, expect=expect)

    async def paper(self, placement: dict[str, Any], kind: str, *, by: str = "hr-bvt", expect: int = 201, **body: Any) -> dict[str, Any]:
        return await self.act(by, f"/placements/{placement['id']}/{kind}", {"done_on": "2025-06-20"} | body, expect=expect)

    async def papers(self, placement: dict[str, Any], *, but: str = "") -> None:
        """Everything a departure needs, but one thing."""
        said: dict[str, dict[str, Any]] = {
            "language": {"level": "B2", "label": "DELF B2", "since": "2025-03-01", "valid_until": "2027-03-01"},
            "scholarship": {"amount": 110_000, "currency": "EUR", "months": 6, "label": "CHU de Clermont-Ferrand"},
            "convention": {"label": "2025-44", "since": "2025-06-15"},
            "visa": {"label": "VLS-TS", "asked_on": "2025-06-16", "since": "2025-08-20", "valid_until": "2026-08-19"},
            "insurance": {"label": "MGEN", "since": "2025-09-01", "valid_until": "2026-08-31"},
            "return-commitment": {"since": "2025-06-18"},
        }
        for kind, body in said.items():
            if kind != but:
                await self.paper(placement, kind, **body)

    async def released(self, placement: dict[str, Any], replacement: str, *, expect: int = 201) -> dict[str, Any]:
        return await self.act("hr-bvt", f"/placements/{placement['id']}/release", {"replacement_id": replacement, "done_on": "2025-06-20"}, expect=expect)

    async def step(self, placement: dict[str, Any], path: str, by: str = "hr-bvt", *, expect: int = 201, **body: Any) -> dict[str, Any]:
        return await self.act(by, f"/placements/{placement['id']}/{path}", body, expect=expect)
