"""Drafting, looking at, applying and undoing a reorganisation."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.beliefs import supersede
from services.registry.references import acting_for
from services.registry.reorganisations.acts_on_areas import merge_areas, recode_area, rename_area, split_area
from services.registry.reorganisations.acts_on_facilities import close_facility, merge_facilities, merge_posts, move_facility, move_posts, move_unit, refuse_staff_left
from services.registry.reorganisations.carrying import Carrying
from services.registry.reorganisations.models import REORGANISATION, Reorganisation
from services.registry.reorganisations.permissions import can_reorganise
from services.registry.reorganisations.queries import built_on, get_visible_reorganisation, touched_by
from services.registry.reorganisations.schemas import Act, Reason, ReorganisationDraft
from services.registry.reorganisations.telling import follow, tell
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import now
from shared.db import worker_session
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.ids import uuid7

ACTS: dict[str, Callable[[Carrying, Any], Awaitable[None]]] = {
    "merge-areas": merge_areas,
    "split-area": split_area,
    "rename-area": rename_area,
    "recode-area": recode_area,
    "move-facility": move_facility,
    "close-facility": close_facility,
    "merge-facilities": merge_facilities,
    "move-unit": move_unit,
    "move-posts": move_posts,
    "merge-posts": merge_posts,
}
READ_ACTS: TypeAdapter[list[Act]] = TypeAdapter(list[Act])
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('reorganisation', 0))")


class ActRefused(Exception):
    """An act of a reorganisation cannot be done; the cause says why."""

    def __init__(self, act: int | None) -> None:
        super().__init__(act)
        self.act = act


async def draft(session: AsyncSession, *, caller: Caller, body: ReorganisationDraft) -> Reorganisation:
    """An authority writes down what shall be done together on a day."""
    require(can_reorganise(caller))
    one = Reorganisation(id=uuid7(), authority_path=acting_for(caller)[0], shared_with=[], drafted_by=caller.actor, **said_in(body))
    session.add(one)
    await session.flush()
    await session.refresh(one)
    await record_audit(session, caller, "reorganisation.drafted", "reorganisation", one.id, after=body.model_dump(mode="json"))
    return one


async def redraft(session: AsyncSession, *, caller: Caller, reorganisation_id: UUID, body: ReorganisationDraft) -> Reorganisation:
    """A draft says something else; what is applied is undone, not changed."""
    one = await get_visible_reorganisation(session, caller, reorganisation_id, for_update=True)
    require(can_reorganise(caller))
    before = {"title": one.title, "legal_basis": one.legal_basis, "effective_on": one.effective_on, "acts": one.acts}
    one.move("change")
    for name, value in said_in(body).items():
        setattr(one, name, value)
    await session.flush()
    await record_audit(session, caller, "reorganisation.changed", "reorganisation", one.id, before=before, after=body.model_dump(mode="json"))
    return one


def said_in(body: ReorganisationDraft) -> dict[str, Any]:
    return {"title": body.title, "legal_basis": body.legal_basis, "effective_on": body.effective_on, "acts": [act.model_dump(mode="json", exclude_unset=True) for act in body.acts]}


async def apply(session: AsyncSession, *, caller: Caller, reorganisation_id: UUID) -> Reorganisation:
    """All acts of a draft take effect together on its day, or none."""
    one = await get_visible_reorganisation(session, caller, reorganisation_id, for_update=True)
    require(can_reorganise(caller))
    REORGANISATION.after("apply", one.state)
    if not one.acts:
        raise Malformed.field("acts", _("A reorganisation has at least one act."))
    at = now()
    one.applied_by, one.applied_at = caller.actor, at
    one.move("apply")
    try:
        work = await carry_out(session, caller, one, at)
    except ActRefused as refused:
        assert refused.__cause__ is not None
        raise refused.__cause__ from None
    one.touched = {group.kind: group.count for group in await touched_by(session, caller, one.id)}
    await session.flush()
    await tell(session, one.id, work.people)
    await follow(session)
    await session.refresh(one)
    await record_audit(session, caller, "reorganisation.applied", "reorganisation", one.id, after={"effective_on": one.effective_on, "acts": len(one.acts), "touched": one.touched})
    return one


async def carry_out(session: AsyncSession, caller: Caller, one: Reorganisation, at: datetime) -> Carrying:
    """Do the acts in their order, keeping every row. Raises ActRefused, which names the act."""
    await session.execute(ONE_AT_A_TIME)
    await session.flush()
    work = Carrying(session, caller, one.effective_on, one.title, one.legal_basis, at)
    async with kept(session, one):
        await supersede(session, at=at, act="changed", by=caller, reason=one.title)
        for position, said in enumerate(READ_ACTS.validate_python(one.acts)):
            try:
                await ACTS[said.act](work, said)
            except Exception as refused:
                raise ActRefused(position) from refused
        try:
            await refuse_staff_left(work)
        except Refused as refused:
            raise ActRefused(None) from refused
    await settle(session, work.replaced, work.people, set())
    return work


async def settle(session: AsyncSession, replaced: set[str], people: set[UUID], gone: set[str]) -> None:
    """Places among the authorities are written from the links, and the parties of persons from where they work."""
    if replaced:
        await session.execute(text("SELECT place_among_authorities(CAST(:codes AS text[]))"), {"codes": sorted(replaced)})
    if people:
        await session.execute(text("SELECT share_again(CAST(:people AS uuid[]), CAST(:gone AS text[]))"), {"people": sorted(people), "gone": sorted(gone)})


@asynccontextmanager
async def kept(session: AsyncSession, one: Reorganisation) -> AsyncIterator[None]:
    """Whatever is written meanwhile is kept, row by row."""
    setting = text("SELECT set_config('relais.reorganisation', :said, true)")
    await session.execute(setting, {"said": f"{one.id} {one.authority_path}"})
    yield
    await session.execute(setting, {"said": ""})


async def undo(session: AsyncSession, *, caller: Caller, reorganisation_id: UUID, body: Reason) -> Reorganisation:
    """Everything is as it was before, as long as nothing was built on it; what was built is named."""
    one = await get_visible_reorganisation(session, caller, reorganisation_id, for_update=True)
    require(can_reorganise(caller))
    REORGANISATION.after("undo", one.state)
    await session.execute(ONE_AT_A_TIME)
    built = await built_on(session, caller, one.id)
    if built:
        raise Refused(
            "built-upon",
            _("{name} was built on this reorganisation, and {others} more: it can no longer be undone."),
            possible=_("Take back first what was built on it, or decide another reorganisation."),
            more={"built": [thing.model_dump(mode="json") for thing in built[:50]]},
            name=built[0].name,
            others=len(built) - 1,
        )
    at = now()
    people, codes, gone = await relations_of(session, one.id)
    await supersede(session, at=at, act="corrected", by=caller, reason=body.reason)
    stamp = orjson.dumps({"recorded_at": at.isoformat(), "recorded_by": caller.actor}).decode()
    await session.execute(text("SELECT put_back(:id, CAST(:stamp AS jsonb))"), {"id": one.id, "stamp": stamp})
    one.ended_by, one.ended_at, one.reason = caller.actor, at, body.reason
    one.move("undo")
    await session.flush()
    # First the facilities go back under their authorities; the parties of persons are then read from where they work.
    await settle(session, codes, set(), set())
    await follow(session)
    await settle(session, set(), people, gone)
    await tell(session, reorganisation_id, people)
    await session.refresh(one)
    await record_audit(session, caller, "reorganisation.undone", "reorganisation", one.id, after={"reason": body.reason})
    return one


async def relations_of(session: AsyncSession, reorganisation_id: UUID) -> tuple[set[UUID], set[str], set[str]]:
    """The people whose place of work it moved, the facilities whose links it changed, and the parties that saw those people through it alone."""
    people: set[UUID] = set()
    codes: set[str] = set()
    gone: set[str] = set()
    for row in await session.execute(_RELATIONS, {"id": reorganisation_id}):
        if row.person is not None:
            people.add(row.person)
            gone |= set((row.path or "").split(".")) - {""}
        elif row.code is not None:
            codes.add(row.code)
    return people, codes, gone


async def withdraw(session: AsyncSession, *, caller: Caller, reorganisation_id: UUID, body: Reason) -> Reorganisation:
    """A draft is given up."""
    one = await get_visible_reorganisation(session, caller, reorganisation_id, for_update=True)
    require(can_reorganise(caller))
    one.move("withdraw")
    one.ended_by, one.ended_at, one.reason = caller.actor, now(), body.reason
    await session.flush()
    await record_audit(session, caller, "reorganisation.withdrawn", "reorganisation", one.id, after={"reason": body.reason})
    return one


async def follow_authorities() -> None:
    """Every day: an authority that manages a facility from today on finds the rows about its staff."""
    async with worker_session() as session:
        await follow(session)


def acts_of(one: Reorganisation) -> Sequence[Act]:
    return READ_ACTS.validate_python(one.acts)


_RELATIONS = text(
    """
    SELECT CAST(said ->> 'person_id' AS uuid) AS person, r.after ->> 'authority_path' AS path, NULL AS code
    FROM reorganisation_rows r, LATERAL (SELECT coalesce(r.after, r.before)) AS s (said) WHERE reorganisation_id = :id AND table_name IN ('assignments', 'employments')
    UNION ALL
    SELECT NULL, NULL, f.code FROM reorganisation_rows r JOIN facilities f ON f.id = CAST(coalesce(r.after, r.before) ->> 'facility_id' AS uuid)
    WHERE reorganisation_id = :id AND table_name = 'facility_links'
    """
)
