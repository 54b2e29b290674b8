"""The command line of Relais: `./relais COMMAND`. Each command says in one sentence what is wrong and what to do about it."""

import asyncio
import errno
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Column, Table

from deploy.compose.init import compose
from deploy.local.sign_in import SignInRefused
from deploy.local.state import CHECKOUT, SERVICES, CannotStart, State

if TYPE_CHECKING:
    from deploy.local.stack import RunningStack

app = typer.Typer(help="Relais: human resources in health, from need to hire to figure.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(compose, name="compose")
console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
complaints = Console(stderr=True, highlight=False)

TOGETHER = "connected or identity or browser or story or stack or full"
"""Marks of the tests that need a whole system; the others are the everyday ones."""
OTHER_KIND = {"embedded": "full", "full": "embedded"}
"""Marks of the tests that a kind of stack leaves to the other."""


NOT_ASKED_OF_MIGRATIONS = ("prefer-bigint-over-int", "prefer-bigint-over-smallint", "require-lock-timeout", "require-statement-timeout")
"""A count of years needs no bigint; how long a migration may wait is said once, for its role (deploy/local/postgres.py)."""


class StackKind(StrEnum):
    EMBEDDED = "embedded"
    FULL = "full"


StackOption = Annotated[StackKind, typer.Option("--stack", help="embedded: nothing but Python; full: Apache Kafka and Keycloak (Java 17 and Maven).")]
ServiceArgument = Annotated[str, typer.Argument(help=f"One of: {', '.join(SERVICES)}.")]


# -- run


@app.command()
def up(
    stack: StackOption = StackKind.EMBEDDED,
    empty: Annotated[bool, typer.Option("--empty", help="Do not load the demo.")] = False,
    today: Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="The day of this demo, on every page and in every service.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Go on in the background once it is ready.")] = False,
) -> None:
    """Start the whole system and stay with it (Ctrl-C stops it)."""
    if detach:
        _detach()
        return
    from deploy.local.up import up as start

    start(stack.value, empty=empty, today=today.date() if today else None)


def _detach() -> None:
    state = State.open()
    if (pid := state.owner_pid()) is not None:
        raise CannotStart(f"Relais already runs here (process {pid}).", "Use it, or stop it: ./relais down")
    output = state.logs / "up.log"
    with output.open("wb") as log:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "deploy.local.cli", *(word for word in sys.argv[1:] if word != "--detach")],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    while state.read("running").get("launcher") != launcher.pid:
        if launcher.poll() is not None:
            sys.stderr.write(output.read_text())
            raise typer.Exit(1)
        time.sleep(0.1)
    sys.stdout.write(output.read_text().replace("Stop with Ctrl-C.", "Stop with ./relais down."))


@app.command()
def down() -> None:
    """Stop the system that runs from this folder."""
    state = State.open()
    pid = state.owner_pid()
    if pid is None:
        from deploy.local.processes import clear_orphans

        left = clear_orphans(state.read("parts"))
        state.forget("parts")
        state.forget("running")
        console.print(f"The launcher had been killed; stopped what it left: {', '.join(left)}." if left else "Relais is not running here.")
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 40
    while state.owner_pid() is not None:
        if time.monotonic() > deadline:
            raise CannotStart(f"The launcher (process {pid}) does not stop.", f"End it with kill -9 {pid}, then: ./relais down")
        time.sleep(0.05)
    console.print("Stopped.")


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget everything: database, events, accounts, files and secrets of this folder's system."""
    state = State.open()
    if not yes:
        typer.confirm(f"Everything in {state.folder} will be deleted. Go on?", abort=True)
    if state.owner_pid() is not None or state.read("parts"):
        down()
    shutil.rmtree(state.folder)
    console.print("Forgotten. The next ./relais up starts from nothing.")


@app.command()
def doctor() -> None:
    """Look for what could keep Relais from running, and say what it uses while it runs."""
    from deploy.local.doctor import examine

    if not examine(console):
        raise typer.Exit(1)


# -- keeping and moving an installation


@app.command()
def backup(folder: Annotated[Path, typer.Argument(help="A new folder, one for each backup.")]) -> None:
    """Copy all databases, as they are at one moment, and their files, while the system works."""
    from deploy.local.backup import back_up

    made = back_up(_running(), folder.resolve())
    console.print(f"Backed up as of {made.taken_at} to {folder}. Keep it as safe as the databases: it holds what they hold. Keys that seal the audit are not in it.")


