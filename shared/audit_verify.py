"""Walking the sealed audit of a service: is each record what it was when it was sealed? Names the first that is not.

It believes nothing that the database says about itself: hashes are computed again, links and signatures followed, and
the heads compared with those that another service kept. What it cannot see is told too: records that are not sealed
yet (at most a second of them while the sealer runs), and heads that nobody has heard yet.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import ERASED
from shared.audit_keeping import KeptHead
from shared.audit_seals import RECORD, Seal, beginning, endorsement_of, hash_record, hash_values, is_signed, key_id_of, root_of
from shared.db import database

SEALS_AT_ONCE = 200
COMPARED = 200  # records of one seal that do not fit, among which a swap is looked for


class Kind(StrEnum):
    EDITED = "edited"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    SEAL_CHANGED = "seal changed"
    VALUES_LOST = "values lost"


@dataclass(frozen=True)
class Finding:
    """The first thing that is not as it was sealed."""

    kind: Kind
    seal: int
    record: int | None
    says: str


@dataclass
class Verdict:
    """What the walk saw."""

    service: str
    seals: int = 0
    records: int = 0
    erased: int = 0
    unsealed: int = 0
    kept: int = 0
    finding: Finding | None = None

    @property
    def holds(self) -> bool:
        return self.finding is None


class _Found(Exception):  # noqa: N818  it ends the walk; it is no error
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.says)
        self.finding = finding


async def verify(session: AsyncSession, service: str, kept: Sequence[KeptHead]) -> Verdict:
    """Walk from the first seal to the last and stop at the first that does not hold. The session reads one snapshot."""
    walk = _Walk(session, service, kept)
    try:
        await walk.walk()
    except _Found as stop:
        walk.verdict.finding = stop.finding
    return walk.verdict


async def verify_service(service: str, kept: Sequence[KeptHead]) -> Verdict:
    """The same as the worker of the service that this process is, while that goes on working."""
    async with database.session("worker") as session:
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        return await verify(session, service, kept)


class _Walk:
    def __init__(self, session: AsyncSession, service: str, kept: Sequence[KeptHead]) -> None:
        self.session, self.service, self.kept = session, service, kept
        self.verdict = Verdict(service)
        self.heads = {head.number: head for head in kept}
        self.keys: dict[str, Any] = {}
        self.erased: list[tuple[int, int]] = []
        self.strangers: list[int] = []

    async def walk(self) -> None:
        self.keys = {row.id: row for row in await self.session.execute(text("SELECT * FROM audit_keys"))}
        self.erased = [(first, last) for ranges in await self.session.scalars(_ERASURES, {"act": ERASED}) for first, last in ranges or []]
        self.verdict.unsealed = await self.session.scalar(_UNSEALED) or 0
        self.strangers = list(await self.session.scalars(_STRANGERS))
        previous: Seal | None = None
        async for seal, head, signature in self._seals():
            await self._check(seal, head, signature, previous)
            previous = seal
        self._check_end(previous)
        if self.strangers:
            raise _Found(Finding(Kind.INSERTED, 0, self.strangers[0], f"record {self.strangers[0]} has a place in no seal"))

    async def _seals(self) -> AsyncIterator[tuple[Seal, bytes, bytes]]:
        after = 0
        while rows := (await self.session.execute(_SEALS, {"after": after, "limit": SEALS_AT_ONCE})).all():
            for row in rows:
                ranges = [(first, last) for first, last in row.ranges]
                seal = Seal(self.service, row.number, row.incarnation, row.sealed_at, row.records, ranges, row.settled_to, row.root, row.previous, row.key_id)
                yield seal, row.head, row.signature
            after = rows[-1].number

    async def _check(self, seal: Seal, head: bytes, signature: bytes, previous: Seal | None) -> None:
        expected = previous.number + 1 if previous else 1
        if seal.number != expected:
            lost = self.heads.get(expected)
            record = lost.first_record if lost else previous.settled_to + 1 if previous else 1
            raise _Found(Finding(Kind.REMOVED, expected, record, f"seal {expected} is gone, and with it the records from {record} on"))
        self._check_seal(seal, head, signature, previous)
        await self._check_records(seal)
        known = self.heads.get(seal.number)
        if known is not None:
            if known.head != head:
                record = min(known.first_record, seal.ranges[0][0])
                raise _Found(
                    Finding(
                        Kind.REWRITTEN, seal.number, record, f"the chain was written again from record {record} on: the head of seal {seal.number} is not the one kept elsewhere"
                    )
                )
            self.verdict.kept += 1
        self.verdict.seals += 1
        self.verdict.records += seal.records

    def _check_seal(self, seal: Seal, head: bytes, signature: bytes, previous: Seal | None) -> None:
        record = seal.ranges[0][0] if seal.ranges else None

        def changed(what: str) -> _Found:
            return _Found(Finding(Kind.SEAL_CHANGED, seal.number, record, f"seal {seal.number}, which begins with record {record}: {what}"))

        if seal.head() != head:
            raise changed("it is not what was signed")
        if seal.previous != (previous.head() if previous else beginning(self.service)):
            raise changed("it does not follow the one before")
        key = self.keys.get(seal.key_id)
        if key is None or key_id_of(key.public_key) != seal.key_id or not is_signed(key.public_key, signature, head):
            raise changed("its signature is not that of its key")
        if previous is not None and not self._follows(seal.key_id, previous.key_id):
            raise changed("its key was not endorsed by the one before")

    def _follows(self, key_id: str, earlier: str) -> bool:
        """Whether this key is the earlier one, or was endorsed by it, perhaps through others that sealed nothing."""
        for _ in range(len(self.keys)):
            if key_id == earlier:
                return True
            key = self.keys[key_id]
            by = self.keys.get(key.endorsed_by)
            if by is None or not is_signed(by.public_key, key.endorsement, endorsement_of(self.service, key.public_key)):
                return False
            key_id = by.id
        return key_id == earlier

    async def _check_records(self, seal: Seal) -> None:
        firsts, lasts = [first for first, _ in seal.ranges], [last for _, last in seal.ranges]
        rows = {row.expected: row for row in await self.session.execute(_RECORDS, {"firsts": firsts, "lasts": lasts, "seal": seal.number})}
        wrong: list[tuple[int, Finding]] = []
        misfits: list[Any] = []
        for number in (number for first, last in seal.ranges for number in range(first, last + 1)):
            row = rows[number]
            if row.seq is None:
                wrong.append((number, Finding(Kind.REMOVED, seal.number, number, f"record {number} was removed")))
            elif row.leaf is None:
                wrong.append((number, Finding(Kind.SEAL_CHANGED, seal.number, number, f"the hash under which record {number} was sealed is gone")))
            elif hash_record(row, row.values_hash) != row.leaf:
                misfits.append(row)
                wrong.append((number, Finding(Kind.EDITED, seal.number, number, f"record {number} was edited: {row.act} of {row.subject_kind} {row.subject_id}")))
            elif not self._values_hold(row):
                misfits.append(row)
                kind, says = (
                    (Kind.VALUES_LOST, "lost its values, and no erasure says so")
                    if row.before is None and row.after is None and row.salt is None
                    else (Kind.EDITED, "was edited: its values")
                )
                wrong.append((number, Finding(kind, seal.number, number, f"record {number} {says}")))
        if self.strangers and self.strangers[0] <= seal.settled_to and (not wrong or self.strangers[0] < wrong[0][0]):
            raise _Found(Finding(Kind.INSERTED, seal.number, self.strangers[0], f"record {self.strangers[0]} was inserted: it has no place in a seal"))
        if wrong:
            raise _Found(_swapped(wrong[0], misfits) or wrong[0][1])
        if root_of([rows[number].leaf for first, last in seal.ranges for number in range(first, last + 1)]) != seal.root:
            raise _Found(Finding(Kind.EDITED, seal.number, firsts[0], f"a record of seal {seal.number} ({firsts[0]} to {lasts[-1]}) was edited, and its hash with it"))

    def _values_hold(self, row: Any) -> bool:
        if row.before is None and row.after is None and any(first <= row.seq <= last for first, last in self.erased):
            self.verdict.erased += 1
            return True
        return row.salt is not None and hash_values(row.salt, row.before, row.after) == row.values_hash

    def _check_end(self, last: Seal | None) -> None:
        number = last.number if last else 0
        beyond = sorted(later for later in self.heads if later > number)
        if beyond:
            lost = self.heads[beyond[0]]
            life = "" if last is None or lost.incarnation == last.incarnation else " The database was restored since: compare with what was lost then."
            raise _Found(
                Finding(
                    Kind.TRUNCATED,
                    lost.number,
                    lost.first_record,
                    f"the end was cut off from record {lost.first_record} on: seals {beyond[0]} to {beyond[-1]} are kept elsewhere.{life}",
                )
            )


def _swapped(first: tuple[int, Finding], misfits: Sequence[Any]) -> Finding | None:
    """Two records that fit each other's place."""
    number, finding = first
    for one, other in combinations(misfits[:COMPARED], 2):
        if one.seq == number and _fits(one, other) and _fits(other, one):
            return Finding(Kind.REORDERED, finding.seal, number, f"records {one.seq} and {other.seq} were put in each other's place")
    return None


