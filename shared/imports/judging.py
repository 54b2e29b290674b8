"""What becomes of the lines of an import, and what the earlier lines of the same file said."""

from array import array
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
    about: Any = None  # the recorded thing that it changes

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
    def change(cls, line: Any, changes: Mapping[str, tuple[Any, Any]], about: Any = None) -> "Verdict":
        """What is recorded differs, and this import may change it."""
        return cls(line.row, "changed", line, changes=changes, about=about)

    @classmethod
    def recorded(cls, line: Any) -> "Verdict":
        """The register says the same already: counted, and no word about it."""
        return cls(line.row, "unchanged")

    @classmethod
    def unchanged(cls, row: int, reason: str, **values: Any) -> "Verdict":
        return cls(row, "unchanged", None, [(None, Fault(reason, **values))])


_WORD = (1 << 64) - 1


class Said:
    """By the hash of a key which row said it first, and the hash of what it said: a million take 40 MB, where a dictionary takes 140."""

    def __init__(self) -> None:
        self._many = 0
        self._make(1 << 10)

    def _make(self, slots: int) -> None:
        self._mask = slots - 1
        self._keys, self._contents, self._rows = array("Q", bytes(8 * slots)), array("Q", bytes(8 * slots)), array("I", bytes(4 * slots))

    def first(self, key: int, row: int, content: int) -> tuple[int, int]:
        """The row and content of whoever said it first: this one when nobody did."""
        if 2 * self._many > self._mask:
            keys, rows, contents = self._keys, self._rows, self._contents
            self._make(2 * len(keys))
            for place, known in enumerate(keys):
                if known:
                    self._put(self._slot(known), known, rows[place], contents[place])
        key = key or 1  # nothing stands in an empty slot
        slot = self._slot(key)
        if self._keys[slot] == key:
            return self._rows[slot], self._contents[slot]
        self._put(slot, key, row, content)
        self._many += 1
        return row, content

    def _slot(self, key: int) -> int:
        """Where it stands, or the empty slot where it will."""
        keys, mask = self._keys, self._mask
        slot = (key ^ key >> 32) & mask
        while keys[slot] not in (0, key):
            slot = slot + 1 & mask
        return slot

    def _put(self, slot: int, key: int, row: int, content: int) -> None:
        self._keys[slot], self._rows[slot], self._contents[slot] = key, row, content


@dataclass
class Memory:
    """What the earlier lines of the same file said, so that lines are judged against each other across chunks.

    An import may change what is recorded only when whoever sent it said so; then a cell that was left empty changes nothing.
    """

    may_change: bool = False
    filled: Mapping[int, Set[str]] = field(default_factory=dict)
    said: Said = field(default_factory=Said)
    kept: dict[Hashable, list[Any]] = field(default_factory=dict)
    also_bad: list[Verdict] = field(default_factory=list)

    def again(self, line: Any, key: Hashable) -> Verdict | None:
        """Judge a repetition: an identical line is ignored; one key for two things refuses both."""
        content = hash(astuple(line)) & _WORD
        row, said = self.said.first(hash(key) & _WORD, line.row, content)
        if row == line.row:
            return None
        if said == content:
            return Verdict.unchanged(line.row, IGNORED, other=row)
        self.also_bad.append(Verdict.bad(row, None, _("Row {other} says something else under the same number or code."), other=line.row))
        return Verdict.bad(line.row, None, _("Row {other} says something else under the same number or code."), other=row)


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
