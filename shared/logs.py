"""Logs: one line a record, written beside the work, with no personal data.

Each line carries the time (UTC), level, service, logger, message, trace id, request id and the record's own fields:
`logger.info("import confirmed", extra={"rows": 2463})`. What could name a person is masked by the key of the field,
by its look (e-mail, token, query string), and the messages of exceptions are left out unless their kind cannot quote data.
Lines leave through a bounded queue and a thread: a slow reader or a full disk loses lines (and says how many), it never makes a request wait.
"""

import atexit
import logging
import queue
import random
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import orjson

from shared.settings import settings

MASK = "(masked)"
# fmt: off
PERSONAL_KEYS = frozenset((
    "name", "names", "full_name", "family_name", "given_name", "usual_name", "display_name", "preferred_username", "username", "login", "account_name",
    "birth_date", "birth_year", "birth_place", "sex", "gender", "email", "mail", "phone", "telephone", "address",
    "national_id", "identity_number", "passport", "bank_account",
    "password", "secret", "client_secret", "token", "access_token", "refresh_token", "id_token", "code_verifier", "authorization", "cookie", "set_cookie",
    "q", "query", "query_string", "search", "comment", "reason_text", "body",
))
# fmt: on
NOT_PERSONAL = frozenset({"service.name", "messaging.destination.name", "db.collection.name", "db.operation.name"})
# Messages of these say what the program did wrong; those of others may quote a value (a row, a key, a file's content).
SPEAKING_ERRORS = (AttributeError, ImportError, NameError, TypeError, OSError, TimeoutError, RuntimeError, NotImplementedError)
FRAMES = 12
KEPT_LINES = 10_000
GATHER_SECONDS = 0.02  # a thread that woke for each line would take the interpreter from the requests, twice for each of them

LOOKS_PERSONAL = re.compile(
    r"(?P<query>(?<=[^\s?]\?)[^\s\"'<>]+)"
    r"|(?P<token>\beyJ[\w-]{8,}(?:\.[\w-]*)*|(?<=[Bb]earer )\S+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+\.[\w.-]+)"
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
REQUEST_ID = re.compile(r"^[A-Za-z0-9._:-]{1,64}$")
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_trace_id: Callable[[], str | None] = lambda: None  # noqa: E731 - replaced by shared.telemetry, which imports this module


def trace_id_from(read: Callable[[], str | None]) -> None:
    """Tell the logs where to read the trace id of the work in progress."""
    global _trace_id
    _trace_id = read


def bind_request(request_id: str | None) -> str:
    """Remember the id of the request in progress; one that is missing or not plain is replaced (it travels into every log)."""
    plain = request_id if request_id and REQUEST_ID.match(request_id) else f"{random.getrandbits(128):032x}"
    _request_id.set(plain)
    return plain


def current_request_id() -> str | None:
    return _request_id.get()


@lru_cache(maxsize=1024)
def is_personal(key: str) -> bool:
    """Whether a field or attribute of this name may hold what names a person or opens a door."""
    plain = key.lower().replace("-", "_")
    return plain not in NOT_PERSONAL and plain.rpartition(".")[2] in PERSONAL_KEYS


@lru_cache(maxsize=2)
def _second(at: int) -> str:
    """The lines of one second begin alike."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def masked_text(text: str) -> str:
    return LOOKS_PERSONAL.sub(MASK, text) if "?" in text or "@" in text or "eyJ" in text or "earer " in text else text


def masked(value: Any, depth: int = 0) -> Any:
    """A copy of a logged value without what its key or its look says is personal."""
    if isinstance(value, str):
        return masked_text(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth > 4:
        return MASK
    if isinstance(value, dict):
        return {str(key): MASK if is_personal(str(key)) else masked(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [masked(inner, depth + 1) for inner in value]
    return masked_text(str(value))


def described_error(error: BaseException) -> dict[str, Any]:
    """What broke and where, without the values that were in play."""
    told: dict[str, Any] = {"type": type(error).__name__}
    if isinstance(error, SPEAKING_ERRORS):
        told["says"] = masked_text(str(error))[:500]
    cause = getattr(getattr(error, "orig", None), "__cause__", None)  # SQLAlchemy → asyncpg
    for source, field in (("sqlstate", "sqlstate"), ("constraint_name", "constraint")):
        if isinstance(found := getattr(cause, source, None), str):
            told[field] = found
    told["at"] = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-FRAMES:]]
    if (before := error.__cause__ or (None if error.__suppress_context__ else error.__context__)) is not None:
        told["after"] = type(before).__name__
    return told


class JsonFormatter(logging.Formatter):
    """One JSON object on one line, whatever the message holds."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def beginning(self, at: float, level: str, logger: str, message: str) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "time": f"{_second(int(at))}.{int(at % 1 * 1000):03d}Z",
            "level": level,
            "service": self.service,
            "logger": logger,
            "message": message,
        }
        if (trace_id := _trace_id()) is not None:
            entry["trace_id"] = trace_id
        if (request_id := _request_id.get()) is not None:
            entry["request_id"] = request_id
        return entry

    def entry(self, record: logging.LogRecord) -> dict[str, Any]:
        entry = self.beginning(record.created, record.levelname.lower(), record.name, masked_text(_message(record)))
        fields = {key: value for key, value in record.__dict__.items() if key not in STANDARD}
        if fields:
            entry["fields"] = masked(fields)
        if record.exc_info and record.exc_info[1] is not None:
            entry["error"] = described_error(record.exc_info[1])
        return entry

    def format(self, record: logging.LogRecord) -> str:
        entry = self.entry(record)
        try:
            line = orjson.dumps(entry).decode()
        except (TypeError, ValueError):  # a lone surrogate, an integer beyond 64 bits
            line = orjson.dumps(_encodable(entry)).decode()
        # JSON leaves these as they are; many readers of lines break there.
        return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


