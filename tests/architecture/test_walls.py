"""The third wall cannot be forgotten: every table of every service is under forced row-level security, and `app` owns nothing."""

import re

import pytest

from tests.support.service import environment, prepare_database, settings_of, superuser

SERVICES = ["registry", "recruitment", "training", "appointment", "rotation", "observatory", "portal"]
MIGRATIONS = "alembic_version"


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_is_under_forced_row_level_security(service, tables_of):
    rows = await tables_of(service)
    assert len(rows) > 1
    assert [row["relname"] for row in rows if row["relname"] != MIGRATIONS and not (row["relrowsecurity"] and row["relforcerowsecurity"])] == []


@pytest.mark.parametrize("service", SERVICES)
async def test_the_app_role_owns_nothing_and_passes_no_policy(service, postgres, tables_of):
    assert {row["owner"] for row in await tables_of(service)} == {f"{service}_owner"}
    connection = await superuser(postgres, service)
    try:
        roles = await connection.fetch("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE $1", f"{service}%")
    finally:
        await connection.close()
    assert [role["rolname"] for role in roles if role["rolsuper"] or role["rolbypassrls"]] == []


@pytest.mark.parametrize("service", SERVICES)
async def test_no_view_and_no_function_looks_around_the_policies_unnoticed(service, postgres, tables_of):
    """A function that runs as its owner is a hole unless it was meant: each one is listed here with its reason."""
    await tables_of(service)
    meant = {
        # The registry's rules over several rows also count the rows that the caller may not see.
        *("refuse_overfilled_posts", "refuse_overloaded_persons", "refuse_posts_above_ceiling", "guard_assignments", "guard_posts"),
        # Minimum staffing and double booking are judged over a whole team and all that takes its people away.
        *("staff_of_places", "places_of_persons", "held_days_of", "minimums_of_places"),
        # A post is empty whoever sent its holder away.
        "away_elsewhere",
        # The first day of service counts employments elsewhere too; an account tells whose certificate it is.
        *("service_of_persons", "person_of_account"),
        # Whoever pays at one facility must stay within the budget of the whole authority (ATT-03).
        "budget_of_year",
        # How many seats of a session are left, whoever takes them; and what a stranger who holds a certificate may know.
        *("seats_of", "certificate_of_code"),
        # The quota of an agreement and the room in a unit that hosts count people of every country, whom no single party sees; papers are judged beside them (EXC-01, EXC-02).
        *("guard_placements", "guard_papers"),
        # On which days people of a unit are away, for whoever knows the secret address of its calendar.
        "calendar_of_token",
        # What a stranger who holds an attestation may know of it.
        "attestation_of_code",
        # A legal hold, an employment elsewhere and another purpose keep a file, whoever sees them.
        *("refuse_held", "erasure_allowed", "person_erased"),
        # Whoever adds a purpose for which a person is kept may not see the others.
        "keep_purposes",
        # Hours earned at another employer count for the one of today; whoever holds them reads their own, and no relation opens them (R-HOLDER).
        *("credits_of_people", "facility_of_person"),
        # Whoever assesses is at the level themselves and no level falls silently, wherever those people work; what the logbooks of others say is asked for these rules alone.
        *("levels_found", "guard_mentoring_entries"),
        # The cut-offs of institutes are for everybody, and whoever holds the code of an application reads why it came out as it did; neither names anybody.
        *("published_cut_offs", "candidate_of_code"),
        # A unit counts the students of every institute, and whoever books does not see the others' groups.
        *("guard_clinical_placements", "students_placed"),
        # Whoever declared a conflict with a candidate marks no script of theirs: only the owner knows whose a number is before the anonymity is lifted.
        *("guard_contest_marks", "scripts_in_conflict"),
        # Employers of a pool see the people who consented to it; how many look for work there is one number for all of them, and names nobody.
        *("looking_in_pool", "seats_taken"),
        # A candidate who has not signed in opens their own application by its secret, or by their account; an employer learns whether anybody else has it before them, never who.
        *("application_of_key", "contest_application_of_key", "applications_of_person", "application_is_running", "candidate_has_another", "candidate_is_shown_to", "prospect_is_open"),
        # The last place of an offer is given once, whoever asked; and a paper whose name is taken away is destroyed on the disk, whoever took it away.
        *("guard_service_requests", "service_places_given", "discard_application_files"),
        # Erasing a person destroys the values that the audit holds of them, wherever they are; the worker alone calls it.
        "forget_audit_values",
        # Everybody linked to a person sees who read that person's file, though no relation opens the audit to them.
        "reads_of_own_file",
        # The same person reads that file whole, and what they dispute in it opens the work-list of HR, which is not theirs.
        *("own_file", "correction_waits"),
        # A person is kept as a worker while anybody employs them, wherever that is.
        "purpose_ended",
        # Duplicates are looked for over all employers, who do not see each other's files: what is told of an unseen file are the reasons alone.
        *("persons_like", "facts_of_persons", "word_counts"),
        # Two persons are one whoever holds rows about them, and what speaks against it may stand in a file that the proposer does not see; nothing but the merge says what moves.
        *("follow_merges", "return_merged", "try_merge", "written_since_merge", "why_no_merge", "merge_allowed", "settle_merge", "take_merge_back", "persons_like_before_merges"),
        # Rows about the staff of a facility follow the authority that its links name: some of them are hidden from whoever decides, and nothing but the links says where they go.
        *("place_among_authorities", "follow_authorities", "share_again"),
        # Boundaries change under the facilities of others too: their area alone follows, and goes back with the reorganisation that had kept it.
        *("stand_in_areas", "put_back", "members_follow_areas"),
        # Which statements are slow, whoever runs them: the worker alone reads it, values are left out (deploy/local/postgres.py).
        "statement_times",
        # The observatory counts people whom the caller may not list, for the territories that are theirs (docs/decisions/0007).
        *(
            "is_open_to_caller",
            "located",
            "facilities_in",
            "counted_workers",
            "shares_of_workers",
            "arrivals_kept",
            "present_workers",
            "busy_workers",
            "posts_in",
            "facts_in",
            "shortages_over",
            "policy_of",
        ),
    }
    connection = await superuser(postgres, service)
    try:
        functions = await connection.fetch("SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public' AND prosecdef")
        views = await connection.fetch("SELECT viewname FROM pg_views WHERE schemaname = 'public' AND viewname NOT LIKE 'pg_stat_statements%'")
    finally:
        await connection.close()
    assert {row["proname"] for row in functions} <= meant
    assert [row["viewname"] for row in views] == []


