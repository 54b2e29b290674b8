"""Sign-in sessions: all that the portal keeps."""

from shared.migrate import protect_internal, sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        GRANT USAGE ON SCHEMA public TO portal_app, portal_worker;
        CREATE TABLE sessions (
            id bytea PRIMARY KEY,                 -- SHA-256 of the cookie: a copy of this table opens no session
            issuer text NOT NULL,
            account text NOT NULL,
            identity_session text,                -- `sid` of the identity provider, for its back-channel logout
            sealed bytea NOT NULL,                -- tokens and what they say, encrypted
            started_at timestamptz NOT NULL,
            refreshed_at timestamptz NOT NULL,
            CHECK (octet_length(id) = 32)
        );
        CREATE INDEX sessions_account ON sessions (issuer, account);
        CREATE INDEX sessions_identity_session ON sessions (identity_session) WHERE identity_session IS NOT NULL;
        CREATE INDEX sessions_refreshed ON sessions (refreshed_at);
        GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO portal_app;
        """
    )
    protect_internal("sessions")
