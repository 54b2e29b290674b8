"""What goes when a person is erased, table by table, and what stays under an id that nobody can turn into a name any more."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.beliefs import supersede
from shared.clock import now
from shared.erasures import Personal, blank
from shared.files import StoredFile

TASK = "task:erase-confirmed"
SUPERSEDED = "CAST(CAST(current_setting('relais.superseding') AS jsonb) ->> 'at' AS timestamptz)"

# Rows that go whole.
DESTROYED = (
    "person_names", "person_words", "person_identifiers", "person_keys", "person_contacts", "person_languages", "person_nationalities", "duplicate_scans", "corrections", "account_links",
    "calendar_feeds", "request_files",
)  # fmt: skip
# Columns that say nothing any more; their rows are counted further.
BLANKED: Personal = {
    "workers": {"worker_no": None, "numbered_by": None},
    "qualifications": {"number": "id::text", "evidence": "'—'", "reference": None, "reference_owner": None, "content_hash": None},
    "qualification_acts": {"evidence": "'—'"},
    "licences": {"number": "id::text"},
    "documents": {"title": "type"},
    "attestations": {"initials": "'—'", "facts": "'{}'::jsonb"},
    "requests": {"note": None, "reason": "'—'"},
    "request_acts": {"comment": None},
    "absences": {"reason": "'—'", "override_reason": "'—'"},
    "holds": {"override_reason": "'—'"},
    "licence_acts.licence_id>licences": {"reason": "'—'"},
    # Periods: what was said before is blanked where the triggers have written it.
    "employments": {"practice_name": "'#' || id::text", "reason": "'—'", "ended_reason": "'—'", "recorded_at": SUPERSEDED},
    "employments_history": {"practice_name": "'#' || id::text", "reason": "'—'", "ended_reason": "'—'", "superseded_reason": "'—'"},
    "assignments": {"reason": "'—'", "recorded_at": SUPERSEDED},
    "assignments_history": {"reason": "'—'", "superseded_reason": "'—'"},
    "licence_periods": {"reason": "'—'", "conditions": "'{}'::text[]", "recorded_at": SUPERSEDED},
    "licence_periods_history": {"reason": "'—'", "conditions": "'{}'::text[]", "superseded_reason": "'—'"},
}
# Tables about persons that name nobody: what was held where and when, for statistics and for the law.
STAYS: Mapping[str, str] = {
    "persons": "sex and year of birth stay under the id; the name and the day go",
    "person_purposes": "why and until when a file was kept",
    "hold_periods": "the same, period by period",
    "accounts": "an account is closed by those who keep accounts; its name goes with its closing",
    "work_items": "what was settled, without a name",
    "document_versions": "that a paper was kept; the file goes",
    "legal_holds": "what kept the file, and until when",
    "erasures": "that it was done",
    "merges": "which two files were one",
    "possible_duplicates": "which two files were compared; the reasons go",
}
_PSEUDONYM = """
    UPDATE persons SET name = '#' || left(id::text, 8), sort_key = '#' || id::text, birth_date = date_trunc('year', birth_date)::date,
        birth_precision = CASE WHEN birth_date IS NOT NULL THEN 'year' END, reference = NULL, reference_owner = NULL, content_hash = NULL, erased_on = :day, version = version + 1
    WHERE id = ANY (:people) AND erased_on IS NULL
"""
_ACCOUNTS = """
    UPDATE accounts SET name = '—', username = 'gone-' || id::text, email = NULL, closed_reason = '—', person_id = NULL WHERE person_id = ANY (:people) AND state = 'closed'
"""
_DUPLICATES = "UPDATE possible_duplicates SET reasons = '[]', reason = CASE WHEN reason IS NOT NULL THEN '—' END WHERE one_id = ANY (:people) OR other_id = ANY (:people)"
_FILES = "SELECT sha256 FROM document_versions WHERE person_id = ANY (:people) AND sha256 IS NOT NULL UNION SELECT sha256 FROM request_files WHERE person_id = ANY (:people) AND sha256 IS NOT NULL"
_VERSIONS = """
    UPDATE document_versions SET sha256 = NULL, issuer = NULL, evidence = CASE WHEN evidence IS NOT NULL THEN '—' END, destroyed_on = coalesce(destroyed_on, :day)
    WHERE person_id = ANY (:people)
"""
EMPTIED = {
    *(
        "persons.name",
        "persons.sort_key",
        "accounts.name",
        "accounts.username",
        "accounts.email",
        "accounts.closed_reason",
        "document_versions.issuer",
        "document_versions.evidence",
    ),
    *("possible_duplicates.reasons", "possible_duplicates.reason", "erasures.reason", "erasures.decided_reason"),
}
"""What these statements, and the act itself, empty."""
_STILL = "SELECT sha256 FROM document_versions WHERE sha256 = ANY (:files) UNION SELECT sha256 FROM request_files WHERE sha256 = ANY (:files)"
_SAME = "SELECT id FROM persons WHERE id = :person OR merged_into = :person FOR UPDATE"
THINGS = (
    "SELECT id FROM person_identifiers WHERE person_id = ANY (:people) UNION ALL SELECT id FROM documents WHERE person_id = ANY (:people)"
    " UNION ALL SELECT id FROM corrections WHERE person_id = ANY (:people) UNION ALL SELECT id FROM requests WHERE person_id = ANY (:people)"
    " UNION ALL SELECT id FROM qualifications WHERE person_id = ANY (:people) UNION ALL SELECT id FROM licences WHERE person_id = ANY (:people)"
    " UNION ALL SELECT id FROM attestations WHERE person_id = ANY (:people) UNION ALL SELECT id FROM absences WHERE person_id = ANY (:people)"
    " UNION ALL SELECT id FROM workers WHERE person_id = ANY (:people)"
)
"""Whose records in the audit hold values of the person."""


async def records_of(session: AsyncSession, person_id: UUID) -> Sequence[UUID]:
    """The person's file and those that were merged into it, locked."""
    return (await session.scalars(text(_SAME), {"person": person_id})).all()


async def accounts_of(session: AsyncSession, people: Sequence[UUID]) -> list[str]:
    """The accounts that these people signed in with."""
    return sorted(await session.scalars(text("SELECT account FROM account_links WHERE person_id = ANY (:people)"), {"people": list(people)}))


async def destroy(session: AsyncSession, people: Sequence[UUID], day: date) -> set[str]:
    """Everything of these records that says who it was. Answers the files that nothing names any more: they go once this is certain."""
    values = {"people": list(people), "day": day}
    files = set(await session.scalars(text(_FILES), {"people": values["people"]}))
    await session.execute(text(_PSEUDONYM), values)
    for table in DESTROYED:
        await session.execute(text(f"DELETE FROM {table} WHERE person_id = ANY (:people)"), {"people": values["people"]})  # noqa: S608  named by our own code
    await session.execute(text(_VERSIONS), values)
    await supersede(session, at=now(), act="corrected", by=TASK, reason="—")
    await blank(session, list(people), BLANKED)
    for statement in (_ACCOUNTS, _DUPLICATES):
        await session.execute(text(statement), {"people": values["people"]})
    return await unnamed(session, files)


async def unnamed(session: AsyncSession, files: set[str]) -> set[str]:
    """Those of these files that no paper of anybody names any more: one that was sent twice is kept once."""
    return files - set(await session.scalars(text(_STILL), {"files": sorted(files)}))


def remove_files(files: set[str]) -> None:
    for sha256 in files:
        StoredFile(sha256, 0, "").path.unlink(missing_ok=True)
