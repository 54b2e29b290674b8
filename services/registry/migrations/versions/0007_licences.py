"""Licences to practise, with what was done to each."""

from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE licences (
            {COLUMNS}
            state text NOT NULL,
            person_id uuid NOT NULL REFERENCES persons (id),
            number text NOT NULL,
            authority text NOT NULL,
            scope text[] NOT NULL,
            issued_on date NOT NULL,
            expires_on date,
            suspended_from date,
            suspended_until date,
            revoked_on date,
            source text NOT NULL,
            checked_at timestamptz NOT NULL,
            recorded_by text NOT NULL,
            done_on date NOT NULL,
            due_told boolean NOT NULL DEFAULT false,
            CONSTRAINT licence_reference UNIQUE (authority_path, reference),
            CONSTRAINT licence_number_once UNIQUE (authority, number),
            CONSTRAINT licence_state CHECK (state IN ('active', 'suspended', 'revoked')),
            CONSTRAINT licence_scope_is_named CHECK (cardinality(scope) > 0),
            CONSTRAINT licence_period CHECK (expires_on >= issued_on),
            CONSTRAINT licence_suspended_has_day CHECK ((state = 'suspended') = (suspended_from IS NOT NULL)),
            CONSTRAINT licence_suspension_period CHECK (suspended_until >= suspended_from),
            CONSTRAINT licence_revoked_has_day CHECK ((state = 'revoked') = (revoked_on IS NOT NULL))
        );
        CREATE INDEX licences_by_person ON licences (person_id);
        CREATE INDEX licences_by_end ON licences (expires_on, id);

        CREATE TABLE licence_acts (
            id uuid PRIMARY KEY,
            licence_id uuid NOT NULL REFERENCES licences (id) ON DELETE CASCADE,
            act text NOT NULL,
            day date NOT NULL,
            until date,
            reason text,
            decision_number text,
            done_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            CONSTRAINT licence_act CHECK (act IN ('suspended', 'reinstated', 'revoked', 'renewed'))
        );
        CREATE INDEX licence_acts_by_licence ON licence_acts (licence_id);
        """
    )
    sql(
        """
        CREATE FUNCTION licences_follow_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE licences SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE licence_acts a SET authority_path = NEW.authority_path, shared_with = NEW.shared_with FROM licences l WHERE l.id = a.licence_id AND l.person_id = NEW.id;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER persons_relations_of_licences AFTER UPDATE OF authority_path, shared_with ON persons FOR EACH ROW
            WHEN (OLD.authority_path IS DISTINCT FROM NEW.authority_path OR OLD.shared_with IS DISTINCT FROM NEW.shared_with)
            EXECUTE FUNCTION licences_follow_the_person();
        """
    )
    protect("licences")
    protect("licence_acts")
