"""Series of meetings over HTTP."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.rotation.fields import Line, Reference, Word
from services.rotation.series.models import Series
from shared.i18n import _
from shared.records import Body

Kind = Literal["thematic", "scientific"]


class MeetingCreate(Body):
    """A meeting that is planned."""

    planned_on: date
    topic: Line


class SeriesCreate(Body):
    """A series with its first meetings."""

    reference: Reference | None = None
    agreement_id: UUID
    kind: Kind = "thematic"
    title: Line
    specialty: Word | None = None
    meetings: list[MeetingCreate] = Field(min_length=1, max_length=100)
    done_on: date | None = None


class MeetingsAdded(Body):
    """More meetings are planned."""

    meetings: list[MeetingCreate] = Field(min_length=1, max_length=100)
    done_on: date | None = None


class Outcome(Body):
    """What became of a meeting: held on a day before so many people, or cancelled with its reason. Said again, it replaces what was said."""

    outcome: Literal["held", "cancelled"]
    held_on: date | None = None
    participants: int | None = Field(None, ge=0, le=10_000)
    reason: Line | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.outcome == "held" and (self.held_on is None or self.reason is not None):
            raise ValueError(_("A meeting that was held has its day and no reason."))
        if self.outcome == "cancelled" and (self.reason is None or self.held_on is not None or self.participants is not None):
            raise ValueError(_("A meeting that was cancelled has its reason."))
        return self


class MeetingRead(BaseModel):
    """A meeting as planned and as it was."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    planned_on: date
    topic: str
    held_on: date | None
    participants: int | None
    reason: str | None


class SeriesRead(BaseModel):
    """A series: held against planned."""

    id: UUID
    reference: str | None
    agreement_id: UUID
    giver_code: str
    receiver_code: str
    kind: Kind
    title: str
    specialty: str | None
    planned: int
    held: int
    cancelled: int
    participants: int
    meetings: list[MeetingRead]

    @classmethod
    def of(cls, series: Series) -> Self:
        values = {name: getattr(series, name) for name in cls.model_fields if hasattr(series, name) and name != "meetings"}
        return cls(
            **values,
            planned=len(series.meetings),
            held=sum(meeting.held_on is not None for meeting in series.meetings),
            cancelled=sum(meeting.reason is not None for meeting in series.meetings),
            participants=sum(meeting.participants or 0 for meeting in series.meetings),
            meetings=[MeetingRead.model_validate(meeting) for meeting in series.meetings],
        )
