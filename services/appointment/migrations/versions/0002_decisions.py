"""The register of decisions, service commitments and their money."""

from shared.migrate import protect, sql
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
        """
    )
    for table in ("decisions", "registers", "register_counters"):
        protect(table)
    # What a stranger who holds the paper may know of it, and nothing else.
    protect("decision_checks", public_read=True)
