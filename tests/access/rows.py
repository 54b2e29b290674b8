"""One believable enough row in every table, for four owners, written from the catalogue: a new table is filled without being listed.

Triggers, foreign keys and checks are put aside while the rows are written: what is tested with them is who sees them, not
whether they obey the rules. Every identifier and every word of a row tells whose it is.
"""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg

HOSPITAL, CENTRE, ELSEWHERE = "VN-22-BVT", "VN-22-TTBCE", "VN-01-XP"
DIRECTORY = {
    "facilities",
    "facility_authorities",
    "facility_links",
    "occupations",
    "areas",
    "area_changes",
    "area_levels",
    "territories",
    "territory_members",
    "units",
    "units_history",
    "area_successions",
    "populations",
    "packaged_data",
    "alembic_version",
}
"""What everybody may know, or no request reads."""
EVENTS = set("outbox inbox incarnation aggregate_versions relay_state relay_acknowledged consumers consumer_positions heard_versions parked_events dead_letters".split())
OWN_BOOKS = {"idempotency_keys", "revocations", "client_quotas", "client_usage", "kept_seals"}


@dataclass(frozen=True)
class Owner:
    """Whose a row is: the authority path, and the parties with which it is shared."""

    name: str
    facility: str
    path: str
    shared_with: tuple[str, ...] = ()

    def id_of(self, thing: str) -> UUID:
        """The identifier of this owner's mission, person, course…"""
        return uuid5(NAMESPACE_URL, f"tests/access/{f'place {self.facility}' if thing == 'facility' else self.name}/{thing}")

    @property
    def other_side(self) -> str:
        """The facility with which this owner's would agree on something."""
        return CENTRE if self.facility != CENTRE else HOSPITAL

    def word(self, what: str) -> str:
        return f"{self.name} {what}"


HOSPITALS = Owner("ofhospital", HOSPITAL, "VN.VN-22.VN-22-BVT")
PROVINCES = Owner("ofprovince", HOSPITAL, "VN.VN-22")
ANOTHERS = Owner("ofanother", ELSEWHERE, "VN.VN-01.VN-01-XP")
SHARED = Owner("ofshared", ELSEWHERE, "VN.VN-01.VN-01-XP", (CENTRE,))
OWNERS = (HOSPITALS, PROVINCES, ANOTHERS, SHARED)

PLACES = {HOSPITAL: "VN.VN-22.VN-22-BVT", CENTRE: "VN.VN-22.VN-22-TTBCE", ELSEWHERE: "VN.VN-01.VN-01-XP"}


@dataclass(frozen=True)
class Column:
    name: str
    kind: str
    required: bool
    default: str | None
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    links: dict[str, str]

    @property
    def is_owned(self) -> bool:
        return any(column.name == "authority_path" for column in self.columns)


# A kind of file that a service understands, by a table of the service.
KINDS_OF_FILE = {"persons": "people", "mandates": "mandates", "agreements": "agreements", "credit_entries": "past_sessions"}


# Words that no check of their own table lists, and without which a row is shown to nobody or as nothing.
WORDS = {
    ("assignments", "kind"): "primary",
    ("assignments", "state"): "active",
    ("persons", "kept_for"): "{worker}",
    ("licence_periods_history", "standing"): "in_force",
}


def thing_of(name: str) -> str:
    """The thing that a table or a reference to it is about: `missions` and `mission_id` are both about a mission."""
    found = name.removesuffix("_ids").removesuffix("_id").removesuffix("_history")
    for plural, singular in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("s", "")):
        if found.endswith(plural) and not found.endswith("ss"):
            return found.removesuffix(plural) + singular
    return found


def is_apart(table: Table) -> bool:
    """A table that holds nothing of one owner: the directory, the events, the books that the service keeps of itself."""
    return table.name in DIRECTORY | EVENTS | OWN_BOOKS or table.name.startswith("audit")


