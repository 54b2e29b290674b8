"""Sponsored studies with their progress reports; stays abroad of people who go together: short courses and delegations."""

from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE stay_groups (
            {COLUMNS}
            facility_code text,
            kind text NOT NULL CONSTRAINT stay_group_kind CHECK (kind IN ('short_course', 'delegation')),
            title text NOT NULL,
            country text NOT NULL CONSTRAINT stay_group_country CHECK (country ~ '^[A-Z]{{2}}$'),
            region text CONSTRAINT stay_group_region CHECK (region LIKE country || '-%'),
            host text NOT NULL,
            field text NOT NULL,
            led_by text,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            rule_pack text NOT NULL,
            state text NOT NULL CONSTRAINT stay_group_state CHECK (state IN ('proposed', 'ordered', 'withdrawn', 'revoked')),
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            signed_by text,
            signed_on date,
            decision_number text,
            ended_by text,
            ended_on date,
            end_reason text,
            CONSTRAINT stay_group_reference UNIQUE (authority_path, reference),
            CONSTRAINT stay_group_period CHECK (ends_on >= starts_on),
            CONSTRAINT stay_group_signed CHECK (state <> 'ordered' OR (signed_by IS NOT NULL AND signed_on IS NOT NULL)),
            CONSTRAINT stay_group_signatory_is_not_proposer CHECK (signed_by <> proposed_by)
        );
        CREATE INDEX stay_groups_list ON stay_groups (starts_on, id);

        CREATE TABLE stays (
            {COLUMNS}
            group_id uuid NOT NULL REFERENCES stay_groups,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            unit text,
            cover_person_id uuid,
            cover_reason text,
            hold_id uuid NOT NULL,
            override_reason text,
            state text NOT NULL CONSTRAINT stay_state CHECK (state IN ('proposed', 'ordered', 'conflicting', 'departed', 'returned', 'reported', 'cancelled')),
            departed_on date,
            returned_on date,
            reported_on date,
            report text,
            learnt text[] NOT NULL DEFAULT '{{}}',
            ended_by text,
            end_reason text,
            CONSTRAINT stay_reference UNIQUE (authority_path, reference),
            CONSTRAINT stay_is_covered CHECK (cover_person_id IS NOT NULL OR cover_reason <> ''),
            CONSTRAINT stay_covered_by_another CHECK (cover_person_id <> person_id),
            CONSTRAINT stay_departed CHECK (state NOT IN ('departed', 'returned', 'reported') OR departed_on IS NOT NULL),
            CONSTRAINT stay_returned CHECK (state NOT IN ('returned', 'reported') OR returned_on >= departed_on),
            CONSTRAINT stay_reported CHECK ((state = 'reported') = (reported_on IS NOT NULL AND report <> ''))
        );
        CREATE UNIQUE INDEX stay_once_in_a_group ON stays (group_id, person_id) WHERE state <> 'cancelled';
        CREATE INDEX stays_of_person ON stays (person_id);
        CREATE INDEX stays_list ON stays (recorded_at, id);

        CREATE TABLE sponsorships (
            {COLUMNS}
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            unit text,
            occupation_code text NOT NULL,
            employment_type text,
            programme text NOT NULL CONSTRAINT sponsorship_programme CHECK (programme IN ('ck1', 'ck2', 'bsnt', 'master', 'phd')),
            specialty text,
            institution text NOT NULL,
            country text NOT NULL CONSTRAINT sponsorship_country CHECK (country ~ '^[A-Z]{{2}}$'),
            need_id uuid NOT NULL,
            technique text,
            full_time boolean NOT NULL,
            first_postgraduate boolean NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            course_months integer NOT NULL CONSTRAINT sponsorship_course_months CHECK (course_months > 0),
            cost_items jsonb NOT NULL,
            currency text NOT NULL CONSTRAINT sponsorship_currency CHECK (currency ~ '^[A-Z]{{3}}$'),
            benefit_amount bigint NOT NULL CONSTRAINT sponsorship_benefit CHECK (benefit_amount >= 0),
            bond_factor numeric NOT NULL CONSTRAINT sponsorship_bond_factor CHECK (bond_factor > 0),
            months_due integer NOT NULL CONSTRAINT sponsorship_months_due CHECK (months_due > 0),
            breach_policy jsonb NOT NULL,
            cover_person_id uuid,
            cover_reason text,
            rule_pack text NOT NULL,
            criteria jsonb NOT NULL,
            hold_id uuid,
            override_reason text,
            state text NOT NULL CONSTRAINT sponsorship_state CHECK (state IN ('applied', 'eligible', 'ineligible', 'board_approved', 'board_refused', 'bonded', 'conflicting',
                'enrolled', 'studying', 'graduated', 'failed', 'abandoned', 'returned', 'withdrawn', 'revoked')),
            applied_by text NOT NULL,
            applied_on date NOT NULL,
            judged_by text,
            judged_on date,
            judged_comment text,
            board_by text,
            board_on date,
            board_comment text,
            signed_by text,
            signed_on date,
            decision_number text,
            enrolled_on date,
            progress_due_on date,
            outcome text CONSTRAINT sponsorship_outcome CHECK (outcome IN ('graduated', 'failed', 'abandoned')),
            outcome_on date,
            outcome_by text,
            outcome_comment text,
            diploma_number text,
            degree_checked_by text,
            degree_checked_on date,
            degree_check text CONSTRAINT sponsorship_degree_check CHECK (degree_check IN ('verified', 'mismatch', 'forged_suspected')),
            returned_on date,
            ended_by text,
            ended_on date,
            end_reason text,
            CONSTRAINT sponsorship_reference UNIQUE (authority_path, reference),
            CONSTRAINT sponsorship_period CHECK (ends_on > starts_on),
            CONSTRAINT sponsorship_board_is_not_applicant CHECK (board_by <> applied_by),
            CONSTRAINT sponsorship_signatory_is_not_proposer CHECK (state = 'conflicting' OR signed_by <> board_by),
            CONSTRAINT sponsorship_signed CHECK (state NOT IN ('bonded', 'enrolled', 'studying', 'graduated', 'failed', 'abandoned') OR signed_on IS NOT NULL),
            CONSTRAINT sponsorship_covered_by_another CHECK (cover_person_id <> person_id),
            CONSTRAINT sponsorship_checker_is_not_declarer CHECK (degree_checked_by <> outcome_by),
            CONSTRAINT sponsorship_outcome_has_a_day CHECK ((outcome IS NULL) = (outcome_on IS NULL))
        );
        CREATE INDEX sponsorships_list ON sponsorships (applied_on, id);
        CREATE INDEX sponsorships_of_person ON sponsorships (person_id);
        CREATE INDEX sponsorships_of_facility ON sponsorships (facility_code);
        CREATE INDEX sponsorships_of_need ON sponsorships (need_id);
        -- One person studies under one sponsorship at a time.
        CREATE UNIQUE INDEX sponsorship_once_at_a_time ON sponsorships (person_id)
            WHERE state IN ('applied', 'eligible', 'board_approved', 'bonded', 'enrolled', 'studying');

        CREATE TABLE sponsorship_progress (
            id uuid PRIMARY KEY,
            sponsorship_id uuid NOT NULL REFERENCES sponsorships,
            period_to date NOT NULL,
            standing text NOT NULL CONSTRAINT progress_standing CHECK (standing IN ('on_track', 'delayed', 'at_risk')),
            comment text,
            reported_by text NOT NULL,
            reported_on date NOT NULL,
            CONSTRAINT progress_once_a_period UNIQUE (sponsorship_id, period_to)
        );

        -- Needs of facilities, as recruitment validated them.
        CREATE TABLE needs (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            facility_code text NOT NULL,
            occupation_code text NOT NULL,
            specialty text,
            state text NOT NULL
        );

        -- Whether the probation is over, as appointment says it.
        CREATE TABLE probations (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            state text NOT NULL
        );
        CREATE INDEX probations_of_person ON probations (person_id);
        """
    )
    for table in ("stay_groups", "stays", "sponsorships", "needs", "probations"):
        protect(table)
    protect("sponsorship_progress", condition="EXISTS (SELECT FROM sponsorships WHERE sponsorships.id = sponsorship_id)")
