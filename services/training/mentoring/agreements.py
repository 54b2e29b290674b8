"""Agreements between facilities, as rotation tells them: the relation under which people of another authority teach here."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.mentoring.models import HeardAgreement
from shared.auth import Caller
from shared.errors import Malformed
from shared.i18n import _
from shared.inbox import Consumer
from shared.replicas import replaced_by
from shared.visibility import visible_to

IN_FORCE = ("active", "suspended")


class AgreementState(BaseModel):
    """An agreement with its two sides and its days."""

    topic: ClassVar[str] = "relais.rotation.agreements"

    id: UUID
    giver_code: str
    receiver_code: str
    state: str
    starts_on: date
    ends_on: date
    ended_on: date | None = None
    authority_path: str
    shared_with: list[str] = Field(default_factory=list)


_keep = replaced_by(
    "heard_agreements",
    "id",
    """
    INSERT INTO heard_agreements (id, giver_code, receiver_code, state, starts_on, ends_on, authority_path, shared_with)
    SELECT id, giver_code, receiver_code, state, starts_on, coalesce(ended_on, ends_on), CAST(authority_path AS ltree), shared_with
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS a (id uuid, giver_code text, receiver_code text, state text, starts_on date, ends_on date, ended_on date,
        authority_path text, shared_with text[])
    """,
)


def hear_agreements(consumer: Consumer) -> None:
    consumer.replica(AgreementState, _keep)
    consumer.derived_tables = [*consumer.derived_tables, "heard_agreements"]


async def agreement_between(session: AsyncSession, caller: Caller, agreement_id: UUID, *, giver: str, receiver: str) -> HeardAgreement:
    """The agreement that a body names, when it lets the one teach at the other. Raises Malformed."""
    found = await session.scalar(select(HeardAgreement).where(visible_to(caller, HeardAgreement), HeardAgreement.id == agreement_id))
    if found is None:
        raise Malformed.field("agreement_id", _("There is no agreement with this identifier that you may see."))
    if (found.giver_code, found.receiver_code) != (giver, receiver):
        raise Malformed.field("agreement_id", _("This agreement is between other facilities."))
    if found.state not in IN_FORCE:
        raise Malformed.field("agreement_id", _("This agreement is not in force."))
    return found
