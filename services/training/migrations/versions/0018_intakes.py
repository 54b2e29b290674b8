"""Intakes of institutes: competitions with reserved seats and a cut-off, candidates, the waiting list, and students until they graduate or leave."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE intakes ({COLUMNS}
            state text NOT NULL CONSTRAINT intake_state CHECK (state IN ('open', 'preselected', 'listed', 'closed')),
            capacity_id uuid NOT NULL REFERENCES seat_capacities,
            facility_code text NOT NULL,
            region text NOT NULL,
            ownership text NOT NULL,
            stream text NOT NULL,
            year integer NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            kept_as text NOT NULL CONSTRAINT intake_kept_as CHECK (kept_as IN ('candidates', 'counts')),
            rule_pack text NOT NULL,
            seats integer NOT NULL CONSTRAINT intake_seats CHECK (seats > 0),
            reserved jsonb NOT NULL DEFAULT '{{}}',
            opens_on date,
            closes_on date,
            applicants integer NOT NULL DEFAULT 0,
            sat integer NOT NULL DEFAULT 0,
            cut_off numeric(4, 2),
            filled integer NOT NULL DEFAULT 0,
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            listed_by text,
            listed_on date,
            CONSTRAINT intake_reference UNIQUE (authority_path, reference),
            CONSTRAINT intake_once UNIQUE (capacity_id),
            CONSTRAINT intake_window CHECK (closes_on >= opens_on),
            CONSTRAINT intake_counts CHECK (sat <= applicants AND filled >= 0),
            CONSTRAINT intake_never_above_its_seats CHECK (filled <= seats)
        );
        CREATE INDEX intakes_list ON intakes (year, region, stream, id);

        CREATE TABLE intake_candidates ({COLUMNS}
            state text NOT NULL CONSTRAINT intake_candidate_state CHECK (state IN ('applied', 'convened', 'below', 'admitted', 'waiting', 'not_admitted', 'registered', 'declined')),
            intake_id uuid NOT NULL REFERENCES intakes,
            facility_code text NOT NULL,
            person_id uuid NOT NULL,
            number integer NOT NULL,
            code text NOT NULL,
            diploma text NOT NULL,
            regional numeric(4, 2),
            national numeric(4, 2),
            average numeric(4, 2),
            score numeric(4, 2) NOT NULL,
            quota text,
            mark numeric(4, 2),
            rank integer,
            list text,
            called_on date,
            register_by date,
            declined_on date,
            reason text,
            applied_on date NOT NULL,
            applied_by text NOT NULL,
            CONSTRAINT intake_candidate_reference UNIQUE (authority_path, reference),
            CONSTRAINT intake_candidate_once UNIQUE (intake_id, person_id),
            CONSTRAINT intake_candidate_number UNIQUE (intake_id, number),
            CONSTRAINT intake_candidate_code UNIQUE (code),
            CONSTRAINT intake_candidate_marks CHECK ((average IS NULL) = (regional IS NOT NULL AND national IS NOT NULL)),
            CONSTRAINT intake_candidate_called CHECK ((state IN ('admitted', 'registered')) <= (called_on IS NOT NULL AND register_by IS NOT NULL))
        );
        CREATE INDEX intake_candidates_of_intake ON intake_candidates (intake_id, rank, number);
        CREATE INDEX intake_candidates_person ON intake_candidates (person_id);

        CREATE TABLE students ({COLUMNS}
            state text NOT NULL CONSTRAINT student_state CHECK (state IN ('studying', 'graduated', 'left')),
            intake_id uuid NOT NULL REFERENCES intakes,
            candidate_id uuid NOT NULL REFERENCES intake_candidates,
            facility_code text NOT NULL,
            stream text NOT NULL,
            person_id uuid NOT NULL,
            study_year smallint NOT NULL DEFAULT 1,
            registered_by text NOT NULL,
            registered_on date NOT NULL,
            graduated_on date,
            left_on date,
            seat_freed boolean NOT NULL DEFAULT false,
            reason text,
            CONSTRAINT student_reference UNIQUE (authority_path, reference),
            CONSTRAINT student_of_candidate UNIQUE (candidate_id),
            CONSTRAINT student_left_with_reason CHECK ((state = 'left') = (left_on IS NOT NULL AND reason <> '')),
            CONSTRAINT student_graduated_on_a_day CHECK ((state = 'graduated') = (graduated_on IS NOT NULL)),
            CONSTRAINT student_freed_by_leaving CHECK (NOT seat_freed OR state = 'left')
        );
        CREATE UNIQUE INDEX student_once ON students (person_id) WHERE state = 'studying';
        CREATE INDEX students_of_intake ON students (intake_id, registered_on, id);

        CREATE TABLE student_years (
            student_id uuid NOT NULL REFERENCES students ON DELETE CASCADE,
            year integer NOT NULL,
            study_year smallint NOT NULL,
            outcome text NOT NULL CONSTRAINT student_year_outcome CHECK (outcome IN ('passed', 'repeated')),
            decided_on date NOT NULL,
            entered_by text NOT NULL,
            PRIMARY KEY (student_id, year)
        );
        """
    )
    for table in ("intakes", "intake_candidates", "students"):
        protect(table)
    protect("student_years", condition="EXISTS (SELECT FROM students WHERE students.id = student_id)")
    sql(
        """
        -- An intake never offers more than the capacity: whoever opens it and whoever lowers the capacity wait for each other on its row.
        CREATE FUNCTION guard_intake_seats() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        DECLARE
            most integer;
        BEGIN
            SELECT c.seats INTO most FROM seat_capacities c WHERE c.id = NEW.capacity_id FOR SHARE;
            IF NEW.seats > most THEN
                RAISE EXCEPTION 'an intake is above the capacity' USING ERRCODE = '23514', CONSTRAINT = 'intake_above_capacity';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER intakes_stay_within_capacity BEFORE INSERT OR UPDATE OF seats, capacity_id ON intakes FOR EACH ROW EXECUTE FUNCTION guard_intake_seats();
        CREATE FUNCTION guard_seat_capacities() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF EXISTS (SELECT FROM intakes i WHERE i.capacity_id = NEW.id AND i.seats > NEW.seats) THEN
                RAISE EXCEPTION 'an intake offers more than this capacity' USING ERRCODE = '23514', CONSTRAINT = 'capacity_below_intake';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER seat_capacities_hold_intakes BEFORE UPDATE OF seats ON seat_capacities FOR EACH ROW EXECUTE FUNCTION guard_seat_capacities();
        -- Each student takes a seat of the intake, whose row is locked meanwhile: of two who register for the last seat one is refused by intake_never_above_its_seats.
        CREATE FUNCTION take_seat() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                UPDATE intakes SET filled = filled + 1 WHERE id = NEW.intake_id;
            ELSIF NEW.seat_freed AND NOT OLD.seat_freed THEN
                UPDATE intakes SET filled = filled - 1 WHERE id = NEW.intake_id;
            END IF;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER students_take_seats AFTER INSERT OR UPDATE OF seat_freed ON students FOR EACH ROW EXECUTE FUNCTION take_seat();

        -- As the owner: the table of cut-offs is for everybody (INT-02), and whoever holds the code of an application reads why it came out as it did. Neither names anybody.
        CREATE FUNCTION published_cut_offs(wanted integer, country text)
        RETURNS TABLE (institute text, other_name text, facility_code text, region text, ownership text, stream text, seats integer, applicants integer, sat integer, cut_off numeric, filled integer)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT n.name, n.other_name, i.facility_code, i.region, i.ownership, i.stream, i.seats, i.applicants, i.sat, i.cut_off, i.filled
            FROM intakes i JOIN institutes n ON n.facility_code = i.facility_code
            WHERE i.year = wanted AND i.cut_off IS NOT NULL AND split_part(i.region, '-', 1) = country ORDER BY i.region, n.name, i.stream
        $$;
        CREATE FUNCTION candidate_of_code(wanted text)
        RETURNS TABLE (institute text, other_name text, stream text, year integer, rule_pack text, seats integer, cut_off numeric, intake_state text, state text, score numeric, mark numeric,
            rank integer, list text, register_by date, waiting bigint, last_mark numeric)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT n.name, n.other_name, i.stream, i.year, i.rule_pack, i.seats, i.cut_off, i.state, c.state, c.score, c.mark, c.rank, c.list, c.register_by,
                (SELECT count(*) FROM intake_candidates o WHERE o.intake_id = c.intake_id AND o.state = 'waiting' AND o.rank <= c.rank),
                (SELECT min(o.mark) FROM intake_candidates o WHERE o.intake_id = c.intake_id AND o.list = 'general' AND o.called_on IS NOT NULL)
            FROM intake_candidates c JOIN intakes i ON i.id = c.intake_id JOIN institutes n ON n.facility_code = i.facility_code WHERE c.code = wanted
        $$;
        """
    )
    sql(
        f"""
        REVOKE EXECUTE ON FUNCTION published_cut_offs, candidate_of_code FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION published_cut_offs, candidate_of_code TO {service}_app, {service}_worker;
        """
    )
    audit_wall_opens({"intake": "intakes", "intake_candidate": "intake_candidates", "student": "students"})