class Things:
    """What the names of a service's tables, columns and parameters are about: `request_id` is a support request where there is no other."""

    def __init__(self, tables: list[Table]) -> None:
        self.tables = tables
        self._of_tables = {thing_of(table.name) for table in tables if table.name not in EVENTS}
        self._of_columns = {thing_of(column.name) for table in tables for column in table.columns if column.kind in ("uuid", "_uuid")}

    def named(self, name: str) -> str | None:
        """The thing that a parameter names; None for one that no table knows."""
        thing = thing_of(name)
        if thing in self._of_tables:
            return thing
        longer = sorted(known for known in self._of_tables if known.endswith(f"_{thing}"))
        if len(longer) == 1:
            return longer[0]
        return thing if thing in self._of_columns else None

    def in_column(self, table: Table, column: str) -> str:
        return thing_of(table.links[column]) if column in table.links else self.named(column) or thing_of(column)

    def ids_of(self, owner: Owner) -> set[str]:
        """Every identifier that stands in the rows of an owner."""
        things = self._of_tables | {self.in_column(table, column.name) for table in self.tables for column in table.columns if column.kind in ("uuid", "_uuid")}
        return {str(owner.id_of(thing)) for thing in things - {"facility"}}


async def tables_of(connection: asyncpg.Connection) -> list[Table]:
    """Every table of the service with what its columns may hold."""
    columns = await connection.fetch(
        """
        SELECT c.relname, a.attname, t.typname, a.attnotnull, pg_get_expr(d.adbin, d.adrelid) AS value
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attidentity = '' AND a.attgenerated = '' ORDER BY c.relname, a.attnum
        """
    )
    checks = await connection.fetch(
        "SELECT conrelid::regclass::text AS name, pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    links = await connection.fetch(
        """
        SELECT k.conrelid::regclass::text AS name, a.attname, k.confrelid::regclass::text AS other FROM pg_constraint k
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
        """
    )
    choices: dict[tuple[str, str], tuple[str, ...]] = {}
    for check in checks:
        for column, allowed in re.findall(r"\(?(\w+) = ANY \(+ARRAY\[([^\]]*)\]", check["rule"]):
            found = tuple(re.findall(r"'([^']*)'", allowed))
            known = choices.get((check["name"], column))
            choices[check["name"], column] = found if known is None or len(found) > len(known) else known
        for column, only in re.findall(r"^CHECK \(\((\w+) = '([^']*)'::text\)\)$", check["rule"]):
            choices[check["name"], column] = (only,)
    tables: dict[str, list[Column]] = {}
    for row in columns:
        column = Column(row["attname"], row["typname"], row["attnotnull"], row["value"], choices.get((row["relname"], row["attname"]), ()))
        tables.setdefault(row["relname"], []).append(column)
    return [Table(name, tuple(found), {link["attname"]: link["other"] for link in links if link["name"] == name}) for name, found in tables.items()]


def _value(things: Things, table: Table, column: Column, owner: Owner) -> Any:
    """What stands in a column, as text that PostgreSQL reads or as the JSON of a document; None leaves it empty."""
    name = column.name
    if column.choices:
        return column.choices[0]
    if (table.name, name) in WORDS:
        return WORDS[table.name, name]
    if table.name == "imports" and name == "kind":
        return next(kind for known, kind in KINDS_OF_FILE.items() if any(other.name == known for other in things.tables))
    match column.kind:
        case "uuid":
            if name == "id" or (name == "row_id" and table.name not in table.links.values()):
                return str(owner.id_of(thing_of(table.name) if name == "id" else f"row of {table.name}"))
            return str(owner.id_of(things.in_column(table, name)))
        case "_uuid":
            return "{" + str(owner.id_of(things.in_column(table, name))) + "}"
        case "ltree":
            return owner.path
        case "_text":
            return "{" + ",".join(owner.shared_with) + "}" if name == "shared_with" else "{" + f'"{owner.word(name)}"' + "}"
        case "date":
            return ("2026-12-31" if re.search(r"ends|_to$|end$|until|expires|due", name) else "2025-01-01") if column.required else None
        case "timestamptz":
            return "2025-01-01T08:00:00Z" if column.required else None
        case "daterange":
            return "[2020-01-01,)"
        case "tstzrange":
            return '["2020-01-01T00:00:00Z",)'
        case "jsonb":
            return (
                (None if column.default else (list[str]() if name.endswith("s") and name not in ("facts", "details", "names", "totals") else dict[str, str]()))
                if column.required
                else None
            )
        case "bool":
            return "false"
        case "bytea":
            return f"\\x{owner.name.encode().hex()}" if column.required else None
        case "int2" | "int4" | "int8" | "numeric" | "float8":
            return {"year": "2025", "year_from": "2024", "year_to": "2027"}.get(name, "1") if column.required else None
    if column.kind.startswith("_"):
        return {"_date": "{2025-01-06}", "_jsonb": "{}"}.get(column.kind, "{1}") if column.required else None
    if name in ("facility_code", "giver_code", "receiver_code", "core_code", "to_facility_code", "from_facility_code"):
        return owner.facility
    if name in ("authority", "number_authority"):
        return owner.facility[:5]
    return {"occupation_code": "VN-BS", "currency": "VND", "rule_pack": "vn-2020", "home_pack": "vn-2020", "host_pack": "vn-2020", "procedure": "service_record", "country": "VN"}.get(name, owner.word(f"{table.name} {name}"))


