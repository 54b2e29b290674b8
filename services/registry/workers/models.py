"""Workers: a person in an occupation; and their employments, which are dated and belong to the employing facility."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.beliefs import Effective, history_of
from shared.visibility import Protected

EmploymentType = Literal["civil_servant", "public_employee", "contract_fixed", "contract_open", "resident", "intern", "secondee_in", "private", "liberal", "volunteer"]
OWN_ACCOUNT = ("liberal", "private")  # may work at a place of practice that is no facility of the register
EmploymentAct = Literal["recorded", "renewed", "suspended", "resumed", "ended"]
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
    """Who employs a worker, or where somebody works on their own account; under which status, on which days."""

    __tablename__ = "employments"

    person_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    facility_id: Mapped[UUID | None]
    facility_code: Mapped[str | None]
    practice_name: Mapped[str | None]
    practice_area: Mapped[str | None]
    employment_type: Mapped[str]
    status: Mapped[str]
    term_months: Mapped[int | None]
    decision_number: Mapped[str | None]
    act: Mapped[EmploymentAct] = mapped_column(Text, server_default=FetchedValue())
    reason: Mapped[str | None]
    departure: Mapped[str | None]  # a code of the pack's list (REG-DEPARTURE)
    ended_reason: Mapped[str | None]
    source_service: Mapped[str | None]
    source_id: Mapped[UUID | None]


employments_history = history_of(Employment)
