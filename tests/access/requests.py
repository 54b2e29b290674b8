"""Requests made from a service's own description: a new route is asked without being listed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from tests.access.rows import Owner, Things, thing_of

FACILITIES = {"facility", "facility_code", "giver", "giver_code", "source_code", "core", "core_code", "supervisor"}
OTHER_SIDE = {"receiver", "receiver_code", "destination"}
TEXT = "Nội dung thử"


class CannotAsk(Exception):
    """No request can be made for this route: the generator must learn what it asks for."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    target: str
    body: bytes | None = None
    content_type: str = "application/json"


@dataclass(frozen=True)
class Operation:
    """One method of one route, as the service describes it."""

    service: str
    method: str
    path: str
    said: dict[str, Any]
    schemas: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def body_schema(self) -> dict[str, Any] | None:
        content = self.said.get("requestBody", {}).get("content", {})
        return self.resolved(content["application/json"]["schema"]) if "application/json" in content else None

    @property
    def form_schema(self) -> dict[str, Any] | None:
        content = self.said.get("requestBody", {}).get("content", {})
        return self.resolved(content["multipart/form-data"]["schema"]) if "multipart/form-data" in content else None

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema behind references, and the first alternative that is not null."""
        while True:
            if "$ref" in schema:
                schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
            elif "allOf" in schema and len(schema["allOf"]) == 1:
                schema = schema["allOf"][0]
            elif branches := schema.get("anyOf") or schema.get("oneOf"):
                schema = next(branch for branch in branches if branch.get("type") != "null")
            else:
                return schema


def operations_of(service: str, description: dict[str, Any]) -> list[Operation]:
    return [
        Operation(service, method.upper(), path, said, description["components"]["schemas"]) for path, methods in description["paths"].items() for method, said in methods.items()
    ]


class Asker:
    """Makes the requests of a service about the things of one owner. `kinds` are those whose history it tells."""

    def __init__(self, things: Things, owner: Owner, kinds: Sequence[str] = ()) -> None:
        self.things, self.owner, self.kinds = things, owner, kinds

    def requests(self, operation: Operation) -> Iterator[Asked]:
        """The plain request, and those with every filter; with the smallest and with the fullest body."""
        path = self._path(operation)
        queries = list(dict.fromkeys(self._queries(operation)))
        if schema := operation.body_schema:
            for full in (False, True):
                body = self.value(operation, "", schema, full=full)
                yield Asked(operation.method, path + queries[0], orjson.dumps(body))
        elif schema := operation.form_schema:
            yield self._form(operation, path, schema)
        else:
            yield from (Asked(operation.method, path + query) for query in queries)

    def _path(self, operation: Operation) -> str:
        path = operation.path
        for parameter in operation.said.get("parameters", []):
            if parameter["in"] == "path":
                value = self._parameter(operation, parameter["name"], operation.resolved(parameter["schema"]) | _examples(parameter))
                if value is None:
                    raise CannotAsk(f"{operation.name}: no row of any table has a {parameter['name']}")
                path = path.replace("{" + parameter["name"] + "}", quote(str(value), safe=""))
        return path

    def _queries(self, operation: Operation) -> Iterator[str]:
        known: dict[str, tuple[bool, Any]] = {}
        for parameter in operation.said.get("parameters", []):
            if parameter["in"] == "query" and parameter["name"] != "cursor":
                value = self._parameter(operation, parameter["name"], operation.resolved(parameter["schema"]) | _examples(parameter))
                if value is None and parameter.get("required"):
                    raise CannotAsk(f"{operation.name}: nothing to say for {parameter['name']}")
                if value is not None:
                    known[parameter["name"]] = (bool(parameter.get("required")) or parameter["name"] == "area", value)
        needed = {name: value for name, (required, value) in known.items() if required}
        if "subject_kind" in needed:
            yield from (_query({"subject_kind": kind, "subject_id": self.owner.id_of(self.things.named(kind) or kind)}) for kind in self.kinds)
            return
        yield _query(needed)
        for name, (required, value) in known.items():
            if not required:
                yield _query(needed | {name: value})

    def _parameter(self, operation: Operation, name: str, schema: dict[str, Any]) -> Any:
        if name == "limit":
            return 200
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        if schema.get("type") == "array":
            return self._parameter(operation, name, operation.resolved(schema.get("items", {})))
        if schema.get("format") == "uuid":
            thing = self.things.named(name) or self.things.named(_resource(operation.path))
            return str(self.owner.id_of(thing)) if thing else None
        if schema.get("format") == "date":
            return "2025-10-01"
        if name in FACILITIES:
            return self.owner.facility
        if name in OTHER_SIDE:
            return self.owner.other_side
        match schema.get("type"):
            case "integer" | "number":
                return {"year": 2025, "months": 1, "number": 1}.get(name, max(1, int(schema.get("minimum", 1))))
            case "boolean":
                return "true"
        if name in ("authority", "area", "within", "area_code", "code"):
            return self.owner.facility[:5]
        if name == "reference":
            return self.owner.word(f"{_resource(operation.path).replace('-', '_')} reference")
        if schema.get("examples"):
            return schema["examples"][0]
        return _text(name, schema)

    def filled(self, operation: Operation, schema: dict[str, Any]) -> Any:
        """A body with every field, so that each of its objects is there."""
        return self.value(operation, "body", schema, full=True)

    def value(self, operation: Operation, name: str, schema: dict[str, Any], *, full: bool) -> Any:
        """A value of a body's field that its schema accepts."""
        schema = operation.resolved(schema)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        match schema.get("type"):
            case "object" if schema.get("examples") and not name:
                return self._example(operation, schema, schema["examples"][-1 if full else 0])
            case "object" if "properties" in schema:
                wanted = schema["properties"] if full else schema.get("required", [])
                return {field: self.value(operation, field, schema["properties"][field], full=full) for field in wanted}
            case "object":
                return {}
            case "array":
                count = max(1 if full else 0, schema.get("minItems", 0))
                return [self.value(operation, name, schema.get("items", {}), full=full) for _ in range(count)]
            case "boolean":
                return True
            case "integer" | "number":
                if name in ("year", "year_from", "year_to"):
                    return 2025
                if name.startswith("target"):
                    return int(schema.get("maximum", 5))
                low = schema.get("exclusiveMinimum", schema.get("minimum", 1))
                value = low + 1 if "exclusiveMinimum" in schema else low
                return int(max(value, 1)) if schema.get("maximum", 1) >= 1 else value
        if schema.get("format") == "uuid":
            return str(self.owner.id_of(self.things.named(name) or thing_of(name)))
        if schema.get("format") == "date":
            return "2025-12-01" if re.search(r"end|_to$|until", name) else "2025-09-01"
        if name in FACILITIES or name.endswith("facility_code"):
            return self.owner.facility
        if name in OTHER_SIDE:
            return self.owner.other_side
        if schema.get("examples"):
            return schema["examples"][0]
        return _text(name, schema)

    def _example(self, operation: Operation, schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
        """The description's own example, about this owner's things."""
        said = {}
        for name, value in example.items():
            field = operation.resolved(schema["properties"][name])
            about_owner = field.get("format") == "uuid" or name in FACILITIES | OTHER_SIDE or name.endswith("facility_code")
            said[name] = self.value(operation, name, field, full=True) if about_owner else value
        return said

    def _form(self, operation: Operation, path: str, schema: dict[str, Any]) -> Asked:
        """A file with one line, in multipart/form-data."""
        parts = []
        for name, field in schema["properties"].items():
            known = operation.resolved(field)
            if known.get("format") == "binary" or known.get("contentMediaType"):
                parts.append(
                    f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\nperson,facility\r\n{self.owner.id_of("person")},{self.owner.facility}\r\n'
                )
            else:
                parts.append(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{self._parameter(operation, name, known)}\r\n')
        return Asked(operation.method, path, ("".join(parts) + "--b--\r\n").encode(), "multipart/form-data; boundary=b")


def _examples(parameter: dict[str, Any]) -> dict[str, Any]:
    """The examples that a description gives beside the schema."""
    found = parameter.get("examples") or parameter["schema"].get("examples")
    return {"examples": [one["value"] for one in found.values()] if isinstance(found, dict) else list(found)} if found else {}


def _resource(path: str) -> str:
    """The plural noun that a route is about: the last one outside braces."""
    return [part for part in path.split("/") if part and "{" not in part][-1]


def _query(values: dict[str, Any]) -> str:
    return f"?{urlencode(values)}" if values else ""


_PATTERNS = {
    r"^[A-Z]{2}(-[A-Za-z0-9]+)*$": "VN-22", r"^[a-z0-9]+([_-][a-z0-9]+)*$": "surgery", r"^[A-Z]{3}$": "VND", r"^[A-Z]{2}(-[A-Z0-9]+)+$": "VN-BS", r"^[A-Z]{2}$": "VN", r"^[a-z]{3,40}$": "rotation",
    r"^\S+#\S+$": "https://id.test#somebody", r"^[A-Za-z0-9_-]{32,100}$": "a-secret-of-a-private-link-that-opens-nothing", r"^[a-z0-9]+(-[a-z0-9]+)*$": "surgery", r"^[a-z][a-z-]*$": "surgery", r"^(active|conflicting)$": "active", r"^[A-Z][a-z]{3}$": "Latn", r"^[A-Z]{2}-[A-Z0-9]{1,3}$": "CN-GX",
    r"^/(territories|facilities)/[A-Za-z0-9-]{2,60}$": "/territories/VN-22",
    r"^[A-Z0-9][A-Z0-9._/-]*$": "HSCC", r"^\d{4}-\d{2}$": "2025-09", r"^[A-Za-z0-9.-]+$": "x", r"^[^{}]*(\{year\}[^{}]*)?\{number\}[^{}]*(\{year\}[^{}]*)?$": "{number}/{year}",
}  # fmt: skip


def _text(name: str, schema: dict[str, Any]) -> str:
    if pattern := schema.get("pattern"):
        if pattern not in _PATTERNS:
            raise CannotAsk(f"{name}: no text is known that matches {pattern}")
        return _PATTERNS[pattern]
    found = {"currency": "VND", "specialty": "surgery", "country": "VN", "month": "2025-09"}.get(name, TEXT)
    return (found * 50)[: schema.get("minLength", len(found))] if schema.get("minLength", 0) > len(found) else found[: schema.get("maxLength", 10_000)]
