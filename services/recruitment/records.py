"""What every record of recruitment has: the authority it belongs to, the parties it is shared with, and its external reference."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import FetchedValue, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.base import Base
from services.recruitment.workflow import Workflow
from shared.ids import uuid7
from shared.references import named_already
from shared.visibility import Protected


class Body(BaseModel):
    """What a caller sends: a field that does not exist is an error, not something to ignore."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Record(Protected, Base):
    """A row that belongs to an authority."""

    __abstract__ = True

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


RecordT = TypeVar("RecordT", bound=Record)


async def by_reference(session: AsyncSession, model: type[RecordT], *, authority_path: str, body: BaseModel, reference: str | None) -> RecordT | None:
    """The record that this reference names already when the same content is said again, so that files and stories can be replayed.

    Raises Refused when the reference names something else.
    """
    return await named_already(session, select(model).where(model.authority_path == authority_path, model.reference == reference), reference=reference, body=body)
