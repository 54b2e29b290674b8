"""Finding possible duplicates: of one person when they are entered, and of all whose file is new or changed, every day, over all employers."""

import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.duplicates.models import OPEN, DuplicateCandidate
from services.registry.duplicates.scoring import Facts, Frequencies, Score, score
from services.registry.visibility import parties_to_share_with
from shared.clock import today
from shared.db import worker_session
from shared.ids import uuid7
from shared.jurisdictions import country_of
from shared.names import search_words

BATCH = 1000
LONGEST_SECONDS = 60.0
SLICE_SECONDS = 20.0
IDS = ARRAY(PG_UUID(as_uuid=True))
RARE = 50
"""A word that so few people have finds them whatever else is wrong."""

_FACTS = text("SELECT * FROM facts_of_persons(:ids)").bindparams(bindparam("ids", type_=IDS))
_LIKE = text("SELECT * FROM persons_like(CAST(:words AS text[]), CAST(:born AS date))")
_NEARLY = "(p.birth_date IS NULL OR a.born IS NULL OR abs(extract(year FROM p.birth_date) - extract(year FROM a.born)) <= 1)"
_LIKE_ALL = text(
    f"""
    WITH asked AS MATERIALIZED (
        SELECT p.id, p.birth_date AS born, s.name_key FROM persons AS p JOIN duplicate_scans AS s ON s.person_id = p.id WHERE p.id = ANY (:ids)
    ), near AS (
        SELECT a.id AS asked, p.id AS other FROM asked AS a JOIN persons AS p ON p.birth_date = a.born
        UNION
        SELECT a.id, p.id FROM asked AS a JOIN persons AS p ON p.birth_date = CASE WHEN extract(day FROM a.born) <= 12
            THEN make_date(extract(year FROM a.born)::int, extract(day FROM a.born)::int, extract(month FROM a.born)::int) END
        UNION
        SELECT a.id, p.id FROM asked AS a JOIN duplicate_scans AS s ON s.name_key = a.name_key JOIN persons AS p ON p.id = s.person_id WHERE {_NEARLY}
        UNION
        SELECT a.id, p.id FROM asked AS a JOIN person_words AS w ON w.person_id = a.id JOIN word_frequencies AS f ON f.word = w.word AND f.people <= {RARE}
        JOIN person_words AS o ON o.word = w.word JOIN persons AS p ON p.id = o.person_id WHERE {_NEARLY}
        UNION
        SELECT a.id, o.person_id FROM asked AS a JOIN person_identifiers AS i ON i.person_id = a.id AND i.blind IS NOT NULL JOIN person_identifiers AS o ON o.blind = i.blind
        UNION
        SELECT a.id, o.person_id FROM asked AS a JOIN person_contacts AS c ON c.person_id = a.id AND c.visibility <> 'self'
        JOIN person_contacts AS o ON o.value = c.value AND o.kind = c.kind AND o.visibility <> 'self'
    )
    SELECT asked, other FROM near WHERE asked <> other AND NOT EXISTS (SELECT FROM persons AS p WHERE p.id = near.other AND p.merged_into IS NOT NULL)
    """  # noqa: S608  constants alone
).bindparams(bindparam("ids", type_=IDS))
_FREQUENCIES = text("SELECT word, people FROM word_frequencies WHERE word = ANY(:words)")
_PEOPLE = text("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'persons'::regclass")
_COUNTED_NOW = text("SELECT word, people FROM word_counts(:words)")
_COUNT_WORDS = (
    text("DELETE FROM word_frequencies"),
    text("INSERT INTO word_frequencies (word, people) SELECT word, count(*) FROM person_words GROUP BY word HAVING count(*) > 1"),
)
_UNSCANNED = text(
    "SELECT p.id FROM persons AS p LEFT JOIN duplicate_scans AS s ON s.person_id = p.id AND s.version = p.version WHERE s.person_id IS NULL AND p.merged_into IS NULL ORDER BY p.id LIMIT :batch"
)
_SCANNED = text(
    """
    INSERT INTO duplicate_scans (person_id, version, name_key)
    SELECT p.id, p.version, coalesce((SELECT string_agg(w.word, ' ' ORDER BY w.word) FROM person_words AS w WHERE w.person_id = p.id), '') FROM persons AS p WHERE p.id = ANY (:ids)
    ON CONFLICT (person_id) DO UPDATE SET version = EXCLUDED.version, name_key = EXCLUDED.name_key
    """
).bindparams(bindparam("ids", type_=IDS))


@dataclass(frozen=True)
class Known:
    """A person of the register as the comparison sees them, and behind which walls the file stands."""

    id: UUID
    path: str
    shared_with: tuple[str, ...]
    facts: Facts

    @property
    def country(self) -> str:
        return country_of(self.path)

    @property
    def authority(self) -> str:
        """Code of the authority that keeps the file: the label under the country's."""
        return self.path.split(".")[1 if "." in self.path else 0]


async def facts_of(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Known]:
    rows = await session.execute(_FACTS, {"ids": list(ids)})
    return {row.id: Known(row.id, row.path, tuple(row.shared_with), _facts(row)) for row in rows}


def _facts(row: Any) -> Facts:
    return Facts(
        tuple(row.names),
        row.birth_date,
        row.birth_precision,
        row.sex,
        frozenset(row.occupations),
        frozenset((kind, issuer, value) for kind, issuer, value in row.identifiers),
        frozenset(row.contacts),
    )


