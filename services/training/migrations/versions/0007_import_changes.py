"""A file may also change what is recorded, and says what."""

from shared.imports.migration import imports_that_change

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    imports_that_change()
