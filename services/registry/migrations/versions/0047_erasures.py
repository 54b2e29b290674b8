"""A person's file is destroyed once two persons said so and nothing keeps it; a legal hold keeps everything."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import VISIBLE, protect, service_of_migration, sql

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

OWN = f"{VISIBLE} OR person_id = nullif(current_setting('relais.person', true), '')::uuid"


def upgrade() -> None:
    service = service_of_migration()
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation, prefer-robust-stmts
        ALTER TABLE persons ADD COLUMN erased_on date;

        CREATE TABLE legal_holds (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            person_id uuid NOT NULL REFERENCES persons (id),
            reason text NOT NULL,
            ordered_by text NOT NULL,
            until date,
            placed_by text NOT NULL,
            placed_on date NOT NULL,
            lifted_by text,
            lifted_on date,
            lifted_reason text,
            version integer NOT NULL DEFAULT 1,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT legal_hold_period CHECK (until >= placed_on),
            CONSTRAINT legal_hold_lifted_is_whole CHECK (num_nonnulls(lifted_by, lifted_on, lifted_reason) IN (0, 3)),
            CONSTRAINT legal_hold_lifted_by_another CHECK (lifted_by IS DISTINCT FROM placed_by)
        );
        CREATE INDEX legal_holds_standing ON legal_holds (person_id) WHERE lifted_on IS NULL;

        CREATE TABLE erasures (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            person_id uuid NOT NULL REFERENCES persons (id),
            ground text NOT NULL,
            state text NOT NULL,
            reason text NOT NULL,
            asked_by text NOT NULL,
            asked_on date NOT NULL,
            decided_by text,
            decided_on date,
            decided_reason text,
            erased_on date,
            version integer NOT NULL DEFAULT 1,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT erasure_ground CHECK (ground IN ('retention', 'request')),
            CONSTRAINT erasure_state CHECK (state IN ('proposed', 'confirmed', 'refused', 'erased')),
            CONSTRAINT erasure_decided CHECK (num_nonnulls(decided_by, decided_on, decided_reason) = CASE state WHEN 'proposed' THEN 0 ELSE 3 END),
            CONSTRAINT erasure_done_has_its_day CHECK ((state = 'erased') = (erased_on IS NOT NULL)),
            CONSTRAINT erasure_decided_by_another CHECK (decided_by IS DISTINCT FROM asked_by)
        );
        CREATE UNIQUE INDEX erasure_once ON erasures (person_id) WHERE state IN ('proposed', 'confirmed', 'erased');
        CREATE INDEX erasures_by_state ON erasures (state, id);
        """
    )
    protect("legal_holds")
    protect("erasures", condition=OWN)
    audit_wall_opens({"legal-hold": "legal_holds", "erasure": "erasures"})
    holding()
    deciding()
    sql(f"GRANT DELETE ON request_files TO {service}_worker;\nGRANT UPDATE (comment) ON request_acts TO {service}_worker;\nGRANT UPDATE (evidence) ON qualification_acts TO {service}_worker;")


def holding() -> None:
    sql(
        """
        -- As the owner: a hold stands also against whoever does not see it.
        CREATE FUNCTION refuse_held() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            one constant jsonb := to_jsonb(OLD);
        BEGIN
            IF EXISTS (SELECT FROM legal_holds AS h WHERE h.person_id = coalesce(one ->> 'person_id', one ->> 'id')::uuid AND h.lifted_on IS NULL) THEN
                RAISE EXCEPTION 'a legal hold stands on these records' USING ERRCODE = '23514', CONSTRAINT = 'person_under_legal_hold';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END
        $$;
        CREATE TRIGGER persons_held BEFORE UPDATE OF erased_on ON persons FOR EACH ROW WHEN (OLD.erased_on IS DISTINCT FROM NEW.erased_on) EXECUTE FUNCTION refuse_held();
        CREATE TRIGGER person_keys_held BEFORE DELETE ON person_keys FOR EACH ROW EXECUTE FUNCTION refuse_held();
        CREATE TRIGGER person_identifiers_held BEFORE UPDATE OF sealed ON person_identifiers FOR EACH ROW WHEN (OLD.sealed IS NOT NULL AND NEW.sealed IS NULL) EXECUTE FUNCTION refuse_held();
        CREATE TRIGGER person_identifiers_held_whole BEFORE DELETE ON person_identifiers FOR EACH ROW EXECUTE FUNCTION refuse_held();
        CREATE TRIGGER document_versions_held BEFORE UPDATE OF sha256 ON document_versions FOR EACH ROW WHEN (OLD.sha256 IS NOT NULL AND NEW.sha256 IS NULL) EXECUTE FUNCTION refuse_held();
        CREATE TRIGGER request_files_held BEFORE DELETE ON request_files FOR EACH ROW EXECUTE FUNCTION refuse_held();
        """
    )


def deciding() -> None:
    sql(
        """
        -- As the owner: employments and purposes that whoever asks does not see keep the file too.
        CREATE FUNCTION erasure_allowed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            day constant date := coalesce(NEW.decided_on, NEW.asked_on);
            why text;
        BEGIN
            PERFORM FROM persons WHERE id = NEW.person_id FOR UPDATE;
            why := CASE
                WHEN person_of_account(NEW.decided_by) = NEW.person_id THEN 'erasure_decided_by_another'
                WHEN EXISTS (SELECT FROM legal_holds AS h WHERE h.person_id = NEW.person_id AND h.lifted_on IS NULL) THEN 'person_under_legal_hold'
                WHEN EXISTS (SELECT FROM employments AS e WHERE e.person_id = NEW.person_id AND NOT e.valid <@ daterange(NULL, day, '[]'))
                    OR EXISTS (SELECT FROM assignments AS a WHERE a.person_id = NEW.person_id AND a.state = 'active' AND NOT a.valid <@ daterange(NULL, day, '[]')) THEN 'erasure_of_somebody_at_work'
                -- Whoever asks for it themselves gives up what rests on their will; what the law keeps of a worker stays its time.
                WHEN EXISTS (SELECT FROM person_purposes AS u WHERE u.person_id = NEW.person_id AND (NEW.ground = 'retention' OR u.purpose = 'worker')
                    AND NOT coalesce(u.erase_from <= day, false)) THEN 'erasure_before_its_time'
            END;
            IF why IS NOT NULL THEN
                RAISE EXCEPTION 'the erasure is refused' USING ERRCODE = '23514', CONSTRAINT = why;
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER erasures_proposed BEFORE INSERT ON erasures FOR EACH ROW WHEN (NEW.state <> 'proposed' OR NEW.ground = 'retention') EXECUTE FUNCTION erasure_allowed();
        CREATE TRIGGER erasures_confirmed BEFORE UPDATE OF state ON erasures FOR EACH ROW WHEN (NEW.state IN ('confirmed', 'erased') AND OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION erasure_allowed();

        -- A file is destroyed by an erasure that was confirmed, and never comes back.
        CREATE FUNCTION person_erased() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            IF NEW.erased_on IS NULL OR NOT EXISTS (SELECT FROM erasures AS e WHERE e.person_id = coalesce(NEW.merged_into, NEW.id) AND e.state IN ('confirmed', 'erased')) THEN
                RAISE EXCEPTION 'a file is destroyed by an erasure that was confirmed' USING ERRCODE = '23514', CONSTRAINT = 'erasure_decided_by_another';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER persons_erased BEFORE UPDATE OF erased_on ON persons FOR EACH ROW WHEN (OLD.erased_on IS DISTINCT FROM NEW.erased_on) EXECUTE FUNCTION person_erased();
        """
    )
