-- Two persons of the register were one: what a service holds of the retired one is the surviving one's until the merge is undone
-- (docs/decisions/0019-one-person-one-record.md). Which columns hold a person is read from the catalogue, so that no table is forgotten.

-- Which id is which now. What followed a merge is known by it; an undone merge stays here with its instant.
CREATE TABLE merged_ids (
    merge_id uuid NOT NULL,
    old_id uuid NOT NULL,
    id uuid NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at timestamptz,
    PRIMARY KEY (merge_id, old_id),
    CONSTRAINT merged_into_another CHECK (old_id <> id)
);
CREATE UNIQUE INDEX merged_once ON merged_ids (old_id) WHERE undone_at IS NULL;

-- Every row and column that moved, or that a constraint kept where it is; `row_key` is the row's primary key as it stands after the move.
CREATE TABLE merged_rows (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merge_id uuid NOT NULL,
    table_name text NOT NULL,
    column_name text NOT NULL,
    row_key jsonb NOT NULL,
    old_id uuid NOT NULL,
    id uuid NOT NULL,
    before jsonb,                   -- of a list of persons: the whole list as it was
    state text NOT NULL CHECK (state IN ('moved', 'left', 'returned', 'kept', 'gone')),
    constraint_name text,           -- what refused: to move a row that is left, to take back one that is kept
    CONSTRAINT merged_row_once UNIQUE (merge_id, table_name, column_name, row_key)
);

-- A column holds persons when it is named so, refers to persons, or its comment begins with “person”. A table whose comment begins with “stays”
-- is the file of each of the two, or says what was believed then.
CREATE FUNCTION columns_of_persons() RETURNS TABLE (table_name text, column_name text, is_list boolean, row_key text, is_belief boolean)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT c.relname::text, a.attname::text, a.atttypid = 'uuid[]'::regtype,
        (SELECT 'jsonb_build_object(' || string_agg(format('%L, t.%I', k.attname, k.attname), ', ' ORDER BY array_position(i.indkey, k.attnum)) || ')'
            FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary),
        to_regclass(c.relname || '_history') IS NOT NULL
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.atttypid IN ('uuid'::regtype, 'uuid[]'::regtype)
        AND (a.attname ~ '(^|_)(person|worker|mentor|assessor|nominee|trainer)_ids?$' OR coalesce(col_description(c.oid, a.attnum), '') LIKE 'person%'
            OR EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum] AND f.confrelid = to_regclass('persons')))
        AND c.relname !~ '_history$' AND coalesce(obj_description(c.oid, 'pg_class'), '') NOT LIKE 'stays%'
    ORDER BY 1, 2
$$;

-- What still stands under a merged id goes to the person it is now: table by table at once, row by row where a constraint refuses some of them.
CREATE FUNCTION follow_merges(merges uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known record;
    one record;
    list uuid[];
    stamp text;
    refused text;
    instant timestamptz := clock_timestamp();
    superseding text := coalesce(current_setting('relais.superseding', true), '');
BEGIN
    PERFORM set_config('relais.superseding', (coalesce(nullif(superseding, ''), '{}')::jsonb || jsonb_build_object('act', 'corrected', 'at', instant, 'reason', 'merge'))::text, true);
    DELETE FROM merged_rows WHERE merge_id = ANY (merges) AND state = 'left';  -- each is tried again
    FOR known IN SELECT * FROM columns_of_persons() LOOP
        stamp := CASE WHEN known.is_belief THEN format(', recorded_at = %L', instant) ELSE '' END;
        IF NOT known.is_list THEN
            BEGIN
                EXECUTE format(
                    'WITH moved AS (UPDATE %1$I AS t SET %2$I = m.id%3$s FROM merged_ids AS m WHERE m.merge_id = ANY ($1) AND m.undone_at IS NULL AND t.%2$I = m.old_id
                        RETURNING m.merge_id, m.old_id, m.id AS new_id, %4$s AS row_key)
                     INSERT INTO merged_rows (merge_id, table_name, column_name, row_key, old_id, id, state) SELECT merge_id, %1$L, %2$L, row_key, old_id, new_id, ''moved'' FROM moved
                     ON CONFLICT ON CONSTRAINT merged_row_once DO UPDATE SET state = ''moved'', constraint_name = NULL',
                    known.table_name, known.column_name, stamp, known.row_key) USING merges;
                CONTINUE;
            EXCEPTION WHEN integrity_constraint_violation OR raise_exception THEN
                NULL;
            END;
        END IF;
        FOR one IN EXECUTE format(
            'SELECT m.merge_id, m.old_id, m.id, %3$s AS row_key, to_jsonb(t.%2$I) AS before FROM %1$I AS t JOIN merged_ids AS m ON %4$s
             WHERE m.merge_id = ANY ($1) AND m.undone_at IS NULL ORDER BY 4, 2',
            known.table_name, known.column_name, known.row_key, CASE WHEN known.is_list THEN format('m.old_id = ANY (t.%I)', known.column_name) ELSE format('t.%I = m.old_id', known.column_name) END)
            USING merges LOOP
            refused := NULL;
            BEGIN
                IF known.is_list THEN
                    EXECUTE format('UPDATE %1$I AS t SET %2$I = CASE WHEN $2 = ANY (t.%2$I) THEN array_remove(t.%2$I, $1) ELSE array_replace(t.%2$I, $1, $2) END WHERE %3$s = $3 RETURNING %2$I, %3$s',
                        known.table_name, known.column_name, known.row_key) USING one.old_id, one.id, one.row_key;
                ELSE
                    EXECUTE format('UPDATE %1$I AS t SET %2$I = $2%4$s WHERE t.%2$I = $1 AND %3$s = $3 RETURNING %3$s', known.table_name, known.column_name, known.row_key, stamp)
                        INTO one.row_key USING one.old_id, one.id, one.row_key;
                    one.before := NULL;
                END IF;
            EXCEPTION WHEN integrity_constraint_violation OR raise_exception THEN
                GET STACKED DIAGNOSTICS refused = CONSTRAINT_NAME;
                refused := coalesce(nullif(refused, ''), 'rule');
            END;
            CONTINUE WHEN one.row_key IS NULL;  -- somebody else has just written this row
            INSERT INTO merged_rows (merge_id, table_name, column_name, row_key, old_id, id, before, state, constraint_name)
            VALUES (one.merge_id, known.table_name, known.column_name, one.row_key, one.old_id, one.id, one.before, CASE WHEN refused IS NULL THEN 'moved' ELSE 'left' END, refused)
            ON CONFLICT ON CONSTRAINT merged_row_once DO UPDATE SET state = excluded.state, constraint_name = excluded.constraint_name, before = excluded.before;
        END LOOP;
    END LOOP;
    PERFORM set_config('relais.superseding', superseding, true);
