"""The audit is sealed: keys, seals and salts; a request reads the changes of what it may see."""

from shared.audit_tables import sealed_audit

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "assignment": "assignments",
    "employment": "employments",
    "hold": "holds",
    "import": "imports",
    "licence": "licences",
    "person": "persons",
    "post": "posts",
    "qualification": "qualifications",
    "staffing-minimum": "staffing_minimums",
    "worker": "workers",
}
MANAGED = {"facility": "facilities"}


def upgrade() -> None:
    sealed_audit(KINDS, managed=MANAGED)
