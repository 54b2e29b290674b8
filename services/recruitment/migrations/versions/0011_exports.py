"""Every file that leaves recruitment is known: which list, by which filters, for whom."""

from shared.exports.migration import exports_table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    exports_table()
