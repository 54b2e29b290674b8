"""Lists and searches are put in the order of names by indexes alone, before anybody's file is looked at."""

from shared.migrate import sql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, prefer-robust-stmts, adding-field-with-default, adding-not-nullable-field, adding-foreign-key-constraint, disallowed-unique-constraint, constraint-missing-not-valid, ban-drop-constraint
        -- With all that row-level security asks, so that an index answers alone.
        ALTER TABLE persons ADD COLUMN authority text COLLATE "C" GENERATED ALWAYS AS (subpath(authority_path, 0, 2)::text) STORED;
        CREATE INDEX persons_of_authority ON persons (authority, sort_key, id) INCLUDE (authority_path, shared_with, kept_for);

        -- A word knows its person's place in the order of names, and follows it: the key to the person says both, and holds more than the one it replaces.
        ALTER TABLE persons ADD CONSTRAINT person_has_a_place UNIQUE (id, sort_key);
        ALTER TABLE person_words ADD COLUMN sort_key text COLLATE "C";
        UPDATE person_words AS w SET sort_key = p.sort_key FROM persons AS p WHERE p.id = w.person_id;
        ALTER TABLE person_words
            ALTER COLUMN sort_key SET NOT NULL,
            DROP CONSTRAINT person_words_person_id_fkey,
            ADD CONSTRAINT person_words_of_person FOREIGN KEY (person_id, sort_key) REFERENCES persons (id, sort_key) ON UPDATE CASCADE ON DELETE CASCADE;
        DROP INDEX person_words_of_authority;
        CREATE INDEX person_words_of_authority ON person_words (authority, word) INCLUDE (person_id, sort_key, authority_path, shared_with);
        """
    )
