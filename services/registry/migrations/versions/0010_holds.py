"""A hold keeps who asked for the days: whoever asked for an override does not grant it."""

from shared.migrate import sql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid
        ALTER TABLE holds ADD COLUMN asked_by text;
        ALTER TABLE holds ADD CONSTRAINT hold_override_by_another CHECK (overridden_by <> asked_by);
        """
    )
