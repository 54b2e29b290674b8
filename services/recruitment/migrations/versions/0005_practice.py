"""What this service has heard of licences: nobody who has lost the right is hired for clinical work."""

from shared.practice_tables import practice_tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    practice_tables()
