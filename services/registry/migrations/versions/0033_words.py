"""A search looks among the words of one's own authority, and among what is shared: not among those of the whole country."""

from shared.migrate import sql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file require-concurrent-index-creation, adding-field-with-default, prefer-robust-stmts
        -- Columns of their own, because row-level security lets an index be used by comparisons of plain text alone.
        ALTER TABLE person_words
            ADD COLUMN authority text COLLATE "C" GENERATED ALWAYS AS (subpath(authority_path, 0, 2)::text) STORED,
            ADD COLUMN is_shared boolean GENERATED ALWAYS AS (cardinality(shared_with) > 0) STORED;
        CREATE INDEX person_words_of_authority ON person_words (authority, word, person_id);
        CREATE INDEX person_words_shared ON person_words (word, person_id) WHERE is_shared;
        """
    )
