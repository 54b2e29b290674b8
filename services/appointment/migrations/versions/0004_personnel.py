"""Probation, pay steps, benefits and awards."""

from shared.imports.migration import imports_tables
from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    imports_tables()
    sql(
        f"""
        -- What the registry says of absences: never their kind, only whether their days count. Kept through a rebuild, each with the version that was heard.
        CREATE TABLE counted_absences (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            approved boolean NOT NULL,
            counts_for_probation boolean NOT NULL,
            counts_for_step boolean NOT NULL,
            heard bigint[] NOT NULL,
            CONSTRAINT counted_absence_period CHECK (ends_on >= starts_on)
        );
        CREATE INDEX counted_absences_person ON counted_absences (person_id, starts_on);

        CREATE TABLE probations (
            {COLUMNS}
            source_service text NOT NULL,
            source_id uuid NOT NULL,
            assignment_id uuid,
            heard bigint[] NOT NULL DEFAULT '{{}}',
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            occupation_code text NOT NULL,
            rule_pack text NOT NULL,
            months smallint NOT NULL CONSTRAINT probation_months CHECK (months > 0),
            extension_months smallint NOT NULL DEFAULT 0 CONSTRAINT probation_extension CHECK (extension_months >= 0),
            starts_on date NOT NULL,
            excluded_days smallint NOT NULL DEFAULT 0 CONSTRAINT probation_excluded CHECK (excluded_days >= 0),
            due_on date NOT NULL,
            mentor_id uuid,
            mentor_named_on date,
            state text NOT NULL CONSTRAINT probation_state CHECK (state IN ('running', 'extended', 'confirmed', 'ended')),
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            mentor_report jsonb,
            self_report jsonb,
            head_opinion jsonb,
            outcome text CONSTRAINT probation_outcome CHECK (outcome IN ('confirmed', 'extended', 'ended')),
            outcome_on date,
            outcome_months smallint,
            outcome_reason text,
            equivalent_months smallint,
            proposed_by text,
            proposed_on date,
            proposal_id uuid,
            extended_by uuid,
            settled_by uuid,
            confirmed_on date,
            ended_on date,
            ended_reason text,
            decision_number text,
            CONSTRAINT probation_reference UNIQUE (authority_path, reference),
            CONSTRAINT probation_once_per_source UNIQUE (source_service, source_id),
            CONSTRAINT probation_lasts CHECK (due_on >= starts_on),
            CONSTRAINT probation_mentor_is_another CHECK (mentor_id <> person_id),
            CONSTRAINT probation_proposal_complete CHECK ((outcome IS NULL) = (proposal_id IS NULL) AND (outcome IS NULL) = (outcome_on IS NULL) AND (outcome IS NULL) = (proposed_by IS NULL)
                AND (outcome IS NULL) = (proposed_on IS NULL)),
            CONSTRAINT probation_extension_says_how_long CHECK (outcome IS DISTINCT FROM 'extended' OR outcome_months > 0),
            CONSTRAINT probation_confirmed_has_day CHECK ((state = 'confirmed') = (confirmed_on IS NOT NULL)),
            CONSTRAINT probation_ended_has_day CHECK ((state = 'ended') = (ended_on IS NOT NULL))
        );
        -- One probation runs at a time for a person.
        CREATE UNIQUE INDEX probation_runs_once ON probations (person_id) WHERE state IN ('running', 'extended');
        CREATE INDEX probations_list ON probations (due_on, id);
        CREATE INDEX probations_person ON probations (person_id);
        CREATE INDEX probations_assignment ON probations (assignment_id);

        -- Short absences whose justification the head did not accept: their days do not count either.
        CREATE TABLE refused_absences (
            probation_id uuid NOT NULL REFERENCES probations ON DELETE CASCADE,
            absence_id uuid NOT NULL REFERENCES counted_absences,
            reason text NOT NULL CONSTRAINT refused_absence_reason CHECK (reason <> ''),
            refused_by text NOT NULL,
            refused_on date NOT NULL,
            PRIMARY KEY (probation_id, absence_id)
        );

        CREATE TABLE pay_step_lists (
            {COLUMNS}
            facility_code text,
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            effective_on date NOT NULL,
            state text NOT NULL CONSTRAINT pay_step_list_state CHECK (state IN ('proposed', 'granted', 'revoked', 'withdrawn')),
            decision_number text,
            signed_on date,
            CONSTRAINT pay_step_list_reference UNIQUE (authority_path, reference)
        );
        CREATE INDEX pay_step_lists_list ON pay_step_lists (proposed_on, id);

        -- One row for each step that a person holds or held.
        CREATE TABLE pay_steps (
            {COLUMNS}
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            occupation_code text NOT NULL,
            rule_pack text NOT NULL,
            scale text NOT NULL,
            step smallint NOT NULL CONSTRAINT pay_step_counts_from_one CHECK (step > 0),
            coefficient numeric(5, 2) NOT NULL CONSTRAINT pay_step_coefficient CHECK (coefficient > 0),
            since date NOT NULL,
            until date,
            delay_months smallint NOT NULL DEFAULT 0 CONSTRAINT pay_step_delay CHECK (delay_months >= 0),
            leave_months smallint NOT NULL DEFAULT 0 CONSTRAINT pay_step_leave CHECK (leave_months >= 0),
            due_on date,
            state text NOT NULL CONSTRAINT pay_step_state CHECK (state IN ('current', 'proposed', 'past', 'revoked')),
            previous_id uuid REFERENCES pay_steps,
            list_id uuid REFERENCES pay_step_lists,
            probation_id uuid REFERENCES probations,
            granted_on date,
            decision_number text,
            next_on date,
            early_months smallint NOT NULL DEFAULT 0 CONSTRAINT pay_step_early CHECK (early_months >= 0),
            early_reason text,
            recorded_by text NOT NULL,
            recorded_on date NOT NULL,
            CONSTRAINT pay_step_reference UNIQUE (authority_path, reference),
            CONSTRAINT pay_step_period CHECK (until >= since - 1),
            CONSTRAINT pay_step_past_has_end CHECK (state <> 'past' OR until IS NOT NULL),
            CONSTRAINT pay_step_proposed_has_day CHECK (state <> 'proposed' OR next_on IS NOT NULL),
            CONSTRAINT pay_step_early_says_why CHECK (early_months = 0 OR early_reason <> '')
        );
        -- A person holds one step.
        CREATE UNIQUE INDEX pay_step_held_once ON pay_steps (person_id) WHERE state IN ('current', 'proposed');
        CREATE INDEX pay_steps_due ON pay_steps (due_on, id) WHERE state IN ('current', 'proposed');
        CREATE INDEX pay_steps_list ON pay_steps (since, id);
        CREATE INDEX pay_steps_person ON pay_steps (person_id);
        CREATE INDEX pay_steps_granted ON pay_steps (granted_on);
        CREATE INDEX pay_steps_of_list ON pay_steps (list_id);

        CREATE TABLE pay_step_list_lines (
            list_id uuid NOT NULL REFERENCES pay_step_lists ON DELETE CASCADE,
            pay_step_id uuid NOT NULL REFERENCES pay_steps,
            effective_on date NOT NULL,
            early_months smallint NOT NULL DEFAULT 0,
            early_reason text,
            made_id uuid REFERENCES pay_steps,
            conflict text,
            PRIMARY KEY (list_id, pay_step_id)
        );

        -- What delays a step: never on a topic.
        CREATE TABLE pay_step_delays (
            id uuid PRIMARY KEY,
            pay_step_id uuid NOT NULL REFERENCES pay_steps ON DELETE CASCADE,
            kind text NOT NULL CONSTRAINT pay_step_delay_kind CHECK (kind IN ('not_completed', 'warning', 'reprimand', 'dismissal')),
            decided_on date NOT NULL,
            months smallint NOT NULL CONSTRAINT pay_step_delay_months CHECK (months > 0),
            decision_reference text NOT NULL,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT pay_step_delay_once UNIQUE (pay_step_id, kind, decided_on)
        );

        CREATE TABLE benefits (
            {COLUMNS}
            proposal_id uuid NOT NULL,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            kind text NOT NULL CONSTRAINT benefit_kind CHECK (kind IN ('occupational_allowance', 'remoteness', 'housing', 'responsibility', 'hazard', 'seniority', 'other')),
            percent numeric(5, 2) CONSTRAINT benefit_percent CHECK (percent > 0),
            amount bigint CONSTRAINT benefit_amount CHECK (amount > 0),
            currency text CONSTRAINT benefit_currency CHECK (currency ~ '^[A-Z]{{3}}$'),
            frequency text CONSTRAINT benefit_frequency CHECK (frequency IN ('once', 'monthly')),
            starts_on date NOT NULL,
            ends_on date,
            basis text NOT NULL,
            state text NOT NULL CONSTRAINT benefit_state CHECK (state IN ('proposed', 'granted', 'revoked', 'withdrawn')),
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            granted_on date,
            decision_number text,
            CONSTRAINT benefit_reference UNIQUE (authority_path, reference, person_id),
            CONSTRAINT benefit_period CHECK (ends_on >= starts_on),
            CONSTRAINT benefit_is_percent_or_amount CHECK ((percent IS NULL) <> (amount IS NULL) AND (amount IS NULL) = (currency IS NULL) AND (amount IS NULL) = (frequency IS NULL)),
            CONSTRAINT benefit_granted_has_day CHECK (state <> 'granted' OR granted_on IS NOT NULL),
            CONSTRAINT benefit_once_at_a_time EXCLUDE USING gist (person_id WITH =, kind WITH =, daterange(starts_on, ends_on, '[]') WITH &&)
                WHERE (state IN ('proposed', 'granted') AND kind <> 'other')
        );
        CREATE INDEX benefits_list ON benefits (starts_on, id);
        CREATE INDEX benefits_person ON benefits (person_id);
        CREATE INDEX benefits_proposal ON benefits (proposal_id);

        CREATE TABLE awards (
            {COLUMNS}
            proposal_id uuid NOT NULL,
            person_id uuid,
            facility_code text NOT NULL,
            title text NOT NULL CONSTRAINT award_title CHECK (title IN ('advanced_worker', 'unit_emulation_fighter', 'province_emulation_fighter', 'national_emulation_fighter',
                'certificate_of_merit', 'medal', 'initiative')),
            level text NOT NULL CONSTRAINT award_level CHECK (level IN ('unit', 'province', 'ministry', 'state')),
            year smallint NOT NULL CONSTRAINT award_year CHECK (year BETWEEN 1945 AND 2200),
            achievement text NOT NULL,
            evidence text,
            given_on date NOT NULL,
            state text NOT NULL CONSTRAINT award_state CHECK (state IN ('proposed', 'awarded', 'revoked', 'withdrawn')),
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            awarded_on date,
            decision_number text,
            CONSTRAINT award_reference UNIQUE (authority_path, reference, person_id),
            CONSTRAINT award_awarded_has_day CHECK (state <> 'awarded' OR awarded_on IS NOT NULL)
        );
        CREATE UNIQUE INDEX award_once ON awards (person_id, title, level, year) WHERE state IN ('proposed', 'awarded') AND title NOT IN ('initiative', 'certificate_of_merit');
        CREATE INDEX awards_list ON awards (year, id);
        CREATE INDEX awards_person ON awards (person_id);
        CREATE INDEX awards_proposal ON awards (proposal_id);
        """
    )
    for table in ("counted_absences", "probations", "pay_step_lists", "pay_steps", "benefits", "awards"):
        protect(table)
    protect("refused_absences", condition="EXISTS (SELECT FROM probations WHERE probations.id = probation_id)")
    protect("pay_step_list_lines", condition="EXISTS (SELECT FROM pay_step_lists WHERE pay_step_lists.id = list_id)")
    protect("pay_step_delays", condition="EXISTS (SELECT FROM pay_steps WHERE pay_steps.id = pay_step_id)")
