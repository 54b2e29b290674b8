"""What a licence was worth on each day, and what we believed of it before; each check of a qualification stays as a dated act."""

from shared.migrate import protect, service_of_migration, sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    licence_periods()
    qualification_acts()


def licence_periods() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks, and the acts are rewritten by nobody.
        -- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
        CREATE TABLE licence_periods (
            row_id uuid PRIMARY KEY,
            licence_id uuid NOT NULL REFERENCES licences (id) ON DELETE CASCADE,
            person_id uuid NOT NULL REFERENCES persons (id),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            valid daterange NOT NULL,
            standing text NOT NULL,
            scope text[] NOT NULL,
            conditions text[] NOT NULL DEFAULT '{{}}',
            act text NOT NULL,
            reason text,
            decision_number text,
            done_on date NOT NULL,
            entered_on date NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            recorded_by text NOT NULL,
            CONSTRAINT licence_period_standing CHECK (standing IN ('in_force', 'suspended', 'revoked')),
            CONSTRAINT licence_period_act CHECK (act IN ('recorded', 'renewed', 'suspended', 'reinstated', 'revoked', 'corrected')),
            CONSTRAINT licence_period_days CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
            CONSTRAINT licence_stands_one_way_a_day EXCLUDE USING gist (licence_id WITH =, valid WITH &&)
        );
        CREATE INDEX licence_periods_by_person ON licence_periods (person_id);

        CREATE TABLE licence_periods_history (LIKE licence_periods, recorded tstzrange NOT NULL, superseded_act text, superseded_by text, superseded_reason text);
        CREATE INDEX licence_periods_history_by_licence ON licence_periods_history (licence_id);
        CREATE INDEX licence_periods_history_by_person ON licence_periods_history (person_id);
        CREATE TRIGGER licence_periods_earlier AFTER UPDATE OR DELETE ON licence_periods FOR EACH ROW EXECUTE FUNCTION keep_earlier_belief();
        REVOKE UPDATE, DELETE, TRUNCATE ON licence_periods_history FROM {service}_app, {service}_worker;
        GRANT UPDATE (authority_path, shared_with) ON licence_periods_history TO {service}_app, {service}_worker;

        ALTER TABLE licence_acts DROP CONSTRAINT licence_act;
        ALTER TABLE licence_acts ADD CONSTRAINT licence_act CHECK (act IN ('suspended', 'reinstated', 'revoked', 'renewed', 'corrected'));
        """
    )
    sql(
        """
        -- At the end of the transaction, when licence and periods are both written: nothing is in force before the issue or after the last day.
        CREATE FUNCTION licence_period_within_its_days() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM licences l JOIN licence_periods p ON p.licence_id = l.id
                WHERE l.id = NEW.licence_id AND (lower(p.valid) < l.issued_on OR (p.standing <> 'revoked' AND NOT p.valid <@ daterange(l.issued_on, l.expires_on, '[]')))
            ) THEN
                RAISE EXCEPTION 'a period lies outside the days of its licence' USING ERRCODE = '23514', CONSTRAINT = 'licence_period_within_its_days';
            END IF;
            RETURN NULL;
        END
        $$;
        CREATE CONSTRAINT TRIGGER licence_periods_within AFTER INSERT OR UPDATE ON licence_periods DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION licence_period_within_its_days();

        CREATE OR REPLACE FUNCTION licences_follow_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE licences SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE licence_acts a SET authority_path = NEW.authority_path, shared_with = NEW.shared_with FROM licences l WHERE l.id = a.licence_id AND l.person_id = NEW.id;
            UPDATE licence_periods SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE licence_periods_history SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            RETURN NULL;
        END
        $$;

        -- Of what was recorded before, the days of today's standing are known.
        INSERT INTO licence_periods (row_id, licence_id, person_id, authority_path, shared_with, valid, standing, scope, act, done_on, entered_on, recorded_at, recorded_by)
        SELECT gen_random_uuid(), l.id, l.person_id, l.authority_path, l.shared_with, part.valid, part.standing, l.scope, part.act, l.done_on, l.done_on, l.recorded_at, l.recorded_by
        FROM licences l
        CROSS JOIN LATERAL (SELECT daterange(l.issued_on, l.expires_on, '[]') AS days) AS whole
        CROSS JOIN LATERAL (
            SELECT CASE l.state
                WHEN 'revoked' THEN daterange(greatest(l.revoked_on, l.issued_on), NULL)
                WHEN 'suspended' THEN daterange(l.suspended_from, l.suspended_until, '[]') * whole.days
                ELSE 'empty'::daterange
            END AS days
        ) AS other
        CROSS JOIN LATERAL (
            SELECT unnest(whole.days::datemultirange - other.days::datemultirange) AS valid, 'in_force' AS standing, 'recorded' AS act
            UNION ALL SELECT other.days, l.state, l.state WHERE NOT isempty(other.days)
        ) AS part;
        """
    )
    protect("licence_periods")
    protect("licence_periods_history")


def qualification_acts() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE qualification_acts (
            id uuid PRIMARY KEY,
            qualification_id uuid NOT NULL REFERENCES qualifications (id) ON DELETE CASCADE,
            person_id uuid NOT NULL REFERENCES persons (id),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            state text NOT NULL,
            day date NOT NULL,
            method text,
            evidence text,
            done_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT qualification_act_state CHECK (state IN ('declared', 'verified', 'mismatch', 'forged_suspected')),
            CONSTRAINT qualification_act_needs_evidence CHECK (state = 'declared' OR (method IS NOT NULL AND evidence IS NOT NULL))
        );
        CREATE INDEX qualification_acts_by_qualification ON qualification_acts (qualification_id, recorded_at);
        CREATE INDEX qualification_acts_by_person ON qualification_acts (person_id);
        REVOKE UPDATE, DELETE, TRUNCATE ON qualification_acts FROM {service}_app, {service}_worker;
        GRANT UPDATE (authority_path, shared_with) ON qualification_acts TO {service}_app, {service}_worker;
        """
    )
    sql(
        """
        CREATE FUNCTION qualification_acts_follow_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE qualification_acts SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER persons_relations_of_qualification_acts AFTER UPDATE OF authority_path, shared_with ON persons FOR EACH ROW
            WHEN (OLD.authority_path IS DISTINCT FROM NEW.authority_path OR OLD.shared_with IS DISTINCT FROM NEW.shared_with)
            EXECUTE FUNCTION qualification_acts_follow_the_person();

        INSERT INTO qualification_acts (id, qualification_id, person_id, authority_path, shared_with, state, day, done_by, recorded_at)
        SELECT gen_random_uuid(), q.id, q.person_id, q.authority_path, q.shared_with, 'declared', q.done_on, q.declared_by, q.recorded_at FROM qualifications q;
        INSERT INTO qualification_acts (id, qualification_id, person_id, authority_path, shared_with, state, day, method, evidence, done_by, recorded_at)
        SELECT gen_random_uuid(), q.id, q.person_id, q.authority_path, q.shared_with, q.state, q.verified_on, q.verification_method, q.evidence, q.verified_by,
               greatest(q.recorded_at, q.verified_on::timestamptz)
        FROM qualifications q WHERE q.state <> 'declared';
        """
    )
    protect("qualification_acts")
