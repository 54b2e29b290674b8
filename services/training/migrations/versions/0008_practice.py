"""What this service has heard of licences: who may practise is answered here too."""

from shared.practice_tables import practice_tables

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    practice_tables()
