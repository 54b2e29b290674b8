"""A version on each record: a change may name the one that was read (If-Match)."""

from shared.migrate import sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for table in ("policies", "needs", "campaigns", "candidacies", "hires"):
        sql(f"ALTER TABLE {table} ADD COLUMN version integer NOT NULL DEFAULT 1;")
