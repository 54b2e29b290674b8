"""The situation of a place: one page on who is there, what is missing, who helps and what runs out."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.figures.queries import Where, population_for
from services.observatory.figures.schemas import AreaRead
from services.observatory.figures.use_cases import Boundaries, Question, place_asked, read_figures
from services.observatory.places import queries
from services.observatory.places.permissions import sees_people
from services.observatory.places.queries import lines
from services.observatory.places.schemas import (
    AgreementLine,
    AreaSituationRead,
    AwayLine,
    FacilityLine,
    LicenceLine,
    MandateLine,
    NeedLine,
    PlaceRead,
    PlanLine,
    ShortageLine,
    SituationRead,
    StaffLine,
    VacantPost,
)
from services.observatory.rules import pack_of
from shared.auth import Caller
from shared.errors import NotFound

FIGURES_OF_A_FACILITY = ("coverage.doctors", "training.trainees", "training.sponsored_studies", "rotation.visits_held_percent", "appointment.days_without_head")
FIGURES_OF_AN_AREA = (
    "density.doctors",
    "density.nurses",
    "stock.staff",
    "recruitment.vacant_posts",
    "recruitment.hard_posts",
    "rotation.stations_without_centre",
    "training.trainees",
)
MOST_POSTS = 50


def _where(question: Question, place: str) -> Where:
    last = min(question.last or question.day, question.day)
    return Where(place, question.drawn_on, question.day, question.first or date(last.year, 1, 1), last)


async def read_situation(session: AsyncSession, *, caller: Caller, facility_code: str, first: date | None, last: date | None, as_of: date | None) -> SituationRead:
    """One facility on a day. Raises NotFound when no relation of the caller's opens it."""
    question = Question("", "", first, last, as_of, facility=facility_code)
    place = await place_asked(session, caller, question)
    where = _where(question, place.code)
    found = await lines(session, queries.PLACE, where)
    if not found:
        raise NotFound()
    posts = await lines(session, queries.POSTS, where)
    vacant = [post for post in posts if post.is_vacant]
    mandates = await lines(session, queries.MANDATES, where)
    licences = await lines(session, queries.LICENCES, where)
    missions = (await lines(session, queries.MISSIONS, where))[0]
    plans = await lines(session, queries.PLAN, where)
    people = sees_people(caller)
    return SituationRead(
        place=PlaceRead.model_validate(found[0], from_attributes=True),
        as_of=where.day,
        period_from=where.first,
        period_to=where.last,
        staff=[StaffLine.model_validate(row, from_attributes=True) for row in await lines(session, queries.STAFF, where)],
        away=[AwayLine.model_validate(row, from_attributes=True) for row in await lines(session, queries.AWAY_BY_KIND, where)],
        posts_open=len(posts),
        posts_vacant=len(vacant),
        posts_hard=sum(post.is_hard for post in vacant),
        vacant_posts=[VacantPost.model_validate(post, from_attributes=True) for post in vacant[:MOST_POSTS]],
        shortages=[ShortageLine.model_validate(row, from_attributes=True) for row in await lines(session, queries.SHORTAGES, where)],
        needs=[NeedLine.model_validate(row, from_attributes=True) for row in await lines(session, queries.NEEDS, where)],
        agreements=[
            AgreementLine(
                id=row.id,
                role="receives" if row.receiver == facility_code else "gives",
                other_code=row.giver if row.receiver == facility_code else row.receiver,
                model=row.model,
                state=row.state,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                promised=row.promised,
                held=row.held,
                missed=row.missed,
            )
            for row in await lines(session, queries.AGREEMENTS, where)
        ],
        missions_in=missions.missions_in,
        missions_out=missions.missions_out,
        plan=PlanLine.model_validate(plans[0], from_attributes=True) if plans else None,
        mandates_running=len(mandates),
        mandates=[MandateLine.model_validate(row, from_attributes=True) for row in mandates] if people else [],
        licences_expiring=len(licences),
        licences=[LicenceLine.model_validate(row, from_attributes=True) for row in licences] if people else [],
        figures=await read_figures(session, caller=caller, question=question, ids=FIGURES_OF_A_FACILITY),
    )


async def read_area_situation(
    session: AsyncSession, *, caller: Caller, area: str, first: date | None, last: date | None, as_of: date | None, boundaries: Boundaries
) -> AreaSituationRead:
    """One area on a day, facility by facility. Raises NotFound for an area outside the caller's territory."""
    question = Question("", area, first, last, as_of, boundaries=boundaries)
    place = await place_asked(session, caller, question)
    where = _where(question, place.code)
    population = await population_for(session, place.code, where.day)
    facilities = [FacilityLine.model_validate(row, from_attributes=True) for row in await lines(session, queries.FACILITIES, where)]
    if not sees_people(caller):
        fewest = pack_of(place.code, where.day).rule("OBS-02").value
        for line in facilities:
            line.staff, line.doctors, line.nurses = (count if count == 0 or (count or 0) >= fewest else None for count in (line.staff, line.doctors, line.nurses))
    return AreaSituationRead(
        area=AreaRead(code=place.code, name=place.name, level=place.level),
        as_of=where.day,
        period_from=where.first,
        period_to=where.last,
        population=population.value if population else None,
        figures=await read_figures(session, caller=caller, question=question, ids=FIGURES_OF_AN_AREA),
        facilities=facilities,
    )
