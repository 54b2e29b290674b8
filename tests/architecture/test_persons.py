"""Whoever is two persons in the register is one in every table of every service: no column that holds a person is forgotten."""

import pytest

from tests.support.service import environment, prepare_database, settings_of, superuser

SERVICES = ["registry", "recruitment", "training", "appointment", "rotation", "observatory"]
MECHANISM = {
    *("inbox", "outbox", "parked_events", "dead_letters", "heard_versions", "aggregate_versions", "audit", "merged_ids", "merged_rows", "merges", "possible_duplicates"),
}
"""Facts as they were written and told, and what keeps the merges themselves."""
NO_PERSON = {
    *("id", "row_id", "key", "old_id"),
    *("absence_id", "account_id", "act_id", "action_id", "agreement_id", "area_id", "assignment_id", "attestation_id", "axis_id", "campaign_id", "candidacy_id", "case_id"),
    *(
        "commitment_id",
        "correction_id",
        "course_id",
        "decision_id",
        "document_id",
        "employment_id",
        "enrolment_id",
        "entry_id",
        "exchange_id",
        "facility_id",
        "gateway",  # a process
        "group_id",
        "half_day_id",
    ),
    *("hire_id", "hold_id", "identifier_id", "import_id", "key_id", "licence_id", "list_id", "made_id", "mandate_id", "mentorship_id", "merge_id", "mission_id", "need_id"),
    *(
        "obligation_id",
        "package_id",
        "pay_step_id",
        "plan_id",
        "policy_id",
        "position_id",
        "post_id",
        "previous_id",
        "probation_id",
        "programme_id",
        "proposal_id",
        "qualification_id",
    ),
    *("reorganisation_id", "request_id", "round_id", "session_id", "source_id", "sponsorship_id", "substitute_id", "territory_id", "transfer_id", "unit_id"),
    *(
        "from_id",
        "to_id",
        "parent_id",
        "successor_id",
        "follows_id",
        "to_post_id",
        "ended_by_case_id",
        "superseded_by",
        "supersedes",
        "extended_by",
        "settled_by",
        "need_ids",
        "choices",
    ),
    *("institute_id", "capacity_id", "intake_id", "candidate_id", "student_id", "clinical_place_id"),
}
"""Names of columns that hold the id of something else."""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_column_that_may_hold_a_person_follows_a_merge_or_says_why_not(service, catalogue):
    assert await forgotten(catalogue) == []


async def test_a_column_that_nobody_thought_of_is_found(catalogue):
    """What this would miss if its rule were wrong: a person under a new name, in a list, in a table that has no key."""
    await catalogue.execute("CREATE TABLE godparents (id uuid PRIMARY KEY, godfather uuid, witnesses uuid[], person_id uuid); CREATE TABLE keyless (person_id uuid)")
    assert await forgotten(catalogue) == ["godparents.godfather", "godparents.witnesses", "keyless.person_id has no primary key to be found by"]
    await catalogue.execute(
        "COMMENT ON COLUMN godparents.godfather IS 'person'; COMMENT ON COLUMN godparents.witnesses IS 'person'; ALTER TABLE keyless ADD PRIMARY KEY (person_id)"
    )
    assert await forgotten(catalogue) == []
    assert {"godfather", "witnesses", "person_id"} <= {row["column_name"] for row in await catalogue.fetch("SELECT * FROM columns_of_persons() WHERE table_name = 'godparents'")}


async def forgotten(catalogue):
    """Columns of identifiers of which nothing says whether they hold persons."""
    followed = await catalogue.fetch("SELECT * FROM columns_of_persons()")
    known = {(row["table_name"], row["column_name"]) for row in followed}
    columns = await catalogue.fetch(
        """
        SELECT c.relname, a.attname, coalesce(obj_description(c.oid, 'pg_class'), '') LIKE 'stays%' OR c.relname LIKE '%\\_history' AS stays,
            EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND a.attnum = ANY (f.conkey) AND f.confrelid <> coalesce(to_regclass('persons'), 0)) AS refers
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.atttypid IN ('uuid'::regtype, 'uuid[]'::regtype) ORDER BY 1, a.attnum
        """
    )
    unsaid = [
        f"{row['relname']}.{row['attname']}"
        for row in columns
        if (row["relname"], row["attname"]) not in known and not row["stays"] and not row["refers"] and row["relname"] not in MECHANISM and row["attname"] not in NO_PERSON
    ]
    return unsaid + [f"{row['table_name']}.{row['column_name']} has no primary key to be found by" for row in followed if row["row_key"] is None]


@pytest.fixture
def service():
    return "recruitment"


@pytest.fixture
def migrated(service, postgres, issuer, files_dir):
    with environment(**settings_of(service, postgres, issuer, files_dir)):
        prepare_database(service, postgres)


@pytest.fixture
async def catalogue(service, postgres, migrated):
    """A connection to the service's real database; what the test makes there is taken back."""
    connection = await superuser(postgres, service)
    taken_back = connection.transaction()
    await taken_back.start()
    try:
        yield connection
    finally:
        await taken_back.rollback()
        await connection.close()