# Tables without an authority, through which the code reaches every row: what belongs to no authority, or is reached by a secret or an account alone.
INTERNAL = {
    *("idempotency_keys", "incarnation", "aggregate_versions", "outbox", "relay_state", "relay_acknowledged", "consumers", "consumer_positions", "inbox"),
    *(
        "heard_versions",
        "parked_events",
        "dead_letters",
        "revocations",
        "client_quotas",
        "client_usage",
        "kept_seals",
        "sessions",
        "certificate_numbers",
        "attestation_numbers",
        "cme_alerts",
        "person_searches",
        "shortfalls",
        "duplicate_scans",
        "word_frequencies",
        "merged_ids",
        "merged_rows",
    ),
}


@pytest.mark.parametrize("service", SERVICES)
async def test_no_other_kind_of_relation_and_no_right_escapes(service, postgres):
    """A materialised view, a foreign table or an index-only copy knows no policy; a sequence, a default privilege or PUBLIC may give what a table does not."""
    connection = await superuser(postgres, service)
    try:
        kinds = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('m', 'f', 'v') AND relname NOT LIKE 'pg_stat_statements%'"
        )
        public = await connection.fetch(
            "SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0 AND c.relname NOT LIKE 'pg_stat_statements%'"
        )
        sequences = await connection.fetch(
            "SELECT c.relname FROM pg_class c, aclexplode(c.relacl) a WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace "
            "AND a.grantee <> c.relowner AND a.privilege_type NOT IN ('USAGE', 'SELECT')"
        )
        defaults = await connection.fetch(
            "SELECT pg_get_userbyid(nullif(a.grantee, 0)) AS grantee, d.defaclobjtype::text AS kind, a.privilege_type AS privilege FROM pg_default_acl d, aclexplode(d.defaclacl) a"
        )
        schema = await connection.fetch(
            "SELECT pg_get_userbyid(a.grantee) AS name FROM pg_namespace n, aclexplode(n.nspacl) a WHERE nspname = 'public' AND privilege_type = 'CREATE'"
        )
        escaping = await connection.fetch(
            "SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace "
            "AND a.grantee <> c.relowner AND a.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')"
        )
    finally:
        await connection.close()
    assert [row["relname"] for row in kinds] == []
    assert [tuple(row) for row in public] == []
    assert [row["relname"] for row in sequences] == []
    expected = {("r", "SELECT"), ("r", "INSERT"), ("r", "UPDATE"), ("r", "DELETE"), ("S", "USAGE"), ("S", "SELECT")}
    others = [row for row in defaults if row["grantee"] != f"{service}_owner"]
    assert {(row["kind"], row["privilege"]) for row in others} <= expected
    assert {row["grantee"] for row in others} <= {f"{service}_app", f"{service}_worker"}
    assert not {row["name"] for row in schema} & {f"{service}_app", f"{service}_worker"}
    assert [tuple(row) for row in escaping] == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_policy_that_lets_everything_through_was_meant(service, postgres):
    """Every row to everybody: only for the directory, which no request writes, and for tables that no authority owns."""
    connection = await superuser(postgres, service)
    try:
        writing = await connection.fetch(
            "SELECT p.polrelid::regclass::text AS name FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles) WHERE r.rolname = $1 "
            "AND (p.polcmd = '*' OR p.polcmd IN ('a', 'w', 'd')) AND coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid)) = 'true'",
            f"{service}_app",
        )
        anybody = await connection.fetch("SELECT polrelid::regclass::text AS name FROM pg_policy WHERE 0 = ANY (polroles)")
    finally:
        await connection.close()
    assert {row["name"] for row in writing if not row["name"].startswith("audit")} <= INTERNAL
    assert [row["name"] for row in anybody] == []


