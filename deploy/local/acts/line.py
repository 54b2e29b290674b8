"""One line of an act file, and how it becomes a request."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from deploy.local.acts.files import rows

ANYONE = "anyone"
"""Who does an act without having signed in."""
TRUE_WORDS = {"yes", "true", "1"}


class Asks(Protocol):
    """What a finder may do: ask the API as a person of the story, and look up what earlier lines made."""

    def ask(self, person: str, method: str, path: str, **options: Any) -> dict[str, Any]: ...

    def find(self, kind: str, reference: str) -> str: ...


Finder = Callable[[Asks, str, str], str | None]
"""Told who plays, an account that may look, and a reference: the identifier of what exists already, or None."""


@dataclass(frozen=True)
class Act:
    """How a line of an act file becomes a request: where to, and the body made of its columns."""

    path: "str | Callable[[Line], str]"
    body: Callable[["Line"], dict[str, Any]]
    refusal: Callable[[dict[str, Any]], str | None] = lambda _answer: None
    """What an answer to many at once refused, in a sentence."""
    files: "Callable[[Line], dict[str, Path]]" = lambda _line: {}
    """Files that go with it, by the name of their field: they and the body are then sent as a form."""
    on_page: bool = False
    """Done by the form of a page, as a browser does it: `path` is the page, and nothing is answered but whether it was taken."""


@dataclass
class Line:
    """One line of an act file: its columns as a person typed them, and what earlier lines are called."""

    values: dict[str, str]
    folder: Path
    find: Callable[[str, str], str]

    def text(self, name: str) -> str:
        return self.values[name]

    def optional(self, name: str) -> str | None:
        return self.values.get(name) or None

    def number(self, name: str) -> int:
        return int(self.values[name])

    def yes(self, name: str) -> bool:
        return self.values[name].lower() in TRUE_WORDS

    def words(self, name: str) -> list[str]:
        return self.values[name].split()

    def id_of(self, kind: str, column: str | None = None) -> str:
        """The identifier of the thing that a column names by its reference."""
        return self.find(kind, self.values[column or kind])

    def table(self, name: str) -> list[dict[str, str]]:
        """The rows of the file that a column names as `@file`."""
        return list(rows(self.folder / self.values[name].removeprefix("@")))

    def file(self, name: str) -> Path:
        """The file beside the acts that a column names as `@file`."""
        return self.folder / self.values[name].removeprefix("@")

    def common(self, *names: str) -> dict[str, Any]:
        """Columns taken as they are, with the day and the reference of the act."""
        chosen = {name: self.optional(name) for name in ("reference", "done_on", *names) if name in self.values}
        return {name: value for name, value in chosen.items() if value is not None}
