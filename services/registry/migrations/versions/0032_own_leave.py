"""A worker asks for leave without any relation to the facility, and nobody decides on their own; a calendar is read by whoever knows its address."""

from shared.migrate import VISIBLE, protect, sql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# Whoever asks about themselves: the code names the person behind the account for one transaction (services/registry/persons/own.py).
OWN = f"{VISIBLE} OR person_id = nullif(current_setting('relais.person', true), '')::uuid"
ASKED = ("absences", "holds", "hold_periods", "work_items")


def upgrade() -> None:
    for table in ASKED:
        sql(
            f"""
            ALTER POLICY {table}_read ON {table} USING ({OWN});
            ALTER POLICY {table}_insert ON {table} WITH CHECK ({OWN});
            ALTER POLICY {table}_update ON {table} USING ({OWN}) WITH CHECK ({OWN});
            """
        )
    sql(
        """
        -- Whoever asked for it for the person is not the only one who may not decide: the person may not either, by whichever account.
        CREATE FUNCTION absence_decided() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.decided_by IS NOT NULL AND NEW.decided_by IS DISTINCT FROM OLD.decided_by AND person_of_account(NEW.decided_by) = NEW.person_id THEN
                RAISE EXCEPTION 'nobody decides on their own leave' USING ERRCODE = '23514', CONSTRAINT = 'absence_not_decided_by_its_person';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER absences_decided BEFORE UPDATE OF decided_by ON absences FOR EACH ROW EXECUTE FUNCTION absence_decided();

        -- The address of a calendar is a secret: its hash alone is kept.
        CREATE TABLE calendar_feeds (
            id uuid PRIMARY KEY,
            token_hash bytea NOT NULL,
            person_id uuid REFERENCES persons (id) ON DELETE CASCADE,
            facility_code text,
            unit text,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            made_by text NOT NULL,
            made_on date NOT NULL,
            revoked_on date,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT calendar_token_once UNIQUE (token_hash),
            CONSTRAINT calendar_is_of_one CHECK (num_nonnulls(person_id, facility_code) = 1 AND (unit IS NULL OR facility_code IS NOT NULL))
        );
        CREATE INDEX calendar_feeds_by_maker ON calendar_feeds (made_by, id);

        -- As the owner: whoever knows the address has no relation. It says on which days somebody is away and never why; with the account that made it the calendar ends.
        CREATE FUNCTION calendar_of_token(hashed bytea, first date, last date)
            RETURNS TABLE (title text, person_id uuid, name text, days daterange, changed timestamptz)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            WITH feed AS (
                SELECT f.* FROM calendar_feeds f WHERE f.token_hash = hashed AND f.revoked_on IS NULL AND NOT EXISTS (
                    SELECT FROM accounts c WHERE c.issuer || '#' || c.subject = f.made_by AND c.state = 'closed'
                )
            ), people AS (
                SELECT feed.person_id FROM feed WHERE feed.person_id IS NOT NULL
                UNION
                SELECT a.person_id FROM feed JOIN assignments a ON a.facility_code = feed.facility_code AND a.state = 'active' AND a.kind IN ('primary', 'concurrent', 'acting')
                    AND a.valid && daterange(first, last, '[]') AND (feed.unit IS NULL OR a.unit = feed.unit)
            )
            SELECT coalesce((SELECT concat_ws(' · ', p.name, feed.unit) FROM facilities p WHERE p.code = feed.facility_code ORDER BY lower(p.valid) DESC LIMIT 1), ''),
                h.person_id, CASE WHEN feed.person_id IS NULL THEN n.name END, d.days, h.recorded_at
            FROM feed
            LEFT JOIN (people JOIN hold_periods d ON d.person_id = people.person_id AND d.held AND d.standing = 'confirmed' AND d.days && daterange(first, last, '[]')
                JOIN holds h ON h.id = d.hold_id AND h.state = 'confirmed' JOIN persons n ON n.id = d.person_id) ON true
        $$;
        """
    )
    protect("calendar_feeds", condition=OWN)
