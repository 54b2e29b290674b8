"""The audit is sealed: keys, seals and salts; a request reads the changes of what it may see."""

from shared.audit_tables import sealed_audit

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = {
    "agreement": "agreements",
    "import": "imports",
    "mission": "missions",
    "support_request": "support_requests",
    "technique": "transfers",
    "technique_package": "technique_packages",
    "visit": "visits",
}


def upgrade() -> None:
    sealed_audit(KINDS)
