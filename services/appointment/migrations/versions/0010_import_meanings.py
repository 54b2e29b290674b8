"""Headings and words of a file that are not known are asked once and remembered."""

from shared.imports.migration import imports_that_ask

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    imports_that_ask()
