"""Possible duplicates over HTTP."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.duplicates.models import DUPLICATE, DuplicateCandidate, State
from services.registry.duplicates.schemas import Distinction, DuplicateCard, DuplicateRead, ReasonRead
from services.registry.duplicates.use_cases import compared, distinguish, duplicates_visible_to, get_visible_duplicate, sides_of
from services.registry.persons.permissions import can_read_people, can_write_people
from shared.actions import action
from shared.audit import record_reads
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/duplicates", tags=["duplicates"])


async def _cards(session: SessionDep, caller: Caller, duplicates: Sequence[DuplicateCandidate]) -> list[DuplicateCard]:
    sides = await sides_of(session, caller, duplicates)
    return [
        DuplicateCard(
            id=one.id,
            weight=float(one.weight),
            reasons=[ReasonRead(**reason) for reason in one.reasons],
            state=one.state,
            found_on=one.found_on,
            one=sides[one.one_id],
            other=sides[one.other_id],
            available_actions=[action("distinguish", can_write_people(caller), lambda one=one: DUPLICATE.after("distinguish", one.state))],  # type: ignore[misc]
        )
        for one in duplicates
    ]


async def _whole(session: SessionDep, caller: Caller, duplicate: DuplicateCandidate) -> DuplicateRead:
    [card] = await _cards(session, caller, [duplicate])
    differs = await compared(session, [card.one, card.other])
    shown = [side.person_id for side in (card.one, card.other) if differs and side.person_id]
    await record_reads(session, caller, "person", [(person, person) for person in shown], fields=["birth", "sex"])
    same = {name: getattr(duplicate, name) for name in ("found_by", "decided_on", "reason", "version")}
    return DuplicateRead(**card.model_dump(), **same, differs=differs)


@router.get("", response_model=Page[DuplicateCard], dependencies=[allows(can_read_people)], responses=problems(403, 422))
async def list_duplicates(
    caller: CallerDep, session: SessionDep, page: PageDep, state: Annotated[State | None, Query(description="How far they are; all when not said.")] = None
) -> Page[DuplicateCard]:
    """Pairs that may be one person, the likeliest first."""
    found = await keyset_page(session, duplicates_visible_to(caller, state), keys=[DuplicateCandidate.weight.desc(), DuplicateCandidate.id.desc()], params=page)
    return found.of(await _cards(session, caller, found.items))


@router.get("/{duplicate_id}", response_model=DuplicateRead, dependencies=[allows(can_read_people)], responses=problems(403, 404))
async def read_duplicate(duplicate_id: UUID, caller: CallerDep, session: SessionDep) -> DuplicateRead:
    """One pair, side by side where the caller may see both; both persons are told who compared them."""
    return await _whole(session, caller, await get_visible_duplicate(session, caller, duplicate_id))


@router.post("/{duplicate_id}/distinction", status_code=201, response_model=DuplicateRead, dependencies=[allows(can_write_people)], responses=problems(403, 404, 409, 422))
async def create_distinction(duplicate_id: UUID, body: Distinction, caller: CallerDep, session: SessionDep) -> DuplicateRead:
    """Say that they are two people, and what shows it."""
    return await _whole(session, caller, await distinguish(session, caller=caller, duplicate_id=duplicate_id, reason=body.reason))
