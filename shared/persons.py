"""Two persons of the register were one: what every service holds of the retired one follows, and goes back when the merge is undone.

    hear_persons(consumer)                              # in consumers.py
    merged_persons({"visits": ["visitors"]})            # in a migration (shared/persons_tables.py)
    service = Service(..., daily=[follow_merges], frequent=[follow_late_rows])

The registry says which id is which now. The rows of the retired person move, and a ledger keeps exactly which: an undo puts
back those and no others. A row that a constraint refuses stays where it is and is told with the constraint's name. What
arrives later under an old id follows too: an event that replicates with its ledger, one that starts a process is read as
being about the person that it is now (docs/decisions/0019-one-person-one-record.md).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import worker_session
from shared.events import Received
from shared.inbox import Consumer, Message

TOPIC = "relais.registry.persons"
LATE = timedelta(hours=1)
IDS = ARRAY(PG_UUID(as_uuid=True))
Model = TypeVar("Model", bound=BaseModel)


class Became(BaseModel):
    """An id that is another one's now: the person's, and that of the same occupation where both had one."""

    old_id: UUID
    id: UUID


class PersonMergeState(BaseModel):
    """Whether a person of the register is somebody else's file now."""

    topic: ClassVar[str] = TOPIC

    id: UUID
    merge_id: UUID
    state: Literal["merged", "unmerged"]
    ids: list[Became] = Field(default_factory=list)


_KEEP = text("INSERT INTO merged_ids (merge_id, old_id, id) SELECT :merge, o, n FROM unnest(:old, :new) AS u (o, n) ON CONFLICT (merge_id, old_id) DO NOTHING").bindparams(
    bindparam("old", type_=IDS), bindparam("new", type_=IDS)
)
_FOLLOW = text("SELECT follow_merges(:merges)").bindparams(bindparam("merges", type_=IDS))
_RETURN = text("SELECT return_merged(:merge)")
_STANDING = text("SELECT DISTINCT merge_id FROM merged_ids WHERE undone_at IS NULL AND since > clock_timestamp() - CAST(:within AS interval) ORDER BY merge_id")
_EVERY = text("SELECT DISTINCT merge_id FROM merged_ids WHERE undone_at IS NULL ORDER BY merge_id")
_ANY = text("SELECT EXISTS (SELECT FROM merged_ids WHERE undone_at IS NULL)")
_NOW = text("SELECT old_id, id, merge_id FROM merged_ids WHERE undone_at IS NULL AND old_id = ANY (:ids)").bindparams(bindparam("ids", type_=IDS))
_TOLD = text("SELECT * FROM merge_told(:merge)")
_SINCE = text("SELECT table_name, n FROM written_since_merge(:merge)")
_TRY = text("SELECT * FROM try_merge(:old, :new)").bindparams(bindparam("old", type_=IDS), bindparam("new", type_=IDS))
_HEARD = text("SELECT bool_and(undone_at IS NOT NULL) AS undone, count(*) AS ids FROM merged_ids WHERE merge_id = :merge")
_UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def hear_persons(consumer: Consumer) -> None:
    """The service follows the merges that the registry tells, and reads old ids as what they are now."""
    consumer.replica(PersonMergeState, _apply)
    read_old_ids(consumer)


def read_old_ids(consumer: Consumer) -> None:
    """What arrives late under an old id is about the person that it is now."""
    consumer.old_ids = OldIds.named_in


async def _apply(session: AsyncSession, events: list[Received[PersonMergeState]]) -> None:
    """The newest state of each person, which may have been heard before: a merge moves what has not moved yet, its undo what has not gone back."""
    for event in events:
        merge = event.data
        await _end_others(session, merge)
        if merge.state == "unmerged":
            await session.execute(_RETURN, {"merge": merge.merge_id})
            continue
        await session.execute(_KEEP, {"merge": merge.merge_id, "old": [one.old_id for one in merge.ids], "new": [one.id for one in merge.ids]})
        await session.execute(_FOLLOW, {"merges": [merge.merge_id]})


async def _end_others(session: AsyncSession, merge: PersonMergeState) -> None:
    """An earlier merge of the same person whose undo went by in one batch with what came after it."""
    rows = await session.execute(_NOW, {"ids": [merge.id]})
    for other in {row.merge_id for row in rows} - {merge.merge_id}:
        await session.execute(_RETURN, {"merge": other})


