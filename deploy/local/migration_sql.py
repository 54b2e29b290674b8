"""The SQL of all migrations as they would run, for a linter to read: `python -m deploy.local.migration_sql FOLDER`.

Migrations are Python only in form. This runs each with the statements written down instead of executed.
"""

import importlib
import sys
from pathlib import Path

from deploy.local.state import CHECKOUT, SERVICES
from shared import migrate


def write(folder: Path) -> list[Path]:
    """One file per migration: `<service>-<migration>.sql`."""
    files = []
    for service in SERVICES:
        for script in sorted((CHECKOUT / "services" / service / "migrations" / "versions").glob("[0-9]*.py")):
            file = folder / f"{service}-{script.stem}.sql"
            file.write_text("\n".join(_statements(service, script.stem)), encoding="utf-8")
            files.append(file)
    return files


def _statements(service: str, script: str) -> list[str]:
    said: list[str] = []

    def note(statements: str) -> None:
        said.append(statements.strip().removesuffix(";") + ";\n")

    migrate.sql, migrate.service_of_migration = note, lambda: service
    module = importlib.import_module(f"services.{service}.migrations.versions.{script}")
    module.sql = note  # type: ignore[attr-defined]  # imported by name before this migration's turn
    module.upgrade()
    return said


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        print(path)
