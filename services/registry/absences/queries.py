"""Reading absences: what a list of them shows."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from sqlalchemy import Select, select

from services.registry.absences.models import Absence, State
from shared.auth import Caller
from shared.visibility import visible_to

Sort = Annotated[Literal["from", "-from", "facility", "-facility"], Query(description="The order; from its end with a minus.")]
SORTS: dict[str, list[Any]] = {"from": [Absence.starts_on], "facility": [Absence.facility_code, Absence.starts_on]}


def absences_wanted(caller: Caller, *, person: UUID | None, facility: str | None, state: State | None, first: date | None, last: date | None) -> Select[tuple[Absence]]:
    """Absences that the caller sees, under the filters of the list."""
    wanted = select(Absence).where(visible_to(caller, Absence))
    for column, value in ((Absence.person_id, person), (Absence.facility_code, facility), (Absence.state, state)):
        if value is not None:
            wanted = wanted.where(column == value)
    if first is not None:
        wanted = wanted.where(Absence.ends_on >= first)
    if last is not None:
        wanted = wanted.where(Absence.starts_on <= last)
    return wanted
