"""Probation, pay steps, benefits and awards."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing yet."""
