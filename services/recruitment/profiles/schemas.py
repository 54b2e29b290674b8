"""Those who look for work, their consents and what is decided, over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.recruitment.candidacies.schemas import CriterionRead
from services.recruitment.needs.models import Need
from services.recruitment.policies.eligibility import Criterion, shown
from services.recruitment.policies.schemas import Code, Line, Reference, Word
from services.recruitment.profiles.guards import must_be_looking, must_have_a_consent
from services.recruitment.profiles.models import Match, Profile
from services.recruitment.profiles.permissions import can_keep
from services.recruitment.workflow import PROFILE
from shared.actions import Action, action
from shared.auth import Caller
from shared.records import Body

Means = Literal["written", "oral", "online"]
Closing = Literal["hired", "stopped", "unreachable"]
Outcome = Literal["kept", "not_kept"]


class ConsentCreate(Body):
    """To whom the person lets their file be shown; it takes the place of what stood before."""

    partners: list[Code] = Field(min_length=1, max_length=200, examples=[["FR-44-HIPR", "FR-44-EHPADSB"]])
    means: Means = Field(description="How the person said so.")
    done_on: date | None = None


class ProfileCreate(Body):
    """What a known person looks for. The name stays in the registry."""

    reference: Reference | None = None
    pool_id: UUID
    person_id: UUID
    occupation_code: Code = Field(examples=["FR-IDE"])
    specialty: Word | None = None
    available_from: date
    places: list[Code] = Field(default=[], max_length=100, description="Areas or facilities; anywhere in the pool when none is named.")
    note: Annotated[str, StringConstraints(max_length=1_000)] | None = None
    done_on: date | None = None


class LookingSaid(Body):
    """What a candidate looks for, as their application says it."""

    pool_id: UUID | None
    person_id: UUID
    occupation_code: str
    available_from: date


class ConsentWithdrawal(Body):
    """The person takes the consent back: nobody of the pool's members sees the file from that moment on."""

    done_on: date | None = None


class ProfileEnding(Body):
    """Why nothing is looked for any more."""

    closing: Closing
    done_on: date | None = None


class MatchCreate(Body):
    """What an employer decides about somebody for one of its needs, and why."""

    reference: Reference | None = None
    need_id: UUID
    profile_id: UUID
    outcome: Outcome
    reason: Line
    done_on: date | None = None


class ConsentRead(BaseModel):
    """A consent with its days. An employer reads of itself alone."""

    id: UUID
    partners: list[str]
    means: Means
    given_on: date
    withdrawn_on: date | None


class ProfileRead(BaseModel):
    """What somebody looks for, and what the caller may do next."""

    id: UUID
    reference: str | None
    pool_id: UUID
    person_id: UUID
    occupation_code: str
    specialty: str | None
    available_from: date
    places: list[str]
    note: str | None
    state: Literal["looking", "ended"]
    opened_on: date
    closed_on: date | None
    closing: Closing | None
    consents: list[ConsentRead]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, profile: Profile) -> Self:
        keeps = can_keep(caller, profile)
        sees_all = caller.manages(profile.authority_path)
        read = [
            ConsentRead(
                id=one.id,
                partners=[code for code in one.partners if sees_all or code in caller.parties],
                means=one.means,
                given_on=one.given_on,
                withdrawn_on=one.withdrawn_on,
            )
            for one in profile.consents
        ]
        values = {name: getattr(profile, name) for name in cls.model_fields if name != "consents" and hasattr(profile, name)}
        return cls(
            **values,
            consents=[one for one in read if one.partners],
            available_actions=[
                action("consent", keeps, lambda: must_be_looking(profile)),
                action("withdraw", keeps, lambda: must_have_a_consent(profile)),
                action("end", keeps, lambda: PROFILE.after("end", profile.state)),
            ],
        )


class MatchRead(BaseModel):
    """What was decided, by whom it stays in the audit, why, and the criteria as they stood."""

    id: UUID
    need_id: UUID
    profile_id: UUID
    person_id: UUID
    facility_code: str
    state: Outcome
    reason: str
    decided_on: date
    criteria: list[CriterionRead]

    @classmethod
    def of(cls, match: Match) -> Self:
        values = {name: getattr(match, name) for name in cls.model_fields if name != "criteria" and hasattr(match, name)}
        return cls(**values, criteria=[CriterionRead(**shown(criterion)) for criterion in match.criteria])


class Comparison(BaseModel):
    """A need and somebody who looks for work, side by side. The order of a list is by criteria missing, then a title that answers before a bridge, then by who has waited longest."""

    need_id: UUID
    profile_id: UUID
    person_id: UUID
    facility_code: str
    occupation_code: str = Field(description="The title of the person.")
    wanted_occupation: str
    wanted_from: date | None
    available_from: date
    has_consented: bool = Field(description="Whether the person consents to be shown to this employer.")
    met: int
    missing: int
    criteria: list[CriterionRead]
    decision: MatchRead | None
    available_actions: list[Action]

    @classmethod
    def of(cls, need: Need, profile: Profile, criteria: list[Criterion], decision: Match | None, decide: Action) -> Self:
        return cls(
            need_id=need.id,
            profile_id=profile.id,
            person_id=profile.person_id,
            facility_code=need.facility_code,
            occupation_code=profile.occupation_code,
            wanted_occupation=need.occupation_code,
            wanted_from=need.wanted_from,
            available_from=profile.available_from,
            has_consented=need.facility_code in profile.shared_with,
            met=sum(criterion.met for criterion in criteria),
            missing=sum(not criterion.met for criterion in criteria),
            criteria=[CriterionRead(**shown(criterion.stored())) for criterion in criteria],
            decision=MatchRead.of(decision) if decision else None,
            available_actions=[decide],
        )


class Comparisons(BaseModel):
    """Everybody who is worth comparing, or every need: no page of them hides a better one."""

    items: list[Comparison]
