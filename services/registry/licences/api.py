"""Licences over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from services.registry.assignments.models import Assignment
from services.registry.licences.models import Licence, Status
from services.registry.licences.permissions import can_keep_licences, can_read_licences
from services.registry.licences.queries import believed_periods, periods_known_at, superseded_periods
from services.registry.licences.schemas import Correction, LicenceCreate, LicenceRead, PeriodRead, Periods, Reinstatement, Renewal, Revocation, Suspension
from services.registry.licences.use_cases import (
    correct_licence,
    expiring_rule,
    get_visible_licence,
    record_licence,
    reinstate_licence,
    renew_licence,
    revoke_licence,
    suspend_licence,
)
from services.registry.persons.queries import get_visible_person
from shared.actions import IfMatch, etag, require_current
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.jurisdictions import here
from shared.pagination import Page, PageDep, keyset_page
from shared.visibility import visible_to

router = Router(tags=["licences"])
KEEPERS: Any = [allows(can_keep_licences)]
ACT: Any = {"status_code": 201, "response_model": LicenceRead, "dependencies": KEEPERS, "responses": problems(403, 404, 409, 412, 422)}


AsOf = Annotated[date | None, Query(description="What was true on this day; today when not said.")]
KnownAt = Annotated[datetime | None, Query(description="What was known at this instant; what is known now when not said.")]


async def _read(session: SessionDep, caller: Caller, licences: Sequence[Licence], *, as_of: date | None = None, known_at: datetime | None = None) -> list[LicenceRead]:
    believed = await periods_known_at(session, [licence.id for licence in licences], known_at) if known_at is not None else {}
    return [
        LicenceRead.seen_by(
            caller, one, expiring_rule(one.authority_path, as_of or today()), as_of=as_of, known_at=known_at, believed=None if known_at is None else believed.get(one.id, [])
        )
        for one in licences
        if known_at is None or one.id in believed
    ]


async def _answer(session: SessionDep, caller: Caller, response: Response, licence: Licence) -> LicenceRead:
    etag(response, licence.version)
    return (await _read(session, caller, [licence]))[0]


async def _require_current(session: SessionDep, caller: Caller, licence_id: UUID, if_match: str | None) -> None:
    if if_match is not None:
        require_current(if_match, (await get_visible_licence(session, caller, licence_id)).version)


def statuses_on(day: date, expiring_days: int) -> dict[str, ColumnElement[bool]]:
    """What `Licence.status_on` says, for a filter: exactly one of these is true of a licence."""
    revoked = and_(Licence.revoked_on.is_not(None), Licence.revoked_on <= day)
    suspended = and_(Licence.suspended_from.is_not(None), Licence.suspended_from <= day, or_(Licence.suspended_until.is_(None), Licence.suspended_until >= day))
    expired = and_(Licence.expires_on.is_not(None), Licence.expires_on < day)
    expiring = and_(Licence.expires_on.is_not(None), Licence.expires_on <= day + timedelta(days=expiring_days))
    return {
        "revoked": revoked,
        "suspended": and_(~revoked, suspended),
        "expired": and_(~revoked, ~suspended, expired),
        "expiring": and_(~revoked, ~suspended, ~expired, expiring),
        "active": and_(~revoked, ~suspended, ~expired, ~expiring),
    }


def statuses_of(caller: Caller) -> dict[str, ColumnElement[bool]]:
    """The same today, by the notice that the caller's authority gives."""
    return statuses_on(today(), expiring_rule(here().country, today()).value)


def licences_wanted(caller: Caller, *, status: Status | None, facility: str | None, expires_by: date | None) -> tuple[Select[tuple[Licence]], list[Any]]:
    """Licences that the caller sees, under the filters of the list, and their order."""
    wanted = select(Licence).where(visible_to(caller, Licence))
    if status is not None:
        wanted = wanted.where(statuses_of(caller)[status])
    if facility is not None:
        here = exists().where(Assignment.person_id == Licence.person_id, Assignment.facility_code == facility, Assignment.state == "active", Assignment.valid.contains(today()))
        wanted = wanted.where(here)
    if expires_by is not None:
        wanted = wanted.where(Licence.expires_on <= expires_by)
    if status in ("expiring", "expired") or expires_by is not None:
        return wanted.where(Licence.expires_on.is_not(None)), [Licence.expires_on, Licence.id]
    return wanted, [Licence.id]


@router.post("/licences", **ACT)
async def create_licence(body: LicenceCreate, response: Response, caller: CallerDep, session: SessionDep) -> LicenceRead:
    """Record a licence that its authority issued."""
    return await _answer(session, caller, response, await record_licence(session, caller=caller, body=body))


