"""Returns: what an authority asks its facilities for, and what they handed in."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

# A call is read by the facilities below the authority that asked: they hand in to it.
FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE return_calls (
            {COLUMNS}
            state text NOT NULL,
            authority text NOT NULL,
            title text NOT NULL,
            what text NOT NULL,
            facility_types text[] NOT NULL,
            first_on date NOT NULL,
            last_on date NOT NULL,
            due_on date NOT NULL,
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            CONSTRAINT return_call_reference UNIQUE (authority_path, reference),
            CONSTRAINT return_call_state CHECK (state IN ('open', 'closed')),
            CONSTRAINT return_call_what CHECK (what IN ('staff', 'establishment')),
            CONSTRAINT return_call_days CHECK (first_on <= last_on AND last_on <= due_on)
        );
        CREATE INDEX return_calls_by_day ON return_calls (due_on DESC, id);

        CREATE TABLE returns (
            {COLUMNS}
            state text NOT NULL,
            call_id uuid NOT NULL REFERENCES return_calls (id),
            facility_id uuid NOT NULL,
            facility_code text NOT NULL,
            import_id uuid,
            people integer NOT NULL,
            complete integer NOT NULL,
            sent_by text NOT NULL,
            sent_on date NOT NULL,
            CONSTRAINT return_reference UNIQUE (authority_path, reference),
            CONSTRAINT one_return_a_facility UNIQUE (call_id, facility_id),
            CONSTRAINT return_state CHECK (state = 'handed_in'),
            CONSTRAINT return_is_of_people CHECK (complete BETWEEN 0 AND people)
        );
        """
    )
    protect("return_calls")
    protect("returns")
    sql(f"CREATE POLICY return_calls_below ON return_calls FOR SELECT TO {service_of_migration()}_app USING ({FROM_BELOW});")
    audit_wall_opens({"return": "returns", "return-call": "return_calls"})
