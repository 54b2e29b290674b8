"""`./relais bench [NAMES…] [--json] [--seconds S] [--rounds N] [--people N, or --rows N]`: what each part is worth beside its limit or its peers."""

import importlib
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.state import State
from tests.bench.harness import MeasureFailed, Plan, Row, keep, table
from tests.bench.parts import machine

NAMES = ("gateway", "registry", "writes", "tokens", "relay", "events", "overload", "tracing", "cold", "duplicates", "export", "search", "import", "flat")
MODULE_OF = {"import": "importing"}  # a word of the language names no module


def measure(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of: {', '.join(NAMES)}; all when none is named.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of rows as JSON.")] = False,
    seconds: Annotated[float, typer.Option(min=0.1, help="Length of one contender's turn.")] = 2.0,
    rounds: Annotated[int, typer.Option(min=1, help="How often the contenders take turns.")] = 5,
    people: Annotated[
        int, typer.Option("--people", "--rows", min=100, max=3_000_000, help="How many people the registry knows (made once and kept), or a file has rows.")
    ] = 100_000,
) -> None:
    """Measure contenders that take turns in one run, on pinned cores, with every security control on."""
    unknown = sorted(set(names or ()) - set(NAMES))
    if unknown:
        sys.stderr.write(f"✗ There is no measure {', '.join(unknown)}.\n→ Name some of: {', '.join(NAMES)}.\n")
        raise typer.Exit(1)
    told = Console(stderr=True, highlight=False)
    folder = State.open().folder / "bench"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    plan, on = Plan(seconds, rounds, people, lambda text: told.print(f"  {text}", markup=False, soft_wrap=True)), machine()
    rows, failed = run([name for name in NAMES if not names or name in names], plan, folder, told)
    path = keep(folder / "runs", rows, on | {"seconds": seconds, "rounds": rounds}, failed)
    if as_json:
        sys.stdout.write(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=1) + "\n")
    else:
        console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
        console.print(table(rows))
        console.print(f"\n{on['cores']} cores of {on['processor']}, load {on['load_before']} before; kept in {path}", soft_wrap=True)
    if failed:
        raise typer.Exit(1)


def run(names: list[str], plan: Plan, folder: Path, told: Console) -> tuple[list[Row], dict[str, str]]:
    """Each measure in turn; one that fails does not keep the others from being measured, but the run has failed."""
    rows: list[Row] = []
    failed: dict[str, str] = {}
    for name in names:
        told.print(f"{name} …")
        try:
            measured = importlib.import_module(f"tests.bench.{MODULE_OF.get(name, name)}").bench(plan, folder)
            for row in measured:
                row.ratios  # noqa: B018  a round that measured nothing fails this measure, not the run
            rows += measured
        except Exception as failure:  # noqa: BLE001  whatever it is, it is told, and the run has failed
            failed[name] = str(failure) if isinstance(failure, MeasureFailed) else f"{type(failure).__name__}: {failure}"
            told.print(f"✗ {name}: {failed[name]}", markup=False, soft_wrap=True)
    return rows, failed


if __name__ == "__main__":
    typer.run(measure)