class TextFormatter(JsonFormatter):
    """The same, to be read by a person at a terminal; control characters are written as escapes."""

    def format(self, record: logging.LogRecord) -> str:
        entry = self.entry(record)
        parts = [entry["time"][11:23], f"{entry['level'].upper():7}", f"{self.service}:", entry["message"]]
        parts += [f"{key}={value}" for key, value in entry.get("fields", {}).items()]
        if "trace_id" in entry:
            parts.append(f"trace={entry['trace_id']}")
        if error := entry.get("error"):
            parts.append(f"{error['type']}: {error.get('says', '')} at {' < '.join(reversed(error['at']))}")
        return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", " ".join(str(part) for part in parts))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit their message: a log line must not break a request
        return str(record.msg)


def _encodable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_encodable(key): _encodable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_encodable(inner) for inner in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 63:
        return str(value)
    return value


class QueuedLines(logging.Handler):
    """Writes lines from a thread; when the reader is slower than the service, drops lines and counts them."""

    def __init__(self, stream: TextIO, kept: int = KEPT_LINES) -> None:
        super().__init__()
        self.out: Any = getattr(stream, "buffer", None) or stream
        self.binary = hasattr(stream, "buffer")
        self.kept = kept
        self.dropped = 0
        self.lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.ending = threading.Event()
        self.writer = threading.Thread(target=self._write, name="log-writer", daemon=True)
        self.writer.start()

    def createLock(self) -> None:  # noqa: N802 - the standard library's name
        self.lock = None  # SimpleQueue is safe without one

    def handle(self, record: logging.LogRecord) -> bool:
        """As the standard library does, but without its lock, which Python 3.13 takes unasked."""
        passed = self.filter(record)
        if passed:
            self.emit(passed if isinstance(passed, logging.LogRecord) else record)
        return bool(passed)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.put(self.format(record))
        except Exception:
            self.dropped += 1

    def put(self, line: str) -> None:
        if self.lines.qsize() >= self.kept:
            self.dropped += 1
        else:
            self.lines.put(line)

    def _write(self) -> None:
        going_on, told = True, 0
        while going_on:
            batch = [self.lines.get()]
            self.ending.wait(GATHER_SECONDS)
            while len(batch) < self.kept:
                try:
                    batch.append(self.lines.get_nowait())
                except queue.Empty:
                    break
            going_on = None not in batch
            lines = [line for line in batch if line is not None]
            if (dropped := self.dropped) > told:
                said = f"{dropped - told} log lines were dropped"
                told = dropped
                lines.append(orjson.dumps({"time": datetime.now(UTC).isoformat(), "level": "warning", "logger": "relais.logs", "message": said}).decode())
            if lines:
                self._put("".join(f"{line}\n" for line in lines))

    def _put(self, text: str) -> None:
        try:
            self.out.write(text.encode("utf-8", "backslashreplace") if self.binary else text)
            self.out.flush()
        except (OSError, ValueError):  # disk full, reader gone, stream closed at the end
            self.dropped += text.count("\n")

    def close(self) -> None:
        self.ending.set()
        self.lines.put(None)
        self.writer.join(timeout=1.0)
        super().close()


class OncePerMinute(logging.Filter):
    """A collector that is away is one fact, not one line a second."""

    def __init__(self, *loggers: str) -> None:
        super().__init__()
        self.loggers = loggers
        self.last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(self.loggers):
            return True
        key = (record.name, str(record.msg))
        moment = time.monotonic()
        if moment - self.last.get(key, float("-inf")) < 60:
            return False
        self.last[key] = moment
        return True


_handler: QueuedLines | None = None
_access: tuple[QueuedLines, JsonFormatter] | None = None  # who writes the access lines, when it is in JSON


def configure_logging(service: str, stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send every logger of this process, uvicorn's included, through our lines. To be called after the fork (it starts a thread)."""
    global _handler, _access
    stop_logging()
    _handler = QueuedLines(stream or sys.stdout)
    formatter = TextFormatter(service) if settings().log_format == "text" else JsonFormatter(service)
    _handler.setFormatter(formatter)
    _access = (_handler, formatter) if type(formatter) is JsonFormatter else None
    _handler.addFilter(OncePerMinute("relais.otlp"))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(_handler)
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        quiet = logging.getLogger(name)
        quiet.handlers.clear()
        quiet.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # ours has the route's template, not the query string
    logging.captureWarnings(True)


def stop_logging() -> None:
    """Write what is queued, for at most a second."""
    global _handler, _access
    _access = None
    if _handler is not None:
        ended, _handler = _handler, None
        logging.getLogger().removeHandler(ended)
        ended.close()


atexit.register(stop_logging)


def log_request(log: logging.Logger, method: str, route: str, status: int, seconds: float) -> None:
    """The access line: which route answered what, and how long it took.

    Each request writes one, and a record of the standard library with its frame, thread and process costs more than many an answer: where
    our handler is the one that writes JSON, the line goes to it as it would come out.
    """
    level = logging.ERROR if status >= 500 else logging.INFO
    if not log.isEnabledFor(level):
        return
    fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
    if _access is not None and level == logging.INFO:
        handler, formatter = _access
        entry = formatter.beginning(time.time(), "info", log.name, f"{method} {route} {status}")
        entry["fields"] = fields
        handler.put(orjson.dumps(entry).decode())
    else:
        log.log(level, "%s %s %d", method, route, status, extra=fields)