@app.command()
def restore(folder: Annotated[Path, typer.Argument(help="The folder of a backup.")], yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Put all databases back to the moment of a backup; everything is told again from there."""
    from deploy.local import ports
    from deploy.local.backup import description
    from deploy.local.backup import restore as put_back

    known, state = description(folder.resolve()), State.open()
    if not yes:
        typer.confirm(f"All databases in {state.folder} go back to {known.taken_at}. Go on?", abort=True)
    made, replaced = put_back(state, ports.chosen_base(), folder.resolve())
    console.print(f"All databases are as of {made.taken_at}." + (f" What they replaced is kept in {replaced}; delete it once all is well." if replaced else ""))
    console.print("Start: ./relais up. It is whole when Operations › Events shows nothing unpublished and nobody behind.")


@app.command()
def bundle(file: Annotated[Path, typer.Argument(help="The archive to write, such as relais.tar.gz.")]) -> None:
    """Make an archive from which a machine without a network does ./relais up."""
    from deploy.local.bundle import bundle as make

    revision = make(file.resolve())
    console.print(f"{file}: revision {revision[:12]}, {file.stat().st_size / 1_000_000:.0f} MB. There: tar xzf {file.name} && cd relais && ./relais up")


# -- who


@app.command()
def token(
    user: Annotated[str | None, typer.Argument(help="A demo account, such as linh.")] = None,
    client: Annotated[str | None, typer.Option("--client", help="A machine client instead, such as ministry-health.")] = None,
    password: Annotated[str | None, typer.Option(help="The account's password, when it is not its name.")] = None,
) -> None:
    """Sign in as a person does (or as a machine) and print the access token, good for five minutes."""
    running = _running()
    if (user is None) == (client is None):
        raise CannotStart("Say who: a person or a machine client.", "./relais token linh, or ./relais token --client ministry-health")
    if client is not None:
        try:
            console.out(running.client_token(client))
        except KeyError:
            raise CannotStart(f"{client} is no machine client of the demo.", "Its clients are in deploy/keycloak/realm.json.") from None
    elif user is not None:
        console.out(running.sign_in(user, password))


@app.command()
def revoke(
    account: Annotated[str, typer.Argument(help="Its user name, such as linh, or its `sub` at the identity provider.")],
    reason: Annotated[str, typer.Option(help="Why; the audit keeps it, so it names no person.")],
) -> None:
    """Refuse at once, everywhere, every token that an account was given until now, and end its sessions (deploy/runbooks/client-revocation.md)."""
    from deploy.local.revoke import revoke as take_away

    done = take_away(_running().stack, account, reason)
    console.print(f"Revoked: every token that {done.username} was given before {done.before:%Y-%m-%d %H:%M:%S} UTC. Gateway and services refuse them within a minute.")
    console.print(f"Sessions ended in the portal: {done.sessions}. The reason is in the registry’s audit.")
    console.print(f"They stay refused until {done.forgotten_at:%Y-%m-%d %H:%M} UTC; each has ended by itself long before that.")
    if done.is_open:
        console.print(f"{done.username} may still sign in and is then given new ones: close the account, or disable it at the identity provider.")


@app.command()
def play(
    story: Annotated[str, typer.Argument(help="A folder of tests/stories, such as quang-ninh-2025.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Play a story as the people concerned, and compare its figures with what they must be."""
    from deploy.local import play as player

    _become(_running().env | {"RELAIS_SERVICE": "play"})
    try:
        outcome = player.run(story)
    except player.ActRefused as refusal:
        raise CannotStart(f"The story stops: {refusal}", "Repair what was refused and play it again: what is done already stays done once.") from None
    if as_json:
        console.out(outcome.as_json())
    else:
        table = Table("figure", "kind", "expected", "computed", Column("where to see it", overflow="fold"), box=None, padding=(0, 3, 0, 0))
        for figure in outcome.figures:
            table.add_row(figure.id, figure.kind, f"{figure.expected:g}", ("[green]" if figure.agrees else "[red]") + f"{figure.computed}[/]", figure.url)
        console.print(table)
    if not outcome.ok:
        raise typer.Exit(1)


# -- events


@app.command("dead-letters")
def dead_letters(service: ServiceArgument) -> None:
    """List the events that a service could not handle, and why."""
    from shared.dead_letters import list_dead_letters

    _as_service(service)
    found = asyncio.run(list_dead_letters(service))
    if not found:
        console.print(f"{service} has no dead letter.")
        return
    table = Table("id", "event", "of", "cause", "tries", "waiting behind", "died at", "trace")
    for letter in found:
        table.add_row(
            str(letter.id),
            letter.type,
            str(letter.subject or ""),
            f"{letter.cause}: {letter.details}",
            str(letter.tries),
            str(letter.waiting),
            f"{letter.died_at:%Y-%m-%d %H:%M:%S}",
            letter.trace_id or "",
        )
    console.print(table)
    console.print(f"Once the cause is repaired: ./relais replay {service} ID (or all)")


@app.command()
def replay(service: ServiceArgument, which: Annotated[str, typer.Argument(help="The id of a dead letter, or all.")]) -> None:
    """Hand a dead letter to its service again, once its cause is repaired."""
    from shared import dead_letters as letters

    _as_service(service)
    try:
        chosen: UUID | Literal["all"] = "all" if which == "all" else UUID(which)
    except ValueError:
        raise CannotStart(f"{which} is no id of a dead letter.", f"List them: ./relais dead-letters {service}") from None

    async def hand_over() -> tuple[int, int]:
        return await letters.replay(service, chosen), await letters.wait_until_replayed(service)

    handed, dead = asyncio.run(hand_over())
    console.print(f"{handed} handed over again; {dead} dead now.")
    if dead:
        raise typer.Exit(1)


@app.command()
def rebuild(service: ServiceArgument) -> None:
    """Clear what a service derived from events, and let it read again from the first one."""
    from shared.rebuild import rebuild as clear

    _as_service(service)
    consumer = getattr(getattr(importlib.import_module(f"services.{service}.app"), "service", None), "consumer", None)
    if consumer is None:
        raise CannotStart(f"{service} hears no event: there is nothing to rebuild.", "Name a service that does, such as observatory.")
    asyncio.run(clear(service, consumer))
    console.print(f"{service} reads again from the first event.")


# -- audit

audit = typer.Typer(help="The sealed audit: has anybody changed it?", no_args_is_help=True)
app.add_typer(audit, name="audit")


@audit.command("verify")
def audit_verify(service: Annotated[str | None, typer.Argument(help="One service; every one when none is named.")] = None) -> None:
    """Walk the sealed audit and name the first record that is not what it was."""
    from deploy.local.audit import AUDITED, verdicts

    if service is not None and service not in AUDITED:
        raise CannotStart(f"{service} has no audit.", f"Name one of: {', '.join(AUDITED)}.")
    seen = verdicts(_running().stack, [service] if service else AUDITED)
    table = Table("service", "seals", "records", "of them erased", "heads kept elsewhere", "not sealed yet", Column("verdict", overflow="fold"), box=None, padding=(0, 3, 0, 0))
    for verdict in seen:
        says = "[green]holds[/]" if verdict.finding is None else f"[red]{verdict.finding.kind}[/]: {verdict.finding.says}"
        table.add_row(verdict.service, str(verdict.seals), str(verdict.records), str(verdict.erased), str(verdict.kept), str(verdict.unsealed), says)
    console.print(table)
    if not all(verdict.holds for verdict in seen):
        raise typer.Exit(1)


@audit.command("rotate-key")
def audit_rotate_key(service: ServiceArgument) -> None:
    """Seal with another key from now on, endorsed by the present one (deploy/runbooks/audit-key-rotation.md)."""
    from deploy.local.audit import AUDITED, rotate_key

    if service not in AUDITED:
        raise CannotStart(f"{service} has no audit.", f"Name one of: {', '.join(AUDITED)}.")
    console.print(f"{service} seals with the key {rotate_key(_running().stack, service)} within a second. Keep a copy of its file elsewhere.")


# -- tests and checks


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(
    context: typer.Context,
    stack: Annotated[StackKind | None, typer.Option("--stack", help="Only the tests that need a whole system, on this kind of stack.")] = None,
    long: Annotated[bool, typer.Option("--long", help="Only the long tests, which nothing else runs: hundreds of random faults, outages of a minute.")] = False,
) -> None:
    """Run the tests; what follows goes to pytest (./relais test tests/shared -k outbox)."""
    given, kind = context.args, (stack or StackKind.EMBEDDED).value
    together = f"({TOGETHER}) and not {OTHER_KIND[kind]} and not long"
    if long:
        codes = _tested(kind, ["-m", f"long and not {OTHER_KIND[kind]}", *given])
    elif given:
        codes = _tested(kind, [*(["-m", together] if stack else []), *given])
    elif stack:
        codes = _tested(kind, ["-m", together])
    else:
        codes = _tested(kind, ["-n", "auto", "--dist", "loadfile", "-m", f"not ({TOGETHER}) and not long"])
        # Tests of the one running system and tests that make their own wait more than they work, side by side; on Kafka and Keycloak two at once would take longer.
        codes += _tested(kind, *(["-m", f"{together} and not browser and {lane}"] for lane in ("shared", "not shared")))
    raise typer.Exit(next((code for code in codes if code), 0))


def _tested(kind: str, *lanes: list[str]) -> list[int]:
    """Runs pytest once for each lane, all at once; the first is seen as it runs, what the others said comes after it."""
    with ExitStack() as files:
        kept = [files.enter_context(tempfile.TemporaryFile()) for _lane in lanes[1:]]
        environment = {**os.environ, "RELAIS_TEST_STACK": kind}
        running = [
            subprocess.Popen([sys.executable, "-m", "pytest", *lane], cwd=CHECKOUT, env=environment, stdout=output, stderr=output and subprocess.STDOUT)
            for lane, output in zip(lanes, [None, *kept], strict=True)
        ]
        codes = [process.wait() for process in running]
        for output in kept:
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.flush()
    return codes


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def bench(context: typer.Context) -> None:
    """Measure: each part beside its limit or its peers, in turns; ./relais bench --help says what there is (./relais bench gateway --json)."""
    raise typer.Exit(subprocess.run([sys.executable, "-m", "tests.bench", *context.args], check=False, cwd=CHECKOUT).returncode)


@app.command()
def check() -> None:
    """Lint, types, borders between services, event contracts, templates and migrations."""
    binaries = Path(sys.executable).parent
    templates = sorted({str(path.parent) for path in CHECKOUT.glob("**/templates/**/*.html") if ".venv" not in path.parts})
    with tempfile.TemporaryDirectory(prefix="relais-check-") as folder:
        linted = [str(binaries / "squawk"), "--assume-in-transaction", "--pg-version=18.0", f"--exclude={','.join(NOT_ASKED_OF_MIGRATIONS)}", f"{folder}/*.sql"]
        steps: dict[str, list[list[str]]] = {
            "lint": [[sys.executable, "-m", "ruff", "check", "--output-format=concise", "."]],
            "types": [[sys.executable, "-m", "mypy"]],
            "borders": [[str(binaries / "lint-imports")]],
            "contracts": [[sys.executable, "-m", "pytest", "tests/contracts"]],
            "templates": [[str(binaries / "djlint"), "--lint", "--quiet", "--ignore=H015", *templates]],
            "migrations": [[sys.executable, "-m", "deploy.local.migration_sql", folder], linted],
        }
        failed = [name for name, commands in steps.items() if not _passes(name, commands)]
    if failed:
        raise typer.Exit(1)


def _passes(name: str, commands: list[list[str]]) -> bool:
    """Runs a step of the check; says how long it took, and what it said when it failed."""
    began = time.monotonic()
    for command in commands:
        done = subprocess.run(command, cwd=CHECKOUT, check=False, capture_output=True, text=True)
        if done.returncode:
            console.print(f"[red]✗[/] {name:<12}{time.monotonic() - began:5.1f} s")
            console.print((done.stdout + done.stderr).rstrip(), markup=False, soft_wrap=True)
            return False
    console.print(f"[green]✓[/] {name:<12}{time.monotonic() - began:5.1f} s")
    return True


# -- what commands share


def _running() -> "RunningStack":
    from deploy.local.stack import RunningStack

    return RunningStack.found(State.open())


def _as_service(service: str) -> None:
    if service not in SERVICES:
        raise CannotStart(f"There is no service {service}.", f"Name one of: {', '.join(SERVICES)}.")
    _become(_running().stack.service_environment(service))


def _become(environment: dict[str, str]) -> None:
    """The rest of this command runs with the settings of a process of the stack."""
    from shared.settings import settings

    os.environ.update(environment)
    settings.cache_clear()


def main() -> None:
    try:
        app()
    except CannotStart as stop:
        _complain(stop.problem, stop.way_out)
    except SignInRefused as refusal:
        _complain(str(refusal), "The demo accounts are listed by ./relais up; the password of each is its name.")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise
        _complain(f"{error.strerror}: {error.filename or ''}", "Free some space or change the folder's rights; RELAIS_STATE_DIR=/path names another folder.")


def _complain(problem: str, way_out: str) -> None:
    complaints.print("✗ " + problem, markup=False, soft_wrap=True)
    complaints.print("→ " + way_out, markup=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
