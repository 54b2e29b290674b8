"""Whoever holds hours of continuing education: reads all of their own, and verifies none of them (R-HOLDER)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.auth import ALLOWED, Caller, Permission
from shared.clients import ask
from shared.errors import NotFound, Refusal
from shared.i18n import _


@dataclass(frozen=True)
class Holder:
    """Where somebody works, and since when: what the cycle of continuing education needs."""

    person_id: UUID
    facility_code: str
    first_day: date | None


def can_read_own(caller: Caller) -> Permission:
    """Somebody who signs in, whatever their role."""
    return Refusal("not-a-person", _("Only a person has a file of their own.")) if caller.is_machine else ALLOWED


async def person_of(caller: Caller) -> UUID | None:
    """The person behind the caller's account, as the registry knows it. Raises Unavailable."""
    own = await ask(caller, "GET", "/api/v1/registry/persons/me/account")
    return UUID(own["person_id"]) if own else None


async def own_person(caller: Caller) -> UUID:
    """The same. Raises NotFound while HR has not linked the account."""
    person_id = await person_of(caller)
    if person_id is None:
        raise NotFound(_("Your account is linked to no person of the register yet: ask HR to link it."))
    return person_id


async def holder_on(session: AsyncSession, person_id: UUID, day: date) -> Holder:
    """Where the holder works on a day. Raises NotFound."""
    row = (await session.execute(text("SELECT * FROM facility_of_person(:person, :day)"), {"person": person_id, "day": day})).first()
    if row is None:
        raise NotFound()
    return Holder(person_id, row.facility_code, row.first_day)
