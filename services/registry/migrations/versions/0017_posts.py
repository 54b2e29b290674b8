"""Acts on a post say what they were and why; a post is over-filled only by a marked import or reorganisation, and nothing is added to it meanwhile."""

from shared.migrate import sql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks, and a new column of a constant default rewrites nothing.
        -- squawk-ignore-file constraint-missing-not-valid, adding-required-field, ban-drop-function
        ALTER TABLE posts ADD COLUMN act text NOT NULL DEFAULT 'recorded', ADD COLUMN reason text;
        ALTER TABLE posts ADD CONSTRAINT post_act CHECK (act IN ('recorded', 'changed', 'frozen', 'unfrozen', 'abolished'));
        ALTER TABLE posts_history ADD COLUMN act text NOT NULL DEFAULT 'recorded', ADD COLUMN reason text;
        ALTER TABLE assignments ADD COLUMN over_filled text;
        ALTER TABLE assignments ADD CONSTRAINT assignment_over_filled CHECK (over_filled IS NULL OR (over_filled IN ('import', 'reorganisation') AND post_id IS NOT NULL));
        ALTER TABLE assignments_history ADD COLUMN over_filled text;

        -- What is not marked stays within the post's share; and what is added unmarked finds room beside the marked that stood before.
        CREATE FUNCTION refuse_overfilled_posts(changed uuid[], added uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public SET plan_cache_mode = force_custom_plan SET enable_nestloop = off AS $$
        BEGIN
            PERFORM FROM posts WHERE id = ANY (changed) ORDER BY id, row_id FOR UPDATE;
            IF EXISTS (
                WITH offered AS MATERIALIZED (
                    SELECT id, range_agg(valid) AS days FROM posts WHERE id = ANY (changed) AND NOT frozen GROUP BY id
                ), taken AS MATERIALIZED (
                    SELECT post_id, valid FROM assignments WHERE post_id = ANY (changed) AND state = 'active'
                )
                SELECT FROM taken LEFT JOIN offered ON offered.id = taken.post_id WHERE NOT coalesce(taken.valid <@ offered.days, false)
            ) THEN
                RAISE EXCEPTION 'an assignment lies outside the days on which its post is open'
                    USING ERRCODE = '23514', CONSTRAINT = 'assignment_within_open_post';
            END IF;
            IF EXISTS (
                WITH offered AS MATERIALIZED (
                    SELECT id, valid, fte FROM posts WHERE id = ANY (changed)
                ), taken AS MATERIALIZED (
                    SELECT post_id, valid, fte_share, over_filled IS NOT NULL AS marked, coalesce(row_id = ANY (added), false) AS is_new
                    FROM assignments WHERE post_id = ANY (changed) AND state = 'active'
                ), turn AS MATERIALIZED (
                    SELECT post_id, lower(valid) AS day FROM taken UNION SELECT id, lower(valid) FROM offered
                )
                SELECT FROM turn
                JOIN offered ON offered.id = turn.post_id AND offered.valid @> turn.day
                JOIN taken ON taken.post_id = turn.post_id AND taken.valid @> turn.day
                GROUP BY turn.post_id, turn.day, offered.fte
                HAVING sum(taken.fte_share) FILTER (WHERE NOT taken.marked) > offered.fte
                    OR (sum(taken.fte_share) FILTER (WHERE NOT (taken.marked AND taken.is_new)) > offered.fte AND bool_or(taken.is_new AND NOT taken.marked))
            ) THEN
                RAISE EXCEPTION 'a post is filled above its share' USING ERRCODE = '23514', CONSTRAINT = 'post_filled_above_its_share';
            END IF;
        END
        $$;

        CREATE FUNCTION assignments_added() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM refuse_overfilled_posts(
                (SELECT array_agg(DISTINCT post_id) FROM written WHERE post_id IS NOT NULL AND state = 'active'),
                (SELECT array_agg(row_id) FROM written WHERE post_id IS NOT NULL AND state = 'active'));
            PERFORM refuse_overloaded_persons((SELECT array_agg(DISTINCT person_id) FROM written WHERE state = 'active'));
            RETURN NULL;
        END
        $$;
        -- Somebody who leaves an over-filled post earlier, or takes less of it, adds nothing.
        -- Nothing is known of how many rows a statement wrote: they are hashed, never looped over.
        CREATE FUNCTION assignments_rewritten() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
        BEGIN
            PERFORM refuse_overfilled_posts(
                (SELECT array_agg(DISTINCT post_id) FROM written WHERE post_id IS NOT NULL AND state = 'active'),
                (SELECT array_agg(n.row_id) FROM written n JOIN earlier o ON o.row_id = n.row_id
                 WHERE n.post_id IS NOT NULL AND n.state = 'active'
                    AND NOT (o.state = 'active' AND o.post_id IS NOT DISTINCT FROM n.post_id AND n.valid <@ o.valid AND n.fte_share <= o.fte_share AND o.over_filled IS NULL)));
            PERFORM refuse_overloaded_persons((SELECT array_agg(DISTINCT person_id) FROM written WHERE state = 'active'));
            RETURN NULL;
        END
        $$;
        DROP TRIGGER assignments_inserted ON assignments;
        DROP TRIGGER assignments_updated ON assignments;
        CREATE TRIGGER assignments_inserted AFTER INSERT ON assignments REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION assignments_added();
        CREATE TRIGGER assignments_updated AFTER UPDATE ON assignments REFERENCING OLD TABLE AS earlier NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION assignments_rewritten();
        DROP FUNCTION assignments_changed();
        CREATE OR REPLACE FUNCTION post_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM refuse_overfilled_posts(ARRAY[OLD.id], NULL::uuid[]);
            RETURN NULL;
        END
        $$;
        DROP FUNCTION refuse_overfilled_posts(uuid[]);

        -- As the owner: a post is empty whoever it was that sent its holder away.
        CREATE FUNCTION away_elsewhere(persons uuid[], days daterange) RETURNS TABLE (person_id uuid, valid daterange)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT a.person_id, a.valid FROM assignments a
            WHERE a.person_id = ANY (persons) AND a.state = 'active' AND a.kind IN ('mission', 'secondment', 'training_leave') AND a.valid && days
        $$;
        """
    )
