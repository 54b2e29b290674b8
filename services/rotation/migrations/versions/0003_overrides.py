"""A mission proposed against a minimum holds no days until the head of the source grants it."""

from shared.migrate import sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- Only the rotation service reads the column, and it is that service that is away.
        -- squawk-ignore-file ban-drop-not-null, constraint-missing-not-valid
        ALTER TABLE missions ALTER COLUMN hold_id DROP NOT NULL;
        ALTER TABLE missions ADD CONSTRAINT mission_days_are_held
            CHECK (hold_id IS NOT NULL OR override_reason IS NOT NULL AND state IN ('proposed', 'refused', 'cancelled'));
        """
    )
