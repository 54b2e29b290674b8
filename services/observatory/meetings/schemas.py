"""What goes in and out about meetings."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.observatory.meetings.models import MEETING, RESOLUTION, FollowUp, Meeting, Outcome, Resolution, Standing
from services.observatory.meetings.permissions import can_adopt, can_follow, can_keep
from services.observatory.populations.schemas import AreaCode
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

Line = Annotated[str, StringConstraints(min_length=2, max_length=300)]
Paragraph = Annotated[str, StringConstraints(min_length=3, max_length=2000)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
BodyKind = Literal["committee", "national_meeting"]
ResolutionKind = Literal["decision", "recommendation"]


class MeetingBodyCreate(Body):
    """A committee whose meetings are numbered."""

    reference: Reference | None = None
    authority: AreaCode = Field(examples=["MA"])
    code: Slug = Field(examples=["ispits-coordination"])
    title: Line
    kind: BodyKind
    done_on: date | None = None


class MeetingBodyRead(BaseModel):
    """A committee, and how many meetings it has held."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str | None
    authority: str
    code: str
    title: str
    kind: BodyKind


class AgendaItem(Body):
    """What is on the programme, and when."""

    day: date
    subject: Line
    speaker: Line | None = None


class MeetingCreate(Body):
    """A meeting that is planned: its number in the line of its committee, days, place and programme."""

    reference: Reference | None = None
    body_id: UUID
    number: int = Field(ge=1, le=10_000)
    starts_on: date
    ends_on: date
    place: Line
    area_code: AreaCode | None = None
    within_id: UUID | None = Field(None, description="The larger meeting in which it takes place.")
    agenda: list[AgendaItem] = Field(default=[], max_length=100)
    done_on: date | None = None

    @model_validator(mode="after")
    def _days(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        if any(not self.starts_on <= item.day <= self.ends_on for item in self.agenda):
            raise ValueError(_("The programme stays within the days of the meeting."))
        return self


class Delegation(Body):
    """Those who came from one region in one capacity; `person_ids` are those among them who have a file."""

    area_code: AreaCode
    capacity: Line
    people: int = Field(ge=1, le=10_000)
    person_ids: list[UUID] = Field(default=[], max_length=200)

    @model_validator(mode="after")
    def _no_more_named_than_came(self) -> Self:
        if len(set(self.person_ids)) > self.people:
            raise ValueError(_("More people are named than came."))
        return self


class ParticipantsAdded(Body):
    """Who was there, region by region. Said again for the same region and capacity, it replaces what was said."""

    delegations: list[Delegation] = Field(min_length=1, max_length=200)
    done_on: date | None = None


class Step(Body):
    """An act that needs nothing but its day."""

    done_on: date | None = None


class Because(Body):
    """An act that must say why."""

    reason: Paragraph
    done_on: date | None = None


class ResolutionCreate(Body):
    """A decision or recommendation as the minutes have it; it gets the next number of its kind."""

    reference: Reference | None = None
    kind: ResolutionKind
    text: Paragraph
    owner: Line | None = Field(None, description="Who must see to it: a function or an office.")
    area_code: AreaCode | None = Field(None, description="The region that sees to it; the meeting's own authority.")
    due_on: date | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _recommendation_is_owned(self) -> Self:
        if self.kind == "recommendation" and (self.owner is None or self.due_on is None):
            raise ValueError(_("A recommendation has its owner and the day by which it is due."))
        return self


class FollowUpCreate(Body):
    """What became of a decision or recommendation, with the evidence; `meeting_id` when a later meeting looked at it."""

    outcome: Outcome
    evidence: Paragraph
    meeting_id: UUID | None = None
    done_on: date | None = None


class AttendanceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    area_code: str
    capacity: str
    people: int


class ParticipantRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    person_id: UUID
    area_code: str
    capacity: str


class FollowUpRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    meeting_id: UUID | None
    outcome: Outcome
    seen_on: date
    evidence: str


class ResolutionRead(BaseModel):
    """A decision or recommendation and what had become of it on the day looked at."""

    id: UUID
    reference: str | None
    meeting_id: UUID
    kind: ResolutionKind
    number: int
    text: str
    owner: str | None
    area_code: str | None
    due_on: date | None
    standing: Standing
    seen_on: date | None
    evidence: str | None
    followups: list[FollowUpRead]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, resolution: Resolution, day: date) -> Self:
        values = {name: getattr(resolution, name) for name in ("id", "reference", "meeting_id", "kind", "number", "text", "owner", "area_code", "due_on")}
        standing, last = resolution.standing(day)
        told: list[FollowUp] = [one for one in resolution.followups if one.seen_on <= day]
        return cls(
            **values,
            standing=standing,
            seen_on=last.seen_on if last else None,
            evidence=last.evidence if last else None,
            followups=[FollowUpRead.model_validate(one) for one in told],
            available_actions=[action("follow_up", can_follow(caller, resolution, "under_way"), lambda: RESOLUTION.after("under_way", resolution.state))],
        )


