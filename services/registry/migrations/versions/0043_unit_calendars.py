"""The calendar of a unit: its people are those whose posts stand in it on each day, with all that hangs below it."""

from shared.migrate import sql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file ban-drop-function, constraint-missing-not-valid
        ALTER TABLE calendar_feeds ADD COLUMN unit_id uuid;
        ALTER TABLE calendar_feeds ADD CONSTRAINT calendar_unit_is_of_a_facility CHECK (unit_id IS NULL OR facility_code IS NOT NULL);

        DROP FUNCTION staff_of_places(text[], daterange);
        -- Somebody serves where their post stands, day by day; without a unit of the register, where the assignment says.
        CREATE FUNCTION staff_of_places(codes text[], days daterange)
            RETURNS TABLE (person_id uuid, facility_code text, unit text, unit_id uuid, occupation_code text, specialty text, valid daterange, kind text, authority_path ltree)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            -- Of what somebody serves as in a team the post says it, and without a post the worker's own specialty.
            SELECT a.person_id, a.facility_code, stands.unit, stands.unit_id, w.occupation_code,
                coalesce((SELECT p.specialty FROM posts p WHERE p.id = a.post_id ORDER BY lower(p.valid) DESC LIMIT 1), w.specialty), stands.valid, a.kind, a.authority_path
            FROM assignments a JOIN workers w ON w.id = a.worker_id, LATERAL (
                SELECT p.unit, p.unit_id, range_agg(p.valid * a.valid) AS valids FROM posts p WHERE p.id = a.post_id AND p.unit_id IS NOT NULL AND p.valid && a.valid GROUP BY p.unit, p.unit_id
                UNION ALL
                SELECT a.unit, NULL, multirange(a.valid)
                    - coalesce((SELECT range_agg(p.valid) FROM posts p WHERE p.id = a.post_id AND p.unit_id IS NOT NULL AND p.valid && a.valid), '{}'::datemultirange)
            ) AS place, LATERAL (SELECT place.unit, place.unit_id, unnest(place.valids) AS valid) AS stands
            WHERE a.facility_code = ANY (codes) AND a.state = 'active' AND a.kind IN ('primary', 'concurrent', 'acting') AND a.valid && days AND stands.valid && days
        $$;

        -- As the owner: whoever knows the address has no relation. It says on which days somebody is away and never why; with the account that made it the calendar ends.
        CREATE OR REPLACE FUNCTION calendar_of_token(hashed bytea, first date, last date)
            RETURNS TABLE (title text, person_id uuid, name text, days daterange, changed timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            WITH feed AS (
                SELECT f.*, CASE WHEN f.unit_id IS NULL THEN f.unit ELSE (SELECT u.name FROM units u WHERE u.id = f.unit_id AND lower(u.valid) <= last ORDER BY lower(u.valid) DESC LIMIT 1) END AS called
                FROM calendar_feeds f WHERE f.token_hash = hashed AND f.revoked_on IS NULL AND NOT EXISTS (
                    SELECT FROM accounts c WHERE c.issuer || '#' || c.subject = f.made_by AND c.state = 'closed'
                )
            ), people AS (
                SELECT feed.person_id FROM feed WHERE feed.person_id IS NOT NULL
                UNION
                SELECT s.person_id FROM feed, LATERAL staff_of_places(ARRAY[feed.facility_code], daterange(first, last, '[]')) AS s
                WHERE feed.facility_code IS NOT NULL AND CASE
                    WHEN feed.unit_id IS NOT NULL THEN s.unit_id IN (SELECT units_within(feed.unit_id, first) UNION SELECT units_within(feed.unit_id, last))
                    ELSE feed.unit IS NULL OR s.unit = feed.unit END
            )
            SELECT coalesce((SELECT concat_ws(' · ', p.name, feed.called) FROM facilities p WHERE p.code = feed.facility_code ORDER BY lower(p.valid) DESC LIMIT 1), ''),
                h.person_id, CASE WHEN feed.person_id IS NULL THEN n.name END, d.days, h.recorded_at
            FROM feed
            LEFT JOIN (people JOIN hold_periods d ON d.person_id = people.person_id AND d.held AND d.standing = 'confirmed' AND d.days && daterange(first, last, '[]')
                JOIN holds h ON h.id = d.hold_id AND h.state = 'confirmed' JOIN persons n ON n.id = d.person_id) ON true
        $$;

        -- What leans on units that a reorganisation moved: units hung below them and posts placed in them since.
        CREATE FUNCTION units_built_on(reorganisation uuid) RETURNS TABLE (kind text, id uuid, told jsonb) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
            WITH made AS (SELECT r.table_name, r.key, (r.after ->> 'id')::uuid AS id FROM reorganisation_rows r WHERE r.reorganisation_id = reorganisation),
                 moved AS (SELECT DISTINCT m.id FROM made m WHERE m.table_name = 'units' AND m.id IS NOT NULL)
            SELECT 'units', u.id, to_jsonb(u) FROM units u JOIN moved ON moved.id = u.parent_id, reorganisations o
            WHERE o.id = reorganisation AND u.recorded_at > o.applied_at AND NOT EXISTS (SELECT FROM made m WHERE m.table_name = 'units' AND m.key = u.row_id)
            UNION ALL
            SELECT 'posts', p.id, to_jsonb(p) FROM posts p JOIN moved ON moved.id = p.unit_id, reorganisations o
            WHERE o.id = reorganisation AND p.recorded_at > o.applied_at AND NOT EXISTS (SELECT FROM made m WHERE m.table_name = 'posts' AND m.key = p.row_id)
        $$;
        """
    )
