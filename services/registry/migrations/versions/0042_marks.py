"""Nobody marks by hand that somebody stands beside the others of a full post: an import does, or a reorganisation that merges posts."""

from shared.migrate import sql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A mark that the same assignment bears already in the same post is no new one: its periods are cut, ended, corrected and put back.
        CREATE FUNCTION assignment_marked() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (NEW.over_filled = 'import' AND coalesce(current_setting('relais.importing', true), '') = 'assignments')
                OR (NEW.over_filled = 'reorganisation'
                    AND EXISTS (SELECT FROM reorganisations AS r WHERE r.id::text = split_part(current_setting('relais.reorganisation', true), ' ', 1)))
                OR EXISTS (SELECT FROM assignments AS a WHERE a.id = NEW.id AND a.post_id = NEW.post_id AND a.over_filled = NEW.over_filled)
                OR EXISTS (SELECT FROM assignments_history AS h WHERE h.id = NEW.id AND h.post_id = NEW.post_id AND h.over_filled = NEW.over_filled)
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'a post is filled above its share by an import or a reorganisation alone' USING ERRCODE = '23514', CONSTRAINT = 'over_filled_by_import_or_reorganisation';
        END
        $$;
        CREATE TRIGGER assignments_marked BEFORE INSERT OR UPDATE OF over_filled, post_id ON assignments FOR EACH ROW
            WHEN (NEW.over_filled IS NOT NULL) EXECUTE FUNCTION assignment_marked();
        """
    )
