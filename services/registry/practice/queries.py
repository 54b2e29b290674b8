"""A person's licences, day by day, in one indexed statement."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.licences.models import Licence, LicencePeriod
from services.registry.periods import last_day
from services.registry.persons.models import Person
from shared.auth import Caller
from shared.errors import NotFound
from shared.practice import Answer, Days, judge
from shared.visibility import visible_to

_COLUMNS = (LicencePeriod.licence_id, LicencePeriod.valid, LicencePeriod.standing, LicencePeriod.scope, LicencePeriod.conditions, Licence.authority)
_OF_VISIBLE = (
    select(Person.id, *_COLUMNS)
    .outerjoin(LicencePeriod, LicencePeriod.person_id == Person.id)
    .outerjoin(Licence, Licence.id == LicencePeriod.licence_id)
    .order_by(func.lower(LicencePeriod.valid))
)
_OF_PERSON = text("SELECT licence_id, valid, standing, scope, conditions FROM licence_periods WHERE person_id = :person").columns(
    LicencePeriod.licence_id, LicencePeriod.valid, LicencePeriod.standing, LicencePeriod.scope, LicencePeriod.conditions
)


def _days(row: Row[Any]) -> Days:
    return Days(row.licence_id, row.valid.lower, last_day(row.valid), row.standing, row.scope, row.conditions)


async def practice_of(session: AsyncSession, caller: Caller, person_id: UUID, *, scope: str | None, on: date) -> tuple[Answer, str | None]:
    """The answer, and who issued the licence on which a yes rests. Raises NotFound without a relation to the person."""
    rows = (await session.execute(_OF_VISIBLE.where(Person.id == person_id, visible_to(caller, Person)))).all()
    if not rows:
        raise NotFound()
    answer = judge(person_id, [_days(row) for row in rows if row.licence_id is not None], scope=scope, on=on)
    return answer, next((row.authority for row in rows if answer.by is not None and row.licence_id == answer.by.licence_id), None)


async def right_of(session: AsyncSession, person_id: UUID, on: date) -> Answer:
    """The answer for a rule: any scope."""
    return judge(person_id, [_days(row) for row in await session.execute(_OF_PERSON, {"person": person_id})], scope=None, on=on)
