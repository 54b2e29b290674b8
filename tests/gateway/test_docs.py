"""One page for a ministry's developer: every service, without script, without asset from outside."""

import re

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field

from gateway.docs import example_of, merged
from tests.gateway.world import Door, Provider, SmallService


class Area(BaseModel):
    """A province or a commune."""

    code: str = Field(examples=["VN-22"], description="Official code <script>alert(1)</script>")
    parent: "Area | None" = None
    kinds: list[str] = []


class Problem(BaseModel):
    type: str
    detail: str


def openapi(service: str) -> dict[str, object]:
    """A document as FastAPI writes it."""
    router = APIRouter(prefix=f"/api/v1/{service}", tags=["areas"])

    @router.post("/areas", status_code=201, response_model=Area, responses={409: {"model": Problem, "description": "A rule refuses this"}})
    async def create_area(body: Area, as_of: str | None = None) -> Area:
        """Make an area known."""
        return body

    app = FastAPI(title=f"Relais {service}", version="1", separate_input_output_schemas=False)
    app.include_router(router)
    found = app.openapi()
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return found


async def test_page(door: Door, registry: SmallService) -> None:
    registry.openapi = openapi("registry")
    async with door.get("/docs") as answer:
        page = await answer.text()
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert "default-src 'none'; style-src 'sha256-" in answer.headers["Content-Security-Policy"]
        etag = answer.headers["ETag"]
    assert "/api/v1/registry/areas" in page and "Make an area known." in page and '"VN-22"' not in page and "&#34;VN-22&#34;" in page
    assert "This service does not answer now" in page  # the observatory is down, and said to be
    assert "<script" not in page and not re.findall(r'(?:src|href)="(?!/|#)', page)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    async with door.get("/docs", headers={"If-None-Match": etag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")


async def test_in_the_readers_language(door: Door) -> None:
    async with door.get("/docs", headers={"Accept-Language": "vi"}) as answer:
        page = await answer.text()
        assert '<html lang="vi">' in page and "Relais cho lập trình viên" in page
    async with door.get("/docs", headers={"Accept-Language": "fr"}) as answer:
        assert "Relais pour les développeurs" in await answer.text()


async def test_one_document_for_programs(door: Door, registry: SmallService) -> None:
    registry.openapi = openapi("registry")
    async with door.get("/docs/openapi.json") as answer:
        assert answer.content_type == "application/json"
        told = await answer.json()
    assert told["servers"] == [{"url": "http://127.0.0.1:8080"}]
    assert list(told["paths"]) == ["/api/v1/registry/areas"]
    assert told["paths"]["/api/v1/registry/areas"]["post"]["tags"] == ["registry", "areas"]
    assert "registry.Area" in told["components"]["schemas"]


async def test_a_service_that_left_is_still_documented(door: Door, registry: SmallService) -> None:
    registry.openapi = openapi("registry")
    async with door.get("/docs/openapi.json") as answer:
        before = await answer.json()
    await registry.stop()
    door.app.docs._gathered._asked_at = -1e9
    async with door.get("/docs/openapi.json") as answer:
        assert await answer.json() == before


async def test_unknown_page(door: Door, provider: Provider) -> None:
    async with door.get("/docs/other", provider.token()) as answer:
        assert answer.status == 404


def test_two_services_with_the_same_names() -> None:
    told = merged({"registry": openapi("registry"), "recruitment": openapi("recruitment")}, "https://relais.example")
    schemas = told["components"]["schemas"]
    assert {"registry.Area", "recruitment.Area", "Problem"} <= set(schemas)
    assert schemas["registry.Area"]["properties"]["parent"]["anyOf"][0] == {"$ref": "#/components/schemas/registry.Area"}
    operations = [item["post"]["operationId"] for item in told["paths"].values()]
    assert len(operations) == len(set(operations)) == 2


def test_examples_end() -> None:
    schemas = {"Area": {"type": "object", "properties": {"parent": {"$ref": "#/components/schemas/Area"}, "born": {"type": "string", "format": "date"}}}}
    found = example_of({"$ref": "#/components/schemas/Area"}, schemas)
    assert found["born"] == "2025-03-09"
