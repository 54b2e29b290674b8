"""Reading the logbook: each query starts from what the caller may see."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import Select, Text, and_, bindparam, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.mentoring.models import Entry, HeardAgreement, MentoringAct, Mentorship, Target
from services.training.workflow import OPEN
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import published_above, visible_to

_LEVELS = text("SELECT person_id, act, level, found_on FROM levels_found(:persons, :acts, :day)").bindparams(
    bindparam("persons", type_=ARRAY(PG_UUID(as_uuid=True))), bindparam("acts", type_=ARRAY(Text))
)


def acts_visible_to(caller: Caller) -> Select[tuple[MentoringAct]]:
    """Acts of the caller's authorities and of those above."""
    return select(MentoringAct).where(or_(visible_to(caller, MentoringAct), and_(MentoringAct.state == OPEN, published_above(caller, MentoringAct))))


def mentorships_visible_to(caller: Caller) -> Select[tuple[Mentorship]]:
    return select(Mentorship).where(visible_to(caller, Mentorship))


def entries_visible_to(caller: Caller) -> Select[tuple[Entry]]:
    return select(Entry).where(visible_to(caller, Entry))


def targets_visible_to(caller: Caller) -> Select[tuple[Target]]:
    return select(Target).where(visible_to(caller, Target))


async def get_visible_mentorship(session: AsyncSession, caller: Caller, mentorship_id: UUID, *, lock: bool = False) -> Mentorship:
    """One mentorship. Raises NotFound."""
    statement = mentorships_visible_to(caller).where(Mentorship.id == mentorship_id)
    found = await session.scalar(statement.with_for_update(of=Mentorship) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def get_visible_entry(session: AsyncSession, caller: Caller, entry_id: UUID, *, lock: bool = False) -> Entry:
    """One entry of a logbook. Raises NotFound."""
    statement = entries_visible_to(caller).where(Entry.id == entry_id)
    found = await session.scalar(statement.with_for_update(of=Entry) if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def named_acts(session: AsyncSession, caller: Caller, codes: Iterable[str], *, field: str = "acts") -> list[MentoringAct]:
    """The acts that a body names by their codes; the nearest authority's when two have one. Raises Malformed."""
    wanted = list(dict.fromkeys(codes))
    found: dict[str, MentoringAct] = {}
    for act in await session.scalars(acts_visible_to(caller).where(MentoringAct.code.in_(wanted))):
        known = found.get(act.code)
        if known is None or len(act.authority_path) > len(known.authority_path):
            found[act.code] = act
    missing = [code for code in wanted if code not in found]
    if missing:
        raise Malformed.field(field, _("No act {code} is in the catalogue."), code=missing[0])
    return [found[code] for code in wanted]


async def levels_found(session: AsyncSession, persons: Collection[UUID], acts: Collection[str], day: date) -> dict[tuple[UUID, str], tuple[int, date]]:
    """What each of these people was found able to do until a day, wherever they work: asked for a rule, never shown."""
    rows = await session.execute(_LEVELS, {"persons": list(persons), "acts": list(acts), "day": day})
    return {(row.person_id, row.act): (row.level, row.found_on) for row in rows}


async def agreement_ends(session: AsyncSession, caller: Caller, agreement_id: UUID | None) -> date | None:
    """The last day of an agreement, also when it was ended before its time."""
    if agreement_id is None:
        return None
    ends: date | None = await session.scalar(select(HeardAgreement.ends_on).where(visible_to(caller, HeardAgreement), HeardAgreement.id == agreement_id))
    return ends


async def last_entry_by(session: AsyncSession, caller: Caller, mentorship: Mentorship) -> Entry | None:
    """What this account wrote last in a logbook: the form begins with it."""
    statement = entries_visible_to(caller).where(Entry.mentorship_id == mentorship.id, Entry.recorded_by == caller.actor)
    found: Entry | None = await session.scalar(statement.order_by(Entry.recorded_at.desc(), Entry.id.desc()).limit(1))
    return found
