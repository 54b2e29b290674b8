"""Changing what is recorded of staff from a file, set-wise: names, birth, sex, specialty and the terms of the employment, each change audited."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.beliefs import lock_persons, supersede
from services.registry.directory import places
from services.registry.imports.lines import PersonLine
from services.registry.occupations.models import Occupation
from services.registry.persons.models import Person, birth
from services.registry.persons.permissions import can_change_person, can_write_at
from services.registry.visibility import authority_of
from services.registry.workers.events import WorkerRegistered
from services.registry.workers.models import Worker
from services.registry.workers.retirement import retirement_on
from shared.audit import record_audits
from shared.auth import Caller, require
from shared.clock import now, today
from shared.db import database
from shared.events import record_events
from shared.imports import Verdict
from shared.jurisdictions import Sorting, jurisdiction_of
from shared.names import canonical, search_words, sort_key

OF_PERSON = ("full_name", "birth_date", "sex")
OF_EMPLOYMENT = ("employment_type", "status")


async def change_people(session: AsyncSession, caller: Caller, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
    """What each confirmed line changes is written, with what was believed before; consumers hear what rules of age and service need."""
    facilities = await places(session, {verdict.line.facility_code for verdict in verdicts})
    for place in facilities.values():
        require(can_write_at(caller, place.authority_path))
    wanted: dict[UUID, dict[str, Any]] = {}
    rows = await session.execute(
        _RECORDED,
        {
            "owners": [authority_of(facilities[verdict.line.facility_code].authority_path) for verdict in verdicts],
            "numbers": [verdict.line.worker_no for verdict in verdicts],
            "facilities": [verdict.line.facility_code for verdict in verdicts],
            "firsts": [verdict.line.start_date for verdict in verdicts],
            "rows": [verdict.row for verdict in verdicts],
        },
    )
    by_row = {verdict.row: verdict for verdict in verdicts}
    for row in rows:
        wanted[row.person_id] = {**row._mapping, "verdict": by_row[row.row]}
    await lock_persons(session, list(wanted))
    await _change_persons(session, caller, wanted)
    await _change_specialties(session, wanted)
    await _change_employments(session, caller, wanted)
    await _announce(session, list(wanted))
    return ()


def _said(one: Mapping[str, Any]) -> tuple[PersonLine, Mapping[str, tuple[Any, Any]]]:
    verdict: Verdict = one["verdict"]
    return verdict.line, verdict.changes or {}


async def _change_persons(session: AsyncSession, caller: Caller, wanted: Mapping[UUID, Mapping[str, Any]]) -> None:
    written: list[dict[str, Any]] = []
    audited = []
    for person_id, one in wanted.items():
        line, changes = _said(one)
        if changes.keys().isdisjoint((*OF_PERSON, "specialty")):
            continue
        require(can_change_person(caller, one["path"]))
        born, precision = birth(line.birth_date, line.birth_year)
        written.append(
            {
                "id": person_id,
                "name": canonical(line.full_name) if "full_name" in changes else None,
                "birth_date": born if "birth_date" in changes else None,
                "birth_precision": precision if "birth_date" in changes else None,
                "sex": line.sex if "sex" in changes else None,
            }
        )
        # The audit says that a name was corrected, never which: names are in the vault alone and leave it with the person.
        told = {name: values for name, values in changes.items() if name in ("birth_date", "sex", "specialty")}
        audited.append(
            (
                person_id,
                {name: before for name, (before, _after) in told.items()},
                {name: after for name, (_before, after) in told.items()} | {"names_changed": "full_name" in changes},
            )
        )
    if not written:
        return
    rows = {"rows": database.dumps(written)}
    await session.execute(_NAMES, rows)
    names: dict[UUID, list[str]] = {}
    found = await session.execute(
        text("SELECT person_id, kind, value, authority_path::text AS path FROM person_names WHERE person_id = ANY(:ids) ORDER BY position"),
        {"ids": [one["id"] for one in written if one["name"]]},
    )
    usual: dict[UUID, str] = {}
    sorting: dict[UUID, Sorting] = {}
    for row in found:
        names.setdefault(row.person_id, []).append(row.value)
        sorting[row.person_id] = jurisdiction_of(row.path).sorting
        if row.kind == "usual":
            usual.setdefault(row.person_id, row.value)
    shown = {person_id: usual.get(person_id, values[0]) for person_id, values in names.items()}
    await session.execute(
        _PERSONS,
        {
            "rows": database.dumps(
                [one | {"name": shown.get(one["id"]), "sort_key": sort_key(shown[one["id"]], sorting[one["id"]]) if one["id"] in shown else None} for one in written]
            )
        },
    )
    words = [(person_id, word) for person_id, values in names.items() for word in sorted(set().union(*map(search_words, values)))]
    if words:
        said = {"ids": [person_id for person_id, _word in words], "words": [word for _person_id, word in words]}
        await session.execute(_OLD_WORDS, said)
        await session.execute(_NEW_WORDS, said)
    await record_audits(session, caller, "person.corrected", "person", audited)


async def _change_specialties(session: AsyncSession, wanted: Mapping[UUID, Mapping[str, Any]]) -> None:
    changed = [(one["worker_id"], _said(one)[0].specialty) for one in wanted.values() if "specialty" in _said(one)[1]]
    if changed:
        await session.execute(_SPECIALTIES, {"ids": [worker_id for worker_id, _specialty in changed], "specialties": [specialty for _worker_id, specialty in changed]})


async def _change_employments(session: AsyncSession, caller: Caller, wanted: Mapping[UUID, Mapping[str, Any]]) -> None:
    written, audited = [], []
    for one in wanted.values():
        line, changes = _said(one)
        told = {name: values for name, values in changes.items() if name in OF_EMPLOYMENT}
        if told:
            written.append((one["employment_row"], line.employment_type if "employment_type" in told else None, line.status if "status" in told else None))
            audited.append((one["employment_id"], {name: before for name, (before, _after) in told.items()}, {name: after for name, (_before, after) in told.items()}))
    if not written:
        return
    at = now()
    await supersede(session, at=at, act="corrected", by=caller, reason=None)
    await session.execute(
        _EMPLOYMENTS, {"ids": [row[0] for row in written], "types": [row[1] for row in written], "statuses": [row[2] for row in written], "at": at, "by": caller.actor}
    )
    await record_audits(session, caller, "employment.corrected", "employment", audited)


async def _announce(session: AsyncSession, persons: Sequence[UUID]) -> None:
    """The public state of these workers as it is now."""
    occupations = {occupation.code: occupation for occupation in await session.scalars(select(Occupation))}
    service = {row.person_id: row for row in await session.execute(_SERVICE, {"persons": list(persons), "day": today()})}
    rows = await session.execute(
        select(Worker, Person.birth_date, Person.sex).join(Person, Person.id == Worker.person_id).where(Worker.person_id.in_(persons)).execution_options(populate_existing=True)
    )
    events = []
    for worker, birth_date, sex in rows.all():
        occupation, known = occupations[worker.occupation_code], service.get(worker.person_id)
        events.append(
            WorkerRegistered.about(
                worker,
                isco=occupation.isco,
                group=occupation.group,
                employment_type=known.employment_type if known else None,
                first_day=known.first_day if known else None,
                retirement_on=retirement_on(worker.authority_path, birth_date, sex, today()),
            )
        )
    record_events(session, events)


_RECORDED = text(
    """
    SELECT asked.row, w.person_id, w.id AS worker_id, p.authority_path::text AS path, e.row_id AS employment_row, e.id AS employment_id
    FROM unnest(CAST(:owners AS text[]), CAST(:numbers AS text[]), CAST(:facilities AS text[]), CAST(:firsts AS date[]), CAST(:rows AS integer[]))
        AS asked (owner, number, facility, first, row)
    JOIN workers w ON w.numbered_by = asked.owner AND w.worker_no = asked.number
    JOIN persons p ON p.id = w.person_id
    JOIN employments e ON e.person_id = w.person_id AND e.worker_id = w.id AND e.facility_code = asked.facility AND lower(e.valid) = asked.first
    """
)
_NAMES = text(
    """
    UPDATE person_names n SET value = said.name
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS said (id uuid, name text) WHERE n.person_id = said.id AND n.position = 0 AND said.name IS NOT NULL
    """
)
_PERSONS = text(
    """
    UPDATE persons p SET name = coalesce(said.name, p.name), sort_key = coalesce(said.sort_key, p.sort_key), sex = coalesce(said.sex, p.sex), version = p.version + 1,
        birth_date = coalesce(said.birth_date, p.birth_date), birth_precision = coalesce(said.birth_precision, p.birth_precision)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS said (id uuid, name text, sort_key text, birth_date date, birth_precision text, sex text) WHERE p.id = said.id
    """
)
_OLD_WORDS = text(
    """
    DELETE FROM person_words w WHERE w.person_id = ANY(CAST(:ids AS uuid[])) AND NOT EXISTS (
        SELECT FROM unnest(CAST(:ids AS uuid[]), CAST(:words AS text[])) AS said (person_id, word) WHERE said.person_id = w.person_id AND said.word = w.word)
    """
)
_NEW_WORDS = text(
    """
    INSERT INTO person_words (person_id, word, sort_key, authority_path, shared_with)
    SELECT p.id, said.word, p.sort_key, p.authority_path, p.shared_with
    FROM unnest(CAST(:ids AS uuid[]), CAST(:words AS text[])) AS said (person_id, word) JOIN persons p ON p.id = said.person_id
    ON CONFLICT DO NOTHING
    """
)
_SPECIALTIES = text("UPDATE workers w SET specialty = said.specialty FROM unnest(CAST(:ids AS uuid[]), CAST(:specialties AS text[])) AS said (id, specialty) WHERE w.id = said.id")
_EMPLOYMENTS = text(
    """
    UPDATE employments e SET employment_type = coalesce(said.type, e.employment_type), status = coalesce(said.status, e.status), recorded_at = :at, recorded_by = :by
    FROM unnest(CAST(:ids AS uuid[]), CAST(:types AS text[]), CAST(:statuses AS text[])) AS said (id, type, status) WHERE e.row_id = said.id
    """
)
_SERVICE = text("SELECT * FROM service_of_persons(CAST(:persons AS uuid[]), CAST(:day AS date))")
