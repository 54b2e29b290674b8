"""The stack of one installation: which parts, in which order, with which settings. Embedded and full differ in values only.

Tests run one of their own with `running_stack(...)`.
"""

import gc
import http.client
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal

from deploy.local import ports
from deploy.local.nanoidp import Nanoidp
from deploy.local.postgres import Postgres
from deploy.local.processes import fork, last_lines
from deploy.local.realm import demo_client, people, realm
from deploy.local.sign_in import Account, account, client_token
from deploy.local.state import CHECKOUT, ROOTS_HOME, SERVICES, CannotStart, State
from deploy.local.supervisor import Part, task
from deploy.local.tansu import Tansu
from shared.settings import PORT_OFFSETS, settings

Kind = Literal["embedded", "full"]

MODULES = {
    "traces": "deploy.local.traces",
    "registry": "services.registry.app",
    "recruitment": "services.recruitment.app",
    "training": "services.training.app",
    "appointment": "services.appointment.app",
    "rotation": "services.rotation.app",
    "observatory": "services.observatory.app",
    "portal": "services.portal.app",
    "gateway": "gateway.app",
}


@dataclass(frozen=True)
class Stack:
    kind: Kind
    base: int
    state: State
    today: date | None = None

    def port(self, part: str) -> int:
        return self.base + PORT_OFFSETS[part]

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.base}"

    @property
    def issuer(self) -> str:
        provider = f"http://127.0.0.1:{self.port('identity')}"
        return provider if self.kind == "embedded" else f"{provider}/realms/relais"

    # -- settings

    def environment(self) -> dict[str, str]:
        """What every process of the stack is told; a command that talks to the stack needs no more."""
        full = self.kind == "full"
        told = {
            "ENV": "demo",
            "PORT_BASE": str(self.base),
            "PUBLIC_URL": self.public_url,
            "GATEWAY_URL": self.public_url,
            "ISSUER": self.issuer,
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(self.port("postgres")),
            "DATABASE_POOL": os.environ.get("RELAIS_DATABASE_POOL") or "2",
            "KAFKA_BOOTSTRAP": f"127.0.0.1:{self.port('kafka')}",
            "KAFKA_GROUPS": str(full).lower(),
            "KAFKA_IDEMPOTENT": str(full).lower(),
            "KAFKA_PARTITIONS": "3" if full else "1",
            "RUN_WORKER": "true",
            "FILES_DIR": str(self.state.data(self.kind) / "files"),
            "AUDIT_KEYS_DIR": str(self.state.data(self.kind) / "audit-keys"),
            "OTLP_ENDPOINT": os.environ.get("RELAIS_OTLP_ENDPOINT") or f"http://127.0.0.1:{self.port('traces')}",
            "LOG_FORMAT": os.environ.get("RELAIS_LOG_FORMAT") or "text",
            "STATE_DIR": str(self.state.folder),
        }
        if self.today is not None:
            told["TODAY"] = self.today.isoformat()
        return {f"RELAIS_{name}": value for name, value in told.items()}

    def service_environment(self, service: str) -> dict[str, str]:
        """Each service knows its own passwords only, and never its owner's."""
        secrets = self.state.secrets()
        told = self.environment() | {"RELAIS_SERVICE": service}
        if f"{service}_metrics" in PORT_OFFSETS:
            told["RELAIS_METRICS_LISTEN"] = f"127.0.0.1:{self.port(f'{service}_metrics')}"
        if service in SERVICES:
            told |= {f"RELAIS_DATABASE_{role.upper()}_PASSWORD": secrets[f"{service}_{role}"] for role in ("app", "worker")}
        if service == "registry":
            told["RELAIS_IDENTIFIERS_SECRET"] = secrets["identifiers"]
            told |= (
                {"RELAIS_ACCOUNTS": "keycloak", "RELAIS_ACCOUNTS_CLIENT_SECRET": secrets["accounts_client"]}
                if self.kind == "full"
                else {"RELAIS_ACCOUNTS_FILE": str(self.accounts_file)}
            )
        if service == "portal":
            told |= {"RELAIS_PORTAL_CLIENT_SECRET": secrets["portal_client"], "RELAIS_SESSION_SECRET": secrets["session"]}
        if service == "traces":
            told["RELAIS_OTLP_ENDPOINT"] = ""  # it would report on its own reports
        return told

    def migration_environment(self, service: str) -> dict[str, str]:
        return self.service_environment(service) | {"RELAIS_DATABASE_OWNER_PASSWORD": self.state.secrets()[f"{service}_owner"]}

    # -- parts

    def parts(self, lock: int) -> list[Part]:
        """`lock` is the descriptor that a forked child must not keep: it would hold the installation for a dead launcher."""
        from deploy.local import serve

        close = (lock,)
        migrations = [
            task(f"{service} migrations", partial(serve.migrate_service, service), self.state, needs=("postgres",), environment=self.migration_environment(service), close=close)
            for service in SERVICES
        ]
        topics = task("topics", serve.make_topics, self.state, needs=("kafka",), environment=self.environment(), close=close, again=True)
        return [*self._foundations(), *migrations, topics, *(self._served(name, module, close) for name, module in MODULES.items())]

    def _served(self, name: str, module: str, close: tuple[int, ...]) -> Part:
        from deploy.local import serve

        port, own = self.port(name), name in SERVICES
        return Part(
            name,
            start=lambda: fork(partial(serve.serve, name, module, port), log=self.state.logs / f"{name}.log", environment=self.service_environment(name), close=close),
            ready=lambda: answers(port, "/health/ready", only_success=True) if own else answers(port, "/health/live"),
            needs=("postgres", f"{name} migrations") if own else (),
            listens_to_the_end=name == "traces",
        )

    def postgres(self) -> Postgres:
        return Postgres(self.state.data(self.kind), self.state.logs / "postgres.log", self.port("postgres"), self.state.secrets())

    def _foundations(self) -> list[Part]:
        secrets, data = self.state.secrets(), self.state.data(self.kind)
        postgres = self.postgres()
        database = Part("postgres", postgres.start, postgres.ready, once_ready=postgres.make_databases, stop_signal=signal.SIGINT, foundation=True)
        if self.kind == "full":
            from deploy.local.kafka import Kafka
            from deploy.local.keycloak import Keycloak

            broker = Kafka(data / "kafka", self.state.logs / "kafka.log", self.port("kafka"), self.port("kafka_controller"))
            keycloak = Keycloak(data / "keycloak", self.state.logs / "identity.log", self.port("identity"), self._realm(), secrets["keycloak_admin"])
            return [
                database,
                Part("kafka", broker.start, broker.ready, foundation=True),
                Part("identity", keycloak.start, keycloak.ready, once_ready=keycloak.provision, patience=240, foundation=True),
            ]
        self._write_accounts()
        tansu = Tansu(self.port("kafka"), self.state.logs / "kafka.log")
        nanoidp = Nanoidp(data / "identity", self.state.logs / "identity.log", self.port("identity"), self._realm(), secrets["identity"])
        return [
            database,
            Part("kafka", tansu.start, tansu.ready, foundation=True),
            Part("identity", nanoidp.start, lambda: answers(self.port("identity"), "/.well-known/openid-configuration", only_success=True), foundation=True),
        ]

    @property
    def accounts_file(self) -> Path:
        """Who can sign in, for the registry to show where accounts are fixed."""
        return self.state.data(self.kind) / "accounts.json"

    def _write_accounts(self) -> None:
        self.accounts_file.write_text(json.dumps({"users": [user | {"credentials": []} for user in people(self._realm())]}, ensure_ascii=False), encoding="utf-8")

    def _realm(self) -> dict[str, Any]:
        secrets = self.state.secrets()
        return realm(self.public_url, secrets["portal_client"], secrets["accounts_client"])


