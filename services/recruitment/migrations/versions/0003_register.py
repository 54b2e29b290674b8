"""Hires are signed in the one register of decisions; payments and breach of a policy; shortage specialties; posts with their specialty.

What is known of places takes the shape that every service shares: rebuild the replicas of an installation that has some.
"""

from shared.directory_tables import place_tables
from shared.migrate import protect, protect_reference, service_of_migration, sql

revision = "0003"
down_revision = "0002"

FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"
SIGNED = "('decided', 'conflicting', 'revoked')"


def upgrade() -> None:
    sql("DROP TABLE facility_authorities; DROP TABLE facilities;".replace("; ", ";\n"))
    place_tables()
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks. What is dropped is a replica, or is written again in the same transaction.
        -- squawk-ignore-file ban-drop-constraint, ban-drop-table, constraint-missing-not-valid, require-concurrent-index-creation
        ALTER TABLE policies
            ADD COLUMN payment_schedule jsonb NOT NULL DEFAULT '[{{"percent": 100, "months_after_start": 0}}]',
            ADD COLUMN breach_policy jsonb NOT NULL DEFAULT '{{"kind": "PRORATA", "confidence": "to_confirm"}}';

        ALTER TABLE hires
            DROP CONSTRAINT hire_once_per_candidacy,
            DROP CONSTRAINT hire_state,
            DROP CONSTRAINT hire_decided_is_signed,
            DROP CONSTRAINT hire_number_needs_signature,
            DROP CONSTRAINT hire_signatory_is_not_proposer,
            DROP CONSTRAINT hire_signed_after_proposal,
            ADD COLUMN payment_schedule jsonb NOT NULL DEFAULT '[{{"percent": 100, "months_after_start": 0}}]',
            ADD COLUMN breach_policy jsonb NOT NULL DEFAULT '{{"kind": "PRORATA", "confidence": "to_confirm"}}',
            ADD COLUMN conflict text,
            ADD COLUMN withdrawn_by text,
            ADD COLUMN withdrawn_on date,
            ADD COLUMN withdrawal_reason text,
            ADD COLUMN revoked_by text,
            ADD COLUMN revoked_on date,
            ADD COLUMN revoked_from date,
            ADD COLUMN revocation_number text,
            ADD CONSTRAINT hire_state CHECK (state IN ('proposed', 'decided', 'conflicting', 'withdrawn', 'revoked')),
            ADD CONSTRAINT hire_decided_is_signed CHECK ((state IN {SIGNED}) = (decided_by IS NOT NULL AND signed_on IS NOT NULL)),
            ADD CONSTRAINT hire_number_needs_signature CHECK (decision_number IS NULL OR state IN {SIGNED}),
            ADD CONSTRAINT hire_signatory_is_not_proposer CHECK (state <> 'decided' OR decided_by <> proposed_by),
            ADD CONSTRAINT hire_signed_after_proposal CHECK (state <> 'decided' OR signed_on >= proposed_on),
            ADD CONSTRAINT hire_conflict_is_named CHECK ((state = 'conflicting') = (conflict IS NOT NULL)),
            ADD CONSTRAINT hire_withdrawn_by_a_person CHECK ((withdrawn_by IS NULL) = (withdrawn_on IS NULL)),
            ADD CONSTRAINT hire_withdrawn_says_so CHECK (state <> 'withdrawn' OR withdrawn_by IS NOT NULL),
            ADD CONSTRAINT hire_revoked_says_when CHECK ((state = 'revoked') = (revoked_on IS NOT NULL AND revoked_from IS NOT NULL));
        CREATE UNIQUE INDEX hire_once_per_candidacy ON hires (candidacy_id) WHERE state IN ('proposed', 'decided');
        CREATE INDEX hires_of_candidacy ON hires (candidacy_id);

        ALTER TABLE posts ADD COLUMN unit text, ADD COLUMN specialty text;
        CREATE INDEX posts_of_facility ON posts (facility_code);

        -- How long a post stays empty: who filled it is nobody's business here.
        CREATE TABLE fillings (
            assignment_id uuid NOT NULL,
            post_id uuid NOT NULL,
            valid daterange NOT NULL,
            PRIMARY KEY (assignment_id, post_id, valid)
        );
        CREATE INDEX fillings_of_post ON fillings (post_id);

        CREATE TABLE shortages (
            id uuid PRIMARY KEY,
            reference text,
            content_hash bytea NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            recorded_at timestamptz NOT NULL DEFAULT now(),
            version integer NOT NULL DEFAULT 1,
            authority text NOT NULL,
            specialty text,
            occupation_code text,
            reason text NOT NULL CONSTRAINT shortage_has_a_reason CHECK (reason <> ''),
            legal_basis text,
            valid_from date NOT NULL,
            valid_to date NOT NULL,
            state text NOT NULL CONSTRAINT shortage_state CHECK (state IN ('declared', 'ended')),
            declared_by text NOT NULL,
            declared_on date NOT NULL,
            ended_by text,
            ended_on date,
            CONSTRAINT shortage_reference UNIQUE (authority_path, reference),
            CONSTRAINT shortage_of_something CHECK (specialty IS NOT NULL OR occupation_code IS NOT NULL),
            CONSTRAINT shortage_period CHECK (valid_to >= valid_from),
            CONSTRAINT shortage_ended_by_a_person CHECK ((state = 'ended') = (ended_by IS NOT NULL AND ended_on IS NOT NULL)),
            CONSTRAINT shortage_declared_once EXCLUDE USING gist
                (authority WITH =, (coalesce(specialty, '')) WITH =, (coalesce(occupation_code, '')) WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
        );
        CREATE INDEX shortages_list ON shortages (valid_from, id);
        """
    )
    protect("shortages")
    sql(f"CREATE POLICY shortages_from_below ON shortages FOR SELECT TO {service_of_migration()}_app USING ({FROM_BELOW});")
    protect_reference("fillings")
