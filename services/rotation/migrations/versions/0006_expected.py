"""Techniques that sponsored studies bring: a replica of what training tells, without the person."""

from shared.migrate import protect, sql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        CREATE TABLE expected_techniques (
            id uuid PRIMARY KEY,
            technique text NOT NULL,
            specialty text,
            facility_code text NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL,
            standing text NOT NULL CONSTRAINT expected_standing CHECK (standing IN ('expected', 'graduated', 'opened')),
            since date NOT NULL
        );
        CREATE INDEX expected_techniques_list ON expected_techniques (since, id);
        """
    )
    protect("expected_techniques")
