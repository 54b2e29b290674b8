"""Agreements, visits, support requests, missions and techniques."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing yet."""