async def frequencies_of(session: AsyncSession, facts: Iterable[Facts]) -> Frequencies:
    words = {word for one in facts for name in one.written for word in name.folded}
    rows = await session.execute(_FREQUENCIES, {"words": sorted(words)})
    return Frequencies(int(await session.scalar(_PEOPLE) or 0), {row.word: row.people for row in rows})


async def frequencies_now(session: AsyncSession, facts: Iterable[Facts]) -> Frequencies:
    """The same as they are at this moment: of a few words, for somebody who is being entered."""
    rows = await session.execute(_COUNTED_NOW, {"words": sorted({word for one in facts for name in one.written for word in name.folded})})
    counts = {row.word: row.people for row in rows}
    return Frequencies(counts.pop("", 0), counts)


async def candidates_like(session: AsyncSession, facts: Facts, countries: Set[str]) -> list[tuple[Known, Score]]:
    """Who of the register this somebody may be, the likeliest first; of all employers of these countries, whoever asks. Beyond a border nobody says that somebody exists."""
    words = sorted(set().union(*(search_words(name) for name in facts.names)))
    found = (await session.scalars(_LIKE, {"words": words, "born": facts.birth_date})).all()
    if not found:
        return []
    known = [one for one in (await facts_of(session, found)).values() if one.country in countries]
    frequencies = await frequencies_now(session, [facts, *(one.facts for one in known)])
    judged = [(one, score(facts, one.facts, frequencies)) for one in known]
    return sorted(((one, found) for one, found in judged if found.is_candidate), key=lambda pair: (-pair[1].weight, pair[0].id))


@dataclass
class Rest:
    """Whether files wait to be compared: a large import is more than one run may take (shared/worker.py, SILENCE_SECONDS)."""

    waits: bool = False


REST = Rest()


async def find_duplicates() -> None:
    """Daily: every file that is new or changed is compared with all that it may be; what was decided about a pair stands."""
    async with worker_session() as session:
        for statement in _COUNT_WORDS:
            await session.execute(statement)
    await _compare_for(LONGEST_SECONDS)


async def go_on_finding_duplicates() -> None:
    """Frequently: what the day's run left is compared some at a time; nothing is asked when it left nothing."""
    if REST.waits:
        await _compare_for(SLICE_SECONDS)


async def _compare_for(seconds: float) -> None:
    until = time.monotonic() + seconds
    REST.waits = True
    while time.monotonic() < until:
        if not await _compare_some():
            REST.waits = False
            return


async def _compare_some() -> bool:
    async with worker_session() as session:
        # Two of these at once would compare the same files twice; the second one waits and goes on after them.
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('registry/duplicates'))"))
        asked = (await session.scalars(_UNSCANNED, {"batch": BATCH})).all()
        if not asked:
            return False
        await session.execute(_SCANNED, {"ids": asked})
        pairs = {(min(row.asked, row.other), max(row.asked, row.other)) for row in await session.execute(_LIKE_ALL, {"ids": asked})}
        known = await facts_of(session, {person for pair in pairs for person in pair})
        frequencies = await frequencies_of(session, (one.facts for one in known.values()))
        await keep(session, _judged(pairs, known, frequencies), found_by="batch")
    return len(asked) == BATCH


def _judged(pairs: Iterable[tuple[UUID, UUID]], known: Mapping[UUID, Known], frequencies: Frequencies) -> list[tuple[Known, Known, Score]]:
    near = [(known[one], known[other]) for one, other in sorted(pairs) if known[one].country == known[other].country]
    judged = [(one, other, score(one.facts, other.facts, frequencies)) for one, other in near]
    return [one for one in judged if one[2].is_candidate]


async def keep(
    session: AsyncSession,
    found: Sequence[tuple[Known, Known, Score]],
    *,
    found_by: str,
    state: str = OPEN,
    by: str | None = None,
    on: date | None = None,
    reason: str | None = None,
) -> None:
    """Write the pairs; one that stands open is judged anew, one that somebody decided about stays as it is."""
    if not found:
        return
    rows = [row_of(one, other, how) | {"found_by": found_by, "state": state, "decided_by": by, "decided_on": on, "reason": reason} for one, other, how in found]
    written = insert(DuplicateCandidate).values(rows)
    again = written.on_conflict_do_update(
        constraint="duplicate_pair_once",
        set_={"weight": written.excluded.weight, "reasons": written.excluded.reasons},
        where=(DuplicateCandidate.state == OPEN) & (DuplicateCandidate.reasons != written.excluded.reasons.cast(JSONB)),
    )
    await session.execute(again)


def row_of(one: Known, other: Known, how: Score) -> dict[str, Any]:
    """A pair in the order of ids; `one` says to whom it belongs."""
    first, second = sorted((one.id, other.id))
    return {
        "id": uuid7(),
        "authority_path": one.path,
        "shared_with": parties_to_share_with(one.path, sorted({*one.shared_with, *other.shared_with}), other.path),
        "one_id": first,
        "other_id": second,
        "weight": round(how.weight, 2),
        "reasons": [asdict(reason) for reason in how.reasons],
        "found_on": today(),
        "version": 1,
    }
