"""One page for a ministry's developer: every service, without script, without asset from outside."""

import re
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from jinja2 import Environment, FileSystemLoader
from pydantic import BaseModel, Field

from gateway import docs
from gateway.docs import example_of, merged, short
from gateway.guide import Guide
from gateway.upstream import Upstream
from shared.settings import Settings
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


DICTIONARY = {
    "extracts": [
        {
            "name": "persons", "about": "One line for each person.", "key": "id", "personal": True,
            "fields": [
                {
                    "name": "workers", "type": "list", "nullable": False, "field_class": "hr", "unit": None, "values": [], "pseudonymised": "same", "source": "workers.id", "meaning": "Her <b>work</b>.",
                    "fields": [
                        {"name": "no", "type": "text", "nullable": True, "field_class": "hr", "unit": "pages", "values": ["a", "b"], "pseudonymised": "left_out", "source": "x.y", "meaning": "A number.", "fields": []}
                    ],
                }
            ],
        }
    ],
    "gone": "gone: nothing is left.",
}  # fmt: skip


class TestForMinistries:
    @pytest.mark.parametrize(
        ("language", "title"), [("en", "The register for a ministry’s programs"), ("fr", "Le registre pour les programmes d’un ministère"), ("vi", "Sổ đăng ký dành cho")]
    )
    async def test_the_guide_is_read_without_signing_in(self, door: Door, language: str, title: str) -> None:
        async with door.get("/docs/ministries", headers={"Accept-Language": language}) as answer:
            page = await answer.text()
            assert (answer.status, answer.content_type, answer.headers["Content-Language"]) == (200, "text/html", language)
        assert title in page and "ministry-sandbox" in page and "<script" not in page
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)) and set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)

    async def test_the_dictionary_is_the_registrys_own(self, door: Door, registry: SmallService) -> None:
        registry.dictionary = DICTIONARY
        async with door.get("/docs/dictionary.json") as answer:
            assert await answer.json() == DICTIONARY
        async with door.get("/docs/dictionary", headers={"Accept-Language": "fr"}) as answer:
            page = await answer.text()
        assert registry.last.one("accept-language") == "fr"
        for said in ("workers[].no", "text | null", "a | b", "omis", "Her &lt;b&gt;work&lt;/b&gt;.", "gone: nothing is left."):
            assert said in page, said

    async def test_a_registry_that_never_answered_is_said_to_be_away(self, door: Door, registry: SmallService) -> None:
        async with door.get("/docs/dictionary.json") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")

    async def test_outside_a_demo_no_secret_stands_in_the_guide(self) -> None:
        guide = Guide(Upstream("registry", "127.0.0.1", 1), Settings.model_construct(**Settings(env="test").model_dump() | {"env": "production"}), _environment(), b"")
        _status, _headers, page = await guide.answer("/docs/ministries", "en")
        assert b"sandbox-secret" not in page and b"your-client" in page


def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(Path(docs.__file__).parent / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(style="")
    return made


@pytest.mark.parametrize("title", ["Problem", "registry.Problem", "registry.services__registry__merges__schemas__Problem"])
def test_a_shape_is_called_by_its_name_alone(title: str) -> None:
    assert short(title) == "Problem"
