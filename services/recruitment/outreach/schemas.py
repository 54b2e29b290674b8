"""Outreach over HTTP."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel

from services.recruitment.accompaniments.schemas import Channel
from services.recruitment.outreach.models import Outreach
from services.recruitment.policies.schemas import Code, Line, Reference
from shared.records import Body

Outcome = Literal["interested", "later", "not_interested", "not_reached", "never_again"]


class OutreachCreate(Body):
    """A contact with a prospect whom the registry keeps as a candidate."""

    reference: Reference | None = None
    pool_id: UUID | None = None
    authority: Code
    person_id: UUID
    occupation_code: Code
    channel: Channel
    outcome: Outcome
    words: Line | None = None
    follow_up_on: date | None = None
    done_on: date | None = None


class OutreachRead(BaseModel):
    id: UUID
    reference: str | None
    pool_id: UUID | None
    person_id: UUID
    occupation_code: str
    channel: Channel
    outcome: Outcome
    words: str | None
    follow_up_on: date | None
    contacted_on: date
    contacted_by: str

    @classmethod
    def of(cls, outreach: Outreach) -> Self:
        return cls(**{name: getattr(outreach, name) for name in cls.model_fields})
