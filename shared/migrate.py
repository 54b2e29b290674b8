"""Migrations: Alembic runs them as the service's owner; the SQL in them is written out, because it is what a reader must judge.

Three roles per service: the owner migrates, `app` answers requests under forced row-level security and owns
nothing, `worker` relays and consumes.
"""

import asyncio
import importlib.util
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from alembic import command, context, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from shared.settings import settings

SHARED_SQL = Path(__file__).parent / "sql"
VISIBLE = (
    "authority_path <@ ANY ((SELECT nullif(current_setting('relais.scope', true), '')::ltree[])::ltree[]) "
    "OR shared_with && (SELECT nullif(current_setting('relais.parties', true), '')::text[])"
)


def upgrade(service: str) -> None:
    """Bring one service's database to its newest version."""
    command.upgrade(_config(service), "head")


def newest(service: str) -> str | None:
    """Revision that the service's code expects."""
    return ScriptDirectory.from_config(_config(service)).get_current_head()


def _config(service: str) -> Config:
    spec = importlib.util.find_spec(f"services.{service}")
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"There is no service {service}.")
    folder = Path(spec.submodule_search_locations[0])
    config = Config()
    config.set_main_option("script_location", str(SHARED_SQL.parent / "migrations"))
    config.set_main_option("version_locations", str(folder / "migrations" / "versions"))
    config.set_main_option("path_separator", "newline")
    config.attributes["service"] = service
    return config


