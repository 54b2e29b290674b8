"""Contracts: a term, renewal, suspension and a coded departure; those who work on their own account have a place of practice instead of an employer."""

from shared.migrate import protect, sql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- A service starts after its migrations: nobody waits for these locks, and a new column without a default rewrites nothing.
        -- squawk-ignore-file ban-drop-constraint, ban-drop-not-null, constraint-missing-not-valid, adding-required-field
        ALTER TABLE employments ALTER COLUMN facility_id DROP NOT NULL, ALTER COLUMN facility_code DROP NOT NULL,
            ADD COLUMN practice_name text, ADD COLUMN practice_area text, ADD COLUMN term_months integer, ADD COLUMN act text NOT NULL DEFAULT 'recorded',
            ADD COLUMN reason text, ADD COLUMN departure text;
        ALTER TABLE employments_history ALTER COLUMN facility_id DROP NOT NULL, ALTER COLUMN facility_code DROP NOT NULL,
            ADD COLUMN practice_name text, ADD COLUMN practice_area text, ADD COLUMN term_months integer, ADD COLUMN act text NOT NULL DEFAULT 'recorded',
            ADD COLUMN reason text, ADD COLUMN departure text;
        ALTER TABLE employments DROP CONSTRAINT employment_type;
        ALTER TABLE employments ADD CONSTRAINT employment_type CHECK (employment_type IN
            ('civil_servant', 'public_employee', 'contract_fixed', 'contract_open', 'resident', 'intern', 'secondee_in', 'private', 'liberal', 'volunteer'));
        ALTER TABLE employments ADD CONSTRAINT employment_act CHECK (act IN ('recorded', 'renewed', 'suspended', 'resumed', 'ended'));
        ALTER TABLE employments ADD CONSTRAINT employment_term CHECK (term_months IS NULL OR (term_months > 0 AND NOT upper_inf(valid)));
        ALTER TABLE employments ADD CONSTRAINT employment_departure_has_a_day CHECK (departure IS NULL OR NOT upper_inf(valid));
        ALTER TABLE employments ADD CONSTRAINT employment_has_a_place CHECK (
            (facility_id IS NULL) = (facility_code IS NULL) AND (practice_name IS NULL) = (practice_area IS NULL)
            AND (facility_id IS NOT NULL OR (practice_name IS NOT NULL AND employment_type IN ('liberal', 'private'))));
        ALTER TABLE employments ADD CONSTRAINT practised_once_per_place EXCLUDE USING gist (person_id WITH =, practice_area WITH =, practice_name WITH =, valid WITH &&)
            WHERE (facility_id IS NULL);

        -- Of which contract which end was told: what stands there is not told again.
        CREATE TABLE contract_ends_told (
            employment_id uuid PRIMARY KEY,
            ends_on date NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}'
        );
        """
    )
    protect("contract_ends_told")
