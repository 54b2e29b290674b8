"""Declared populations, what is known of areas, facilities, workers, assignments, policies and hires, and the functions that count them."""

from shared.migrate import protect, protect_reference, service_of_migration, shared_tables, sql

revision = "0001"
down_revision = None

# A territory opens figures (and the ids behind them), whoever manages the facilities that stand in it.
COUNTED = ("facilities", "occupations", "workers", "assignments", "policies", "hires")


def upgrade() -> None:
    service = service_of_migration()
    shared_tables()
    sql(
        """
        CREATE TABLE populations (
            id uuid PRIMARY KEY,
            reference text,
            content_hash bytea NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            recorded_at timestamptz NOT NULL DEFAULT now(),
            area_code text NOT NULL,
            year smallint NOT NULL CONSTRAINT population_year CHECK (year BETWEEN 1900 AND 2200),
            value bigint NOT NULL CONSTRAINT population_positive CHECK (value > 0),
            source text NOT NULL,
            kind text NOT NULL CONSTRAINT population_kind CHECK (kind IN ('article', 'source', 'illustrative')),
            declared_by text NOT NULL,
            declared_on date NOT NULL,
            CONSTRAINT population_reference UNIQUE (authority_path, reference),
            CONSTRAINT population_once_per_source UNIQUE (area_code, year, source)
        );
        CREATE INDEX populations_of_area ON populations (area_code, year DESC, recorded_at DESC, id DESC);

        -- Replicas: what the other services announced, one row per period. Nothing here dates the hearing: a rebuild gives the same bytes.
        CREATE TABLE areas (
            area_id uuid NOT NULL,
            code text NOT NULL,
            name text NOT NULL,
            level text NOT NULL,
            within text[] NOT NULL,
            valid daterange NOT NULL,
            PRIMARY KEY (area_id, valid)
        );
        CREATE INDEX areas_code ON areas (code);

        CREATE TABLE facilities (
            facility_id uuid NOT NULL,
            code text NOT NULL,
            ownership text NOT NULL,
            within text[] NOT NULL,
            is_estimated boolean NOT NULL,
            valid daterange NOT NULL,
            PRIMARY KEY (facility_id, valid)
        );
        CREATE INDEX facilities_within ON facilities USING gin (within);

        CREATE TABLE facility_authorities (
            facility_id uuid NOT NULL,
            code text NOT NULL,
            path ltree NOT NULL,
            valid daterange NOT NULL,
            PRIMARY KEY (facility_id, valid)
        );
        CREATE INDEX facility_authorities_code ON facility_authorities (code);

        CREATE TABLE occupations (
            id uuid PRIMARY KEY,
            code text NOT NULL,
            isco text NOT NULL,
            occupation_group text NOT NULL,
            names jsonb NOT NULL
        );

        CREATE TABLE workers (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL,
            occupation_code text NOT NULL,
            isco text NOT NULL,
            occupation_group text NOT NULL
        );
        CREATE INDEX workers_group ON workers (occupation_group);

        CREATE TABLE assignments (
            assignment_id uuid NOT NULL,
            worker_id uuid NOT NULL,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            kind text NOT NULL,
            state text NOT NULL,
            valid daterange NOT NULL,
            PRIMARY KEY (assignment_id, valid)
        );
        CREATE INDEX assignments_of_facility ON assignments (facility_code);

        CREATE TABLE policies (
            id uuid PRIMARY KEY,
            authority text NOT NULL,
            resolution_no text NOT NULL,
            title text NOT NULL,
            target_hires integer NOT NULL,
            citation text NOT NULL,
            valid daterange NOT NULL
        );
        CREATE INDEX policies_of_authority ON policies (authority);

        CREATE TABLE hires (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL,
            policy_id uuid NOT NULL,
            facility_code text NOT NULL,
            occupation_code text NOT NULL,
            done_on date NOT NULL,
            starts_on date NOT NULL
        );
        CREATE INDEX hires_of_policy ON hires (policy_id, done_on);
        """
    )
    protect("populations", public_read=True)
    protect_reference("areas")
    protect_reference("facility_authorities")
    for table in COUNTED:
        protect(table, condition="false")  # requests reach these rows only through the functions below, area by area
    sql(
        """
        -- Whether the caller's territory covers an area on a day: the only key to what is counted there.
        CREATE FUNCTION is_open_to_caller(area text, day date) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT EXISTS (
                SELECT FROM areas
                WHERE code = area AND valid @> day AND within && nullif(current_setting('relais.parties', true), '')::text[]
            )
        $$;

        -- Facilities that stand in an area on a day, public and private, whoever manages them; `reports` when somebody is assigned there.
        CREATE FUNCTION facilities_in(area text, day date) RETURNS TABLE (facility_code text, reports boolean, is_estimated boolean)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT f.code, EXISTS (SELECT FROM assignments a WHERE a.facility_code = f.code AND a.valid @> day AND a.state <> 'conflicting'), f.is_estimated
            FROM facilities f
            WHERE f.within @> ARRAY[area] AND f.valid @> day AND is_open_to_caller(area, day)
        $$;

        -- Active workers on a day: each person once, at the facility of the primary assignment; a mission moves nobody (R-MAIN), a conflicting fact does not count.
        CREATE FUNCTION counted_workers(area text, day date, groups text[], isco_codes text[])
        RETURNS TABLE (person_id uuid, worker_id uuid, assignment_id uuid, facility_code text, occupation_code text)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT DISTINCT ON (a.person_id) a.person_id, a.worker_id, a.assignment_id, a.facility_code, w.occupation_code
            FROM facilities f
            JOIN assignments a ON a.facility_code = f.code
            JOIN workers w ON w.id = a.worker_id
            WHERE f.within @> ARRAY[area] AND f.valid @> day AND is_open_to_caller(area, day)
              AND a.kind = 'primary' AND a.state <> 'conflicting' AND a.valid @> day
              AND (groups IS NULL OR w.occupation_group = ANY(groups))
              AND (isco_codes IS NULL OR w.isco = ANY(isco_codes))
            ORDER BY a.person_id, a.assignment_id
        $$;

        -- The attraction policy of an area's authority: the last one that had begun on a day, unless it is named.
        CREATE FUNCTION policy_of(area text, day date, wanted uuid) RETURNS TABLE (id uuid, resolution_no text, title text, target_hires integer, citation text, valid_from date, valid_to date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT p.id, p.resolution_no, p.title, p.target_hires, p.citation, lower(p.valid), upper(p.valid) - 1
            FROM policies p
            WHERE p.authority = area AND lower(p.valid) <= day AND (wanted IS NULL OR p.id = wanted) AND is_open_to_caller(area, day)
            ORDER BY lower(p.valid) DESC, p.id DESC
            LIMIT 1
        $$;

        -- Hires signed under a policy in a period, first and last day included.
        CREATE FUNCTION counted_hires(area text, day date, policy uuid, first_day date, last_day date)
        RETURNS TABLE (hire_id uuid, person_id uuid, facility_code text, occupation_code text, done_on date, starts_on date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT h.id, h.person_id, h.facility_code, h.occupation_code, h.done_on, h.starts_on
            FROM hires h JOIN policies p ON p.id = h.policy_id
            WHERE h.policy_id = policy AND p.authority = area AND h.done_on BETWEEN first_day AND last_day AND is_open_to_caller(area, day)
        $$;

        """
    )
    sql(
        f"""
        REVOKE EXECUTE ON FUNCTION is_open_to_caller, facilities_in, counted_workers, policy_of, counted_hires FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION is_open_to_caller, facilities_in, counted_workers, policy_of, counted_hires TO {service}_app, {service}_worker;
        """
    )
