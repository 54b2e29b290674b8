"""Documents of a person: typed, with versions, their expiry, how long they are kept, and who checked them; the changes of documents are read."""

from shared.audit_tables import audit_wall
from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "account": "accounts",
    "assignment": "assignments",
    "correction": "corrections",
    "document": "documents",
    "employment": "employments",
    "export": "exports",
    "hold": "holds",
    "identifier": "person_identifiers",
    "import": "imports",
    "licence": "licences",
    "person": "persons",
    "post": "posts",
    "qualification": "qualifications",
    "reorganisation": "reorganisations",
    "staffing-minimum": "staffing_minimums",
    "worker": "workers",
}
MANAGED = {"facility": "facilities"}


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE documents (
            {COLUMNS}
            state text NOT NULL,
            person_id uuid NOT NULL REFERENCES persons (id),
            type text NOT NULL,
            title text NOT NULL,
            due_told boolean NOT NULL DEFAULT false,
            CONSTRAINT document_reference UNIQUE (authority_path, reference),
            CONSTRAINT document_state CHECK (state = 'kept')
        );
        CREATE INDEX documents_by_person ON documents (person_id, id);

        -- The file goes when its time of keeping is over; that it was there stays.
        CREATE TABLE document_versions (
            id uuid PRIMARY KEY,
            document_id uuid NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
            person_id uuid NOT NULL REFERENCES persons (id),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            number integer NOT NULL,
            sha256 text,
            size integer NOT NULL,
            kind text NOT NULL,
            issuer text,
            issued_on date,
            expires_on date,
            kept_until date,
            source text NOT NULL,
            added_by text NOT NULL,
            added_on date NOT NULL,
            outcome text,
            method text,
            evidence text,
            checked_by text,
            checked_on date,
            destroyed_on date,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT document_version_once UNIQUE (document_id, number),
            CONSTRAINT document_version_number CHECK (number > 0),
            CONSTRAINT document_version_period CHECK (expires_on >= issued_on),
            CONSTRAINT document_version_outcome CHECK (outcome IN ('genuine', 'doubtful')),
            CONSTRAINT document_version_checked_is_whole CHECK (num_nonnulls(outcome, method, checked_by, checked_on) IN (0, 4)),
            CONSTRAINT document_checked_by_another CHECK (checked_by IS DISTINCT FROM added_by),
            CONSTRAINT document_version_destroyed CHECK ((sha256 IS NULL) = (destroyed_on IS NOT NULL))
        );
        CREATE INDEX document_versions_by_person ON document_versions (person_id);
        CREATE INDEX document_versions_to_destroy ON document_versions (kept_until) WHERE destroyed_on IS NULL;
        CREATE INDEX document_versions_by_file ON document_versions (sha256);
        """
    )
    sql(
        """
        CREATE FUNCTION documents_follow_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE documents SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE document_versions SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER persons_relations_of_documents AFTER UPDATE OF authority_path, shared_with ON persons FOR EACH ROW
            WHEN (OLD.authority_path IS DISTINCT FROM NEW.authority_path OR OLD.shared_with IS DISTINCT FROM NEW.shared_with)
            EXECUTE FUNCTION documents_follow_the_person();

        -- An account of the same person checks no more than the one that added the file.
        CREATE FUNCTION document_checked() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.checked_by IS NOT NULL AND person_of_account(NEW.checked_by) = NEW.person_id THEN
                RAISE EXCEPTION 'nobody checks a document of their own' USING ERRCODE = '23514', CONSTRAINT = 'document_checked_by_another';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER document_versions_checked BEFORE INSERT OR UPDATE OF checked_by ON document_versions FOR EACH ROW EXECUTE FUNCTION document_checked();
        """
    )
    protect("documents")
    protect("document_versions")
    audit_wall(KINDS, managed=MANAGED)
