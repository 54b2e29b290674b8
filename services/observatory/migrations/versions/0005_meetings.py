"""Declared: numbered meetings of committees, who was there, what they decided and recommended, and what became of it."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"
"""What a ministry decides is read in its regions and facilities."""
OWNED = """
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
"""


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE meeting_bodies ({COLUMNS}
            state text NOT NULL CONSTRAINT meeting_body_state CHECK (state IN ('active')),
            authority text NOT NULL,
            code text NOT NULL,
            title text NOT NULL,
            kind text NOT NULL CONSTRAINT meeting_body_kind CHECK (kind IN ('committee', 'national_meeting')),
            founded_by text NOT NULL,
            CONSTRAINT meeting_body_reference UNIQUE (authority_path, reference),
            CONSTRAINT meeting_body_once UNIQUE (authority_path, code)
        );

        CREATE TABLE meetings ({COLUMNS}
            state text NOT NULL CONSTRAINT meeting_state CHECK (state IN ('planned', 'held', 'adopted', 'cancelled')),
            body_id uuid NOT NULL REFERENCES meeting_bodies,
            number smallint NOT NULL CONSTRAINT meeting_number CHECK (number > 0),
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            place text NOT NULL,
            area_code text,
            within_id uuid REFERENCES meetings,
            agenda jsonb NOT NULL DEFAULT '[]',
            planned_by text NOT NULL,
            minutes_by text,
            adopted_by text,
            adopted_on date,
            reason text,
            CONSTRAINT meeting_reference UNIQUE (authority_path, reference),
            CONSTRAINT meeting_number_once UNIQUE (body_id, number),
            CONSTRAINT meeting_days CHECK (ends_on >= starts_on),
            CONSTRAINT meeting_minutes_of_another CHECK (adopted_by <> minutes_by),
            CONSTRAINT meeting_held_has_minutes CHECK (state NOT IN ('held', 'adopted') OR minutes_by IS NOT NULL),
            CONSTRAINT meeting_adopted_has_day CHECK ((state = 'adopted') = (adopted_by IS NOT NULL AND adopted_on IS NOT NULL)),
            CONSTRAINT meeting_cancelled_has_reason CHECK ((state = 'cancelled') = (reason IS NOT NULL))
        );
        CREATE INDEX meetings_list ON meetings (starts_on, id);

        -- How many of each region were there; those among them who have a file are named apart, for their region and the authority alone.
        CREATE TABLE meeting_attendance (
            meeting_id uuid NOT NULL REFERENCES meetings ON DELETE CASCADE,{OWNED}
            area_code text NOT NULL,
            capacity text NOT NULL,
            people integer NOT NULL CONSTRAINT meeting_people CHECK (people BETWEEN 1 AND 10000),
            PRIMARY KEY (meeting_id, area_code, capacity)
        );

        CREATE TABLE meeting_participants (
            meeting_id uuid NOT NULL REFERENCES meetings ON DELETE CASCADE,
            person_id uuid NOT NULL,{OWNED}
            area_code text NOT NULL,
            capacity text NOT NULL,
            PRIMARY KEY (meeting_id, person_id),
            FOREIGN KEY (meeting_id, area_code, capacity) REFERENCES meeting_attendance ON DELETE CASCADE
        );

        CREATE TABLE resolutions ({COLUMNS}
            state text NOT NULL CONSTRAINT resolution_state CHECK (state IN ('open', 'done', 'dropped')),
            meeting_id uuid NOT NULL REFERENCES meetings,
            kind text NOT NULL CONSTRAINT resolution_kind CHECK (kind IN ('decision', 'recommendation')),
            number smallint NOT NULL,
            text text NOT NULL,
            owner text,
            due_on date,
            written_by text NOT NULL,
            CONSTRAINT resolution_reference UNIQUE (authority_path, reference),
            CONSTRAINT resolution_number_once UNIQUE (meeting_id, kind, number),
            CONSTRAINT resolution_recommendation_whole CHECK (kind <> 'recommendation' OR (owner IS NOT NULL AND due_on IS NOT NULL))
        );

        CREATE TABLE resolution_followups (
            id uuid PRIMARY KEY,
            resolution_id uuid NOT NULL REFERENCES resolutions ON DELETE CASCADE,{OWNED}
            meeting_id uuid REFERENCES meetings,
            outcome text NOT NULL CONSTRAINT followup_outcome CHECK (outcome IN ('done', 'under_way', 'dropped')),
            seen_on date NOT NULL,
            evidence text NOT NULL,
            said_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX resolution_followups_of ON resolution_followups (resolution_id);
        CREATE UNIQUE INDEX resolution_ended_once ON resolution_followups (resolution_id) WHERE outcome <> 'under_way';
        """
    )
    for table in ("meeting_bodies", "meetings", "meeting_attendance", "meeting_participants", "resolutions", "resolution_followups"):
        protect(table)
    for table in ("meeting_bodies", "meetings", "meeting_attendance", "resolutions", "resolution_followups"):
        sql(f"CREATE POLICY {table}_from_below ON {table} FOR SELECT TO {service_of_migration()}_app USING ({FROM_BELOW});")
    audit_wall_opens({"meeting_body": "meeting_bodies", "meeting": "meetings", "resolution": "resolutions"})
