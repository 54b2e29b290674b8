"""What every service knows of the registry, by its events: places, who works where, and when each retires. Never a name.

consumer = Consumer("training")
hear_directory(consumer)                                  # in consumers.py
directory_tables()                                        # in the first migration, after shared_tables()
place = await place_on(session, "VN-22-BVT", day)         # raises Malformed
work = await work_of(session, caller, person_id, day)     # raises Malformed, or Unavailable while the news is on its way
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Date, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clients import ask
from shared.clock import today
from shared.db import worker_session
from shared.errors import Malformed, Unavailable
from shared.events import Received
from shared.i18n import _
from shared.inbox import Consumer
from shared.replicas import replaced_by

if TYPE_CHECKING:
    from shared.auth import Caller

PLACES: Sequence[str] = ("facilities", "facility_authorities")
TABLES: Sequence[str] = (*PLACES, "workers", "assignments")


class FacilityPeriod(BaseModel):
    """A facility from a first to a last day, both whole."""

    valid_from: date | None
    valid_to: date | None
    authority_path: str
    facility_type: str = "other"
    level: str = "area"
    ownership: str = "public"
    area_code: str = ""
    area_path: list[str] = Field(default_factory=list)
    technical_supervisor: str | None = None
    remoteness: str = "none"
    tier: str | None = None


class FacilityState(BaseModel):
    """A facility through time."""

    topic: ClassVar[str] = "relais.registry.facilities"

    id: UUID
    code: str
    periods: list[FacilityPeriod]


class WorkerState(BaseModel):
    """A person in an occupation, with what rules of age and service need."""

    topic: ClassVar[str] = "relais.registry.workers"

    id: UUID
    person_id: UUID
    worker_no: str | None = None
    occupation_code: str
    group: str = "other"
    specialty: str | None = None
    employment_type: str | None = None
    first_day: date | None = None
    retirement_on: date | None = None
    authority_path: str
    shared_with: list[str] = Field(default_factory=list)


class AssignmentPeriod(BaseModel):
    """An assignment from a first to a last day."""

    valid_from: date
    valid_to: date | None
    facility_code: str
    authority_path: str
    kind: str
    fte_share: Decimal = Decimal(1)
    post_id: UUID | None = None


class AssignmentState(BaseModel):
    """An assignment through time. Only `active` and `ended` ones count."""

    topic: ClassVar[str] = "relais.registry.assignments"

    id: UUID
    worker_id: UUID
    person_id: UUID
    unit: str | None = None
    state: str
    source_service: str | None = None
    source_id: UUID | None = None
    shared_with: list[str] = Field(default_factory=list)
    periods: list[AssignmentPeriod]


_keep_facilities = replaced_by(
    "facilities",
    "facility_id",
    """
    INSERT INTO facilities (facility_id, code, authority_path, facility_type, level, ownership, area_code, area_path, technical_supervisor, remoteness, tier, valid)
    SELECT f.id, f.code, CAST(p.authority_path AS ltree), p.facility_type, p.level, p.ownership, p.area_code, p.area_path, p.technical_supervisor, p.remoteness, p.tier,
           daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f (id uuid, code text, periods jsonb),
         jsonb_to_recordset(f.periods) AS p (valid_from date, valid_to date, authority_path text, facility_type text, level text, ownership text, area_code text,
             area_path text[], technical_supervisor text, remoteness text, tier text)
    """,
    (
        "facility_authorities",
        "facility_id",
        """
        INSERT INTO facility_authorities (facility_id, code, path, valid)
        SELECT f.id, f.code, CAST(p.authority_path AS ltree), daterange(p.valid_from, p.valid_to, '[]')
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f (id uuid, code text, periods jsonb),
             jsonb_to_recordset(f.periods) AS p (valid_from date, valid_to date, authority_path text)
        """,
    ),
)
_keep_workers = replaced_by(
    "workers",
    "id",
    """
    INSERT INTO workers (id, person_id, worker_no, occupation_code, occupation_group, specialty, employment_type, first_day, retirement_on, authority_path, shared_with)
    SELECT id, person_id, worker_no, occupation_code, "group", specialty, employment_type, first_day, retirement_on, CAST(authority_path AS ltree), shared_with
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w (id uuid, person_id uuid, worker_no text, occupation_code text, "group" text, specialty text, employment_type text,
        first_day date, retirement_on date, authority_path text, shared_with text[])
    """,
)
_keep_assignments = replaced_by(
    "assignments",
    "assignment_id",
    """
    INSERT INTO assignments (assignment_id, worker_id, person_id, facility_code, authority_path, shared_with, unit, kind, fte_share, post_id, state, source_service, source_id, valid)
    SELECT a.id, a.worker_id, a.person_id, p.facility_code, CAST(p.authority_path AS ltree), a.shared_with, a.unit, p.kind, p.fte_share, p.post_id, a.state, a.source_service,
           a.source_id, daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS a (id uuid, worker_id uuid, person_id uuid, unit text, state text, source_service text, source_id uuid,
             shared_with text[], periods jsonb),
         jsonb_to_recordset(a.periods) AS p (valid_from date, valid_to date, facility_code text, authority_path text, kind text, fte_share numeric, post_id uuid)
    """,
)


async def _keep_places(session: AsyncSession, events: list[Received[FacilityState]]) -> None:
    await _keep_facilities(session, events)
    await session.execute(_FOLLOW, {"codes": [event.data.code for event in events], "day": today()})


async def follow_places() -> None:
    """Every day: a facility that came under another authority takes the service's rows about it along, also when the service was down on its day."""
    async with worker_session() as session:
        turning = await session.scalars(text("SELECT DISTINCT code FROM facilities WHERE lower(valid) BETWEEN CAST(:day AS date) - 30 AND :day"), {"day": today()})
        await session.execute(_FOLLOW, {"codes": list(turning), "day": today()})


