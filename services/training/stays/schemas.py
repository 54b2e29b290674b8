"""Stays abroad over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.training.fields import Line, Reference, Slug
from services.training.stays.models import Stay, StayGroup
from services.training.stays.permissions import can_add_to_stays, can_keep
from services.training.stays.workflow import DEPARTED, GROUP, ORDERED, RETURNED, STAY
from shared.actions import Action, action
from shared.auth import ALLOWED, Caller
from shared.errors import Refusal
from shared.i18n import _
from shared.records import Body

Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
Region = Annotated[str, StringConstraints(pattern="^[A-Z]{2}-[A-Z0-9]{1,3}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class Participant(Body):
    """One person who goes, and who stands in at home meanwhile: somebody named, or the reason why nobody needs to."""

    person_id: UUID
    cover_person_id: UUID | None = None
    cover_reason: Line | None = None

    @model_validator(mode="after")
    def _is_covered(self) -> Self:
        if self.cover_person_id is None and self.cover_reason is None:
            raise ValueError(_("Name who stands in, or say why nobody needs to."))
        if self.cover_person_id == self.person_id:
            raise ValueError(_("The person who stands in goes away too."))
        return self


class StayGroupCreate(Body):
    """People who go together: one host, one field, the same days, one decision."""

    reference: Reference | None = None
    kind: Literal["short_course", "delegation"] = Field(description="A delegation is a mission led by a ministry or another body; it is no secondment and is counted apart.")
    title: Line
    country: Country = Field(examples=["CN"])
    region: Region | None = Field(None, description="ISO 3166-2.", examples=["CN-GX"])
    host: Line
    field: Slug = Field(examples=["imaging"])
    led_by: Line | None = Field(None, description="Whose delegation it is.")
    starts_on: date
    ends_on: date = Field(description="Last day, whole.")
    participants: Annotated[list[Participant], Field(min_length=1, max_length=100)]
    done_on: date | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        if self.region is not None and not self.region.startswith(f"{self.country}-"):
            raise ValueError(_("The region is in another country."))
        if (self.kind == "delegation") != (self.led_by is not None):
            raise ValueError(_("A delegation says who leads it, and only a delegation does."))
        people = [participant.person_id for participant in self.participants]
        if len(set(people)) != len(people):
            raise ValueError(_("The same person appears twice."))
        return self


class ParticipantAdd(Participant):
    """One more person. The head of the facility may let the minimum staffing be broken, with the reason (TRN-02)."""

    override_reason: Annotated[str, StringConstraints(min_length=3, max_length=500)] | None = None
    done_on: date | None = None


class Moved(Body):
    """The way out or the way back, of all whom the caller acts for or of some."""

    stay_ids: Annotated[list[UUID], Field(max_length=100)] | None = None
    done_on: date | None = None


class Report(Moved):
    """A return report, of one person or of several together: what was seen, and what can be done at home from now on."""

    report: Text
    learnt: list[Line] = Field(default=[], max_length=20)


class Reason(Body):
    reason: Line
    done_on: date | None = None


class StayRead(BaseModel):
    """One person's stay."""

    id: UUID
    group_id: UUID
    person_id: UUID
    facility_code: str
    unit: str | None
    kind: Literal["short_course", "delegation"]
    title: str
    country: str
    region: str | None
    host: str
    field: str
    starts_on: date
    ends_on: date
    cover_person_id: UUID | None
    cover_reason: str | None
    override_reason: str | None
    state: Literal["proposed", "ordered", "conflicting", "departed", "returned", "reported", "cancelled"]
    decision: str | None
    departed_on: date | None
    returned_on: date | None
    reported_on: date | None
    report: str | None
    learnt: list[str]
    end_reason: str | None
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, stay: Stay) -> Self:
        group = stay.group
        names = [name for name in cls.model_fields if name != "available_actions"]
        values = {name: getattr(stay if hasattr(stay, name) else group, name) for name in names}
        return cls(**values, available_actions=[action("cancel", can_keep(caller, stay), lambda: STAY.after("cancel", stay.state))])


class RefusedParticipant(BaseModel):
    """Somebody who cannot go, with the registry's problem: the days in conflict and the nearest free ones."""

    person_id: UUID
    problem: dict[str, Any]


class StayGroupRead(BaseModel):
    """A group, the stays of it that the caller may see, and what the caller may do next."""

    id: UUID
    reference: str | None
    facility_code: str | None
    kind: Literal["short_course", "delegation"]
    title: str
    country: str
    region: str | None
    host: str
    field: str
    led_by: str | None
    starts_on: date
    ends_on: date
    state: Literal["proposed", "ordered", "withdrawn", "revoked"]
    proposed_on: date
    signed_on: date | None
    decision: str | None = Field(description="The number, or `to_regularise` while there is none.")
    ended_on: date | None
    end_reason: str | None
    stays: list[StayRead]
    refused: list[RefusedParticipant] = Field([], description="Only in the answer to a proposal: who cannot go, and why.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, group: StayGroup, refused: list[RefusedParticipant] | None = None) -> Self:
        apart = ("stays", "refused", "available_actions")
        values = {name: getattr(group, name) for name in cls.model_fields if name not in apart}

        def some(act: str, state: str) -> Action:
            """An act on the stays that are in a state, if the caller acts for one of them."""
            if not group.stays:
                return action(act, Refusal("nobody-left", _("Nobody of this group is left.")))
            here = [stay for stay in group.stays if stay.state == state]
            first = next((stay for stay in here if can_keep(caller, stay) is ALLOWED), (here or group.stays)[0])
            return action(act, can_keep(caller, first), lambda: STAY.after(act, first.state))

        adding = can_add_to_stays(caller)
        return cls(
            **values,
            stays=[StayRead.seen_by(caller, stay) for stay in group.stays],
            refused=refused or [],
            available_actions=[
                action("add", adding, lambda: GROUP.after("add", group.state)),
                action("withdraw", can_keep(caller, group), lambda: GROUP.after("withdraw", group.state)),
                some("depart", ORDERED),
                some("return", DEPARTED),
                some("report", RETURNED),
            ],
        )
