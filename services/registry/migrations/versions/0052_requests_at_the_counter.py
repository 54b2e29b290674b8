"""A request that came on paper is entered for the person; where the list of a country says so, silence accepts once the delay has passed."""

from shared.migrate import sql

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks, and every row that exists came online and was answered by somebody.
        -- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint, require-concurrent-index-creation
        ALTER TABLE requests
            ADD COLUMN channel text NOT NULL DEFAULT 'online' CONSTRAINT request_channel CHECK (channel IN ('online', 'counter')),
            ADD COLUMN by_silence boolean NOT NULL DEFAULT false,
            ADD CONSTRAINT request_silence_accepts CHECK (NOT by_silence OR (state = 'accepted' AND decided_on > due_on));
        ALTER TABLE request_acts DROP CONSTRAINT request_act;
        ALTER TABLE request_acts ADD CONSTRAINT request_act
            CHECK (act IN ('submitted', 'taken_up', 'documents_asked', 'document_added', 'supplied', 'accepted', 'accepted_by_silence', 'refused', 'withdrawn'));
        CREATE INDEX requests_by_day ON requests (asked_on);
        """
    )
