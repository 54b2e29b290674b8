"""A document is of a kind whose notice and time of keeping the rules say."""

from shared.migrate import sql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for this lock, and every row there is fits.
        -- squawk-ignore-file constraint-missing-not-valid
        ALTER TABLE documents ADD CONSTRAINT document_type CHECK (type IN (
            'identity', 'degree', 'licence', 'health_certificate', 'criminal_record', 'contract', 'decision', 'language_certificate', 'insurance', 'other'));
        """
    )
