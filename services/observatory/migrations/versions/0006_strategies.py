"""Declared: plans of an authority, their axes, objectives and actions, and how far these are."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE strategies ({COLUMNS}
            state text NOT NULL CONSTRAINT strategy_state CHECK (state IN ('draft', 'approved')),
            authority text NOT NULL,
            title text NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            drafted_by text NOT NULL,
            approved_by text,
            approved_on date,
            CONSTRAINT strategy_reference UNIQUE (authority_path, reference),
            CONSTRAINT strategy_period CHECK (ends_on >= starts_on),
            CONSTRAINT strategy_approved_by_another CHECK (approved_by <> drafted_by),
            CONSTRAINT strategy_approved_whole CHECK ((state = 'approved') = (approved_by IS NOT NULL AND approved_on IS NOT NULL))
        );

        CREATE TABLE strategy_axes (
            strategy_id uuid NOT NULL REFERENCES strategies ON DELETE CASCADE,
            number smallint NOT NULL,
            title text NOT NULL,
            PRIMARY KEY (strategy_id, number)
        );

        CREATE TABLE strategy_objectives (
            strategy_id uuid NOT NULL,
            axis smallint NOT NULL,
            number smallint NOT NULL,
            title text NOT NULL,
            PRIMARY KEY (strategy_id, axis, number),
            FOREIGN KEY (strategy_id, axis) REFERENCES strategy_axes ON DELETE CASCADE
        );

        CREATE TABLE strategy_actions ({COLUMNS}
            state text NOT NULL CONSTRAINT strategy_action_state CHECK (state IN ('open', 'done', 'dropped')),
            strategy_id uuid NOT NULL REFERENCES strategies,
            axis smallint NOT NULL,
            objective smallint NOT NULL,
            number smallint NOT NULL,
            title text NOT NULL,
            owner text NOT NULL,
            area_code text NOT NULL,
            indicator text,
            indicator_area text,
            target numeric,
            starts_on date NOT NULL,
            due_on date NOT NULL,
            resolution_id uuid REFERENCES resolutions,
            added_by text NOT NULL,
            reported_by text,
            closed_by text,
            closed_on date,
            evidence text,
            CONSTRAINT strategy_action_reference UNIQUE (authority_path, reference),
            CONSTRAINT strategy_action_number_once UNIQUE (strategy_id, axis, objective, number),
            CONSTRAINT strategy_action_period CHECK (due_on >= starts_on),
            CONSTRAINT strategy_action_closed_by_another CHECK (closed_by <> reported_by),
            CONSTRAINT strategy_action_closed_whole CHECK ((state <> 'open') = (closed_by IS NOT NULL AND closed_on IS NOT NULL AND evidence IS NOT NULL)),
            CONSTRAINT strategy_action_target CHECK (target IS NULL OR indicator IS NOT NULL),
            FOREIGN KEY (strategy_id, axis, objective) REFERENCES strategy_objectives (strategy_id, axis, number)
        );
        CREATE INDEX strategy_actions_of_resolution ON strategy_actions (resolution_id);

        CREATE TABLE strategy_progress (
            id uuid PRIMARY KEY,
            action_id uuid NOT NULL REFERENCES strategy_actions ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            percent smallint NOT NULL CONSTRAINT strategy_progress_percent CHECK (percent BETWEEN 0 AND 100),
            text text NOT NULL,
            said_on date NOT NULL,
            said_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX strategy_progress_of_action ON strategy_progress (action_id, said_on);
        """
    )
    for table in ("strategies", "strategy_actions", "strategy_progress"):
        protect(table)
        sql(f"CREATE POLICY {table}_from_below ON {table} FOR SELECT TO {service_of_migration()}_app USING ({FROM_BELOW});")
    for table in ("strategy_axes", "strategy_objectives"):
        protect(table, condition="EXISTS (SELECT FROM strategies WHERE strategies.id = strategy_id)")
    audit_wall_opens({"strategy": "strategies", "strategy_action": "strategy_actions"})
