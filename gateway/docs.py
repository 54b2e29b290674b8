"""One documentation page for all services: their OpenAPI documents gathered, merged and drawn by us.

It needs no script, no outside asset and no sign-in: what may be asked is no secret, what is answered is.
"""

import asyncio
import base64
import gzip
import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from gateway.answers import Headers
from gateway.guide import Guide
from gateway.health import Answer, Once
from gateway.routes import GATEWAY, ROUTES, Access
from gateway.upstream import Upstream, UpstreamError
from shared.errors import TITLES, NotFound
from shared.i18n import LANGUAGES, translate
from shared.settings import Settings

KEPT_SECONDS = 5.0  # short: the page must not say for long that a service is away
ASKED_SECONDS = 5.0
METHODS = ("get", "post", "put", "patch", "delete")
SCHEMA = "#/components/schemas/"
SHARED_SCHEMAS = {"Problem"}  # the same in every service: told once
DEPTH = 6  # of an example drawn from a schema

SERVICES = tuple(dict.fromkeys(route.service for route in ROUTES if route.service and route.access is Access.TOKEN and route.service != GATEWAY))

logger = logging.getLogger("relais.gateway")


@dataclass
class Operation:
    """One thing that one may ask."""

    method: str
    path: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    body: dict[str, Any] | None
    body_type: str
    example: str
    answers: list[tuple[str, str, dict[str, Any] | None]]
    scopes: list[str]
    is_public: bool
    anchor: str


@dataclass
class Chapter:
    """One service."""

    name: str
    title: str
    description: str
    is_reachable: bool
    groups: dict[str, list[Operation]] = field(default_factory=dict)
    schemas: dict[str, dict[str, Any]] = field(default_factory=dict)


