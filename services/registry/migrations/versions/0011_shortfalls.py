"""Missions whose source is below its minimum, as they were told: said once, and taken back once."""

from shared.migrate import protect_internal, sql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        CREATE TABLE shortfalls (
            hold_id uuid PRIMARY KEY REFERENCES holds (id),
            first_day date NOT NULL,
            last_day date NOT NULL,
            present integer NOT NULL,
            minimum integer NOT NULL,
            CONSTRAINT shortfall_days CHECK (first_day <= last_day),
            CONSTRAINT shortfall_is_one CHECK (present < minimum)
        );
        """
    )
    protect_internal("shortfalls")
