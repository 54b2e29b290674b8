"""What becomes of the lines of an import, and what the earlier lines of the same file said."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.auth import Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.imports.cells import Fault

IGNORED = _("The same line stands in row {other} already: ignored.")


@dataclass(frozen=True)
class Verdict:
    """What becomes of a line: good, bad or unchanged, and why."""

    row: int
    state: str
    line: Any = None
    faults: Sequence[tuple[str | None, Fault]] = ()

    @classmethod
    def good(cls, line: Any) -> "Verdict":
        return cls(line.row, "good", line)

    @classmethod
    def bad(cls, row: int, column: str | None, reason: str, **values: Any) -> "Verdict":
        return cls(row, "bad", None, [(column, Fault(reason, **values))])

    @classmethod
    def recorded(cls, line: Any) -> "Verdict":
        """The register says the same already: counted, and no word about it."""
        return cls(line.row, "unchanged")

    @classmethod
    def unchanged(cls, row: int, reason: str, **values: Any) -> "Verdict":
        return cls(row, "unchanged", None, [(None, Fault(reason, **values))])


@dataclass
class Memory:
    """What the earlier lines of the same file said, so that lines are judged against each other across chunks."""

    said: dict[Hashable, tuple[int, int]] = field(default_factory=dict)
    kept: dict[Hashable, list[Any]] = field(default_factory=dict)
    also_bad: list[Verdict] = field(default_factory=list)

    def again(self, line: Any, key: Hashable) -> Verdict | None:
        """Judge a repetition: an identical line is ignored; one key for two things refuses both."""
        content = hash(replace(line, row=0))
        earlier = self.said.setdefault(key, (line.row, content))
        if earlier[0] == line.row:
            return None
        if earlier[1] == content:
            return Verdict.unchanged(line.row, IGNORED, other=earlier[0])
        self.also_bad.append(Verdict.bad(earlier[0], None, _("Row {other} says something else under the same number or code."), other=line.row))
        return Verdict.bad(line.row, None, _("Row {other} says something else under the same number or code."), other=earlier[0])


def refused(row: int, column: str, permission: Permission) -> Verdict | None:
    return Verdict.bad(row, column, permission.text, **permission.values) if isinstance(permission, Refusal) else None