def _fits(row: Any, place: Any) -> bool:
    return place.salt is not None and hash_record(row, hash_values(place.salt, row.before, row.after), seq=place.seq) == place.leaf


_SEALS = text("SELECT * FROM audit_seals WHERE number > :after ORDER BY number LIMIT :limit")
_ERASURES = text("SELECT after -> 'records' FROM audit WHERE act = :act")
_UNSEALED = text(
    "SELECT count(*) FROM audit AS a WHERE a.seq > coalesce((SELECT settled_to FROM audit_seals ORDER BY number DESC LIMIT 1), 0) "
    "AND NOT EXISTS (SELECT FROM audit_leaves AS l WHERE l.seq = a.seq)"
)
# Records below what was settled that no seal holds, whether they bring a hash of their own or not.
_STRANGERS = text(
    """
    SELECT a.seq FROM audit AS a LEFT JOIN audit_leaves AS l USING (seq) LEFT JOIN audit_seals AS s ON s.number = l.seal
    WHERE (l.seq IS NULL AND a.seq <= (SELECT settled_to FROM audit_seals ORDER BY number DESC LIMIT 1)
            AND NOT EXISTS (SELECT FROM audit_seals AS z, jsonb_array_elements(z.ranges) AS r WHERE a.seq BETWEEN (r ->> 0)::bigint AND (r ->> 1)::bigint))
        OR (l.seq IS NOT NULL AND NOT EXISTS (SELECT FROM jsonb_array_elements(s.ranges) AS r WHERE l.seq BETWEEN (r ->> 0)::bigint AND (r ->> 1)::bigint))
    ORDER BY a.seq LIMIT 1
    """
)
_RECORDS = text(
    f"""
    SELECT e.expected, {RECORD.strip()}, l.leaf, l.values_hash, l.salt
    FROM unnest(CAST(:firsts AS bigint[]), CAST(:lasts AS bigint[])) AS r (first, last), generate_series(r.first, r.last) AS e (expected)
    LEFT JOIN audit AS a ON a.seq = e.expected
    LEFT JOIN audit_leaves AS l ON l.seq = e.expected AND l.seal = :seal
    """  # noqa: S608
)
