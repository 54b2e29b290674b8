"""Believable people, posts and places of the registry's tests, made through its API as HR would."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text

from shared.db import worker_session
from tests.support.api import Api

BASE = "/api/v1/registry"
BVT, BACHE, BACHMAI = "VN-22-BVT", "VN-22-TTBCE", "VN-01-XP"


def ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code < 300, answer.text
    body: dict[str, Any] = answer.json()
    return body


def problem(answer: httpx.Response, status: int) -> str:
    """The slug of a problem of this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).rsplit("/", 1)[-1]


@dataclass
class World:
    """The province VN-22 with two facilities, and Hanoi with one of its own."""

    api: Api

    async def open_facilities(self) -> None:
        for who, code, name, area in (
            ("linh", BVT, "Bệnh viện đa khoa tỉnh", "VN-22-06652"),
            ("linh", BACHE, "Trung tâm y tế Ba Chẽ", "VN-22-06970"),
            ("hanoi", BACHMAI, "Bệnh viện Xanh Pôn", "VN-01-00004"),
        ):
            body = {
                "code": code,
                "name": name,
                "type": "hospital",
                "level": "province",
                "area_code": area,
                "authority": code[:5],
                "valid_from": "2000-01-01",
                "done_on": "2025-10-01",
            }
            ok(await self.api.as_(who).post(f"{BASE}/facilities", json=body))

    async def person(self, name: str = "Nguyễn Thị Hoa", *, who: str = "linh", **more: Any) -> dict[str, Any]:
        body = {"names": [{"kind": "legal", "value": name}], "birth_date": "1985-03-09", "sex": "female", "purposes": ["worker"], "confirmed_distinct": "a namesake"} | more
        return ok(await self.api.as_(who).post(f"{BASE}/persons", json=body))

    async def post(self, facility: str = BVT, *, who: str = "linh", **more: Any) -> dict[str, Any]:
        body = {"facility_code": facility, "unit": "Khoa Hồi sức", "occupation_code": "VN-BS", "fte": 1, "open_from": "2020-01-01", "reference": f"P-{uuid4().hex[:8]}"} | more
        return ok(await self.api.as_(who).post(f"{BASE}/posts", json=body))

    async def try_assignment(self, person: dict[str, Any], *, who: str = "linh", **more: Any) -> httpx.Response:
        body = {"person_id": person["id"], "kind": "primary", "fte_share": 1, "starts_on": "2025-01-01", "done_on": "2025-01-01"} | more
        if "post_id" not in body and "facility_code" not in body:
            body |= {"facility_code": BVT, "occupation_code": "VN-BS"}
        return await self.api.as_(who).post(f"{BASE}/assignments", json=body)

    async def assignment(self, person: dict[str, Any], *, who: str = "linh", **more: Any) -> dict[str, Any]:
        return ok(await self.try_assignment(person, who=who, **more))

    def as_worker(self) -> Any:
        """The service's worker, which sees every row: to prepare what no caller may do."""
        return worker_session()

    @staticmethod
    def sql(statement: str) -> Any:
        return text(statement)
