"""The register of those who were trained, over HTTP: few fields, and nobody by name who was not told or does not want to be."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.rotation.fields import Line
from services.rotation.placements.models import Placement
from services.rotation.placements.permissions import can_act_either, can_act_home
from services.rotation.placements.schemas import Purpose
from shared.actions import Action, action
from shared.auth import Caller
from shared.errors import Refused
from shared.i18n import _
from shared.records import Body
from shared.rulepacks import Rule

BOOK = "Relais rule book, exchanges (who stands in the register of alumni knows it and may leave it)"


class Informed(Body):
    """The person was told of the register on the day of the act."""

    done_on: date | None = None


class OptOut(Body):
    """The person does not want to be named any more."""

    done_on: date | None = None


class News(Body):
    """What the person does today, as the person tells it."""

    post: Line
    place: Line | None = None
    done_on: date | None = None


class Outcome(Body):
    """What became of somebody of an old register: came back, or did not. Said again, it replaces what was said."""

    outcome: Literal["back", "away", "unknown"]
    returned_on: date | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.returned_on is not None and self.outcome != "back":
            raise ValueError(_("Who did not come back has no day of return."))
        return self


class AlumnusRead(BaseModel):
    """One who was trained; the name is known to the side whose registry keeps the person."""

    id: UUID
    reference: str | None
    person_id: UUID | None = Field(description="Nobody's once the person has opted out.")
    person_name: str | None
    home_code: str
    host_code: str
    host_unit: str | None
    field: str
    starts_on: date
    ends_on: date
    months: int
    purpose: Purpose
    back: bool | None = Field(description="Whether the person came back; nothing when nobody knows.")
    returned_on: date | None
    today_post: str | None
    today_place: str | None
    today_on: date | None
    informed_on: date | None
    opted_out: bool
    from_register: bool
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, placement: Placement) -> Self:
        values = {name: getattr(placement, name) for name in cls.model_fields if hasattr(placement, name)}
        out = placement.opted_out_on is not None
        return cls(
            **(values | {"person_id": None if out else placement.person_id, "ends_on": placement.last_day}),
            back=True if placement.state in ("returned", "debriefed") else False if placement.state == "stayed" else None,
            opted_out=out,
            available_actions=[
                action("inform", can_act_home(caller, placement), lambda: must_be_listed(placement)),
                action("opt_out", can_act_either(caller, placement), lambda: must_be_listed(placement)),
                action("say_outcome", can_act_home(caller, placement), lambda: must_be_of_the_register(placement)),
                action("tell", can_act_home(caller, placement), lambda: must_be_listed(placement), lambda: must_be_informed(placement)),
            ],
        )


class FieldOfDecade(BaseModel):
    """How many were trained in a field in ten years, and how many of them are back."""

    field: str
    decade: int = Field(examples=[1990])
    people: int
    back: int


class AlumniSummary(BaseModel):
    """The register in numbers."""

    people: int
    back: int
    stayed: int
    unknown: int
    shortest_months: int | None
    longest_months: int | None
    items: list[FieldOfDecade]


def must_be_listed(placement: Placement) -> None:
    """Raises Refused."""
    if placement.opted_out_on is not None:
        raise Refused(
            "opted-out", _("This person has left the register."), rule=Rule("EXC-ALUMNI", 1, "wish of the person", BOOK), possible=_("Nothing more is said of this person.")
        )


def must_be_informed(placement: Placement) -> None:
    """Raises Refused."""
    if placement.informed_on is None:
        raise Refused(
            "not-informed",
            _("This person was not told of the register yet."),
            rule=Rule("EXC-ALUMNI", 1, "person told", BOOK),
            possible=_("Tell the person first, and enter the day."),
        )


def must_be_of_the_register(placement: Placement) -> None:
    """Raises Refused."""
    if not placement.from_register:
        raise Refused(
            "followed-here",
            _("This stay was followed here: its return is entered in the dossier."),
            rule=Rule("EXC-REGISTER", 1, "entry of the register", BOOK),
            possible=_("Open the dossier."),
        )
