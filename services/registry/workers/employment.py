"""Employing a person by hand, and ending an employment; what was believed before is kept."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import TO_REGULARISE
from services.registry.beliefs import lock_persons, supersede
from services.registry.directory import get_place, names_of_facilities
from services.registry.periods import period
from services.registry.persons.permissions import can_write_at, can_write_people
from services.registry.persons.queries import get_visible_person
from services.registry.persons.use_cases import add_purposes, announce_workers_of, register_worker, share_person
from services.registry.workers.models import Employment
from services.registry.workers.schemas import EmploymentCreate, EmploymentEnding, EmploymentRead
from shared.actions import action
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on, now, today
from shared.errors import Malformed, NotFound, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import visible_to


async def employ(session: AsyncSession, *, caller: Caller, person_id: UUID, body: EmploymentCreate) -> Employment:
    """A facility employs a person; the person becomes a worker of the occupation if they were not yet."""
    require(can_write_people(caller))
    done_on = judge_done_on(caller, body.done_on)
    person = await get_visible_person(session, caller, person_id, whole=True)
    place = await get_place(session, body.facility_code, body.starts_on)
    require(can_write_at(caller, place.authority_path))
    await lock_persons(session, [person.id])
    worker = await register_worker(session, person, occupation_code=body.occupation_code, specialty=None, by=caller)
    employment = Employment(
        row_id=uuid7(),
        id=uuid7(),
        valid=period(body.starts_on, body.ends_on),
        authority_path=place.authority_path,
        shared_with=[],
        done_on=done_on,
        entered_on=today(),
        recorded_at=now(),
        recorded_by=caller.actor,
        person_id=person.id,
        worker_id=worker.id,
        facility_id=place.id,
        facility_code=place.code,
        employment_type=body.employment_type,
        status=body.status,
        decision_number=body.decision_number,
    )
    session.add(employment)
    add_purposes(person, ["worker"])
    await session.flush()
    await share_person(session, person, place.authority_path)
    await announce_workers_of(session, person.id)
    await record_audit(session, caller, "employment.recorded", "employment", employment.id, after=body.model_dump(mode="json"), done_on=done_on)
    return employment


async def end_employment(session: AsyncSession, *, caller: Caller, employment_id: UUID, body: EmploymentEnding) -> Employment:
    """An employment gets its last day and the reason; assignments are ended by their own acts."""
    known = await session.scalar(select(Employment).where(Employment.id == employment_id, visible_to(caller, Employment)))
    if known is None:
        raise NotFound()
    require(can_write_at(caller, known.authority_path))
    done_on = judge_done_on(caller, body.done_on)
    await lock_persons(session, [known.person_id])
    await session.refresh(known)
    if body.ends_on < known.valid_from:
        raise Malformed.field("ends_on", _("The employment begins on {first}; its last day cannot come before."), first=known.valid_from.isoformat())
    must_be_open(known)
    at = now()
    await supersede(session, at=at, act="ended", by=caller, reason=body.reason)
    known.valid, known.ended_reason, known.recorded_at, known.recorded_by = period(known.valid_from, body.ends_on), body.reason, at, caller.actor
    await session.flush()
    await announce_workers_of(session, known.person_id)
    await record_audit(session, caller, "employment.ended", "employment", known.id, before={"ends_on": None}, after=body.model_dump(mode="json"), done_on=done_on)
    return known


def must_be_open(employment: Employment) -> None:
    """An employment that has its last day is not ended again. Raises Refused."""
    if employment.valid_to is not None:
        raise Refused("ended-already", _("This employment already ends on {ends}."), ends=employment.valid_to.isoformat())


async def read_employment(session: AsyncSession, caller: Caller, one: Employment) -> EmploymentRead:
    names = await names_of_facilities(session, [one.facility_code])
    same = {
        name: getattr(one, name)
        for name in ("id", "person_id", "worker_id", "facility_id", "facility_code", "employment_type", "status", "ended_reason", "done_on", "entered_afterwards")
    }
    return EmploymentRead(
        **same,
        facility_name=names.get(one.facility_code),
        starts_on=one.valid_from,
        ends_on=one.valid_to,
        decision=one.decision_number or TO_REGULARISE,
        available_actions=[action("end", can_write_at(caller, one.authority_path), lambda: must_be_open(one))],
    )
