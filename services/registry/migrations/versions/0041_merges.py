"""Two persons of the register are one: proposed by one, confirmed by another, undone with everything back where it was."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.persons_tables import merged_persons

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

STAYS = {
    "persons": "each keeps the file under which it was entered",
    "person_names": "the names under which each file was entered",
    "person_words": "they are made again from the names",
    "person_keys": "identifiers name their key themselves",
    "duplicate_scans": "it tells which version of each file was compared",
    "possible_duplicates": "it tells which two files were compared",
    "merges": "it tells which two persons are one",
}


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks, a new empty column rewrites nothing, and the database alone calls the function by its old name.
        -- squawk-ignore-file adding-foreign-key-constraint, require-concurrent-index-creation, constraint-missing-not-valid, renaming-object
        ALTER TABLE persons ADD COLUMN merged_into uuid REFERENCES persons (id);
        ALTER TABLE persons ADD CONSTRAINT merged_into_another CHECK (merged_into <> id);
        CREATE INDEX persons_merged ON persons (merged_into) WHERE merged_into IS NOT NULL;

        CREATE TABLE merges (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            surviving_id uuid NOT NULL REFERENCES persons (id),
            retired_id uuid NOT NULL REFERENCES persons (id),
            state text NOT NULL,
            reason text NOT NULL,
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            decided_by text,
            decided_on date,
            decided_reason text,
            undone_by text,
            undone_on date,
            undone_reason text,
            parties text[] NOT NULL DEFAULT '{}',       -- who sees the surviving file through this merge
            version integer NOT NULL DEFAULT 1,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT merge_state CHECK (state IN ('proposed', 'standing', 'rejected', 'undone')),
            CONSTRAINT merge_of_two CHECK (surviving_id <> retired_id),
            CONSTRAINT merge_decided CHECK ((state = 'proposed') = (decided_by IS NULL) AND (state = 'proposed') = (decided_on IS NULL)),
            CONSTRAINT merge_rejected_needs_reason CHECK (state <> 'rejected' OR decided_reason IS NOT NULL),
            CONSTRAINT merge_undone CHECK ((state = 'undone') = (undone_by IS NOT NULL AND undone_on IS NOT NULL AND undone_reason IS NOT NULL)),
            CONSTRAINT merge_confirmed_by_another CHECK (state NOT IN ('standing', 'undone') OR decided_by IS DISTINCT FROM proposed_by)
        );
        CREATE UNIQUE INDEX merge_asked_once ON merges (retired_id) WHERE state IN ('proposed', 'standing');
        CREATE INDEX merges_by_surviving ON merges (surviving_id);
        CREATE INDEX merges_by_state ON merges (state, id);
        """
    )
    protect("merges")
    merged_persons({"work_items": ["subject_id"]}, stays=STAYS)
    audit_wall_opens({"merge": "merges"})
    rules()
    acts()
    elsewhere()


def rules() -> None:
    sql(
        """
        -- As the owner: what speaks against a merge may stand in a file that whoever proposes does not see. The first reason, and the record that it is about.
        CREATE FUNCTION why_no_merge(merge uuid, surviving uuid, retired uuid, day date) RETURNS TABLE (constraint_name text, other uuid)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT 'merge_of_two', surviving WHERE surviving = retired
            UNION ALL SELECT 'merge_of_retired', p.merged_into FROM persons AS p WHERE p.id = retired AND p.merged_into IS NOT NULL
            UNION ALL SELECT 'merge_into_retired', p.merged_into FROM persons AS p WHERE p.id = surviving AND p.merged_into IS NOT NULL
            UNION ALL SELECT 'merge_of_surviving', m.id FROM merges AS m WHERE m.surviving_id = retired AND m.state IN ('proposed', 'standing') AND m.id IS DISTINCT FROM merge
            UNION ALL SELECT 'merge_into_retired', m.id FROM merges AS m WHERE m.retired_id = surviving AND m.state = 'proposed' AND m.id IS DISTINCT FROM merge
            UNION ALL SELECT 'merge_asked_once', m.id FROM merges AS m WHERE m.retired_id = retired AND m.state = 'proposed' AND m.id IS DISTINCT FROM merge
            UNION ALL SELECT 'merge_identifiers_differ', o.id FROM person_identifiers AS i JOIN person_identifiers AS o
                ON o.person_id = surviving AND o.kind = i.kind AND o.issuer = i.issuer AND o.state = 'verified' AND o.blind <> i.blind
                WHERE i.person_id = retired AND i.state = 'verified'
            UNION ALL SELECT 'merge_of_erased', p.id FROM persons AS p WHERE p.id IN (surviving, retired) AND (
                EXISTS (SELECT FROM person_identifiers AS i WHERE i.person_id = p.id AND i.state = 'removed' AND i.key_id IS NULL)
                OR coalesce((SELECT bool_and(coalesce(u.erase_from <= day, false)) FROM person_purposes AS u WHERE u.person_id = p.id), false))
            LIMIT 1
        $$;

        -- Whoever proposes or confirms a merge of one of these two waits for the other, and then sees what was written.
        CREATE FUNCTION merge_allowed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            why record;
        BEGIN
            PERFORM FROM persons WHERE id IN (NEW.surviving_id, NEW.retired_id) ORDER BY id FOR UPDATE;
            SELECT * INTO why FROM why_no_merge(NEW.id, NEW.surviving_id, NEW.retired_id, coalesce(NEW.decided_on, NEW.proposed_on));
            IF FOUND THEN
                RAISE EXCEPTION 'the merge is refused because of %', why.other USING ERRCODE = '23514', CONSTRAINT = why.constraint_name;
            END IF;
            -- An account of either person decides no more than the one that proposed.
            IF NEW.state = 'standing' AND person_of_account(NEW.decided_by) IN (NEW.surviving_id, NEW.retired_id) THEN
                RAISE EXCEPTION 'nobody decides on their own file' USING ERRCODE = '23514', CONSTRAINT = 'merge_confirmed_by_another';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER merges_proposed BEFORE INSERT ON merges FOR EACH ROW WHEN (NEW.state IN ('proposed', 'standing')) EXECUTE FUNCTION merge_allowed();
        CREATE TRIGGER merges_confirmed BEFORE UPDATE ON merges FOR EACH ROW
            WHEN (NEW.state IN ('proposed', 'standing') AND (OLD.state, OLD.surviving_id, OLD.retired_id) IS DISTINCT FROM (NEW.state, NEW.surviving_id, NEW.retired_id))
            EXECUTE FUNCTION merge_allowed();
        """
    )


