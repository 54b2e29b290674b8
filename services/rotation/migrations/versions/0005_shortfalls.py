"""A mission says since when its source is below its minimum, so that somebody may decide on a recall."""

from shared.migrate import sql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid
        ALTER TABLE missions ADD COLUMN short_from date;
        ALTER TABLE missions ADD COLUMN short_to date;
        ALTER TABLE missions ADD COLUMN short_by integer;
        ALTER TABLE missions ADD CONSTRAINT mission_short_is_whole CHECK (num_nonnulls(short_from, short_to, short_by) IN (0, 3));
        ALTER TABLE missions ADD CONSTRAINT mission_short_days CHECK (short_from <= short_to AND short_by > 0);
        """
    )
