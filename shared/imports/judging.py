"""What becomes of the lines of an import, and what the earlier lines of the same file said."""

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from shared.auth import Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.imports.cells import Fault

IGNORED = _("The same line stands in row {other} already: ignored.")


@dataclass(frozen=True)
class Verdict:
    """What becomes of a line: good, changed (what is recorded will be), bad or unchanged, and why."""

    row: int
    state: str
    line: Any = None
    faults: Sequence[tuple[str | None, Fault]] = ()
    thing: Any = None  # of which a row that cannot be read is a part
    changes: Mapping[str, tuple[Any, Any]] | None = None  # by column, what is recorded and what the line says

    @property
    def is_to_write(self) -> bool:
        return self.state in ("good", "changed")

    @classmethod
    def good(cls, line: Any) -> "Verdict":
        return cls(line.row, "good", line)

    @classmethod
    def bad(cls, row: int, column: str | None, reason: str, **values: Any) -> "Verdict":
        return cls(row, "bad", None, [(column, Fault(reason, **values))])

    @classmethod
    def change(cls, line: Any, changes: Mapping[str, tuple[Any, Any]]) -> "Verdict":
        """What is recorded differs, and this import may change it."""
        return cls(line.row, "changed", line, changes=changes)

    @classmethod
    def recorded(cls, line: Any) -> "Verdict":
        """The register says the same already: counted, and no word about it."""
        return cls(line.row, "unchanged")

    @classmethod
    def unchanged(cls, row: int, reason: str, **values: Any) -> "Verdict":
        return cls(row, "unchanged", None, [(None, Fault(reason, **values))])


@dataclass
class Memory:
    """What the earlier lines of the same file said, so that lines are judged against each other across chunks.

    An import may change what is recorded only when whoever sent it said so; then a cell that was left empty changes nothing.
    """

    may_change: bool = False
    filled: Mapping[int, Set[str]] = field(default_factory=dict)
    said: dict[int, int] = field(default_factory=dict)
    kept: dict[Hashable, list[Any]] = field(default_factory=dict)
    also_bad: list[Verdict] = field(default_factory=list)

    def again(self, line: Any, key: Hashable) -> Verdict | None:
        """Judge a repetition: an identical line is ignored; one key for two things refuses both."""
        # Of a million lines only two numbers each are kept, in one: the row, and the hash of what it says.
        content = hash(astuple(line)) & _HASH
        row, said = divmod(self.said.setdefault(hash(key), line.row << _BITS | content), 1 << _BITS)
        if row == line.row:
            return None
        if said == content:
            return Verdict.unchanged(line.row, IGNORED, other=row)
        self.also_bad.append(Verdict.bad(row, None, _("Row {other} says something else under the same number or code."), other=line.row))
        return Verdict.bad(line.row, None, _("Row {other} says something else under the same number or code."), other=row)


_BITS = 61
_HASH = (1 << _BITS) - 1


def astuple(line: Any) -> tuple[Any, ...]:
    """What a line says, without its row; lists, as JSON gives tuples back, are tuples again."""
    return tuple(tuple(value) if isinstance(value, list) else value for value in (getattr(line, name) for name in line.__slots__ if name != "row"))


@dataclass
class Wholes:
    """Things that take several rows: one bad row, and none of its rows is written."""

    column: str | None
    rows: dict[int, Hashable] = field(default_factory=dict)
    good: dict[Hashable, list[int]] = field(default_factory=dict)
    spoiled: dict[Hashable, int] = field(default_factory=dict)

    def judged(self, lines: Sequence[Any], verdicts: Sequence[Verdict]) -> None:
        """Remember what became of these rows."""
        if self.column is None:
            return
        self.rows |= {line.row: getattr(line, self.column) for line in lines}
        for verdict in verdicts:
            thing = verdict.thing or self.rows.get(verdict.row)
            if thing is None:
                continue
            if verdict.is_to_write:
                self.good.setdefault(thing, []).append(verdict.row)
            elif verdict.state == "bad":
                self.spoiled.setdefault(thing, verdict.row)

    def left_out(self) -> list[Verdict]:
        """The good rows that stay out because of another one."""
        return [
            Verdict.bad(row, None, _("Row {other} belongs with this one and is in error: they are loaded together or not at all."), other=bad)
            for thing, bad in self.spoiled.items()
            for row in self.good.get(thing, [])
            if row != bad
        ]


def refused(row: int, column: str, permission: Permission) -> Verdict | None:
    return Verdict.bad(row, column, permission.text, **permission.values) if isinstance(permission, Refusal) else None
