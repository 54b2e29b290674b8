"""Imports: a file of agreements that was read and judged, and its lines until they are confirmed."""

from shared.imports.migration import imports_tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    imports_tables()
