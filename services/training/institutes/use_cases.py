"""An institute is registered and accredited, an authority sets how many it may take, and public and private agree on what they lend each other."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.institutes.events import ConventionEnded, ConventionSigned, SeatsChanged, SeatsSet
from services.training.institutes.models import Accreditation, Campus, Capacity, Convention, Institute
from services.training.institutes.permissions import can_keep_convention, can_supervise
from services.training.institutes.queries import get_visible_capacity, get_visible_convention, get_visible_institute, institute_of_code
from services.training.institutes.rules import days_of, must_be_accredited, streams_must_be_known
from services.training.institutes.schemas import AccreditationBody, AccreditationCreate, CapacityChange, CapacityCreate, ConventionCreate, ConventionEnding, InstituteCreate
from services.training.rules import pack_of
from shared.actions import require_current
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.events import record_event, record_events
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of


async def register_institute(session: AsyncSession, *, caller: Caller, body: InstituteCreate) -> Institute:
    """An authority registers a facility of its territory as an institute, with its campuses and what it is accredited for."""
    done_on = judge_done_on(caller, body.done_on)
    place = await place_on(session, body.facility_code, done_on)
    require(can_supervise(caller, place.authority_path))
    if known := await by_reference(session, Institute, authority_path=place.authority_path, body=body, reference=body.reference):
        return known
    institute = Institute(
        **body.model_dump(include={"reference", "facility_code", "name", "other_name"}),
        content_hash=hash_of(body),
        authority_path=place.authority_path,
        region="-".join(place.area_code.split("-")[:2]),
        ownership=place.ownership,
        registered_by=caller.actor,
        registered_on=done_on,
        campuses=[Campus(number=number, **campus.model_dump()) for number, campus in enumerate(body.campuses, start=1)],
        accreditations=[],
    )
    if body.accreditation is not None:
        _accredit(caller, institute, body.accreditation, done_on, field="accreditation.streams")
    session.add(institute)
    await session.flush()
    await record_audit(session, caller, "institute.registered", "institute", institute.id, after=_said(body), done_on=done_on)
    return institute


def _said(body: InstituteCreate) -> dict[str, Any]:
    said = body.model_dump(mode="json", include={"facility_code", "name", "other_name"})
    return said | ({"accreditation": body.accreditation.number, "streams": body.accreditation.streams} if body.accreditation else {})


def _accredit(caller: Caller, institute: Institute, body: AccreditationBody, done_on: date, *, field: str = "streams") -> None:
    streams_must_be_known(pack_of(institute.facility_code, done_on), body.streams, field=field)
    values = body.model_dump(include={"authority", "number", "streams", "valid_from", "valid_to"})
    institute.accreditations.append(Accreditation(id=uuid7(), recorded_by=caller.actor, recorded_on=done_on, **values))


async def accredit_institute(session: AsyncSession, *, caller: Caller, institute_id: UUID, body: AccreditationCreate, if_match: str | None = None) -> Institute:
    """One more accreditation; two never cover the same day."""
    done_on = judge_done_on(caller, body.done_on)
    institute = await get_visible_institute(session, caller, institute_id, lock=True)
    require(can_supervise(caller, institute.authority_path))
    said = {"authority", "number", "streams", "valid_from", "valid_to"}
    if any(all(getattr(each, name) == getattr(body, name) for name in said) for each in institute.accreditations):
        return institute
    require_current(if_match, institute.version)
    _accredit(caller, institute, body, done_on)
    institute.version += 1
    await session.flush()
    await record_audit(session, caller, "institute.accredited", "institute", institute.id, after=body.model_dump(mode="json", include=said), done_on=done_on)
    return institute


async def set_seats(session: AsyncSession, *, caller: Caller, body: CapacityCreate) -> Capacity:
    """The authority sets how many enter the first year of a stream for which the institute is accredited."""
    institute = await institute_of_code(session, caller, body.facility_code)
    if known := await by_reference(session, Capacity, authority_path=institute.authority_path, body=body, reference=body.reference):
        return known
    (capacity,) = await set_many_seats(session, caller=caller, wanted=[(institute, body)], done_on=judge_done_on(caller, body.done_on))
    return capacity


async def set_many_seats(session: AsyncSession, *, caller: Caller, wanted: Sequence[tuple[Institute, CapacityCreate]], done_on: date) -> Sequence[Capacity]:
    """The same for many at once, as a file of a year has them."""
    made = []
    for institute, body in wanted:
        require(can_supervise(caller, institute.authority_path))
        pack = pack_of(institute.facility_code, done_on)
        streams_must_be_known(pack, [body.stream], field="stream")
        first, last = days_of(pack, body.year)
        must_be_accredited(institute.accredited_for(body.stream, first), pack, stream=body.stream, day=first, open_streams=institute.streams_on(first))
        made.append(
            Capacity(
                **body.model_dump(include={"reference", "stream", "year", "seats", "decision"}),
                content_hash=hash_of(body),
                authority_path=institute.authority_path,
                institute_id=institute.id,
                facility_code=institute.facility_code,
                region=institute.region,
                ownership=institute.ownership,
                starts_on=first,
                ends_on=last,
                set_by=caller.actor,
                set_on=done_on,
            )
        )
    session.add_all(made)
    await session.flush()
    audits = [(each.id, None, {"stream": each.stream, "year": each.year, "seats": each.seats, "decision": each.decision}) for each in made]
    await record_audits(session, caller, "seat_capacity.set", "seat_capacity", audits, done_on=done_on)
    record_events(session, [SeatsSet.about(each) for each in made])
    return made


async def change_seats(session: AsyncSession, *, caller: Caller, capacity_id: UUID, body: CapacityChange, if_match: str | None = None) -> Capacity:
    """A decision raises or lowers the seats, never below what an intake offers already."""
    done_on = judge_done_on(caller, body.done_on)
    capacity = await get_visible_capacity(session, caller, capacity_id, lock=True)
    require(can_supervise(caller, capacity.authority_path))
    if (capacity.seats, capacity.decision) == (body.seats, body.decision):
        return capacity
    require_current(if_match, capacity.version)
    before = {"seats": capacity.seats, "decision": capacity.decision}
    capacity.seats, capacity.decision, capacity.set_by, capacity.set_on = body.seats, body.decision, caller.actor, done_on
    capacity.version += 1
    await session.flush()
    await record_audit(
        session, caller, "seat_capacity.changed", "seat_capacity", capacity.id, before=before, after={"seats": capacity.seats, "decision": capacity.decision}, done_on=done_on
    )
    record_event(session, SeatsChanged.about(capacity))
    return capacity


async def sign_convention(session: AsyncSession, *, caller: Caller, body: ConventionCreate) -> Convention:
    """What public and private signed: each reads it, and it belongs to the institute."""
    done_on = judge_done_on(caller, body.done_on)
    institute = await institute_of_code(session, caller, body.institute_code, field="institute_code")
    require(can_keep_convention(caller, institute.authority_path))
    if known := await by_reference(session, Convention, authority_path=institute.authority_path, body=body, reference=body.reference):
        return known
    partner = await place_on(session, body.partner_code, body.starts_on, field="partner_code")
    convention = Convention(
        **body.model_dump(exclude={"done_on"}),
        content_hash=hash_of(body),
        authority_path=institute.authority_path,
        shared_with=[partner.code],
        institute_ownership=institute.ownership,
        partner_ownership=partner.ownership,
        recorded_by=caller.actor,
    )
    session.add(convention)
    await session.flush()
    await record_audit(session, caller, "institute_convention.signed", "institute_convention", convention.id, after=body.model_dump(mode="json"), done_on=done_on)
    record_event(session, ConventionSigned.about(convention))
    return convention


async def end_convention(session: AsyncSession, *, caller: Caller, convention_id: UUID, body: ConventionEnding, if_match: str | None = None) -> Convention:
    """A convention ends before its last day, with the reason."""
    done_on = judge_done_on(caller, body.done_on)
    convention = await get_visible_convention(session, caller, convention_id, lock=True)
    require(can_keep_convention(caller, convention.authority_path))
    require_current(if_match, convention.version)
    convention.end(on=done_on, reason=body.reason)
    await session.flush()
    await record_audit(
        session, caller, "institute_convention.ended", "institute_convention", convention.id, before={"state": "active"}, after={"reason": body.reason}, done_on=done_on
    )
    record_event(session, ConventionEnded.about(convention))
    return convention
