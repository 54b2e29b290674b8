"""What a service keeps of the merges of persons, for one migration in each service; and the marks of columns whose name does not say that they hold persons."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.migrate import protect_internal, service_of_migration, sql

LATER = Path(__file__).parent / "sql" / "later"


def merged_persons(also: Mapping[str, Sequence[str]] | None = None, *, stays: Mapping[str, str] | None = None) -> None:
    """The rows of this service about a person follow when two persons are one (shared/persons.py)."""
    sql((LATER / "merged_persons.sql").read_text(encoding="utf-8").replace("{service}", service_of_migration()))
    protect_internal("merged_ids", "merged_rows")
    hold_persons(also or {})
    for table, reason in (stays or {}).items():
        sql(f"COMMENT ON TABLE {table} IS 'stays with the retired person: {reason}';")


def hold_persons(columns: Mapping[str, Sequence[str]]) -> None:
    """These columns hold persons though they are not named `…person_id`: their rows follow a merge too."""
    for table, names in columns.items():
        for name in names:
            sql(f"COMMENT ON COLUMN {table}.{name} IS 'person';")
