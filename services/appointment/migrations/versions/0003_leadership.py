"""Leadership positions, succession plans, cases, votes and mandates."""

from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    sql(
        f"""
        CREATE EXTENSION IF NOT EXISTS btree_gist;

        CREATE TABLE leadership_positions (
            {COLUMNS}
            facility_code text NOT NULL,
            unit text,
            rank text NOT NULL CONSTRAINT position_rank CHECK (rank IN ('head', 'deputy')),
            title text NOT NULL,
            term_months smallint NOT NULL CONSTRAINT position_term CHECK (term_months > 0),
            requirements text[] NOT NULL,
            planning_required boolean NOT NULL,
            valid_from date NOT NULL,
            valid_to date,
            grandfathered_until date,
            state text NOT NULL CONSTRAINT position_state CHECK (state IN ('open', 'closed')),
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            CONSTRAINT position_reference UNIQUE (authority_path, reference),
            CONSTRAINT position_period CHECK (valid_to >= valid_from),
            CONSTRAINT position_closed_has_end CHECK (state = 'open' OR valid_to IS NOT NULL),
            CONSTRAINT position_one_head EXCLUDE USING gist (facility_code WITH =, (coalesce(unit, '')) WITH =, daterange(valid_from, valid_to, '[]') WITH &&) WHERE (rank = 'head')
        );
        CREATE INDEX leadership_positions_list ON leadership_positions (facility_code, rank, id);

        CREATE TABLE succession_plans (
            {COLUMNS}
            title text NOT NULL,
            authority text NOT NULL,
            term_from date NOT NULL,
            term_to date NOT NULL,
            rule_pack text NOT NULL,
            state text NOT NULL CONSTRAINT plan_state CHECK (state IN ('proposed', 'screened', 'voted', 'approved', 'expired')),
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            convened smallint,
            present smallint,
            valid smallint,
            voted_on date,
            minutes_reference text,
            approved_by text,
            approved_on date,
            approval_reference text,
            reviewed_on date,
            CONSTRAINT plan_reference UNIQUE (authority_path, reference),
            CONSTRAINT plan_term CHECK (term_to > term_from),
            CONSTRAINT plan_vote_adds_up CHECK (valid <= present AND present <= convened),
            CONSTRAINT plan_approver_is_not_proposer CHECK (approved_by <> proposed_by),
            CONSTRAINT plan_approved_has_approver CHECK ((state IN ('approved', 'expired')) = (approved_by IS NOT NULL AND approved_on IS NOT NULL))
        );
        CREATE INDEX succession_plans_list ON succession_plans (term_from, id);

        CREATE TABLE succession_entries (
            id uuid PRIMARY KEY,
            plan_id uuid NOT NULL REFERENCES succession_plans ON DELETE CASCADE,
            person_id uuid NOT NULL,
            position_id uuid NOT NULL REFERENCES leadership_positions,
            priority smallint NOT NULL,
            ready boolean NOT NULL,
            development text[] NOT NULL,
            state text NOT NULL CONSTRAINT entry_state CHECK (state IN ('proposed', 'screened', 'not_retained', 'voted', 'approved', 'active', 'removed', 'promoted', 'expired')),
            votes smallint,
            added_on date NOT NULL,
            added_because text,
            added_by text NOT NULL,
            removed_on date,
            reason text,
            informed_on date,
            CONSTRAINT entry_removed_with_reason CHECK (state NOT IN ('removed', 'not_retained') OR reason <> ''),
            CONSTRAINT entry_once EXCLUDE (plan_id WITH =, person_id WITH =, position_id WITH =) WHERE (state NOT IN ('removed', 'not_retained'))
        );
        CREATE INDEX succession_entries_of_plan ON succession_entries (plan_id);
        CREATE INDEX succession_entries_of_person ON succession_entries (person_id);
        CREATE INDEX succession_entries_of_position ON succession_entries (position_id);

        CREATE TABLE succession_reviews (
            {COLUMNS}
            plan_id uuid NOT NULL REFERENCES succession_plans ON DELETE CASCADE,
            year smallint NOT NULL,
            state text NOT NULL CONSTRAINT review_state CHECK (state IN ('reviewed', 'completed', 'approved')),
            reviewed_by text NOT NULL,
            reviewed_on date NOT NULL,
            completed_on date,
            approved_by text,
            approved_on date,
            approval_reference text,
            outcomes jsonb NOT NULL,
            CONSTRAINT review_once_a_year UNIQUE (plan_id, year),
            CONSTRAINT review_approver_is_not_reviewer CHECK (approved_by <> reviewed_by)
        );

        CREATE TABLE appointment_cases (
            {COLUMNS}
            kind text NOT NULL CONSTRAINT case_kind CHECK (kind IN ('first', 'higher', 'equivalent', 'reappoint', 'extend', 'transfer', 'acting', 'resign', 'remove')),
            source text NOT NULL CONSTRAINT case_source CHECK (source IN ('internal', 'external')),
            position_id uuid NOT NULL REFERENCES leadership_positions,
            mandate_id uuid,
            facility_code text NOT NULL,
            rank text NOT NULL,
            rule_pack text NOT NULL,
            reason text,
            planning_exception text,
            cumulation boolean NOT NULL,
            classified boolean NOT NULL,
            state text NOT NULL CONSTRAINT case_state CHECK (state IN ('opened', 'principle_requested', 'principle_granted', 'candidates_screened', 'voted', 'file_completed',
                'decision_proposed', 'decided', 'revoked', 'stopped')),
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            principle_requested_by text,
            principle_requested_on date,
            principle_answered_by text,
            principle_granted_on date,
            principle_reference text,
            screened_on date,
            steps_done smallint NOT NULL DEFAULT 0,
            nominee_id uuid,
            voted_on date,
            file_completed_on date,
            file_reference text,
            proposed_by text,
            proposed_on date,
            to_facility_code text,
            to_post_id uuid,
            starts_on date,
            ends_on date,
            decision_number text,
            decided_on date,
            stopped_on date,
            stopped_because text CONSTRAINT case_stopped_because CHECK (stopped_because IN ('no_majority', 'failed_conditions', 'authority_refusal')),
            stopped_note text,
            revoked_on date,
            outcome text,
            CONSTRAINT case_reference UNIQUE (authority_path, reference),
            CONSTRAINT case_principle_granted_by_another CHECK (principle_answered_by <> principle_requested_by),
            CONSTRAINT case_stopped_with_reason CHECK ((state = 'stopped') = (stopped_because IS NOT NULL AND stopped_on IS NOT NULL)),
            CONSTRAINT case_file_after_votes CHECK (state NOT IN ('file_completed', 'decision_proposed') OR file_completed_on IS NOT NULL),
            CONSTRAINT case_classified_has_no_content CHECK (NOT classified OR (nominee_id IS NULL AND mandate_id IS NULL AND reason IS NULL AND planning_exception IS NULL))
        );
        CREATE INDEX appointment_cases_list ON appointment_cases (opened_on, id);
        CREATE INDEX appointment_cases_of_position ON appointment_cases (position_id);
        CREATE UNIQUE INDEX case_one_open_per_position ON appointment_cases (position_id, kind)
            WHERE state NOT IN ('decided', 'revoked', 'stopped') AND kind IN ('first', 'higher', 'equivalent', 'reappoint', 'extend');

        CREATE TABLE case_candidates (
            id uuid PRIMARY KEY,
            case_id uuid NOT NULL REFERENCES appointment_cases ON DELETE CASCADE,
            person_id uuid NOT NULL,
            origin text NOT NULL CONSTRAINT candidate_origin CHECK (origin IN ('internal', 'external')),
            criteria jsonb NOT NULL,
            conflicts text[] NOT NULL,
            state text NOT NULL CONSTRAINT candidate_state CHECK (state IN ('screened', 'forward', 'nominated', 'left_out')),
            CONSTRAINT candidate_once UNIQUE (case_id, person_id)
        );

        CREATE TABLE case_votes (
            id uuid PRIMARY KEY,
            case_id uuid NOT NULL REFERENCES appointment_cases ON DELETE CASCADE,
            step smallint NOT NULL,
            body text NOT NULL,
            purpose text NOT NULL,
            held_on date NOT NULL,
            convened smallint,
            present smallint,
            valid smallint,
            totals jsonb NOT NULL,
            outcome text NOT NULL CONSTRAINT vote_outcome CHECK (outcome IN ('held', 'nominated', 'forward', 'consulted', 'carried', 'not_carried', 'head_decides')),
            quorum_met boolean,
            head_carried boolean,
            head_decided_on date,
            dissent_reference text,
            minutes_reference text,
            minutes_sha256 text,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT vote_once_per_step UNIQUE (case_id, step),
            CONSTRAINT vote_adds_up CHECK (valid <= present AND present <= convened),
            CONSTRAINT vote_head_decides_with_dissent_report CHECK (head_carried IS NULL OR dissent_reference <> '')
        );

        CREATE TABLE mandates (
            {COLUMNS}
            person_id uuid NOT NULL,
            position_id uuid NOT NULL REFERENCES leadership_positions,
            facility_code text NOT NULL,
            rank text NOT NULL,
            kind text NOT NULL CONSTRAINT mandate_kind CHECK (kind IN ('appointed', 'renewed', 'extended', 'transferred', 'resumed', 'acting')),
            case_id uuid REFERENCES appointment_cases,
            follows_id uuid,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            ended_on date,
            ended_because text CONSTRAINT mandate_ended_because CHECK (ended_because IN ('new_office', 'resigned', 'removed', 'revoked')),
            ended_by_case_id uuid,
            put_back_on date,
            decision_number text,
            signed_on date,
            retirement_on date,
            told_stage smallint,
            state text NOT NULL CONSTRAINT mandate_state CHECK (state IN ('planned', 'running', 'ended', 'revoked')),
            recorded_by text NOT NULL,
            CONSTRAINT mandate_reference UNIQUE (authority_path, reference),
            CONSTRAINT mandate_of_case UNIQUE (case_id),
            CONSTRAINT mandate_period CHECK (ends_on >= starts_on),
            CONSTRAINT mandate_ended_in_time CHECK (ended_on BETWEEN starts_on - 1 AND ends_on),
            CONSTRAINT mandate_end_has_reason CHECK ((ended_on IS NULL) = (ended_because IS NULL)),
            CONSTRAINT mandate_one_holder EXCLUDE USING gist (position_id WITH =, ((kind = 'acting')::int) WITH =, daterange(starts_on, coalesce(ended_on, ends_on), '[]') WITH &&)
                WHERE (state <> 'revoked' AND (ended_on IS NULL OR ended_on >= starts_on)) DEFERRABLE INITIALLY DEFERRED
        );
        CREATE INDEX mandates_list ON mandates (ends_on, id);
        CREATE INDEX mandates_of_position ON mandates (position_id);
        CREATE INDEX mandates_of_person ON mandates (person_id);
        CREATE INDEX mandates_ended_by_case ON mandates (ended_by_case_id);

        CREATE TABLE leader_transfers (
            {COLUMNS}
            person_id uuid NOT NULL,
            case_id uuid NOT NULL UNIQUE REFERENCES appointment_cases,
            from_facility_code text NOT NULL,
            to_facility_code text NOT NULL,
            post_id uuid,
            starts_on date NOT NULL,
            decision_number text,
            state text NOT NULL CONSTRAINT transfer_state CHECK (state IN ('decided', 'revoked'))
        );
        """
    )
    for table in ("leadership_positions", "succession_plans", "succession_reviews", "appointment_cases", "mandates", "leader_transfers"):
        protect(table)
    protect("succession_entries", condition="EXISTS (SELECT FROM succession_plans WHERE succession_plans.id = plan_id)")
    protect("case_candidates", condition="EXISTS (SELECT FROM appointment_cases WHERE appointment_cases.id = case_id)")
    protect("case_votes", condition="EXISTS (SELECT FROM appointment_cases WHERE appointment_cases.id = case_id)")
