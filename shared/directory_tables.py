"""The directory's tables, for a service's first migration."""

from pathlib import Path

from shared.migrate import protect, protect_reference, sql

LATER = Path(__file__).parent / "sql" / "later"


def rows_follow_places() -> None:
    """The service's own rows follow the authority of their facility (shared/directory.py): one migration in each service that hears of places."""
    sql((LATER / "rows_follow_places.sql").read_text(encoding="utf-8"))


def place_tables() -> None:
    """Places, which everybody may know."""
    sql(
        """
        CREATE TABLE facilities (
            facility_id uuid NOT NULL,
            code text NOT NULL,
            authority_path ltree NOT NULL,
            facility_type text NOT NULL,
            level text NOT NULL,
            ownership text NOT NULL,
            area_code text NOT NULL,
            area_path text[] NOT NULL,
            technical_supervisor text,
            remoteness text NOT NULL,
            tier text,
            valid daterange NOT NULL,
            PRIMARY KEY (facility_id, valid)
        );
        CREATE INDEX facilities_code ON facilities (code);

        CREATE TABLE facility_authorities (
            facility_id uuid NOT NULL,
            code text NOT NULL,
            path ltree NOT NULL,
            valid daterange NOT NULL,
            PRIMARY KEY (facility_id, valid)
        );
        CREATE INDEX facility_authorities_code ON facility_authorities (code);
        """
    )
    for table in ("facilities", "facility_authorities"):
        protect_reference(table)


def directory_tables() -> None:
    """Places for everybody; workers and assignments for those who have a relation to them."""
    place_tables()
    sql(
        """
        CREATE TABLE workers (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL,
            worker_no text,
            occupation_code text NOT NULL,
            occupation_group text NOT NULL,
            specialty text,
            employment_type text,
            first_day date,
            retirement_on date,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL
        );
        CREATE INDEX workers_person ON workers (person_id);
        CREATE INDEX workers_number ON workers (worker_no);

        CREATE TABLE assignments (
            assignment_id uuid NOT NULL,
            worker_id uuid NOT NULL,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL,
            unit text,
            kind text NOT NULL,
            fte_share numeric NOT NULL,
            post_id uuid,
            state text NOT NULL,
            source_service text,
            source_id uuid,
            valid daterange NOT NULL,
            PRIMARY KEY (assignment_id, valid)
        );
        CREATE INDEX assignments_person ON assignments (person_id);
        CREATE INDEX assignments_facility ON assignments (facility_code);
        """
    )
    for table in ("workers", "assignments"):
        protect(table)