OF_A_SERVER = ("concurrent.futures.thread", "fastapi.telemetry._runtime", "shared.otlp", "uvicorn.lifespan.on", "uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl")
"""What a server imports when it starts or is asked first."""


def import_services() -> None:
    """Everything once, before the forks, and the services' applications with it: a child copies whatever it only touches. Frozen, so that collecting garbage copies nothing either."""
    from sqlalchemy.orm import configure_mappers

    from services.portal.pages import all_pages

    for module in MODULES.values():
        imported = importlib.import_module(module)
        if hasattr(imported, "service"):  # the portal and the gateway are made of their settings
            imported.create()
    all_pages()
    for module in OF_A_SERVER:
        importlib.import_module(module)
    configure_mappers()  # of all services; each child would do it for itself at its first query
    settings.cache_clear()
    settings()  # reading them asks of each type which of Python's kinds it is: 11 MB of classes that a child would touch, known from here on
    gc.collect()
    gc.freeze()


def answers(port: int, path: str, *, only_success: bool = False) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return status < 400 if only_success else status < 500


# -- a stack that runs


@dataclass(frozen=True)
class RunningStack:
    """The addresses of a stack that runs, and a hand on its parts."""

    kind: Kind
    base: int
    state: State
    public_url: str
    issuer: str
    launcher: int

    @classmethod
    def found(cls, state: State) -> "RunningStack":
        """The stack that runs from this state folder."""
        known = state.read("running")
        if not known or state.owner_pid() != known["launcher"]:
            raise CannotStart("Relais is not running here.", "Start it: ./relais up")
        return cls(known["kind"], known["base"], state, known["public_url"], known["issuer"], known["launcher"])

    @property
    def stack(self) -> Stack:
        known = self.state.read("running").get("today")
        return Stack(self.kind, self.base, self.state, date.fromisoformat(known) if known else None)

    @property
    def env(self) -> dict[str, str]:
        """The settings by which another process talks to this stack."""
        return self.stack.environment()

    def port(self, part: str) -> int:
        return self.stack.port(part)

    # -- who signs in

    def account(self, username: str, password: str | None = None) -> Account:
        return account(username, password, issuer=self.issuer, public_url=self.public_url)

    def sign_in(self, username: str, password: str | None = None) -> str:
        return self.account(username, password).token()

    def client_token(self, client_id: str, scope: str | None = None) -> str:
        secret, full = demo_client(client_id)
        return client_token(client_id, secret, full if scope is None else scope, issuer=self.issuer)

    # -- a hand on the parts

    def pid(self, part: str) -> int | None:
        entry = self.state.read("parts").get(part)
        return int(entry["pid"]) if entry else None

    def kill(self, part: str, number: int = signal.SIGKILL) -> int:
        """Ends a part as a fault would; the launcher starts it again by itself. Returns the number of the process that died."""
        pid = self.pid(part)
        if pid is None:
            raise LookupError(f"{part} does not run.")
        os.kill(pid, number)
        return pid

    def restart(self, part: str, patience: float = 60.0) -> None:
        """Ends a part and waits until another process of it is ready."""
        dead = self.kill(part)
        self.wait_for(part, other_than=dead, patience=patience)

    def hold(self, part: str) -> None:
        """Takes a part down and keeps it down until `release`."""
        (self.state.held / part).touch()
        _until(lambda: self.pid(part) is None, 30, f"{part} was not taken down")

    def release(self, part: str, patience: float = 60.0) -> None:
        (self.state.held / part).unlink(missing_ok=True)
        self.wait_for(part, patience=patience)

    def wait_for(self, part: str, *, other_than: int | None = None, patience: float = 60.0) -> None:
        paths = {"identity": self.issuer.split("/", 3)[3:] or [""]}
        path = f"/{paths[part][0]}/.well-known/openid-configuration".replace("//", "/") if part in paths else "/health/live"

        def back() -> bool:
            if self.pid(part) in (None, other_than):
                return False
            return not ports.is_free(self.port(part)) if part in ("postgres", "kafka") else answers(self.port(part), path)

        _until(back, patience, f"{part} did not come back")


