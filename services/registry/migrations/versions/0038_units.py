"""Units: poles, departments, services and wards of a facility as a dated tree, and the unit in which a post stands on each day."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    units()
    posts_stand_in_units()


def units() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks, and no post stands in a unit yet.
        -- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, require-concurrent-index-creation
        CREATE TABLE units (
            row_id uuid PRIMARY KEY,
            id uuid NOT NULL,
            valid daterange NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            done_on date NOT NULL,
            entered_on date NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            recorded_by text NOT NULL,
            facility_id uuid NOT NULL,
            facility_code text NOT NULL,
            parent_id uuid,
            code text NOT NULL,
            kind text NOT NULL,
            name text NOT NULL,
            sort_key text COLLATE "C" NOT NULL,
            names jsonb NOT NULL DEFAULT '{}',
            specialty text,
            services text[] NOT NULL DEFAULT '{}',
            act text NOT NULL DEFAULT 'recorded',
            reason text,
            decision_number text,
            CONSTRAINT unit_periods UNIQUE (id, valid WITHOUT OVERLAPS),
            CONSTRAINT unit_periods_in_facility UNIQUE (facility_id, id, valid WITHOUT OVERLAPS),
            CONSTRAINT unit_code_is_taken EXCLUDE USING gist (facility_id WITH =, code WITH =, id WITH <>),
            CONSTRAINT unit_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND upper(valid) IS DISTINCT FROM 'infinity'),
            CONSTRAINT unit_kind CHECK (kind IN ('pole', 'department', 'service', 'unit', 'ward', 'office')),
            CONSTRAINT unit_act CHECK (act IN ('recorded', 'changed', 'closed')),
            CONSTRAINT unit_names CHECK (jsonb_typeof(names) = 'object'),
            CONSTRAINT unit_within_facility FOREIGN KEY (facility_id, PERIOD valid) REFERENCES facilities (id, PERIOD valid) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT unit_parent_in_facility FOREIGN KEY (facility_id, parent_id, PERIOD valid) REFERENCES units (facility_id, id, PERIOD valid) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT unit_parent_exists FOREIGN KEY (parent_id, PERIOD valid) REFERENCES units (id, PERIOD valid) DEFERRABLE INITIALLY DEFERRED
        );
        CREATE INDEX units_by_id ON units (id);
        CREATE INDEX units_by_facility ON units (facility_code, sort_key, id);
        CREATE INDEX units_by_parent ON units (parent_id) WHERE parent_id IS NOT NULL;
        CREATE TABLE units_history (
            LIKE units,
            recorded tstzrange NOT NULL,
            superseded_act text,
            superseded_by text,
            superseded_reason text
        );
        CREATE INDEX units_history_by_id ON units_history (id);
        CREATE TRIGGER units_earlier AFTER UPDATE OR DELETE ON units FOR EACH ROW EXECUTE FUNCTION keep_earlier_belief();
        CREATE TRIGGER units_reorganised AFTER INSERT OR UPDATE OR DELETE ON units FOR EACH ROW
            WHEN (coalesce(current_setting('relais.reorganisation', true), '') <> '') EXECUTE FUNCTION keep_reorganised_row('row_id');

        -- Deferred, as the others: a split shortens a period before the next one begins. Two who hang two units below each other wait here, and the second sees what the first did.
        CREATE FUNCTION refuse_unit_circle() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('units ' || NEW.facility_id, 0));
            IF EXISTS (
                WITH RECURSIVE above (unit, days) AS (
                    SELECT u.parent_id, u.valid FROM units AS u WHERE u.id = NEW.id AND u.parent_id IS NOT NULL
                    UNION ALL
                    SELECT u.parent_id, u.valid * above.days FROM above JOIN units AS u ON u.id = above.unit AND u.valid && above.days
                    WHERE u.parent_id IS NOT NULL AND above.unit <> NEW.id
                ) CYCLE unit SET is_circle USING way
                SELECT FROM above WHERE unit = NEW.id OR is_circle
            ) THEN
                RAISE EXCEPTION 'a unit would contain itself' USING ERRCODE = '23514', CONSTRAINT = 'unit_within_itself';
            END IF;
            RETURN NULL;
        END
        $$;
        CREATE CONSTRAINT TRIGGER units_hang_from_a_root AFTER INSERT OR UPDATE ON units DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION refuse_unit_circle();

        -- A unit and all that hangs below it on a day.
        CREATE FUNCTION units_within(unit uuid, day date) RETURNS SETOF uuid LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
            WITH RECURSIVE within (id) AS (
                SELECT unit
                UNION
                SELECT u.id FROM within JOIN units AS u ON u.parent_id = within.id AND u.valid @> day
            )
            SELECT id FROM within
        $$;
        """
    )
    service = service_of_migration()
    sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON units_history FROM {service}_app, {service}_worker;")
    protect("units", public_read=True)
    protect("units_history", public_read=True)
    audit_wall_opens(managed={"unit": "units"})


def posts_stand_in_units() -> None:
    """A unit of the post's own facility that exists on all the days on which the post stands in it."""
    sql(
        """
        ALTER TABLE posts ADD COLUMN unit_id uuid;
        ALTER TABLE posts_history ADD COLUMN unit_id uuid;
        ALTER TABLE posts ADD CONSTRAINT post_stands_in_unit FOREIGN KEY (facility_id, unit_id, PERIOD valid) REFERENCES units (facility_id, id, PERIOD valid) DEFERRABLE INITIALLY DEFERRED;
        CREATE INDEX posts_by_unit ON posts (unit_id) WHERE unit_id IS NOT NULL;
        """
    )
