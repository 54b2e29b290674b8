"""Where the local stack keeps its spans: one SQLite file, bounded, written by one thread.

Whoever sends is answered at once: batches wait in a short queue, and what does not fit is counted, not waited for.
A trace of a bulk import has one span per event: of spans with the same service and name a trace keeps the first 250 and
counts the others. When the file holds more than its measure, the oldest traces leave.
"""

import base64
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

MOST_SPANS = 200_000
ALIKE_PER_TRACE = 250
WAITING_BATCHES = 200
LARGEST_PAGE = 200
HOUR_NS = 3_600_000_000_000

KINDS = {0: "internal", 1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
ERROR = 2  # opentelemetry.proto.trace.v1.Status.STATUS_CODE_ERROR

logger = logging.getLogger("traces.store")

SHAPE = 2  # of the tables below; a file of another shape is begun anew
SCHEMA = """
CREATE TABLE IF NOT EXISTS traces (
    trace_id TEXT PRIMARY KEY, service TEXT NOT NULL, name TEXT NOT NULL, started_ns INTEGER NOT NULL, ended_ns INTEGER NOT NULL,
    answered_ns INTEGER NOT NULL, named_ns INTEGER NOT NULL, spans INTEGER NOT NULL, kept INTEGER NOT NULL, errors INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS traces_recent ON traces (started_ns, trace_id);
CREATE TABLE IF NOT EXISTS spans (
    trace_id TEXT NOT NULL, span_id TEXT NOT NULL, parent_id TEXT, service TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, route TEXT,
    started_ns INTEGER NOT NULL, ended_ns INTEGER NOT NULL, error TEXT, attributes TEXT NOT NULL, links TEXT NOT NULL,
    PRIMARY KEY (trace_id, span_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alike (
    trace_id TEXT NOT NULL, service TEXT NOT NULL, name TEXT NOT NULL, spans INTEGER NOT NULL, errors INTEGER NOT NULL, PRIMARY KEY (trace_id, service, name)
) WITHOUT ROWID;
"""


class UnknownCursorError(ValueError):
    """The cursor is not one of ours."""


@dataclass(frozen=True)
class Search:
    """Which traces: those with a span of this service or route, with errors or without, at least this slow, begun since then."""

    service: str = ""
    route: str = ""
    status: str = ""  # "error", "ok" or both
    min_ms: float = 0
    from_ns: int = 0
    order: str = "recent"  # or "errors" (first) or "slowest"
    limit: int = 50
    cursor: str = ""


class TraceStore:
    """Spans of the last while. `receive` from any thread; the queries open their own connection."""

    def __init__(self, path: Path, *, most_spans: int = MOST_SPANS) -> None:
        self.path = path
        self.most_spans = most_spans
        self.dropped = 0
        self.total = 0
        self.waiting: queue.Queue[ExportTraceServiceRequest | threading.Event | None] = queue.Queue(WAITING_BATCHES)
        self.writer = threading.Thread(target=self._write, name="trace-writer", daemon=True)

    def open(self) -> None:
        """Make or read the file; one that cannot be read is begun anew, traces are not records."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            logger.warning("the file of traces could not be read and is begun anew")
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            self._prepare()
        self.writer.start()

    def _prepare(self) -> None:
        with self._connection() as connection:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if found not in (0, SHAPE):
                raise sqlite3.DatabaseError(f"shape {found}, not {SHAPE}")
            connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA user_version = {SHAPE}; {SCHEMA}")
            self.total = connection.execute("SELECT coalesce(sum(kept), 0) FROM traces").fetchone()[0]

    def close(self) -> None:
        """Write what waits, for at most two seconds."""
        if self.writer.is_alive():
            with suppress(queue.Full):
                self.waiting.put(None, timeout=1)
            self.writer.join(2)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=5)) as connection:
            connection.execute("PRAGMA synchronous = OFF")  # a power cut may cost traces, nothing else
            yield connection

    # --- in ------------------------------------------------------------------------------------------------------

    def receive(self, batch: ExportTraceServiceRequest) -> int:
        """Take a batch without waiting; returns how many spans were refused because too many wait."""
        try:
            self.waiting.put_nowait(batch)
        except queue.Full:
            refused = sum(len(scope.spans) for resource in batch.resource_spans for scope in resource.scope_spans)
            self.dropped += refused
            return refused
        return 0

    def wait_until_written(self, seconds: float = 5) -> bool:
        """Whether all that was received before is in the file now."""
        written = threading.Event()
        self.waiting.put(written, timeout=seconds)
        return written.wait(seconds)

    def _write(self) -> None:
        with self._connection() as connection:
            while (batch := self.waiting.get()) is not None:
                if isinstance(batch, threading.Event):
                    batch.set()
                    continue
                try:
                    with connection:
                        for row in _rows(batch):
                            self._keep(connection, row)
                        self._forget_oldest(connection)
                except (sqlite3.Error, ValueError):  # the disk is full, a batch is beyond reading: the next one may do
                    logger.exception("a batch of spans could not be kept")

    def _keep(self, connection: sqlite3.Connection, span: "_Row") -> None:
        known = connection.execute("SELECT 1 FROM spans WHERE trace_id = ? AND span_id = ?", (span.trace_id, span.span_id)).fetchone()
        if known:  # a sender that got no answer sends again
            return
        alike = connection.execute(
            "INSERT INTO alike VALUES (?, ?, ?, 1, ?) ON CONFLICT DO UPDATE SET spans = spans + 1, errors = errors + excluded.errors RETURNING spans",
            (span.trace_id, span.service, span.name, int(span.error is not None)),
        ).fetchone()[0]
        kept = int(alike <= ALIKE_PER_TRACE)
        if kept:
            connection.execute("INSERT INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", span.values())
            self.total += 1
        connection.execute(
            """INSERT INTO traces VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET
                service = iif(excluded.named_ns < named_ns, excluded.service, service), name = iif(excluded.named_ns < named_ns, excluded.name, name),
                named_ns = min(named_ns, excluded.named_ns), answered_ns = iif(excluded.started_ns < started_ns, excluded.answered_ns, answered_ns),
                started_ns = min(started_ns, excluded.started_ns), ended_ns = max(ended_ns, excluded.ended_ns),
                spans = spans + 1, kept = kept + excluded.kept, errors = errors + excluded.errors""",
            (span.trace_id, span.service, span.name, span.started_ns, span.ended_ns, span.ended_ns - span.started_ns, span.named_ns, kept, int(span.error is not None)),
        )

    def _forget_oldest(self, connection: sqlite3.Connection) -> None:
        while self.total > self.most_spans:
            oldest = connection.execute("SELECT trace_id, kept FROM traces ORDER BY started_ns LIMIT 200").fetchall()
            if not oldest:
                self.total = 0
                return
            leaving, gone = [], 0
            for trace_id, kept in oldest:
                if self.total - gone <= self.most_spans * 0.95:
                    break
                leaving.append((trace_id,))
                gone += kept
            for table in ("spans", "alike", "traces"):
                connection.executemany(f"DELETE FROM {table} WHERE trace_id = ?", leaving)  # noqa: S608 - names of our own tables
            self.total -= gone

    # --- out -----------------------------------------------------------------------------------------------------

    def traces(self, search: Search) -> dict[str, Any]:
        """A page of traces; `duration_ms` is how long the first span took (what a person waited), `whole_ms` until the last consumer ended."""
        order = {"recent": "started_ns", "errors": "errors > 0", "slowest": "answered_ns"}[search.order]
        where, values = ["started_ns >= ?", "answered_ns >= ?"], [search.from_ns, int(search.min_ms * 1e6)]  # type: list[str], list[Any]
        if search.status:
            where.append("errors > 0" if search.status == "error" else "errors = 0")
        for column, wanted, comparison in (("service", search.service, "= ?"), ("route", search.route, "LIKE ? ESCAPE '\\'")):
            if wanted:
                where.append(f"EXISTS (SELECT 1 FROM spans WHERE spans.trace_id = traces.trace_id AND spans.{column} {comparison})")  # noqa: S608 - two names of our own
                values.append(wanted if column == "service" else f"%{_escaped(wanted)}%")
        if search.cursor:
            where.append(f"({order}, started_ns, trace_id) < (?, ?, ?)")
            values += _read_cursor(search.cursor)
        statement = f"SELECT trace_id, service, name, started_ns, ended_ns, answered_ns, spans, errors, {order} FROM traces WHERE {' AND '.join(where)}"  # noqa: S608 - built from the constants above
        with self._connection() as connection:
            rows = connection.execute(f"{statement} ORDER BY {order} DESC, started_ns DESC, trace_id DESC LIMIT ?", [*values, search.limit + 1]).fetchall()
            services = {row[0]: [name for (name,) in connection.execute("SELECT DISTINCT service FROM alike WHERE trace_id = ? ORDER BY 1", row[:1])] for row in rows}
        more, rows = len(rows) > search.limit, rows[: search.limit]
        items = [
            {
                "trace_id": trace_id,
                "service": service,
                "name": name,
                "started_at": _instant(started),
                "duration_ms": _ms(answered),
                "whole_ms": _ms(ended - started),
                "spans": spans,
                "errors": errors,
                "status": "error" if errors else "ok",
                "services": services[trace_id],
            }
            for trace_id, service, name, started, ended, answered, spans, errors, _order in rows
        ]
        return {"items": items, "next": _cursor(rows[-1][8], rows[-1][3], rows[-1][0]) if more else None}

    def trace(self, trace_id: str) -> dict[str, Any] | None:
        """One trace: its spans from the root down, children by start; those whose parent is not here stand at the top."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT span_id, parent_id, service, kind, name, started_ns, ended_ns, error, attributes, links FROM spans WHERE trace_id = ? ORDER BY started_ns, span_id",
                (trace_id,),
            ).fetchall()
            summary = connection.execute("SELECT name, answered_ns FROM traces WHERE trace_id = ?", (trace_id,)).fetchone()
            alike = connection.execute("SELECT service, name, spans, errors FROM alike WHERE trace_id = ? AND spans > ? ORDER BY 1, 2", (trace_id, ALIKE_PER_TRACE)).fetchall()
        if not rows or summary is None:
            return None
        began, ended = min(row[5] for row in rows), max(row[6] for row in rows)
        here = {row[0] for row in rows}
        below: dict[str | None, list[Any]] = {}
        for row in rows:
            below.setdefault(row[1] if row[1] in here else None, []).append(row)
        spans: list[dict[str, Any]] = []
        # What is broken (spans that name each other as parent) comes last, at the top.
        todo = [(row, 0) for row in [*reversed(rows), *reversed(below.get(None, []))]]
        while todo:
            row, depth = todo.pop()
            if row[0] not in here:
                continue
            here.remove(row[0])
            span_id, parent_id, service, kind, name, started, finished, error, attributes, links = row
            spans.append(
                {
                    "span_id": span_id,
                    "parent_id": parent_id,
                    "depth": depth,
                    "service": service,
                    "kind": kind,
                    "name": name,
                    "started_at": _instant(started),
                    "offset_ms": _ms(started - began),
                    "duration_ms": _ms(finished - started),
                    "status": "ok" if error is None else "error",
                    "error": error,
                    "attributes": orjson.loads(attributes),
                    "links": orjson.loads(links),
                }
            )
            todo += [(child, depth + 1) for child in reversed(below.get(span_id, []))]
        return {
            "trace_id": trace_id,
            "name": summary[0],
            "started_at": _instant(began),
            "duration_ms": _ms(summary[1]),
            "whole_ms": _ms(ended - began),
            "services": sorted({span["service"] for span in spans}),
            "errors": sum(span["status"] == "error" for span in spans),
            "spans": spans,
            "shortened": [{"service": service, "name": name, "spans": count, "errors": errors, "kept": ALIKE_PER_TRACE} for service, name, count, errors in alike],
        }

    def edges(self, trace_id: str) -> list[dict[str, Any]] | None:
        """Which kind of span of which service led to which: the shape of the trace, without its times."""
        found = self.trace(trace_id)
        if found is None:
            return None
        by_id = {span["span_id"]: span for span in found["spans"]}
        counts: dict[tuple[str, str, str, str], int] = {}
        for span in found["spans"]:
            if (parent := by_id.get(span["parent_id"])) is not None:
                edge = (f"{parent['service']}/{parent['kind']}", f"{span['service']}/{span['kind']}", parent["name"], span["name"])
                counts[edge] = counts.get(edge, 0) + 1
        return [{"parent": parent, "child": child, "parent_name": above, "child_name": name, "count": count} for (parent, child, above, name), count in sorted(counts.items())]

    def services(self) -> list[str]:
        with self._connection() as connection:
            return [name for (name,) in connection.execute("SELECT DISTINCT service FROM alike ORDER BY 1")]


