"""Reading what was found wrong in an import."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.i18n import translate


@dataclass(frozen=True)
class Finding:
    """One thing found in one row: its column if it is one cell's, and the reason in the reader's language."""

    row: int
    state: str
    column: str | None
    reason: str


async def findings_of(session: AsyncSession, import_id: UUID, language: str, *, after: int = 0, most: int = 200) -> list[Finding]:
    """What was found in the rows that will not be written, in the order of the file."""
    rows = await session.execute(
        text("SELECT row, state, faults FROM import_rows WHERE import_id = :id AND state IN ('bad', 'unchanged') AND faults <> '[]' AND row > :after ORDER BY row LIMIT :most"),
        {"id": import_id, "after": after, "most": most},
    )
    return [Finding(row.row, row.state, fault["column"], told(fault, language)) for row in rows for fault in row.faults]


def told(fault: dict[str, Any], language: str) -> str:
    return translate(fault["reason"], language, **fault["values"])


async def all_findings(session: AsyncSession, import_id: UUID, language: str) -> AsyncIterator[Finding]:
    after = 0
    while found := await findings_of(session, import_id, language, after=after, most=5000):
        for finding in found:
            yield finding
        after = found[-1].row
