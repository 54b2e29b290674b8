"""A postal address keeps the parts in which it was written; one from before stays as it stands."""

from shared.migrate import sql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid
        ALTER TABLE person_contacts ADD COLUMN address jsonb;
        ALTER TABLE person_contacts ADD CONSTRAINT contact_parts_of_address CHECK (address IS NULL OR (kind = 'address' AND jsonb_typeof(address) = 'object' AND address ? 'country'));
        """
    )
