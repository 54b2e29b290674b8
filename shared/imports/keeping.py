"""Keeping the verdict of each row of an import, and counting them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import database
from shared.imports.cells import Fault
from shared.imports.judging import Verdict
from shared.imports.models import ImportColumns


async def keep(session: AsyncSession, checked: ImportColumns, verdicts: Sequence[Verdict]) -> None:
    """Write or rewrite the verdict of each row."""
    if not verdicts:
        return
    await session.execute(
        _KEEP,
        {
            "id": checked.id, "path": checked.authority_path, "rows": [v.row for v in verdicts], "states": [v.state for v in verdicts],
            "lines": [None if v.line is None else database.dumps(v.line) for v in verdicts],
            "faults": [database.dumps([fault_as_json(column, fault) for column, fault in v.faults]) if v.faults else None for v in verdicts],
            "changes": [None if v.changes is None else database.dumps(v.changes) for v in verdicts],
        },
    )  # fmt: skip


def fault_as_json(column: str | None, fault: Fault) -> dict[str, Any]:
    return {"column": column, "reason": fault.reason, "values": fault.values}


async def count(session: AsyncSession, checked: ImportColumns) -> None:
    found: Counter[str] = Counter()
    for state, number in await session.execute(text("SELECT state, count(*) FROM import_rows WHERE import_id = :id GROUP BY state"), {"id": checked.id}):
        found[state] = number
    checked.rows, checked.good, checked.bad, checked.unchanged = found.total(), found["good"] + found["written"], found["bad"], found["unchanged"]
    checked.changed = found["changed"] + found["rewritten"]
    await session.flush()


_KEEP = text(
    """
    INSERT INTO import_rows (import_id, row, state, line, faults, changes, authority_path)
    SELECT :id, row, state, CAST(line AS jsonb), coalesce(CAST(faults AS jsonb), '[]'), CAST(changes AS jsonb), CAST(:path AS ltree)
    FROM unnest(CAST(:rows AS integer[]), CAST(:states AS text[]), CAST(:lines AS text[]), CAST(:faults AS text[]), CAST(:changes AS text[])) AS judged (row, state, line, faults, changes)
    ON CONFLICT (import_id, row) DO UPDATE SET state = excluded.state, line = excluded.line, faults = excluded.faults, changes = excluded.changes
    """
)
