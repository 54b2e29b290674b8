"""A purpose for which a person is kept ends on a day; how long the file stays after it is the law's, and what is due for erasure is told."""

from shared.migrate import sql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- Every purpose that stands has no end: the new rules hold for each row there is.
        -- squawk-ignore-file constraint-missing-not-valid, adding-required-field, prefer-robust-stmts, require-concurrent-index-creation
        ALTER TABLE person_purposes
            ADD COLUMN until date,
            ADD COLUMN erase_from date,
            ADD COLUMN ended_by text,
            ADD COLUMN erasure_told boolean NOT NULL DEFAULT false,
            ADD CONSTRAINT purpose_ends_after_it_began CHECK (until >= since),
            ADD CONSTRAINT purpose_ended_has_its_retention CHECK ((until IS NULL) = (erase_from IS NULL) AND (until IS NULL) = (ended_by IS NULL));
        CREATE INDEX person_purposes_due ON person_purposes (erase_from) WHERE erase_from IS NOT NULL AND NOT erasure_told;

        -- As the owner: an employment elsewhere keeps the purpose too, though the writer may not see it.
        CREATE FUNCTION purpose_ended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            IF NEW.purpose = 'worker' AND (
                EXISTS (SELECT FROM employments AS e WHERE e.person_id = NEW.person_id AND NOT e.valid <@ daterange(NULL, NEW.until, '[]'))
                OR EXISTS (SELECT FROM assignments AS a WHERE a.person_id = NEW.person_id AND a.state = 'active' AND NOT a.valid <@ daterange(NULL, NEW.until, '[]'))
            ) THEN
                RAISE EXCEPTION 'somebody who works is kept as a worker' USING ERRCODE = '23514', CONSTRAINT = 'purpose_is_still_served';
            END IF;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER person_purposes_ended AFTER INSERT OR UPDATE OF until ON person_purposes FOR EACH ROW WHEN (NEW.until IS NOT NULL) EXECUTE FUNCTION purpose_ended();
        """
    )
