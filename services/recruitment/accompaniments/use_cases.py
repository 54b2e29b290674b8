"""An adviser opens a dossier, writes what was done and what comes next, and closes it with an outcome."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.accompaniments.models import Accompaniment, Entry
from services.recruitment.accompaniments.permissions import can_accompany_at, can_keep
from services.recruitment.accompaniments.queries import get_visible_accompaniment
from services.recruitment.accompaniments.schemas import AccompanimentCreate, ClosingCreate, EntryCreate
from services.recruitment.pools.queries import get_visible_pool
from services.recruitment.workflow import ACCOMPANIMENT
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clients import ask
from shared.clock import judge_done_on
from shared.errors import Malformed
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of


async def person_must_be_found(caller: Caller, person_id: UUID) -> None:
    """The registry shows advisers the persons who are kept as candidates. Raises Malformed for anybody else."""
    found = await ask(caller, "POST", "/api/v1/registry/persons/lookup", json={"ids": [str(person_id)]})
    if not found or not found["items"]:
        raise Malformed.field("person_id", _("There is no person with this identifier that you may see."))


async def open_accompaniment(session: AsyncSession, *, caller: Caller, body: AccompanimentCreate) -> Accompaniment:
    """A person gets one adviser, who is named to them."""
    done_on = judge_done_on(caller, body.done_on)
    path = path_of(body.authority)
    require(can_accompany_at(caller, path))
    if body.pool_id is not None:
        await get_visible_pool(session, caller, body.pool_id)
    if known := await by_reference(session, Accompaniment, authority_path=path, body=body, reference=body.reference):
        return known
    await person_must_be_found(caller, body.person_id)
    dossier = Accompaniment(
        content_hash=hash_of(body),
        authority_path=path,
        shared_with=[],
        adviser=caller.actor,
        adviser_name=caller.name or caller.account,
        opened_on=done_on,
        entries=[],
        **body.model_dump(include={"reference", "pool_id", "person_id", "goal", "next_step", "next_on"}),
    )
    session.add(dossier)
    await session.flush()
    await record_audit(session, caller, "accompaniment.opened", "accompaniment", dossier.id, after={"goal": body.goal}, done_on=done_on)
    return dossier


async def add_entry(session: AsyncSession, *, caller: Caller, accompaniment_id: UUID, body: EntryCreate) -> Accompaniment:
    """What was done on a day; the next step that it leads to takes the place of the one before."""
    done_on = judge_done_on(caller, body.done_on)
    dossier = await get_visible_accompaniment(session, caller, accompaniment_id, lock=True)
    require(can_keep(caller, dossier))
    said = (body.kind, body.channel, body.words, done_on)
    if any((one.kind, one.channel, one.words, one.done_on) == said for one in dossier.entries):
        return dossier
    ACCOMPANIMENT.after("add_entry", dossier.state)
    _not_before(dossier, done_on)
    walls = {"accompaniment_id": dossier.id, "person_id": dossier.person_id, "authority_path": dossier.authority_path, "shared_with": []}
    dossier.entries.append(Entry(id=uuid7(), done_on=done_on, done_by=caller.actor, **body.model_dump(include={"kind", "channel", "words"}), **walls))
    dossier.plan(body.next_step, body.next_on)
    await session.flush()
    await record_audit(session, caller, "accompaniment.entered", "accompaniment", dossier.id, after={"kind": body.kind, "next_on": str(body.next_on)}, done_on=done_on)
    return dossier


async def close_accompaniment(session: AsyncSession, *, caller: Caller, accompaniment_id: UUID, body: ClosingCreate) -> Accompaniment:
    """The dossier ends with what became of it."""
    done_on = judge_done_on(caller, body.done_on)
    dossier = await get_visible_accompaniment(session, caller, accompaniment_id, lock=True)
    require(can_keep(caller, dossier))
    if (dossier.closed_on, dossier.outcome) == (done_on, body.outcome):
        return dossier
    _not_before(dossier, done_on)
    dossier.close(outcome=body.outcome, words=body.words, on=done_on)
    await session.flush()
    await record_audit(session, caller, "accompaniment.closed", "accompaniment", dossier.id, after={"outcome": body.outcome}, done_on=done_on)
    return dossier


def _not_before(dossier: Accompaniment, day: date) -> None:
    if day < dossier.opened_on:
        raise Malformed.field("done_on", _("The dossier was opened on {day}."), day=dossier.opened_on.isoformat())


async def accompaniment_of_person(session: AsyncSession, caller: Caller, person_id: UUID) -> UUID | None:
    found: UUID | None = await session.scalar(select(Accompaniment.id).where(Accompaniment.person_id == person_id, Accompaniment.state == "open"))
    return found
