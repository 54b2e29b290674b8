"""Whoever is erased is nobody in any table of any service: no column of words is forgotten.

A column of free text, of a list of texts or of JSON is emptied when the person is erased, or its name or its table says here why it is nobody's.
"""

import importlib

import pytest

from services.registry.erasures import destroying
from tests.architecture.test_persons import MECHANISM, SERVICES, catalogue, migrated, service

__all__ = ["catalogue", "migrated", "service"]

CODES = {
    *("accounts", "act", "superseded_act", "status", "standing", "area_code", "authority", "authority_path", "code", "country", "currency", "degree", "diploma", "facility_group", "field", "grade", "grant_rules", "kind"),
    *("language", "list", "number", "occupation_degree", "occupation_group", "origin_code", "owed_rule", "ownership", "part", "paper", "protocol_version", "quota", "rank", "region"),
    *("reference", "reference_owner", "remoteness", "revocation_number", "rule_pack", "scale", "scope", "sha256", "shared_with", "source_service", "specialty", "state", "stream"),
    *("decision_number", "employment_type", "epoch", "from_occupation", "to_occupation", "isco", "key_id", "legal_basis", "citation", "resolution_no", "topic", "version"),
    *("facility_codes", "facility_types", "eligible_occupations", "excluded_occupations", "indicator", "indicator_area", "home_pack", "host_pack", "mentor_facility"),
    *("trainer_facilities", "from_facility", "to_facility", "partners", "materials", "equipment", "drugs", "techniques", "technique", "licence_scope", "models", "overridden_rules"),
    *("minutes_reference", "minutes_sha256", "approval_reference", "decision_reference", "principle_reference", "dissent_reference", "voucher", "client_id", "content_type"),
    *("unit", "home_unit", "host_unit", "giver_unit", "payment_schedule", "breach_policy", "breach", "cost_items", "content_sha256", "number_authority", "opening_decision"),
}  # fmt: skip
"""Names that hold codes, numbers of papers, units and figures of the rules everywhere."""
ABOUT_A_THING = {
    *("areas", "area_changes", "area_levels", "facilities", "facility_links", "occupations", "territories", "units", "packaged_data", "posts", "staffing_minimums", "return_calls"),
    *("establishment_rounds", "establishment_ceilings", "reorganisations", "client_quotas", "client_usage", "word_frequencies"),
    *("accreditations", "courses", "institutes", "institute_campuses", "institute_conventions", "seat_capacities", "intakes", "clinical_places", "clinical_placements"),
    *("mentoring_acts", "mentoring_targets", "mentorship_acts", "mentorships", "plans", "plan_actions", "plan_axes", "plan_expenses", "sessions", "session_half_days", "session_skills"),
    *("stay_groups", "agreement_outputs", "cooperation_programmes", "cooperation_targets", "exchange_calls", "expected_techniques", "obligations", "series", "series_meetings"),
    *("support_requests", "technique_packages", "transfer_levels", "transfers", "visits"),
    *("bridges", "campaigns", "contests", "contest_papers", "needs", "policies", "policy_amounts", "pools", "pool_acceptances", "pool_answers", "pool_charters", "pool_partners"),
    *("pool_resources", "pool_rounds", "service_offers", "shortages", "vacancies"),
    *("leadership_positions", "delegations", "succession_plans", "meeting_bodies", "meeting_attendance", "meeting_participants", "meetings", "populations", "resolution_followups"),
    *("resolutions", "strategies", "strategy_actions", "strategy_axes", "strategy_objectives", "strategy_progress"),
    *("strategy_amendments", "strategy_changes", "registers"),
}  # fmt: skip
"""Tables about places, titles, programmes and meetings, whose words are about those."""
OWN_RULES = {
    "import_rows": "the lines of a file, which goes after RELAIS_IMPORT_FILES_DAYS",
    "imports": "the same",
    "import_meanings": "how an authority writes the codes of its files",
    "exports": "who took which list, with which filters",
    "idempotency_keys": "answers that are kept for hours",
    "revocations": "accounts and tokens that are refused",
    "discarded_files": "fingerprints of files that are removed",
    "alembic_version": "which migrations have run",
    "consumers": "how far was heard",
    "consumer_positions": "the same",
    "audit_keys": "the mechanism of the sealed audit",
    "audit_leaves": "the same",
    "audit_seals": "the same",
    "kept_seals": "the same",
    "relay_state": "what was told",
    "relay_acknowledged": "the same",
    "person_searches": "what an account asked, until its next question after the time that is kept",
    "reorganisation_rows": "posts and places as they were before a reorganisation, which puts them back",
    "decisions": "the register of decisions, which the law keeps; its documents fetch names when they are read, and of an erased person there is none",
    "decision_checks": "the same",
    "decision_documents": "the same",
    "case_votes": "how many said what",
    "contest_rankings": "candidates by number",
    "facts": "codes that are counted",
    "dues": "codes of what falls due; it goes when that is settled",
}
"""Tables with a rule of their own."""
NOBODYS = {
    "registry": {
        *("accounts.issuer", "accounts.subject", "accounts.roles", "accounts.relations", "accounts.trouble", "account_substitutes.reason"),
        *("assignments.conflict", "assignments.over_filled", "assignments_history.conflict", "assignments_history.over_filled", "attestations.revocation_reason"),
        *("employments.departure", "employments.practice_area", "employments_history.departure", "employments_history.practice_area"),
        *("document_versions.method", "document_versions.source", "licences.source", "persons.birth_precision", "persons.kept_for"),
        *("legal_holds.reason", "legal_holds.lifted_reason", "merges.reason", "merges.decided_reason", "merges.undone_reason", "merges.parties"),
        *(
            "qualification_acts.method",
            "qualifications.type",
            "qualifications.title",
            "qualifications.institution",
            "qualifications.issued_precision",
            "qualifications.verification_method",
        ),
        *("requests.procedure", "work_items.reason", "work_items.subject_kind"),
    },
    "training": {
        *("certificates.title", "credit_entries.title", "credit_entries.provider", "sponsorships.criteria", "sponsorships.institution", "stays.learnt"),
        *("mentoring_entries.act_title", "mentoring_entries.act_kind", "mentoring_entries.place"),
        *("workers.worker_no",),
    },
    "recruitment": {
        *(
            "application_steps.what",
            "applications.wishes",
            "candidacies.criteria",
            "consents.withdrawal_recorded_by",
            "contest_applications.documents",
            "contest_applications.priority",
        ),
        *(
            "contest_members.account",
            "contest_members.title",
            "contest_results.tie",
            "hires.conflict",
            "hires.experience",
            "matches.criteria",
            "profiles.places",
            "service_requests.place",
        ),
        *("accompaniments.adviser",),
    },
    "appointment": {
        *(
            "appointment_cases.file_reference",
            "appointment_cases.outcome",
            "appointment_cases.planning_exception",
            "benefits.basis",
            "case_candidates.conflicts",
            "case_candidates.criteria",
        ),
        *(
            "commitment_pauses.ground",
            "commitments.programme",
            "commitments.signed_with",
            "commitments.waiver_ground",
            "pay_step_list_lines.conflict",
            "succession_reviews.outcomes",
        ),
        *("workers.worker_no",),
    },
    "rotation": {
        *("agreements.programme", "agreements.reason", "agreements.funding", "missions.programme", "missions.objectives", "missions.lodging", "missions.transport"),
        *("missions.licence_lost_why", "workers.worker_no"),
    },
    "observatory": set[str](),
}
"""Columns that hold codes, titles of courses and degrees, and replicas that are told again (`worker_no`)."""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_column_of_words_is_emptied_or_says_why_it_is_nobodys(service, catalogue):
    assert await unsaid(catalogue, service) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_said_here_is_of_columns_that_exist_and_are_not_emptied(service, catalogue):
    there = {f"{row['relname']}.{row['attname']}" for row in await columns(catalogue)}
    assert NOBODYS[service] - there == set()
    assert NOBODYS[service] & emptied(service) == set()


