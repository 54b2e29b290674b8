"""A person's file was destroyed in the registry: what every service holds of the person that is personal goes too, and what is counted stays.

    hear_erasures(consumer, {"candidacies": {"comment": NOTHING}})     # in consumers.py: columns of tables with a person_id, and what they say from then on

No service but the registry holds a name. What the others hold is blanked here, the values of the person's records in the audit are destroyed with
their salts (the sealed chain still verifies), and that it was done is told by one record without a name.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import erase_audit_values
from shared.events import Event, Received
from shared.inbox import Consumer

TOPIC = "relais.registry.erasures"
NOTHING = "'—'"
BY = "event:registry.person.erased"
Personal = Mapping[str, Mapping[str, str | None]]
"""By table with a `person_id`, its personal columns and what each says once the person is erased."""


class PersonErasedFact(Event):
    """Nobody knows any more who this was."""

    type = "registry.person.erased.v1"
    topic = TOPIC


def hear_erasures(consumer: Consumer, personal: Personal | None = None) -> None:
    """What this service holds of an erased person that is personal is destroyed."""

    async def forget(session: AsyncSession, event: Received[PersonErasedFact]) -> None:
        await blank(session, [event.data.id], personal or {})
        await erase_audit_values(session, BY, event.data.id)

    consumer.on(PersonErasedFact, forget)


async def blank(session: AsyncSession, people: list[UUID], personal: Personal) -> None:
    """The personal columns of these people's rows say nothing any more."""
    for table, columns in personal.items():
        said = ", ".join(f"{column} = " + (f"CASE WHEN {column} IS NOT NULL THEN {value} END" if value else "NULL") for column, value in columns.items())
        await session.execute(text(f"UPDATE {table} SET {said} WHERE person_id = ANY (CAST(:people AS uuid[]))"), {"people": people})  # noqa: S608  named by our own code
