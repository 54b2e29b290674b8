"""Keeping what the observatory hears: one statement per topic, whatever the size of the batch."""

from collections.abc import Sequence

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.replicas.facts import Fact
from shared.events import Received
from shared.replicas import replaced_by

keep_areas = replaced_by(
    "areas",
    "area_id",
    """
    INSERT INTO areas (area_id, code, name, level, within, latitude, longitude, valid)
    SELECT a.id, p.code, p.name, a.level, p.within, p.latitude, p.longitude, daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS a (id uuid, level text, periods jsonb),
         jsonb_to_recordset(a.periods) AS p (valid_from date, valid_to date, code text, name text, within text[], latitude numeric, longitude numeric)
    """,
    (
        "area_successions",
        "area_id",
        """
        INSERT INTO area_successions (area_id, successor_id, effective_on, is_main, is_estimated)
        SELECT a.id, s.id, s.effective_on, s.is_main, s.is_estimated
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS a (id uuid, successors jsonb),
             jsonb_to_recordset(a.successors) AS s (id uuid, effective_on date, is_main boolean, is_estimated boolean)
        """,
    ),
)

# The managing authority by date is what a caller's facility relation opens (shared.db.facility_paths).
keep_facilities = replaced_by(
    "facilities",
    "facility_id",
    """
    INSERT INTO facilities (facility_id, code, facility_type, level, ownership, remoteness, tier, technical_supervisor, within, is_estimated, valid)
    SELECT f.id, f.code, p.facility_type, p.level, p.ownership, p.remoteness, p.tier, p.technical_supervisor, p.area_path, p.area_is_estimated,
           daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f (id uuid, code text, periods jsonb),
         jsonb_to_recordset(f.periods) AS p (valid_from date, valid_to date, facility_type text, level text, ownership text, remoteness text, tier text,
             technical_supervisor text, area_path text[], area_is_estimated boolean)
    """,
    (
        "facility_authorities",
        "facility_id",
        """
        INSERT INTO facility_authorities (facility_id, code, path, valid)
        SELECT f.id, f.code, CAST(p.authority_path AS ltree), daterange(p.valid_from, p.valid_to, '[]')
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f (id uuid, code text, periods jsonb),
             jsonb_to_recordset(f.periods) AS p (valid_from date, valid_to date, authority_path text)
        """,
    ),
)

keep_occupations = replaced_by(
    "occupations",
    "id",
    """
    INSERT INTO occupations (id, code, isco, occupation_group, names)
    SELECT id, code, isco, "group", names FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS o (id uuid, code text, isco text, "group" text, names jsonb)
    """,
)

keep_workers = replaced_by(
    "workers",
    "id",
    """
    INSERT INTO workers (id, person_id, occupation_code, isco, occupation_group, specialty)
    SELECT id, person_id, occupation_code, isco, "group", specialty
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w (id uuid, person_id uuid, occupation_code text, isco text, "group" text, specialty text)
    """,
)

keep_assignments = replaced_by(
    "assignments",
    "assignment_id",
    """
    INSERT INTO assignments (assignment_id, worker_id, person_id, facility_code, authority_path, shared_with, kind, state, post_id, fte_share, valid)
    SELECT a.id, a.worker_id, a.person_id, p.facility_code, CAST(p.authority_path AS ltree), a.shared_with, p.kind, a.state, p.post_id, p.fte_share,
           daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS a (id uuid, worker_id uuid, person_id uuid, shared_with text[], state text, periods jsonb),
         jsonb_to_recordset(a.periods) AS p (valid_from date, valid_to date, facility_code text, authority_path text, kind text, post_id uuid, fte_share numeric)
    """,
)

keep_posts = replaced_by(
    "posts",
    "post_id",
    """
    INSERT INTO posts (post_id, facility_code, authority_path, unit, occupation_code, specialty, frozen, fte, valid)
    SELECT o.id, o.facility_code, CAST(o.authority_path AS ltree), o.unit, o.occupation_code, o.specialty, coalesce(p.frozen, o.frozen), p.fte, daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS o (id uuid, facility_code text, authority_path text, unit text, occupation_code text, specialty text, frozen boolean, periods jsonb),
         jsonb_to_recordset(o.periods) AS p (valid_from date, valid_to date, fte numeric, frozen boolean)
    """,
)

keep_policies = replaced_by(
    "policies",
    "id",
    """
    INSERT INTO policies (id, authority, resolution_no, title, target_hires, citation, valid)
    SELECT id, authority, resolution_no, title, target_hires, citation, daterange(valid_from, valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS p (id uuid, authority text, resolution_no text, title text, target_hires integer, citation text, valid_from date, valid_to date)
    """,
)

_FORGET_FACTS = text("DELETE FROM facts WHERE topic = :topic AND id = ANY(:ids)")
_KEEP_FACTS = text(
    """
    INSERT INTO facts (topic, id, authority_path, shared_with, state, kind, person_id, facility_codes, starts_on, ends_on, done_on, amount, currency, recorded_at, details)
    SELECT topic, id, CAST(authority_path AS ltree), shared_with, state, kind, person_id, facility_codes, starts_on, ends_on, done_on, amount, currency, recorded_at, details
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f (topic text, id uuid, authority_path text, shared_with text[], state text, kind text, person_id uuid, facility_codes text[],
        starts_on date, ends_on date, done_on date, amount bigint, currency text, recorded_at timestamptz, details jsonb)
    """
)


async def keep_facts(session: AsyncSession, events: list[Received[Fact]]) -> None:
    """Replace what is kept of some things of one topic."""
    rows = orjson.dumps([event.data.row(event) for event in events]).decode()
    await session.execute(_FORGET_FACTS, {"topic": events[0].data.name(), "ids": [event.data.id for event in events]})
    await session.execute(_KEEP_FACTS, {"rows": rows})


keep_dues = replaced_by(
    "dues",
    "id",
    """
    INSERT INTO dues (id, kind, subject_id, path, authority_path, shared_with, facility_code, person_id, due_on, warn_on, responsible, state, facts)
    SELECT id, kind, subject_id, path, CAST(authority_path AS ltree), shared_with, facility_code, person_id, due_on, warn_on, responsible, state, facts
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d (id uuid, kind text, subject_id uuid, path text, authority_path text, shared_with text[], facility_code text,
        person_id uuid, due_on date, warn_on date, responsible text, state text, facts jsonb)
    """,
)

DERIVED: Sequence[str] = (
    *("areas", "area_successions", "facilities", "facility_authorities", "occupations", "workers", "assignments", "posts", "policies"),
    *("facts", "dues"),
)


async def digest(session: AsyncSession) -> dict[str, str]:
    """A fingerprint of each derived table: equal before and after a rebuild, byte for byte."""
    found = {}
    for table in DERIVED:
        found[table] = await session.scalar(text(f"SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {table} AS t")) or ""  # noqa: S608
    return found
