"""What makes a service's audit checkable, and the wall before it: one migration in each service."""

from collections.abc import Mapping
from pathlib import Path

from shared import migrate
from shared.migrate import VISIBLE, protect_internal, service_of_migration

LATER = Path(__file__).parent / "sql" / "later"


def sealed_audit(kinds: Mapping[str, str], *, managed: Mapping[str, str] | None = None) -> None:
    """Seals, their keys and salts. A request reads a record of the audit when row-level security shows it the thing.

    `kinds`: the table in which each kind of thing is, or which rows of it when a thing has no id of its own.
    `managed`: tables that everybody may read, whose changes only those who manage the thing may.
    """
    service = service_of_migration()
    migrate.sql(_read("audit_seals").replace("{service}", service))
    protect_internal("audit_keys", "audit_seals", "audit_leaves")
    migrate.sql(
        f"""
        DROP POLICY audit_internal ON audit;
        CREATE POLICY audit_insert ON audit FOR INSERT TO {service}_app WITH CHECK (true);
        CREATE POLICY audit_worker ON audit TO {service}_worker, {service}_owner USING (true) WITH CHECK (true);
        """
    )
    audit_wall(kinds, managed=managed)


def audit_wall(kinds: Mapping[str, str], *, managed: Mapping[str, str] | None = None) -> None:
    """Which records a request reads: those about things that row-level security shows it."""
    migrate.sql(
        f"""
        DROP POLICY IF EXISTS audit_read ON audit;
        CREATE POLICY audit_read ON audit FOR SELECT TO {service_of_migration()}_app USING ({_visible_thing(kinds, managed or {})});
        """
    )


def audit_wall_opens(kinds: Mapping[str, str] | None = None, *, managed: Mapping[str, str] | None = None) -> None:
    """The wall as it stands, and behind it one more kind of thing, or several."""
    migrate.sql(_read("audit_wall_opens").replace("{more}", _visible_thing(kinds or {}, managed or {})))


def kept_seals() -> None:
    """The heads that this service keeps for others."""
    migrate.sql(_read("kept_seals").replace("{service}", service_of_migration()))
    protect_internal("kept_seals")


def _read(name: str) -> str:
    return (LATER / f"{name}.sql").read_text(encoding="utf-8")


def _visible_thing(kinds: Mapping[str, str], managed: Mapping[str, str]) -> str:
    rows = {kind: table if " WHERE " in table else f"{table} AS thing WHERE thing.id = subject_id" for kind, table in kinds.items()}
    cases = [f"WHEN '{kind}' THEN EXISTS (SELECT FROM {which})" for kind, which in rows.items()]
    cases += [f"WHEN '{kind}' THEN EXISTS (SELECT FROM {table} AS thing WHERE thing.id = subject_id AND ({VISIBLE}))" for kind, table in managed.items()]
    return f"CASE subject_kind {' '.join(cases)} ELSE false END"