_FOLLOW = text("SELECT rows_follow_places(:codes, :day)").bindparams(bindparam("codes", type_=ARRAY(Text)))


def hear_places(consumer: Consumer) -> None:
    """Keep the places alone up to date, for a service that needs to know of nobody."""
    consumer.replica(FacilityState, _keep_places)
    consumer.derived_tables = [*consumer.derived_tables, *PLACES]


def hear_directory(consumer: Consumer) -> None:
    """Keep the directory of this service up to date; its tables are rebuilt with the consumer's others."""
    hear_places(consumer)
    consumer.replica(WorkerState, _keep_workers)
    consumer.replica(AssignmentState, _keep_assignments)
    consumer.derived_tables = [*consumer.derived_tables, *(table for table in TABLES if table not in PLACES)]


@dataclass(frozen=True)
class Place:
    """A facility as it stands on a day."""

    code: str
    authority_path: str
    facility_type: str
    level: str
    ownership: str
    area_code: str
    area_path: Sequence[str]
    technical_supervisor: str | None
    remoteness: str
    tier: str | None


@dataclass(frozen=True)
class Work:
    """Where a person works on a day: the primary assignment, and what the rules need of the worker."""

    person_id: UUID
    worker_id: UUID
    facility_code: str
    authority_path: str
    shared_with: Sequence[str]
    unit: str | None
    post_id: UUID | None
    occupation_code: str
    occupation_group: str
    specialty: str | None
    employment_type: str | None
    first_day: date | None
    retirement_on: date | None
    worker_no: str | None = None


