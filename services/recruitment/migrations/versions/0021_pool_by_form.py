"""Whoever applies on the public site may ask to be in the pool's file too: the application says which file it opened, and the file keeps the person."""

from shared.migrate import sql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks, and the new column is empty.
        -- squawk-ignore-file adding-foreign-key-constraint, require-concurrent-index-creation
        ALTER TABLE applications ADD COLUMN profile_id uuid REFERENCES profiles;
        CREATE INDEX applications_of_profile ON applications (profile_id);

        -- A candidate is kept while another application of theirs is open, or while they look for work in a pool.
        CREATE OR REPLACE FUNCTION candidate_has_another(person uuid, beside uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT FROM applications a WHERE a.person_id = person AND a.id <> beside AND a.state = 'open')
                OR EXISTS (SELECT FROM profiles p WHERE p.person_id = person AND p.state = 'looking')
        $$;
        """
    )
