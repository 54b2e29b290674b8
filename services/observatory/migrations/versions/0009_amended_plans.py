"""Declared: a plan is amended on a day, on the ground of a meeting or of a decision, line by line with what stood before; and it is closed."""

from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint
        ALTER TABLE strategies
            ADD COLUMN closed_by text,
            ADD COLUMN closed_on date,
            ADD COLUMN conclusion text,
            DROP CONSTRAINT strategy_state,
            DROP CONSTRAINT strategy_approved_whole,
            ADD CONSTRAINT strategy_state CHECK (state IN ('draft', 'approved', 'closed')),
            ADD CONSTRAINT strategy_approved_whole CHECK ((state <> 'draft') = (approved_by IS NOT NULL AND approved_on IS NOT NULL)),
            ADD CONSTRAINT strategy_closed_whole CHECK ((state = 'closed') = (closed_by IS NOT NULL AND closed_on IS NOT NULL AND conclusion IS NOT NULL)),
            ADD CONSTRAINT strategy_closed_after_approval CHECK (closed_on >= approved_on);

        CREATE TABLE strategy_amendments ({COLUMNS}
            state text NOT NULL CONSTRAINT strategy_amendment_state CHECK (state IN ('made')),
            strategy_id uuid NOT NULL REFERENCES strategies,
            number smallint NOT NULL,
            amended_on date NOT NULL,
            reason text NOT NULL,
            meeting_id uuid REFERENCES meetings,
            decision text,
            amended_by text NOT NULL,
            CONSTRAINT strategy_amendment_reference UNIQUE (authority_path, reference),
            CONSTRAINT strategy_amendment_number_once UNIQUE (strategy_id, number),
            CONSTRAINT strategy_amendment_rests CHECK (meeting_id IS NOT NULL OR decision IS NOT NULL)
        );

        -- One line for each thing that is new ('added') or reads otherwise from that day on.
        CREATE TABLE strategy_changes (
            amendment_id uuid NOT NULL REFERENCES strategy_amendments,
            ordinal smallint NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            number smallint NOT NULL,
            amended_on date NOT NULL,
            axis smallint NOT NULL,
            objective smallint NOT NULL,
            action_id uuid REFERENCES strategy_actions,
            field text NOT NULL CONSTRAINT strategy_change_field CHECK (field IN ('added', 'title', 'owner', 'starts_on', 'due_on', 'indicator', 'target')),
            before text,
            after text,
            PRIMARY KEY (amendment_id, ordinal),
            CONSTRAINT strategy_change_differs CHECK (before IS DISTINCT FROM after)
        );
        CREATE INDEX strategy_changes_of_action ON strategy_changes (action_id, field);
        """
    )
    for table in ("strategy_amendments", "strategy_changes"):
        protect(table)
        sql(
            f"""
            CREATE POLICY {table}_from_below ON {table} FOR SELECT TO {service}_app USING ({FROM_BELOW});
            -- What was amended is never rewritten.
            REVOKE UPDATE, DELETE ON {table} FROM {service}_app;
            """  # noqa: S608
        )