END
$$;

-- The merge is undone: the rows that moved go back, those and no others; what a constraint refuses to take back stays, and says why.
CREATE FUNCTION return_merged(merge uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known record;
    one record;
    stamp text;
    refused text;
    touched bigint;
    instant timestamptz := clock_timestamp();
    superseding text := coalesce(current_setting('relais.superseding', true), '');
BEGIN
    UPDATE merged_ids SET undone_at = instant WHERE merge_id = merge AND undone_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM set_config('relais.superseding', (coalesce(nullif(superseding, ''), '{}')::jsonb || jsonb_build_object('act', 'corrected', 'at', instant, 'reason', 'merge undone'))::text, true);
    FOR known IN SELECT * FROM columns_of_persons() AS c WHERE EXISTS (
        SELECT FROM merged_rows AS r WHERE r.merge_id = merge AND r.table_name = c.table_name AND r.column_name = c.column_name AND r.state = 'moved') LOOP
        stamp := CASE WHEN known.is_belief THEN format(', recorded_at = %L', instant) ELSE '' END;
        IF NOT known.is_list THEN
            BEGIN
                EXECUTE format(
                    'WITH back AS (UPDATE %1$I AS t SET %2$I = r.old_id%3$s FROM merged_rows AS r
                        WHERE r.merge_id = $1 AND r.table_name = %1$L AND r.column_name = %2$L AND r.state = ''moved'' AND t.%2$I = r.id AND %4$s = r.row_key RETURNING r.seq)
                     UPDATE merged_rows SET state = ''returned'' WHERE seq IN (SELECT seq FROM back)', known.table_name, known.column_name, stamp, known.row_key) USING merge;
                CONTINUE;
            EXCEPTION WHEN integrity_constraint_violation OR raise_exception THEN
                NULL;
            END;
        END IF;
        FOR one IN SELECT r.* FROM merged_rows AS r WHERE r.merge_id = merge AND r.table_name = known.table_name AND r.column_name = known.column_name AND r.state = 'moved' ORDER BY r.seq LOOP
            refused := NULL;
            BEGIN
                IF known.is_list THEN
                    EXECUTE format(
                        'UPDATE %1$I AS t SET %2$I = CASE
                            WHEN t.%2$I = (CASE WHEN $2 = ANY ($4) THEN array_remove($4, $1) ELSE array_replace($4, $1, $2) END) THEN $4
                            WHEN $2 = ANY ($4) OR NOT $2 = ANY (t.%2$I) THEN t.%2$I || CASE WHEN $2 = ANY ($4) THEN ARRAY[$1] ELSE ''{}'' END
                            ELSE array_replace(t.%2$I, $2, $1) END WHERE %3$s = $3', known.table_name, known.column_name, known.row_key)
                        USING one.old_id, one.id, one.row_key, ARRAY(SELECT jsonb_array_elements_text(one.before)::uuid);
                ELSE
                    EXECUTE format('UPDATE %1$I AS t SET %2$I = $1%4$s WHERE t.%2$I = $2 AND %3$s = $3', known.table_name, known.column_name, known.row_key, stamp)
                        USING one.old_id, one.id, one.row_key;
                END IF;
                GET DIAGNOSTICS touched = ROW_COUNT;
            EXCEPTION WHEN integrity_constraint_violation OR raise_exception THEN
                GET STACKED DIAGNOSTICS refused = CONSTRAINT_NAME;
                refused := coalesce(nullif(refused, ''), 'rule');
            END;
            UPDATE merged_rows SET state = CASE WHEN refused IS NOT NULL THEN 'kept' WHEN touched = 0 THEN 'gone' ELSE 'returned' END, constraint_name = refused WHERE seq = one.seq;
        END LOOP;
    END LOOP;
    UPDATE merged_rows SET state = 'gone' WHERE merge_id = merge AND state = 'moved';
    PERFORM set_config('relais.superseding', superseding, true);
END
$$;

-- What a merge would move and what would refuse to, tried and taken back. `old_ids` become `new_ids`, one by one.
CREATE FUNCTION try_merge(old_ids uuid[], new_ids uuid[]) RETURNS TABLE (table_name text, state text, constraint_name text, n bigint, keys jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    merge uuid := gen_random_uuid();
    said jsonb;
BEGIN
    BEGIN
        INSERT INTO merged_ids (merge_id, old_id, id) SELECT merge, o, n FROM unnest(old_ids, new_ids) AS u (o, n);
        PERFORM follow_merges(ARRAY[merge]);
        said := (SELECT jsonb_agg(to_jsonb(told)) FROM merge_told(merge) AS told);
        RAISE EXCEPTION 'only tried' USING ERRCODE = 'RM001';
    EXCEPTION WHEN SQLSTATE 'RM001' THEN
        NULL;
    END;
    RETURN QUERY SELECT t.* FROM jsonb_to_recordset(coalesce(said, '[]')) AS t (table_name text, state text, constraint_name text, n bigint, keys jsonb);
END
$$;

-- How many rows of each kind moved, were left, went back, were kept or are gone; and which, the first of them.
CREATE FUNCTION merge_told(merge uuid) RETURNS TABLE (table_name text, state text, constraint_name text, n bigint, keys jsonb)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT r.table_name, r.state, r.constraint_name, count(DISTINCT r.row_key), to_jsonb((array_agg(DISTINCT r.row_key))[1:20]) FROM merged_rows AS r WHERE r.merge_id = merge GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
$$;

-- What was written about the surviving person since: the ids of rows tell their time (RFC 9562), else when they were recorded. It stays with that person.
CREATE FUNCTION written_since_merge(merge uuid) RETURNS TABLE (table_name text, n bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    known record;
    born text;
BEGIN
    FOR known IN SELECT c.* FROM columns_of_persons() AS c LOOP
        born := (
            SELECT CASE WHEN (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND a.atttypid = 'uuid'::regtype) = 1 AND i.indnkeyatts = 1
                THEN format('uuid_extract_timestamp(t.%I)', (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0]))
                WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'recorded_at' AND NOT a.attisdropped) THEN 't.recorded_at' END
            FROM pg_index i WHERE i.indrelid = to_regclass(known.table_name) AND i.indisprimary);
        CONTINUE WHEN born IS NULL;
        RETURN QUERY EXECUTE format(
            'SELECT %1$L, count(*) FROM %1$I AS t, merged_ids AS m WHERE m.merge_id = $1 AND %2$s AND %3$s > m.since
                AND NOT EXISTS (SELECT FROM merged_rows AS r WHERE r.merge_id = $1 AND r.table_name = %1$L AND r.column_name = %4$L AND r.row_key = %5$s) HAVING count(*) > 0',
            known.table_name, CASE WHEN known.is_list THEN format('m.id = ANY (t.%I)', known.column_name) ELSE format('t.%I = m.id', known.column_name) END, born, known.column_name, known.row_key)
            USING merge;
    END LOOP;
END
$$;

REVOKE EXECUTE ON FUNCTION follow_merges, return_merged, try_merge, written_since_merge FROM PUBLIC;
GRANT EXECUTE ON FUNCTION follow_merges, return_merged TO {service}_worker;
GRANT EXECUTE ON FUNCTION try_merge, written_since_merge TO {service}_app, {service}_worker;
REVOKE INSERT, UPDATE, DELETE ON merged_ids, merged_rows FROM {service}_app;
