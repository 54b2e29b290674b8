"""What this service has heard of licences: nobody who has lost the right is screened for a position."""

from shared.practice_tables import practice_tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    practice_tables()
