"""Operations of a service: its events by topic, what stands aside and why, replay, running jobs, versions. For the role `operations` alone.

Mounted by every service under `/api/v1/<service>/operations`. Nothing is shown beyond what a topic may hold: no name, no
health reason. Whoever looks at the bytes of an event, and whoever replays one, is in the audit.
"""

import importlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import RowMapping

from shared import operations_state as state
from shared.audit import record_audit, record_audits
from shared.auth import CallerDep, allows, with_role
from shared.db import SessionDep, worker_session
from shared.dead_letters import close_letters
from shared.errors import Malformed, NotFound, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.operations_version import code_version, expected_schema
from shared.pagination import Page, PageDep
from shared.rulepacks import RulePacks

if TYPE_CHECKING:
    from shared.app import Service

can_operate = with_role("operations")

Standing = Literal["dead", "parked"]
Text = Annotated[str | None, Query(max_length=2000)]


class ToldTopic(BaseModel):
    """A topic of this service: how many events it recorded, how many the broker does not have yet, and for how long the oldest has waited."""

    topic: str
    events: int
    waiting: int
    oldest_waiting_seconds: float | None


class HeardTopic(BaseModel):
    """A topic that this service hears: how many events it is behind, and what stands aside."""

    topic: str
    behind: int
    parked: int
    oldest_parked_seconds: float | None
    dead_letters: int


class EventsRead(BaseModel):
    """The worker of a service: its relay, its consumer, and the broker as it sees it."""

    broker: Literal["up", "down"]
    relay: Literal["up", "down"] = Field(description="Whether a relay holds the lock under which it publishes.")
    consumer_silent_seconds: float | None = Field(description="Since the consumer last showed that it reads; null when this service has none or it never did.")
    told: list[ToldTopic]
    heard: list[HeardTopic]


class CauseRead(BaseModel):
    """Open dead letters of one type that have one cause."""

    cause: str
    type: str
    topic: str
    letters: int
    first_seen_at: datetime
    last_died_at: datetime


class Causes(BaseModel):
    items: list[CauseRead]


class LetterRead(BaseModel):
    """An event that stands aside. `id` is the dead letter's, or the event's when it is parked."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    state: Standing
    type: str
    topic: str
    subject: UUID | None
    version: int
    cause: str
    reason: Literal["unknown", "behind", "gap", "failed", "replay"] | None = Field(description="Why a parked event waits; null for a dead letter.")
    waits_for: str | None
    tries: int
    trace_id: str | None
    first_seen_at: datetime
    died_at: datetime | None
    next_try_at: datetime | None
    waiting_behind: int


class LetterDetail(LetterRead):
    """The same with where in the code it failed, and the bytes as they came."""

    event_id: UUID
    consumer: str
    incarnation: int
    details: str
    origin: str = Field(description="Epoch of the broker, partition and offset.")
    headers: list[tuple[str, str]]
    body: str = Field(description="The first 16 KiB.")
    bytes: int


class ReplayCreate(BaseModel):
    """One dead letter, or all of one cause."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"cause": "refused: post-full", "type": "recruitment.hire.decided.v1"}})

    id: UUID | None = None
    cause: str | None = Field(None, max_length=2000)
    type: str | None = Field(None, max_length=200)

    @model_validator(mode="after")
    def _one_or_a_cause(self) -> Self:
        if (self.id is None) == (self.cause is None):
            raise ValueError(_("Say which one, or of which cause."))
        return self


class ReplayRead(BaseModel):
    """How many were handed to the consumer again; it tries them within a second."""

    handed: int


class JobRead(BaseModel):
    """Something that takes longer than a request, with how far it is."""

    kind: Literal["replay", "publishing-again", "reading", "import"]
    what: str | None
    state: Literal["running", "checked", "done"]
    done: int
    total: int
    began_at: datetime | None


class Jobs(BaseModel):
    items: list[JobRead]


class PackRead(BaseModel):
    """A rule pack: country, period, how many rules, and how many of them no text confirms yet."""

    id: str
    jurisdiction: str
    valid_from: date
    valid_to: date | None
    rules: int
    to_confirm: int


class VersionsRead(BaseModel):
    """What runs: the code, the schema of its database against the one it expects, the life of the database, the rule packs."""

    version: str
    revision: str
    schema_revision: str
    schema_expected: str | None
    incarnation: int
    incarnation_since: datetime
    packs: list[PackRead]


