"""Attraction policies, needs, campaigns, candidacies and hires; what is known of facilities, posts and landings."""

from shared.migrate import protect, protect_reference, service_of_migration, shared_tables, sql

revision = "0001"
down_revision = None

# What an authority publishes is read by those beneath it: a province's policy by its hospitals.
FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"


def upgrade() -> None:
    shared_tables()
    sql(
        """
        CREATE TABLE policies (
            id uuid PRIMARY KEY,
            reference text,
            content_hash bytea NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            recorded_at timestamptz NOT NULL DEFAULT now(),
            resolution_no text NOT NULL,
            title text NOT NULL,
            authority text NOT NULL,
            valid_from date NOT NULL,
            valid_to date,
            target_hires integer NOT NULL CONSTRAINT policy_target_positive CHECK (target_hires > 0),
            currency text NOT NULL CONSTRAINT policy_currency_iso CHECK (currency ~ '^[A-Z]{3}$'),
            eligible_occupations text[] NOT NULL CONSTRAINT policy_open_to_someone CHECK (cardinality(eligible_occupations) > 0),
            excluded_occupations text[] NOT NULL,
            excludes_former_public_staff boolean NOT NULL,
            years_experienced smallint NOT NULL CONSTRAINT policy_years_experienced CHECK (years_experienced >= 0),
            years_new_graduate smallint NOT NULL CONSTRAINT policy_years_new_graduate CHECK (years_new_graduate >= 0),
            citation text NOT NULL,
            state text NOT NULL CONSTRAINT policy_state CHECK (state IN ('proposed', 'approved')),
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            approved_by text,
            approved_on date,
            CONSTRAINT policy_reference UNIQUE (authority_path, reference),
            CONSTRAINT policy_period CHECK (valid_to >= valid_from),
            CONSTRAINT policy_approver_is_not_proposer CHECK (approved_by <> proposed_by),
            CONSTRAINT policy_approved_has_approver CHECK ((state = 'approved') = (approved_by IS NOT NULL AND approved_on IS NOT NULL))
        );
        CREATE INDEX policies_list ON policies (valid_from, id);

        CREATE TABLE policy_amounts (
            policy_id uuid NOT NULL REFERENCES policies ON DELETE CASCADE,
            facility_group text NOT NULL,
            degree text NOT NULL,
            amount bigint NOT NULL CONSTRAINT policy_amount_positive CHECK (amount > 0),
            PRIMARY KEY (policy_id, facility_group, degree)
        );

        CREATE TABLE needs (
            id uuid PRIMARY KEY,
            reference text,
            content_hash bytea NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            recorded_at timestamptz NOT NULL DEFAULT now(),
            facility_code text NOT NULL,
            occupation_code text NOT NULL,
            specialty text,
            quantity integer NOT NULL CONSTRAINT need_quantity_positive CHECK (quantity > 0),
            reason text NOT NULL CONSTRAINT need_reason CHECK (reason IN ('vacancy', 'new_service', 'retirement', 'norm_gap', 'wisn_gap')),
            post_id uuid,
            state text NOT NULL CONSTRAINT need_state CHECK (state IN ('identified', 'validated')),
            identified_by text NOT NULL,
            identified_on date NOT NULL,
            validated_by text,
            validated_on date,
            CONSTRAINT need_reference UNIQUE (authority_path, reference),
            CONSTRAINT need_validator_is_not_author CHECK (validated_by <> identified_by),
            CONSTRAINT need_validated_has_validator CHECK ((state = 'validated') = (validated_by IS NOT NULL AND validated_on IS NOT NULL))
        );
        CREATE INDEX needs_list ON needs (identified_on, id);
        CREATE INDEX needs_of_facility ON needs (facility_code);

        CREATE TABLE campaigns (
            id uuid PRIMARY KEY,
            reference text,
            content_hash bytea NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            recorded_at timestamptz NOT NULL DEFAULT now(),
            code text NOT NULL,
            title text NOT NULL,
            authority text NOT NULL,
            policy_id uuid NOT NULL REFERENCES policies,
            opens_on date NOT NULL,
            closes_on date NOT NULL,
            rule_pack text NOT NULL,
            state text NOT NULL CONSTRAINT campaign_state CHECK (state IN ('draft', 'published')),
            drafted_by text NOT NULL,
            drafted_on date NOT NULL,
            published_by text,
            published_on date,
            CONSTRAINT campaign_reference UNIQUE (authority_path, reference),
            CONSTRAINT campaign_code UNIQUE (authority_path, code),
            CONSTRAINT campaign_window CHECK (closes_on >= opens_on),
            CONSTRAINT campaign_published_has_publisher CHECK ((state = 'published') = (published_by IS NOT NULL AND published_on IS NOT NULL))
        );
        CREATE INDEX campaigns_list ON campaigns (opens_on, id);
        CREATE INDEX campaigns_of_policy ON campaigns (policy_id);

        CREATE TABLE campaign_needs (
            campaign_id uuid NOT NULL REFERENCES campaigns ON DELETE CASCADE,
            need_id uuid NOT NULL REFERENCES needs,
            PRIMARY KEY (campaign_id, need_id)
        );
        CREATE INDEX campaign_needs_of_need ON campaign_needs (need_id);

        CREATE TABLE candidacies (
            id uuid PRIMARY KEY,
            reference text,
            content_hash bytea NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            recorded_at timestamptz NOT NULL DEFAULT now(),
            campaign_id uuid NOT NULL REFERENCES campaigns,
            need_id uuid NOT NULL,
            person_id uuid NOT NULL,
            occupation_code text NOT NULL,
            degree text NOT NULL,
            experience text NOT NULL CONSTRAINT candidacy_experience CHECK (experience IN ('experienced', 'new_graduate')),
            left_public_sector_of_province boolean NOT NULL,
            facility_code text NOT NULL,
            facility_group text,
            state text NOT NULL CONSTRAINT candidacy_state CHECK (state IN ('submitted', 'eligible', 'ineligible')),
            submitted_by text NOT NULL,
            submitted_on date NOT NULL,
            decided_by text,
            decided_on date,
            comment text,
            criteria jsonb,
            CONSTRAINT candidacy_reference UNIQUE (authority_path, reference),
            CONSTRAINT candidacy_once_per_campaign UNIQUE (campaign_id, person_id),
            CONSTRAINT candidacy_answers_a_need_of_its_campaign FOREIGN KEY (campaign_id, need_id) REFERENCES campaign_needs (campaign_id, need_id),
            CONSTRAINT candidacy_decided_by_a_person CHECK ((state = 'submitted') = (decided_by IS NULL AND decided_on IS NULL AND criteria IS NULL)),
            CONSTRAINT candidacy_refused_with_reasons CHECK (state <> 'ineligible' OR comment <> '')
        );
        CREATE INDEX candidacies_list ON candidacies (submitted_on, id);
        CREATE INDEX candidacies_of_need ON candidacies (need_id);
        CREATE INDEX candidacies_of_person ON candidacies (person_id);

        CREATE TABLE hires (
            id uuid PRIMARY KEY,
            reference text,
            content_hash bytea NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            recorded_at timestamptz NOT NULL DEFAULT now(),
            candidacy_id uuid NOT NULL CONSTRAINT hire_once_per_candidacy UNIQUE REFERENCES candidacies,
            need_id uuid NOT NULL REFERENCES needs,
            policy_id uuid NOT NULL REFERENCES policies,
            person_id uuid NOT NULL,
            occupation_code text NOT NULL,
            degree text NOT NULL,
            experience text NOT NULL,
            post_id uuid NOT NULL,
            facility_code text NOT NULL,
            facility_group text NOT NULL,
            starts_on date NOT NULL,
            amount bigint NOT NULL CONSTRAINT hire_amount_positive CHECK (amount > 0),
            currency text NOT NULL,
            commitment_years smallint NOT NULL CONSTRAINT hire_years_positive CHECK (commitment_years >= 0),
            commitment_ends_on date NOT NULL,
            grant_rules jsonb NOT NULL,
            state text NOT NULL CONSTRAINT hire_state CHECK (state IN ('proposed', 'decided')),
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            decided_by text,
            signed_on date,
            decision_number text,
            CONSTRAINT hire_reference UNIQUE (authority_path, reference),
            CONSTRAINT hire_signatory_is_not_proposer CHECK (decided_by <> proposed_by),
            CONSTRAINT hire_signed_after_proposal CHECK (signed_on >= proposed_on),
            CONSTRAINT hire_decided_is_signed CHECK ((state = 'decided') = (decided_by IS NOT NULL AND signed_on IS NOT NULL)),
            CONSTRAINT hire_number_needs_signature CHECK (decision_number IS NULL OR state = 'decided')
        );
        CREATE INDEX hires_list ON hires (proposed_on, id);
        CREATE INDEX hires_of_need ON hires (need_id);
        CREATE INDEX hires_of_post ON hires (post_id);
        CREATE INDEX hires_of_person ON hires (person_id);

        -- Replicas: what other services announced. No foreign key reaches them, because topics arrive in any order.
        CREATE TABLE facilities (
            id uuid PRIMARY KEY,
            code text NOT NULL,
            periods jsonb NOT NULL
        );
        CREATE INDEX facilities_code ON facilities (code);

        CREATE TABLE facility_authorities (
            facility_id uuid NOT NULL,
            code text NOT NULL,
            path ltree NOT NULL,
            valid daterange NOT NULL,
            PRIMARY KEY (facility_id, valid)
        );
        CREATE INDEX facility_authorities_code ON facility_authorities (code);

        CREATE TABLE posts (
            id uuid PRIMARY KEY,
            facility_code text NOT NULL,
            occupation_code text NOT NULL,
            fte numeric NOT NULL,
            filled numeric NOT NULL,
            open_from date NOT NULL,
            close_to date,
            frozen boolean NOT NULL
        );

        CREATE TABLE landings (
            assignment_id uuid PRIMARY KEY,
            hire_id uuid NOT NULL,
            post_id uuid,
            state text NOT NULL
        );
        CREATE INDEX landings_of_hire ON landings (hire_id);
        """
    )
    for table in ("policies", "needs", "campaigns", "candidacies", "hires"):
        protect(table)
    protect("policy_amounts", condition="EXISTS (SELECT FROM policies WHERE policies.id = policy_id)")
    protect("campaign_needs", condition="EXISTS (SELECT FROM campaigns WHERE campaigns.id = campaign_id)")
    protect("landings", condition="EXISTS (SELECT FROM hires WHERE hires.id = hire_id)")
    published = {"policies": "approved", "campaigns": "published"}
    for table, state in published.items():
        sql(f"CREATE POLICY {table}_from_below ON {table} FOR SELECT TO {service_of_migration()}_app USING (state = '{state}' AND {FROM_BELOW});")
    for table in ("facilities", "facility_authorities", "posts"):
        protect_reference(table)
