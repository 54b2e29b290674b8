"""Programmes over HTTP: reference data of the rule packs."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from services.rotation.fields import Code
from services.rotation.programmes.queries import programmes_on
from services.rotation.sides import can_read_rotation
from shared.auth import allows
from shared.clock import today
from shared.errors import problems
from shared.idempotency import Router

router = Router(prefix="/programmes", tags=["programmes"])


class ProgrammeRead(BaseModel):
    """A programme and its limits; null where its text sets none."""

    code: str
    area: str | None
    duty: bool
    patterns: list[str]
    tour_min_months: int | None
    tour_max_days: int | None
    total_max_days: int | None
    rule: dict[str, Any]


class Programmes(BaseModel):
    """The programmes open to a facility or an authority on a day."""

    items: list[ProgrammeRead]


@router.get("", response_model=Programmes, dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 409, 422))
async def list_programmes(facility: Code, as_of: date | None = None) -> Programmes:
    """The programmes open to a facility (or to an authority), each with the text that it rests on."""
    found = programmes_on(facility, as_of or today())
    return Programmes(
        items=[
            ProgrammeRead(
                **{name: getattr(each, name) for name in ProgrammeRead.model_fields if name not in ("rule", "patterns")}, patterns=list(each.patterns), rule=each.rule.as_json()
            )
            for each in found
        ]
    )
