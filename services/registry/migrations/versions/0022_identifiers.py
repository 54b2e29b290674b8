"""Identifiers of persons: encrypted with a key of the person, found by a blind index, verified by somebody else."""

from shared.audit_tables import audit_wall
from shared.migrate import VISIBLE, protect, sql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "account": "accounts",
    "assignment": "assignments",
    "correction": "corrections",
    "employment": "employments",
    "export": "exports",
    "hold": "holds",
    "identifier": "person_identifiers",
    "import": "imports",
    "licence": "licences",
    "person": "persons",
    "post": "posts",
    "qualification": "qualifications",
    "staffing-minimum": "staffing_minimums",
    "worker": "workers",
}
MANAGED = {"facility": "facilities"}
OWN = f"{VISIBLE} OR person_id = nullif(current_setting('relais.person', true), '')::uuid"  # as in 0016


def upgrade() -> None:
    sql(
        """
        CREATE TABLE person_keys (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            wrapped bytea NOT NULL,
            made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT person_key_once UNIQUE (person_id)
        );

        CREATE TABLE person_identifiers (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            key_id uuid REFERENCES person_keys (id) ON DELETE SET NULL,
            kind text NOT NULL,
            issuer text NOT NULL,                    -- country of a national number or passport, employer of a payroll number
            sealed bytea,
            blind bytea,
            state text NOT NULL,
            declared_by text NOT NULL,
            declared_on date NOT NULL,
            verified_by text,
            verified_on date,
            method text,
            evidence text,
            version integer NOT NULL DEFAULT 1,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT identifier_kind CHECK (kind IN ('national-id', 'professional-number', 'passport', 'payroll')),
            CONSTRAINT identifier_state CHECK (state IN ('declared', 'verified', 'mismatch', 'removed')),
            CONSTRAINT identifier_removed_says_nothing CHECK (state <> 'removed' OR (sealed IS NULL AND blind IS NULL)),
            CONSTRAINT identifier_verified CHECK ((state IN ('verified', 'mismatch') AND verified_by IS NOT NULL AND verified_on IS NOT NULL AND evidence IS NOT NULL)
                OR state IN ('declared', 'removed')),
            CONSTRAINT identifier_verifier_is_not_declarer CHECK (verified_by IS DISTINCT FROM declared_by)
        );
        CREATE INDEX person_identifiers_by_person ON person_identifiers (person_id);
        CREATE INDEX person_identifiers_by_value ON person_identifiers (blind);
        -- Of whomever, also of persons whom the writer may not see: an index knows no policy.
        CREATE UNIQUE INDEX identifier_verified_once ON person_identifiers (kind, issuer, blind) WHERE state = 'verified';
        CREATE UNIQUE INDEX identifier_declared_once ON person_identifiers (person_id, kind, issuer, blind) WHERE state <> 'removed';

        CREATE FUNCTION identifiers_follow_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE person_keys SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE person_identifiers SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER persons_relations_of_identifiers AFTER UPDATE OF authority_path, shared_with ON persons FOR EACH ROW
            WHEN (OLD.authority_path IS DISTINCT FROM NEW.authority_path OR OLD.shared_with IS DISTINCT FROM NEW.shared_with)
            EXECUTE FUNCTION identifiers_follow_the_person();

        -- An account of the same person verifies no more than the one that declared.
        CREATE FUNCTION identifier_verified() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.verified_by IS NOT NULL AND person_of_account(NEW.verified_by) = NEW.person_id THEN
                RAISE EXCEPTION 'nobody verifies their own identifier' USING ERRCODE = '23514', CONSTRAINT = 'identifier_verifier_is_not_declarer';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER identifiers_verified BEFORE INSERT OR UPDATE ON person_identifiers FOR EACH ROW EXECUTE FUNCTION identifier_verified();
        """
    )
    protect("person_keys")
    protect("person_identifiers", condition=OWN)
    audit_wall(KINDS, managed=MANAGED)
