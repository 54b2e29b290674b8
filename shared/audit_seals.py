"""Sealing: what the audit holds is chained, signed and told to another service, so that whoever changes it later is found.

A record's values enter as a hash with a salt that is kept apart; the hashes of a batch of records are the leaves of a
Merkle tree (as in RFC 6962); a seal holds its root and the head of the seal before it, and its own head is signed with
Ed25519. The head is announced as an event, and a service that is not the sealed one keeps it.

What keeps a record from being passed over or sealed twice:
- The lock is of the transaction that seals: a sealer that was stopped and wakes up writes nothing.
- It reads what has no leaf, never "after the last one": a slow transaction may hold a lower number. The floor under
  what it reads rises only when every transaction that could hold a lower number has ended.
- A seal's number is a primary key and its leaf's record too: two sealers cannot both succeed.
"""

import asyncio
import hashlib
import logging
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import ranges_of
from shared.clock import now
from shared.crash import crash_point
from shared.db import worker_session
from shared.events import Event, record_event
from shared.relay import pause
from shared.settings import settings

logger = logging.getLogger("relais.audit")

BATCH = 10_000
LOOK_SECONDS = 0.5  # how long a record waits at most, beside the time that sealing takes
SEALING_SECONDS = 60.0
SALT_BYTES = 16
SEALS = UUID("2f6d1f0e-4b7a-5b0d-9c55-7d0c9c1a3e42")  # namespace of the ids of announced seals

_LEAF, _NODE, _HEAD, _KEY = b"\x00", b"\x01", b"\x02", b"\x03"  # so that no hash of one kind can pass for another

Ranges = list[tuple[int, int]]
"""Which records a seal holds, so that one that goes is named."""


class SealedRecords(Event):
    """A service sealed a batch of its audit: digests only, no record."""

    field_class = "public"

    number: int
    incarnation: int
    sealed_at: datetime
    first_record: int
    last_record: int
    records: int
    settled_to: int
    root: str
    previous: str
    head: str
    key_id: str
    public_key: str
    signature: str


# --- hashes -----------------------------------------------------------------------------------------------------------

RECORD = """
    a.seq, (extract(epoch FROM a.recorded_at) * 1000000)::bigint AS micros, a.actor, a.for_whom, a.act, a.subject_kind, a.subject_id::text AS subject_id,
    a.done_on::text AS done_on, a.request_id, a.trace_id, a.before::text AS before, a.after::text AS after
"""
"""The columns of a record in the form in which they are hashed; jsonb has one text for one value."""


def hash_values(salt: bytes, before: str | None, after: str | None) -> bytes:
    """Old and new values, which nobody can guess back without the salt."""
    return hashlib.sha256(salt + orjson.dumps([before, after])).digest()


