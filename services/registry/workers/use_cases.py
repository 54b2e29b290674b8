"""Registering the staff of an import: persons, names, words, workers, employments and qualifications, set-wise."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.directory import places
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
from shared.names import canonical, search_words, sort_key

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


async def register_people(session: AsyncSession, caller: Caller, lines: Sequence[PersonLine]) -> None:
    """The good lines of an import become persons, workers and employments; a degree becomes a declared qualification."""
    require(can_write_people(caller))
    facilities = await places(session, [line.facility_code for line in lines])
    for place in facilities.values():
        require(can_write_at(caller, place.authority_path))
    day, recorded_at = today(), now()
    people: list[dict[str, Any]] = []
    for line in lines:
        place = facilities[line.facility_code]
        name = canonical(line.full_name)
        born, precision = birth(line.birth_date, line.birth_year)
        person_id = uuid7()
        person = {
            "person_id": person_id,
            "name_id": uuid7(),
            "worker_id": uuid7(),
            "employment_id": uuid7(),
            "employment_row": uuid7(),
            "qualification_id": uuid7(),
            "path": place.authority_path,
            "name": name,
            "sort_key": sort_key(name),
            "words": sorted(search_words(name)),
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
        people.append(person)

    await session.execute(_REGISTER, {"rows": database.dumps(people), "by": caller.actor, "recorded_at": recorded_at, "today": day})

    occupations = {occupation.code: occupation for occupation in await session.scalars(select(Occupation))}
    record_events(
        session,
        [
            WorkerRegistered(
                id=person["worker_id"],
                person_id=person["person_id"],
                worker_no=person["worker_no"],
                occupation_code=person["occupation"],
                isco=occupations[person["occupation"]].isco,
                group=occupations[person["occupation"]].group,
                specialty=person["specialty"],
                employment_type=person["employment_type"],
                first_day=person["starts_on"],
                retirement_on=retirement_on(person["path"], person["birth_date"], person["sex"], day),
                authority_path=person["path"],
                shared_with=[],
            )
            for person in people
        ],
    )
    await record_audits(session, caller, "person.registered", "person", [(person["person_id"], None, {"worker_no": person["worker_no"], "names": 1}) for person in people])


# One statement for all: what is registered is read once, and the keys between the tables are compared at its end.
_REGISTER = text(
    """
    WITH said AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS t (
            person_id uuid, name_id uuid, worker_id uuid, employment_id uuid, employment_row uuid, qualification_id uuid, path ltree, name text, sort_key text, words text[],
            birth_date date, birth_precision text, sex text, occupation text, specialty text, worker_no text, numbered_by text, degree text, institution text,
            degree_year integer, facility_id uuid, facility_code text, employment_type text, status text, starts_on date, done_on date)
    ), _persons AS (
        INSERT INTO persons (id, authority_path, name, sort_key, birth_date, birth_precision, sex, recorded_at, recorded_by)
        SELECT person_id, path, name, sort_key, birth_date, birth_precision, sex, :recorded_at, :by FROM said
    ), _names AS (
        INSERT INTO person_names (id, person_id, authority_path, position, kind, value) SELECT name_id, person_id, path, 0, 'legal', name FROM said
    ), _words AS (
        INSERT INTO person_words (person_id, word, authority_path) SELECT person_id, unnest(words), path FROM said
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
