"""What an authority once said about its own files: which column a heading means, and which code a word means. Asked once, remembered per kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import Caller
from shared.errors import FieldError, Malformed
from shared.i18n import _
from shared.imports.columns import Kind, Lists, folded_heading
from shared.imports.models import ImportColumns
from shared.names import fold

HEADING = ""
"""The subject of a remembered heading; that of a remembered word is its column."""
MOST_WORDS = 200


@dataclass(frozen=True)
class Meanings:
    """By folded heading its column (None: it means nothing here); by column and folded word its code."""

    headings: Mapping[str, str | None] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def code_of(self, column: str, said: str) -> str | None:
        of_column = self.words.get(column)
        return of_column.get(fold(said[:60])) if of_column else None


@dataclass(frozen=True)
class UnknownWord:
    """A word of the file that no code is known for, and in how many rows it stands."""

    column: str
    written: str
    rows: int


async def remembered(session: AsyncSession, path: str, kind: str) -> Meanings:
    headings: dict[str, str | None] = {}
    words: dict[str, dict[str, str]] = {}
    for row in await session.execute(_REMEMBERED, {"path": path, "kind": kind}):
        if row.subject == HEADING:
            headings[row.written] = row.meaning
        elif row.meaning is not None:
            words.setdefault(row.subject, {})[row.written] = row.meaning
    return Meanings(headings, words)


async def remember(
    session: AsyncSession, caller: Caller, one: ImportColumns, kind: Kind, lists: Lists, said: Mapping[str, str | None], words: Mapping[str, Mapping[str, str]]
) -> None:
    """Keep what was answered, in place of an earlier answer. Raises Malformed for a column or a code that there is not."""
    known = {column.name for column in kind.columns}
    wrong = [FieldError(f"columns.{heading}", _("There is no column {name}."), values={"name": name}) for heading, name in said.items() if name is not None and name not in known]
    chosen = [name for name in said.values() if name is not None]
    wrong += [FieldError(f"columns.{heading}", _("Two headings cannot mean the same column.")) for heading, name in said.items() if name is not None and chosen.count(name) > 1]
    wrong += [
        FieldError(f"values.{column}.{word}", _("Choose one of the list."))
        for column, of_column in words.items()
        for word, code in of_column.items()
        if code not in lists.get(column, {})
    ]
    if wrong:
        raise Malformed(wrong)
    answers = [(HEADING, folded_heading(heading), name) for heading, name in said.items()]
    answers += [(column, fold(word), code) for column, of_column in words.items() for word, code in of_column.items()]
    if answers:
        await session.execute(
            _REMEMBER,
            {
                "path": one.authority_path, "kind": kind.name, "by": caller.actor, "subjects": [answer[0] for answer in answers],
                "written": [answer[1] for answer in answers], "meanings": [answer[2] for answer in answers],
            },
        )  # fmt: skip


async def unknown_words(session: AsyncSession, one: ImportColumns) -> Sequence[UnknownWord]:
    """The words in which rows were refused because no code is known for them, the most frequent first."""
    rows = await session.execute(_UNKNOWN, {"id": one.id, "most": MOST_WORDS})
    return [UnknownWord(row.column, row.written, row.rows) for row in rows]


def examples(rows: Sequence[Any], place: int, most: int = 3) -> list[str]:
    found = [str(cells[place])[:60] for _number, cells in rows if place < len(cells) and cells[place] not in (None, "")]
    return list(dict.fromkeys(found))[:most]


_REMEMBERED = text("SELECT subject, written, meaning FROM import_meanings WHERE authority_path = CAST(:path AS ltree) AND kind = :kind")
_REMEMBER = text(
    """
    INSERT INTO import_meanings (authority_path, kind, subject, written, meaning, recorded_by)
    SELECT CAST(:path AS ltree), :kind, said.subject, said.written, said.meaning, :by
    FROM unnest(CAST(:subjects AS text[]), CAST(:written AS text[]), CAST(:meanings AS text[])) AS said (subject, written, meaning)
    ON CONFLICT (authority_path, kind, subject, written) DO UPDATE SET meaning = excluded.meaning, recorded_by = excluded.recorded_by, recorded_at = clock_timestamp()
    """
)
_UNKNOWN = text(
    """
    SELECT fault ->> 'column' AS "column", fault -> 'values' ->> 'unknown' AS written, count(*) AS rows
    FROM import_rows, jsonb_array_elements(faults) AS fault
    WHERE import_id = :id AND state = 'bad' AND fault -> 'values' ? 'unknown'
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT :most
    """
)
