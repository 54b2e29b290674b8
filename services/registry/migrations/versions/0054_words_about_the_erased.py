"""What was believed of an erased person says no words any more; that it was believed, and until when, stays."""

from shared.migrate import service_of_migration, sql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        GRANT UPDATE (practice_name, reason, ended_reason, superseded_reason) ON employments_history TO {service}_worker;
        GRANT UPDATE (reason, superseded_reason) ON assignments_history TO {service}_worker;
        GRANT UPDATE (reason, conditions, superseded_reason) ON licence_periods_history TO {service}_worker;
        """
    )