def operations_router(service: "Service") -> Router:
    """The routes of one service."""
    router = Router(prefix="/operations", tags=["operations"], dependencies=[allows(can_operate)])
    code = code_version()  # now: what lies on the disk later may be newer than what runs

    @router.get("/events", response_model=EventsRead, responses=problems(401, 403, 503))
    async def read_events() -> dict[str, Any]:
        """Relay, consumer and broker; each topic told and heard, with what waits."""
        async with worker_session() as session:
            found = await state.event_state(session, service.consumer)
        return found | {"broker": "up" if await state.broker_answers(service.name) else "down"}

    @router.get("/causes", response_model=Causes, responses=problems(401, 403, 503))
    async def read_causes() -> dict[str, Any]:
        """Open dead letters by cause, the most frequent first."""
        async with worker_session() as session:
            return {"items": await state.causes(session)}

    @router.get("/dead-letters", response_model=Page[LetterRead], responses=problems(401, 403, 422, 503))
    async def list_dead_letters(*, page: PageDep, cause: Text = None, type: Text = None) -> Page[Any]:  # noqa: A002
        """Open dead letters in the order in which they died."""
        return await _letters("dead", page, cause, type)

    @router.get("/dead-letters/{id}", response_model=LetterDetail, responses=problems(401, 403, 404, 503))
    async def read_dead_letter(id: UUID, caller: CallerDep) -> dict[str, Any]:  # noqa: A002
        """One dead letter with its original bytes; that it was read is audited."""
        return await _letter("dead", id, caller)

    @router.get("/parked-events", response_model=Page[LetterRead], responses=problems(401, 403, 422, 503))
    async def list_parked_events(*, page: PageDep, reason: Text = None, type: Text = None) -> Page[Any]:  # noqa: A002
        """Events that wait for something, in the order in which they came."""
        return await _letters("parked", page, reason, type)

    @router.get("/parked-events/{id}", response_model=LetterDetail, responses=problems(401, 403, 404, 503))
    async def read_parked_event(id: UUID, caller: CallerDep) -> dict[str, Any]:  # noqa: A002
        """One parked event with its original bytes; that it was read is audited."""
        return await _letter("parked", id, caller)

    @router.post("/replays", status_code=201, response_model=ReplayRead, responses=problems(401, 403, 404, 422, 503))
    async def create_replay(body: ReplayCreate, caller: CallerDep, session: SessionDep) -> ReplayRead:
        """Hand one dead letter, or all of a cause, to the consumer again. What had its effect already has it once."""
        async with worker_session() as worker:  # only the worker touches what was heard
            closed = await close_letters(worker, "replayed", id=body.id, cause=body.cause, type=body.type)
            if not closed:
                raise NotFound()
            await record_audits(worker, caller, "replay", "dead_letter", [(one.id, None, {"type": one.type, "cause": one.cause}) for one in closed])
        return ReplayRead(handed=len(closed))

    @router.get("/jobs", response_model=Jobs, responses=problems(401, 403, 503))
    async def read_jobs() -> dict[str, Any]:
        """Replays, imports, consumers that catch up or rebuild, a broker that is told everything again."""
        async with worker_session() as session:
            return {"items": await state.jobs(session)}

    @router.get("/versions", response_model=VersionsRead, responses=problems(401, 403, 503))
    async def read_versions() -> VersionsRead:
        """The code, the schema, the life of the database and the rule packs of this service."""
        async with worker_session() as session:
            applied, incarnation, since = await state.database_version(session)
        return VersionsRead(
            version=code.version,
            revision=code.revision,
            schema_revision=applied,
            schema_expected=expected_schema(service.name),
            incarnation=incarnation,
            incarnation_since=since,
            packs=[
                PackRead(
                    id=pack.id,
                    jurisdiction=pack.jurisdiction,
                    valid_from=pack.valid_from,
                    valid_to=pack.valid_to,
                    rules=len(pack.rules),
                    to_confirm=sum(rule.confidence == "to_confirm" for rule in pack.rules.values()),
                )
                for pack in _packs_of(service).packs
            ],
        )

    return router


async def _letters(standing: Standing, page: Any, cause: str | None, type: str | None) -> Page[Any]:  # noqa: A002
    try:
        after = int(page.cursor or 0)
    except ValueError as error:
        raise Malformed.field("cursor", _("This cursor is not one that a list gave.")) from error
    async with worker_session() as session:
        found = await state.letters(session, standing, cause=cause, type=type, after=after, limit=page.limit + 1)
    shown = found[: page.limit]
    return Page(items=[_shown(standing, one) for one in shown], next=str(shown[-1]["seq"]) if len(found) > page.limit else None)


async def _letter(standing: Standing, id: UUID, caller: CallerDep) -> dict[str, Any]:  # noqa: A002
    async with worker_session() as session:
        found = await state.letter(session, standing, id)
        if found is None:
            raise NotFound()
        await record_audit(session, caller, "read", "dead_letter" if standing == "dead" else "parked_event", id)
    return _shown(standing, found)


def _shown(standing: Standing, found: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    parts = (found["traceparent"] or "").split("-")
    return dict(found) | {"state": standing, "trace_id": parts[1] if len(parts) == 4 else None}


def _packs_of(service: "Service") -> RulePacks:
    packs: RulePacks = importlib.import_module(f"{service.package}.rules").PACKS
    return packs
