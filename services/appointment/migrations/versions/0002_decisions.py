"""The register of decisions, service commitments and their money."""

from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE decisions (
            {COLUMNS}
            source_service text NOT NULL,
            source_id uuid NOT NULL,
            kind text NOT NULL,
            facility_code text,
            person_ids uuid[] NOT NULL,
            proposed_by text NOT NULL,
            proposed_on date NOT NULL,
            effective_on date NOT NULL,
            ends_on date,
            legal_basis text[] NOT NULL,
            facts jsonb NOT NULL,
            state text NOT NULL CONSTRAINT decision_state CHECK (state IN ('proposed', 'signed', 'revoked', 'superseded', 'withdrawn')),
            authority text,
            signed_by text,
            signed_on date,
            retroactive_reason text,
            number text,
            number_authority text,
            number_year smallint,
            numbered_on date,
            content_sha256 text,
            check_code text CONSTRAINT decision_check_code_once UNIQUE,
            ended_by text,
            ended_on date,
            ended_from date,
            end_reason text,
            revocation_number text,
            superseded_by uuid REFERENCES decisions DEFERRABLE INITIALLY DEFERRED,
            supersedes uuid REFERENCES decisions DEFERRABLE INITIALLY DEFERRED,
            conflict text,
            CONSTRAINT decision_signatory_is_not_proposer CHECK (signed_by <> proposed_by),
            CONSTRAINT decision_signed_after_proposal CHECK (signed_on >= proposed_on),
            CONSTRAINT decision_signed_is_complete CHECK ((signed_by IS NULL) = (signed_on IS NULL) AND (signed_by IS NULL) = (check_code IS NULL)
                AND (signed_by IS NULL) = (authority IS NULL) AND (signed_by IS NULL) = (state IN ('proposed', 'withdrawn'))),
            CONSTRAINT decision_retroactive_has_reason CHECK (effective_on >= signed_on OR retroactive_reason <> ''),
            CONSTRAINT decision_number_is_whose CHECK ((number IS NULL) = (number_authority IS NULL) AND (number IS NULL) = (number_year IS NULL)
                AND (number IS NULL) = (numbered_on IS NULL) AND (number IS NULL OR signed_on IS NOT NULL)),
            CONSTRAINT decision_ended_has_reason CHECK (state NOT IN ('revoked', 'superseded') OR (ended_by IS NOT NULL AND ended_on IS NOT NULL AND ended_from IS NOT NULL
                AND end_reason <> '')),
            CONSTRAINT decision_superseded_by_another CHECK ((state = 'superseded') = (superseded_by IS NOT NULL)),
            CONSTRAINT decision_number_once UNIQUE (number_authority, number_year, number)
        );
        -- One decision for each thing that asked for one; another text about the same thing names the one that it replaces.
        CREATE UNIQUE INDEX decision_of_source ON decisions (source_service, source_id) WHERE supersedes IS NULL;
        CREATE UNIQUE INDEX decision_replaced_once ON decisions (supersedes) WHERE state <> 'withdrawn';
        CREATE INDEX decisions_source ON decisions (source_id);
        CREATE INDEX decisions_list ON decisions (proposed_on, id);
        CREATE INDEX decisions_state ON decisions (state, proposed_on, id);
        CREATE INDEX decisions_signed ON decisions (signed_on, id);
        CREATE INDEX decisions_facility ON decisions (facility_code);
        CREATE INDEX decisions_persons ON decisions USING gin (person_ids);

        CREATE TABLE registers (
            authority text PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            pattern text NOT NULL CONSTRAINT register_pattern_holds_number CHECK (pattern LIKE '%{{number}}%'),
            opened_on date NOT NULL,
            version integer NOT NULL DEFAULT 1
        );

        CREATE TABLE register_counters (
            authority text NOT NULL,
            year smallint NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            last integer NOT NULL CONSTRAINT register_counts_up CHECK (last >= 0),
            PRIMARY KEY (authority, year)
        );

        CREATE TABLE decision_checks (
            code text PRIMARY KEY,
            decision_id uuid NOT NULL REFERENCES decisions,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            authority text NOT NULL,
            number text,
            signed_on date NOT NULL,
            state text NOT NULL
        );
        CREATE UNIQUE INDEX decision_checks_decision ON decision_checks (decision_id);

        -- The files that were handed out, made from one version of a decision in one language.
        CREATE TABLE decision_documents (
            decision_id uuid NOT NULL REFERENCES decisions,
            language text NOT NULL,
            version integer NOT NULL,
            sha256 text NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            made_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (decision_id, language, version, sha256)
        );

        CREATE TABLE commitments (
            {COLUMNS}
            creditor_path ltree NOT NULL,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            origin text NOT NULL CONSTRAINT commitment_origin CHECK (origin IN ('attraction', 'training')),
            source_service text NOT NULL,
            source_id uuid NOT NULL,
            programme text,
            amount bigint NOT NULL CONSTRAINT commitment_amount CHECK (amount >= 0),
            currency text NOT NULL CONSTRAINT commitment_currency_iso CHECK (currency ~ '^[A-Z]{{3}}$'),
            cost_items jsonb NOT NULL DEFAULT '[]',
            months_due smallint NOT NULL CONSTRAINT commitment_months CHECK (months_due > 0),
            clock text NOT NULL CONSTRAINT commitment_clock CHECK (clock IN ('sequence', 'parallel')),
            earliest_on date NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            breach jsonb NOT NULL,
            rule_pack text NOT NULL,
            opened_on date NOT NULL,
            state text NOT NULL CONSTRAINT commitment_state CHECK (state IN ('draft', 'signed', 'running', 'paused', 'fulfilled', 'assessed', 'notified', 'instalments', 'paid',
                'waived', 'contested', 'cancelled')),
            signed_on date,
            signed_with text,
            ended_on date,
            end_cause text CONSTRAINT commitment_end_cause CHECK (end_cause IN ('leaves', 'abandons', 'no_diploma', 'revoked', 'fulfilled')),
            leaving_on date,
            owed_amount bigint CONSTRAINT commitment_owed CHECK (owed_amount >= 0),
            owed_rule jsonb,
            assessed_by text,
            assessed_on date,
            notified_on date,
            repay_by date,
            contested_on date,
            contest_reason text,
            waived_by text,
            waived_on date,
            waiver_ground text,
            waiver_reason text,
            CONSTRAINT commitment_of_source UNIQUE (source_service, source_id),
            CONSTRAINT commitment_reference UNIQUE (authority_path, reference),
            CONSTRAINT commitment_period CHECK (starts_on >= earliest_on AND ends_on >= starts_on),
            CONSTRAINT commitment_runs_once_signed CHECK (state IN ('draft', 'cancelled') OR signed_on IS NOT NULL OR end_cause = 'revoked'),
            CONSTRAINT commitment_owed_is_assessed CHECK (state NOT IN ('assessed', 'notified', 'instalments', 'paid', 'waived', 'contested')
                OR (owed_amount IS NOT NULL AND ended_on IS NOT NULL AND assessed_on IS NOT NULL)),
            CONSTRAINT commitment_waiver_is_another CHECK (waived_by <> assessed_by),
            CONSTRAINT commitment_waived_with_reason CHECK ((state = 'waived') = (waived_by IS NOT NULL) AND (waived_by IS NULL OR waiver_reason <> ''))
        );
        CREATE INDEX commitments_list ON commitments (starts_on, id);
        CREATE INDEX commitments_person ON commitments (person_id);
        CREATE INDEX commitments_facility ON commitments (facility_code);
        CREATE INDEX commitments_state ON commitments (state);

        CREATE TABLE commitment_pauses (
            id uuid PRIMARY KEY,
            commitment_id uuid NOT NULL REFERENCES commitments,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            starts_on date NOT NULL,
            ends_on date,
            ground text NOT NULL,
            entered_by text NOT NULL,
            entered_on date NOT NULL,
            CONSTRAINT commitment_pause_period CHECK (ends_on >= starts_on),
            CONSTRAINT commitment_pauses_apart EXCLUDE USING gist (commitment_id WITH =, daterange(starts_on, ends_on, '[]') WITH &&)
        );

        CREATE TABLE commitment_payments (
            id uuid PRIMARY KEY,
            commitment_id uuid NOT NULL REFERENCES commitments,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            facility_code text NOT NULL,
            person_id uuid NOT NULL,
            place smallint NOT NULL,
            amount bigint NOT NULL CONSTRAINT payment_amount CHECK (amount >= 0),
            currency text NOT NULL,
            due_on date NOT NULL,
            state text NOT NULL CONSTRAINT payment_state CHECK (state IN ('scheduled', 'paid', 'cancelled')),
            paid_on date,
            voucher text,
            recorded_by text,
            version integer NOT NULL DEFAULT 1,
            CONSTRAINT payment_once UNIQUE (commitment_id, place),
            CONSTRAINT payment_paid_has_day CHECK ((state = 'paid') = (paid_on IS NOT NULL AND recorded_by IS NOT NULL))
        );
        CREATE INDEX payments_list ON commitment_payments (due_on, id);
        CREATE INDEX payments_facility ON commitment_payments (facility_code);

        CREATE TABLE repayment_instalments (
            id uuid PRIMARY KEY,
            commitment_id uuid NOT NULL REFERENCES commitments,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            place smallint NOT NULL,
            amount bigint NOT NULL CONSTRAINT instalment_amount CHECK (amount > 0),
            due_on date NOT NULL,
            state text NOT NULL CONSTRAINT instalment_state CHECK (state IN ('due', 'paid', 'cancelled')),
            paid_on date,
            recorded_by text,
            CONSTRAINT instalment_once UNIQUE (commitment_id, place),
            CONSTRAINT instalment_paid_has_day CHECK ((state = 'paid') = (paid_on IS NOT NULL AND recorded_by IS NOT NULL))
        );

        CREATE TABLE commitment_budgets (
            authority text NOT NULL,
            year smallint NOT NULL,
            currency text NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            amount bigint NOT NULL CONSTRAINT budget_amount CHECK (amount >= 0),
            PRIMARY KEY (authority, year, currency)
        );
        """
    )
    service = service_of_migration()
    sql(
        """
        -- What an authority has paid in a year, for a payment of one of its facilities: whoever pays there sees only their own (ATT-03).
        -- The budget's row is locked, so that two payments wait for each other.
        CREATE FUNCTION budget_of_year(creditor ltree, in_year integer, in_currency text, OUT budget bigint, OUT paid bigint) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
        BEGIN
            SELECT b.amount INTO budget FROM commitment_budgets b WHERE b.authority_path = creditor AND b.year = in_year AND b.currency = in_currency FOR UPDATE;
            SELECT coalesce(sum(p.amount), 0) INTO paid FROM commitment_payments p
            WHERE p.state = 'paid' AND p.currency = in_currency AND p.authority_path <@ creditor AND extract(year FROM p.paid_on) = in_year;
        END
        $$;
        REVOKE ALL ON FUNCTION budget_of_year FROM PUBLIC;
        """
    )
    sql(f"GRANT EXECUTE ON FUNCTION budget_of_year TO {service}_app, {service}_worker;")
    for table in (
        "decisions",
        "registers",
        "register_counters",
        "decision_documents",
        "commitments",
        "commitment_pauses",
        "commitment_payments",
        "repayment_instalments",
        "commitment_budgets",
    ):
        protect(table)
    # What a stranger who holds the paper may know of it, and nothing else.
    protect("decision_checks", public_read=True)
