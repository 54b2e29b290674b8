"""The rows of an import one by one: what will be written, what changes field by field, what is in error and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from shared.imports.columns import Kind
from shared.imports.findings import told
from shared.imports.models import ImportColumns
from shared.imports.schemas import ChangeRead, RowRead, RowState
from shared.pagination import Page, PageParams, keyset_page

_ROWS = table("import_rows", column("import_id"), column("row"), column("state"), column("line"), column("faults"), column("changes"))


async def rows_of(session: AsyncSession, kind: Kind, one: ImportColumns, state: RowState, page: PageParams, language: str) -> Page[RowRead]:
    """The rows in one state, in the order of the file."""
    statement = select(_ROWS.c.row, _ROWS.c.line, _ROWS.c.faults, _ROWS.c.changes).where(_ROWS.c.import_id == one.id, _ROWS.c.state == state)
    found = await keyset_page(session, statement, keys=[_ROWS.c.row], params=page, scalars=False)
    return found.of([shown(kind, state, language, *row) for row in found.items])


def shown(kind: Kind, state: RowState, language: str, row: int, line: Mapping[str, Any] | None, faults: Sequence[Any], changes: Mapping[str, Any] | None) -> RowRead:
    names = [column.name for column in kind.columns]  # JSON keeps no order
    return RowRead(
        row=row,
        state=state,
        values={name: as_text(line[name]) for name in names if name in line} if line else {},
        changes=[ChangeRead(column=name, before=as_text(changes[name][0]), after=as_text(changes[name][1])) for name in names if name in changes] if changes else [],
        reasons=[told(fault, language) for fault in faults],
    )


def as_text(value: Any) -> str | None:
    if value is None:
        return None
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
