"""Policies ask for the caller's settings once for a statement, not once for a row."""

from shared.migrate import ask_settings_once

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ask_settings_once()
