"""What the other services hear of a reorganisation: the whole state of everything that it touched, by the events that exist."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.absences.events import AbsenceApproved
from services.registry.absences.models import APPROVED, Absence
from services.registry.areas.load import announce as announce_areas
from services.registry.assignments.events import AssignmentChanged
from services.registry.assignments.models import Assignment
from services.registry.assignments.queries import occupations_of
from services.registry.facilities.models import Facility
from services.registry.facilities.use_cases import announce as announce_facilities
from services.registry.holds.events import HoldConfirmed, HoldTaken
from services.registry.holds.models import CONFIRMED, TAKEN, Hold
from services.registry.persons.use_cases import announce_workers_of
from services.registry.posts.models import Post
from services.registry.posts.use_cases import announce_posts
from services.registry.units.served import standings_of
from shared.clock import today
from shared.events import record_events


async def tell(session: AsyncSession, reorganisation_id: UUID, people: Collection[UUID] = ()) -> None:
    """Everything of which a reorganisation kept a row."""
    session.expire_all()
    touched: dict[str, set[UUID]] = {}
    for row in await session.execute(_TOUCHED, {"id": reorganisation_id}):
        touched.setdefault(row.table_name, set()).add(row.id)
    await announce_areas(session, touched.get("areas", set()) | touched.get("area_changes", set()))
    await announce_facilities(session, sorted(touched.get("facilities", set()) | touched.get("facility_links", set())))
    await announce_posts(session, touched.get("posts", set()))
    await announce_assignments(session, touched.get("assignments", set()))
    await announce_away(session, touched.get("absences", set()), touched.get("holds", set()))
    await announce_workers_of(session, *people)


async def announce_assignments(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Many assignments at once, each with all its periods."""
    periods: dict[UUID, list[Assignment]] = {}
    for row in await session.scalars(select(Assignment).where(Assignment.id.in_(ids)).order_by(func.lower(Assignment.valid)).execution_options(populate_existing=True)):
        periods.setdefault(row.id, []).append(row)
    occupations = await occupations_of(session, [rows[0].worker_id for rows in periods.values()])
    day, standings = today(), await standings_of(session, [row for rows in periods.values() for row in rows])
    record_events(
        session,
        [
            AssignmentChanged.about(rows, occupation_code=occupations[rows[-1].worker_id], day=day, served=standings.serves(rows[-1], day))
            for rows in periods.values()
            if rows[-1].state == "active"
        ],
    )


async def announce_away(session: AsyncSession, absences: Collection[UUID], holds: Collection[UUID]) -> None:
    """Leave and holds that went with their people."""
    approved = await session.scalars(select(Absence).where(Absence.id.in_(absences), Absence.state == APPROVED).execution_options(populate_existing=True))
    record_events(session, [AbsenceApproved.about(absence) for absence in approved])
    for state, event in ((TAKEN, HoldTaken), (CONFIRMED, HoldConfirmed)):
        held = await session.scalars(select(Hold).where(Hold.id.in_(holds), Hold.state == state).execution_options(populate_existing=True))
        record_events(session, [event.about(hold) for hold in held])


async def follow(session: AsyncSession) -> list[str]:
    """Rows about facilities whose managing authority of today is another than yesterday follow it, and the others hear whose they are now."""
    codes = [row.code for row in await session.execute(_FOLLOW, {"day": today()})]
    if codes:
        session.expire_all()
        await announce_facilities(session, sorted(set(await session.scalars(select(Facility.id).where(Facility.code.in_(codes))))))
        await announce_posts(session, set(await session.scalars(select(Post.id).where(Post.facility_code.in_(codes)))))
        staff = (await session.execute(select(Assignment.id, Assignment.person_id).where(Assignment.facility_code.in_(codes)))).all()
        await announce_assignments(session, {row.id for row in staff})
        await announce_workers_of(session, *{row.person_id for row in staff})
    return codes


_FOLLOW = text("SELECT code FROM follow_authorities(:day)")
_TOUCHED = text(
    """
    SELECT DISTINCT table_name, CAST(coalesce(after, before) ->> CASE table_name WHEN 'facility_links' THEN 'facility_id' WHEN 'area_changes' THEN 'from_id' WHEN 'territory_members' THEN 'territory_id' ELSE 'id' END AS uuid) AS id
    FROM reorganisation_rows WHERE reorganisation_id = :id
    """
)
