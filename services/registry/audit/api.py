"""Who read my file: what everybody may ask about themselves."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import DateTime, Text, column, func, select
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.accounts.api import is_a_person
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/me", tags=["audit"])


class FileRead(BaseModel):
    """Somebody was shown sensitive fields of your file."""

    read_at: datetime
    what: Literal["person", "absence"]
    fields: list[str]
    by_you: bool
    account: str = Field(description="Subject of the account that read, or of the machine client.")
    name: str | None = Field(description="Whose account it is, when the registry keeps it.")


@router.get("/reads", response_model=Page[FileRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 422))
async def list_reads(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[FileRead]:
    """Who was shown sensitive fields of the caller's own file, newest first; nothing for an account that is linked to no person."""
    reads = func.reads_of_own_file(caller.actor).table_valued(
        column("seq"), column("recorded_at", DateTime(timezone=True)), column("act", Text), column("reader", Text), column("reader_name", Text), column("fields", JSONB)
    )
    found = await keyset_page(session, select(reads), keys=[-reads.c.seq], params=page, scalars=False)
    return Page(
        items=[
            FileRead(read_at=at, what=act.removesuffix(".read"), fields=fields, by_you=reader == caller.actor, account=reader.rpartition("#")[2], name=name)
            for _seq, at, act, reader, name, fields in found.items
        ],
        next=found.next,
    )