async def put_rules_aside(connection: asyncpg.Connection) -> None:
    """Whoever may see a row is asked of rows that obey no rule: no trigger, key or check stands in the way."""
    await connection.execute("SET session_replication_role = replica")
    rules = await connection.fetch(
        "SELECT conrelid::regclass::text AS name, quote_ident(conname) AS rule FROM pg_constraint WHERE contype IN ('c', 'x') AND connamespace = 'public'::regnamespace AND conrelid <> 0"
    )
    for rule in rules:
        await connection.execute(f"ALTER TABLE {rule['name']} DROP CONSTRAINT IF EXISTS {rule['rule']} CASCADE")


async def open_places(connection: asyncpg.Connection, things: Things) -> None:
    """The facilities, which everybody knows."""
    for table in things.tables:
        if table.name == "areas" and not await connection.fetchval("SELECT EXISTS (SELECT FROM areas)"):
            for code in sorted({code[:5] for code in PLACES}):
                known = {"code": code, "within": "{VN," + code + "}", "level": "province"}
                await _insert(connection, "areas", {column.name: known.get(column.name) or _value(things, table, column, Owner(code, code, "VN")) for column in table.columns})
        if table.name in ("facilities", "facility_authorities"):
            for code, path in PLACES.items():
                await _place(connection, things, table, code, path)


async def fill(connection: asyncpg.Connection, things: Things, kinds_with_history: list[str]) -> None:
    """Write a row of every owner into every table."""
    for table in things.tables:
        if not is_apart(table):
            for owner in OWNERS:
                await _insert(connection, table.name, {column.name: _value(things, table, column, owner) for column in table.columns})
    for kind in kinds_with_history:
        for owner in OWNERS:
            after = json.dumps({"note": owner.word(f"history of {kind}")})
            row = {
                "actor": owner.word("#actor"),
                "act": "changed",
                "subject_kind": kind,
                "subject_id": str(owner.id_of(things.named(kind) or kind)),
                "done_on": "2025-01-01",
                "after": after,
            }
            await _insert(connection, "audit", row)
    await connection.execute("ANALYZE")


async def _insert(connection: asyncpg.Connection, table: str, row: dict[str, Any]) -> None:
    """The types are the columns': the values come as text."""
    said = {name: value for name, value in row.items() if value is not None}
    names = ", ".join(f'"{name}"' for name in said)
    with suppress(asyncpg.UniqueViolationError):  # two owners of one authority have one register of the year
        await connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_record(NULL::{table}, $1)", json.dumps(said))


async def _place(connection: asyncpg.Connection, things: Things, table: Table, code: str, path: str) -> None:
    owner = Owner("a place", code, path)
    known = {
        "code": code, "path": path, "type": "hospital", "facility_type": "hospital", "level": "province", "ownership": "public", "area_code": f"{code[:5]}-00001", "remoteness": "none",
        "area_path": "{VN," + code[:5] + "}", "within": "{VN," + code[:5] + "}", "technical_supervisor": None, "tier": None,
    }  # fmt: skip
    await _insert(connection, table.name, {column.name: known[column.name] if column.name in known else _value(things, table, column, owner) for column in table.columns})


async def rows_of(connection: asyncpg.Connection, tables: list[Table]) -> dict[str, list[str]]:
    """The rows of every filled table as text: what must stand there unchanged after others have tried."""
    found = {}
    for table in tables:
        if not is_apart(table):
            found[table.name] = sorted(row["said"] for row in await connection.fetch(f"SELECT t::text AS said FROM {table.name} t"))
    return found
