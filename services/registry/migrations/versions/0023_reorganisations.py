"""Reorganisations: acts on areas, facilities and posts in one operation, kept row by row so that they can be undone; walls that follow who manages a facility."""

from shared.audit_tables import audit_wall
from shared.migrate import protect, service_of_migration, sql

revision = "0023"
down_revision = "0022"
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
    "reorganisation": "reorganisations",
    "staffing-minimum": "staffing_minimums",
    "worker": "workers",
}
MANAGED = {"facility": "facilities"}

# Every table that a reorganisation may write, with the column that names one row of it.
KEPT = {
    "areas": "row_id",
    "area_changes": "id",
    "facilities": "row_id",
    "facility_links": "row_id",
    "posts": "row_id",
    "assignments": "row_id",
    "employments": "row_id",
    "absences": "id",
    "holds": "id",
    "staffing_minimums": "id",
}


def upgrade() -> None:
    tables()
    areas_are_written_by_their_authority()
    periods()
    keeping()
    undoing()
    walls()
    audit_wall(KINDS, managed=MANAGED)


def tables() -> None:
    sql(
        """
        -- squawk-ignore-file adding-field-with-default, require-concurrent-index-creation, disallowed-unique-constraint, adding-required-field
        -- A service starts after its migrations: nobody waits for these locks.
        CREATE TABLE reorganisations (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            title text NOT NULL,
            legal_basis text NOT NULL,
            effective_on date NOT NULL,
            acts jsonb NOT NULL,
            state text NOT NULL DEFAULT 'draft',
            drafted_by text NOT NULL,
            drafted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            applied_by text,
            applied_at timestamptz,
            touched jsonb,
            ended_by text,
            ended_at timestamptz,
            reason text,
            version integer NOT NULL DEFAULT 1,
            CONSTRAINT reorganisation_state CHECK (state IN ('draft', 'carried_out', 'undone', 'withdrawn')),
            CONSTRAINT reorganisation_applied CHECK ((state IN ('carried_out', 'undone')) = (applied_by IS NOT NULL AND applied_at IS NOT NULL)),
            CONSTRAINT reorganisation_ended CHECK ((state IN ('undone', 'withdrawn')) = (ended_by IS NOT NULL AND ended_at IS NOT NULL AND reason IS NOT NULL)),
            CONSTRAINT reorganisation_has_acts CHECK (state <> 'carried_out' OR jsonb_array_length(acts) > 0)
        );
        CREATE INDEX reorganisations_by_day ON reorganisations (effective_on, id);

        -- What each row said before and after; a row without a before was made, one without an after was taken away.
        CREATE TABLE reorganisation_rows (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            reorganisation_id uuid NOT NULL REFERENCES reorganisations (id),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            table_name text NOT NULL,
            key uuid NOT NULL,
            before jsonb,
            after jsonb,
            CONSTRAINT reorganisation_row_says_something CHECK (before IS NOT NULL OR after IS NOT NULL)
        );
        CREATE INDEX reorganisation_rows_in_order ON reorganisation_rows (reorganisation_id, number);

        ALTER TABLE area_changes ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;
        """
    )
    protect("reorganisations")
    protect("reorganisation_rows")


def areas_are_written_by_their_authority() -> None:
    """An area is changed by whom a territory opens it to: one of its own codes, or one above."""
    service = service_of_migration()
    parties = "nullif(current_setting('relais.parties', true), '')::text[]"
    own = {
        "areas": f"within && {parties}",
        "area_changes": f"EXISTS (SELECT FROM areas AS a WHERE a.id = area_changes.to_id AND a.within && {parties})",
    }
    for table, condition in own.items():
        sql(
            f"""
            CREATE POLICY {table}_insert ON {table} FOR INSERT TO {service}_app WITH CHECK ({condition});
            CREATE POLICY {table}_update ON {table} FOR UPDATE TO {service}_app USING ({condition}) WITH CHECK ({condition});
            CREATE POLICY {table}_delete ON {table} FOR DELETE TO {service}_app USING ({condition});
            """
        )


