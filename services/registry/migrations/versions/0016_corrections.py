"""A person sees their own file and disputes a field of it; somebody else decides, and HR finds it on its work-list."""

from shared.audit_tables import audit_wall
from shared.migrate import VISIBLE, protect, sql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "account": "accounts",
    "assignment": "assignments",
    "correction": "corrections",
    "employment": "employments",
    "hold": "holds",
    "import": "imports",
    "licence": "licences",
    "person": "persons",
    "post": "posts",
    "qualification": "qualifications",
    "staffing-minimum": "staffing_minimums",
    "worker": "workers",
}
MANAGED = {"facility": "facilities"}

# Whoever asks about themselves: the code names the person behind the account for one transaction (services/registry/persons/own.py).
OWN = f"{VISIBLE} OR person_id = nullif(current_setting('relais.person', true), '')::uuid"


def upgrade() -> None:
    sql(
        """
        CREATE TABLE corrections (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            field text NOT NULL,
            stood text,                     -- what the file said when it was disputed
            proposed text NOT NULL,
            evidence text NOT NULL,
            state text NOT NULL,
            requested_by text NOT NULL,
            requested_on date NOT NULL,
            decided_by text,
            decided_on date,
            comment text,
            version integer NOT NULL DEFAULT 1,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT correction_field CHECK (field IN ('legal-name', 'usual-name', 'birth', 'sex')),
            CONSTRAINT correction_state CHECK (state IN ('requested', 'corrected', 'rejected', 'withdrawn')),
            CONSTRAINT correction_decided CHECK ((state IN ('corrected', 'rejected')) = (decided_by IS NOT NULL AND decided_on IS NOT NULL)),
            CONSTRAINT correction_rejected_needs_reason CHECK (state <> 'rejected' OR comment IS NOT NULL),
            CONSTRAINT correction_decided_by_another CHECK (decided_by IS DISTINCT FROM requested_by)
        );
        CREATE UNIQUE INDEX correction_asked_once ON corrections (person_id, field) WHERE state = 'requested';
        CREATE INDEX corrections_by_state ON corrections (state, id);

        CREATE FUNCTION corrections_follow_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE corrections SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER persons_relations_of_corrections AFTER UPDATE OF authority_path, shared_with ON persons FOR EACH ROW
            WHEN (OLD.authority_path IS DISTINCT FROM NEW.authority_path OR OLD.shared_with IS DISTINCT FROM NEW.shared_with)
            EXECUTE FUNCTION corrections_follow_the_person();

        -- An account of the same person decides no more than the one that asked.
        CREATE FUNCTION correction_decided() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.decided_by IS NOT NULL AND person_of_account(NEW.decided_by) = NEW.person_id THEN
                RAISE EXCEPTION 'nobody decides on their own file' USING ERRCODE = '23514', CONSTRAINT = 'correction_decided_by_another';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER corrections_decided BEFORE INSERT OR UPDATE ON corrections FOR EACH ROW EXECUTE FUNCTION correction_decided();

        -- As the owner: whoever disputes their own file has no relation that opens the work-list of HR to them.
        CREATE FUNCTION correction_waits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO work_items (id, authority_path, shared_with, kind, reason, subject_kind, subject_id, person_id)
                VALUES (gen_random_uuid(), NEW.authority_path, '{}', 'correction-asked', 'correction-asked', 'correction', NEW.id, NEW.person_id);
            ELSIF NEW.state <> 'requested' AND OLD.state = 'requested' THEN
                UPDATE work_items SET state = 'closed', closed_at = clock_timestamp(), closed_by = coalesce(NEW.decided_by, NEW.requested_by)
                WHERE kind = 'correction-asked' AND subject_id = NEW.id AND state = 'open';
            END IF;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER corrections_wait AFTER INSERT OR UPDATE OF state ON corrections FOR EACH ROW EXECUTE FUNCTION correction_waits();

        -- As the owner: whoever is linked to a person reads that person's own file, though no relation opens it to them (R-HOLDER).
        CREATE FUNCTION own_file(named text) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT to_jsonb(p) || jsonb_build_object(
                'names', (SELECT coalesce(jsonb_agg(to_jsonb(n) ORDER BY n.position), '[]') FROM person_names AS n WHERE n.person_id = p.id),
                'purposes', (SELECT coalesce(jsonb_agg(to_jsonb(u) ORDER BY u.since, u.purpose), '[]') FROM person_purposes AS u WHERE u.person_id = p.id),
                'workers', (SELECT coalesce(jsonb_agg(to_jsonb(w) ORDER BY w.id), '[]') FROM workers AS w WHERE w.person_id = p.id),
                'employments', (
                    SELECT coalesce(jsonb_agg(to_jsonb(e) || jsonb_build_object('starts_on', lower(e.valid), 'ends_on', upper(e.valid) - 1) ORDER BY lower(e.valid), e.id), '[]')
                    FROM employments AS e WHERE e.person_id = p.id
                ),
                'assignments', (
                    SELECT coalesce(jsonb_agg(to_jsonb(a) || jsonb_build_object('starts_on', lower(a.valid), 'ends_on', upper(a.valid) - 1) ORDER BY lower(a.valid), a.id), '[]')
                    FROM assignments AS a WHERE a.person_id = p.id AND a.state = 'active'
                ),
                'qualifications', (SELECT coalesce(jsonb_agg(to_jsonb(q) ORDER BY q.issued_on NULLS LAST, q.id), '[]') FROM qualifications AS q WHERE q.person_id = p.id),
                'licences', (SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY l.issued_on, l.id), '[]') FROM licences AS l WHERE l.person_id = p.id)
            )
            FROM persons AS p WHERE p.id = person_of_account(named)
        $$;
        """
    )
    protect("corrections", condition=OWN)
    audit_wall(KINDS, managed=MANAGED)
