"""An import is checked first and confirmed once; its lines are kept only until then."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.clock import now
from shared.visibility import Protected


class ImportColumns(Protected):
    """A file that was read and judged: how many of its lines are new, change something, are bad or already recorded. Each service makes its own `Import` of it."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    mode: Mapped[str] = mapped_column(default="add")
    state: Mapped[str] = mapped_column(default="checked")
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    file_deleted_on: Mapped[date | None]
    encoding: Mapped[str | None]
    questions: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    ignored_columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rows: Mapped[int] = mapped_column(default=0)
    good: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    tries: Mapped[int] = mapped_column(default=0)
    as_caller: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    created_by: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str | None]

    def confirm(self, *, by: str) -> None:
        self.state, self.as_caller, self.confirmed_by, self.confirmed_at = "confirmed", None, by, now()
