"""The compose file as Docker would read it: with its variables filled in."""

import re
from pathlib import Path
from typing import Any

import yaml

from deploy.compose.init import Installation

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::(-|\?)([^}]*))?\})")


class NotSaid(Exception):
    """A variable that must be said is not."""


def read(environment: str) -> dict[str, Any]:
    said = dict(line.split("=", 1) for line in environment.splitlines())

    def fill(found: re.Match[str]) -> str:
        name, kind, word = found.groups()
        if name is None:
            return "$"
        if not said.get(name) and kind == "?":
            raise NotSaid(f"{name}: {word}")
        return said.get(name) or (word or "")

    filled: dict[str, Any] = yaml.safe_load(VARIABLE.sub(fill, FILE.read_text(encoding="utf-8")))
    return filled


def composed(*, demo: bool = False, url: str = "https://relais.example.org") -> dict[str, Any]:
    return read(Installation(url, demo).environment())


def is_ours(part: dict[str, Any]) -> bool:
    return str(part["image"]).startswith("relais:")


def duty(part: dict[str, Any]) -> str:
    return str(part["command"][0])
