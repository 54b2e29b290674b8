"""Every file that leaves appointment is known: which list, by which filters, for whom."""

from shared.exports.migration import exports_table

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    exports_table()