@router.get("/licences", response_model=Page[LicenceRead], dependencies=[allows(can_read_licences)], responses=problems(403, 422))
async def list_licences(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    status: Annotated[Status | None, Query(description="What it is worth today.")] = None,
    facility: Annotated[str | None, Query(max_length=60, description="Only of those who are assigned there today.")] = None,
    expires_by: Annotated[date | None, Query(description="Only those that end by this day.")] = None,
) -> Page[LicenceRead]:
    """Licences, those that end first at the top."""
    wanted, keys = licences_wanted(caller, status=status, facility=facility, expires_by=expires_by)
    found = await keyset_page(session, wanted, keys=keys, params=page)
    return found.of(await _read(session, caller, found.items))


@router.get("/licences/{licence_id}", response_model=LicenceRead, dependencies=[allows(can_read_licences)], responses=problems(403, 404))
async def read_licence(licence_id: UUID, response: Response, caller: CallerDep, session: SessionDep, as_of: AsOf = None, known_at: KnownAt = None) -> LicenceRead:
    """One licence with what was done to it, as it stood on a day and as it was known at an instant."""
    licence = await get_visible_licence(session, caller, licence_id)
    etag(response, licence.version)
    found = await _read(session, caller, [licence], as_of=as_of, known_at=known_at)
    if not found:
        raise NotFound(_("Nothing was known of this licence then."))
    return found[0]


@router.get("/licences/{licence_id}/periods", response_model=Periods, dependencies=[allows(can_read_licences)], responses=problems(403, 404, 422))
async def read_periods(licence_id: UUID, caller: CallerDep, session: SessionDep, known_at: KnownAt = None) -> Periods:
    """A licence day by day: in force, suspended, revoked; with what was believed before, by whom it was put right and why."""
    await get_visible_licence(session, caller, licence_id)
    items = await believed_periods(session, [licence_id], known_at)
    earlier = await superseded_periods(session, licence_id) if known_at is None else []
    return Periods(licence_id=licence_id, known_at=known_at, items=[PeriodRead.of(one) for one in items], earlier=[PeriodRead.of(one) for one in earlier])


@router.get("/persons/{person_id}/licences", response_model=Page[LicenceRead], dependencies=[allows(can_read_licences)], responses=problems(403, 404))
async def list_licences_of_person(person_id: UUID, caller: CallerDep, session: SessionDep, page: PageDep, as_of: AsOf = None, known_at: KnownAt = None) -> Page[LicenceRead]:
    """A person's licences, as they stood on a day and as they were known at an instant."""
    await get_visible_person(session, caller, person_id)
    found = await keyset_page(session, select(Licence).where(Licence.person_id == person_id, visible_to(caller, Licence)), keys=[Licence.id], params=page)
    return found.of(await _read(session, caller, found.items, as_of=as_of, known_at=known_at))


@router.post("/licences/{licence_id}/suspension", **ACT)
async def create_suspension(licence_id: UUID, body: Suspension, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> LicenceRead:
    """Suspend a licence, to a day or until it is lifted."""
    await _require_current(session, caller, licence_id, if_match)
    return await _answer(session, caller, response, await suspend_licence(session, caller=caller, licence_id=licence_id, body=body))


@router.post("/licences/{licence_id}/reinstatement", **ACT)
async def create_reinstatement(licence_id: UUID, body: Reinstatement, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> LicenceRead:
    """Lift a suspension."""
    await _require_current(session, caller, licence_id, if_match)
    return await _answer(session, caller, response, await reinstate_licence(session, caller=caller, licence_id=licence_id, body=body))


@router.post("/licences/{licence_id}/revocation", **ACT)
async def create_revocation(licence_id: UUID, body: Revocation, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> LicenceRead:
    """Withdraw a licence for good."""
    await _require_current(session, caller, licence_id, if_match)
    return await _answer(session, caller, response, await revoke_licence(session, caller=caller, licence_id=licence_id, body=body))


@router.post("/licences/{licence_id}/renewal", **ACT)
async def create_renewal(licence_id: UUID, body: Renewal, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> LicenceRead:
    """Give a licence a later last day."""
    await _require_current(session, caller, licence_id, if_match)
    return await _answer(session, caller, response, await renew_licence(session, caller=caller, licence_id=licence_id, body=body))


@router.post("/licences/{licence_id}/correction", **ACT)
async def create_correction(licence_id: UUID, body: Correction, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> LicenceRead:
    """Put right what was written wrongly; the earlier belief stays readable."""
    await _require_current(session, caller, licence_id, if_match)
    return await _answer(session, caller, response, await correct_licence(session, caller=caller, licence_id=licence_id, body=body))