async def test_a_column_that_nobody_thought_of_is_found(catalogue):
    """A name told beside a person, in words, in a list, in a document; not a code that a check closes."""
    await catalogue.execute(
        "CREATE TABLE godparents (id uuid PRIMARY KEY, godfather_name text, witnesses text[], said jsonb, rite text CHECK (rite IN ('church', 'town')), reference text)"
    )
    assert await unsaid(catalogue, "recruitment") == ["godparents.godfather_name", "godparents.witnesses", "godparents.said"]


async def unsaid(catalogue, service):
    """Columns of words of which nothing says whether they are emptied."""
    known = emptied(service) | NOBODYS[service]
    whole = {*ABOUT_A_THING, *OWN_RULES, *MECHANISM, *(destroying.DESTROYED if service == "registry" else ())}
    return [
        f"{row['relname']}.{row['attname']}"
        for row in await columns(catalogue)
        if f"{row['relname']}.{row['attname']}" not in known
        and row["relname"].removesuffix("_history") not in whole
        and row["attname"] not in CODES
        and not row["attname"].endswith(("_by", "_code"))  # accounts, and codes of places and occupations
    ]


def emptied(service):
    """`table.column` of what goes when a person is erased."""
    if service == "registry":
        lists, statements = [destroying.BLANKED], {*destroying.EMPTIED}
    else:
        consumers = importlib.import_module(f"services.{service}.consumers")
        lists, statements = [getattr(consumers, "PERSONAL", {}), getattr(consumers, "OF_ACCOUNTS", {})], set()
    return {f"{rows.partition('.')[0]}.{column}" for each in lists for rows, columns in each.items() for column in columns} | statements


async def columns(catalogue):
    """Every column of words: no code that a check on it alone closes."""
    return await catalogue.fetch(
        """
        SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'text[]'::regtype, 'json'::regtype, 'jsonb'::regtype)
            AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum] AND pg_get_constraintdef(k.oid) ~ '= ANY \\(|= ''|~ ''\\^')
        ORDER BY 1, a.attnum
        """
    )
