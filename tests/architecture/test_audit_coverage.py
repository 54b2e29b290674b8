"""Whoever changes something leaves a record: every route that may change a thing reaches `record_audit`, from its function through all that it calls.

Read from the source, so that a new route is looked at without being listed. What only asks, in a body because a name or
many ids must not stand in an address, is listed with its reason.
"""

import ast
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ["registry", "recruitment", "training", "appointment", "rotation", "observatory"]
CHANGING = {"post", "put", "patch", "delete"}
RECORDING = {"record_audit", "record_audits", "record_reads"}

# Routes that change nothing, by service and function, each with its reason.
ASKING: dict[tuple[str, str], str] = {
    ("registry", "persons.api.create_search"): "finds people by name; what is kept of it for its next page goes by itself",
    ("registry", "persons.api.look_up_names"): "turns identifiers into names",
    ("registry", "persons.api.count_shares"): "counts, and names nobody",
    ("registry", "clients.api.count_usage"): "takes the gateway's count of requests; the quota behind it is audited when it is set",
    ("recruitment", "applications.api.read_by_key"): "shows an application to whoever holds its private link, which must not stand in an address",
    ("recruitment", "contests.public_api.read_contest_application_by_key"): "shows an application to a contest to whoever holds its private link",
    ("appointment", "commitments.preview.create_preview"): "computes what a commitment would be",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Place = tuple[str, Function]


def statements(block: ast.AST) -> Iterator[ast.AST]:
    """Those of a block and of the blocks in it, without looking into expressions: where a name is defined or imported."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for statement in getattr(block, part, ()):
            yield statement
            yield from statements(statement)


class Module:
    """What a module defines, and where the names come from that it uses."""

    def __init__(self, path: Path) -> None:
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text("utf-8"))
        self.functions: dict[str, list[Function]] = {}
        self.methods: set[Function] = set()
        self.imported: dict[str, tuple[str, str]] = {}
        for node in statements(tree):
            if isinstance(node, Function):
                self.functions.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.ClassDef):
                self.methods |= {method for method in node.body if isinstance(method, Function)}
            elif isinstance(node, ast.ImportFrom) and node.module:
                self.imported |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}

    @cached_property
    def neighbours(self) -> set[str]:
        """Modules that it takes something from, itself first: where a method that it calls may be written."""
        return {self.name, *(module for module, _ in self.imported.values())}


@cache
def modules() -> dict[str, Module]:
    paths = [path for folder in ("services", "shared") for path in sorted((ROOT / folder).rglob("*.py")) if not {"migrations", "portal"} & set(path.parts)]
    return {module.name: module for module in map(Module, paths)}


@cache
def called(place: Place) -> list[Place]:
    return list(_called(place))


@cache
def records_itself(function: Function) -> bool:
    return any(isinstance(node, ast.Name) and node.id in RECORDING for node in ast.walk(function))


def _called(place: Place) -> Iterator[Place]:
    """What a function calls or hands on: a procedure may be given to another as an argument."""
    module = modules()[place[0]]
    for node in ast.walk(place[1]):
        if isinstance(node, ast.Name):
            source, name = module.imported.get(node.id, (module.name, node.id))
            yield from ((source, function) for function in (modules()[source].functions.get(name, ()) if source in modules() else ()))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and ".".join(module.imported.get(node.value.id, ())) in modules():
            source = ".".join(module.imported[node.value.id])
            yield from ((source, function) for function in modules()[source].functions.get(node.attr, ()))
        elif isinstance(node, ast.Attribute):
            for source in module.neighbours & modules().keys():
                own = source == module.name or not source.startswith("shared.")
                yield from ((source, function) for function in modules()[source].functions.get(node.attr, ()) if own and function in modules()[source].methods)


def records(start: Place) -> bool:
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        place = waiting.pop()
        if id(place[1]) in seen:
            continue
        seen.add(id(place[1]))
        if records_itself(place[1]):
            return True
        waiting += called(place)
    return False


def routes(service: str) -> Iterator[Place]:
    """Functions under `@router.post(…)`, `@quick(…, method="POST")` and their like, of this service and of what all services mount."""
    for module in modules().values():
        if module.name.startswith((f"services.{service}.", "shared.")):
            for function in (function for found in module.functions.values() for function in found):
                calls = [d for d in function.decorator_list if isinstance(d, ast.Call)]
                verbs = {d.func.attr for d in calls if isinstance(d.func, ast.Attribute)}
                verbs |= {str(k.value.value).lower() for d in calls for k in d.keywords if k.arg == "method" and isinstance(k.value, ast.Constant)}
                if verbs & CHANGING:
                    yield module.name, function


@pytest.mark.parametrize("service", SERVICES)
def test_every_change_leaves_a_record(service: str) -> None:
    found = list(routes(service))
    assert found
    silent = {f"{place[0].removeprefix(f'services.{service}.')}.{place[1].name}" for place in found if not records(place)}
    assert silent == {name for of, name in ASKING if of == service}
