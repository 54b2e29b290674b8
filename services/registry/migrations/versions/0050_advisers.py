"""Those who accompany candidates of a territory, and the coordinator of a pool, find the persons who are kept as candidates."""

from shared.migrate import sql

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- The same as services/registry/purposes/permissions.py says: a test compares them.
        CREATE OR REPLACE FUNCTION purposes_open(roles text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
            SELECT coalesce(array_agg(DISTINCT purpose ORDER BY purpose), '{}') FROM (VALUES
                ('worker', '{regional-administrator,auditor,facility-hr-officer,head-of-facility,signatory,committee-member,licensing-officer,training-institute,agreement-focal-point,pool-coordinator,registry.read}'::text[]),
                ('candidate', '{regional-administrator,auditor,facility-hr-officer,signatory,committee-member,pool-coordinator,adviser}'),
                ('student', '{regional-administrator,auditor,training-institute}'),
                ('guest', '{regional-administrator,auditor,agreement-focal-point}'),
                ('contact', '{regional-administrator,auditor,agreement-focal-point,pool-coordinator,adviser}')
            ) AS matrix (purpose, openers) WHERE openers && roles
        $$;
        """
    )
