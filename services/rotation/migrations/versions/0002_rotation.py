"""Agreements and their obligations, visits, support requests, missions, and techniques that are handed over."""

from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0002"
down_revision = "0001"

# A package of a province is read by its hospitals.
FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE agreements (
            {COLUMNS}
            giver_code text NOT NULL,
            receiver_code text NOT NULL,
            receiver_path ltree NOT NULL,
            model text NOT NULL CONSTRAINT agreement_model CHECK (model IN ('comprehensive', 'satellite', 'guidance', 'telehealth')),
            programme text NOT NULL,
            number text,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            giver_contact uuid,
            receiver_contact uuid,
            state text NOT NULL CONSTRAINT agreement_state CHECK (state IN ('draft', 'signed', 'active', 'suspended', 'expired', 'terminated')),
            drafted_by text NOT NULL,
            drafted_on date NOT NULL,
            giver_signed_by text,
            giver_signed_on date,
            receiver_signed_by text,
            receiver_signed_on date,
            on_paper boolean NOT NULL DEFAULT false,
            promised_to date,
            ended_on date,
            reason text,
            CONSTRAINT agreement_reference UNIQUE (authority_path, reference),
            CONSTRAINT agreement_period CHECK (ends_on >= starts_on),
            CONSTRAINT agreement_two_facilities CHECK (giver_code <> receiver_code),
            CONSTRAINT agreement_two_signatories CHECK (giver_signed_by <> receiver_signed_by OR on_paper),
            CONSTRAINT agreement_signed_by_both CHECK (state = 'draft' OR (giver_signed_on IS NOT NULL AND receiver_signed_on IS NOT NULL)),
            CONSTRAINT agreement_end_has_reason CHECK (state <> 'terminated' OR (ended_on IS NOT NULL AND reason <> '')),
            CONSTRAINT agreement_one_at_a_time EXCLUDE USING gist (
                giver_code WITH =, receiver_code WITH =, model WITH =, daterange(starts_on, coalesce(ended_on, ends_on), '[]') WITH &&)
                WHERE (state <> 'terminated' OR ended_on >= starts_on)
        );
        CREATE INDEX agreements_list ON agreements (starts_on, id);
        CREATE INDEX agreements_of_receiver ON agreements (receiver_code);

        CREATE TABLE obligations (
            id uuid PRIMARY KEY,
            agreement_id uuid NOT NULL REFERENCES agreements ON DELETE CASCADE,
            specialty text NOT NULL,
            visits_per_month smallint NOT NULL CONSTRAINT obligation_visits CHECK (visits_per_month BETWEEN 0 AND 31),
            techniques text[] NOT NULL DEFAULT '{{}}',
            CONSTRAINT obligation_once_per_specialty UNIQUE (agreement_id, specialty)
        );

        CREATE TABLE visits (
            {COLUMNS}
            agreement_id uuid NOT NULL REFERENCES agreements,
            obligation_id uuid NOT NULL REFERENCES obligations,
            giver_code text NOT NULL,
            receiver_code text NOT NULL,
            specialty text NOT NULL,
            month date NOT NULL CONSTRAINT visit_month CHECK (date_trunc('month', month) = month),
            promised_on date,
            held_on date,
            visitors uuid[] NOT NULL DEFAULT '{{}}',
            consultations integer CONSTRAINT visit_consultations CHECK (consultations BETWEEN 0 AND 10000),
            reason text,
            state text NOT NULL CONSTRAINT visit_state CHECK (state IN ('promised', 'held', 'missed')),
            said_by text,
            said_on date,
            CONSTRAINT visit_reference UNIQUE (authority_path, reference),
            CONSTRAINT visit_held_has_day CHECK ((state = 'held') = (held_on IS NOT NULL)),
            CONSTRAINT visit_held_in_its_month CHECK (date_trunc('month', held_on) = month),
            CONSTRAINT visit_missed_has_reason CHECK ((state = 'missed') = (reason IS NOT NULL))
        );
        CREATE INDEX visits_list ON visits (month, id);
        CREATE INDEX visits_of_obligation ON visits (obligation_id, month);
        CREATE INDEX visits_of_agreement ON visits (agreement_id, month);

        CREATE TABLE technique_packages (
            {COLUMNS}
            code text NOT NULL,
            title text NOT NULL,
            specialty text NOT NULL,
            items jsonb NOT NULL CONSTRAINT package_has_items CHECK (jsonb_array_length(items) > 0),
            equipment text[] NOT NULL DEFAULT '{{}}',
            drugs text[] NOT NULL DEFAULT '{{}}',
            licence_scope text,
            target_level smallint NOT NULL CONSTRAINT package_target CHECK (target_level BETWEEN 2 AND 5),
            min_cases_supervised integer NOT NULL CONSTRAINT package_cases_supervised CHECK (min_cases_supervised >= 0),
            min_cases_autonomous integer NOT NULL CONSTRAINT package_cases_autonomous CHECK (min_cases_autonomous >= 0),
            state text NOT NULL CONSTRAINT package_state CHECK (state IN ('published', 'withdrawn')),
            published_by text NOT NULL,
            published_on date NOT NULL,
            CONSTRAINT package_reference UNIQUE (authority_path, reference),
            CONSTRAINT package_code UNIQUE (authority_path, code)
        );

        CREATE TABLE support_requests (
            {COLUMNS}
            giver_code text,
            receiver_code text NOT NULL,
            agreement_id uuid REFERENCES agreements,
            need_id uuid,
            mode text NOT NULL CONSTRAINT request_mode CHECK (mode IN ('transfer', 'manpower', 'mixed')),
            specialty text NOT NULL,
            technique text,
            baseline_level smallint CONSTRAINT request_baseline CHECK (baseline_level BETWEEN 0 AND 5),
            target_level smallint CONSTRAINT request_target CHECK (target_level BETWEEN 1 AND 5),
            learners uuid[] NOT NULL DEFAULT '{{}}',
            equipment_ready boolean NOT NULL,
            licence_scope_ready boolean NOT NULL,
            urgency text NOT NULL CONSTRAINT request_urgency CHECK (urgency IN ('low', 'normal', 'high')),
            wanted_from date NOT NULL,
            days_needed integer NOT NULL CONSTRAINT request_days CHECK (days_needed BETWEEN 1 AND 1000),
            text text,
            state text NOT NULL CONSTRAINT request_state CHECK (state IN ('submitted', 'not_ready', 'validated', 'refused')),
            submitted_by text NOT NULL,
            submitted_on date NOT NULL,
            decided_by text,
            decided_on date,
            comment text,
            CONSTRAINT request_reference UNIQUE (authority_path, reference),
            CONSTRAINT request_raises_the_level CHECK (target_level > baseline_level),
            CONSTRAINT request_decider_is_not_author CHECK (decided_by <> submitted_by),
            CONSTRAINT request_decided_by_a_person CHECK (state = 'submitted' OR (decided_by IS NOT NULL AND decided_on IS NOT NULL)),
            CONSTRAINT request_refused_with_reason CHECK (state <> 'refused' OR comment <> '')
        );
        CREATE INDEX support_requests_list ON support_requests (submitted_on, id);
        CREATE INDEX support_requests_of_receiver ON support_requests (receiver_code);

        CREATE TABLE missions (
            {COLUMNS}
            person_id uuid NOT NULL,
            occupation_code text NOT NULL,
            specialty text,
            giver_code text NOT NULL,
            giver_unit text,
            receiver_code text NOT NULL,
            receiver_path ltree NOT NULL,
            remoteness text NOT NULL,
            programme text NOT NULL,
            rule_pack text NOT NULL,
            agreement_id uuid REFERENCES agreements,
            request_id uuid REFERENCES support_requests,
            need_id uuid,
            technique text,
            autonomy_level smallint CONSTRAINT mission_level CHECK (autonomy_level BETWEEN 1 AND 5),
            mode text NOT NULL CONSTRAINT mission_mode CHECK (mode IN ('transfer', 'manpower', 'mixed')),
            pattern text NOT NULL CONSTRAINT mission_pattern CHECK (pattern IN ('continuous', 'weekly_days', 'monthly_week')),
            weekdays smallint[] NOT NULL DEFAULT '{{}}',
            week smallint,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            first_planned_end date NOT NULL,
            days_planned integer NOT NULL CONSTRAINT mission_days CHECK (days_planned > 0),
            days_not_done date[] NOT NULL DEFAULT '{{}}',
            objectives text NOT NULL,
            allowance bigint NOT NULL CONSTRAINT mission_allowance CHECK (allowance >= 0),
            currency text NOT NULL CONSTRAINT mission_currency CHECK (currency ~ '^[A-Z]{{3}}$'),
            lodging text,
            transport text,
            handover text,
            hold_id uuid NOT NULL,
            override_reason text,
            state text NOT NULL,
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            source_by text,
            source_on date,
            worker_answer text CONSTRAINT mission_worker_answer CHECK (worker_answer IN ('consents', 'refuses')),
            worker_on date,
            worker_reason text,
            destination_by text,
            destination_on date,
            signed_by text,
            signed_on date,
            decision_number text,
            departed_on date,
            suspended_on date,
            ended_on date,
            reason text,
            evaluated_by text,
            evaluated_on date,
            evaluation text,
            objectives_met text CONSTRAINT mission_objectives_met CHECK (objectives_met IN ('yes', 'partly', 'no')),
            closed_on date,
            CONSTRAINT mission_reference UNIQUE (authority_path, reference),
            CONSTRAINT mission_period CHECK (ends_on >= starts_on),
            CONSTRAINT mission_two_facilities CHECK (giver_code <> receiver_code),
            CONSTRAINT mission_source_is_not_proposer CHECK (source_by <> proposed_by),
            CONSTRAINT mission_signatory_is_not_proposer CHECK (signed_by <> proposed_by),
            CONSTRAINT mission_refusal_has_reason CHECK (state NOT IN ('refused', 'cancelled', 'recalled') OR reason <> ''),
            CONSTRAINT mission_under_way_is_signed CHECK (state NOT IN ('ordered', 'in_progress', 'extended', 'suspended', 'ended', 'reported', 'evaluated', 'closed')
                OR signed_on IS NOT NULL)
        );
        CREATE INDEX missions_list ON missions (starts_on, id);
        CREATE INDEX missions_of_person ON missions (person_id);
        CREATE INDEX missions_of_request ON missions (request_id);
        CREATE INDEX missions_of_receiver ON missions (receiver_code);

        CREATE TABLE mission_reports (
            mission_id uuid NOT NULL REFERENCES missions ON DELETE CASCADE,
            side text NOT NULL CONSTRAINT report_side CHECK (side IN ('worker', 'destination')),
            summary text NOT NULL,
            cases integer CONSTRAINT report_cases CHECK (cases >= 0),
            people_trained integer CONSTRAINT report_trained CHECK (people_trained >= 0),
            reported_by text NOT NULL,
            reported_on date NOT NULL,
            PRIMARY KEY (mission_id, side)
        );

        CREATE TABLE mission_follow_ups (
            mission_id uuid NOT NULL REFERENCES missions ON DELETE CASCADE,
            months smallint NOT NULL,
            due_on date NOT NULL,
            done_on date,
            done_by text,
            practised boolean,
            comment text,
            PRIMARY KEY (mission_id, months)
        );

        CREATE TABLE transfers (
            {COLUMNS}
            package_id uuid NOT NULL REFERENCES technique_packages,
            technique text NOT NULL,
            facility_code text NOT NULL,
            core_code text,
            core_path ltree,
            agreement_id uuid REFERENCES agreements,
            request_id uuid REFERENCES support_requests,
            origin text NOT NULL CONSTRAINT transfer_origin CHECK (origin IN ('support', 'sponsored_study')),
            target_level smallint NOT NULL CONSTRAINT transfer_target CHECK (target_level BETWEEN 2 AND 5),
            learners uuid[] NOT NULL,
            started_on date NOT NULL,
            rule_pack text NOT NULL,
            state text NOT NULL CONSTRAINT transfer_state CHECK (state IN
                ('planned', 'theory', 'observed', 'supervised', 'autonomous_trial', 'accepted', 'sustained', 'lost')),
            planned_by text NOT NULL,
            accepted_by text,
            accepted_on date,
            reviewed_on date,
            comment text,
            CONSTRAINT transfer_reference UNIQUE (authority_path, reference),
            CONSTRAINT transfer_once UNIQUE (facility_code, package_id),
            CONSTRAINT transfer_core CHECK (origin = 'sponsored_study' OR core_code IS NOT NULL),
            CONSTRAINT transfer_accepted_by_a_person CHECK (state NOT IN ('accepted', 'sustained') OR (accepted_by IS NOT NULL AND accepted_on IS NOT NULL)),
            CONSTRAINT transfer_acceptor_is_not_planner CHECK (accepted_by <> planned_by)
        );
        CREATE INDEX transfers_list ON transfers (started_on, id);

        CREATE TABLE transfer_levels (
            id uuid PRIMARY KEY,
            transfer_id uuid NOT NULL REFERENCES transfers ON DELETE CASCADE,
            person_id uuid NOT NULL,
            item text NOT NULL,
            level smallint NOT NULL CONSTRAINT level_of_autonomy CHECK (level BETWEEN 1 AND 5),
            assessed_on date NOT NULL,
            assessor uuid,
            second_assessor uuid,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT level_second_assessor CHECK (level < 4 OR (assessor IS NOT NULL AND second_assessor IS NOT NULL)),
            CONSTRAINT level_two_assessors CHECK (assessor <> second_assessor),
            CONSTRAINT level_not_of_oneself CHECK (assessor <> person_id AND second_assessor <> person_id),
            CONSTRAINT level_once_a_day UNIQUE (transfer_id, person_id, item, assessed_on)
        );

        CREATE TABLE transfer_cases (
            transfer_id uuid NOT NULL REFERENCES transfers ON DELETE CASCADE,
            month date NOT NULL CONSTRAINT cases_month CHECK (date_trunc('month', month) = month),
            supervised integer NOT NULL CONSTRAINT cases_supervised CHECK (supervised >= 0),
            autonomous integer NOT NULL CONSTRAINT cases_autonomous CHECK (autonomous >= 0),
            recorded_by text NOT NULL,
            PRIMARY KEY (transfer_id, month)
        );
        """
    )
    for table in ("agreements", "visits", "technique_packages", "support_requests", "missions", "transfers"):
        protect(table)
    for table, parent, key in (
        ("obligations", "agreements", "agreement_id"),
        ("mission_reports", "missions", "mission_id"),
        ("mission_follow_ups", "missions", "mission_id"),
        ("transfer_levels", "transfers", "transfer_id"),
        ("transfer_cases", "transfers", "transfer_id"),
    ):
        protect(table, condition=f"EXISTS (SELECT FROM {parent} WHERE {parent}.id = {key})")
    sql(f"CREATE POLICY packages_from_below ON technique_packages FOR SELECT TO {service_of_migration()}_app USING ({FROM_BELOW});")
