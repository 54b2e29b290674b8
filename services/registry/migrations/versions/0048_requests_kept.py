"""What came with a request is destroyed after its time, and what an attestation was printed from; that it was there stays, and a legal hold keeps it."""

from shared.migrate import service_of_migration, sql

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks.
        -- A file that is destroyed has no hash: whoever reads one is the release that comes with this.
        -- squawk-ignore-file constraint-missing-not-valid, prefer-robust-stmts, ban-drop-not-null
        ALTER TABLE request_files
            ALTER COLUMN sha256 DROP NOT NULL,
            ADD COLUMN destroyed_on date,
            ADD CONSTRAINT request_file_destroyed CHECK ((sha256 IS NULL) = (destroyed_on IS NOT NULL));
        ALTER TABLE attestations ADD COLUMN facts_destroyed_on date;
        GRANT UPDATE (sha256, destroyed_on) ON request_files TO {service}_worker;
        CREATE TRIGGER request_files_held_file BEFORE UPDATE OF sha256 ON request_files FOR EACH ROW WHEN (OLD.sha256 IS NOT NULL AND NEW.sha256 IS NULL) EXECUTE FUNCTION refuse_held();
        CREATE TRIGGER attestations_held BEFORE UPDATE OF facts ON attestations FOR EACH ROW WHEN (OLD.facts <> '{{}}' AND NEW.facts = '{{}}') EXECUTE FUNCTION refuse_held();
        """
    )
