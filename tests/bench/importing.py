"""B7: a staff list of so many people: read, judged, compared with the register and with itself, reported row by row, written with its events and its
audit, by the worker in batches; beside COPY of exactly the rows that it wrote, into the same tables with the same indexes and triggers.

And what an HR officer waits for: the report on a messy list of 20,000 rows, answered within one request, with the register already full.
"""

import asyncio
import csv
import random
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import xlsxwriter

from deploy.local.postgres import Postgres, start_postgres
from deploy.local.processes import spawn
from deploy.local.state import CHECKOUT
from tests.bench.harness import Kind, MeasureFailed, Plan, Row, interleave, limited, reached
from tests.bench.parts import Part, Parts, cores, parts, pinned
from tests.bench.people import FAMILIES, GIVEN, MIDDLES, open_facility
from tests.bench.tokens_of import Tokens
from tests.support.identity import TestIssuer
from tests.support.registry import PLAIN
from tests.support.service import clone_of, environment, prepare_database, settings_of, superuser

FACILITY = "VN-22-BVT"
IMPORTS = "/api/v1/registry/imports"
MESSY_ROWS = 20_000
HEADING = "Mã nhân viên,Họ và tên,Ngày sinh,Giới tính,Chức danh,Trình độ,Mã cơ sở,Hình thức,Ngày bắt đầu,Ghi chú".split(",")
# In the order in which they refer to each other.
WRITTEN = ("persons", "person_names", "person_words", "person_purposes", "workers", "employments", "qualifications", "aggregate_versions", "outbox", "audit")
OF_THE_IMPORT = {
    "aggregate_versions": "topic = 'relais.registry.workers'",
    "outbox": "topic = 'relais.registry.workers'",
    "audit": "act = 'person.registered'",
}
OURS, COPY = "the worker's import", "COPY of the same rows"
LINES_AT_A_TIME = 10_000


def bench(plan: Plan, folder: Path) -> list[Row]:
    provider = TestIssuer()
    work = folder / "import"
    work.mkdir(exist_ok=True)
    work.chmod(0o755)
    tokens = Tokens(provider, 1)
    clean, messy, workbook = work / "clean.csv", work / "messy.csv", work / "messy.xlsx"
    write_list(clean, plan.people, mess=0)
    write_list(messy, min(MESSY_ROWS, plan.people), mess=0.15)
    write_workbook(messy, workbook)
    postgres = start_postgres(durable=True, services=("registry",))
    try:
        values = settings_of("registry", postgres, provider, work / "files")
        with environment(**values):
            prepare_database("registry", postgres)
        memory: list[float] = []
        with parts(work) as running:
            once = Once(postgres, values, tokens, running, work, plan)
            found = interleave(plan.rounds, {OURS: lambda: once.imported(clean, memory), COPY: once.copied})
            waits = [once.reports_on(messy, workbook) for _round in range(plan.rounds)]
    finally:
        postgres.stop()
        provider.close()
    notes, notes_of_mess = {"rows": plan.people, "lines in a batch": LINES_AT_A_TIME}, {"rows": min(MESSY_ROWS, plan.people)}
    return [
        Row("import", "rows a second, checked and written", OURS, COPY, "rows/s", found[OURS], found[COPY], Kind.RATE, 0.35, notes=notes),
        reached("import", "rows a second, checked and written", OURS, found[OURS], 15_000, "rows/s", limit=found[COPY], notes=notes),
        limited("import", "memory of the worker at its most", OURS, memory, 300, "MB", notes=notes),
        *(
            limited("import", f"report on a messy list, {kind}, and its rows in error", "registry service", [wait[place] for wait in waits], 5, "s", notes=notes_of_mess)
            for place, kind in enumerate(("CSV", "XLSX"))
        ),
    ]


def write_list(path: Path, rows: int, *, mess: float) -> None:
    """A staff list as it comes; a part of it with wrong dates, unknown titles, other places, decomposed letters and numbers that stand twice."""
    chance = random.Random(22)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADING)
        for number in range(rows):
            name = f"{chance.choice(FAMILIES)} {chance.choice(MIDDLES)} {chance.choice(GIVEN)}"
            born = f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{chance.randint(1960, 1998)}"
            began = f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{chance.randint(2016, 2024)}"
            row = [f"N{number:07}", name, born, chance.choice(("Nam", "Nữ")), chance.choice(("Bác sĩ", "VN-DDDH")), "", FACILITY, "viên chức", began, ""]
            if chance.random() < mess:
                place, said = chance.choice(
                    ((2, "31/02/1980"), (4, "Thầy lang"), (6, "VN-22-NOWHERE"), (3, ""), (1, unicodedata.normalize("NFD", f"  {name} ")), (0, f"N{max(0, number - 7):07}"))
                )
                row[place] = said
            out.writerow(row)