def periods() -> None:
    sql(
        """
        -- From a day on these periods say something else (`changes`, by row): what holds on the day is cut on its eve, what begins later is rewritten.
        CREATE FUNCTION say_from_day(which text, day date, changes jsonb, stamp jsonb) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            EXECUTE format(
                'WITH cut AS (
                    UPDATE %1$I AS t SET (%2$s) = (SELECT %3$s FROM jsonb_populate_record(t, $3 || jsonb_build_object(''valid'', daterange(lower(t.valid), $1))) AS p)
                    WHERE t.row_id IN (SELECT k::uuid FROM jsonb_object_keys($2) AS k) AND (lower_inf(t.valid) OR lower(t.valid) < $1) AND t.valid @> $1
                    RETURNING old.*
                )
                INSERT INTO %1$I (%2$s)
                SELECT %3$s FROM cut, LATERAL jsonb_populate_record(NULL::%1$I,
                    to_jsonb(cut) || $3 || ($2 -> cut.row_id::text) || jsonb_build_object(''row_id'', gen_random_uuid(), ''valid'', daterange($1, upper(cut.valid)))) AS p',
                which, columns_of(which), columns_of(which, 'p.')) USING day, changes, stamp;
            EXECUTE format(
                'UPDATE %1$I AS t SET (%2$s) = (SELECT %3$s FROM jsonb_populate_record(t, $3 || ($2 -> t.row_id::text)) AS p)
                 WHERE t.row_id IN (SELECT k::uuid FROM jsonb_object_keys($2) AS k) AND lower(t.valid) >= $1',
                which, columns_of(which), columns_of(which, 'p.')) USING day, changes, stamp;
        END
        $$;

        -- These periods end on the eve of a day; what would begin later falls away.
        CREATE FUNCTION end_on_eve(which text, day date, rows uuid[], stamp jsonb) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            EXECUTE format('DELETE FROM %I WHERE row_id = ANY ($2) AND lower(valid) >= $1', which) USING day, rows;
            EXECUTE format(
                'UPDATE %1$I AS t SET (%2$s) = (SELECT %3$s FROM jsonb_populate_record(t, $3 || jsonb_build_object(''valid'', daterange(lower(t.valid), $1))) AS p)
                 WHERE t.row_id = ANY ($2) AND t.valid @> $1',
                which, columns_of(which), columns_of(which, 'p.')) USING day, rows, stamp;
        END
        $$;

        -- A facility stands on the ground: when boundaries change its area follows, whoever manages it.
        CREATE FUNCTION stand_in_areas(day date, rows jsonb) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT say_from_day('facilities', day, (SELECT coalesce(jsonb_object_agg(key, jsonb_build_object('area_id', value -> 'area_id', 'area_is_estimated', value -> 'area_is_estimated')), '{}')
                                                    FROM jsonb_each(rows)), '{}')
        $$;

        CREATE FUNCTION columns_of(which text, of_what text DEFAULT '') RETURNS text LANGUAGE sql STABLE AS $$
            SELECT string_agg(of_what || quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
            WHERE attrelid = to_regclass(quote_ident(which)) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
        $$;
        """
    )


def keeping() -> None:
    sql(
        """
        CREATE FUNCTION keep_reorganised_row() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            said constant text[] := string_to_array(current_setting('relais.reorganisation'), ' ');
            one constant jsonb := CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
        BEGIN
            INSERT INTO reorganisation_rows (reorganisation_id, authority_path, table_name, key, before, after) VALUES (
                said[1]::uuid, said[2]::ltree, TG_TABLE_NAME, (one ->> TG_ARGV[0])::uuid,
                CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
            RETURN NULL;
        END
        $$;
        """
    )
    for table, key in KEPT.items():
        sql(
            f"""
            CREATE TRIGGER {table}_reorganised AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW
                WHEN (coalesce(current_setting('relais.reorganisation', true), '') <> '') EXECUTE FUNCTION keep_reorganised_row('{key}');
            """
        )


