"""Keeping what the observatory hears: one statement per topic, whatever the size of the batch."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.replicas import replaced_by

keep_areas = replaced_by(
    "areas",
    "area_id",
    """
    INSERT INTO areas (area_id, code, name, level, within, valid)
    SELECT a.id, p.code, p.name, a.level, p.within, daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS a (id uuid, level text, periods jsonb),
         jsonb_to_recordset(a.periods) AS p (valid_from date, valid_to date, code text, name text, within text[])
    """,
)

# The managing authority by date is what a caller's facility relation opens (shared.db.facility_paths).
keep_facilities = replaced_by(
    "facilities",
    "facility_id",
    """
    INSERT INTO facilities (facility_id, code, ownership, within, is_estimated, valid)
    SELECT f.id, f.code, p.ownership, p.area_path, p.area_is_estimated, daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f (id uuid, code text, periods jsonb),
         jsonb_to_recordset(f.periods) AS p (valid_from date, valid_to date, ownership text, area_path text[], area_is_estimated boolean)
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
    INSERT INTO workers (id, person_id, occupation_code, isco, occupation_group)
    SELECT id, person_id, occupation_code, isco, "group"
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w (id uuid, person_id uuid, occupation_code text, isco text, "group" text)
    """,
)

keep_assignments = replaced_by(
    "assignments",
    "assignment_id",
    """
    INSERT INTO assignments (assignment_id, worker_id, person_id, facility_code, kind, state, valid)
    SELECT a.id, a.worker_id, a.person_id, p.facility_code, p.kind, a.state, daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS a (id uuid, worker_id uuid, person_id uuid, state text, periods jsonb),
         jsonb_to_recordset(a.periods) AS p (valid_from date, valid_to date, facility_code text, kind text)
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

keep_hires = replaced_by(
    "hires",
    "id",
    """
    INSERT INTO hires (id, person_id, policy_id, facility_code, occupation_code, done_on, starts_on)
    SELECT id, person_id, policy_id, facility_code, occupation_code, done_on, starts_on
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS h (id uuid, person_id uuid, policy_id uuid, facility_code text, occupation_code text, done_on date, starts_on date)
    """,
)

DERIVED: Sequence[str] = ("areas", "facilities", "facility_authorities", "occupations", "workers", "assignments", "policies", "hires")


async def digest(session: AsyncSession) -> dict[str, str]:
    """A fingerprint of each derived table: equal before and after a rebuild, byte for byte."""
    found = {}
    for table in DERIVED:
        found[table] = await session.scalar(text(f"SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {table} AS t")) or ""  # noqa: S608
    return found
