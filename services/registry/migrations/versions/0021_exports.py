"""Every file that leaves the register is known: which list, by which filters, for whom."""

from shared.audit_tables import audit_wall
from shared.migrate import protect, sql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "account": "accounts",
    "assignment": "assignments",
    "correction": "corrections",
    "employment": "employments",
    "export": "exports",
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
    sql(
        """
        CREATE TABLE exports (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,  -- for which the account works that day
            shared_with text[] NOT NULL DEFAULT '{}',
            account text NOT NULL,
            list text NOT NULL,
            format text NOT NULL,
            filters jsonb NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT export_format CHECK (format IN ('csv', 'ndjson', 'pdf', 'xlsx'))
        );
        REVOKE UPDATE, DELETE ON exports FROM registry_app;
        """
    )
    protect("exports")
    audit_wall(KINDS, managed=MANAGED)