async def follow_merges() -> None:
    """Every day: rows that were left are tried again, and what was written under an old id while the merge was heard follows."""
    await _follow(_EVERY, {})


async def follow_late_rows() -> None:
    """Frequently, for an hour after a merge: whoever had the old id on a form has sent it by then."""
    await _follow(_STANDING, {"within": LATE})


async def _follow(which: Any, values: Mapping[str, Any]) -> None:
    async with worker_session() as session:
        merges = (await session.scalars(which, values)).all()
        if merges:
            await session.execute(_FOLLOW, {"merges": list(merges)})


class OldIds:
    """The merged ids that a batch of messages names."""

    def __init__(self, session: AsyncSession, now: Mapping[UUID, UUID], merges: Collection[UUID]) -> None:
        self.session, self.now, self.merges = session, now, merges

    @classmethod
    async def named_in(cls, session: AsyncSession, messages: Iterable[Message]) -> "OldIds":
        if not await session.scalar(_ANY):
            return cls(session, {}, ())
        named = {UUID(found.decode()) for message in messages if message.topic != TOPIC for found in _UUID.findall(message.value or b"")}
        rows = (await session.execute(_NOW, {"ids": sorted(named)})).all()
        return cls(session, {row.old_id: row.id for row in rows}, sorted({row.merge_id for row in rows}))

    async def follow(self) -> None:
        """What a replica has just written under an old id goes where the rest has gone, and into the ledger with it."""
        if self.merges:
            await self.session.execute(_FOLLOW, {"merges": list(self.merges)})

    def read(self, fact: Model) -> Model:
        """The fact as being about the persons whom the ids name now. Its own id stays."""
        if not self.now:
            return fact
        said = {name: self._now(value) for name, value in fact.model_dump().items() if name != "id"}
        return type(fact).model_validate(said | ({"id": fact.id} if hasattr(fact, "id") else {}))

    def _now(self, value: Any) -> Any:
        if isinstance(value, UUID):
            return self.now.get(value, value)
        if isinstance(value, dict):
            return {name: self._now(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self._now(one) for one in value]
        return value


class MergedRows(BaseModel):
    """Rows of one kind: how many moved, or what refused to move them."""

    table: str = Field(description="The kind of record.", examples=["missions"])
    state: Literal["moved", "left", "returned", "kept", "gone"]
    constraint: str | None = Field(description="What refused: to move rows that are left, to take back rows that are kept.")
    rows: int
    records: list[dict[str, Any]] = Field(description="The keys of the first of these rows.", examples=[[{"id": "0193f2a0-0000-7000-8000-000000000001"}]])


class WrittenSince(BaseModel):
    table: str
    rows: int


class MergeInService(BaseModel):
    """How far a service is with a merge. `unheard`: the news has not arrived here yet."""

    state: Literal["unheard", "merged", "unmerged"]
    rows: list[MergedRows]
    written_since: list[WrittenSince] = Field(description="What was written about the surviving person since: an undo leaves it there.")


async def told_of(session: AsyncSession, merge_id: UUID) -> MergeInService:
    """What became of this service's rows."""
    heard = (await session.execute(_HEARD, {"merge": merge_id})).one()
    state: Literal["unheard", "merged", "unmerged"] = "unheard" if not heard.ids else "unmerged" if heard.undone else "merged"
    since = await session.execute(_SINCE, {"merge": merge_id}) if state == "merged" else ()
    return MergeInService(
        state=state, rows=_rows(await session.execute(_TOLD, {"merge": merge_id})), written_since=[WrittenSince(table=row.table_name, rows=row.n) for row in since]
    )


async def tried(session: AsyncSession, became: Sequence[tuple[UUID, UUID]]) -> list[MergedRows]:
    """What would move here, and what a constraint would refuse; nothing is changed."""
    return _rows(await session.execute(_TRY, {"old": [old for old, _new in became], "new": [new for _old, new in became]}))


def _rows(found: Iterable[Any]) -> list[MergedRows]:
    return [MergedRows(table=row.table_name, state=row.state, constraint=row.constraint_name, rows=row.n, records=row.keys) for row in found]