def acts() -> None:
    """As the owner: rows of other authorities move with the person, and nothing but a merge that two people decided says so."""
    service = service_of_migration()
    sql(
        """
        CREATE FUNCTION settle_merge(merge uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            one merges%ROWTYPE;
            own text[];
            theirs text[];
        BEGIN
            SELECT * INTO STRICT one FROM merges WHERE id = merge AND state = 'standing' FOR UPDATE;
            INSERT INTO merged_ids (merge_id, old_id, id) VALUES (merge, one.retired_id, one.surviving_id);
            -- One row for each person and occupation: what hung on the retired one's hangs on the other.
            INSERT INTO merged_ids (merge_id, old_id, id)
            SELECT merge, r.id, s.id FROM workers AS r JOIN workers AS s ON s.person_id = one.surviving_id AND s.occupation_code = r.occupation_code WHERE r.person_id = one.retired_id;
            PERFORM follow_merges(ARRAY[merge]);
            UPDATE persons SET merged_into = one.surviving_id, version = version + 1 WHERE id = one.retired_id;
            SELECT string_to_array(p.authority_path::text, '.'), p.shared_with INTO own, theirs FROM persons AS p WHERE p.id = one.surviving_id;
            UPDATE merges SET parties = ARRAY(
                SELECT party FROM persons AS p, unnest(p.shared_with || string_to_array(p.authority_path::text, '.')) AS party
                WHERE p.id = one.retired_id AND NOT party = ANY (own || theirs) ORDER BY party
            ) WHERE id = merge RETURNING parties INTO one.parties;
            -- Twice, so that what follows a person's relations follows though they stay the same.
            UPDATE persons SET shared_with = shared_with || 'merge'::text WHERE id = one.surviving_id;
            UPDATE persons SET shared_with = ARRAY(SELECT DISTINCT party FROM unnest(theirs || one.parties) AS party ORDER BY party), version = version + 1 WHERE id = one.surviving_id;
        END
        $$;

        CREATE FUNCTION take_merge_back(merge uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            one merges%ROWTYPE;
        BEGIN
            SELECT * INTO STRICT one FROM merges WHERE id = merge AND state = 'undone' FOR UPDATE;
            PERFORM return_merged(merge);
            UPDATE persons SET merged_into = NULL, shared_with = shared_with || 'merge'::text, version = version + 1 WHERE id = one.retired_id;
            UPDATE persons SET shared_with = array_remove(shared_with, 'merge') WHERE id = one.retired_id;
            UPDATE persons SET shared_with = shared_with || 'merge'::text, version = version + 1 WHERE id = one.surviving_id;
            PERFORM share_again(ARRAY[one.surviving_id], one.parties || 'merge'::text);
        END
        $$;
        """
    )
    sql(f"REVOKE EXECUTE ON FUNCTION settle_merge, take_merge_back FROM PUBLIC;\nGRANT EXECUTE ON FUNCTION settle_merge, take_merge_back TO {service}_app;")


def elsewhere() -> None:
    """A retired person is nobody's possible duplicate, and the survivor reads who read either file."""
    sql(
        """
        ALTER FUNCTION persons_like RENAME TO persons_like_before_merges;
        CREATE FUNCTION persons_like(words text[], born date) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
            SELECT p.id FROM persons_like_before_merges(words, born) AS found (id) JOIN persons AS p ON p.id = found.id WHERE p.merged_into IS NULL
        $$;

        CREATE OR REPLACE FUNCTION reads_of_own_file(named text) RETURNS TABLE (seq bigint, recorded_at timestamptz, act text, reader text, reader_name text, fields jsonb)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT a.seq, a.recorded_at, a.act, a.actor, c.name, a.after -> 'fields'
            FROM account_links AS k
            JOIN LATERAL (SELECT k.person_id AS id UNION SELECT p.id FROM persons AS p WHERE p.merged_into = k.person_id) AS own ON true
            JOIN audit AS a ON a.after ->> 'person_id' = own.id::text AND a.act LIKE '%.read'
            LEFT JOIN accounts AS c ON c.issuer = split_part(a.actor, '#', 1) AND c.subject = split_part(a.actor, '#', 2)
            WHERE k.account = named
        $$;
        """
    )