@dataclass(frozen=True)
class _Row:
    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    kind: str
    name: str
    route: str | None
    started_ns: int
    ended_ns: int
    error: str | None
    attributes: dict[str, Any]
    links: list[str]

    @property
    def named_ns(self) -> int:
        """The act is named by the first page or service that answered it; the door knows only to which it led."""
        return self.started_ns if self.kind == "server" and self.service != "gateway" else self.started_ns + HOUR_NS

    def values(self) -> tuple[Any, ...]:
        attributes, links = orjson.dumps(self.attributes).decode(), orjson.dumps(self.links).decode()
        return (
            self.trace_id,
            self.span_id,
            self.parent_id,
            self.service,
            self.kind,
            self.name,
            self.route,
            self.started_ns,
            self.ended_ns,
            self.error,
            attributes,
            links,
        )


def _rows(batch: ExportTraceServiceRequest) -> Iterator[_Row]:
    for resource in batch.resource_spans:
        service = str(_attributes(resource.resource.attributes).get("service.name", "unknown"))
        for scope in resource.scope_spans:
            for span in scope.spans:
                if len(span.trace_id) != 16 or len(span.span_id) != 8:  # the protocol says: ignore
                    continue
                attributes = _attributes(span.attributes)
                yield _Row(
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex() or None,
                    service=service,
                    kind=KINDS.get(span.kind, "internal"),
                    name=span.name[:300],
                    route=str(attributes["http.route"]) if "http.route" in attributes else None,
                    started_ns=min(span.start_time_unix_nano, 2**63 - 1),
                    ended_ns=min(max(span.end_time_unix_nano, span.start_time_unix_nano), 2**63 - 1),
                    error=(span.status.message or "error")[:300] if span.status.code == ERROR else None,
                    attributes=attributes,
                    links=[link.trace_id.hex() for link in span.links],
                )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in list(pairs)[:64]}


def _value(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    if which == "array_value":
        return [_value(inner) for inner in list(value.array_value.values)[:64]]
    if which == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in list[KeyValue](value.kvlist_value.values)[:64]}
    if which == "bytes_value":
        return value.bytes_value[:256].hex()
    if which is None:
        return None
    found = getattr(value, which)
    return found[:1000] if isinstance(found, str) else found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)


def _instant(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest // 1_000_000:03d}Z"


def _cursor(order: int, started_ns: int, trace_id: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([order, started_ns, trace_id])).decode().rstrip("=")


def _read_cursor(cursor: str) -> list[Any]:
    try:
        order, started_ns, trace_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [int(order), int(started_ns), str(trace_id)]
    except (ValueError, TypeError) as error:
        raise UnknownCursorError from error
