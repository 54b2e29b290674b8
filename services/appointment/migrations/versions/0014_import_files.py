"""In which encoding a text file was read is known, and files of imports are deleted after some days."""

from shared.imports.migration import imports_that_end

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    imports_that_end()
