"""What a meeting recommends may be for one region: whose administrators are told, and say how far it is."""

from shared.migrate import sql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql("ALTER TABLE resolutions ADD COLUMN area_code text;")