def hash_record(row: Any, values_hash: bytes, *, seq: int | None = None) -> bytes:
    """One record: every column, the values as their hash."""
    told = [
        seq or row.seq,
        row.micros,
        row.actor,
        row.for_whom,
        row.act,
        row.subject_kind,
        row.subject_id,
        row.done_on,
        row.request_id,
        row.trace_id,
        values_hash.hex(),
    ]
    return hashlib.sha256(_LEAF + orjson.dumps(told)).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root; an odd one out goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        paired = [hashlib.sha256(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level = paired + level[-1:] if len(level) % 2 else paired
    return level[0]


def beginning(service: str) -> bytes:
    """What stands before the first seal."""
    return hashlib.sha256(b"relais audit " + service.encode()).digest()


@dataclass(frozen=True)
class Seal:
    """A batch of records, linked to the one before."""

    service: str
    number: int
    incarnation: int
    sealed_at: datetime
    records: int
    ranges: Ranges
    settled_to: int
    root: bytes
    previous: bytes
    key_id: str

    def head(self) -> bytes:
        told = [
            self.service,
            self.number,
            self.incarnation,
            micros_of(self.sealed_at),
            self.records,
            self.ranges,
            self.settled_to,
            self.root.hex(),
            self.previous.hex(),
            self.key_id,
        ]
        return hashlib.sha256(_HEAD + orjson.dumps(told)).digest()


def micros_of(instant: datetime) -> int:
    return round(instant.timestamp() * 1_000_000)


# --- keys -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SealingKey:
    """The private half stays in its file; the public half and who endorsed it are in `audit_keys`."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def id(self) -> str:
        return key_id_of(self.public)

    def sign(self, head: bytes) -> bytes:
        return self.private.sign(head)

    def endorse(self, service: str, following: bytes) -> bytes:
        return self.private.sign(endorsement_of(service, following))


def key_id_of(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def endorsement_of(service: str, following: bytes) -> bytes:
    """What a key signs to say that another one follows it."""
    return _KEY + service.encode() + b" " + following


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


class KeyFiles:
    """`current.pem`, and `next.pem` from the moment a rotation is asked for until the sealer has taken it."""

    def __init__(self, service: str, folder: Path | None = None) -> None:
        self.folder = (folder or settings().audit_keys_dir) / service
        self.current, self.next = self.folder / "current.pem", self.folder / "next.pem"

    def read(self, path: Path) -> SealingKey | None:
        try:
            private = load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError:
            return None
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError(f"{path} holds no Ed25519 key.")
        return SealingKey(private)

    def make(self, path: Path) -> SealingKey:
        """A new key, readable by its owner alone; whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = SealingKey(Ed25519PrivateKey.generate())
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        return key

    def ask_for_another(self) -> SealingKey:
        """A rotation: the sealer endorses the next key with the present one at its next look, and forgets the present one."""
        return self.make(self.next)

    def take_next(self) -> None:
        self.next.replace(self.current)


# --- the sealer -------------------------------------------------------------------------------------------------------

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('relais audit sealer', 0))")
_LAST = text("SELECT number, head, settled_to FROM audit_seals ORDER BY number DESC LIMIT 1")
_MARK = text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM audit_seq_seq")
# Who writes audit rows at this moment: an INSERT locks its table before it takes a number, and until its transaction ends.
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'audit'::regclass AND mode = 'RowExclusiveLock' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid IS DISTINCT FROM pg_backend_pid()"
)
_UNSEALED = text(f"SELECT {RECORD} FROM audit AS a WHERE a.seq > :floor AND NOT EXISTS (SELECT FROM audit_leaves AS l WHERE l.seq = a.seq) ORDER BY a.seq LIMIT :batch")  # noqa: S608
_INCARNATION = text("SELECT value FROM incarnation")
_KEEP_KEY = text("INSERT INTO audit_keys (id, public_key, endorsed_by, endorsement) VALUES (:id, :public_key, :endorsed_by, :endorsement) ON CONFLICT (id) DO NOTHING RETURNING id")
_SEAL = text(
    "INSERT INTO audit_seals (number, incarnation, sealed_at, records, ranges, settled_to, root, previous, head, key_id, signature) "
    "VALUES (:number, :incarnation, :sealed_at, :records, CAST(:ranges AS jsonb), :settled_to, :root, :previous, :head, :key_id, :signature)"
)
_LEAVES = text(
    "INSERT INTO audit_leaves (seq, seal, leaf, values_hash, salt) SELECT seq, :number, leaf, values_hash, salt "
    "FROM unnest(CAST(:seqs AS bigint[]), CAST(:leaves AS bytea[]), CAST(:hashes AS bytea[]), CAST(:salts AS bytea[])) AS t (seq, leaf, values_hash, salt)"
)


