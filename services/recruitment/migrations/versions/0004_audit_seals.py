"""The audit is sealed: keys, seals and salts; a request reads the changes of what it may see."""

from shared.audit_tables import sealed_audit

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = {
    "campaign": "campaigns",
    "candidacy": "candidacies",
    "hire": "hires",
    "need": "needs",
    "policy": "policies",
    "shortage": "shortages",
}


def upgrade() -> None:
    sealed_audit(KINDS)
