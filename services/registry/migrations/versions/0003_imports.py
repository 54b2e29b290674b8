"""Imports: a file that was read and judged, its lines until they are confirmed, and what is wrong with them."""

from shared.imports.migration import imports_tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    imports_tables()