def undoing() -> None:
    sql(
        """
        -- Whose row it is follows who manages the facility, and who wrote it when is no part of what it says either.
        CREATE FUNCTION said_by(one jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT one - '{authority_path,shared_with,words,recorded_at,recorded_by,version}'::text[] $$;

        -- What was built on a reorganisation since: rows of it that say something else today, and rows that lean on what it made or moved.
        CREATE FUNCTION built_on(reorganisation uuid) RETURNS TABLE (kind text, id uuid, told jsonb) LANGUAGE plpgsql STABLE AS $$
        DECLARE
            last record;
            today jsonb;
        BEGIN
            FOR last IN SELECT DISTINCT ON (r.table_name, r.key) r.table_name, r.key, r.after FROM reorganisation_rows r WHERE r.reorganisation_id = reorganisation
                        ORDER BY r.table_name, r.key, r.number DESC LOOP
                EXECUTE format('SELECT to_jsonb(t) FROM %I AS t WHERE %I = $1', last.table_name, CASE WHEN last.table_name IN ('area_changes', 'absences', 'holds', 'staffing_minimums') THEN 'id' ELSE 'row_id' END)
                    INTO today USING last.key;
                IF said_by(today) IS DISTINCT FROM said_by(last.after) THEN
                    kind := last.table_name; told := coalesce(today, last.after); id := (told ->> 'id')::uuid;
                    RETURN NEXT;
                END IF;
            END LOOP;
            RETURN QUERY
                WITH made AS (SELECT r.table_name, r.key, r.after FROM reorganisation_rows r WHERE r.reorganisation_id = reorganisation AND r.after IS NOT NULL),
                     new_areas AS (SELECT DISTINCT (m.after ->> 'id')::uuid AS area FROM made m WHERE m.table_name = 'areas'
                                   AND NOT EXISTS (SELECT FROM reorganisation_rows b WHERE b.reorganisation_id = reorganisation AND b.table_name = 'areas' AND b.before ->> 'id' = m.after ->> 'id')),
                     moved_posts AS (SELECT DISTINCT (m.after ->> 'id')::uuid AS post FROM made m WHERE m.table_name = 'posts')
                SELECT 'facilities', f.id, to_jsonb(f) FROM facilities f JOIN new_areas n ON n.area = f.area_id WHERE NOT EXISTS (SELECT FROM made m WHERE m.table_name = 'facilities' AND m.key = f.row_id)
                UNION ALL
                SELECT 'areas', a.id, to_jsonb(a) FROM areas a JOIN new_areas n ON n.area = a.parent_id WHERE NOT EXISTS (SELECT FROM made m WHERE m.table_name = 'areas' AND m.key = a.row_id)
                UNION ALL
                SELECT 'area_changes', c.from_id, to_jsonb(c) FROM area_changes c JOIN new_areas n ON n.area IN (c.from_id, c.to_id)
                    WHERE NOT EXISTS (SELECT FROM made m WHERE m.table_name = 'area_changes' AND m.key = c.id)
                UNION ALL
                SELECT 'assignments', a.id, to_jsonb(a) FROM assignments a JOIN moved_posts p ON p.post = a.post_id, reorganisations o
                    WHERE o.id = reorganisation AND a.recorded_at > o.applied_at AND (upper_inf(a.valid) OR upper(a.valid) > o.effective_on)
                    AND NOT EXISTS (SELECT FROM made m WHERE m.table_name = 'assignments' AND m.key = a.row_id);
        END
        $$;

        -- Put back what each row said, the newest first. As the owner: facilities of others stood in the areas too.
        CREATE FUNCTION put_back(reorganisation uuid, stamp jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            one record;
            key_column text;
            said jsonb;
        BEGIN
            FOR one IN SELECT r.table_name, r.key, r.before, r.after FROM reorganisation_rows r WHERE r.reorganisation_id = reorganisation ORDER BY r.number DESC LOOP
                key_column := CASE WHEN one.table_name IN ('area_changes', 'absences', 'holds', 'staffing_minimums') THEN 'id' ELSE 'row_id' END;
                IF one.before IS NULL THEN
                    EXECUTE format('DELETE FROM %I WHERE %I = $1', one.table_name, key_column) USING one.key;
                    CONTINUE;
                END IF;
                said := one.before || CASE WHEN one.before ? 'recorded_by' THEN stamp ELSE '{}' END;
                IF one.before ? 'facility_code' THEN
                    said := said || coalesce((SELECT jsonb_build_object('authority_path', f.authority_path) FROM facilities f WHERE f.code = one.before ->> 'facility_code' LIMIT 1), '{}');
                ELSE
                    said := said - 'authority_path';
                END IF;
                IF one.after IS NULL THEN
                    EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %3$s FROM jsonb_populate_record(NULL::%1$I, $1) AS p', one.table_name, columns_of(one.table_name), columns_of(one.table_name, 'p.'))
                        USING said || jsonb_build_object('authority_path', one.before -> 'authority_path') || (said - '{}'::text[]);
                ELSE
                    EXECUTE format('UPDATE %1$I AS t SET (%2$s) = (SELECT %3$s FROM jsonb_populate_record(t, $2) AS p) WHERE %4$I = $1',
                        one.table_name, columns_of(one.table_name), columns_of(one.table_name, 'p.'), key_column) USING one.key, said - 'shared_with';
                END IF;
            END LOOP;
        END
        $$;
        """
    )


