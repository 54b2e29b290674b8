"""The availability calendar over HTTP: who may be planned for, and how many of each team are present, day by day."""

from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.registry.directory import get_place, names_of_occupations
from services.registry.holds.permissions import can_see_plans, knows_why
from services.registry.holds.queries import roster_of
from services.registry.holds.roster import Minimum, Roster
from services.registry.units.within import units_within
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import Malformed, NotFound, problems
from shared.i18n import _
from shared.idempotency import Router

router = Router(prefix="/availability", tags=["availability"])
LONGEST_DAYS = 100


class TeamDay(BaseModel):
    """How many of a team there are, are present and are on mission on a day."""

    day: date
    staff: int
    present: int
    on_mission: int
    below_minimum: bool


class TeamRead(BaseModel):
    minimum_id: UUID | None = Field(description="None for a team without a minimum of its own.")
    unit: str | None
    occupation_code: str | None
    occupation_name: str | None
    specialty: str | None
    min_present: int | None
    mission_cap_percent: int
    days: list[TeamDay]


class Away(BaseModel):
    """Days on which somebody is unavailable. Whoever is not HR of the employer reads “protected” and nothing more (SEC-03)."""

    starts_on: date
    ends_on: date
    ground: Literal["protected", "leave", "session", "mission", "stay"]


class PersonDays(BaseModel):
    person_id: UUID
    occupation_code: str
    occupation_name: str | None
    specialty: str | None
    unit: str | None
    unavailable: list[Away] = Field(description="On every other day the person is available.")


class Calendar(BaseModel):
    facility_code: str
    facility_name: str
    unit: str | None
    unit_id: UUID | None = None
    starts_on: date
    ends_on: date
    units: list[str] = Field(description="Units of the facility in which somebody works.")
    teams: list[TeamRead]
    people: list[PersonDays] = Field(description="Everybody of the unit; without a unit, those of the facility who are unavailable on some day.")


@router.get("", response_model=Calendar, dependencies=[allows(can_see_plans)], responses=problems(403, 404, 422))
async def read_availability(
    caller: CallerDep,
    session: SessionDep,
    facility: Annotated[str, Query(max_length=60)],
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
    unit: Annotated[str | None, Query(max_length=200)] = None,
    unit_id: Annotated[UUID | None, Query(description="A unit of the register, with all that hangs below it on the first day.")] = None,
) -> Calendar:
    """A unit's calendar: present against minimum by day, and each person available or unavailable."""
    if not first <= last < first + timedelta(days=LONGEST_DAYS):
        raise Malformed.field("to", _("A calendar shows 1 to {longest} days."), longest=LONGEST_DAYS)
    place = await get_place(session, facility, first, field="facility")
    if not caller.manages(place.authority_path):
        raise NotFound()
    roster = await roster_of(session, [place.code], first, last, margin=timedelta(0))
    within = set(await session.scalars(units_within(unit_id, first))) if unit_id is not None else set()
    narrowed = unit is not None or unit_id is not None
    members = [one for one in roster.members if (unit is None or one.unit == unit) and (unit_id is None or one.unit_id in within)]
    teams = list(dict.fromkeys(team for one in members for team in roster.teams_of_member(one) if narrowed or team.id is not None))
    occupations = await names_of_occupations(session, {one.occupation_code for one in members})
    why = knows_why(caller, place.authority_path)
    people = []
    for one in {one.person_id: one for one in members}.values():
        held = sorted((thing for thing in roster.held_by(one.person_id) if thing.first <= last and thing.last >= first), key=lambda thing: thing.first)
        if narrowed or held:
            people.append(
                PersonDays(
                    person_id=one.person_id,
                    occupation_code=one.occupation_code,
                    occupation_name=occupations.get(one.occupation_code),
                    specialty=one.specialty,
                    unit=one.unit,
                    unavailable=[
                        Away.model_validate({"starts_on": max(thing.first, first), "ends_on": min(thing.last, last), "ground": thing.kind if why else "protected"})
                        for thing in held
                    ],
                )
            )
    return Calendar(
        facility_code=place.code,
        facility_name=place.name,
        unit=unit,
        unit_id=unit_id,
        starts_on=first,
        ends_on=last,
        units=sorted({one.unit for one in roster.members if one.unit}),
        teams=[_team(roster, team, occupations, first, last) for team in sorted(teams, key=lambda team: (team.id is None, team.occupation_code or "", team.specialty or ""))],
        people=sorted(people, key=lambda person: (person.occupation_code, person.specialty or "", person.person_id)),
    )


def _team(roster: Roster, team: Minimum, occupations: dict[str, str], first: date, last: date) -> TeamRead:
    days = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        staff, present, away = roster.present(team, day)
        counts = team.id is not None and team.first <= day and (team.last is None or day <= team.last)
        days.append(TeamDay(day=day, staff=staff, present=present, on_mission=away, below_minimum=counts and present < team.min_present))
    return TeamRead(
        minimum_id=team.id,
        unit=team.unit,
        occupation_code=team.occupation_code,
        occupation_name=occupations.get(team.occupation_code or ""),
        specialty=team.specialty,
        min_present=None if team.id is None else team.min_present,
        mission_cap_percent=team.cap_percent,
        days=days,
    )
