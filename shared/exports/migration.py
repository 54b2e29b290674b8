"""The table that exports need in a service's database."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql


def exports_table() -> None:
    """Every file that leaves the service is known: which list, by which filters, for whom."""
    sql(
        f"""
        CREATE TABLE exports (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,  -- for which the account works that day
            shared_with text[] NOT NULL DEFAULT '{{}}',
            account text NOT NULL,
            list text NOT NULL,
            format text NOT NULL,
            filters jsonb NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT export_format CHECK (format IN ('csv', 'ndjson', 'pdf', 'xlsx'))
        );
        REVOKE UPDATE, DELETE ON exports FROM {service_of_migration()}_app;
        """
    )
    protect("exports")
    audit_wall_opens({"export": "exports"})