@pytest.fixture
def tables_of(postgres, issuer, files_dir):
    async def read(service):
        connection = await superuser(postgres, service)
        try:
            return await connection.fetch(
                "SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) AS owner FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
                "WHERE n.nspname = 'public' AND relkind IN ('r', 'p')"
            )
        finally:
            await connection.close()

    return read


@pytest.fixture(autouse=True)
def migrated(request, postgres, issuer, files_dir):
    service = request.getfixturevalue("service") if "service" in request.fixturenames else None
    if service:
        with environment(**settings_of(service, postgres, issuer, files_dir)):
            prepare_database(service, postgres)
            yield
    else:
        yield


@pytest.mark.parametrize("service", SERVICES)
async def test_a_policy_asks_for_a_setting_once_and_not_for_each_row(service, postgres, tables_of):
    """In a sub-select. Otherwise it is read and cast again for each row, and a statement that sets it itself is planned as though nobody could see anything."""
    await tables_of(service)
    connection = await superuser(postgres, service)
    try:
        said = await connection.fetch("SELECT policyname, concat_ws(' ', qual, with_check) AS judges FROM pg_policies WHERE concat(qual, with_check) ~ 'current_setting'")
    finally:
        await connection.close()
    assert service == "portal" or said
    once = re.compile(r"SELECT (?:\w+\()?\(*NULLIF\(current_setting")
    assert [row["policyname"] for row in said if len(once.findall(row["judges"])) < row["judges"].count("current_setting")] == []
