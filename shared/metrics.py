"""Measures of a process, sent over OTLP every fifteen seconds (shared/otlp.py) and read by Prometheus (shared/exposition.py).

Recording is a dictionary entry in the event loop (0.5 µs; the SDK's histogram takes 10); the threads of those two read
the totals. Counters and histograms are cumulative since the start.
"""

import bisect
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

MAX_SERIES = 2000  # label sets of one instrument; more is a mistake (an id used as a label)
OTHER = "(other)"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = tuple[str | int, ...]


class Instrument:
    """A thing measured, with the names of its labels."""

    def __init__(self, name: str, description: str, *, unit: str = "1", labels: Sequence[str] = ()) -> None:
        self.name = name
        self.description = description
        self.unit = unit
        self.labels = tuple(labels)
        self.series: dict[Labels, Any] = {}
        INSTRUMENTS.append(self)

    def _key(self, labels: Labels) -> Labels:
        return labels if labels in self.series or len(self.series) < MAX_SERIES else (OTHER,) * len(self.labels)

    def read(self) -> list[tuple[dict[str, str | int], Any]]:
        return [(dict(zip(self.labels, key, strict=True)), value) for key, value in list(self.series.items())]


INSTRUMENTS: list[Instrument] = []


class Counter(Instrument):
    """How often something happened since the start: `EVENTS_READ.add(40, ("relais.registry.posts",))`."""

    def add(self, amount: int = 1, labels: Labels = ()) -> None:
        key = self._key(labels)
        self.series[key] = self.series.get(key, 0) + amount

    def follow(self, total: float, labels: Labels = ()) -> None:
        """Take over the total that somebody else counts (PostgreSQL, its statements)."""
        self.series[self._key(labels)] = total


class Histogram(Instrument):
    """How long something took, in seconds: `REQUESTS.record(0.012, ("GET", route, 200))`."""

    def record(self, seconds: float, labels: Labels = ()) -> None:
        found = self.series.get(labels)
        if found is None:
            found = self.series.setdefault(self._key(labels), [0, 0.0, [0] * (len(SECONDS) + 1), seconds, seconds])
        found[0] += 1
        found[1] += seconds
        found[2][bisect.bisect_left(SECONDS, seconds)] += 1
        found[3] = min(found[3], seconds)
        found[4] = max(found[4], seconds)


class Gauge(Instrument):
    """How much there is of something now: set by whoever knows, or read by a quick function at each export."""

    def __init__(self, name: str, description: str, *, unit: str = "1", labels: Sequence[str] = ()) -> None:
        super().__init__(name, description, unit=unit, labels=labels)
        self.sources: list[Callable[[], Iterable[tuple[Labels, float]]]] = []

    def set(self, value: float, labels: Labels = ()) -> None:
        self.series[self._key(labels)] = value

    def watch(self, source: Callable[[], Iterable[tuple[Labels, float]]]) -> None:
        """`source` runs in the export thread: it only reads variables, never a database."""
        self.sources.append(source)

    def read(self) -> list[tuple[dict[str, str | int], Any]]:
        for source in self.sources:
            for labels, value in source():
                self.set(value, labels)
        return super().read()


REQUESTS = Histogram("http.server.request.duration", "Time to answer a request", unit="s", labels=("http.request.method", "http.route", "http.response.status_code"))
OUTBOX_AGE = Gauge("relais.outbox.oldest_age", "Age of the oldest event that is not published yet", unit="s")
CONSUMER_LAG = Gauge("relais.consumer.lag", "Messages that the service has not read yet")
PARKED = Gauge("relais.inbox.parked", "Events that wait for something not known yet")
DEAD_LETTERS = Gauge("relais.inbox.dead_letters", "Events that can never be handled as they are")
EVENTS_PUBLISHED = Counter("relais.events.published", "Events that the broker acknowledged")
EVENTS_READ = Counter("relais.events.read", "Messages taken in charge: applied, known already, parked or dead", labels=("topic",))
CONNECTIONS = Gauge("relais.database.connections", "Connections of a pool: in use, or open and idle", labels=("role", "state"))
CONNECTIONS_LIMIT = Gauge("relais.database.connections.limit", "Connections that a pool may open", labels=("role",))
SIGN_INS = Counter("relais.sign_ins", "Sign-ins that ended: how", labels=("outcome",))
STATEMENT_CALLS = Counter("relais.statement.calls", "Runs of the statements that took most of the database's time", labels=("query_id", "statement"))
STATEMENT_TIME = Counter("relais.statement.time", "Time that they took in all", unit="s", labels=("query_id", "statement"))
STATEMENT_LONGEST = Gauge("relais.statement.longest", "Longest run of each", unit="s", labels=("query_id", "statement"))


class Measured:
    """What this process has measured since it started, as OTLP's messages; read by the sending thread."""

    def __init__(self) -> None:
        self.started_at = time.time_ns()

    def read(self) -> "list[Metric]":
        from opentelemetry.proto.metrics.v1 import metrics_pb2 as otlp

        from shared.otlp import attributes

        cumulative = otlp.AGGREGATION_TEMPORALITY_CUMULATIVE
        found = []
        for instrument in INSTRUMENTS:
            metric = otlp.Metric(name=instrument.name, description=instrument.description, unit=instrument.unit)
            for labels, value in instrument.read():
                point: dict[str, Any] = {"attributes": attributes(labels), "start_time_unix_nano": self.started_at, "time_unix_nano": time.time_ns()}
                if isinstance(instrument, Histogram):
                    count, total, buckets, least, most = value
                    metric.histogram.aggregation_temporality = cumulative
                    metric.histogram.data_points.add(**point, count=count, sum=total, bucket_counts=buckets, explicit_bounds=SECONDS, min=least, max=most)
                elif isinstance(instrument, Counter):
                    metric.sum.aggregation_temporality, metric.sum.is_monotonic = cumulative, True
                    metric.sum.data_points.add(**point, **({"as_int": value} if isinstance(value, int) else {"as_double": value}))
                else:
                    metric.gauge.data_points.add(**point, as_double=value)
            if metric.WhichOneof("data") is not None:
                found.append(metric)
        return found
