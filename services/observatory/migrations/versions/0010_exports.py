"""Every file that leaves the observatory is known: which list, by which filters, for whom."""

from shared.exports.migration import exports_table

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    exports_table()
