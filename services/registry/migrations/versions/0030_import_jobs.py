"""Large files are checked and written by the worker."""

from shared.imports.migration import imports_as_jobs

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    imports_as_jobs()