def _until(true: Callable[[], bool], patience: float, otherwise: str) -> None:
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise} within {patience:.0f} s.")
        time.sleep(0.05)


@contextmanager
def running_stack(
    kind: Kind = "embedded",
    port_base: int | None = None,
    *,
    empty: bool = True,
    state_dir: Path | None = None,
    today: date | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[RunningStack]:
    """A whole system of its own for a test, on free ports, started by the same command as a person's; stopped and forgotten at the end."""
    if state_dir is None:
        with temporary_folder() as folder, running_stack(kind, port_base, empty=empty, state_dir=folder, today=today, environment=environment) as running:
            yield running
        return
    command = [sys.executable, "-m", "deploy.local.cli", "up", "--stack", kind, *(["--empty"] if empty else []), *(["--today", today.isoformat()] if today else [])]
    told = {name: value for name, value in os.environ.items() if not name.startswith("RELAIS_") or name == "RELAIS_LOG_FORMAT"}
    told |= {"RELAIS_STATE_DIR": str(state_dir), "RELAIS_PORT_BASE": str(port_base or ports.free_base()), **(environment or {})}
    state = State.open(state_dir)
    output = state_dir / "up.log"
    with output.open("wb") as log:
        launcher = subprocess.Popen(command, cwd=CHECKOUT, env=told, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + 420
        while state.read("running").get("launcher") != launcher.pid:
            if launcher.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The stack did not start:\n{last_lines(output, lines=60)}")
            time.sleep(0.05)
        yield RunningStack.found(state)
    finally:
        if launcher.poll() is None:
            launcher.send_signal(signal.SIGTERM)
        try:
            launcher.wait(40)
        except subprocess.TimeoutExpired:
            launcher.kill()
            launcher.wait()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A state folder that goes with the test. As root not under a private folder: the user of PostgreSQL must be able to enter."""
    home = ROOTS_HOME if os.geteuid() == 0 else None
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="test-", dir=home))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
