"""What this service has heard of licences: a mission says from which day its person has lost the right to practise."""

from shared.migrate import sql
from shared.practice_tables import practice_tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    practice_tables()
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid
        ALTER TABLE missions ADD COLUMN licence_lost_on date;
        ALTER TABLE missions ADD COLUMN licence_lost_why text;
        ALTER TABLE missions ADD CONSTRAINT mission_licence_lost_is_whole CHECK ((licence_lost_on IS NULL) = (licence_lost_why IS NULL));
        """
    )
