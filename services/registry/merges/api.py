"""Merges of persons over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from services.registry.accounts.links import person_of
from services.registry.duplicates.schemas import SideRead
from services.registry.duplicates.use_cases import compared, sides_of_persons
from services.registry.merges.models import MERGE, Merge, State
from services.registry.merges.permissions import can_confirm, can_merge, can_merge_people
from services.registry.merges.queries import get_visible_merge, merges_visible_to, paths_of
from services.registry.merges.schemas import Confirmation, MergeCard, MergeCreate, MergeRead, Reason, TriedRead
from services.registry.merges.use_cases import became, both, confirm_merge, propose_merge, refusal_of, reject_merge, undo_merge
from services.registry.persons.permissions import can_read_people
from shared.actions import Action, action
from shared.audit import record_reads
from shared.auth import Caller, CallerDep, allows, require
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.persons import told_of, tried

router = Router(prefix="/merges", tags=["merges"])


async def _sides(session: SessionDep, caller: Caller, surviving_id: UUID, retired_id: UUID) -> tuple[SideRead, SideRead]:
    found = await sides_of_persons(session, caller, {surviving_id, retired_id})
    return found[surviving_id], found[retired_id]


async def _differs(session: SessionDep, caller: Caller, sides: Sequence[SideRead]) -> list[dict[str, Any]]:
    differs = await compared(session, sides)
    shown = [side.person_id for side in sides if differs and side.person_id]
    await record_reads(session, caller, "person", [(person, person) for person in shown], fields=["birth", "sex"])
    return differs


async def _card(session: SessionDep, caller: Caller, merge: Merge) -> MergeCard:
    surviving, retired = await _sides(session, caller, merge.surviving_id, merge.retired_id)
    paths = await paths_of(session, [merge.surviving_id, merge.retired_id])
    decides, writes = can_confirm(caller, merge, paths, await person_of(session, caller)), can_merge(caller, paths)

    def told(act: str) -> Action:
        return action(act, writes if act == "reject" else decides, lambda: MERGE.after(act, merge.state))

    same = {name: getattr(merge, name) for name in ("id", "state", "reason", "proposed_on", "decided_on", "undone_on")}
    return MergeCard(**same, surviving=surviving, retired=retired, available_actions=[told("confirm"), told("reject"), told("undo")])


async def _whole(session: SessionDep, caller: Caller, merge: Merge) -> MergeRead:
    card = await _card(session, caller, merge)
    same = {name: getattr(merge, name) for name in ("decided_reason", "undone_reason", "version")}
    differs = await _differs(session, caller, [card.surviving, card.retired])
    return MergeRead(**card.model_dump(), **same, differs=differs, registry=await told_of(session, merge.id))


@router.get("", response_model=Page[MergeCard], dependencies=[allows(can_read_people)], responses=problems(403, 422))
async def list_merges(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: Annotated[State | None, Query(description="How far they are; all when not said.")] = None,
    person: Annotated[UUID | None, Query(description="Of this person alone, whichever of the two.")] = None,
) -> Page[MergeCard]:
    """Merges that were proposed, stand, or were undone, the newest first."""
    found = await keyset_page(session, merges_visible_to(caller, state, person), keys=[Merge.id.desc()], params=page)
    return found.of([await _card(session, caller, merge) for merge in found.items])


@router.get("/tried", response_model=TriedRead, dependencies=[allows(can_merge_people)], responses=problems(403, 404, 422))
async def try_merge(
    caller: CallerDep,
    session: SessionDep,
    surviving_id: Annotated[UUID, Query(description="The person whose record would stay.")],
    retired_id: Annotated[UUID, Query(description="The person whose record would be retired.")],
) -> TriedRead:
    """What a merge would move, what a constraint would keep where it is, and whether it would be refused; nothing is changed."""
    one, other = await both(session, caller, surviving_id, retired_id)
    require(can_merge(caller, [one.authority_path, other.authority_path]))
    surviving, retired = await _sides(session, caller, one.id, other.id)
    refused = await refusal_of(session, one.id, other.id)
    return TriedRead(
        surviving=surviving,
        retired=retired,
        differs=await _differs(session, caller, [surviving, retired]),
        refused=None if refused is None else refused.as_json(),
        rows=[] if refused is not None else await tried(session, await became(session, one.id, other.id)),
    )


@router.post("", status_code=201, response_model=MergeRead, dependencies=[allows(can_merge_people)], responses=problems(403, 404, 409, 422))
async def create_merge(body: MergeCreate, caller: CallerDep, session: SessionDep) -> MergeRead:
    """Propose that two records are one person's; another person confirms."""
    return await _whole(session, caller, await propose_merge(session, caller=caller, body=body))


@router.get("/{merge_id}", response_model=MergeRead, dependencies=[allows(can_read_people)], responses=problems(403, 404))
async def read_merge(merge_id: UUID, caller: CallerDep, session: SessionDep) -> MergeRead:
    """One merge: the two files, what moved, what could not, and what was written since."""
    return await _whole(session, caller, await get_visible_merge(session, caller, merge_id))


@router.post("/{merge_id}/confirmation", status_code=201, response_model=MergeRead, dependencies=[allows(can_merge_people)], responses=problems(403, 404, 409, 422))
async def create_merge_confirmation(merge_id: UUID, body: Confirmation, caller: CallerDep, session: SessionDep) -> MergeRead:
    """Agree, as another person than the one who proposed: the rows of the retired person move, in every service."""
    return await _whole(session, caller, await confirm_merge(session, caller=caller, merge_id=merge_id, comment=body.comment))


@router.post("/{merge_id}/rejection", status_code=201, response_model=MergeRead, dependencies=[allows(can_merge_people)], responses=problems(403, 404, 409, 422))
async def create_merge_rejection(merge_id: UUID, body: Reason, caller: CallerDep, session: SessionDep) -> MergeRead:
    """Disagree, or take back what one proposed."""
    return await _whole(session, caller, await reject_merge(session, caller=caller, merge_id=merge_id, reason=body.reason))


@router.post("/{merge_id}/undoing", status_code=201, response_model=MergeRead, dependencies=[allows(can_merge_people)], responses=problems(403, 404, 409, 422))
async def create_merge_undoing(merge_id: UUID, body: Reason, caller: CallerDep, session: SessionDep) -> MergeRead:
    """They are two people after all: what moved goes back, in every service."""
    return await _whole(session, caller, await undo_merge(session, caller=caller, merge_id=merge_id, reason=body.reason))
