"""A small province for the tests of recruitment: two places, a resolution, posts, and the acts that lead to a hire."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.recruitment.consumers import consumer
from tests.support.api import Api
from tests.support.hearing import Message, hear, message

ROOT = "/api/v1/recruitment"
DIRECTOR = "http://identity.test#director"
PROVINCIAL, REMOTE = "VN-22-BVT", "VN-22-TTBCE"


def known(name: str) -> UUID:
    """The same identifier for the same name in every test."""
    return uuid5(NAMESPACE_URL, f"tests/recruitment/{name}")


def facility(code: str = PROVINCIAL, **changes: Any) -> Message:
    tier = {PROVINCIAL: "provincial", REMOTE: "remote-centre"}.get(code)
    authority = "-".join(code.split("-")[:2])
    period = {"valid_from": "1976-01-01", "valid_to": None, "authority_path": f"VN.{authority}.{code}", "tier": tier, "area_code": f"{authority}-06676"}
    body = {"id": str(known(code)), "code": code, "periods": [period]} | changes
    return message("relais.registry.facilities", "registry.facility.changed.v1", body)


def post(name: str = "P1", *, at: str = PROVINCIAL, **changes: Any) -> Message:
    body = {
        "id": str(known(name)),
        "facility_id": str(known(at)),
        "facility_code": at,
        "occupation_code": "VN-BS",
        "fte": "1",
        "filled": "0",
        "open_from": "1990-01-01",
        "close_to": None,
    }
    return message("relais.registry.posts", "registry.post.opened.v1", body | changes)


def policy(**changes: Any) -> dict[str, Any]:
    """Resolution 28/2023/NQ-HĐND, with the cells that the tests need."""
    return {
        "reference": "NQ-28",
        "resolution_no": "28/2023/NQ-HĐND",
        "title": "Chính sách thu hút bác sĩ",
        "authority": "VN-22",
        "valid_from": "2023-12-08",
        "valid_to": "2025-12-31",
        "target_hires": 298,
        "currency": "VND",
        "eligible": {"occupations": ["VN-BS", "VN-BSCK"], "excluded_occupations": ["VN-BSYHCT", "VN-BSDP"], "excludes_former_public_staff": True},
        "tiers": [
            {"facility_group": "provincial", "degree": "phd", "amount": 750_000_000},
            {"facility_group": "provincial", "degree": "resident", "amount": 550_000_000},
            {"facility_group": "remote-centre", "degree": "resident", "amount": 700_000_000},
            {"facility_group": "remote-centre", "degree": "doctor-good", "amount": 500_000_000},
        ],
        "commitment_years": {"experienced": 5, "new_graduate": 7},
        "citation": "Resolution 28/2023/NQ-HĐND of the People's Council of Quang Ninh",
        "done_on": "2023-12-08",
    } | changes


class World:
    """The acts that lead to a hire, each by the person concerned."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def act(self, person: str, path: str, body: dict[str, Any], *, expect: int = 201) -> dict[str, Any]:
        answer = await self.api.as_(person).post(ROOT + path, json=body)
        assert answer.status_code == expect, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def proposed_policy(self, **changes: Any) -> dict[str, Any]:
        return await self.act("linh", "/policies", policy(**changes))

    async def approved_policy(self, **changes: Any) -> dict[str, Any]:
        proposed = await self.proposed_policy(**changes)
        return await self.act("director", f"/policies/{proposed['id']}/approval", {"done_on": "2023-12-08"})

    async def identified_need(self, *, at: str = PROVINCIAL, by: str = "hr-bvt", **changes: Any) -> dict[str, Any]:
        body = {"facility_code": at, "occupation_code": "VN-BS", "quantity": 1, "reason": "vacancy", "done_on": "2023-12-20"} | changes
        return await self.act(by, "/needs", body)

    async def validated_need(self, **changes: Any) -> dict[str, Any]:
        need = await self.identified_need(**changes)
        return await self.act("linh", f"/needs/{need['id']}/validation", {"done_on": "2024-01-03"})

    async def drafted_campaign(self, policy: dict[str, Any], *needs: dict[str, Any], **changes: Any) -> dict[str, Any]:
        body = {"code": "TH-2024-1", "title": "Thu hút bác sĩ đợt 1", "policy_id": policy["id"], "need_ids": [need["id"] for need in needs]}
        return await self.act("linh", "/campaigns", body | {"opens_on": "2024-01-15", "closes_on": "2024-02-29", "done_on": "2024-01-10"} | changes)

    async def published_campaign(self, policy: dict[str, Any], *needs: dict[str, Any], **changes: Any) -> dict[str, Any]:
        campaign = await self.drafted_campaign(policy, *needs, **changes)
        return await self.act("linh", f"/campaigns/{campaign['id']}/publication", {"done_on": "2024-01-14"})

    async def candidacy(self, campaign: dict[str, Any], need: dict[str, Any], person_id: UUID | str, *, by: str = "linh", **changes: Any) -> dict[str, Any]:
        body = {"campaign_id": campaign["id"], "need_id": need["id"], "person_id": str(person_id), "occupation_code": "VN-BS", "degree": "resident"}
        return await self.act(by, "/candidacies", body | {"experience": "new_graduate", "done_on": "2024-01-20"} | changes)

    async def eligible(self, candidacy: dict[str, Any]) -> dict[str, Any]:
        return await self.act("linh", f"/candidacies/{candidacy['id']}/eligibility", {"outcome": "eligible", "done_on": "2024-03-05"})

    async def proposed_hire(self, candidacy: dict[str, Any], post: str = "P1", **changes: Any) -> dict[str, Any]:
        body = {"candidacy_id": candidacy["id"], "post_id": str(known(post)), "starts_on": "2024-04-01", "done_on": "2024-03-12"} | changes
        return await self.act("linh", "/hires", body)

    async def signed(self, hire: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The hire after the register told that its decision was signed."""
        await hear(consumer, decision("signed", hire, **changes))
        return await self.read(hire)

    async def read(self, hire: dict[str, Any]) -> dict[str, Any]:
        answer = await self.api.as_("linh").get(f"{ROOT}/hires/{hire['id']}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def decision(act: str, hire: dict[str, Any], **changes: Any) -> Message:
    """What the register of decisions tells about a hire: signed, numbered or revoked."""
    body = {
        "id": str(known(f"decision of {hire['id']}")),
        "source_service": "recruitment",
        "source_id": hire["id"],
        "kind": "hire",
        "number": "317/QĐ-SYT",
        "signed_by": DIRECTOR,
        "signed_on": "2024-03-22",
        "effective_on": "2024-04-01",
    }
    if act == "revoked":
        body |= {"revoked_by": DIRECTOR, "revoked_on": "2024-05-20", "effective_on": "2024-06-01", "revocation_number": "400/QĐ-SYT"}
    return message("relais.appointment.decisions", f"appointment.decision.{act}.v1", body | changes)