class Sealer:
    """Seals the audit of one service until it is told to stop."""

    def __init__(self, service: str, event: type[SealedRecords]) -> None:
        self.service, self.event = service, event
        self.alive_at = time.monotonic()
        self.files = KeyFiles(service)
        self._floor = 0
        self._before: tuple[int, frozenset[str]] | None = None  # a number, and who wrote when it was the last: once they ended, it is settled
        self._complaint = ""

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                while not stop.is_set() and await self.seal_some():
                    self.alive_at = time.monotonic()
                self._complain("")
            except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
                self._complain(f"the sealer waits: {type(error).__name__}")
            self.alive_at = time.monotonic()
            await pause(stop, LOOK_SECONDS)

    def _complain(self, complaint: str) -> None:
        """Once per trouble, not once per try."""
        if complaint != self._complaint:
            self._complaint = complaint
            logger.warning(complaint) if complaint else logger.info("the sealer seals again")

    async def seal_some(self) -> bool:
        """One batch in one transaction; True when there may be more to seal at once."""
        rotated = False
        async with asyncio.timeout(SEALING_SECONDS), worker_session() as session:
            if not await session.scalar(_LOCK):
                return False
            last = (await session.execute(_LAST)).one_or_none()
            rows = await self._unsealed(session, last.settled_to if last else 0)
            if rows or self.files.next.exists():
                key, rotated = await self._key(session)
                if rows:
                    crash_point("audit.before_seal")
                    await self._seal(session, rows, key, last.number + 1 if last else 1, last.head if last else beginning(self.service))
                    crash_point("audit.after_seal")
        if rows:
            crash_point("audit.after_commit")
        if rotated:
            self.files.take_next()
        return len(rows) == BATCH

    async def _unsealed(self, session: AsyncSession, settled_to: int) -> Sequence[Any]:
        """The next records without a leaf, in their order; raises the floor under them."""
        self._floor = max(self._floor, settled_to)
        mark: int = await session.scalar(_MARK) or 0
        if mark <= self._floor:
            return []
        writers = frozenset((await session.scalars(_WRITERS)).all())
        rows: Sequence[Any] = (await session.execute(_UNSEALED, {"floor": self._floor, "batch": BATCH})).all()
        settled = self._settled(mark, writers)
        if len(rows) == BATCH:  # above the last of them, nothing was looked at
            settled = min(settled, rows[-1].seq)
        self._floor = max(self._floor, settled)
        return rows

    def _settled(self, mark: int, writers: frozenset[str]) -> int:
        """Up to which number nothing can come any more. `mark` was read before `writers`, and those before the rows."""
        if not writers:
            self._before = None
            return mark
        if self._before is None:
            self._before = (mark, writers)
            return 0
        earlier, theirs = self._before
        if theirs & writers:
            return 0
        self._before = (mark, writers)
        return earlier

    async def _key(self, session: AsyncSession) -> tuple[SealingKey, bool]:
        """The key of this seal. The first one is made here; a next one that waits is endorsed by the present one."""
        key = self.files.read(self.files.current)
        if key is None:
            key = self.files.make(self.files.current)
            logger.warning("made the key %s that seals the audit of %s: keep a copy of %s elsewhere", key.id, self.service, self.files.current)
        following = self.files.read(self.files.next)
        known = set((await session.scalars(text("SELECT id FROM audit_keys"))).all())
        if key.id not in known:
            await self._keep_key(session, key, None)
        if following is None:
            return key, False
        if following.id not in known:
            await self._keep_key(session, following, key)
        return following, True

    async def _keep_key(self, session: AsyncSession, key: SealingKey, endorsed_by: SealingKey | None) -> None:
        values = {"endorsed_by": endorsed_by.id, "endorsement": endorsed_by.endorse(self.service, key.public)} if endorsed_by else {"endorsed_by": None, "endorsement": None}
        await session.execute(_KEEP_KEY, {"id": key.id, "public_key": key.public, **values})

    async def _seal(self, session: AsyncSession, rows: Sequence[Any], key: SealingKey, number: int, previous: bytes) -> None:
        salts = list(_salts(len(rows)))
        hashes = [hash_values(salt, row.before, row.after) for salt, row in zip(salts, rows, strict=True)]
        leaves = [hash_record(row, values_hash) for row, values_hash in zip(rows, hashes, strict=True)]
        numbers = [row.seq for row in rows]
        incarnation = await session.scalar(_INCARNATION) or 0
        seal = Seal(self.service, number, incarnation, now(), len(rows), ranges_of(numbers), self._floor, root_of(leaves), previous, key.id)
        head = seal.head()
        signature = key.sign(head)
        await session.execute(
            _SEAL,
            {
                "number": number,
                "incarnation": seal.incarnation,
                "sealed_at": seal.sealed_at,
                "records": seal.records,
                "ranges": orjson.dumps(seal.ranges).decode(),
                "settled_to": seal.settled_to,
                "root": seal.root,
                "previous": previous,
                "head": head,
                "key_id": key.id,
                "signature": signature,
            },
        )
        await session.execute(_LEAVES, {"number": number, "seqs": numbers, "leaves": leaves, "hashes": hashes, "salts": salts})
        record_event(
            session,
            self.event(
                id=uuid5(SEALS, f"{self.service} {incarnation} {number}"),
                number=number,
                incarnation=incarnation,
                sealed_at=seal.sealed_at,
                first_record=numbers[0],
                last_record=numbers[-1],
                records=seal.records,
                settled_to=seal.settled_to,
                root=seal.root.hex(),
                previous=previous.hex(),
                head=head.hex(),
                key_id=key.id,
                public_key=key.public.hex(),
                signature=signature.hex(),
            ),
        )


def _salts(count: int) -> Iterator[bytes]:
    """One call to the system for all of them."""
    drawn = os.urandom(SALT_BYTES * count)
    return (drawn[start : start + SALT_BYTES] for start in range(0, len(drawn), SALT_BYTES))


_STATE = text(
    """
    SELECT last.number, last.head, last.sealed_at, last.key_id, coalesce(last.settled_to, 0) AS settled_to,
        (SELECT count(*) FROM audit AS a WHERE a.seq > coalesce(last.settled_to, 0) AND NOT EXISTS (SELECT FROM audit_leaves AS l WHERE l.seq = a.seq)) AS unsealed
    FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT * FROM audit_seals ORDER BY number DESC LIMIT 1) AS last ON true
    """
)


async def seal_state(session: AsyncSession) -> dict[str, Any]:
    """How far the audit is sealed, as the worker sees it: what operations and auditors ask."""
    row = (await session.execute(_STATE)).one()
    return {"unsealed": row.unsealed, "sealed_to": row.settled_to, "seals": row.number or 0, "head": row.head.hex() if row.head else None}
