"""Why a person is kept says who finds them: candidates, students, guests and contacts are not there for those who manage workers alone."""

from shared.migrate import service_of_migration, sql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks, and a new column of a constant default rewrites nothing.
        -- squawk-ignore-file constraint-missing-not-valid, adding-required-field, adding-field-with-default
        ALTER TABLE persons ADD COLUMN kept_for text[] NOT NULL DEFAULT '{{worker}}';
        UPDATE persons AS p SET kept_for = said.purposes FROM (SELECT person_id, array_agg(purpose ORDER BY purpose) AS purposes FROM person_purposes GROUP BY 1) AS said
        WHERE said.person_id = p.id AND p.kept_for <> said.purposes;

        -- The same as services/registry/purposes/permissions.py says: a test compares them.
        CREATE FUNCTION purposes_open(roles text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
            SELECT coalesce(array_agg(DISTINCT purpose ORDER BY purpose), '{{}}') FROM (VALUES
                ('worker', '{{regional-administrator,auditor,facility-hr-officer,head-of-facility,signatory,committee-member,licensing-officer,training-institute,agreement-focal-point,pool-coordinator,registry.read}}'::text[]),
                ('candidate', '{{regional-administrator,auditor,facility-hr-officer,signatory,committee-member}}'),
                ('student', '{{regional-administrator,auditor,training-institute}}'),
                ('guest', '{{regional-administrator,auditor,agreement-focal-point}}'),
                ('contact', '{{regional-administrator,auditor,agreement-focal-point,pool-coordinator}}')
            ) AS matrix (purpose, openers) WHERE openers && roles
        $$;

        -- Read once for a statement, not for each row.
        CREATE POLICY persons_by_purpose ON persons AS RESTRICTIVE FOR SELECT TO {service}_app
            USING (kept_for && (SELECT purposes_open(nullif(current_setting('relais.roles', true), '')::text[])));
        CREATE POLICY person_purposes_by_purpose ON person_purposes AS RESTRICTIVE FOR SELECT TO {service}_app
            USING (purpose = ANY ((SELECT purposes_open(nullif(current_setting('relais.roles', true), '')::text[]))::text[]));

        -- As the owner: whoever adds a purpose may not see the others.
        CREATE FUNCTION keep_purposes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            UPDATE persons AS p SET kept_for = said.purposes
            FROM (SELECT u.person_id, array_agg(u.purpose ORDER BY u.purpose) AS purposes FROM person_purposes AS u WHERE u.person_id IN (SELECT person_id FROM written) GROUP BY 1) AS said
            WHERE p.id = said.person_id AND p.kept_for <> said.purposes;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER person_purposes_inserted AFTER INSERT ON person_purposes REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_purposes();
        CREATE TRIGGER person_purposes_updated AFTER UPDATE ON person_purposes REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_purposes();
        CREATE TRIGGER person_purposes_deleted AFTER DELETE ON person_purposes REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_purposes();
        """  # noqa: S608  the service's own name alone
    )
