"""Two persons of the register are one: this service's rows about the retired one follow, and go back when the merge is undone."""

from shared.persons_tables import merged_persons

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    merged_persons({"dues": ["subject_id"]})
