"""A facility that comes under another authority takes the rows about it along."""

from shared.directory_tables import rows_follow_places

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rows_follow_places()
