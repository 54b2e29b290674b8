"""The audit is sealed: keys, seals and salts; a request reads the changes of what it may see."""

from shared.audit_tables import sealed_audit

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = {
    "certificate": "certificates",
    "course": "courses",
    "credit": "credit_entries",
    "enrolment": "enrolments",
    "import": "imports",
    "plan": "plans",
    "session": "sessions",
    "sponsorship": "sponsorships",
    "stay": "stays",
    "stay_group": "stay_groups",
}


def upgrade() -> None:
    sealed_audit(KINDS)
