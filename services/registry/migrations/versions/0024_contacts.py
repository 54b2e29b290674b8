"""How a person is reached and by whom that may be seen, which languages they speak and how well, and of which countries they are nationals."""

from shared.migrate import VISIBLE, protect, sql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OWN = "person_id = nullif(current_setting('relais.person', true), '')::uuid"  # as in 0016


def upgrade() -> None:
    sql(
        """
        CREATE TABLE person_contacts (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            kind text NOT NULL,
            purpose text NOT NULL,
            value text NOT NULL,
            visibility text NOT NULL,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT contact_kind CHECK (kind IN ('phone', 'email', 'address')),
            CONSTRAINT contact_purpose CHECK (purpose IN ('work', 'private', 'emergency')),
            CONSTRAINT contact_visibility CHECK (visibility IN ('self', 'hr', 'system')),
            CONSTRAINT contact_once UNIQUE (person_id, kind, value)
        );

        CREATE TABLE person_languages (
            person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            language text NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            level text NOT NULL,
            certificate text,
            expires_on date,
            state text NOT NULL,
            declared_by text NOT NULL,
            declared_on date NOT NULL,
            verified_by text,
            verified_on date,
            evidence text,
            PRIMARY KEY (person_id, language),
            CONSTRAINT language_code CHECK (language ~ '^[a-z]{2,3}$'),
            CONSTRAINT language_level CHECK (level IN ('A1', 'A2', 'B1', 'B2', 'C1', 'C2', 'native')),
            CONSTRAINT language_state CHECK (state IN ('declared', 'verified')),
            CONSTRAINT language_verified CHECK ((state = 'verified') = (verified_by IS NOT NULL AND verified_on IS NOT NULL AND evidence IS NOT NULL)),
            CONSTRAINT language_verifier_is_not_declarer CHECK (verified_by IS DISTINCT FROM declared_by)
        );

        CREATE TABLE person_nationalities (
            person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            country text NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            PRIMARY KEY (person_id, country),
            CONSTRAINT nationality_country CHECK (country ~ '^[A-Z]{2}$')
        );

        CREATE FUNCTION contacts_follow_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE person_contacts SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE person_languages SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE person_nationalities SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER persons_relations_of_contacts AFTER UPDATE OF authority_path, shared_with ON persons FOR EACH ROW
            WHEN (OLD.authority_path IS DISTINCT FROM NEW.authority_path OR OLD.shared_with IS DISTINCT FROM NEW.shared_with)
            EXECUTE FUNCTION contacts_follow_the_person();

        CREATE FUNCTION language_verified() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.verified_by IS NOT NULL AND person_of_account(NEW.verified_by) = NEW.person_id THEN
                RAISE EXCEPTION 'nobody verifies their own language' USING ERRCODE = '23514', CONSTRAINT = 'language_verifier_is_not_declarer';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER languages_verified BEFORE INSERT OR UPDATE ON person_languages FOR EACH ROW EXECUTE FUNCTION language_verified();
        """
    )
    # What a person keeps to themselves is opened by no relation.
    protect("person_contacts", condition=f"(visibility <> 'self' AND ({VISIBLE})) OR {OWN}")
    protect("person_languages", condition=f"{VISIBLE} OR {OWN}")
    protect("person_nationalities", condition=f"{VISIBLE} OR {OWN}")