class Documentation:
    """`/docs` (the page) and `/docs/openapi.json` (the same, for programs); below them the guide for ministries and the dictionary."""

    def __init__(self, upstreams: Mapping[str, Upstream], known: Settings) -> None:
        self._upstreams, self._public_url = upstreams, known.public_url
        self._known: dict[str, dict[str, Any]] = {}  # the last document of each service: shown while it is away
        self._gathered = Once(self._gather, KEPT_SECONDS)
        self._drawn: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.filters |= {"kind": kind_of, "short": short}
        style = (Path(__file__).parent / "templates" / "docs.css").read_text()
        self._environment.globals.update(style=Markup(style), anchor_of=anchor_of)  # noqa: S704 - a file of ours
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self._policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'".encode()
        self._guide = Guide(upstreams["registry"], known, self._environment, self._policy)

    async def answer(self, path: str, language: str, asked: Iterable[tuple[bytes, bytes]]) -> Answer:
        if path in Guide.PATHS:
            return await self._guide.answer(path, language)
        if path.rstrip("/") not in ("/docs", "/docs/openapi.json"):
            raise NotFound
        version, documents = await self._gathered.get()
        what = "json" if path.endswith("json") else language
        if (what, version) not in self._drawn:
            self._drawn = {key: drawn for key, drawn in self._drawn.items() if key[1] == version}
            plain = orjson.dumps(merged(documents, self._public_url)) if what == "json" else self._page(documents, language).encode()
            self._drawn[what, version] = plain, gzip.compress(plain, 6, mtime=0)
        plain, compressed = self._drawn[what, version]
        etag = f'"{version}-{what}"'.encode()
        said = dict(asked)
        headers: Headers = [(b"etag", etag), (b"cache-control", b"public, max-age=5"), (b"vary", b"accept-encoding, accept-language")]
        if what == "json":
            headers.append((b"content-type", b"application/json"))
        else:
            headers += [(b"content-type", b"text/html; charset=utf-8"), (b"content-language", language.encode()), (b"content-security-policy", self._policy)]
        if etag in said.get(b"if-none-match", b""):
            return 304, headers, b""
        if b"gzip" in said.get(b"accept-encoding", b""):
            return 200, [*headers, (b"content-encoding", b"gzip")], compressed
        return 200, headers, plain

    async def _gather(self) -> tuple[str, dict[str, dict[str, Any] | None]]:
        """Each service's document, as it is now or as it was last seen; None for one never seen."""
        await asyncio.gather(*(self._fetch(name) for name in SERVICES))
        documents = {name: self._known.get(name) for name in SERVICES if name in self._known or name != "traces"}
        return hashlib.sha256(orjson.dumps(documents, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16], documents

    async def _fetch(self, name: str) -> None:
        try:
            status, body = await self._upstreams[name].fetch(f"/api/v1/{name}/openapi.json", ASKED_SECONDS)
            found = orjson.loads(body) if status == 200 else None
        except (UpstreamError, orjson.JSONDecodeError) as error:
            logger.info("no documentation", extra={"service_asked": name, "kind": type(error).__name__})
            return
        if isinstance(found, dict):
            self._known[name] = found

    def _page(self, documents: dict[str, dict[str, Any] | None], language: str) -> str:
        chapters = [chapter_of(name, document) for name, document in documents.items()]
        problem = next((chapter.schemas["Problem"] for chapter in chapters if "Problem" in chapter.schemas), None)
        for chapter in chapters:
            chapter.schemas.pop("Problem", None)
        problems = [(status, translate(title, language)) for status, title in sorted(TITLES.items())]
        return self._environment.get_template("docs.html").render(
            chapters=chapters,
            problem=problem,
            problems=problems,
            language=language,
            languages=LANGUAGES,
            public_url=self._public_url,
            _=lambda text: translate(text, language),
        )


# --- reading OpenAPI -------------------------------------------------------------------------------------------------


def merged(documents: Mapping[str, dict[str, Any] | None], public_url: str) -> dict[str, Any]:
    """One OpenAPI document of all services; a schema that several name alike carries its service's name."""
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Relais", "version": "1", "description": "Human resources in health: every service behind one door."},
        "servers": [{"url": public_url}],
        "tags": [],
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {}},
        "security": [{"token": []}],
    }
    for name, document in documents.items():
        if document is None:
            continue
        own = renamed(document, name)
        whole["tags"].append({"name": name, "description": own.get("info", {}).get("description", "")})
        for path, item in own.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    operation = item[method]
                    operation["tags"] = [name, *operation.get("tags", [])]
                    if "operationId" in operation:
                        operation["operationId"] = f"{name}_{operation['operationId']}"
            whole["paths"][path] = item
        components = own.get("components", {})
        whole["components"]["schemas"] |= {title if title in SHARED_SCHEMAS else f"{name}.{title}": schema for title, schema in components.get("schemas", {}).items()}
        whole["components"]["securitySchemes"] |= components.get("securitySchemes", {})
    return whole


def renamed(found: Any, service: str) -> Any:
    """A copy in which references to schemas carry the service's name."""
    if isinstance(found, dict):
        return {key: _reference(value, service) if key == "$ref" and isinstance(value, str) else renamed(value, service) for key, value in found.items()}
    if isinstance(found, list):
        return [renamed(value, service) for value in found]
    return found


def _reference(reference: str, service: str) -> str:
    title = reference.removeprefix(SCHEMA)
    return reference if title == reference or title in SHARED_SCHEMAS else f"{SCHEMA}{service}.{title}"


def chapter_of(name: str, document: dict[str, Any] | None) -> Chapter:
    if document is None:
        return Chapter(name, name, "", is_reachable=False)
    own = renamed(document, name)
    info = own.get("info", {})
    schemas = {title if title in SHARED_SCHEMAS else f"{name}.{title}": schema for title, schema in own.get("components", {}).get("schemas", {}).items()}
    chapter = Chapter(name, str(info.get("title", name)), str(info.get("description", "")), is_reachable=True, schemas=schemas)
    for path, item in own.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                operation = operation_of(method, path, item[method], item.get("parameters", []), schemas)
                group = str(next(iter(item[method].get("tags", [])), "") or path.removeprefix(f"/api/v1/{name}/").split("/")[0])
                chapter.groups.setdefault(group, []).append(operation)
    return chapter


