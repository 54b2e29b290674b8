"""What a sponsorship must know of others: the needs that recruitment validated, and whether a probation is over."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clients import ask
from shared.errors import Malformed, Unavailable
from shared.i18n import _
from shared.inbox import Consumer
from shared.replicas import replaced_by

if TYPE_CHECKING:
    from shared.auth import Caller


class NeedState(BaseModel):
    """A need of a facility."""

    topic: ClassVar[str] = "relais.recruitment.needs"

    id: UUID
    authority_path: str
    facility_code: str
    occupation_code: str
    specialty: str | None = None
    state: str


class ProbationState(BaseModel):
    """A probation as it stands."""

    topic: ClassVar[str] = "relais.appointment.probations"

    id: UUID
    person_id: UUID
    authority_path: str
    shared_with: list[str] = Field(default_factory=list)
    state: str


_keep_needs = replaced_by(
    "needs",
    "id",
    """
    INSERT INTO needs (id, authority_path, facility_code, occupation_code, specialty, state)
    SELECT id, CAST(authority_path AS ltree), facility_code, occupation_code, specialty, state
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n (id uuid, authority_path text, facility_code text, occupation_code text, specialty text, state text)
    """,
)
_keep_probations = replaced_by(
    "probations",
    "id",
    """
    INSERT INTO probations (id, person_id, authority_path, shared_with, state)
    SELECT id, person_id, CAST(authority_path AS ltree), shared_with, state
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS p (id uuid, person_id uuid, authority_path text, shared_with text[], state text)
    """,
)
_NEED = text("SELECT id, facility_code, occupation_code, specialty FROM needs WHERE id = :id AND state = 'validated'")
_RUNNING = text("SELECT 1 FROM probations WHERE person_id = :person AND state IN ('running', 'extended') LIMIT 1")


def hear_needs_and_probations(consumer: Consumer) -> None:
    consumer.replica(NeedState, _keep_needs)
    consumer.replica(ProbationState, _keep_probations)
    consumer.derived_tables = [*consumer.derived_tables, "needs", "probations"]


@dataclass(frozen=True)
class Need:
    """A validated need of a facility."""

    id: UUID
    facility_code: str
    occupation_code: str
    specialty: str | None


async def known_need(session: AsyncSession, caller: "Caller", need_id: UUID) -> Need:
    """A validated need that the caller may see.

    Raises Malformed when there is none, Unavailable while the news of its validation is on its way.
    """
    row = (await session.execute(_NEED, {"id": need_id})).one_or_none()
    if row is not None:
        return Need(**row._mapping)
    told = await ask(caller, "GET", f"/api/v1/recruitment/needs/{need_id}")
    if told is None:
        raise Malformed.field("need_id", _("There is no need with this identifier that you may see."))
    if told["state"] != "validated":
        raise Malformed.field("need_id", _("The need is not validated yet."))
    raise Unavailable(_("Recruitment has just validated this need; the news has not arrived here yet. Please try again."), retry_after=1)


async def is_on_probation(session: AsyncSession, person_id: UUID) -> bool:
    """Whether appointment has told of a probation that still runs."""
    return await session.scalar(_RUNNING, {"person": person_id}) is not None
