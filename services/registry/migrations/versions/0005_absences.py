"""Absences: what was asked, who decided, and what it counts for."""

from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE absences (
            {COLUMNS}
            state text NOT NULL,
            person_id uuid NOT NULL REFERENCES persons (id),
            facility_code text NOT NULL,
            type text NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            requested_by text NOT NULL,
            requested_on date NOT NULL,
            override_reason text,
            decided_by text,
            decided_on date,
            reason text,
            counts_for_probation boolean,
            counts_for_step boolean,
            hold_id uuid REFERENCES holds (id),
            CONSTRAINT absence_reference UNIQUE (authority_path, reference),
            CONSTRAINT absence_type CHECK (type IN ('annual', 'sick', 'maternity', 'paternity', 'unpaid', 'study', 'compensatory', 'military')),
            CONSTRAINT absence_state CHECK (state IN ('requested', 'approved', 'refused', 'cancelled')),
            CONSTRAINT absence_period CHECK (ends_on >= starts_on),
            CONSTRAINT absence_decided_by_another CHECK (state NOT IN ('approved', 'refused') OR decided_by <> requested_by),
            CONSTRAINT absence_decided_has_day CHECK (state NOT IN ('approved', 'refused') OR (decided_by IS NOT NULL AND decided_on IS NOT NULL)),
            CONSTRAINT absence_approved_counts CHECK (state <> 'approved' OR (counts_for_probation IS NOT NULL AND counts_for_step IS NOT NULL AND hold_id IS NOT NULL)),
            CONSTRAINT absence_refused_has_reason CHECK (state <> 'refused' OR reason IS NOT NULL),
            CONSTRAINT absence_once EXCLUDE USING gist (person_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&) WHERE (state IN ('requested', 'approved'))
        );
        CREATE INDEX absences_by_facility ON absences (facility_code, starts_on);
        CREATE INDEX absences_by_person ON absences (person_id);
        """
    )
    protect("absences")
