"""Registering the staff of an import: persons, names, words, workers, employments and qualifications, set-wise."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.directory import Place, places
from services.registry.imports.lines import PersonLine
from services.registry.occupations.models import Occupation
from services.registry.persons.models import birth
from services.registry.persons.permissions import can_write_at, can_write_people
from services.registry.rules import REG_ONE_EMPLOYMENT
from services.registry.visibility import authority_of
from services.registry.workers.events import WorkerRegistered
from services.registry.workers.retirement import retirement_on
from shared.audit import record_audits
from shared.auth import Caller, require
from shared.clock import now, today
from shared.db import database
from shared.errors import refuse_when
from shared.events import record_events
from shared.i18n import _
from shared.ids import uuid7
from shared.jurisdictions import jurisdiction_of
from shared.names import canonical, script_of, search_words, sort_key

refuse_when(
    "employment_once_per_facility",
    "employed-already",
    _("This facility already employs the person on these days."),
    rule=REG_ONE_EMPLOYMENT,
    possible=_("Change or end the employment that exists."),
)
refuse_when(
    "practised_once_per_place",
    "employed-already",
    _("This person already practises at this place on these days."),
    rule=REG_ONE_EMPLOYMENT,
    possible=_("Change or end the employment that exists."),
)
refuse_when(
    "worker_number_is_unique",
    "worker-number-taken",
    _("This worker number already belongs to another person of the authority."),
    possible=_("Check the number, or update the person who has it."),
)


PREPARED_AT_ONCE = 500


async def register_people(session: AsyncSession, caller: Caller, lines: Sequence[PersonLine]) -> None:
    """The good lines of an import become persons, workers and employments; a degree becomes a declared qualification.

    The next rows are made ready in a thread while the database writes these.
    """
    require(can_write_people(caller))
    facilities = await places(session, [line.facility_code for line in lines])
    for place in facilities.values():
        require(can_write_at(caller, place.authority_path))
    occupations = {occupation.code: (occupation.isco, occupation.group) for occupation in await session.scalars(select(Occupation))}
    day, recorded_at = today(), now()

    def prepare(first: int) -> asyncio.Future[_Prepared]:
        return asyncio.ensure_future(asyncio.to_thread(_prepared, lines[first : first + PREPARED_AT_ONCE], facilities, occupations, day))

    coming = prepare(0)
    try:
        for first in range(0, len(lines), PREPARED_AT_ONCE):
            prepared = await coming
            coming = prepare(first + PREPARED_AT_ONCE)
            await session.execute(_REGISTER, {"rows": prepared.rows, "by": caller.actor, "recorded_at": recorded_at, "today": day})
            record_events(session, prepared.events)
            await record_audits(session, caller, "person.registered", "person", prepared.audited)
    finally:
        await asyncio.gather(coming, return_exceptions=True)


@dataclass(frozen=True)
class _Prepared:
    """Some people as the database, the other services and the audit take them."""

    rows: str
    events: Sequence[WorkerRegistered]
    audited: Sequence[tuple[UUID, None, dict[str, Any]]]


def _prepared(lines: Sequence[PersonLine], facilities: Mapping[str, Place], occupations: Mapping[str, tuple[str, str]], day: date) -> _Prepared:
    people: list[dict[str, Any]] = []
    events = []
    for line in lines:
        place = facilities[line.facility_code]
        name = canonical(line.full_name)
        other = canonical(line.name_in_other_script) if line.name_in_other_script else None
        born, precision = birth(line.birth_date, line.birth_year)
        person_id, worker_id = uuid7(), uuid7()
        people.append(
            {
                "person_id": person_id,
                "name_id": uuid7(),
                "other_name_id": uuid7() if other else None,
                "worker_id": worker_id,
                "employment_id": uuid7(),
                "employment_row": uuid7(),
                "qualification_id": uuid7() if line.degree else None,
                "path": place.authority_path,
                "name": name,
                "sort_key": sort_key(name, jurisdiction_of(place.authority_path).sorting),
                "script": script_of(name) if other else None,
                "other_name": other,
                "other_script": script_of(other) if other else None,
                "words": sorted(search_words(name) | search_words(other) if other else search_words(name)),
                "birth_date": born,
                "birth_precision": precision,
                "sex": line.sex,
                "occupation": line.occupation_code,
                "specialty": line.specialty,
                "worker_no": line.worker_no,
                "numbered_by": authority_of(place.authority_path),
                "degree": line.degree,
                "institution": line.degree_institution,
                "degree_year": line.degree_year,
                "facility_id": place.id,
                "facility_code": place.code,
                "employment_type": line.employment_type,
                "status": line.status,
                "starts_on": line.start_date,
                "done_on": min(line.start_date, day),
            }
        )
        isco, group = occupations[line.occupation_code]
        events.append(
            WorkerRegistered(
                id=worker_id,
                person_id=person_id,
                worker_no=line.worker_no,
                occupation_code=line.occupation_code,
                isco=isco,
                group=group,
                specialty=line.specialty,
                employment_type=line.employment_type,
                first_day=line.start_date,
                retirement_on=retirement_on(place.authority_path, born, line.sex, day),
                authority_path=place.authority_path,
                shared_with=[],
            )
        )
    audited = [(person["person_id"], None, {"worker_no": person["worker_no"], "names": 1 + (person["other_name"] is not None)}) for person in people]
    return _Prepared(database.dumps(people), events, audited)


# One statement for all: what is registered is read once, and the keys between the tables are compared at its end.
_REGISTER = text(
    """
    WITH said AS MATERIALIZED (
        SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS t (
            person_id uuid, name_id uuid, worker_id uuid, employment_id uuid, employment_row uuid, qualification_id uuid, path ltree, name text, sort_key text, words text[],
            birth_date date, birth_precision text, sex text, occupation text, specialty text, worker_no text, numbered_by text, degree text, institution text,
            other_name_id uuid, script text, other_name text, other_script text, degree_year integer, facility_id uuid, facility_code text, employment_type text, status text, starts_on date, done_on date)
    ), _persons AS (
        INSERT INTO persons (id, authority_path, name, sort_key, birth_date, birth_precision, sex, recorded_at, recorded_by)
        SELECT person_id, path, name, sort_key, birth_date, birth_precision, sex, :recorded_at, :by FROM said
    ), _names AS (
        INSERT INTO person_names (id, person_id, authority_path, position, kind, script, value)
        SELECT name_id, person_id, path, 0, 'legal', script, name FROM said
        UNION ALL SELECT other_name_id, person_id, path, 1, 'legal', other_script, other_name FROM said WHERE other_name IS NOT NULL
    ), _words AS (
        INSERT INTO person_words (person_id, word, sort_key, authority_path) SELECT person_id, unnest(words), sort_key, path FROM said
    ), _purposes AS (
        INSERT INTO person_purposes (person_id, purpose, since, authority_path) SELECT person_id, 'worker', CAST(:today AS date), path FROM said
    ), _workers AS (
        INSERT INTO workers (id, person_id, authority_path, occupation_code, specialty, worker_no, numbered_by, recorded_at, recorded_by)
        SELECT worker_id, person_id, path, occupation, specialty, worker_no, numbered_by, :recorded_at, :by FROM said
    ), _employments AS (
        INSERT INTO employments (row_id, id, valid, authority_path, done_on, entered_on, recorded_at, recorded_by, person_id, worker_id, facility_id, facility_code, employment_type, status)
        SELECT employment_row, employment_id, daterange(starts_on, NULL), path, done_on, :today, :recorded_at, :by, person_id, worker_id, facility_id, facility_code, employment_type, status
        FROM said
    )
    INSERT INTO qualifications (id, person_id, authority_path, type, title, specialty, institution, issued_on, issued_precision, declared_by, done_on, recorded_at)
    SELECT qualification_id, person_id, path, CASE lower(degree) WHEN 'ck1' THEN 'ck1' WHEN 'ck2' THEN 'ck2' WHEN 'bsnt' THEN 'bsnt' WHEN 'resident' THEN 'bsnt' WHEN 'master' THEN 'master' WHEN 'phd' THEN 'phd' ELSE 'degree' END,
           degree, specialty, institution, make_date(degree_year, 1, 1), CASE WHEN degree_year IS NOT NULL THEN 'year' END, :by, done_on, :recorded_at
    FROM said WHERE degree IS NOT NULL
    """
)
