"""Which account is whose: somebody who signs in is a person of the register."""

from shared.migrate import protect, sql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        CREATE TABLE account_links (
            account text PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id),
            linked_by text NOT NULL,
            linked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            CONSTRAINT account_linked_by_another CHECK (linked_by <> account)
        );
        CREATE INDEX account_links_by_person ON account_links (person_id);
        """
    )
    protect("account_links")
    sql(
        """
        -- As the owner: whoever holds a certificate is known even where the rest of the file is not seen.
        CREATE FUNCTION person_of_account(named text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT person_id FROM account_links WHERE account = named
        $$;
        """
    )
