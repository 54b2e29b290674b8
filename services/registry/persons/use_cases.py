"""Registering persons and correcting what was entered about them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.contacts.use_cases import File, add_contact, write_language
from services.registry.directory import get_occupation, get_place
from services.registry.duplicates.entry import refuse_possible_duplicates, told_apart
from services.registry.identifiers.use_cases import declare_identifier
from services.registry.occupations.models import Occupation
from services.registry.persons.also_known import former_names
from services.registry.persons.models import Person, PersonPurpose, PersonSearch, Purpose, birth
from services.registry.persons.permissions import can_change_person, can_enter_for, can_write_at
from services.registry.persons.queries import SEARCH_KEPT, get_visible_person
from services.registry.persons.schemas import NameBody, PersonChange, PersonEntry
from services.registry.purposes.permissions import can_keep_for
from services.registry.references import acting_for, by_reference
from services.registry.visibility import parties_to_share_with
from services.registry.workers.events import WorkerRegistered
from services.registry.workers.models import Worker
from services.registry.workers.retirement import retirement_on
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import now, today
from shared.db import worker_session
from shared.events import record_events
from shared.ids import uuid7
from shared.references import hash_of

_SERVICE = text("SELECT * FROM service_of_persons(:persons, CAST(:day AS date))").bindparams(bindparam("persons", type_=ARRAY(PG_UUID(as_uuid=True))))


async def register_person(session: AsyncSession, *, caller: Caller, body: PersonEntry) -> Person:
    """HR, or an institute for its students, registers a person once, with names as written, the purposes for which the person is kept, and what their papers say."""
    require(can_enter_for(caller, body.purposes))
    require(can_keep_for(caller, body.purposes))
    path, owner = acting_for(caller)
    if body.facility_code:
        place = await get_place(session, body.facility_code, today())
        require(can_write_at(caller, place.authority_path))
        path = place.authority_path
    known = await by_reference(session, Person, owner=owner, reference=body.reference, body=body.person)
    if known is not None:
        return await get_visible_person(session, caller, known.merged_into or known.id, whole=True)

    told_from = await refuse_possible_duplicates(session, caller, body)
    born, precision = birth(body.birth_date, body.birth_year)
    person = Person(
        id=uuid7(),
        authority_path=path,
        shared_with=[],
        birth_date=born,
        birth_precision=precision,
        sex=body.sex,
        reference=body.reference,
        reference_owner=owner if body.reference else None,
        content_hash=hash_of(body.person) if body.reference else None,
        recorded_by=caller.actor,
        names=[],
        words=[],
        purposes=[],
    )
    person.name_them(_names(body.names))
    add_purposes(person, body.purposes)
    session.add(person)
    await session.flush()
    # The audit says that names were given, never which: they are in the vault alone and leave it with the person.
    await record_audit(session, caller, "person.registered", "person", person.id, after=_known(person))
    await told_apart(session, caller, person, told_from, body.confirmed_distinct)
    await _declare(session, caller, person, body)
    return person


async def _declare(session: AsyncSession, caller: Caller, person: Person, body: PersonEntry) -> None:
    """What the papers say of somebody who has just been entered: declared, and verified by another person later."""
    for identifier in body.identifiers:
        await declare_identifier(session, caller=caller, person_id=person.id, body=identifier)
    file = File(person.id, person.authority_path, person.shared_with, own=False)
    for contact in body.contacts:
        await add_contact(session, caller=caller, file=file, body=contact)
    for spoken in body.languages:
        await write_language(session, caller=caller, file=file, language=spoken.language, body=spoken)


async def change_person(session: AsyncSession, *, caller: Caller, person: Person, body: PersonChange) -> Person:
    """The authority that entered a person corrects names, birth or sex, or adds a purpose."""
    require(can_change_person(caller, person.authority_path))
    require(can_keep_for(caller, body.purposes or []))
    before = _known(person)
    if body.names is not None:
        person.name_them(_names(body.names), (await former_names(session, [person.id])).get(person.id, ()))
    if body.birth_date is not None or body.birth_year is not None:
        person.birth_date, person.birth_precision = birth(body.birth_date, body.birth_year)
    if body.sex is not None:
        person.sex = body.sex
    add_purposes(person, body.purposes or [])
    await session.flush()
    if body.birth_date is not None or body.birth_year is not None or body.sex is not None:
        await announce_workers_of(session, person.id)
    await record_audit(session, caller, "person.corrected", "person", person.id, before=before, after=_known(person) | {"names_changed": body.names is not None})
    return person


def add_purposes(person: Person, purposes: Iterable[Purpose]) -> None:
    """A purpose is added once and stays with its first day; one that had ended is served again."""
    known = {row.purpose: row for row in person.purposes}
    for purpose in dict.fromkeys(purposes):
        if purpose in known:
            known[purpose].until = known[purpose].erase_from = known[purpose].ended_by = None
        else:
            person.purposes.append(PersonPurpose(purpose=purpose, since=today(), authority_path=person.authority_path, shared_with=person.shared_with))


async def share_person(session: AsyncSession, person: Person, path: str) -> None:
    """Another authority employs the person: it sees the file from now on, and consumers hear who may."""
    parties = parties_to_share_with(person.authority_path, person.shared_with, path)
    if parties == sorted(person.shared_with):
        return
    person.shared_with = parties
    await session.flush()
    for worker in (await session.scalars(select(Worker).where(Worker.person_id == person.id).execution_options(populate_existing=True))).all():
        await announce_worker(session, worker)


async def announce_worker(session: AsyncSession, worker: Worker) -> None:
    """Tell the public state of a worker, with the service that the register knows of."""
    await announce_workers(session, [worker])


async def announce_workers(session: AsyncSession, workers: Sequence[Worker]) -> None:
    """The same for many at once: a reorganisation of thousands stays set-wise."""
    people = sorted({worker.person_id for worker in workers})
    occupations = {one.code: one for one in await session.scalars(select(Occupation).where(Occupation.code.in_({worker.occupation_code for worker in workers})))}
    known = {row.person_id: row for row in await session.execute(_SERVICE, {"persons": people, "day": today()})}
    persons = {row.id: row for row in await session.execute(select(Person.id, Person.birth_date, Person.sex).where(Person.id.in_(people)))}
    record_events(
        session,
        [
            WorkerRegistered.about(
                worker,
                isco=occupations[worker.occupation_code].isco,
                group=occupations[worker.occupation_code].group,
                employment_type=known[worker.person_id].employment_type if worker.person_id in known else None,
                first_day=known[worker.person_id].first_day if worker.person_id in known else None,
                retirement_on=retirement_on(worker.authority_path, persons[worker.person_id].birth_date, persons[worker.person_id].sex, today()),
            )
            for worker in workers
        ],
    )


async def announce_workers_of(session: AsyncSession, *person_ids: UUID) -> None:
    """An employment began or ended, or the birth was corrected: what rules of age and service need has changed."""
    await announce_workers(session, (await session.scalars(select(Worker).where(Worker.person_id.in_(person_ids)))).all())


async def register_worker(
    session: AsyncSession, person: Person, *, occupation_code: str, specialty: str | None, by: Caller | str, worker_no: str | None = None, numbered_by: str | None = None
) -> Worker:
    """The person's row in an occupation: the one that exists, or a new one."""
    known = await session.scalar(select(Worker).where(Worker.person_id == person.id, Worker.occupation_code == occupation_code))
    if known is not None:
        return known
    await get_occupation(session, occupation_code)
    worker = Worker(
        id=uuid7(),
        person_id=person.id,
        occupation_code=occupation_code,
        specialty=specialty,
        worker_no=worker_no,
        numbered_by=numbered_by if worker_no else None,
        authority_path=person.authority_path,
        shared_with=person.shared_with,
        recorded_by=by if isinstance(by, str) else by.actor,
    )
    session.add(worker)
    await session.flush()
    await announce_worker(session, worker)
    await record_audit(session, by, "worker.registered", "worker", worker.id, after={"person_id": person.id, "occupation_code": occupation_code})
    return worker


def _names(bodies: list[NameBody]) -> list[Any]:
    return [(name.kind, name.script, name.value) for name in bodies]


def _known(person: Person) -> dict[str, Any]:
    return {
        "birth_date": person.birth_date,
        "birth_precision": person.birth_precision,
        "sex": person.sex,
        "purposes": sorted(row.purpose for row in person.purposes),
        "names": len(person.names),
    }


async def forget_old_searches() -> None:
    """What somebody searched is a name: it goes after its minutes, also when that account never searches again."""
    async with worker_session() as session:
        await session.execute(delete(PersonSearch).where(PersonSearch.recorded_at < now() - SEARCH_KEPT))
