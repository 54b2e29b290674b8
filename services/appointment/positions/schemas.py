"""Leadership positions over HTTP."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.appointment.positions.models import POSITION, LeadershipPosition
from services.appointment.positions.permissions import can_open_at
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Rank = Literal["head", "deputy"]


class PositionCreate(Body):
    """A seat of head or deputy of a facility, or of one of its units when `unit` is said."""

    reference: Reference | None = None
    facility_code: str = Field(max_length=60)
    unit: str | None = Field(None, min_length=1, max_length=200)
    rank: Rank
    title: str = Field(min_length=1, max_length=200, examples=["Phó Giám đốc Bệnh viện"])
    term_months: int | None = Field(None, ge=1, le=120, description="The rule pack's term (60) when not said.")
    requirements: list[Annotated[str, StringConstraints(min_length=1, max_length=500)]] = Field(default_factory=list, max_length=30)
    planning_required: bool = True
    valid_from: date
    valid_to: date | None = None
    grandfathered_until: date | None = Field(None, description="A deputy in place above the cap after a merger is tolerated until this day (APP-19); the seat closes with it.")
    done_on: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(_("The last day comes before the first one."))
        if self.grandfathered_until is not None and self.rank != "deputy":
            raise ValueError(_("Only a deputy may be tolerated above the cap."))
        return self


class PositionBatch(Body):
    """Up to 200 positions at once; each is answered by itself."""

    positions: list[PositionCreate] = Field(min_length=1, max_length=200)


class PositionClosure(Body):
    """The last day of the seat."""

    last_day: date
    done_on: date | None = None


class Holder(BaseModel):
    """Who holds the position on the day asked, by which mandate."""

    mandate_id: UUID
    person_id: UUID
    kind: str
    starts_on: date
    ends_on: date


class CapRead(BaseModel):
    """How many deputies the unit may have, from which staff, by which rule."""

    facility_code: str
    unit: str | None
    deputies: int
    seats: int = Field(description="Seats of deputy that are open or will be.")
    staff: int = Field(description="Staff counted: the kinds of employment that the rule names.")
    rule: dict[str, Any]


class PositionRead(BaseModel):
    """A position with who holds it, how long nobody did, and what the caller may do next."""

    id: UUID
    reference: str | None
    facility_code: str
    unit: str | None
    rank: Rank
    title: str
    term_months: int
    requirements: list[str]
    planning_required: bool
    valid_from: date
    valid_to: date | None
    grandfathered_until: date | None
    state: str
    holder: Holder | None
    acting: Holder | None
    vacant_since: date | None = Field(description="First day of the running time without a holder; null while there is one.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, position: LeadershipPosition, *, holder: Holder | None, acting: Holder | None, vacant_since: date | None) -> Self:
        values = {name: getattr(position, name) for name in cls.model_fields if hasattr(position, name)}
        close = action("close", can_open_at(caller, position.authority_path), lambda: POSITION.after("close", position.state))
        return cls(**values, holder=holder, acting=acting, vacant_since=vacant_since, available_actions=[close])


class PositionItem(BaseModel):
    """What became of one position of a batch."""

    reference: str | None
    position: PositionRead | None
    problem: dict[str, Any] | None


class PositionItems(BaseModel):
    items: list[PositionItem]


class Vacancy(BaseModel):
    """Days without a holder, within the period asked and within the position's own."""

    position_id: UUID
    facility_code: str
    unit: str | None
    rank: Rank
    title: str
    days: int
    periods: list[tuple[date, date]]


class Vacancies(BaseModel):
    """Days without a holder, position by position."""

    from_day: date
    to_day: date
    items: list[Vacancy]
