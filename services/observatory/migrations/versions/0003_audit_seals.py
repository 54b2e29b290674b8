"""The audit is sealed: keys, seals and salts; a request reads the changes of what it may see. The observatory keeps the heads of the others."""

from shared.audit_tables import kept_seals, sealed_audit

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MANAGED = {"population": "populations"}


def upgrade() -> None:
    sealed_audit({}, managed=MANAGED)
    kept_seals()
