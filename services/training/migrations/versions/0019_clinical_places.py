"""Clinical placements of students: how many a unit takes in a period, and which groups are there."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE clinical_places ({COLUMNS}
            state text NOT NULL CONSTRAINT clinical_place_state CHECK (state IN ('offered')),
            facility_code text NOT NULL,
            unit text NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            places integer NOT NULL CONSTRAINT clinical_place_places CHECK (places > 0),
            offered_by text NOT NULL,
            offered_on date NOT NULL,
            CONSTRAINT clinical_place_reference UNIQUE (authority_path, reference),
            CONSTRAINT clinical_place_period CHECK (ends_on >= starts_on),
            CONSTRAINT clinical_place_once EXCLUDE USING gist (facility_code WITH =, unit WITH =, daterange(starts_on, ends_on, '[]') WITH &&)
        );
        CREATE INDEX clinical_places_list ON clinical_places (starts_on, id);

        CREATE TABLE clinical_placements ({COLUMNS}
            state text NOT NULL CONSTRAINT clinical_placement_state CHECK (state IN ('booked', 'cancelled')),
            clinical_place_id uuid NOT NULL REFERENCES clinical_places,
            intake_id uuid NOT NULL REFERENCES intakes,
            facility_code text NOT NULL,
            host_code text NOT NULL,
            unit text NOT NULL,
            stream text NOT NULL,
            students integer NOT NULL CONSTRAINT clinical_placement_students CHECK (students > 0),
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            booked_by text NOT NULL,
            booked_on date NOT NULL,
            reason text,
            CONSTRAINT clinical_placement_reference UNIQUE (authority_path, reference),
            CONSTRAINT clinical_placement_period CHECK (ends_on >= starts_on),
            CONSTRAINT clinical_placement_cancelled CHECK ((state = 'cancelled') = (reason <> ''))
        );
        CREATE INDEX clinical_placements_list ON clinical_placements (starts_on, id);
        CREATE INDEX clinical_placements_of_place ON clinical_placements (clinical_place_id, starts_on);
        """
    )
    for table in ("clinical_places", "clinical_placements"):
        protect(table)
    sql(
        """
        -- As the owner: a unit counts the students of every institute, and whoever books does not see the others' groups. One place at a time is judged, by its row.
        CREATE FUNCTION guard_clinical_placements() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            place clinical_places%ROWTYPE;
        BEGIN
            SELECT * INTO place FROM clinical_places p WHERE p.id = NEW.clinical_place_id FOR UPDATE;
            IF NEW.starts_on < place.starts_on OR NEW.ends_on > place.ends_on THEN
                RAISE EXCEPTION 'the unit takes nobody then' USING ERRCODE = '23514', CONSTRAINT = 'clinical_placement_within_period';
            END IF;
            IF EXISTS (
                SELECT FROM generate_series(NEW.starts_on, NEW.ends_on, interval '1 day') AS d (day) WHERE place.places < NEW.students + (
                    SELECT coalesce(sum(o.students), 0) FROM clinical_placements o
                    WHERE o.clinical_place_id = NEW.clinical_place_id AND o.id <> NEW.id AND o.state = 'booked' AND d.day BETWEEN o.starts_on AND o.ends_on)
            ) THEN
                RAISE EXCEPTION 'the unit is full' USING ERRCODE = '23514', CONSTRAINT = 'clinical_placement_above_places';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER clinical_placements_fit BEFORE INSERT ON clinical_placements FOR EACH ROW EXECUTE FUNCTION guard_clinical_placements();
        CREATE FUNCTION students_placed(place uuid, first date, last date) RETURNS TABLE (starts_on date, ends_on date, students integer)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT p.starts_on, p.ends_on, p.students FROM clinical_placements p
            WHERE p.clinical_place_id = place AND p.state = 'booked' AND p.starts_on <= last AND p.ends_on >= first ORDER BY p.starts_on, p.id
        $$;
        """
    )
    service = service_of_migration()
    sql(
        f"""
        REVOKE EXECUTE ON FUNCTION students_placed FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION students_placed TO {service}_app, {service}_worker;
        """
    )
    audit_wall_opens({"clinical_place": "clinical_places", "clinical_placement": "clinical_placements"})
