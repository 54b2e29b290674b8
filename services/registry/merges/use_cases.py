"""Merging two persons: tried, proposed by one, confirmed by another, undone with everything back where it was."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import person_of
from services.registry.merges.events import PersonMerged, PersonUnmerged
from services.registry.merges.models import MERGE, REASONS, Merge
from services.registry.merges.permissions import can_confirm, can_merge
from services.registry.merges.queries import get_visible_merge, paths_of, why_not
from services.registry.merges.schemas import MergeCreate
from services.registry.merges.telling import tell
from services.registry.persons.also_known import find_by_own_and_former_names
from services.registry.persons.models import Person
from services.registry.persons.queries import get_person_of_any_time
from services.registry.visibility import parties_to_share_with
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import today
from shared.errors import Refused
from shared.ids import uuid7

_WORKERS = text(
    "SELECT r.id AS old_id, s.id FROM workers AS r JOIN workers AS s ON s.occupation_code = r.occupation_code AND s.person_id = :surviving WHERE r.person_id = :retired ORDER BY r.id"
)
_SETTLE = text("SELECT settle_merge(:merge)")
_TAKE_BACK = text("SELECT take_merge_back(:merge)")


async def both(session: AsyncSession, caller: Caller, surviving_id: UUID, retired_id: UUID) -> tuple[Person, Person]:
    """The two files, of whoever may see both. Raises NotFound without a relation."""
    return await get_person_of_any_time(session, caller, surviving_id), await get_person_of_any_time(session, caller, retired_id)


async def became(session: AsyncSession, surviving_id: UUID, retired_id: UUID) -> list[tuple[UUID, UUID]]:
    """Which id would be which: the person's, and that of each occupation in which both have a row."""
    rows = await session.execute(_WORKERS, {"surviving": surviving_id, "retired": retired_id})
    return [(retired_id, surviving_id), *((row.old_id, row.id) for row in rows)]


async def refusal_of(session: AsyncSession, surviving_id: UUID, retired_id: UUID, merge_id: UUID | None = None) -> Refused | None:
    """What speaks against the merge, in a sentence, with the rule and the other record."""
    found = await why_not(session, surviving_id=surviving_id, retired_id=retired_id, day=today(), merge_id=merge_id)
    if found is None:
        return None
    sentence = REASONS[found[0]]
    return Refused(sentence.slug, sentence.text, rule=sentence.rule, possible=sentence.possible, more={"other": str(found[1])})


async def propose_merge(session: AsyncSession, *, caller: Caller, body: MergeCreate) -> Merge:
    """An officer who keeps both files says that they are one person's, which one stays, and what shows it; somebody else decides."""
    surviving, retired = await both(session, caller, body.surviving_id, body.retired_id)
    require(can_merge(caller, [surviving.authority_path, retired.authority_path]))
    refused = await refusal_of(session, surviving.id, retired.id)
    if refused is not None:
        raise refused
    merge = Merge(
        id=uuid7(),
        authority_path=surviving.authority_path,
        shared_with=parties_to_share_with(surviving.authority_path, sorted({*surviving.shared_with, *retired.shared_with}), retired.authority_path),
        surviving_id=surviving.id,
        retired_id=retired.id,
        state="proposed",
        reason=body.reason,
        proposed_by=caller.actor,
        proposed_on=today(),
        parties=[],
    )
    session.add(merge)
    await session.flush()
    await record_audit(session, caller, "merge.proposed", "merge", merge.id, after=_facts(merge) | {"reason": merge.reason})
    return merge


async def confirm_merge(session: AsyncSession, *, caller: Caller, merge_id: UUID, comment: str | None) -> Merge:
    """Another officer agrees: everything about the retired person is the surviving one's from now on, in every service."""
    merge = await _to_decide(session, caller, merge_id, "confirm")
    refused = await refusal_of(session, merge.surviving_id, merge.retired_id, merge.id)
    if refused is not None:
        raise refused
    merge.decided_by, merge.decided_on, merge.decided_reason = caller.actor, today(), comment
    await _move(session, caller, merge, "confirm", "merge.confirmed", "person.merged")
    return merge


async def reject_merge(session: AsyncSession, *, caller: Caller, merge_id: UUID, reason: str) -> Merge:
    """It is not done: whoever looks disagrees, or whoever proposed takes it back."""
    merge = await get_visible_merge(session, caller, merge_id, lock=True)
    require(can_merge(caller, await paths_of(session, [merge.surviving_id, merge.retired_id])))
    before = _facts(merge)
    merge.state = MERGE.after("reject", merge.state)  # type: ignore[assignment]
    merge.decided_by, merge.decided_on, merge.decided_reason = caller.actor, today(), reason
    await session.flush()
    await record_audit(session, caller, "merge.rejected", "merge", merge.id, before=before, after=_facts(merge) | {"reason": reason})
    return merge


async def undo_merge(session: AsyncSession, *, caller: Caller, merge_id: UUID, reason: str) -> Merge:
    """They are two people after all: what the merge moved goes back, those rows and no others; what was written since stays."""
    merge = await _to_decide(session, caller, merge_id, "undo")
    merge.undone_by, merge.undone_on, merge.undone_reason = caller.actor, today(), reason
    await _move(session, caller, merge, "undo", "merge.undone", "person.unmerged")
    return merge


async def _to_decide(session: AsyncSession, caller: Caller, merge_id: UUID, act: str) -> Merge:
    merge = await get_visible_merge(session, caller, merge_id, lock=True)
    paths = await paths_of(session, [merge.surviving_id, merge.retired_id])
    require(can_confirm(caller, merge, paths, await person_of(session, caller)))
    MERGE.after(act, merge.state)
    return merge


async def _move(session: AsyncSession, caller: Caller, merge: Merge, act: str, audited: str, told: str) -> None:
    before = _facts(merge)
    merge.state = MERGE.after(act, merge.state)  # type: ignore[assignment]
    await session.flush()
    await session.execute(_SETTLE if act == "confirm" else _TAKE_BACK, {"merge": merge.id})
    session.expire_all()
    await session.refresh(merge)
    await find_by_own_and_former_names(session, [merge.surviving_id, merge.retired_id])
    await tell(session, merge, PersonMerged if act == "confirm" else PersonUnmerged)
    await record_audit(session, caller, audited, "merge", merge.id, before=before, after=_facts(merge) | {"reason": merge.undone_reason or merge.decided_reason})
    for one, other in ((merge.retired_id, merge.surviving_id), (merge.surviving_id, merge.retired_id)):
        await record_audit(session, caller, told, "person", one, after={"merge_id": merge.id, "other_id": other, "surviving_id": merge.surviving_id})


def _facts(merge: Merge) -> dict[str, Any]:
    return {"surviving_id": merge.surviving_id, "retired_id": merge.retired_id, "state": merge.state}
