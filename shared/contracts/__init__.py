"""Contracts: what each service promises to the others, as JSON Schema with an example, one file per type of event.

A promise may grow: a new field harms nobody. A field that changes or goes breaks those who read it, and needs `v2`.
A consumer declares only the fields that it uses; everything promised to it must be something that it accepts.

    python -m shared.contracts export          write the promises of all services
    python -m shared.contracts check           refuse a broken promise, an unwritten one, and a consumer that expects something else
"""

import hashlib
import importlib
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from shared.events import Event
from shared.inbox import Consumer
from shared.kafka import EVENT_CONTRACTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FIELD_CLASSES = ("public", "directory", "hr")
PERSONAL = re.compile(
    r"(^|_)(full_name|family_name|given_name|first_name|last_name|person_name|worker_name|birth_date|birth_year|sex|gender|phone|email|address|national_id|health|diagnosis|ballot|discipline)($|_)"
)

Schema = dict[str, Any]


# --- finding what the code declares -----------------------------------------------------------------------------------


def event_modules() -> list[str]:
    """The modules `services.<service>.<feature>.events`, of whatever services are there."""
    return sorted(_modules("*/*/events.py"))


def consumer_modules() -> list[str]:
    return sorted(_modules("*/consumers.py"))


def _modules(pattern: str) -> Iterator[str]:
    spec = importlib.util.find_spec("services")
    for folder in spec.submodule_search_locations or () if spec else ():
        for path in Path(folder).glob(pattern):
            yield ".".join(("services", *path.relative_to(folder).with_suffix("").parts))


def declared_events(modules: Iterable[str]) -> dict[str, type[Event]]:
    """The events that these modules announce, by type. A model of another service's event is what a consumer declares, no promise."""
    found: dict[str, type[Event]] = {}
    for module in modules:
        for value in vars(importlib.import_module(module)).values():
            if isinstance(value, type) and issubclass(value, Event) and value.__module__ == module and "type" in value.__dict__:
                if module.startswith("services.") and module.split(".")[1] != value.type.split(".")[0]:
                    continue
                if value.type in found:
                    raise ValueError(f"{value.type} is declared twice.")
                found[value.type] = value
    return dict(sorted(found.items()))


def declared_consumers(modules: Iterable[str]) -> list[Consumer]:
    found = [value for module in modules for value in vars(importlib.import_module(module)).values() if isinstance(value, Consumer)]
    return sorted(found, key=lambda consumer: consumer.name)


def promises(folder: Path = EVENT_CONTRACTS) -> dict[str, Schema]:
    """The written promises, by type."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


class SchemaOfEvents(GenerateJsonSchema):
    """A decimal travels as text; the schema says that it is one."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        text: JsonSchemaValue = {"type": "string", "format": "decimal"}
        return text if self.mode == "serialization" else {"anyOf": [{"type": "number"}, text]}


def accepted_by(model: type[BaseModel]) -> Schema:
    """What a consumer's model reads."""
    return model.model_json_schema(mode="validation", schema_generator=SchemaOfEvents)


# --- writing a promise ------------------------------------------------------------------------------------------------


def contract_of(event: type[Event]) -> Schema:
    """The promise of one event: its schema, the class of each field, its topic and an example that is valid."""
    schema = event.model_json_schema(mode="serialization", schema_generator=SchemaOfEvents)
    examples = schema.pop("examples", None) or [example_of(schema)]
    for field in schema["properties"].values():
        field.setdefault("x-class", event.field_class)
    valid = [event.model_validate_json(json.dumps(example)).model_dump(mode="json") for example in examples]
    return {
        "$schema": DIALECT,
        "$id": event.type,
        "x-topic": event.topic,
        "title": event.__name__,
        "description": " ".join((event.__doc__ or "").split()),
        **{name: value for name, value in schema.items() if name not in ("title", "description")},
        "examples": valid,
    }


def as_text(contract: Schema) -> str:
    return json.dumps(contract, ensure_ascii=False, indent=2) + "\n"


SAMPLES: dict[str, Any] = {
    "uuid": "0193f2a0-0000-7000-8000-000000000001",
    "decimal": "0.5",
    "date": "2025-09-01",
    "date-time": "2025-09-01T01:00:00Z",
    "code": "VN-22",
    "authority": "VN-22",
    "area_code": "VN-22",
    "authority_path": "VN.VN-22.VN-22-BVT",
    "facility_code": "VN-22-BVT",
    "occupation_code": "VN-BS",
    "isco": "2211",
    "country": "VN",
    "currency": "VND",
    "language": "vi",
}


def example_of(schema: Schema, name: str = "", definitions: Mapping[str, Schema] | None = None) -> Any:
    """A believable value for a schema, the same at each export. An event may give its own in `json_schema_extra`."""
    definitions = definitions if definitions is not None else schema.get("$defs", {})
    if "$ref" in schema:
        return example_of(definitions[schema["$ref"].rpartition("/")[2]], name, definitions)
    for given in ("const", "default"):
        if schema.get(given) is not None:
            return schema[given]
    if schema.get("enum"):
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return example_of(next(one for one in schema[choice] if one.get("type") != "null"), name, definitions)
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {key: example_of(value, key, definitions) for key, value in schema["properties"].items()}
        case "object":
            inner = schema.get("additionalProperties")
            return {"vi": example_of(inner, name, definitions)} if isinstance(inner, dict) else {}
        case "array":
            return [example_of(schema["items"], name, definitions)] if isinstance(schema.get("items"), dict) else []
        case "string":
            return SAMPLES.get(schema.get("format", "")) or SAMPLES.get(name) or ("1" if "pattern" in schema else "text")
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return False
    return None