def walls() -> None:
    """Who manages a facility on a day is said by its links; every row about its staff follows, as the owner, because some are hidden from whoever decides."""
    sql(
        """
        CREATE FUNCTION path_of_code(code text) RETURNS ltree LANGUAGE sql IMMUTABLE AS $$
            SELECT string_agg(array_to_string(parts[1:n], '-'), '.' ORDER BY n)::ltree FROM (SELECT string_to_array(code, '-') AS parts) AS said, generate_series(1, cardinality(parts)) AS n
        $$;

        -- Where facilities stand among the authorities, by date, is written from their links.
        CREATE FUNCTION place_among_authorities(codes text[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            DELETE FROM facility_authorities WHERE code = ANY (codes);
            INSERT INTO facility_authorities (code, path, valid)
            SELECT f.code, path_of_code(l.party_code) || f.code, l.valid
            FROM (SELECT DISTINCT id, code FROM facilities WHERE code = ANY (codes)) AS f JOIN facility_links AS l ON l.facility_id = f.id AND l.kind = 'managed_by';
        $$;

        CREATE FUNCTION follow_authorities(day date) RETURNS TABLE (code text, former text, path text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            one text;
            is_shared boolean;
            moved jsonb;
            gone text[];
        BEGIN
            SELECT jsonb_agg(DISTINCT jsonb_build_object('code', f.code, 'former', f.authority_path::text, 'path', (path_of_code(l.party_code) || f.code)::text)) INTO moved
            FROM facilities f JOIN facility_links l ON l.facility_id = f.id AND l.kind = 'managed_by' AND l.valid @> day
            WHERE f.authority_path <> path_of_code(l.party_code) || f.code;
            IF moved IS NULL THEN
                RETURN;
            END IF;
            SELECT array_agg(DISTINCT label) INTO gone FROM jsonb_to_recordset(moved) AS m (former text, path text), unnest(string_to_array(m.former, '.')) AS label
            WHERE NOT label = ANY (string_to_array(m.path, '.'));
            FOR one, is_shared IN SELECT c.relname, EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = c.oid AND s.attname = 'shared_with')
                       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'authority_path'
                       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname <> 'facilities', c.relname <> 'persons', c.relname LOOP
                EXECUTE format('UPDATE %I AS t SET authority_path = m.path FROM jsonb_to_recordset($1) AS m (former ltree, path ltree) WHERE t.authority_path = m.former', one) USING moved;
                CONTINUE WHEN NOT is_shared;
                EXECUTE format(
                    'UPDATE %I AS t SET shared_with = parties_still(t.shared_with, t.authority_path, $2)
                     WHERE t.shared_with <> ''{}'' AND EXISTS (SELECT FROM jsonb_to_recordset($1) AS m (code text, path ltree) WHERE m.code = ANY (t.shared_with) OR m.path = t.authority_path)
                       AND t.shared_with IS DISTINCT FROM parties_still(t.shared_with, t.authority_path, $2)', one) USING moved, gone;
            END LOOP;
            RETURN QUERY SELECT m.code, m.former, m.path FROM jsonb_to_recordset(moved) AS m (code text, former text, path text);
        END
        $$;

        -- The parties of a row once some are gone: those that stay, and all above the facilities among them, without those to whom the row belongs.
        CREATE FUNCTION parties_still(parties text[], own ltree, gone text[]) RETURNS text[] LANGUAGE sql STABLE AS $$
            SELECT coalesce(array_agg(DISTINCT party ORDER BY party), '{}') FROM (
                SELECT party FROM unnest(parties) AS party WHERE NOT party = ANY (coalesce(gone, '{}'))
                UNION ALL
                SELECT label FROM (SELECT DISTINCT f.authority_path FROM facilities f WHERE f.code = ANY (parties)) AS f, unnest(string_to_array(f.authority_path::text, '.')) AS label
            ) AS still WHERE NOT party = ANY (string_to_array(own::text, '.'))
        $$;

        -- The parties of persons, as their employments and assignments say them: `gone` is dropped where nothing says it any more.
        CREATE FUNCTION share_again(people uuid[], gone text[]) RETURNS SETOF uuid LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            WITH said AS (
                SELECT person_id, label FROM employments, unnest(string_to_array(authority_path::text, '.')) AS label WHERE person_id = ANY (people)
                UNION
                SELECT person_id, label FROM assignments, unnest(string_to_array(authority_path::text, '.')) AS label WHERE person_id = ANY (people)
            ), wanted AS (
                SELECT p.id, (SELECT coalesce(array_agg(DISTINCT party ORDER BY party), '{}') FROM (
                    SELECT party FROM unnest(p.shared_with) AS party WHERE NOT party = ANY (gone) UNION ALL SELECT label FROM said WHERE said.person_id = p.id
                ) AS every WHERE NOT party = ANY (string_to_array(p.authority_path::text, '.'))) AS parties
                FROM persons p WHERE p.id = ANY (people)
            )
            UPDATE persons SET shared_with = wanted.parties FROM wanted WHERE wanted.id = persons.id AND persons.shared_with IS DISTINCT FROM wanted.parties RETURNING persons.id
        $$;
        """
    )