class MeetingLine(BaseModel):
    """A meeting in a list."""

    id: UUID
    reference: str | None
    state: Literal["planned", "held", "adopted", "cancelled"]
    body: MeetingBodyRead
    number: int
    starts_on: date
    ends_on: date
    place: str
    area_code: str | None
    within_id: UUID | None
    people: int = Field(description="Who were there, all regions together.")
    version: int

    @classmethod
    def values_of(cls, meeting: Meeting) -> dict[str, Any]:
        values = {name: getattr(meeting, name) for name in ("id", "reference", "state", "number", "starts_on", "ends_on", "place", "area_code", "within_id", "version")}
        return values | {"body": MeetingBodyRead.model_validate(meeting.body), "people": sum(one.people for one in meeting.attendance)}

    @classmethod
    def of(cls, meeting: Meeting) -> Self:
        return cls(**cls.values_of(meeting))


class MeetingRead(MeetingLine):
    """One meeting: programme, who was there, what it decided and recommended, and what had become of the previous meeting's on the day looked at."""

    as_of: date
    agenda: list[AgendaItem]
    reason: str | None
    adopted_on: date | None
    attendance: list[AttendanceRead]
    participants: list[ParticipantRead] = Field(description="Those who have a file, for their region and the authority of the meeting alone.")
    resolutions: list[ResolutionRead]
    previous: MeetingLine | None = Field(description="The meeting before it of the same committee.")
    followed: list[ResolutionRead] = Field(description="What the previous meeting decided and recommended, as it stands on the day looked at.")
    meetings_within: list[MeetingLine]
    available_actions: list[Action]

    @classmethod
    def seen_by(
        cls,
        caller: Caller,
        meeting: Meeting,
        *,
        day: date,
        resolutions: list[Resolution],
        previous: Meeting | None,
        followed: list[Resolution],
        within: list[Meeting],
    ) -> Self:
        keep = can_keep(caller, meeting.authority_path)
        return cls(
            **cls.values_of(meeting),
            as_of=day,
            agenda=[AgendaItem.model_validate(item) for item in meeting.agenda],
            reason=meeting.reason,
            adopted_on=meeting.adopted_on,
            attendance=[AttendanceRead.model_validate(one) for one in meeting.attendance],
            participants=[ParticipantRead.model_validate(one) for one in meeting.participants],
            resolutions=[ResolutionRead.seen_by(caller, one, day) for one in resolutions],
            previous=MeetingLine.of(previous) if previous else None,
            followed=[ResolutionRead.seen_by(caller, one, day) for one in followed],
            meetings_within=[MeetingLine.of(one) for one in within],
            available_actions=[
                action("hold", keep, lambda: MEETING.after("hold", meeting.state)),
                action("resolve", keep, lambda: MEETING.after("resolve", meeting.state)),
                action("adopt", can_adopt(caller, meeting), lambda: MEETING.after("adopt", meeting.state)),
                action("cancel", keep, lambda: MEETING.after("cancel", meeting.state)),
            ],
        )
