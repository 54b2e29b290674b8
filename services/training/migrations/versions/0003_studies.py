"""Sponsored studies, short courses abroad and delegations."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
