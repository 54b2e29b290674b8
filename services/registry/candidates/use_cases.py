"""Somebody applies on the public site: the person is entered for recruitment, found again by those whom they chose, and kept no longer than that."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.registry.candidates.events import ApplicationChanged, ApplicationReceived, ProfileShown, ProspectDropped
from services.registry.candidates.schemas import CandidateCreate
from services.registry.contacts.models import Contact
from services.registry.duplicates.finding import Known, candidates_like, keep
from services.registry.duplicates.scoring import Facts
from services.registry.persons.models import Person, PersonPurpose, birth
from services.registry.persons.use_cases import add_purposes, announce_workers_of
from services.registry.purposes.use_cases import retention_rule
from services.registry.workers.models import Employment
from shared.audit import record_audit
from shared.calendars import add_months
from shared.clock import today
from shared.events import Received
from shared.ids import uuid7
from shared.inbox import NotKnownYet
from shared.jurisdictions import country_of
from shared.site import SITE

BY = "consumer:registry"
UNHEARD = timedelta(days=2)
"""How long a person is kept of whose application recruitment never told: what it began there was not finished."""


async def enter_candidate(session: AsyncSession, body: CandidateCreate) -> Person:
    """A person who applies is entered at once, once for each application, and may be somebody whom the register knows: that is for HR to compare, never told to who applies."""
    known = await session.scalar(select(Person).where(Person.id == body.id))
    if known is not None:
        return known
    born, precision = birth(body.birth_date, None)
    facts = Facts((body.name,), born, precision, "unknown", identifiers=frozenset(), contacts=frozenset(one.value for one in body.contacts))
    alike = (await candidates_like(session, facts, {country_of(body.authority_path)}))[:5]
    person = Person(
        id=body.id, authority_path=body.authority_path, shared_with=[], birth_date=born, birth_precision=precision, sex="unknown", recorded_by=SITE, names=[], words=[], purposes=[]
    )
    person.name_them([("legal", None, body.name)])
    day = today()
    # Ended from the start: it is kept as soon as recruitment tells that the application stands.
    person.purposes.append(
        PersonPurpose(purpose="candidate", since=day, until=day, erase_from=day + UNHEARD, ended_by=SITE, authority_path=person.authority_path, shared_with=person.shared_with)
    )
    session.add(person)
    await session.flush()
    for one in body.contacts:
        session.add(
            Contact(
                id=uuid7(),
                recorded_by=SITE,
                person_id=person.id,
                authority_path=person.authority_path,
                shared_with=[],
                kind=one.kind,
                purpose="private",
                value=one.value,
                visibility="hr",
            )
        )
    await session.flush()
    await keep(session, [(Known(person.id, person.authority_path, (), facts), other, how) for other, how in alike], found_by="entry")
    await record_audit(session, SITE, "person.registered", "person", person.id, after={"purposes": ["candidate"], "how": SITE})
    return person


async def keep_candidate(session: AsyncSession, event: Received[ApplicationReceived]) -> None:
    """The application stands: the person is kept as a candidate and shown to the employers whom they chose."""
    person = await _person(session, event.data.person_id)
    add_purposes(person, ["candidate"])
    await _show(session, person, event.data.shown_to, event.data.hidden_from)


async def follow_candidate(session: AsyncSession, event: Received[ApplicationChanged]) -> None:
    """Employers see the person for as long as they consent; when nothing is open any more, the time runs for which the law keeps the file (REC-09)."""
    said = event.data
    person = await _person(session, said.person_id)
    if said.is_kept:
        add_purposes(person, ["candidate"])
    else:
        _end(person, said.changed_on)
    await _show(session, person, said.shown_to, said.hidden_from)


async def show_as_consented(session: AsyncSession, event: Received[ProfileShown]) -> None:
    """Members of a pool see the person for as long as the consent names them."""
    await _show(session, await _person(session, event.data.person_id), event.data.shown_to, event.data.hidden_from)


async def let_go(session: AsyncSession, event: Received[ProspectDropped]) -> None:
    """Nothing was said with a prospect for long, or they asked for no more: the time runs for which the law keeps the file."""
    person = await _person(session, event.data.person_id)
    _end(person, event.data.dropped_on)
    await session.flush()


def _end(person: Person, on: date) -> None:
    for row in person.purposes:
        if row.purpose == "candidate" and row.until is None:
            row.until, row.ended_by = max(on, row.since), BY
            row.erase_from = add_months(row.until, retention_rule(person.authority_path, today()).value["candidate"])


async def _person(session: AsyncSession, person_id: UUID) -> Person:
    person = await session.scalar(select(Person).where(Person.id == person_id).options(selectinload(Person.purposes)).with_for_update())
    if person is None:
        raise NotKnownYet("person", person_id)
    return person


async def _show(session: AsyncSession, person: Person, shown_to: list[str], hidden_from: list[str]) -> None:
    """Who employs the person sees the file for that reason, whatever they consented to."""
    employers = set((await session.scalars(select(Employment.facility_code).where(Employment.person_id == person.id, Employment.facility_code.is_not(None)))).all())
    parties = sorted((set(person.shared_with) - (set(hidden_from) - employers)) | set(shown_to))
    if parties == sorted(person.shared_with):
        await session.flush()
        return
    before = person.shared_with
    person.shared_with = parties
    await session.flush()
    await announce_workers_of(session, person.id)
    await record_audit(session, BY, "person.shown", "person", person.id, before={"shared_with": before}, after={"shared_with": parties})