def run_environment() -> None:
    """What Alembic's env.py does: connect as the owner and run what is missing."""
    service = context.config.attributes["service"]
    logging.getLogger("alembic").setLevel(logging.WARNING)

    def migrate(connection: Connection) -> None:
        context.configure(connection=connection, target_metadata=None, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        # Operations read from a running service which revision its database has.
        connection.exec_driver_sql(f"GRANT SELECT ON alembic_version TO {service}_app, {service}_worker")

    async def run() -> None:
        engine = create_async_engine(settings().database_url("owner", service), poolclass=pool.NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
        await engine.dispose()

    asyncio.run(run())


def sql(statements: str) -> None:
    """Run SQL exactly as written, several statements at once."""
    for statement in split(statements):
        op.get_bind().exec_driver_sql(statement)


def close_dues(service: str, *kinds: str) -> None:
    """Kinds of dues that are told no more: see `closing_of_dues`."""
    sql(closing_of_dues(service, *kinds))


def closing_of_dues(service: str, *kinds: str) -> str:
    """What stands open of these kinds is closed by one more event each; of what was told before, no person and no fact is told again when a broker is filled anew."""
    topic, named = f"relais.{service}.dues", ", ".join(f"'{kind}'" for kind in kinds)
    return f"""
        UPDATE outbox SET data = CAST(CAST(data AS jsonb) || '{{"person_id": null, "facts": {{}}}}' AS text)
        WHERE topic = '{topic}' AND CAST(data AS jsonb) ->> 'kind' IN ({named});
        WITH last AS (
            SELECT DISTINCT ON (subject) subject, type, CAST(data AS jsonb) AS data FROM outbox
            WHERE topic = '{topic}' AND CAST(data AS jsonb) ->> 'kind' IN ({named}) ORDER BY subject, version DESC
        ), next AS (
            UPDATE aggregate_versions AS v SET version = v.version + 1 FROM last
            WHERE v.topic = '{topic}' AND v.subject = last.subject AND last.data ->> 'state' = 'open' RETURNING v.subject, v.version
        )
        INSERT INTO outbox (id, topic, type, subject, version, occurred_at, data)
        SELECT gen_random_uuid(), '{topic}', last.type, last.subject, next.version, clock_timestamp(), CAST(last.data || '{{"state": "dropped"}}' AS text)
        FROM last JOIN next USING (subject) ORDER BY last.subject;
    """  # noqa: S608


def split(statements: str) -> Sequence[str]:
    """Cut at semicolons that end a line, outside dollar quotes."""
    found: list[str] = []
    current: list[str] = []
    quoted = False
    for line in statements.splitlines():
        if not current and (not line.strip() or line.strip().startswith("--")):
            continue
        quoted ^= line.count("$$") % 2 == 1
        current.append(line)
        if not quoted and line.split("--")[0].rstrip().endswith(";"):
            found.append("\n".join(current))
            current = []
    if "".join(current).strip():
        found.append("\n".join(current))
    return found


def service_of_migration() -> str:
    service: str = context.config.attributes["service"]
    return service


def shared_tables() -> None:
    """The tables of shared/sql, first thing in a service's first migration, with what each role may do to them."""
    service = service_of_migration()
    sql(
        f"""
        GRANT USAGE ON SCHEMA public TO {service}_app, {service}_worker;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service}_app, {service}_worker;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {service}_app, {service}_worker;
        """
    )
    tables: list[str] = []
    for path in sorted(SHARED_SQL.glob("*.sql")):
        statements = path.read_text(encoding="utf-8").replace("{service}", service)
        tables += re.findall(r"^CREATE TABLE (\w+)", statements, re.MULTILINE)
        sql(statements)
    sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM {service}_app, {service}_worker;")
    protect_internal(*tables)


def protect_internal(*tables: str) -> None:
    """Row-level security for tables that carry no authority: both roles reach every row through the code that owns the table."""
    service = service_of_migration()
    for table in tables:
        sql(
            f"""
            ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
            ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
            CREATE POLICY {table}_internal ON {table} TO {service}_app, {service}_worker, {service}_owner USING (true) WITH CHECK (true);
            """
        )


def protect(table: str, *, public_read: bool = False, condition: str = VISIBLE) -> None:
    """Row-level security from the first row: the app role sees what its scope or its parties open, the worker all.

    `public_read` is for the directory (areas, facilities, occupations): everybody reads, the scope alone writes.
    """
    service = service_of_migration()
    reads = "true" if public_read else condition
    sql(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY {table}_read ON {table} FOR SELECT TO {service}_app USING ({reads});
        CREATE POLICY {table}_insert ON {table} FOR INSERT TO {service}_app WITH CHECK ({condition});
        CREATE POLICY {table}_update ON {table} FOR UPDATE TO {service}_app USING ({condition}) WITH CHECK ({condition});
        CREATE POLICY {table}_delete ON {table} FOR DELETE TO {service}_app USING ({condition});
        CREATE POLICY {table}_worker ON {table} TO {service}_worker, {service}_owner USING (true) WITH CHECK (true);
        """
    )


def ask_settings_once() -> None:
    """Policies that exist ask for the caller's settings in a sub-select, as VISIBLE does: once for a statement instead of once for a row; and
    the planner, who would take the setting of the moment of planning (none) for the answer, counts with rows that the caller will see."""
    sql(
        r"""
        DO $$
        DECLARE
            setting constant text := $r$(?<!SELECT )\(NULLIF\(current_setting\('relais\.(scope|parties|person)'::text, true\), ''::text\)\)::(ltree\[\]|text\[\]|uuid)$r$;
            once constant text := $r$(SELECT nullif(current_setting('relais.\1', true), '')::\2)::\2$r$;
            policy record;
        BEGIN
            FOR policy IN SELECT * FROM pg_policies WHERE schemaname = 'public' AND concat(qual, with_check) ~ setting LOOP
                EXECUTE format('ALTER POLICY %I ON %I', policy.policyname, policy.tablename)
                    || coalesce(' USING (' || regexp_replace(policy.qual, setting, once, 'g') || ')', '')
                    || coalesce(' WITH CHECK (' || regexp_replace(policy.with_check, setting, once, 'g') || ')', '');
            END LOOP;
        END
        $$;
        """
    )


def protect_reference(table: str) -> None:
    """Reference data that carries no authority (areas, occupations): everybody reads, only the worker and the owner write."""
    service = service_of_migration()
    sql(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY {table}_read ON {table} FOR SELECT TO {service}_app USING (true);
        CREATE POLICY {table}_worker ON {table} TO {service}_worker, {service}_owner USING (true) WITH CHECK (true);
        """
    )
