"""A worker's own leave: asked from a phone by whoever is linked to a person, decided by another; taken back while it waits."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import Response
from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.absences.models import ABSENCE, REQUESTED, Absence, Type
from services.registry.absences.schemas import LONGEST_DAYS, AbsenceRead, Cancellation
from services.registry.absences.use_cases import file_absence, withdraw_absence
from services.registry.accounts.api import is_a_person
from services.registry.balances.counting import Balance
from services.registry.balances.queries import balance_of
from services.registry.persons.own import own_person
from shared.actions import Action, action, etag
from shared.auth import ALLOWED, Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, Refused, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Body
from shared.rulepacks import Rule

router = Router(prefix="/persons/me", tags=["availability"])


class OwnAbsenceCreate(Body):
    """A leave for oneself."""

    type: Type
    starts_on: date
    ends_on: date
    note: str | None = Field(None, min_length=3, max_length=500, description="For the head, when too few would be present: why all the same.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(_("The last day comes before the first one."))
        if (self.ends_on - self.starts_on).days >= LONGEST_DAYS:
            raise ValueError(_("A leave lies within three years."))
        return self


def _must_wait(absence: Absence) -> None:
    if absence.state != REQUESTED:
        raise Refused(
            "leave-decided",
            _("This leave is decided: HR cancels it or ends it earlier."),
            rule=Rule("WF-absence-withdraw", [REQUESTED], "states that allow it", ABSENCE.citation),
            possible=_("Ask HR of your facility."),
        )


def _read(caller: Caller, absence: Absence) -> AbsenceRead:
    """Whoever asked reads all of it; what may be done is to take it back."""
    acts: list[Action] = [action("withdraw", ALLOWED, lambda: _must_wait(absence))]
    return AbsenceRead.seen_by(caller, absence, knows=True).model_copy(update={"available_actions": acts})


async def _own(session: AsyncSession, caller: Caller, absence_id: UUID, *, lock: bool = False) -> Absence:
    statement = select(Absence).where(Absence.id == absence_id, Absence.person_id == await own_person(session, caller))
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


@router.post("/absences", status_code=201, response_model=AbsenceRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 409, 422))
async def create_own_absence(body: OwnAbsenceCreate, response: Response, caller: CallerDep, session: SessionDep) -> AbsenceRead:
    """Ask for a leave of one's own: the days are held at once, or refused with the nearest free ones."""
    person_id = await own_person(session, caller)
    absence = await file_absence(
        session,
        caller=caller,
        person_id=person_id,
        type_=body.type,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        override_reason=body.note,
        body=body,
        done_on=today(),
        own=True,
    )
    etag(response, absence.version)
    return _read(caller, absence)


@router.get("/absences", response_model=Page[AbsenceRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 422))
async def list_own_absences(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[AbsenceRead]:
    """One's own leave, newest first."""
    found = await keyset_page(session, select(Absence).where(Absence.person_id == await own_person(session, caller)), keys=[Absence.id.desc()], params=page)
    return Page(items=[_read(caller, one) for one in found.items], next=found.next)


@router.post("/absences/{absence_id}/withdrawal", status_code=201, response_model=AbsenceRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 409))
async def create_own_withdrawal(absence_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> AbsenceRead:
    """Take back what one asked, before anybody has decided; the days are free again."""
    absence = await _own(session, caller, absence_id, lock=True)
    _must_wait(absence)
    absence = await withdraw_absence(session, caller=caller, absence=absence, body=Cancellation(), done_on=today())
    etag(response, absence.version)
    return _read(caller, absence)


@router.get("/leave-balance", response_model=Balance, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 422))
async def read_own_balance(caller: CallerDep, session: SessionDep, as_of: date | None = None) -> Balance:
    """One's own leave of the year: entitled, taken, planned, asked, left."""
    return await balance_of(session, await own_person(session, caller), as_of or today())
