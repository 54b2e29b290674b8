"""Tokens that are refused before they end: of a client, an account or a sign-in, from a moment on."""

from shared.migrate import protect_internal, sql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        CREATE TABLE revocations (
            number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            id uuid PRIMARY KEY,
            kind text NOT NULL CHECK (kind IN ('client', 'subject', 'session')),
            value text NOT NULL,
            before timestamptz NOT NULL,
            reason text NOT NULL,
            revoked_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX revocations_newest ON revocations (before DESC);
        """
    )
    protect_internal("revocations")
    sql("REVOKE UPDATE, DELETE, TRUNCATE ON revocations FROM registry_app, registry_worker;")
