"""The table of what a service has heard of licences, for one of its migrations."""

from shared.migrate import protect, sql


def practice_tables() -> None:
    """Licences by person and days, for those who have a relation to the person; a replica without number, reason or condition."""
    sql(
        """
        CREATE TABLE licence_periods (
            licence_id uuid NOT NULL,
            person_id uuid NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL,
            valid daterange NOT NULL,
            standing text NOT NULL CONSTRAINT licence_period_standing CHECK (standing IN ('in_force', 'suspended', 'revoked')),
            scope text[] NOT NULL,
            PRIMARY KEY (licence_id, valid)
        );
        CREATE INDEX licence_periods_person ON licence_periods (person_id);
        """
    )
    protect("licence_periods")
