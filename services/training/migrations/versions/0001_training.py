"""What every service has, and what this one knows of places and people."""

from shared.directory_tables import directory_tables
from shared.migrate import shared_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    shared_tables()
    directory_tables()
