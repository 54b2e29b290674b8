"""What a revoked decision had made no longer counts, and says so."""

from shared.migrate import sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks. What is dropped is a replica, or is written again in the same transaction.
        -- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
        ALTER TABLE assignments DROP CONSTRAINT assignment_state;
        ALTER TABLE assignments ADD CONSTRAINT assignment_state
            CHECK (state IN ('active', 'conflicting', 'revoked') AND (state = 'conflicting') = (conflict IS NOT NULL));
        ALTER TABLE assignments DROP CONSTRAINT assignment_act;
        ALTER TABLE assignments ADD CONSTRAINT assignment_act CHECK (act IN ('recorded', 'changed', 'ended', 'corrected', 'activated', 'revoked'));
        """
    )
