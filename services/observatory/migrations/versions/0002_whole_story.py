"""Posts, facts of every service, what falls due; and the functions that count them, in the boundaries of any day, for an area or for one facility."""

from shared.migrate import protect, protect_reference, service_of_migration, sql

revision = "0002"
down_revision = "0001"

# What opens what is counted. `located` is the one that looks at the caller; the others go through it.
FUNCTIONS = ("is_open_to_caller", "located", "facilities_in", "counted_workers", "present_workers", "busy_workers", "posts_in", "facts_in", "shortages_over", "policy_of")


def upgrade() -> None:
    service = service_of_migration()
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks. What is dropped is a replica, or is written again in the same transaction.
        -- squawk-ignore-file ban-drop-function, ban-drop-table, require-concurrent-index-creation
        ALTER TABLE areas ADD COLUMN latitude numeric(8,5), ADD COLUMN longitude numeric(8,5);

        CREATE TABLE area_successions (
            area_id uuid NOT NULL,
            successor_id uuid NOT NULL,
            effective_on date NOT NULL,
            is_main boolean NOT NULL,
            is_estimated boolean NOT NULL,
            PRIMARY KEY (area_id, successor_id, effective_on)
        );
        CREATE INDEX area_successions_to ON area_successions (successor_id);

        ALTER TABLE facilities
            ADD COLUMN facility_type text NOT NULL DEFAULT 'other',
            ADD COLUMN level text NOT NULL DEFAULT 'area',
            ADD COLUMN remoteness text NOT NULL DEFAULT 'none',
            ADD COLUMN tier text,
            ADD COLUMN technical_supervisor text;
        CREATE INDEX facilities_code ON facilities (code);

        ALTER TABLE workers ADD COLUMN specialty text;

        ALTER TABLE assignments
            ADD COLUMN authority_path ltree NOT NULL DEFAULT '',
            ADD COLUMN shared_with text[] NOT NULL DEFAULT '{}',
            ADD COLUMN post_id uuid,
            ADD COLUMN fte_share numeric(4,3) NOT NULL DEFAULT 1;
        CREATE INDEX assignments_of_person ON assignments (person_id);
        CREATE INDEX assignments_of_post ON assignments (post_id);

        CREATE TABLE posts (
            post_id uuid NOT NULL,
            facility_code text NOT NULL,
            authority_path ltree NOT NULL,
            unit text,
            occupation_code text NOT NULL,
            specialty text,
            frozen boolean NOT NULL,
            fte numeric(6,3) NOT NULL,
            valid daterange NOT NULL,
            PRIMARY KEY (post_id, valid)
        );
        CREATE INDEX posts_of_facility ON posts (facility_code);

        -- One fact for each thing that a service keeps and tells of: its people, places, days and worth as columns, the rest beside.
        CREATE TABLE facts (
            topic text NOT NULL,
            id uuid NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL,
            state text NOT NULL,
            kind text,
            person_id uuid,
            facility_codes text[] NOT NULL,
            starts_on date,
            ends_on date,
            done_on date,
            amount bigint,
            currency text,
            recorded_at timestamptz NOT NULL,
            details jsonb NOT NULL,
            PRIMARY KEY (topic, id)
        );
        CREATE INDEX facts_of_person ON facts (person_id) WHERE person_id IS NOT NULL;
        CREATE INDEX facts_of_places ON facts USING gin (facility_codes);

        CREATE TABLE dues (
            id uuid PRIMARY KEY,
            kind text NOT NULL,
            subject_id uuid NOT NULL,
            path text NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL,
            facility_code text,
            person_id uuid,
            due_on date NOT NULL,
            warn_on date NOT NULL,
            responsible text NOT NULL,
            state text NOT NULL,
            facts jsonb NOT NULL
        );
        CREATE INDEX dues_open ON dues (due_on, id) WHERE state = 'open';

        DROP FUNCTION counted_hires;
        DROP TABLE hires;
        DROP POLICY assignments_read ON assignments;
        DROP POLICY assignments_insert ON assignments;
        DROP POLICY assignments_update ON assignments;
        DROP POLICY assignments_delete ON assignments;
        DROP POLICY assignments_worker ON assignments;
        """
    )
    protect_reference("area_successions")
    protect("posts", condition="false")
    # A career and a work-list are read row by row: these rows open by relation, as those of the services that told them.
    for table in ("assignments", "facts", "dues"):
        protect(table)
    sql(
        """
        -- Whether the caller may count in a place on a day: a territory covers it, or it is one facility (`facility:VN-22-BVT`) of the caller's own.
        CREATE OR REPLACE FUNCTION is_open_to_caller(area text, day date) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT CASE WHEN area LIKE 'facility:%' THEN
                EXISTS (
                    SELECT FROM facility_authorities
                    WHERE code = substr(area, 10) AND valid @> day AND path <@ ANY (nullif(current_setting('relais.scope', true), '')::ltree[])
                )
                OR EXISTS (
                    SELECT FROM facilities
                    WHERE code = substr(area, 10) AND valid @> day AND within && nullif(current_setting('relais.parties', true), '')::text[]
                )
            ELSE
                EXISTS (
                    SELECT FROM areas
                    WHERE code = area AND valid @> day AND within && nullif(current_setting('relais.parties', true), '')::text[]
                )
            END
        $$;

        -- The facilities of a place in the boundaries of a day, and the area directly below it in which each stands. One that closed before stands where
        -- it stood last, or in the main heir of that area: its past is counted there.
        CREATE FUNCTION located(place text, boundaries date)
        RETURNS TABLE (facility_code text, area_code text, is_estimated boolean)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            WITH standing AS (
                SELECT f.code, f.within, f.is_estimated
                FROM facilities f
                WHERE f.valid @> boundaries AND (f.within @> ARRAY[place] OR f.code = substr(place, 10) AND place LIKE 'facility:%')
                UNION ALL
                SELECT f.code, coalesce(heir.within, f.within), f.is_estimated OR coalesce(heir.is_estimated, false)
                FROM facilities f
                LEFT JOIN LATERAL (
                    SELECT present.within, s.is_estimated
                    FROM areas former
                    JOIN area_successions s ON s.area_id = former.area_id AND s.is_main AND s.effective_on <= boundaries
                    JOIN areas present ON present.area_id = s.successor_id AND present.valid @> boundaries
                    WHERE former.code = f.within[cardinality(f.within)] AND former.valid @> upper(f.valid) - 1
                    ORDER BY present.code
                    LIMIT 1
                ) heir ON true
                WHERE upper(f.valid) <= boundaries
                  AND NOT EXISTS (SELECT FROM facilities later WHERE later.facility_id = f.facility_id AND later.valid >> f.valid)
                  AND (coalesce(heir.within, f.within) @> ARRAY[place] OR f.code = substr(place, 10) AND place LIKE 'facility:%')
            )
            SELECT code, within[coalesce(array_position(within, place) + 1, cardinality(within))], is_estimated
            FROM standing
            WHERE is_open_to_caller(place, boundaries)
        $$;

        DROP FUNCTION facilities_in;
        -- Those that are open on a day, public and private, whoever manages them; `reports` when somebody is assigned there.
        CREATE FUNCTION facilities_in(place text, boundaries date, day date)
        RETURNS TABLE (facility_code text, area_code text, is_estimated boolean, reports boolean, facility_type text, level text, ownership text, remoteness text, supervisor text)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT l.facility_code, l.area_code, l.is_estimated,
                   EXISTS (SELECT FROM assignments a WHERE a.facility_code = l.facility_code AND a.valid @> day AND a.state IN ('active', 'ended')),
                   f.facility_type, f.level, f.ownership, f.remoteness, f.technical_supervisor
            FROM located(place, boundaries) l JOIN facilities f ON f.code = l.facility_code AND f.valid @> day
        $$;

        DROP FUNCTION counted_workers;
        -- Active workers on a day: each person once, at the facility of the primary assignment; a mission moves nobody (R-MAIN), a conflicting fact does not count.
        CREATE FUNCTION counted_workers(place text, boundaries date, day date, groups text[], isco_codes text[])
        RETURNS TABLE (person_id uuid, worker_id uuid, assignment_id uuid, facility_code text, occupation_code text, occupation_group text, specialty text, starts_on date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT DISTINCT ON (a.person_id) a.person_id, a.worker_id, a.assignment_id, a.facility_code, w.occupation_code, w.occupation_group, w.specialty, lower(a.valid)
            FROM located(place, boundaries) l
            JOIN assignments a ON a.facility_code = l.facility_code
            JOIN workers w ON w.id = a.worker_id
            WHERE a.kind = 'primary' AND a.state IN ('active', 'ended') AND a.valid @> day
              AND (groups IS NULL OR w.occupation_group = ANY(groups))
              AND (isco_codes IS NULL OR w.isco = ANY(isco_codes))
            ORDER BY a.person_id, a.assignment_id
        $$;

        -- Who serves in a place on a day: somebody on a mission serves where the mission is, on its own days, and there alone (A27).
        CREATE FUNCTION present_workers(place text, boundaries date, day date, groups text[])
        RETURNS TABLE (person_id uuid, worker_id uuid, assignment_id uuid, facility_code text, occupation_code text, occupation_group text, specialty text, starts_on date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            WITH missions AS (
                SELECT DISTINCT ON (person_id) person_id, destination, first_day
                FROM (
                    SELECT m.person_id, m.details->>'receiver_code' AS destination, m.starts_on AS first_day, m.id
                    FROM facts m
                    WHERE m.topic = 'rotation.missions' AND m.state IN ('in_progress', 'extended', 'recalled', 'ended', 'reported', 'evaluated', 'closed') AND m.person_id IS NOT NULL
                      AND day BETWEEN coalesce((m.details->>'departed_on')::date, m.starts_on) AND coalesce((m.details->>'ended_on')::date, m.ends_on)
                      AND (
                          m.details->'periods' = '[]'
                          OR EXISTS (SELECT FROM jsonb_to_recordset(m.details->'periods') AS p (starts_on date, ends_on date) WHERE day BETWEEN p.starts_on AND p.ends_on)
                      )
                    UNION ALL
                    SELECT a.person_id, a.facility_code, lower(a.valid), a.assignment_id
                    FROM assignments a WHERE a.kind = 'mission' AND a.state IN ('active', 'ended') AND a.valid @> day
                ) away
                ORDER BY person_id, first_day DESC, id
            )
            SELECT DISTINCT ON (a.person_id) a.person_id, a.worker_id, a.assignment_id, l.facility_code, w.occupation_code, w.occupation_group, w.specialty, coalesce(m.first_day, lower(a.valid))
            FROM assignments a
            JOIN workers w ON w.id = a.worker_id
            LEFT JOIN missions m ON m.person_id = a.person_id
            JOIN located(place, boundaries) l ON l.facility_code = coalesce(m.destination, a.facility_code)
            WHERE a.kind = 'primary' AND a.state IN ('active', 'ended') AND a.valid @> day AND (groups IS NULL OR w.occupation_group = ANY(groups))
            ORDER BY a.person_id, a.assignment_id
        $$;

        -- Those of them whose counted assignments, missions apart, add up to more than one full time.
        CREATE FUNCTION busy_workers(place text, boundaries date, day date, groups text[])
        RETURNS TABLE (person_id uuid, worker_id uuid, assignment_id uuid, facility_code text, occupation_code text, occupation_group text, specialty text, starts_on date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT w.*
            FROM counted_workers(place, boundaries, day, groups, NULL) w
            WHERE (SELECT sum(a.fte_share) FROM assignments a WHERE a.person_id = w.person_id AND a.kind <> 'mission' AND a.state IN ('active', 'ended') AND a.valid @> day) > 1
        $$;

        -- Posts of the establishment that are open on a day, with the share that is filled on that day, and why a post is hard to fill.
        CREATE FUNCTION posts_in(place text, boundaries date, day date)
        RETURNS TABLE (post_id uuid, facility_code text, unit text, occupation_code text, specialty text, fte numeric, filled numeric, frozen boolean, remoteness text, is_short boolean, open_from date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT p.post_id, p.facility_code, p.unit, p.occupation_code, p.specialty, p.fte,
                   coalesce((SELECT sum(a.fte_share) FROM assignments a WHERE a.post_id = p.post_id AND a.valid @> day AND a.state IN ('active', 'ended')), 0),
                   p.frozen, f.remoteness,
                   EXISTS (
                       SELECT FROM facts s
                       WHERE s.topic = 'recruitment.shortages' AND s.state = 'declared' AND p.authority_path <@ s.authority_path
                         AND s.starts_on <= day AND (s.ends_on IS NULL OR s.ends_on >= day)
                         AND (s.details->>'specialty' IS NULL OR s.details->>'specialty' = p.specialty)
                         AND (s.details->>'occupation_code' IS NULL OR s.details->>'occupation_code' = p.occupation_code)
                   ),
                   lower(p.valid)
            FROM located(place, boundaries) l
            JOIN posts p ON p.facility_code = l.facility_code AND p.valid @> day
            JOIN facilities f ON f.code = p.facility_code AND f.valid @> day
        $$;

        -- What a service told about a place: things of its facilities, each once, at the first of its places there; and, for a territory, its own things that have no place.
        CREATE FUNCTION facts_in(place text, boundaries date, of_topic text)
        RETURNS TABLE (id uuid, person_id uuid, facility_code text, state text, kind text, starts_on date, ends_on date, done_on date, amount bigint, currency text, details jsonb)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            WITH here AS MATERIALIZED (SELECT coalesce(array_agg(l.facility_code), '{}') AS codes FROM located(place, boundaries) l)
            SELECT f.id, f.person_id, (SELECT code FROM unnest(f.facility_codes) WITH ORDINALITY AS c (code, n) WHERE code = ANY (here.codes) ORDER BY n LIMIT 1),
                   f.state, f.kind, f.starts_on, f.ends_on, f.done_on, f.amount, f.currency, f.details
            FROM here, facts f
            WHERE f.topic = of_topic
              AND (f.facility_codes && here.codes OR f.facility_codes = '{}' AND place = ANY (string_to_array(f.authority_path::text, '.')) AND is_open_to_caller(place, boundaries))
        $$;

        -- Shortages that hold for a place on a day: an authority declares them for all the facilities that it manages.
        CREATE FUNCTION shortages_over(place text, day date) RETURNS TABLE (id uuid, details jsonb, ends_on date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT s.id, s.details, s.ends_on
            FROM facts s
            WHERE s.topic = 'recruitment.shortages' AND s.state = 'declared' AND s.starts_on <= day AND (s.ends_on IS NULL OR s.ends_on >= day) AND is_open_to_caller(place, day)
              AND (
                  place = ANY (string_to_array(s.authority_path::text, '.'))
                  OR EXISTS (SELECT FROM facility_authorities a WHERE a.code = substr(place, 10) AND place LIKE 'facility:%' AND a.valid @> day AND a.path <@ s.authority_path)
              )
        $$;
        """
    )
    sql(
        f"""
        REVOKE EXECUTE ON FUNCTION {", ".join(FUNCTIONS)} FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION {", ".join(FUNCTIONS)} TO {service}_app, {service}_worker;
        """
    )
