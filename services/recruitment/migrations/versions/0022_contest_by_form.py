"""A contest is read by everybody while it is published, and whoever applies without an account hands in the documents and follows it by a private link."""

from shared.migrate import service_of_migration, sql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks, and every row there is keeps what the constraints ask.
        -- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, disallowed-unique-constraint, require-concurrent-index-creation, ban-drop-constraint, ban-drop-not-null
        ALTER TABLE contests ADD COLUMN names jsonb NOT NULL DEFAULT '{{}}';

        ALTER TABLE contest_applications
            ADD COLUMN key_hash bytea CONSTRAINT contest_application_key UNIQUE,
            ADD COLUMN key_expires_on date,
            ADD COLUMN ended_on date,
            ADD CONSTRAINT contest_application_key_expires CHECK ((key_hash IS NULL) = (key_expires_on IS NULL));
        CREATE INDEX contest_applications_by_form ON contest_applications (id) WHERE key_hash IS NOT NULL;

        -- A paper is of one application, on the site or in a contest.
        ALTER TABLE application_files
            ALTER COLUMN application_id DROP NOT NULL,
            ADD COLUMN contest_application_id uuid REFERENCES contest_applications ON DELETE CASCADE,
            ADD CONSTRAINT application_file_of_one_application CHECK (num_nonnulls(application_id, contest_application_id) = 1),
            DROP CONSTRAINT application_file_paper,
            ADD CONSTRAINT application_file_paper CHECK (paper IN ('cv', 'diploma', 'letter', 'other', 'identity', 'degree', 'application_form', 'proof', 'authorisation'));
        CREATE INDEX application_files_of_contest_application ON application_files (contest_application_id);

        CREATE POLICY contests_published ON contests FOR SELECT TO {service}_app USING (state = 'published');
        CREATE POLICY campaigns_of_published_contest ON campaigns FOR SELECT TO {service}_app
            USING (EXISTS (SELECT FROM contests c WHERE c.campaign_id = campaigns.id AND c.state = 'published'));

        -- As the owner, because whoever holds the key has not signed in: the key opens its own application and nothing else, until its last day.
        CREATE FUNCTION contest_application_of_key(hashed bytea, day date) RETURNS TABLE (id uuid, path text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT a.id, a.authority_path::text FROM contest_applications a WHERE a.key_hash = hashed AND a.key_expires_on >= day
        $$;
        REVOKE EXECUTE ON FUNCTION contest_application_of_key FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION contest_application_of_key TO {service}_app, {service}_worker;

        -- Whoever applied in a contest without an account is kept as a candidate until that application has ended.
        CREATE OR REPLACE FUNCTION candidate_has_another(person uuid, beside uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT FROM applications a WHERE a.person_id = person AND a.id <> beside AND a.state = 'open')
                OR EXISTS (SELECT FROM profiles p WHERE p.person_id = person AND p.state = 'looking')
                OR EXISTS (SELECT FROM contest_applications c WHERE c.person_id = person AND c.key_hash IS NOT NULL AND c.ended_on IS NULL)
        $$;
        CREATE OR REPLACE FUNCTION prospect_is_open(person uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT FROM applications a WHERE a.person_id = person AND a.state = 'open') OR EXISTS (SELECT FROM accompaniments a WHERE a.person_id = person AND a.state = 'open')
                OR EXISTS (SELECT FROM profiles p WHERE p.person_id = person AND p.state = 'looking') OR EXISTS (SELECT FROM hires h WHERE h.person_id = person AND h.state = 'proposed')
                OR EXISTS (SELECT FROM contest_applications c WHERE c.person_id = person AND c.key_hash IS NOT NULL AND c.ended_on IS NULL)
        $$;
        """  # noqa: S608
    )
