"""Large files are checked and written by the worker."""

from shared.imports.migration import imports_as_jobs

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    imports_as_jobs()
