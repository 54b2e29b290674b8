"""Vacancies over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.recruitment.policies.schemas import Line, Reference
from services.recruitment.vacancies.models import Vacancy
from services.recruitment.vacancies.permissions import can_publish_at
from services.recruitment.workflow import VACANCY
from shared.actions import Action, action
from shared.auth import Caller
from shared.records import Body

Paragraph = Annotated[str, StringConstraints(min_length=3, max_length=2000)]


class VacancyCreate(Body):
    """A validated need, told to whoever may want it. What is not said is not known."""

    reference: Reference | None = None
    need_id: UUID
    campaign_id: UUID | None = Field(None, description="The open call that whoever applies is a candidate of; none when candidates are matched by hand.")
    title: Line = Field(examples=["Infirmier ou infirmière de jour"])
    about: Paragraph = Field(examples=["Service de médecine de 30 lits, équipe de douze."])
    contract: Line | None = Field(None, examples=["CDI ou mutation"])
    hours: Line | None = Field(None, examples=["Temps plein, un week-end sur trois"])
    pay: Line | None = Field(None, examples=["À partir de 2 300 € brut par mois"])
    starts_from: date | None = None
    housing: Line | None = Field(None, examples=["Studio meublé à Pornic pendant six mois"])
    childcare: Line | None = Field(None, examples=["Deux places réservées en crèche, de 6 h à 22 h"])
    transport: Line | None = Field(None, examples=["Gare à 800 m, covoiturage organisé"])
    opens_on: date
    closes_on: date
    done_on: date | None = None


class Withdrawal(Body):
    reason: Line
    done_on: date | None = None


class VacancyPublic(BaseModel):
    """What anybody reads: a place, a profession, the conditions, and life around it. No person."""

    id: UUID
    title: str
    occupation_code: str
    employer: str
    facility_code: str
    place: str
    area_code: str
    seats: int
    about: str
    contract: str | None
    hours: str | None
    pay: str | None
    starts_from: date | None
    housing: str | None
    childcare: str | None
    transport: str | None
    published_on: date
    closes_on: date
    in_pool: bool = Field(description="Whether employers of a pool publish it together: whoever applies may ask to be in the pool's file too.")
    is_campaign: bool = Field(description="Whether whoever applies says their degree and experience for a campaign with criteria of its own.")

    @classmethod
    def of(cls, vacancy: Vacancy) -> Self:
        return cls(
            **{name: getattr(vacancy, name) for name in cls.model_fields if hasattr(vacancy, name)},
            in_pool=vacancy.pool_id is not None,
            is_campaign=vacancy.campaign_id is not None,
        )


class VacancyRead(VacancyPublic):
    """The same with what its people may do."""

    reference: str | None
    need_id: UUID
    pool_id: UUID | None
    campaign_id: UUID | None
    opens_on: date
    withdrawn_on: date | None
    withdrawal_reason: str | None
    state: Literal["published", "withdrawn"]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, vacancy: Vacancy) -> Self:
        values = {name: getattr(vacancy, name) for name in cls.model_fields if hasattr(vacancy, name)}
        return cls(
            **values,
            in_pool=vacancy.pool_id is not None,
            is_campaign=vacancy.campaign_id is not None,
            available_actions=[action("withdraw", can_publish_at(caller, vacancy.authority_path), lambda: VACANCY.after("withdraw", vacancy.state))],
        )
