"""A person's licences, day by day, in one indexed statement."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.licences.models import Licence, LicencePeriod
from services.registry.periods import last_day
from services.registry.persons.models import Person
from shared.errors import NotFound
from shared.practice import ONE_DAY, Answer, Days, judge
from shared.quick import Quick, scoped, written
from shared.visibility import CallerToCome, visible_to

_FIRST, _AFTER = func.lower(LicencePeriod.valid), func.upper(LicencePeriod.valid)
_ROWS, _CONSTANTS = written(
    select(
        Person.id, LicencePeriod.licence_id, _FIRST.label("first"), _AFTER.label("after"), LicencePeriod.standing, LicencePeriod.scope, LicencePeriod.conditions, Licence.authority
    )
    .outerjoin(LicencePeriod, LicencePeriod.person_id == Person.id)
    .outerjoin(Licence, Licence.id == LicencePeriod.licence_id)
    .where(Person.id == bindparam("person", type_=Uuid), visible_to(CallerToCome, Person))
)
_OF_VISIBLE = f"SELECT seen.* FROM {scoped(_ROWS)} ORDER BY seen.first"  # noqa: S608  constants alone; values are parameters
_OF_PERSON = text("SELECT licence_id, valid, standing, scope, conditions FROM licence_periods WHERE person_id = :person").columns(
    LicencePeriod.licence_id, LicencePeriod.valid, LicencePeriod.standing, LicencePeriod.scope, LicencePeriod.conditions
)


def _days(row: Row[Any]) -> Days:
    return Days(row.licence_id, row.valid.lower, last_day(row.valid), row.standing, row.scope, row.conditions)


async def practice_of(quick: Quick, person_id: UUID, *, scope: str | None, on: date) -> tuple[Answer, str | None]:
    """The answer, and who issued the licence on which a yes rests. Raises NotFound without a relation to the person."""
    rows = await quick.rows(_OF_VISIBLE, person=person_id, **_CONSTANTS)
    if not rows:
        raise NotFound()
    days = [
        Days(row["licence_id"], row["first"], row["after"] and row["after"] - ONE_DAY, row["standing"], row["scope"], row["conditions"])
        for row in rows
        if row["licence_id"] is not None
    ]
    answer = judge(person_id, days, scope=scope, on=on)
    return answer, next((row["authority"] for row in rows if answer.by is not None and row["licence_id"] == answer.by.licence_id), None)


async def right_of(session: AsyncSession, person_id: UUID, on: date) -> Answer:
    """The answer for a rule: any scope."""
    return judge(person_id, [_days(row) for row in await session.execute(_OF_PERSON, {"person": person_id})], scope=None, on=on)
