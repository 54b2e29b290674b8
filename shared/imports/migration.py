"""The two tables that the wizard needs in a service's database."""

from shared.migrate import protect, sql


def imports_tables() -> None:
    """An import with its counts, and its lines until they are confirmed or too old: they hold names."""
    sql(
        """
        CREATE TABLE imports (
            id uuid PRIMARY KEY,
            kind text NOT NULL,
            state text NOT NULL DEFAULT 'checked',
            file_name text NOT NULL,
            file_sha256 text NOT NULL,
            ignored_columns text[] NOT NULL,
            rows integer NOT NULL DEFAULT 0,
            good integer NOT NULL DEFAULT 0,
            bad integer NOT NULL DEFAULT 0,
            unchanged integer NOT NULL DEFAULT 0,
            written integer NOT NULL DEFAULT 0,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            created_by text NOT NULL,
            confirmed_at timestamptz,
            confirmed_by text,
            CONSTRAINT import_state CHECK (state IN ('checked', 'confirmed') AND (state = 'confirmed') = (confirmed_at IS NOT NULL AND confirmed_by IS NOT NULL))
        );
        CREATE INDEX imports_by_time ON imports (created_at);

        CREATE TABLE import_rows (
            import_id uuid NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
            row integer NOT NULL,
            state text NOT NULL,
            line jsonb,
            faults jsonb NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            PRIMARY KEY (import_id, row),
            CONSTRAINT import_row_state CHECK (state IN ('good', 'bad', 'unchanged', 'written') AND (state <> 'good' OR line IS NOT NULL))
        );
        CREATE INDEX import_rows_by_state ON import_rows (import_id, state, row);
        """
    )
    protect("imports")
    protect("import_rows")


def imports_that_change() -> None:
    """A file may also change what is recorded: each import says so, and each row what it would change."""
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid
        ALTER TABLE imports ADD COLUMN mode text NOT NULL DEFAULT 'add', ADD COLUMN changed integer NOT NULL DEFAULT 0;
        ALTER TABLE imports ADD CONSTRAINT import_mode CHECK (mode IN ('add', 'update'));
        ALTER TABLE import_rows ADD COLUMN changes jsonb;
        ALTER TABLE import_rows DROP CONSTRAINT import_row_state;
        ALTER TABLE import_rows ADD CONSTRAINT import_row_state CHECK (
            state IN ('good', 'changed', 'bad', 'unchanged', 'written', 'rewritten')
            AND (state NOT IN ('good', 'changed') OR line IS NOT NULL)
            AND (changes IS NOT NULL) = (state = 'changed'));
        """
    )


def imports_that_ask() -> None:
    """A heading or a word that is not known is asked once and remembered for the authority and the kind of file."""
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid
        ALTER TABLE imports ADD COLUMN questions jsonb;
        ALTER TABLE imports DROP CONSTRAINT import_state;
        ALTER TABLE imports ADD CONSTRAINT import_state CHECK (
            state IN ('asking', 'checked', 'confirmed')
            AND (state = 'confirmed') = (confirmed_at IS NOT NULL AND confirmed_by IS NOT NULL));

        CREATE TABLE import_meanings (
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            kind text NOT NULL,
            subject text NOT NULL,
            written text NOT NULL,
            meaning text,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            recorded_by text NOT NULL,
            PRIMARY KEY (authority_path, kind, subject, written)
        );
        """
    )
    protect("import_meanings")


def imports_as_jobs() -> None:
    """A large file is checked and written by the worker, in batches, as the person who sent it; it can be cancelled."""
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid
        ALTER TABLE imports
            ADD COLUMN done integer NOT NULL DEFAULT 0,
            ADD COLUMN total integer,
            ADD COLUMN tries integer NOT NULL DEFAULT 0,
            ADD COLUMN as_caller jsonb,
            ADD COLUMN failure jsonb;
        ALTER TABLE imports DROP CONSTRAINT import_state;
        ALTER TABLE imports ADD CONSTRAINT import_state CHECK (
            state IN ('asking', 'checking', 'checked', 'writing', 'confirmed', 'cancelled', 'stopped')
            AND (state = 'confirmed') = (confirmed_at IS NOT NULL AND confirmed_by IS NOT NULL)
            AND (state IN ('checking', 'writing')) = (as_caller IS NOT NULL)
            AND (state = 'stopped') = (failure IS NOT NULL));
        CREATE INDEX imports_to_work_off ON imports (created_at) WHERE state IN ('checking', 'writing');
        """
    )


def imports_that_end() -> None:
    """In which encoding a text file was read, and when the file was deleted."""
    sql("ALTER TABLE imports ADD COLUMN encoding text, ADD COLUMN file_deleted_on date;")
