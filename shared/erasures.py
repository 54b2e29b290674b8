"""A person's file was destroyed in the registry: what every service holds of the person that is personal goes too, and what is counted stays.

    hear_erasures(consumer, {"candidacies": {"comment": NOTHING}})     # in consumers.py: columns of tables, and what they say from then on

Names and words that the other services were told beside a person are blanked here, the values of the person's records in the audit are destroyed with
their salts (the sealed chain still verifies), and that it was done is told by one record without a name. A column that holds words and is in no
such list fails tests/architecture/test_erasures.py, unless it says there why it is nobody's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import erase_audit_values
from shared.events import Event, Received
from shared.inbox import Consumer

TOPIC = "relais.registry.erasures"
NOTHING = "'—'"
BY = "event:registry.person.erased"
Personal = Mapping[str, Mapping[str, str | None]]
"""By table, its personal columns and what each says once the person is erased. The person is the row's `person_id`; `agreements.giver_contact` names
another column, and `mission_reports.mission_id>missions` those whose mission is the person's."""


class PersonErasedFact(Event):
    """Nobody knows any more who this was, nor whose these accounts were."""

    type = "registry.person.erased.v1"
    topic = TOPIC

    accounts: list[str] = Field(default_factory=list)


def hear_erasures(consumer: Consumer, personal: Personal | None = None, *, by_account: Personal | None = None) -> None:
    """What this service holds of an erased person that is personal is destroyed; `by_account` names the columns of accounts beside which a name stands."""

    async def forget(session: AsyncSession, event: Received[PersonErasedFact]) -> None:
        await blank(session, [event.data.id], personal or {})
        await _blank(session, by_account or {}, "text", event.data.accounts)
        await erase_audit_values(session, BY, event.data.id)

    consumer.on(PersonErasedFact, forget)


async def blank(session: AsyncSession, erased: Sequence[UUID], personal: Personal) -> None:
    """The personal columns of these people's rows say nothing any more."""
    await _blank(session, personal, "uuid", list(erased))


async def _blank(session: AsyncSession, personal: Personal, kind: Literal["uuid", "text"], erased: list[Any]) -> None:
    for rows, columns in personal.items():
        table, whose = whose_rows(rows, kind)
        said = ", ".join(f"{column} = " + (f"CASE WHEN {column} IS NOT NULL THEN {value} END" if value else "NULL") for column, value in columns.items())
        await session.execute(text(f"UPDATE {table} SET {said} WHERE {whose}"), {"erased": erased})  # noqa: S608  named by our own code


def whose_rows(rows: str, kind: Literal["uuid", "text"] = "uuid") -> tuple[str, str]:
    """A key of `Personal` as a table and the condition under which its rows are one of the erased's."""
    table, _, column = rows.partition(".")
    column, _, parent = column.partition(">")
    erased = f"ANY (CAST(:erased AS {kind}[]))"
    return table, f"{column} IN (SELECT id FROM {parent} WHERE person_id = {erased})" if parent else f"{column or 'person_id'} = {erased}"  # noqa: S608  named by our own code
