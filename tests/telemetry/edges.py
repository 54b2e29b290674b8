"""Compares the shape of a trace with the shape it must have."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Edge:
    """Work of one kind in one service that leads to work of another kind or in another service."""

    parent: str
    child: str
    why: str
    parent_name: str = "*"
    child_name: str = "*"

    def is_in(self, found: Mapping[str, Any]) -> bool:
        return (
            self.parent == found["parent"]
            and self.child == found["child"]
            and fnmatchcase(found["parent_name"], self.parent_name)
            and fnmatchcase(found["child_name"], self.child_name)
        )

    def __str__(self) -> str:
        return f"{self.parent} -> {self.child} ({self.child_name}): {self.why}"


def read_edges(path: Path) -> list[Edge]:
    return [Edge(**entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["edges"]]


def missing_edges(expected: Sequence[Edge], found: Iterable[Mapping[str, Any]]) -> list[Edge]:
    """Those of the expected edges that the trace does not have. Edges beyond them are no fault."""
    known = list(found)
    return [edge for edge in expected if not any(edge.is_in(entry) for entry in known)]
