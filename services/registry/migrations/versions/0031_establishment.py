"""The yearly round of the establishment: ceilings asked, arbitrated and notified; once notified no post goes above them."""

from shared.audit_tables import audit_wall
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "account": "accounts",
    "assignment": "assignments",
    "ceiling": "establishment_ceilings",
    "correction": "corrections",
    "document": "documents",
    "duplicate": "possible_duplicates",
    "employment": "employments",
    "establishment-round": "establishment_rounds",
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
# A round is read by the facilities below the authority that opened it: they ask in it.
FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE establishment_rounds (
            {COLUMNS}
            state text NOT NULL,
            authority text NOT NULL,
            year integer NOT NULL,
            ask_by date NOT NULL,
            decision_number text,
            notified_on date,
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            CONSTRAINT establishment_round_reference UNIQUE (authority_path, reference),
            CONSTRAINT one_round_a_year UNIQUE (authority, year),
            CONSTRAINT establishment_round_state CHECK (state IN ('open', 'notified') AND (state = 'notified') = (decision_number IS NOT NULL AND notified_on IS NOT NULL))
        );

        CREATE TABLE establishment_ceilings (
            {COLUMNS}
            state text NOT NULL,
            round_id uuid NOT NULL REFERENCES establishment_rounds (id),
            year integer NOT NULL,
            facility_id uuid NOT NULL,
            facility_code text NOT NULL,
            asked_fte numeric(8,3) NOT NULL,
            justification text NOT NULL,
            asked_by text NOT NULL,
            asked_on date NOT NULL,
            arbitrated_fte numeric(8,3),
            comment text,
            arbitrated_by text,
            arbitrated_on date,
            CONSTRAINT ceiling_reference UNIQUE (authority_path, reference),
            CONSTRAINT one_ceiling_a_facility UNIQUE (round_id, facility_id),
            CONSTRAINT ceiling_state CHECK (state IN ('asked', 'arbitrated', 'notified')),
            CONSTRAINT ceiling_shares CHECK (asked_fte >= 0 AND arbitrated_fte >= 0),
            CONSTRAINT ceiling_is_arbitrated CHECK ((state <> 'asked') = (arbitrated_fte IS NOT NULL AND arbitrated_by IS NOT NULL AND arbitrated_on IS NOT NULL)),
            CONSTRAINT arbitrated_by_another CHECK (arbitrated_by IS DISTINCT FROM asked_by)
        );
        CREATE INDEX establishment_ceilings_by_facility ON establishment_ceilings (facility_id);
        """
    )
    sql(
        """
        -- As the owner: the posts of a facility count whoever may see them. Two who open posts there wait for each other at its ceiling.
        CREATE FUNCTION refuse_posts_above_ceiling(changed uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            -- In any state: a ceiling that is being notified waits for the posts that are being opened, and they for it.
            PERFORM FROM establishment_ceilings WHERE facility_id = ANY (changed) ORDER BY id FOR UPDATE;
            IF NOT FOUND THEN
                RETURN;
            END IF;
            IF EXISTS (
                WITH bound AS MATERIALIZED (
                    SELECT facility_id, arbitrated_fte, daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1)) AS days
                    FROM establishment_ceilings WHERE facility_id = ANY (changed) AND state = 'notified'
                ), standing AS MATERIALIZED (
                    SELECT facility_id, valid, fte FROM posts WHERE facility_id IN (SELECT facility_id FROM bound)
                ), turn AS MATERIALIZED (
                    SELECT DISTINCT b.facility_id, b.days, b.arbitrated_fte, greatest(lower(s.valid), lower(b.days)) AS day
                    FROM bound b JOIN standing s ON s.facility_id = b.facility_id AND s.valid && b.days
                )
                SELECT FROM turn t JOIN standing s ON s.facility_id = t.facility_id AND s.valid @> t.day
                GROUP BY t.facility_id, t.day, t.arbitrated_fte HAVING sum(s.fte) > t.arbitrated_fte
            ) THEN
                RAISE EXCEPTION 'the posts of a facility go above its ceiling' USING ERRCODE = '23514', CONSTRAINT = 'posts_above_ceiling';
            END IF;
        END
        $$;

        CREATE FUNCTION posts_below_ceiling() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM refuse_posts_above_ceiling((SELECT array_agg(DISTINCT facility_id) FROM written));
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER posts_inserted_below_ceiling AFTER INSERT ON posts REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION posts_below_ceiling();
        CREATE TRIGGER posts_updated_below_ceiling AFTER UPDATE ON posts REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION posts_below_ceiling();

        CREATE FUNCTION ceiling_notified() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM refuse_posts_above_ceiling(ARRAY[NEW.facility_id]);
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER ceilings_notified AFTER UPDATE ON establishment_ceilings FOR EACH ROW WHEN (NEW.state = 'notified') EXECUTE FUNCTION ceiling_notified();
        """
    )
    protect("establishment_rounds")
    protect("establishment_ceilings")
    sql(f"CREATE POLICY establishment_rounds_below ON establishment_rounds FOR SELECT TO {service_of_migration()}_app USING ({FROM_BELOW});")
    audit_wall(KINDS, managed=MANAGED)
