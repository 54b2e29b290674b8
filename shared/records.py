"""What every record that people create has: the authority it belongs to, the parties it is shared with, its external reference and its state."""

from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict
from sqlalchemy import FetchedValue, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.ids import uuid7
from shared.references import named_already
from shared.visibility import Protected
from shared.workflow import Workflow

COLUMNS = """
            id uuid PRIMARY KEY,
            reference text,
            content_hash bytea NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            recorded_at timestamptz NOT NULL DEFAULT now(),
            version integer NOT NULL DEFAULT 1,
"""
"""The same columns for a migration: `CREATE TABLE missions ({COLUMNS} state text NOT NULL …, CONSTRAINT mission_reference UNIQUE (authority_path, reference))`."""


Year = Annotated[int, Ge(1900), Le(2999)]
"""A civil year in an address; no other number is one."""


class Body(BaseModel):
    """What a caller sends: a field that does not exist is an error, not something to ignore."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class RecordColumns(Protected):
    """A row that belongs to an authority; each service makes its own `Record` of it with its own tables."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    reference: Mapped[str | None]
    content_hash: Mapped[bytes]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    def move(self, act: str, procedure: Workflow) -> None:
        """Go to the state that the act leads to; whoever read the record before must read it again."""
        self.state = procedure.after(act, self.state)
        self.version += 1


RecordT = TypeVar("RecordT", bound=RecordColumns)


async def by_reference(session: AsyncSession, model: type[RecordT], *, authority_path: str, body: BaseModel, reference: str | None) -> RecordT | None:
    """The record that this reference names already when the same content is said again, so that files and stories can be replayed.

    Raises Refused when the reference names something else.
    """
    row: Any = model
    return await named_already(session, select(model).where(row.authority_path == authority_path, row.reference == reference), reference=reference, body=body)
