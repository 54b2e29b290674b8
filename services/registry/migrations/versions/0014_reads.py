"""A person sees who read their file; the changes of accounts open with the accounts."""

from shared.audit_tables import audit_wall
from shared.migrate import sql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "account": "accounts",
    "assignment": "assignments",
    "employment": "employments",
    "hold": "holds",
    "import": "imports",
    "licence": "licences",
    "person": "persons",
    "post": "posts",
    "qualification": "qualifications",
    "staffing-minimum": "staffing_minimums",
    "worker": "workers",
}
MANAGED = {"facility": "facilities"}


def upgrade() -> None:
    audit_wall(KINDS, managed=MANAGED)
    sql(
        """
        -- A service starts after its migrations: nobody waits for this lock.
        -- squawk-ignore-file require-concurrent-index-creation
        CREATE INDEX audit_reads ON audit ((after ->> 'person_id'), seq) WHERE act LIKE '%.read';

        -- As the owner: whoever is linked to a person sees who read that person's file, though no relation opens the audit to them.
        CREATE FUNCTION reads_of_own_file(named text) RETURNS TABLE (seq bigint, recorded_at timestamptz, act text, reader text, reader_name text, fields jsonb)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT a.seq, a.recorded_at, a.act, a.actor, c.name, a.after -> 'fields'
            FROM account_links AS k
            JOIN audit AS a ON a.after ->> 'person_id' = k.person_id::text AND a.act LIKE '%.read'
            LEFT JOIN accounts AS c ON c.issuer = split_part(a.actor, '#', 1) AND c.subject = split_part(a.actor, '#', 2)
            WHERE k.account = named
        $$;
        """
    )
