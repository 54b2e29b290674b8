"""Before somebody is entered: may they be in the register already?"""

from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.duplicates.finding import Known, candidates_like, keep
from services.registry.duplicates.models import DISTINCT
from services.registry.duplicates.scoring import Facts, Score
from services.registry.identifiers.sealing import blind
from services.registry.persons.models import Person, birth
from services.registry.persons.queries import persons_visible_to
from services.registry.rules import REG_01
from shared.auth import Caller
from shared.clock import today
from shared.errors import Refused
from shared.i18n import _
from shared.jurisdictions import country_of
from shared.names import search_words

if TYPE_CHECKING:
    from services.registry.persons.schemas import PersonEntry

MOST_TOLD = 5
Found = list[tuple[Known, Score]]


async def refuse_possible_duplicates(session: AsyncSession, caller: Caller, body: "PersonEntry") -> Found:
    """Raises Refused with whom it may be and why, unless the officer says what makes them two; then gives whom they were told apart from."""
    born, precision = birth(body.birth_date, body.birth_year)
    facts = Facts(
        tuple(name.value for name in body.names),
        born,
        precision,
        body.sex,
        identifiers=frozenset((one.kind, one.issuer, blind(one.kind, one.issuer, one.value).hex()) for one in body.identifiers),
        contacts=frozenset(one.value for one in body.contacts if one.kind != "address" and one.visibility != "self"),
    )
    # Two officers who enter one person at once: the second one waits, and finds whom the first one entered.
    key = " ".join(sorted(set().union(*(search_words(name) for name in facts.names))))
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('registry/entry/' || :key, 0))"), {"key": key})
    found = (await candidates_like(session, facts, {country_of(path) for path in caller.scope}))[:MOST_TOLD]
    if found and body.confirmed_distinct is None:
        raise Refused(
            "possible-duplicate",
            _("The register may know this person already."),
            rule=REG_01,
            possible=_("Compare with whom it may be; when they are two people, say in “confirmed_distinct” what shows it."),
            more={"candidates": await _told(session, caller, found)},
        )
    return found


async def told_apart(session: AsyncSession, caller: Caller, person: Person, found: Found, reason: str | None) -> None:
    """Remember that an officer said they are two people, so that nobody is asked again."""
    known = Known(person.id, person.authority_path, tuple(person.shared_with), Facts((person.name,)))
    await keep(session, [(known, other, how) for other, how in found], found_by="entry", state=DISTINCT, by=caller.actor, on=today(), reason=reason)


async def _told(session: AsyncSession, caller: Caller, found: Found) -> list[dict[str, Any]]:
    """Who they are where the caller may see them; of others only that another authority has their file."""
    visible = set((await session.scalars(persons_visible_to(caller).where(Person.id.in_([one.id for one, _how in found])).with_only_columns(Person.id))).all())
    return [
        {
            "person_id": str(one.id) if one.id in visible else None,
            "authority": one.authority,
            "weight": round(how.weight, 1),
            "reasons": [{"field": reason.field, "comparison": reason.comparison, "weight": reason.weight} for reason in how.reasons],
        }
        for one, how in found
    ]
