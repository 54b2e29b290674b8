"""Exports: which list left the service, by which filters, for which account. Nothing of the file itself is kept."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.audit import record_audit
from shared.auth import Caller
from shared.exports.routes import ExportMade
from shared.visibility import Protected


class ExportColumns(Protected):
    """One file that somebody took. It is kept with the authority or facility for which they work. Each service makes its own `Export` of it."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str]
    list: Mapped[str]
    format: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    recorded_at: Mapped[datetime]


def kept_in(model: type[Any]) -> Callable[[AsyncSession, Caller, ExportMade], Awaitable[None]]:
    """Who took which list, by which filters: kept before anything of it leaves, and found by the auditors of the same authority."""

    async def keep(session: AsyncSession, caller: Caller, made: ExportMade) -> None:
        filters = {**made.filters, **({"ticked": made.ticked} if made.ticked else {})}
        session.add(
            model(
                id=made.id,
                authority_path=caller.scope[0],
                shared_with=list(caller.parties),
                account=caller.actor,
                list=made.list,
                format=made.format,
                filters=filters,
                recorded_at=made.at,
            )
        )
        await session.flush()
        await record_audit(session, caller, "export.made", "export", made.id, after={"list": made.list, "format": made.format, "filters": filters})

    return keep