_PLACE = text(
    "SELECT code, authority_path::text, facility_type, level, ownership, area_code, area_path, technical_supervisor, remoteness, tier FROM facilities "
    "WHERE code = :code AND valid @> CAST(:day AS date)"
)
_PLACES = text(
    "SELECT w.day, f.code, f.authority_path::text, f.facility_type, f.level, f.ownership, f.area_code, f.area_path, f.technical_supervisor, f.remoteness, f.tier "
    "FROM unnest(:codes, :days) AS w (code, day) JOIN facilities f ON f.code = w.code AND f.valid @> w.day"
).bindparams(bindparam("codes", type_=ARRAY(Text)), bindparam("days", type_=ARRAY(Date)))
_WORK = """
    SELECT a.person_id, a.worker_id, a.facility_code, a.authority_path::text, a.shared_with, a.unit, a.post_id, w.occupation_code, w.occupation_group, w.specialty,
           w.employment_type, w.first_day, w.retirement_on, w.worker_no
    FROM assignments a JOIN workers w ON w.id = a.worker_id
    WHERE a.kind = 'primary' AND a.state IN ('active', 'ended') AND a.valid @> CAST(:day AS date)
"""
_WORK_OF_PERSONS = text(_WORK + " AND a.person_id = ANY(:persons)").bindparams(bindparam("persons", type_=ARRAY(PG_UUID(as_uuid=True))))
_WORK_AT = text(_WORK + " AND a.facility_code = :facility")
_WORK_OF_NUMBERS = text(_WORK + " AND w.worker_no = ANY(:numbers)").bindparams(bindparam("numbers", type_=ARRAY(Text)))


async def place_on(session: AsyncSession, code: str, day: date, *, field: str = "facility_code") -> Place:
    """A facility that exists on a day. Raises Malformed, naming the field of the body that names it."""
    row = (await session.execute(_PLACE, {"code": code, "day": day})).one_or_none()
    if row is None:
        raise Malformed.field(field, _("No facility {code} exists on {day}."), code=code, day=day.isoformat())
    return Place(**row._mapping)


async def places_on(session: AsyncSession, wanted: Collection[tuple[str, date]]) -> dict[tuple[str, date], Place]:
    """Many facilities at once, each on a day of its own; what does not exist then is not in it."""
    rows = await session.execute(_PLACES, {"codes": [code for code, _day in wanted], "days": [day for _code, day in wanted]})
    return {(row["code"], row["day"]): Place(**{name: value for name, value in row.items() if name != "day"}) for row in rows.mappings()}


async def works_of(session: AsyncSession, person_ids: Collection[UUID], day: date) -> dict[UUID, Work]:
    """Where each of these people works on a day; who works nowhere that the caller may see is not in it."""
    rows = await session.execute(_WORK_OF_PERSONS, {"persons": list(person_ids), "day": day})
    return {row.person_id: Work(**row._mapping) for row in rows}


async def work_of(session: AsyncSession, caller: "Caller", person_id: UUID, day: date, *, field: str = "person_id") -> Work:
    """Where one person works on a day. Raises Malformed when the caller may see no such worker, Unavailable when the news has not arrived yet."""
    found = (await works_of(session, [person_id], day)).get(person_id)
    if found is not None:
        return found
    person: dict[str, Any] | None = await ask(caller, "GET", f"/api/v1/registry/persons/{person_id}")
    if person is None:
        raise Malformed.field(field, _("There is no person with this identifier that you may see."))
    assigned = await ask(caller, "GET", f"/api/v1/registry/assignments?person={person_id}&as_of={day.isoformat()}&limit=1")
    if assigned is not None and assigned["items"]:
        raise Unavailable(_("The registry has just assigned this person; the news has not arrived here yet. Please try again."), retry_after=1)
    raise Malformed.field(field, _("This person works nowhere on {day}."), day=day.isoformat())


async def works_of_numbers(session: AsyncSession, worker_nos: Collection[str], day: date) -> dict[tuple[str, str], Work]:
    """Where the workers with these numbers work on a day, by facility and number: a number is unique for the authority that gave it."""
    rows = await session.execute(_WORK_OF_NUMBERS, {"numbers": list(worker_nos), "day": day})
    return {(row.facility_code, row.worker_no): Work(**row._mapping) for row in rows}


async def staff_at(session: AsyncSession, facility_code: str, day: date) -> list[Work]:
    """Everybody whose primary assignment is at a facility on a day."""
    return [Work(**row._mapping) for row in await session.execute(_WORK_AT, {"facility": facility_code, "day": day})]
