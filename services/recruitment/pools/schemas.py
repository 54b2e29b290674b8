"""Pools over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.recruitment.policies.schemas import Code, Line, Reference
from services.recruitment.pools.guards import charter_of, member_of
from services.recruitment.pools.models import Partner, Pool, Round
from services.recruitment.pools.permissions import can_coordinate, can_speak_for
from services.recruitment.workflow import MEMBERSHIP
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import day_of
from shared.records import Body

Words = Annotated[str, StringConstraints(min_length=20, max_length=20_000)]
TakesPartAs = Literal["employer", "partner"]


class PoolCreate(Body):
    """A pool as its coordinator opens it."""

    reference: Reference | None = None
    code: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(examples=["PTRH-RETZ"])
    title: Line
    authority: Code = Field(description="Under whose authority it is coordinated.", examples=["FR-44"])
    purpose: Annotated[str, StringConstraints(min_length=10, max_length=2_000)]
    done_on: date | None = None


class CharterCreate(Body):
    """The rules and values that members accept, whole."""

    words: Words
    done_on: date | None = None


class PartnerCreate(Body):
    """A facility joins: as an employer with posts, or as a partner without any."""

    facility_code: Code = Field(examples=["FR-44-HIPR"])
    takes_part_as: TakesPartAs
    done_on: date | None = None


class AcceptanceCreate(Body):
    """A member accepts the charter in force."""

    signed_as: Line = Field(description="In what capacity, never a name.", examples=["Directrice"])
    done_on: date | None = None


class Leaving(Body):
    """A member leaves the pool."""

    reason: Line
    done_on: date | None = None


class RoundCreate(Body):
    """What is asked of members, and until when they answer."""

    reference: Reference | None = None
    title: Line
    due_on: date
    facility_codes: list[Code] = Field(default=[], max_length=200, description="Whom it asks; every member when none is named.")
    done_on: date | None = None


class AnswerCreate(Body):
    """A member has answered: its needs and resources are stated beside."""

    facility_code: Code
    comment: Annotated[str, StringConstraints(max_length=1_000)] | None = None
    done_on: date | None = None


class CharterRead(BaseModel):
    """One edition of the charter."""

    id: UUID
    edition: int
    words: str
    published_on: date

    model_config = {"from_attributes": True}


class AcceptanceRead(BaseModel):
    """Which edition was accepted, in what capacity and when."""

    edition: int
    signed_as: str
    accepted_on: date


class PartnerRead(BaseModel):
    """A member with what it accepted, and what the caller may do for it."""

    id: UUID
    facility_code: str
    takes_part_as: TakesPartAs
    kind: str = Field(description="What sort of place it is.")
    state: Literal["member", "left"]
    joined_on: date
    left_on: date | None
    leaving_reason: str | None
    acceptances: list[AcceptanceRead]
    is_up_to_date: bool = Field(description="Whether it accepted the edition in force.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, pool: Pool, partner: Partner) -> Self:
        editions = {charter.id: charter.edition for charter in pool.charters}
        values = {name: getattr(partner, name) for name in cls.model_fields if name != "acceptances" and hasattr(partner, name)}
        own = next((path for path in caller.scope if path.endswith(f".{partner.facility_code}")), f"{pool.authority_path}.{partner.facility_code}")
        return cls(
            **values,
            acceptances=[AcceptanceRead(edition=editions[one.charter_id], signed_as=one.signed_as, accepted_on=one.accepted_on) for one in partner.acceptances],
            is_up_to_date=partner.accepted(pool.charter) is not None,
            available_actions=[
                action("accept", can_speak_for(caller, pool, own), lambda: member_of(pool, partner.facility_code), lambda: charter_of(pool)),
                action("leave", can_coordinate(caller, pool), lambda: MEMBERSHIP.after("leave", partner.state)),
            ],
        )


class PoolRead(BaseModel):
    """A pool, its members and its charter, with what the caller may do next."""

    id: UUID
    reference: str | None
    code: str
    title: str
    authority: str
    purpose: str
    state: Literal["open"]
    opened_on: date
    charters: list[CharterRead]
    partners: list[PartnerRead]
    is_open_to_you: bool = Field(description="Whether needs, resources and bridges of the pool are shown to you: once your facility has accepted a charter.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, pool: Pool) -> Self:
        values = {name: getattr(pool, name) for name in cls.model_fields if name not in ("charters", "partners") and hasattr(pool, name)}
        coordinates = can_coordinate(caller, pool)
        return cls(
            **values,
            charters=[CharterRead.model_validate(charter) for charter in pool.charters],
            partners=[PartnerRead.seen_by(caller, pool, partner) for partner in pool.partners],
            is_open_to_you=caller.manages(pool.authority_path) or any(partner.acceptances and partner.facility_code in caller.parties for partner in pool.members),
            available_actions=[action(act, coordinates) for act in ("publish_charter", "add_partner", "ask_round", "open_profile", "open_bridge")],
        )


class AnswerRead(BaseModel):
    """Who answered, when, and with what beside the needs and resources."""

    facility_code: str
    comment: str | None
    answered_on: date

    model_config = {"from_attributes": True}


class RoundRead(BaseModel):
    """A round: asked of whom and when, who answered, who is awaited."""

    id: UUID
    reference: str | None
    pool_id: UUID
    title: str
    asked_on: date
    due_on: date
    asked: list[str]
    answers: list[AnswerRead]
    awaited: list[str]
    needs: int = Field(description="Needs stated in it that you may see.")
    resources: int = Field(description="Resources stated in it that you may see.")
    entered_afterwards: bool

    @classmethod
    def of(cls, found: Round, needs: int, resources: int) -> Self:
        answered = {answer.facility_code for answer in found.answers}
        values = {name: getattr(found, name) for name in cls.model_fields if name != "answers" and hasattr(found, name)}
        return cls(
            **values,
            answers=[AnswerRead.model_validate(answer) for answer in found.answers],
            awaited=[code for code in found.asked if code not in answered],
            needs=needs,
            resources=resources,
            entered_afterwards=found.asked_on < day_of(found.recorded_at),
        )
