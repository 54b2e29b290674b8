"""What is known of a place on a day, each in one statement over the functions that open to those for whom the place is open."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.observatory.figures.queries import Where, bound

PLACE = """
    SELECT f.facility_code AS code, f.facility_type, f.level, f.ownership, f.remoteness, f.supervisor AS technical_supervisor, f.area_code,
           (SELECT a.name FROM areas a WHERE a.code = f.area_code AND a.valid @> CAST(:boundaries AS date) ORDER BY a.area_id LIMIT 1) AS area_name
    FROM facilities_in(:area, :boundaries, :day) f
"""

# Who is away, each person once; of a leave, or of an absence entered without a hold, nothing is told but that.
AWAY = """
    SELECT DISTINCT ON (h.person_id) h.person_id, h.kind
    FROM (
        SELECT t.person_id, t.kind
        FROM facts_in(:area, :boundaries, 'registry.holds') t, jsonb_to_recordset(t.details->'periods') AS p (starts_on date, ends_on date)
        WHERE t.state IN ('taken', 'confirmed') AND :day BETWEEN p.starts_on AND p.ends_on
        UNION ALL
        SELECT a.person_id, 'leave' FROM facts_in(:area, :boundaries, 'registry.absences') a
        WHERE a.state = 'approved' AND :day BETWEEN a.starts_on AND coalesce(a.ends_on, :day)
    ) h
    ORDER BY h.person_id, h.kind DESC
"""

STAFF = f"""
    SELECT w.occupation_group AS "group", count(*) AS assigned, count(x.person_id) AS away
    FROM counted_workers(:area, :boundaries, :day, NULL, NULL) w LEFT JOIN ({AWAY}) x ON x.person_id = w.person_id
    GROUP BY 1 ORDER BY 2 DESC, 1
"""  # noqa: S608 - our own statement

AWAY_BY_KIND = f"SELECT kind, count(*) AS people FROM ({AWAY}) x GROUP BY kind ORDER BY kind"  # noqa: S608

POSTS = """
    SELECT p.post_id, p.facility_code, p.unit, p.occupation_code, p.specialty, p.fte - p.filled AS missing, p.frozen, p.is_short,
           p.is_short OR p.remoteness IN ('mountain', 'border', 'island', 'isolated') AS is_hard, p.filled < p.fte AND NOT p.frozen AS is_vacant
    FROM posts_in(:area, :boundaries, :day) p
    ORDER BY is_hard DESC, p.occupation_code, p.post_id
"""

AGREEMENTS = """
    SELECT a.id, a.details->>'receiver_code' AS receiver, a.details->>'giver_code' AS giver, a.kind AS model, a.state, a.starts_on, a.ends_on,
           count(v.id) AS promised, count(v.id) FILTER (WHERE v.state = 'held') AS held, count(v.id) FILTER (WHERE v.state = 'missed') AS missed
    FROM facts_in(:area, :boundaries, 'rotation.agreements') a
    LEFT JOIN facts_in(:area, :boundaries, 'rotation.visits') v
      ON v.details->>'agreement_id' = CAST(a.id AS text) AND coalesce(v.starts_on, (v.details->>'month')::date) BETWEEN date_trunc('month', CAST(:first AS date)) AND :last
    WHERE a.state IN ('signed', 'active', 'suspended') AND a.ends_on >= :day
    GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 6, 1
"""

MISSIONS = """
    SELECT count(*) FILTER (WHERE 'facility:' || (details->>'receiver_code') = :area) AS missions_in, count(*) FILTER (WHERE 'facility:' || (details->>'giver_code') = :area) AS missions_out
    FROM facts_in(:area, :boundaries, 'rotation.missions')
    WHERE state IN ('in_progress', 'extended', 'suspended') AND :day BETWEEN starts_on AND ends_on
"""

PLAN = """
    SELECT id, state, (details->>'year_from')::int AS year_from, (details->>'year_to')::int AS year_to, (details->>'actions_planned')::int AS actions_planned,
           (details->>'actions_done')::int AS actions_done
    FROM facts_in(:area, :boundaries, 'training.plans')
    WHERE EXTRACT(year FROM CAST(:day AS date)) BETWEEN (details->>'year_from')::int AND (details->>'year_to')::int
    ORDER BY (details->>'year_from')::int DESC, id LIMIT 1
"""

MANDATES = """
    SELECT id, person_id, details->>'rank' AS rank, kind, starts_on, ends_on
    FROM facts_in(:area, :boundaries, 'appointment.mandates')
    WHERE state <> 'revoked' AND starts_on <= :day AND :day <= coalesce((details->>'ended_on')::date, ends_on)
    ORDER BY ends_on, id
"""

LICENCES = """
    SELECT l.id, l.person_id, l.ends_on AS expires_on
    FROM facts_in(:area, :boundaries, 'registry.licences') l
    WHERE l.state = 'active' AND l.ends_on <= CAST(:day AS date) + 90
    ORDER BY l.ends_on, l.id
"""

NEEDS = """
    SELECT id, details->>'occupation_code' AS occupation_code, details->>'specialty' AS specialty, (details->>'quantity')::int AS quantity, state
    FROM facts_in(:area, :boundaries, 'recruitment.needs') ORDER BY id
"""

# A shortage is declared by an authority for all of its facilities.
SHORTAGES = """
    SELECT id, details->>'occupation_code' AS occupation_code, details->>'specialty' AS specialty, ends_on
    FROM shortages_over(:area, :day) ORDER BY 3, 2, 1
"""

FACILITIES = """
    SELECT f.facility_code AS code, f.facility_type, f.remoteness, f.is_estimated, coalesce(w.staff, 0) AS staff, coalesce(w.doctors, 0) AS doctors, coalesce(w.nurses, 0) AS nurses,
           coalesce(p.vacant, 0) AS posts_vacant, coalesce(p.hard, 0) AS posts_hard,
           EXISTS (
               SELECT FROM facts_in(:area, :boundaries, 'rotation.agreements') a
               WHERE a.details->>'receiver_code' = f.facility_code AND a.state = 'active' AND :day BETWEEN a.starts_on AND a.ends_on
           ) AS has_agreement
    FROM facilities_in(:area, :boundaries, :day) f
    LEFT JOIN (
        SELECT facility_code, count(*) AS staff, count(*) FILTER (WHERE occupation_group = 'doctor') AS doctors, count(*) FILTER (WHERE occupation_group = 'nurse') AS nurses
        FROM counted_workers(:area, :boundaries, :day, NULL, NULL) GROUP BY 1
    ) w ON w.facility_code = f.facility_code
    LEFT JOIN (
        SELECT facility_code, count(*) AS vacant, count(*) FILTER (WHERE is_short OR remoteness IN ('mountain', 'border', 'island', 'isolated')) AS hard
        FROM posts_in(:area, :boundaries, :day) WHERE filled < fte AND NOT frozen GROUP BY 1
    ) p ON p.facility_code = f.facility_code
    ORDER BY CASE f.facility_type WHEN 'hospital' THEN 1 WHEN 'specialised_hospital' THEN 2 WHEN 'health_centre' THEN 3 WHEN 'station' THEN 5 ELSE 4 END, f.facility_code
"""


async def lines(session: AsyncSession, statement: str, where: Where) -> Sequence[Row[Any]]:
    return (await session.execute(bound(statement, vars(where)))).all()
