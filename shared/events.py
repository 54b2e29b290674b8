"""Events: facts of one service, told to the others.

A service declares a fact as an `Event` and records it in the business transaction; the outbox keeps it and the
relay tells it. An event carries the public state of its aggregate, not only what changed, and never a name.

    class PostOpened(Event):
        \"\"\"A post of the establishment can be filled.\"\"\"
        type = "registry.post.opened.v1"
        topic = "relais.registry.posts"
        facility_code: str
        fte: Decimal

    record_event(session, PostOpened(id=post.id, facility_code=..., fte=...))
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from shared import outbox
from shared.clock import now
from shared.ids import uuid7
from shared.telemetry import current_traceparent

SPECVERSION = "1.0"
CONTENT_TYPE = "application/json"
TYPE = re.compile(r"^[a-z]+(\.[a-z][a-z_]*)+\.v[1-9][0-9]*$")
TOPIC = re.compile(r"^relais\.[a-z]+\.[a-z_]+$")

FieldClass = Literal["public", "directory", "hr"]  # nothing above the HR class goes on a topic


class Event(BaseModel):
    """A fact about one aggregate, named in the past tense and versioned. `id` is the aggregate's."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)

    type: ClassVar[str]
    topic: ClassVar[str]
    field_class: ClassVar[FieldClass] = "hr"  # of the fields that do not say theirs with `classified`

    id: UUID

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        kind, topic = cls.__dict__.get("type"), getattr(cls, "topic", None)
        if kind is not None and not TYPE.match(kind):
            raise ValueError(f"{cls.__name__}.type is {kind!r}; write <service>.<thing>.<past tense>.v<n>.")
        if topic is not None and not TOPIC.match(topic):
            raise ValueError(f"{cls.__name__}.topic is {topic!r}; write relais.<service>.<things>.")


def classified(field_class: FieldClass, **more: Any) -> Any:
    """A field whose class differs from its event's: `amount: int = classified("hr")`."""
    return Field(json_schema_extra={"x-class": field_class}, **more)


Data = TypeVar("Data", covariant=True)


@dataclass(frozen=True)
class Received(Generic[Data]):
    """An event as a consumer hears it: the envelope, and `data` with only the fields that the consumer declared."""

    id: UUID
    type: str
    subject: UUID
    version: int
    incarnation: int
    time: datetime
    data: Data
    traceparent: str | None = None


def record_event(session: AsyncSession | Session, event: Event) -> None:
    """Announce a fact: published after this transaction commits, and never if it does not."""
    record_events(session, [event])


def record_events(session: AsyncSession | Session, events: Iterable[Event]) -> None:
    """The same for many at once: an import of tens of thousands of rows stays set-wise."""
    occurred_at, traceparent = now(), current_traceparent()
    outbox.enqueue(
        session,
        [
            outbox.Announcement(id=uuid7(), topic=event.topic, type=event.type, subject=event.id, occurred_at=occurred_at, traceparent=traceparent, data=event.model_dump_json())
            for event in events
        ],
    )


# --- the envelope: CloudEvents 1.0, Kafka binary mode ---------------------------------------------------------------

Headers = Sequence[tuple[str, bytes]]


class UnreadableEvent(Exception):
    """A message that is no event of ours: a header is missing or cannot be read. Trying again does not help."""


@dataclass(frozen=True)
class Envelope:
    """What the headers of a message say."""

    id: UUID
    type: str
    subject: UUID
    version: int
    incarnation: int
    time: datetime
    traceparent: str | None = field(default=None)


def write_headers(service: str, row: Mapping[str, Any], incarnation: int, traceparent: str | None) -> list[tuple[str, bytes]]:
    """The headers of an outbox row."""
    headers = [
        ("ce_specversion", SPECVERSION),
        ("ce_id", str(row["id"])),
        ("ce_type", row["type"]),
        ("ce_source", f"relais/{service}"),
        ("ce_subject", str(row["subject"])),
        ("ce_time", row["occurred_at"].isoformat()),
        ("ce_aggregateversion", str(row["version"])),
        ("ce_incarnation", str(incarnation)),
        ("content-type", CONTENT_TYPE),
    ]
    if traceparent:
        headers.append(("traceparent", traceparent))
    return [(name, value.encode()) for name, value in headers]


def read_headers(headers: Headers) -> Envelope:
    """The envelope of a message; says which header is wrong."""
    found = dict(headers)

    def read(name: str, parse: Any) -> Any:
        if name not in found:
            raise UnreadableEvent(f"the header {name} is missing")
        try:
            return parse(found[name].decode())
        except ValueError as error:
            raise UnreadableEvent(f"the header {name} cannot be read") from error

    if read("ce_specversion", str).split(".")[0] != "1":
        raise UnreadableEvent("the header ce_specversion is not 1.x")
    return Envelope(
        id=read("ce_id", UUID),
        type=read("ce_type", str),
        subject=read("ce_subject", UUID),
        version=read("ce_aggregateversion", _positive),
        incarnation=read("ce_incarnation", _positive),
        time=read("ce_time", datetime.fromisoformat),
        traceparent=traceparent_of(headers),
    )


def traceparent_of(headers: Headers) -> str | None:
    for name, value in headers:
        if name == "traceparent":
            return value.decode("latin-1")
    return None


def _positive(value: str) -> int:
    number = int(value)
    if number < 1:
        raise ValueError(value)
    return number
