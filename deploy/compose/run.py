"""What a container of the image does: `api`, `worker`, or one of the jobs that prepare an installation."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.local.state import DATABASE_ROLES, SERVICES
from shared.settings import settings

PORT = 8000
SECRETS = Path("/run/secrets")
KEYCLOAK = "http://keycloak:8080/identity"


def api() -> None:
    """The gateway, the portal, or the API of a service."""
    from deploy.local.serve import serve

    name = settings().service
    serve(name, "gateway.app" if name == "gateway" else f"services.{name}.app", PORT, host="0.0.0.0")


def worker() -> None:
    """Relay, consumers and daily tasks of a service."""
    from shared import worker as of_service
    from shared.logs import configure_logging, stop_logging

    configure_logging(f"{settings().service}-worker")
    try:
        of_service.main()
    finally:
        stop_logging()


def migrate() -> None:
    """Bring every database to its newest version; each service as its own owner, in a process of its own."""
    for service in SERVICES:
        passwords = {f"RELAIS_DATABASE_{role.upper()}_PASSWORD": (SECRETS / f"{service}_{role}").read_text() for role in DATABASE_ROLES}
        subprocess.run([sys.executable, "-m", "deploy.compose.run", "migrate-one"], check=True, env={**os.environ, **passwords, "RELAIS_SERVICE": service})
        print(f"{service} is up to date.", flush=True)


def migrate_one() -> None:
    from deploy.local.serve import migrate_service

    migrate_service(settings().service)


def topics() -> None:
    """Make the topics, before any client comes."""
    from deploy.local.serve import make_topics

    make_topics()


def realm() -> None:
    """Bring the realm to what its file says: the import makes it once and never changes it."""
    from deploy.keycloak.provision import provision

    provision(KEYCLOAK, (SECRETS / "keycloak_admin").read_text(), json.loads((SECRETS / "realm.json").read_text(encoding="utf-8")))


DUTIES: dict[str, Callable[[], None]] = {"api": api, "worker": worker, "migrate": migrate, "migrate-one": migrate_one, "topics": topics, "realm": realm}


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in DUTIES:
        raise SystemExit(f"Say what this container does: {', '.join(DUTIES)}.")
    DUTIES[sys.argv[1]]()


if __name__ == "__main__":
    main()
