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
    rows = [
        {"row": v.row, "state": v.state, "line": as_json(v.line), "faults": [fault_as_json(column, fault) for column, fault in v.faults], "changes": v.changes} for v in verdicts
    ]
    await session.execute(_KEEP, {"rows": database.dumps(rows), "id": checked.id, "path": checked.authority_path})


def as_json(line: Any) -> dict[str, Any] | None:
    return None if line is None else {name: getattr(line, name) for name in line.__slots__}


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
    SELECT :id, row, state, line, faults, changes, CAST(:path AS ltree)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS judged (row integer, state text, line jsonb, faults jsonb, changes jsonb)
    ON CONFLICT (import_id, row) DO UPDATE SET state = excluded.state, line = excluded.line, faults = excluded.faults, changes = excluded.changes
    """
)
