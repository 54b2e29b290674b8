"""How much partners' programs may ask in a minute and in a day, and how much they have asked."""

from shared.migrate import protect_internal, sql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        CREATE TABLE client_quotas (
            id uuid PRIMARY KEY,
            client_id text NOT NULL UNIQUE,
            per_minute integer NOT NULL,
            per_day integer NOT NULL,
            set_by text NOT NULL,
            set_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT client_quota_is_more_than_nothing CHECK (per_minute > 0 AND per_day > 0)
        );
        -- What holds for a program that has no quota of its own.
        INSERT INTO client_quotas (id, client_id, per_minute, per_day, set_by) VALUES ('0f5c0c9e-6d1f-4b4e-9a52-3f1d6f6f0001', '*', 600, 50000, 'installation');

        -- Each gateway process tells its own count of a day again and again, as it grows: told twice, it counts once.
        CREATE TABLE client_usage (
            gateway uuid NOT NULL,
            client_id text NOT NULL,
            day date NOT NULL,
            requests bigint NOT NULL,
            refused bigint NOT NULL,
            PRIMARY KEY (gateway, client_id, day)
        );
        CREATE INDEX client_usage_by_day ON client_usage (day, client_id);
        """
    )
    protect_internal("client_quotas", "client_usage")
    sql("REVOKE INSERT, UPDATE, DELETE ON client_usage FROM registry_app;")
