"""No body sets what is not its to set: every unknown and every read-only field, at every depth of every body, is refused by name.

Generated from the services' own descriptions; whoever asks holds every role in the authority, so that nothing but the field is refused.
"""

from typing import Any

import orjson

from shared.auth import ROLES
from tests.access.conftest import Filled
from tests.access.door import ask
from tests.access.requests import Asked, Asker, Operation
from tests.access.rows import HOSPITALS
from tests.access.test_crossing import nothing, rows_now
from tests.support.identity import TestIssuer

READ_ONLY = "id row_id state version authority_path shared_with recorded_at recorded_by created_at created_by updated_at content_hash role roles scope is_admin __class__ constructor".split()
NEVER_SAID = {"row_id", "version", "authority_path", "shared_with", "recorded_at", "recorded_by", "created_at", "created_by", "content_hash"}


def objects_of(operation: Operation, schema: dict[str, Any], path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Every object of a body with the way to it."""
    schema = operation.resolved(schema)
    if schema.get("type") == "array":
        return objects_of(operation, schema.get("items", {}), (*path, 0))
    if "properties" not in schema:
        return []
    below = [found for name, field in schema["properties"].items() for found in objects_of(operation, field, (*path, name))]
    return [(path, schema), *below]


def bodies_with_more(operation: Operation, asker: Asker) -> list[tuple[tuple[str | int, ...], set[str], Any]]:
    """The fullest body, once for each of its objects, which then holds fields that are not its own."""
    root = operation.body_schema
    assert root is not None
    found = []
    for path, schema in objects_of(operation, root):
        body: Any = asker.filled(operation, root)
        inner = body
        for step in path:
            inner = inner[step]
        more = {name for name in READ_ONLY if name not in schema["properties"]}
        inner |= dict.fromkeys(more, "x")
        found.append((path, more, body))
    return found


class TestEveryBody:
    async def test_refuses_what_is_not_its_own_and_changes_nothing(self, service: Filled, issuer: TestIssuer, postgres: Any) -> None:
        token, asker = issuer.person("linh", roles=sorted(ROLES)), Asker(service.things, HOSPITALS, service.kinds)
        before, taken = await rows_now(service, postgres), []
        for operation in service.operations:
            if operation.body_schema is None:
                continue
            target = next(asker.requests(operation)).target
            for path, more, body in bodies_with_more(operation, asker):
                answer = await ask(service.app, Asked(operation.method, target, orjson.dumps(body)), token)
                place = "".join(f"{step}." for step in path)
                refused = {field["path"] for field in answer.json().get("fields", [])} if answer.status == 422 else set()
                if missed := sorted(more - {name.removeprefix(place) for name in refused}):
                    taken.append(f"{operation.name} {place}: {answer.status}, not refused: {', '.join(missed)}")
        nothing(taken)
        after = await rows_now(service, postgres)
        nothing([table for table in before if before[table] != after[table]])

    def test_never_asks_for_what_the_system_sets(self, each_service: Filled) -> None:
        nothing(
            [
                f"{operation.name}: {sorted(NEVER_SAID & schema['properties'].keys())}"
                for operation in each_service.operations
                if operation.body_schema is not None
                for _path, schema in objects_of(operation, operation.body_schema)
                if NEVER_SAID & schema["properties"].keys()
            ]
        )
