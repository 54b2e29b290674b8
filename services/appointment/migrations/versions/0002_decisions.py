"""The register of decisions, service commitments and their money."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Nothing yet."""