def operation_of(method: str, path: str, told: dict[str, Any], common: list[dict[str, Any]], schemas: Mapping[str, Any]) -> Operation:
    content: dict[str, Any] = told.get("requestBody", {}).get("content", {})
    body_type = next(iter(content), "")
    media: dict[str, Any] = content.get(body_type, {})
    body = media.get("schema")
    example = media.get("example") or next((value.get("value") for value in media.get("examples", {}).values()), None)
    if example is None and body is not None and "json" in body_type:
        example = example_of(body, schemas)
    answers = []
    for status, answer in told.get("responses", {}).items():
        shown: dict[str, dict[str, Any]] = answer.get("content", {})
        answers.append((str(status), str(answer.get("description", "")), next(iter(shown.values()), {}).get("schema") if shown else None))
    required = told.get("security")
    return Operation(
        method=method.upper(),
        path=path,
        # FastAPI makes a summary of the function's name; the rule in one sentence tells more.
        summary=str(told.get("description", "")).split("\n")[0] or str(told.get("summary", "")),
        description="\n".join(str(told.get("description", "")).split("\n")[1:]).strip(),
        parameters=[*common, *told.get("parameters", [])],
        body=body,
        body_type=body_type,
        example=orjson.dumps(example, option=orjson.OPT_INDENT_2).decode() if example is not None else "",
        answers=answers,
        scopes=sorted({scope for need in required or [] for scopes in need.values() for scope in scopes}),
        is_public=required == [],
        anchor=anchor_of(f"{method}-{path}"),
    )


def example_of(schema: dict[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """A value of the schema's shape: what it gives as example, else its default, else a plain value of the kind."""
    if "$ref" in schema:
        found = schemas.get(str(schema["$ref"]).removeprefix(SCHEMA), {})
        return example_of(found, schemas, depth + 1) if depth < DEPTH else {}
    if schema.get("examples"):
        return schema["examples"][0]
    for key in ("example", "const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        options = [option for option in schema.get(key, []) if option.get("type") != "null"]
        if options:
            return example_of(options[0], schemas, depth + 1)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return {name: example_of(inner, schemas, depth + 1) for name, inner in schema.get("properties", {}).items()} if depth < DEPTH else {}
    if kind == "array":
        return [example_of(schema.get("items", {}), schemas, depth + 1)] if depth < DEPTH else []
    formats = {
        "date": "2025-03-09",
        "date-time": "2025-03-09T08:00:00Z",
        "uuid": "0195798e-1c00-7000-8000-000000000000",
        "uri": "https://example.org",
        "email": "someone@example.org",
    }
    return {"integer": 1, "number": 1.5, "boolean": True, "string": formats.get(str(schema.get("format")), "…")}.get(str(kind))


def kind_of(schema: dict[str, Any] | None) -> Markup:
    """A schema in a few words, with links to the named ones."""
    if not schema:
        return Markup("")
    if "$ref" in schema:
        title = str(schema["$ref"]).removeprefix(SCHEMA)
        return Markup('<a href="#{}">{}</a>').format(anchor_of(f"schema-{title}"), short(title))
    for key, between in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
        if schema.get(key):
            return Markup(between).join(  # noqa: S704 - one of ours, just above
                kind_of(option) for option in schema[key]
            )
    if "const" in schema:
        return escape(orjson.dumps(schema["const"]).decode())
    if schema.get("enum"):
        return escape(" | ".join(str(value) for value in schema["enum"]))
    kind = schema.get("type", "")
    if isinstance(kind, list):
        return escape(" | ".join(str(one) for one in kind))
    if kind == "array":
        return Markup("[ {} ]").format(kind_of(schema.get("items", {})))
    return escape(f"{kind} ({schema['format']})" if schema.get("format") else str(kind))


def short(title: str) -> str:
    """The name of a shape without its service, and without the module that tells two of one name apart."""
    return title.rpartition(".")[2].rpartition("__")[2]


def anchor_of(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-").lower()
