"""Accounts: who is invited, which roles and relations they hold, who stands in for whom and for which days, who is closed; and how far the identity provider has followed."""

from shared.migrate import protect, sql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        CREATE TABLE accounts (
            id uuid PRIMARY KEY,
            issuer text NOT NULL,
            subject text,                       -- the identity provider's own id, known once it has the account
            username text NOT NULL,
            email text,
            name text NOT NULL,
            language text NOT NULL,
            roles text[] NOT NULL,
            relations text[] NOT NULL,          -- groups of the identity provider: /territories/VN-22, /facilities/VN-22-BVT
            person_id uuid REFERENCES persons (id),
            state text NOT NULL,
            source text NOT NULL,               -- invited here, or found at the identity provider
            invited_by text NOT NULL,
            invited_at timestamptz NOT NULL,
            invited_on date NOT NULL,
            closed_by text,
            closed_on date,
            closed_reason text,
            version integer NOT NULL DEFAULT 1,
            applied_version integer NOT NULL DEFAULT 0,
            applied_at timestamptz,
            tried_at timestamptz,
            trouble text,                       -- why the identity provider has not followed yet
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            CONSTRAINT account_state CHECK (state IN ('open', 'closed') AND (state = 'closed') = (closed_on IS NOT NULL AND closed_by IS NOT NULL AND closed_reason IS NOT NULL)),
            CONSTRAINT account_language CHECK (language IN ('fr', 'vi', 'en')),
            CONSTRAINT account_source CHECK (source IN ('invited', 'found')),
            CONSTRAINT account_has_a_place CHECK (cardinality(roles) > 0 AND cardinality(relations) > 0),
            CONSTRAINT account_applied CHECK (applied_version <= version),
            CONSTRAINT account_closed_by_another CHECK (closed_by <> issuer || '#' || subject),
            CONSTRAINT account_subject_once UNIQUE (issuer, subject)
        );
        CREATE UNIQUE INDEX account_username_once ON accounts (issuer, lower(username)) WHERE state = 'open' OR subject IS NOT NULL;
        CREATE INDEX accounts_to_be_applied ON accounts (id) WHERE applied_version < version;
        CREATE INDEX accounts_by_person ON accounts (person_id) WHERE person_id IS NOT NULL;

        CREATE TABLE account_substitutes (
            id uuid PRIMARY KEY,
            account_id uuid NOT NULL REFERENCES accounts (id),
            substitute_id uuid NOT NULL REFERENCES accounts (id),
            valid daterange NOT NULL,
            absent_version integer NOT NULL,    -- the version of the absent account that the substitute was given
            reason text NOT NULL,
            state text NOT NULL,
            named_by text NOT NULL,
            named_at timestamptz NOT NULL,
            ended_by text,
            ended_on date,                      -- when somebody ended it before its last day
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            CONSTRAINT substitute_state CHECK (state IN ('named', 'running', 'over')),
            CONSTRAINT substitute_is_another CHECK (account_id <> substitute_id),
            CONSTRAINT substitute_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND NOT upper_inf(valid) AND upper(valid) <> 'infinity'),
            CONSTRAINT one_substitute_a_day EXCLUDE USING gist (account_id WITH =, valid WITH &&) WHERE (state <> 'over'),
            CONSTRAINT substitute_of_one_a_day EXCLUDE USING gist (substitute_id WITH =, valid WITH &&) WHERE (state <> 'over')
        );
        CREATE INDEX account_substitutes_unfinished ON account_substitutes (substitute_id) WHERE state <> 'over';
        """
    )
    protect("accounts")
    protect("account_substitutes")
