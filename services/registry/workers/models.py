"""Workers: a person in an occupation; and their employments, which are dated and belong to the employing facility."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.beliefs import Effective, history_of
from shared.visibility import Protected

EmploymentType = Literal["civil_servant", "public_employee", "contract_fixed", "contract_open", "resident", "intern", "secondee_in", "private", "volunteer"]
EmploymentStatus = Literal["probation", "confirmed", "suspended"]


class Worker(Protected, Base):
    """A person in one occupation. The number is the managing authority's own."""

    __tablename__ = "workers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    occupation_code: Mapped[str]
    specialty: Mapped[str | None]
    worker_no: Mapped[str | None]
    numbered_by: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    recorded_by: Mapped[str]


class Employment(Effective, Base):
    """Who employs a worker, under which status, on which days."""

    __tablename__ = "employments"

    person_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    facility_code: Mapped[str]
    employment_type: Mapped[str]
    status: Mapped[str]
    decision_number: Mapped[str | None]
    ended_reason: Mapped[str | None]
    source_service: Mapped[str | None]
    source_id: Mapped[UUID | None]


employments_history = history_of(Employment)
