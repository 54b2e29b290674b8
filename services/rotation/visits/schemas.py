"""Visits over HTTP."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.rotation.fields import Reference, Word
from services.rotation.visits.models import Visit
from shared.i18n import _
from shared.records import Body

MissedReason = Literal["staff_shortage", "weather", "transport", "receiver_not_ready", "epidemic", "other"]


class VisitCreate(Body):
    """What becomes of one visit: planned for a day, held on a day, or missed in a month with its reason."""

    reference: Reference | None = None
    agreement: Reference = Field(description="Identifier of the agreement, or its own reference as a file names it.")
    specialty: Word
    outcome: Literal["planned", "held", "missed"]
    planned_on: date | None = Field(None, description="The day on which a promised visit is expected.")
    held_on: date | None = None
    month: date | None = Field(None, description="Any day of the month in which the visit was missed.")
    visitors: list[UUID] = Field(default=[], max_length=50)
    consultations: int | None = Field(None, ge=0, le=10_000)
    reason: MissedReason | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.outcome == "planned" and (self.planned_on is None or self.held_on is not None or self.reason is not None or self.consultations is not None):
            raise ValueError(_("A visit that is planned has its day and nothing else."))
        if self.outcome == "held" and (self.held_on is None or self.reason is not None):
            raise ValueError(_("A visit that was held has its day and no reason."))
        if self.outcome == "missed" and (self.month is None or self.reason is None or self.held_on is not None):
            raise ValueError(_("A visit that was missed has its month and its reason."))
        return self

    @property
    def day(self) -> date:
        day = self.planned_on if self.outcome == "planned" else self.held_on or self.month
        assert day is not None
        return day


class VisitBatch(Body):
    """Many visits at once; each is answered by itself, one refusal stops no other."""

    items: list[VisitCreate] = Field(min_length=1, max_length=200)
    done_on: date | None = Field(None, description="Day of the act for the items that name none.")


class VisitRead(BaseModel):
    """One visit, promised, held or missed."""

    id: UUID
    reference: str | None
    agreement_id: UUID
    giver_code: str
    receiver_code: str
    specialty: str
    month: date
    promised_on: date | None
    planned_on: date | None
    held_on: date | None
    visitors: list[UUID]
    consultations: int | None
    reason: str | None
    state: Literal["promised", "held", "missed"]
    said_on: date | None

    @classmethod
    def of(cls, visit: Visit) -> Self:
        return cls.model_validate({name: getattr(visit, name) for name in cls.model_fields})


class VisitAnswer(BaseModel):
    """What became of one item: the visit, or the problem that refused it."""

    reference: str | None
    visit: VisitRead | None
    problem: dict[str, Any] | None


class VisitBatchRead(BaseModel):
    """The answers, in the order of the items."""

    items: list[VisitAnswer]
    recorded: int
    refused: int


class Delivered(BaseModel):
    """Promised against delivered, in one specialty and month."""

    specialty: str
    month: date
    promised: int
    held: int
    held_beyond: int = Field(description="Held though nobody had promised it.")
    missed: int
    silent: int = Field(description="Promised, and no word yet.")
    consultations: int


class DeliveredRead(BaseModel):
    """One line for each specialty and month."""

    items: list[Delivered]
    promised: int
    held: int
    missed: int
