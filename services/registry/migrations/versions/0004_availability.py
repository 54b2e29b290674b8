"""Availability: minimum staffing, and holds on the days of people."""

from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    staffing()
    holds()
    teams()


def staffing() -> None:
    sql(
        f"""
        CREATE TABLE staffing_minimums (
            {COLUMNS}
            state text NOT NULL,
            facility_code text NOT NULL,
            unit text,
            occupation_code text REFERENCES occupations (code),
            specialty text,
            min_present integer NOT NULL,
            mission_cap_percent integer,
            valid daterange NOT NULL,
            reason text,
            decided_by text NOT NULL,
            done_on date NOT NULL,
            CONSTRAINT staffing_reference UNIQUE (authority_path, reference),
            CONSTRAINT staffing_state CHECK (state = 'in_force'),
            CONSTRAINT staffing_names_a_team CHECK (occupation_code IS NOT NULL OR specialty IS NOT NULL),
            CONSTRAINT staffing_min CHECK (min_present >= 0),
            CONSTRAINT staffing_cap CHECK (mission_cap_percent BETWEEN 0 AND 100),
            CONSTRAINT staffing_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
            CONSTRAINT staffing_once_per_team EXCLUDE USING gist (
                facility_code WITH =, (coalesce(unit, '')) WITH =, (coalesce(occupation_code, '')) WITH =, (coalesce(specialty, '')) WITH =, valid WITH &&)
        );
        CREATE INDEX staffing_by_facility ON staffing_minimums (facility_code);
        """
    )
    protect("staffing_minimums")


def holds() -> None:
    sql(
        f"""
        CREATE TABLE holds (
            {COLUMNS}
            state text NOT NULL,
            person_id uuid NOT NULL REFERENCES persons (id),
            facility_code text NOT NULL,
            kind text NOT NULL,
            source_service text NOT NULL,
            source_id uuid NOT NULL,
            taken_by text NOT NULL,
            taken_on date NOT NULL,
            expires_at timestamptz,
            override_reason text,
            overridden_by text,
            overridden_rules jsonb,
            CONSTRAINT hold_once_per_source UNIQUE (source_service, source_id),
            CONSTRAINT hold_kind CHECK (kind IN ('leave', 'session', 'mission', 'stay')),
            CONSTRAINT hold_state CHECK (state IN ('taken', 'confirmed', 'released', 'expired', 'conflicting')),
            CONSTRAINT hold_taken_expires CHECK ((state = 'taken') = (expires_at IS NOT NULL)),
            CONSTRAINT hold_override_is_signed CHECK ((override_reason IS NULL) = (overridden_by IS NULL))
        );
        CREATE INDEX holds_by_person ON holds (person_id);
        CREATE INDEX holds_by_facility ON holds (facility_code, id);
        CREATE INDEX holds_to_expire ON holds (expires_at) WHERE state = 'taken';

        -- `asked` until the service that took the hold confirms it. A hold that is taken again keeps its confirmed days beside the asked ones until then.
        CREATE TABLE hold_periods (
            id uuid PRIMARY KEY,
            hold_id uuid NOT NULL REFERENCES holds (id) ON DELETE CASCADE,
            person_id uuid NOT NULL,
            days daterange NOT NULL,
            standing text NOT NULL,
            held boolean NOT NULL DEFAULT true,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            CONSTRAINT hold_period_standing CHECK (standing IN ('asked', 'confirmed')),
            CONSTRAINT hold_period_days CHECK (NOT isempty(days) AND NOT lower_inf(days) AND NOT upper_inf(days)),
            CONSTRAINT one_thing_at_a_time EXCLUDE USING gist (person_id WITH =, days WITH &&, hold_id WITH <>) WHERE (held)
        );
        CREATE INDEX hold_periods_by_hold ON hold_periods (hold_id);
        CREATE INDEX hold_periods_by_person ON hold_periods (person_id) WHERE held;
        """
    )
    protect("holds")
    protect("hold_periods")


def teams() -> None:
    """Who belongs to a team and which of their days are held. They run as the owner: a rule also counts those whom the caller may not see."""
    sql(
        """
        CREATE FUNCTION staff_of_places(codes text[], days daterange)
            RETURNS TABLE (person_id uuid, facility_code text, unit text, occupation_code text, specialty text, valid daterange, kind text, authority_path ltree)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            -- Of what somebody serves as in a team the post says it, and without a post the worker's own specialty.
            SELECT a.person_id, a.facility_code, a.unit, w.occupation_code,
                coalesce((SELECT p.specialty FROM posts p WHERE p.id = a.post_id ORDER BY lower(p.valid) DESC LIMIT 1), w.specialty), a.valid, a.kind, a.authority_path
            FROM assignments a JOIN workers w ON w.id = a.worker_id
            WHERE a.facility_code = ANY (codes) AND a.state = 'active' AND a.kind IN ('primary', 'concurrent', 'acting') AND a.valid && days
        $$;

        CREATE FUNCTION places_of_persons(persons uuid[], days daterange)
            RETURNS TABLE (person_id uuid, facility_code text, kind text, valid daterange, authority_path ltree)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT a.person_id, a.facility_code, a.kind, a.valid, a.authority_path
            FROM assignments a
            WHERE a.person_id = ANY (persons) AND a.state = 'active' AND a.kind IN ('primary', 'concurrent', 'acting') AND a.valid && days
        $$;

        CREATE FUNCTION held_days_of(persons uuid[], days daterange)
            RETURNS TABLE (hold_id uuid, person_id uuid, kind text, source_service text, source_id uuid, held daterange)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT h.id, h.person_id, h.kind, h.source_service, h.source_id, p.days
            FROM hold_periods p JOIN holds h ON h.id = p.hold_id
            WHERE p.person_id = ANY (persons) AND p.held AND p.days && $2
                AND (p.standing = 'confirmed' OR h.state <> 'taken' OR h.expires_at > clock_timestamp())
        $$;

        CREATE FUNCTION minimums_of_places(codes text[], days daterange)
            RETURNS TABLE (id uuid, facility_code text, unit text, occupation_code text, specialty text, min_present integer, mission_cap_percent integer, valid daterange)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT m.id, m.facility_code, m.unit, m.occupation_code, m.specialty, m.min_present, m.mission_cap_percent, m.valid
            FROM staffing_minimums m WHERE m.facility_code = ANY (codes) AND m.valid && days
        $$;
        """
    )
