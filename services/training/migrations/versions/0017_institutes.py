"""Institutes of initial training: their accreditations and campuses, the seats of each stream and year, and conventions between public and private."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE institutes ({COLUMNS}
            state text NOT NULL CONSTRAINT institute_state CHECK (state IN ('open')),
            facility_code text NOT NULL,
            region text NOT NULL,
            ownership text NOT NULL,
            name text NOT NULL,
            other_name text,
            registered_by text NOT NULL,
            registered_on date NOT NULL,
            CONSTRAINT institute_reference UNIQUE (authority_path, reference),
            CONSTRAINT institute_once UNIQUE (facility_code)
        );
        CREATE INDEX institutes_list ON institutes (region, name, id);

        CREATE TABLE institute_campuses (
            institute_id uuid NOT NULL REFERENCES institutes ON DELETE CASCADE,
            number smallint NOT NULL,
            name text NOT NULL,
            area_code text NOT NULL,
            PRIMARY KEY (institute_id, number)
        );

        CREATE TABLE accreditations (
            id uuid PRIMARY KEY,
            institute_id uuid NOT NULL REFERENCES institutes ON DELETE CASCADE,
            authority text NOT NULL,
            number text NOT NULL,
            streams text[] NOT NULL CONSTRAINT accreditation_streams CHECK (cardinality(streams) > 0),
            valid_from date NOT NULL,
            valid_to date,
            recorded_by text NOT NULL,
            recorded_on date NOT NULL,
            CONSTRAINT accreditation_period CHECK (valid_to >= valid_from),
            CONSTRAINT accreditation_at_a_time EXCLUDE USING gist (institute_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
        );

        CREATE TABLE seat_capacities ({COLUMNS}
            state text NOT NULL CONSTRAINT seat_capacity_state CHECK (state IN ('set')),
            institute_id uuid NOT NULL REFERENCES institutes,
            facility_code text NOT NULL,
            region text NOT NULL,
            ownership text NOT NULL,
            stream text NOT NULL,
            year integer NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            seats integer NOT NULL CONSTRAINT seat_capacity_seats CHECK (seats BETWEEN 1 AND 5000),
            decision text,
            set_by text NOT NULL,
            set_on date NOT NULL,
            CONSTRAINT seat_capacity_reference UNIQUE (authority_path, reference),
            CONSTRAINT seat_capacity_once UNIQUE (institute_id, stream, year)
        );
        CREATE INDEX seat_capacities_list ON seat_capacities (year, region, stream, id);

        CREATE TABLE institute_conventions ({COLUMNS}
            state text NOT NULL CONSTRAINT institute_convention_state CHECK (state IN ('active', 'ended')),
            number text NOT NULL,
            institute_code text NOT NULL,
            institute_ownership text NOT NULL,
            partner_code text NOT NULL,
            partner_ownership text NOT NULL,
            subject text NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            seats integer NOT NULL,
            placements integer NOT NULL,
            teachers integer NOT NULL,
            signed_on date NOT NULL,
            recorded_by text NOT NULL,
            ended_on date,
            reason text,
            CONSTRAINT institute_convention_reference UNIQUE (authority_path, reference),
            CONSTRAINT institute_convention_number UNIQUE (authority_path, number),
            CONSTRAINT institute_convention_period CHECK (ends_on >= starts_on AND signed_on <= ends_on),
            CONSTRAINT institute_convention_promises CHECK (least(seats, placements, teachers) >= 0 AND seats + placements + teachers > 0),
            CONSTRAINT institute_convention_sectors CHECK (institute_code <> partner_code AND (institute_ownership = 'public') <> (partner_ownership = 'public')),
            CONSTRAINT institute_convention_ended CHECK ((state = 'ended') = (ended_on IS NOT NULL AND reason <> ''))
        );
        CREATE INDEX institute_conventions_list ON institute_conventions (starts_on, id);
        """
    )
    for table in ("institutes", "seat_capacities", "institute_conventions"):
        protect(table)
    for table in ("institute_campuses", "accreditations"):
        protect(table, condition="EXISTS (SELECT FROM institutes WHERE institutes.id = institute_id)")
    audit_wall_opens({"institute": "institutes", "seat_capacity": "seat_capacities", "institute_convention": "institute_conventions"})
