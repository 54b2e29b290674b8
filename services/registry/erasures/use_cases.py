"""Proposing an erasure, asking for one's own, deciding, and carrying it out."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import person_of
from services.registry.erasures.destroying import TASK, THINGS, accounts_of, destroy, records_of, remove_files
from services.registry.erasures.events import PersonErased
from services.registry.erasures.models import CONFIRMED, Erasure, Ground
from services.registry.erasures.permissions import can_decide, can_propose
from services.registry.legal_holds.models import LegalHold
from services.registry.legal_holds.use_cases import must_not_be_held
from services.registry.persons.models import Person, PersonPurpose
from services.registry.persons.own import own_person, own_row
from services.registry.persons.queries import get_visible_person, persons_visible_to
from services.registry.persons.use_cases import announce_workers_of
from shared.audit import erase_audit_values, record_audit
from shared.auth import Caller, require
from shared.clock import today
from shared.db import worker_session
from shared.errors import NotFound
from shared.events import record_event
from shared.visibility import visible_to


def erasures_visible_to(caller: Caller) -> Select[tuple[Erasure]]:
    return select(Erasure).where(visible_to(caller, Erasure))


def due_for_erasure(caller: Caller) -> Select[tuple[Person]]:
    """Files whose every purpose has ended and whose time after each has passed, of which no erasure was asked yet."""
    kept = select(PersonPurpose.person_id).where(PersonPurpose.person_id == Person.id, or_(PersonPurpose.erase_from.is_(None), PersonPurpose.erase_from > today()))
    due = select(PersonPurpose.person_id).where(PersonPurpose.erase_from <= today())
    asked = select(Erasure.person_id).where(Erasure.person_id == Person.id, Erasure.state != "refused")
    whole = persons_visible_to(caller).where(Person.id.in_(due), ~kept.exists(), ~asked.exists(), Person.merged_into.is_(None))
    return whole.where(func.cardinality(Person.kept_for) > 0)


async def get_visible_erasure(session: AsyncSession, caller: Caller, erasure_id: UUID, *, for_update: bool = False) -> Erasure:
    """One that the caller may see. Raises NotFound."""
    asked = erasures_visible_to(caller).where(Erasure.id == erasure_id)
    found = await session.scalar(asked.with_for_update() if for_update else asked)
    if found is None:
        raise NotFound()
    return found


async def propose_erasure(session: AsyncSession, *, caller: Caller, person_id: UUID, reason: str) -> Erasure:
    """Whoever keeps a file says that its time is over; the database refuses what the law keeps, and what is held."""
    person = await get_visible_person(session, caller, person_id)
    require(can_propose(caller, person.authority_path))
    await must_not_be_held(session, caller, person_id)
    return await _asked(session, caller, person_id, person.authority_path, "retention", reason)


async def ask_for_own_erasure(session: AsyncSession, *, caller: Caller, reason: str) -> Erasure:
    """A person asks that what is held of them be destroyed; a records officer answers, with reasons where the law keeps it."""
    person_id = await own_person(session, caller)
    file = await own_row(session, caller)
    return await _asked(session, caller, person_id, file["authority_path"], "request", reason)


async def _asked(session: AsyncSession, caller: Caller, person_id: UUID, path: str, ground: Ground, reason: str) -> Erasure:
    erasure = Erasure(authority_path=path, shared_with=[], person_id=person_id, ground=ground, reason=reason, asked_by=caller.actor, asked_on=today())
    session.add(erasure)
    await session.flush()
    await record_audit(session, caller, "erasure.proposed", "erasure", erasure.id, after={"person_id": person_id, "ground": ground})
    return erasure


async def confirm_erasure(session: AsyncSession, *, caller: Caller, erasure_id: UUID, reason: str) -> Erasure:
    """A second person says that the file shall be destroyed: the worker does it at once."""
    return await _decided(session, caller, erasure_id, "confirm", reason)


async def refuse_erasure(session: AsyncSession, *, caller: Caller, erasure_id: UUID, reason: str) -> Erasure:
    """The file stays, and whoever asked reads why."""
    return await _decided(session, caller, erasure_id, "refuse", reason)


async def _decided(session: AsyncSession, caller: Caller, erasure_id: UUID, act: str, reason: str) -> Erasure:
    erasure = await get_visible_erasure(session, caller, erasure_id, for_update=True)
    require(can_decide(caller, erasure, await person_of(session, caller)))
    if act == "confirm":
        await must_not_be_held(session, caller, erasure.person_id)
    erasure.move(act)
    erasure.decided_by, erasure.decided_on, erasure.decided_reason = caller.actor, today(), reason
    await session.flush()
    await record_audit(session, caller, f"erasure.{erasure.state}", "erasure", erasure.id, after={"person_id": erasure.person_id, "reason": reason})
    return erasure


async def own_erasures(session: AsyncSession, caller: Caller) -> Sequence[Erasure]:
    return (await session.scalars(select(Erasure).where(Erasure.person_id == await own_person(session, caller)).order_by(Erasure.id.desc()))).all()


async def erase_confirmed() -> None:
    """Frequently: what was confirmed is destroyed, each person in a transaction of their own; the files follow once that is certain."""
    held = select(LegalHold.id).where(LegalHold.person_id == Erasure.person_id, LegalHold.lifted_on.is_(None))
    while True:
        async with worker_session() as session:
            erasure = await session.scalar(select(Erasure).where(Erasure.state == CONFIRMED, ~held.exists()).order_by(Erasure.id).limit(1).with_for_update(skip_locked=True))
            if erasure is None:
                return
            people, day = await records_of(session, erasure.person_id), today()
            accounts = await accounts_of(session, people)
            things = (await session.scalars(text(THINGS), {"people": list(people)})).all()
            files = await destroy(session, people, day)
            for person_id in people:
                await erase_audit_values(session, TASK, person_id, things)
                record_event(session, PersonErased(id=person_id, erased_on=day, accounts=accounts))
            await announce_workers_of(session, *people)  # without the number that the employer gave them
            erasure.move("erase")
            erasure.erased_on, erasure.reason, erasure.decided_reason = day, "—", "—"
            await session.flush()
            await record_audit(session, TASK, "person.erased", "person", erasure.person_id, after={"erasure_id": erasure.id, "ground": erasure.ground})
        remove_files(files)