# --- judging a promise ------------------------------------------------------------------------------------------------

MEANINGFUL = {
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "const",
    "anyOf",
    "additionalProperties",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
}


def plain(schema: Schema, definitions: Mapping[str, Schema] | None = None) -> Schema:
    """The part of a schema that says which documents are valid, in the terms that jsonsubschema understands.

    References are written out; each format and each pattern becomes a language of its own, so that a date never
    passes for an identifier.
    """
    definitions = definitions if definitions is not None else schema.get("$defs", {})
    if "$ref" in schema:
        return plain(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    kept: Schema = {}
    for key, value in schema.items():
        if key not in MEANINGFUL:
            continue
        if key == "properties":
            kept[key] = {name: plain(field, definitions) for name, field in value.items()}
        elif key == "anyOf":
            kept[key] = [plain(one, definitions) for one in value]
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            kept[key] = plain(value, definitions)
        elif key == "const":
            kept["enum"] = [value]
        elif value != []:
            kept[key] = value
    language = schema.get("format") or schema.get("pattern")
    if language and schema.get("type") == "string":
        kept["pattern"] = f"^{hashlib.sha256(language.encode()).hexdigest()[:8]}:.*$"
    return kept


def is_within(promised: Schema, expected: Schema) -> bool:
    """Whether every document that the first schema allows is one that the second accepts."""
    from jsonsubschema import isSubschema

    return bool(isSubschema(plain(promised), plain(expected)))


def broken_fields(old: Schema, new: Schema) -> list[str]:
    """The fields of the old schema that the new one no longer keeps; a document without properties is judged whole."""
    one = {"type": "object"}
    found = []
    for name in old.get("properties", {}):
        keep_old = one | {"properties": {name: old["properties"][name]}, "required": [name] if name in old.get("required", ()) else [], "$defs": old.get("$defs", {})}
        has_new = name in new.get("properties", {})
        keep_new = one | {
            "properties": {name: new["properties"][name]} if has_new else {},
            "required": [name] if name in new.get("required", ()) else [],
            "$defs": new.get("$defs", {}),
        }
        if not has_new or not is_within(keep_new, keep_old):
            found.append(name)
    return found


def judge(event: type[Event], promised: Schema | None) -> list[str]:
    """What is wrong with one event, in sentences."""
    now = contract_of(event)
    found = [
        f"{event.type}: {name} is of class {field.get('x-class')}; nothing above hr goes on a topic"
        for name, field in now["properties"].items()
        if field.get("x-class") not in FIELD_CLASSES
    ]
    found += [f"{event.type}: {name} says something personal; write an identifier instead" for name in _names(now) if PERSONAL.search(name)]
    if event.type.split(".")[0] != event.topic.split(".")[1]:
        found.append(f"{event.type}: its topic {event.topic} is another service's")
    if promised is None:
        found.append(f"{event.type}: not promised yet; run python -m shared.contracts export")
        return found
    if promised["x-topic"] != event.topic:
        found.append(f"{event.type}: the topic was {promised['x-topic']}; moving it needs a new type")
        return found
    broken = broken_fields(promised, now)
    if broken:
        found.append(f"{event.type}: {', '.join(broken)} changed or went; write {next_version(event.type)} beside it")
    elif as_text(now) != as_text(promised):
        found.append(f"{event.type}: more than what is written; run python -m shared.contracts export")
    return found


def _names(schema: Schema) -> Iterator[str]:
    yield from schema.get("properties", {})
    for inner in schema.get("$defs", {}).values():
        yield from _names(inner)


def next_version(kind: str) -> str:
    base, _, version = kind.rpartition(".v")
    return f"{base}.v{int(version) + 1}"


def judge_consumer(consumer: Consumer, written: Mapping[str, Schema]) -> list[str]:
    """Whether a consumer accepts everything that is promised to it."""
    found = []
    topics = {promise["x-topic"] for promise in written.values()}
    for topic in sorted(consumer.topics - topics):
        found.append(f"{consumer.name} hears {topic}, which nobody promises")
    for topic, replicas in consumer.replicas.items():
        for model, _ in replicas:
            for kind, promise in written.items():
                if promise["x-topic"] == topic:
                    found += _misunderstood(consumer, model, kind, promise)
    for kind, (model, _) in consumer.handlers.items():
        if kind not in written:
            found.append(f"{consumer.name} handles {kind}, which nobody promises")
        else:
            found += _misunderstood(consumer, model, kind, written[kind])
    for kind in sorted(set(written) - set(consumer.handlers)):
        if any(handled.rpartition(".")[0] == kind.rpartition(".")[0] for handled in consumer.handlers):
            found.append(f"{consumer.name} does not handle {kind}, but another version of it")
    return found


def _misunderstood(consumer: Consumer, model: type[BaseModel], kind: str, promise: Schema) -> list[str]:
    wrong = broken_fields(accepted_by(model), promise)
    required = set(accepted_by(model).get("required", ()))
    wrong = [name for name in wrong if name in promise["properties"] or name in required]
    return [f"{consumer.name}: {model.__name__} expects {', '.join(wrong)} otherwise than {kind} promises"] if wrong else []
