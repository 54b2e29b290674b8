"""Whoever asks about themselves reads the papers that are kept in their own file, as they read their leave (0032)."""

from shared.migrate import VISIBLE, sql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# Whoever asks about themselves: the code names the person behind the account for one transaction (services/registry/persons/own.py).
OWN = f"{VISIBLE} OR person_id = nullif(current_setting('relais.person', true), '')::uuid"


def upgrade() -> None:
    for table in ("documents", "document_versions"):
        sql(f"ALTER POLICY {table}_read ON {table} USING ({OWN});")
