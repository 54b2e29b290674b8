"""The leave of a person's year, from their absences and the service that the register knows of."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.absences.models import APPROVED, REQUESTED, Absence
from services.registry.balances.counting import Balance, LeaveYear, carried_after, days_between, entitlement, last_day_of_carry, still_counting
from services.registry.holds.queries import homes_of
from services.registry.rules import pack_of
from shared.calendars import WorkingCalendar
from shared.jurisdictions import country_of, here

ONE_DAY = timedelta(days=1)
_SERVES = text("SELECT first_day FROM service_of_persons(:persons, :day)").bindparams(bindparam("persons", type_=ARRAY(PG_UUID(as_uuid=True))))


async def balance_of(session: AsyncSession, person_id: UUID, as_of: date) -> Balance:
    """Of the year of a day. Leave that runs over the end of a year counts in each year for its own days.

    Days pass from one year into the next since the first year in which the register kept leave of the person: of those before it knows nothing.
    """
    home = (await homes_of(session, [person_id], as_of, as_of)).get(person_id)
    country = country_of(home[0]) if home else here().country
    pack = pack_of(country, as_of)
    rule, carry = pack.rule("LEA-BALANCE"), pack.rule("LEA-CARRY")
    first, last = date(as_of.year, 1, 1), date(as_of.year, 12, 31)
    since = (await session.execute(_SERVES, {"persons": [person_id], "day": as_of})).scalar()
    entitled, years = entitlement(rule, since, as_of.year)
    wanted = select(Absence.state, Absence.starts_on, Absence.ends_on).where(
        Absence.person_id == person_id, Absence.type == rule.value["type"], Absence.state.in_((APPROVED, REQUESTED)), Absence.starts_on <= last
    )
    rows = (await session.execute(wanted)).all()
    approved = [(row.starts_on, row.ends_on) for row in rows if row.state == APPROVED]
    asked = [(row.starts_on, row.ends_on) for row in rows if row.state == REQUESTED]
    kept = range(min((begin.year for begin, _end in approved), default=as_of.year), as_of.year + 1)
    calendar = WorkingCalendar.of_country(country, list(kept))

    def of_year(year: int) -> LeaveYear:
        begin, end = date(year, 1, 1), date(year, 12, 31)
        return LeaveYear(entitlement(rule, since, year)[0], days_between(calendar, approved, begin, end), days_between(calendar, approved, begin, last_day_of_carry(carry, year)))

    carried, until = carried_after([of_year(year) for year in kept[:-1]], carry.value["most"]), last_day_of_carry(carry, as_of.year)
    counting = still_counting(carried, of_year(as_of.year).approved_in_time, as_of, until)
    taken = days_between(calendar, approved, first, as_of)
    planned = days_between(calendar, approved, as_of + ONE_DAY, last)
    return Balance(
        person_id=person_id,
        year=as_of.year,
        as_of=as_of,
        serves_since=since,
        years_of_service=years,
        entitled=entitled,
        taken=taken,
        planned=planned,
        asked=days_between(calendar, asked, first, last),
        left=entitled + counting - taken - planned,
        carried=carried,
        carried_until=until if carried else None,
        lapsed=carried - counting,
        rule=rule.told(),
        carry_rule=carry.told(),
    )
