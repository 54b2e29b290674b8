"""The share of a title in another one that the law recommends (EMU-01): a warning, for the signatory decides."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.awards.models import Award
from services.appointment.awards.schemas import SharePassed
from services.appointment.awards.workflow import AWARDED, PROPOSED
from services.appointment.rules import pack_of
from shared.clock import today
from shared.i18n import _, translate


async def shares_passed(session: AsyncSession, title: str, year: int, facilities: Iterable[str]) -> list[SharePassed]:
    """Facilities in which this title is given more often than its share of the other title, of the same year."""
    found = []
    for code in sorted(set(facilities)):
        rule = pack_of(code, today()).rule("EMU-01")
        share = rule.value.get(title)
        if share is None:
            continue
        given, base = await _count(session, title, year, code), await _count(session, share["of"], year, code)
        if given * 100 > share["percent"] * base:
            text = translate(
                _("{given} people at {facility} for {base} with the title on which it rests: more than {percent} %."),
                given=given,
                facility=code,
                base=base,
                percent=share["percent"],
            )
            found.append(SharePassed(facility_code=code, text=text, rule=replace(rule, value=share["percent"]).as_json()))
    return found


async def _count(session: AsyncSession, title: str, year: int, facility_code: str) -> int:
    statement = select(func.count()).where(
        Award.title == title, Award.year == year, Award.facility_code == facility_code, Award.person_id.is_not(None), Award.state.in_((PROPOSED, AWARDED))
    )
    return int(await session.scalar(statement) or 0)