def write_workbook(source: Path, path: Path) -> None:
    """The same list as a spreadsheet keeps it."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book, source.open(encoding="utf-8", newline="") as file:
        sheet = book.add_worksheet()
        for number, row in enumerate(csv.reader(file)):
            sheet.write_row(number, 0, row)


class Once:
    """One round of a contender, each time on a database as it is at its start."""

    def __init__(self, postgres: Postgres, values: dict[str, str], tokens: Tokens, running: Parts, work: Path, plan: Plan) -> None:
        self.postgres, self.values, self.tokens, self.running, self.work, self.plan = postgres, values, tokens, running, work, plan
        self.contender, self.other = cores()
        self.empty = work / "empty.csv"
        write_list(self.empty, 0, mess=0)

    @contextmanager
    def service(self) -> Iterator[tuple[str, httpx.Client, dict[str, str]]]:
        """The registry's API over a database of its own, with one hospital."""
        with clone_of("registry", self.postgres) as name:
            values = self.values | {"RELAIS_DATABASE_NAME": name}
            api = self.running.serve("registry", "services.registry.app", core=self.other, environment=values, ready="/health/ready")
            address = f"http://127.0.0.1:{api.port}"
            try:
                open_facility(address, self.tokens, FACILITY)
                with httpx.Client(base_url=address, verify=PLAIN, headers={"Authorization": f"Bearer {self.tokens.person(0)}"}, timeout=600) as client:
                    yield name, client, values
            finally:
                self.running.stop(api)

    def imported(self, path: Path, memory: list[float]) -> float:
        """Rows a second from the start of the check to the end of the writing; the confirmation between them is a click."""
        with self.service() as (name, client, values):
            small = sent(client, self.empty, in_background=True)
            worker = self.worker(values)
            try:
                self.until(client, small, "checked", worker)  # it is awake
                found = sent(client, path, in_background=True)
                began = time.perf_counter()
                checked = self.until(client, found, "checked", worker)
                between = time.perf_counter()
                client.post(f"{IMPORTS}/{found['id']}/confirmation", headers={"Prefer": "respond-async"}).raise_for_status()
                confirmed_at = time.perf_counter()
                done = self.until(client, found, "confirmed", worker)
                seconds = time.perf_counter() - confirmed_at + between - began
                memory.append(highest_memory(worker) / 1e6)
            finally:
                self.running.stop(worker)
            if (checked["good"], done["written"]) != (self.plan.people, self.plan.people):
                raise MeasureFailed(f"Of {self.plan.people} rows {checked['good']} were good and {done['written']} written.")
            asyncio.run(copy_out(self.postgres, name, self.work))
        return self.plan.people / seconds

    def worker(self, values: dict[str, str]) -> Part:
        """The duty of the registry's worker, as a process."""
        log = Path(self.running.folder) / "importer.log"
        command = pinned(self.contender, [sys.executable, "-m", "tests.connected.importer", str(LINES_AT_A_TIME)])
        part = Part("importer", spawn(command, log=log, environment={"PYTHONPATH": str(CHECKOUT), **values}, folder=CHECKOUT), 0, log)
        self.running.running.append(part)
        return part

    def until(self, client: httpx.Client, found: dict[str, Any], state: str, worker: Part) -> dict[str, Any]:
        while True:
            worker.cpu_seconds()  # raises when the worker is gone
            seen: dict[str, Any] = client.get(f"{IMPORTS}/{found['id']}").json()
            if seen["state"] == state:
                return seen
            if seen["state"] == "stopped":
                raise MeasureFailed(f"The import stopped: {seen['problem']}")
            time.sleep(0.05)

    def copied(self) -> float:
        with clone_of("registry", self.postgres) as name:
            return self.plan.people / asyncio.run(copy_in(self.postgres, name, self.work))

    def reports_on(self, *paths: Path) -> list[float]:
        """The waits of whoever sends a messy list to a register that knows most of it already: for the report, and for the file of the rows in error."""
        waits = []
        with self.service() as (_name, client, _values):
            found = sent(client, paths[0])
            client.post(f"{IMPORTS}/{found['id']}/confirmation").raise_for_status()
            for path in paths:
                began = time.perf_counter()
                again = sent(client, path)
                client.get(f"{IMPORTS}/{again['id']}/errors.xlsx").raise_for_status()
                waits.append(time.perf_counter() - began)
                if again["good"] or not again["bad"] or again["rows"] != min(MESSY_ROWS, self.plan.people):
                    raise MeasureFailed(f"The second report says {again['good']} good and {again['bad']} bad of {again['rows']}.")
        return waits


def sent(client: httpx.Client, path: Path, *, in_background: bool = False) -> dict[str, Any]:
    with path.open("rb") as file:
        answer = client.post(IMPORTS, data={"kind": "people"}, files={"file": (path.name, file)}, headers={"Prefer": "respond-async"} if in_background else {})
    if answer.status_code != 201:
        raise MeasureFailed(f"The file was refused: {answer.text[:300]}")
    found: dict[str, Any] = answer.json()
    return found


def highest_memory(part: Part) -> float:
    """The most that the process ever held, in bytes."""
    status = Path(f"/proc/{part.process.pid}/status")
    if not status.exists():
        return float(part.rss())
    return 1024.0 * next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))


async def columns_of(connection: asyncpg.Connection, table: str) -> list[str]:
    rows = await connection.fetch("SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum", table)
    return [row["attname"] for row in rows]


async def copy_out(postgres: Postgres, name: str, folder: Path) -> None:
    connection = await superuser(postgres, name)
    try:
        for table in WRITTEN:
            rows = f"SELECT {', '.join(await columns_of(connection, table))} FROM {table} WHERE {OF_THE_IMPORT.get(table, 'true')}"  # noqa: S608
            await connection.copy_from_query(rows, output=folder / f"{table}.copy")
    finally:
        await connection.close()


async def copy_in(postgres: Postgres, name: str, folder: Path) -> float:
    """Seconds, durable: all in one transaction."""
    connection = await superuser(postgres, name)
    try:
        columns = {table: await columns_of(connection, table) for table in WRITTEN}
        began = time.perf_counter()
        async with connection.transaction():
            for table in WRITTEN:
                await connection.copy_to_table(table, columns=columns[table], source=folder / f"{table}.copy")
        return time.perf_counter() - began
    finally:
        await connection.close()
