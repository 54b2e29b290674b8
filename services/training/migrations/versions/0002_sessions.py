"""Plans, courses, sessions, attendance, certificates and credits."""

from shared.imports.migration import imports_tables
from shared.migrate import protect, protect_internal, service_of_migration, sql
from shared.records import COLUMNS

revision = "0002"
down_revision = "0001"

# What an authority offers is read by those beneath it: a province's sessions by its hospitals.
FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"
OFFERED = {
    "courses": "state = 'open'",
    "plans": "state IN ('approved', 'executing', 'closed')",
    "sessions": "state <> 'planned'",
}
PARTS = {"plan_axes": "plans", "plan_actions": "plans", "plan_expenses": "plans", "session_half_days": "sessions", "attendances": "enrolments"}
OWNER_OF_PART = {"plans": "plan_id", "sessions": "session_id", "enrolments": "enrolment_id"}


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE courses ({COLUMNS}
            state text NOT NULL CONSTRAINT course_state CHECK (state IN ('open', 'retired')),
            authority text NOT NULL,
            code text NOT NULL,
            title text NOT NULL,
            kind text NOT NULL CONSTRAINT course_kind
                CHECK (kind IN ('in_house', 'specialised', 'postgraduate', 'abroad', 'e_learning', 'mentoring', 'conference', 'simulation')),
            field text NOT NULL CONSTRAINT course_field CHECK (field ~ '^[a-z][a-z-]*$'),
            skill text NOT NULL CONSTRAINT course_skill CHECK (skill IN ('professional', 'management')),
            hours numeric(6, 1) NOT NULL CONSTRAINT course_hours_positive CHECK (hours > 0),
            credits numeric(6, 1) NOT NULL CONSTRAINT course_credits CHECK (credits >= 0),
            provider text,
            created_by text NOT NULL,
            created_on date NOT NULL,
            CONSTRAINT course_reference UNIQUE (authority_path, reference),
            CONSTRAINT course_code UNIQUE (authority_path, code)
        );
        CREATE INDEX courses_list ON courses (code, id);

        CREATE TABLE plans ({COLUMNS}
            state text NOT NULL CONSTRAINT plan_state CHECK (state IN ('draft', 'submitted', 'arbitrated', 'approved', 'executing', 'closed')),
            authority text NOT NULL,
            facility_code text,
            title text NOT NULL,
            year_from smallint NOT NULL,
            year_to smallint NOT NULL,
            currency text NOT NULL CONSTRAINT plan_currency_iso CHECK (currency ~ '^[A-Z]{{3}}$'),
            rule_pack text NOT NULL,
            drafted_by text NOT NULL,
            drafted_on date NOT NULL,
            submitted_by text,
            submitted_on date,
            arbitrated_by text,
            arbitrated_on date,
            approved_by text,
            approved_on date,
            decision_number text,
            revised_by text,
            revised_on date,
            revision_reason text,
            closed_by text,
            closed_on date,
            CONSTRAINT plan_reference UNIQUE (authority_path, reference),
            CONSTRAINT plan_once UNIQUE (authority_path, year_from, year_to),
            CONSTRAINT plan_years CHECK (year_to BETWEEN year_from AND year_from + 20),
            CONSTRAINT plan_approver_is_not_author CHECK (approved_by <> drafted_by AND approved_by <> submitted_by),
            CONSTRAINT plan_approved_has_approver CHECK ((state IN ('approved', 'executing', 'closed')) = (approved_by IS NOT NULL AND approved_on IS NOT NULL)),
            CONSTRAINT plan_revised_with_reason CHECK (revised_on IS NULL OR revision_reason <> '')
        );
        CREATE INDEX plans_list ON plans (year_from DESC, id);

        CREATE TABLE plan_axes (
            id uuid PRIMARY KEY,
            plan_id uuid NOT NULL REFERENCES plans ON DELETE CASCADE,
            position smallint NOT NULL,
            code text NOT NULL,
            title text NOT NULL,
            skill text NOT NULL CONSTRAINT axis_skill CHECK (skill IN ('professional', 'management')),
            mode text NOT NULL CONSTRAINT axis_mode CHECK (mode IN ('in_house', 'specialised', 'elsewhere')),
            requested bigint NOT NULL CONSTRAINT axis_requested CHECK (requested >= 0),
            budget bigint NOT NULL CONSTRAINT axis_budget CHECK (budget >= 0),
            CONSTRAINT axis_code UNIQUE (plan_id, code)
        );

        CREATE TABLE plan_actions (
            id uuid PRIMARY KEY,
            plan_id uuid NOT NULL REFERENCES plans ON DELETE CASCADE,
            axis_id uuid NOT NULL REFERENCES plan_axes ON DELETE CASCADE,
            position smallint NOT NULL,
            title text NOT NULL,
            course_id uuid REFERENCES courses,
            quantity integer NOT NULL CONSTRAINT action_quantity_positive CHECK (quantity > 0),
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            budget bigint NOT NULL CONSTRAINT action_budget CHECK (budget >= 0),
            CONSTRAINT action_period CHECK (ends_on >= starts_on)
        );
        CREATE INDEX plan_actions_of_plan ON plan_actions (plan_id, position);

        CREATE TABLE plan_expenses (
            id uuid PRIMARY KEY,
            plan_id uuid NOT NULL REFERENCES plans ON DELETE CASCADE,
            axis_id uuid NOT NULL REFERENCES plan_axes,
            label text NOT NULL,
            amount bigint NOT NULL CONSTRAINT expense_positive CHECK (amount > 0),
            spent_on date NOT NULL,
            entered_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX plan_expenses_of_plan ON plan_expenses (plan_id, spent_on);

        CREATE TABLE sessions ({COLUMNS}
            state text NOT NULL CONSTRAINT session_state CHECK (state IN ('planned', 'open', 'confirmed', 'running', 'done', 'evaluated', 'postponed', 'cancelled')),
            authority text NOT NULL,
            course_id uuid NOT NULL REFERENCES courses,
            title text NOT NULL,
            field text NOT NULL,
            plan_id uuid REFERENCES plans,
            axis_id uuid REFERENCES plan_axes,
            first_day date NOT NULL,
            last_day date NOT NULL,
            capacity integer NOT NULL,
            min_participants integer NOT NULL,
            trainer_ids uuid[] NOT NULL DEFAULT '{{}}',
            provider text,
            currency text NOT NULL CONSTRAINT session_currency_iso CHECK (currency ~ '^[A-Z]{{3}}$'),
            cost bigint NOT NULL CONSTRAINT session_cost CHECK (cost >= 0),
            assessed boolean NOT NULL,
            rule_pack text NOT NULL,
            planned_by text NOT NULL,
            planned_on date NOT NULL,
            opened_on date,
            confirmed_on date,
            held_on date,
            evaluated_on date,
            ended_on date,
            reason text,
            satisfaction numeric(3, 1) CONSTRAINT session_satisfaction CHECK (satisfaction BETWEEN 1 AND 5),
            answers integer CONSTRAINT session_answers CHECK (answers >= 0),
            CONSTRAINT session_reference UNIQUE (authority_path, reference),
            CONSTRAINT session_seats CHECK (min_participants BETWEEN 1 AND capacity),
            CONSTRAINT session_days CHECK (last_day >= first_day),
            CONSTRAINT session_axis_needs_plan CHECK (axis_id IS NULL OR plan_id IS NOT NULL),
            CONSTRAINT session_stopped_with_reason CHECK (state NOT IN ('postponed', 'cancelled') OR (reason <> '' AND ended_on IS NOT NULL)),
            CONSTRAINT session_held_is_dated CHECK (state NOT IN ('done', 'evaluated') OR held_on IS NOT NULL)
        );
        CREATE INDEX sessions_list ON sessions (first_day, id);
        CREATE INDEX sessions_of_plan ON sessions (plan_id);
        CREATE INDEX sessions_of_course ON sessions (course_id);

        CREATE TABLE session_half_days (
            id uuid PRIMARY KEY,
            session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
            number smallint NOT NULL,
            day date NOT NULL,
            part text NOT NULL CONSTRAINT half_day_part CHECK (part IN ('morning', 'afternoon')),
            facility_code text NOT NULL,
            room text,
            CONSTRAINT half_day_number UNIQUE (session_id, number),
            CONSTRAINT half_day_once UNIQUE (session_id, day, part)
        );

        CREATE TABLE enrolments ({COLUMNS}
            state text NOT NULL CONSTRAINT enrolment_state
                CHECK (state IN ('waiting', 'requested', 'convened', 'attended', 'passed', 'failed', 'absent', 'credited', 'withdrawn')),
            session_id uuid NOT NULL REFERENCES sessions,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            occupation_code text NOT NULL,
            hold_id uuid,
            half_days smallint NOT NULL,
            half_days_present smallint NOT NULL DEFAULT 0,
            half_days_entered smallint NOT NULL DEFAULT 0,
            pre_mark numeric(5, 2) CONSTRAINT enrolment_pre_mark CHECK (pre_mark BETWEEN 0 AND 100),
            post_mark numeric(5, 2) CONSTRAINT enrolment_post_mark CHECK (post_mark BETWEEN 0 AND 100),
            hours_credited numeric(6, 1) NOT NULL DEFAULT 0,
            requested_by text NOT NULL,
            requested_on date NOT NULL,
            convened_on date,
            attendance_on date,
            attendance_recorded_on date,
            assessed_on date,
            credited_on date,
            withdrawn_by text,
            withdrawn_on date,
            withdrawal_reason text,
            CONSTRAINT enrolment_present CHECK (half_days_present BETWEEN 0 AND half_days_entered AND half_days_entered <= half_days),
            CONSTRAINT enrolment_withdrawn_with_reason CHECK (state <> 'withdrawn' OR (withdrawal_reason <> '' AND withdrawn_on IS NOT NULL))
        );
        CREATE UNIQUE INDEX enrolment_once ON enrolments (session_id, person_id) WHERE state <> 'withdrawn';
        CREATE INDEX enrolments_of_person ON enrolments (person_id);
        CREATE INDEX enrolments_of_facility ON enrolments (facility_code, id);

        CREATE TABLE attendances (
            enrolment_id uuid NOT NULL REFERENCES enrolments ON DELETE CASCADE,
            half_day_id uuid NOT NULL REFERENCES session_half_days,
            present boolean NOT NULL,
            done_on date NOT NULL,
            entered_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (enrolment_id, half_day_id)
        );

        CREATE TABLE certificates ({COLUMNS}
            state text NOT NULL CONSTRAINT certificate_state CHECK (state IN ('issued', 'revoked')),
            authority text NOT NULL,
            year smallint NOT NULL,
            serial integer NOT NULL,
            number text NOT NULL,
            code text NOT NULL CONSTRAINT certificate_code UNIQUE,
            enrolment_id uuid NOT NULL CONSTRAINT certificate_enrolment REFERENCES enrolments,
            session_id uuid NOT NULL REFERENCES sessions,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            initials text NOT NULL,
            title text NOT NULL,
            hours numeric(6, 1) NOT NULL,
            first_day date NOT NULL,
            last_day date NOT NULL,
            issued_by text NOT NULL,
            issued_on date NOT NULL,
            valid_to date,
            revoked_by text,
            revoked_on date,
            revocation_reason text,
            CONSTRAINT certificate_number UNIQUE (authority, year, serial),
            CONSTRAINT certificate_revoked_with_reason CHECK ((state = 'revoked') = (revoked_by IS NOT NULL AND revoked_on IS NOT NULL AND revocation_reason <> ''))
        );
        CREATE UNIQUE INDEX certificate_once ON certificates (enrolment_id) WHERE state = 'issued';
        CREATE INDEX certificates_list ON certificates (issued_on, id);
        CREATE INDEX certificates_of_person ON certificates (person_id);

        -- The last number given by each authority in each year; its row lock leaves neither gap nor double.
        CREATE TABLE certificate_numbers (
            authority text NOT NULL,
            year smallint NOT NULL,
            last integer NOT NULL,
            PRIMARY KEY (authority, year)
        );

        CREATE TABLE credit_entries ({COLUMNS}
            state text NOT NULL CONSTRAINT credit_state CHECK (state IN ('declared', 'verified', 'refused', 'opening', 'cancelled')),
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            source text NOT NULL CONSTRAINT credit_source CHECK (source IN ('session', 'external', 'opening')),
            title text NOT NULL,
            provider text,
            hours numeric(6, 1) NOT NULL CONSTRAINT credit_hours_positive CHECK (hours > 0),
            earned_on date NOT NULL,
            enrolment_id uuid REFERENCES enrolments,
            evidence text,
            declared_by text NOT NULL,
            declared_on date NOT NULL,
            verified_by text,
            verified_on date,
            comment text,
            CONSTRAINT credit_reference UNIQUE (authority_path, reference),
            CONSTRAINT credit_verifier_is_not_declarer CHECK (verified_by <> declared_by),
            CONSTRAINT credit_judged_by_a_person CHECK (source <> 'external' OR (state IN ('verified', 'refused')) = (verified_by IS NOT NULL AND verified_on IS NOT NULL)),
            CONSTRAINT credit_refused_with_reason CHECK (state <> 'refused' OR comment <> '')
        );
        CREATE INDEX credit_entries_of_person ON credit_entries (person_id, earned_on);
        CREATE UNIQUE INDEX credit_once_per_enrolment ON credit_entries (enrolment_id) WHERE state = 'verified' AND source = 'session';

        -- People whose continuing education was announced as at risk, so that it is said once and taken back once.
        CREATE TABLE cme_alerts (
            person_id uuid NOT NULL,
            cycle_end date NOT NULL,
            facility_code text NOT NULL,
            authority_path ltree NOT NULL,
            PRIMARY KEY (person_id, cycle_end)
        );
        """
    )
    for table in ("courses", "plans", "sessions", "enrolments", "certificates", "credit_entries"):
        protect(table)
    for table, whole in PARTS.items():
        protect(table, condition=f"EXISTS (SELECT FROM {whole} WHERE {whole}.id = {OWNER_OF_PART[whole]})")
    for table, offered in OFFERED.items():
        sql(f"CREATE POLICY {table}_from_below ON {table} FOR SELECT TO {service}_app USING ({offered} AND {FROM_BELOW});")
    protect_internal("certificate_numbers", "cme_alerts")
    imports_tables()
    sql(
        """
        -- How many seats of a session are taken and how many came, whoever asks: a hospital sees its own people only, but not fewer free seats than there are.
        CREATE FUNCTION seats_of(wanted uuid[]) RETURNS TABLE (session_id uuid, enrolled bigint, waiting bigint, completed bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT e.session_id,
                   count(*) FILTER (WHERE e.state NOT IN ('waiting', 'withdrawn')),
                   count(*) FILTER (WHERE e.state = 'waiting'),
                   count(*) FILTER (WHERE e.state IN ('attended', 'passed', 'failed', 'credited'))
            FROM enrolments e WHERE e.session_id = ANY (wanted) GROUP BY e.session_id
        $$;

        -- What a public page may say of a certificate (TRN-04): initials, title, dates, validity. No identifier of a person leaves.
        CREATE FUNCTION certificate_of_code(wanted text)
        RETURNS TABLE (number text, authority text, initials text, title text, hours numeric, first_day date, last_day date, issued_on date, valid_to date, revoked_on date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT c.number, c.authority, c.initials, c.title, c.hours, c.first_day, c.last_day, c.issued_on, c.valid_to, c.revoked_on FROM certificates c WHERE c.code = wanted
        $$;
        """
    )
    sql(
        f"""
        REVOKE EXECUTE ON FUNCTION seats_of, certificate_of_code FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION seats_of, certificate_of_code TO {service}_app, {service}_worker;
        """
    )
