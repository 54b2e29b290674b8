"""A reorganisation is looked through and put back table by table, in few statements, however many rows it wrote."""

from shared.migrate import sql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        CREATE FUNCTION reorganised_by(which text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE WHEN which IN ('area_changes', 'absences', 'holds', 'staffing_minimums') THEN 'id' ELSE 'row_id' END
        $$;

        -- What was built on a reorganisation since: rows of it that say something else today, and rows that lean on what it made or moved.
        CREATE OR REPLACE FUNCTION built_on(reorganisation uuid) RETURNS TABLE (kind text, id uuid, told jsonb) LANGUAGE plpgsql STABLE AS $$
        DECLARE
            which text;
        BEGIN
            FOR which IN SELECT DISTINCT r.table_name FROM reorganisation_rows r WHERE r.reorganisation_id = reorganisation ORDER BY 1 LOOP
                RETURN QUERY EXECUTE format(
                    'SELECT %1$L, (said ->> ''id'')::uuid, said FROM (
                        SELECT coalesce(to_jsonb(t), last.after) AS said
                        FROM (SELECT DISTINCT ON (r.key) r.key, r.after FROM reorganisation_rows r WHERE r.reorganisation_id = $1 AND r.table_name = %1$L ORDER BY r.key, r.number DESC) AS last
                        LEFT JOIN %1$I AS t ON t.%2$I = last.key
                        WHERE said_by(to_jsonb(t)) IS DISTINCT FROM said_by(last.after)) AS changed', which, reorganised_by(which)) USING reorganisation;
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

        -- What a row said, said again: by whom and when now, and for the authority that its facility has today.
        CREATE FUNCTION said_again(one jsonb, stamp jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
            SELECT one || CASE WHEN one ? 'recorded_by' THEN stamp ELSE '{}' END
                || coalesce((SELECT jsonb_build_object('authority_path', f.authority_path) FROM facilities f WHERE f.code = one ->> 'facility_code' LIMIT 1), '{}')
        $$;

        -- Some of the rows of one table: each says what it said before the first of them. What was made goes first, and what was taken away comes last, so that periods never overlap.
        CREATE FUNCTION put_back_rows(reorganisation uuid, which text, first_number bigint, last_number bigint, stamp jsonb) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            kept constant text := '(SELECT r.key, (array_agg(r.before ORDER BY r.number))[1] AS before, (array_agg(r.after ORDER BY r.number DESC))[1] AS after
                FROM reorganisation_rows r WHERE r.reorganisation_id = $1 AND r.number BETWEEN $2 AND $3 GROUP BY r.key) AS kept';
            no_belief constant text[] := '{authority_path,shared_with}';  -- who may see it is read from its facility, or follows
        BEGIN
            EXECUTE format('DELETE FROM %I AS t USING %s WHERE t.%I = kept.key AND kept.before IS NULL', which, kept, reorganised_by(which)) USING reorganisation, first_number, last_number;
            EXECUTE format(
                'UPDATE %1$I AS t SET (%2$s) = (SELECT %3$s FROM jsonb_populate_record(t,
                    said_again(kept.before, $4) - CASE WHEN kept.before ? ''facility_code'' THEN ''{shared_with}'' ELSE $5 END) AS p)
                 FROM %5$s WHERE t.%4$I = kept.key AND kept.before IS NOT NULL AND kept.after IS NOT NULL',
                which, columns_of(which), columns_of(which, 'p.'), reorganised_by(which), kept) USING reorganisation, first_number, last_number, stamp, no_belief;
            EXECUTE format(
                'INSERT INTO %1$I (%2$s) SELECT %3$s FROM %4$s, LATERAL jsonb_populate_record(NULL::%1$I, said_again(kept.before, $4)) AS p WHERE kept.before IS NOT NULL AND kept.after IS NULL',
                which, columns_of(which), columns_of(which, 'p.'), kept) USING reorganisation, first_number, last_number, stamp;
        END
        $$;

        -- Put back what each row said, the newest first: rows of one table that were written one after the other go back together.
        -- As the owner: facilities of others stood in the areas too.
        CREATE OR REPLACE FUNCTION put_back(reorganisation uuid, stamp jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            run record;
            one bigint;
        BEGIN
            FOR run IN
                SELECT table_name, min(number) AS first_number, max(number) AS last_number FROM (
                    SELECT r.table_name, r.number, row_number() OVER (ORDER BY r.number) - row_number() OVER (PARTITION BY r.table_name ORDER BY r.number) AS run
                    FROM reorganisation_rows r WHERE r.reorganisation_id = reorganisation
                ) AS written GROUP BY table_name, written.run ORDER BY last_number DESC
            LOOP
                BEGIN
                    PERFORM put_back_rows(reorganisation, run.table_name, run.first_number, run.last_number, stamp);
                EXCEPTION WHEN unique_violation OR exclusion_violation THEN
                    -- Two areas that took each other's code cannot give it back at once: one by one, the way they went.
                    FOR one IN SELECT r.number FROM reorganisation_rows r WHERE r.reorganisation_id = reorganisation AND r.number BETWEEN run.first_number AND run.last_number ORDER BY r.number DESC LOOP
                        PERFORM put_back_rows(reorganisation, run.table_name, one, one, stamp);
                    END LOOP;
                END;
            END LOOP;
        END
        $$;
        """
    )
