"""Requests of people to the administration, with their legal delay; attestations with a number without gap and a code that anybody may check."""

from shared.audit_tables import audit_wall
from shared.migrate import VISIBLE, protect, protect_internal, service_of_migration, sql
from shared.records import COLUMNS

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "account": "accounts",
    "assignment": "assignments",
    "attestation": "attestations",
    "ceiling": "establishment_ceilings",
    "correction": "corrections",
    "document": "documents",
    "duplicate": "possible_duplicates",
    "employment": "employments",
    "establishment-round": "establishment_rounds",
    "export": "exports",
    "hold": "holds",
    "identifier": "person_identifiers",
    "import": "imports",
    "licence": "licences",
    "person": "persons",
    "post": "posts",
    "qualification": "qualifications",
    "reorganisation": "reorganisations",
    "request": "requests",
    "staffing-minimum": "staffing_minimums",
    "worker": "workers",
}
MANAGED = {"facility": "facilities", "territory": "territories"}

# Whoever asks about themselves: the code names the person behind the account for one transaction (services/registry/persons/own.py).
OWN = f"{VISIBLE} OR person_id = nullif(current_setting('relais.person', true), '')::uuid"


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE attestations (
            {COLUMNS}
            state text NOT NULL,
            authority text NOT NULL,
            year smallint NOT NULL,
            serial integer NOT NULL,
            number text NOT NULL,
            code text NOT NULL,
            kind text NOT NULL,
            person_id uuid NOT NULL REFERENCES persons (id),
            initials text NOT NULL,
            facts jsonb NOT NULL,
            issued_by text NOT NULL,
            issued_on date NOT NULL,
            valid_to date,
            revoked_by text,
            revoked_on date,
            revocation_reason text,
            CONSTRAINT attestation_reference UNIQUE (authority_path, reference),
            CONSTRAINT attestation_number_once UNIQUE (authority, year, serial),
            CONSTRAINT attestation_code_once UNIQUE (code),
            CONSTRAINT attestation_kind CHECK (kind IN ('employment', 'service_record')),
            CONSTRAINT attestation_state CHECK (state IN ('issued', 'revoked')),
            CONSTRAINT attestation_revoked_is_whole CHECK ((state = 'revoked') = (num_nonnulls(revoked_by, revoked_on, revocation_reason) = 3))
        );
        CREATE INDEX attestations_by_person ON attestations (person_id, id);

        CREATE TABLE attestation_numbers (
            authority text NOT NULL,
            year smallint NOT NULL,
            last integer NOT NULL,
            PRIMARY KEY (authority, year)
        );

        CREATE TABLE requests (
            {COLUMNS}
            state text NOT NULL,
            person_id uuid NOT NULL REFERENCES persons (id),
            facility_code text NOT NULL,
            procedure text NOT NULL,
            rule_pack text NOT NULL,
            note text,
            asked_by text NOT NULL,
            asked_on date NOT NULL,
            due_on date NOT NULL,
            days_left integer,
            decided_by text,
            decided_on date,
            reason text,
            attestation_id uuid REFERENCES attestations (id),
            CONSTRAINT request_reference UNIQUE (authority_path, reference),
            CONSTRAINT request_state CHECK (state IN ('submitted', 'in_review', 'waiting', 'accepted', 'refused', 'withdrawn')),
            CONSTRAINT request_waiting_has_days_left CHECK ((state = 'waiting') = (days_left IS NOT NULL)),
            CONSTRAINT request_decided_is_whole CHECK ((state IN ('accepted', 'refused')) = (num_nonnulls(decided_by, decided_on) = 2)),
            CONSTRAINT request_refused_has_reason CHECK (state <> 'refused' OR reason IS NOT NULL),
            CONSTRAINT request_decided_by_another CHECK (decided_by IS DISTINCT FROM asked_by)
        );
        CREATE UNIQUE INDEX request_asked_once ON requests (person_id, procedure) WHERE state IN ('submitted', 'in_review', 'waiting');
        CREATE INDEX requests_by_state ON requests (state, due_on, id);

        CREATE TABLE request_acts (
            id uuid PRIMARY KEY,
            request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
            person_id uuid NOT NULL REFERENCES persons (id),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            act text NOT NULL,
            day date NOT NULL,
            comment text,
            done_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT request_act CHECK (act IN ('submitted', 'taken_up', 'documents_asked', 'document_added', 'supplied', 'accepted', 'refused', 'withdrawn'))
        );
        CREATE INDEX request_acts_by_request ON request_acts (request_id, recorded_at);

        CREATE TABLE request_files (
            id uuid PRIMARY KEY,
            request_id uuid NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
            person_id uuid NOT NULL REFERENCES persons (id),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            type text NOT NULL,
            sha256 text NOT NULL,
            size integer NOT NULL,
            kind text NOT NULL,
            added_by text NOT NULL,
            added_on date NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX request_files_by_request ON request_files (request_id);
        REVOKE UPDATE, DELETE, TRUNCATE ON request_acts, request_files FROM {service}_app, {service}_worker;
        """
    )
    sql(
        """
        -- An account of the same person decides no more than the one that asked.
        CREATE FUNCTION request_decided() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.decided_by IS NOT NULL AND person_of_account(NEW.decided_by) = NEW.person_id THEN
                RAISE EXCEPTION 'nobody decides on their own request' USING ERRCODE = '23514', CONSTRAINT = 'request_decided_by_another';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER requests_decided BEFORE INSERT OR UPDATE OF decided_by ON requests FOR EACH ROW EXECUTE FUNCTION request_decided();

        -- What a public page may say of an attestation: initials, kind, dates, validity. No identifier of a person leaves.
        CREATE FUNCTION attestation_of_code(wanted text) RETURNS TABLE (number text, authority text, authority_name text, kind text, initials text, issued_on date, valid_to date, revoked_on date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT a.number, a.authority, (SELECT f.name FROM facilities f WHERE f.code = a.authority ORDER BY lower(f.valid) DESC LIMIT 1), a.kind, a.initials, a.issued_on, a.valid_to, a.revoked_on
            FROM attestations a WHERE a.code = wanted
        $$;
        """
    )
    for table in ("attestations", "requests", "request_acts", "request_files"):
        protect(table, condition=OWN)
    protect_internal("attestation_numbers")
    audit_wall(KINDS, managed=MANAGED)
