"""Holds over HTTP: asked by whatever takes a person away, answered at once."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import exists

from services.registry.holds.models import Hold, HoldPeriod, State
from services.registry.holds.permissions import can_plan, can_see_plans
from services.registry.holds.queries import holds_visible_to
from services.registry.holds.schemas import Answer, BatchItem, HoldAnswers, HoldBatch, HoldCreate, HoldRead
from services.registry.holds.use_cases import Ask, take_hold, take_holds
from services.registry.periods import period
from shared.auth import CallerDep, allows
from shared.db import SessionDep
from shared.errors import Malformed, Problem, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.references import hash_of

router = Router(prefix="/holds", tags=["availability"])


@router.post("", status_code=201, response_model=HoldRead, dependencies=[allows(can_plan)], responses=problems(403, 404, 409, 422))
async def create_hold(body: HoldCreate, caller: CallerDep, session: SessionDep) -> HoldRead:
    """Hold a person for some days; refused with the days in conflict, the nearest free ones, and what could move."""
    if body.override_reason is not None and body.asked_by is None:
        raise Malformed.field("asked_by", _("Say which account asked: another person than the one who asked grants an override."))
    hold = await take_hold(session, caller=caller, ask=_ask(body.kind, body.source_service, body.asked_by, body, body.override_reason))
    return HoldRead.seen_by(caller, hold)


@router.post("/batch", status_code=200, response_model=HoldAnswers, dependencies=[allows(can_plan)], responses=problems(403, 409, 422))
async def create_holds(body: HoldBatch, caller: CallerDep, session: SessionDep) -> HoldAnswers:
    """The same for at most 200 people: one refusal stops no other."""
    answers = await take_holds(session, caller=caller, asks=[_ask(body.kind, body.source_service, body.asked_by, item) for item in body.items])
    return HoldAnswers(
        items=[
            Answer(
                source_id=item.source_id,
                person_id=item.person_id,
                hold=None if isinstance(answer, Problem) else HoldRead.seen_by(caller, answer),
                problem=answer.as_json() if isinstance(answer, Problem) else None,
            )
            for item, answer in zip(body.items, answers, strict=True)
        ]
    )


def _ask(kind: str, source_service: str, asked_by: str | None, wanted: HoldCreate | BatchItem, override_reason: str | None = None) -> Ask:
    spans = [(days.starts_on, days.ends_on) for days in wanted.periods]
    known = hash_of(wanted)
    return Ask(kind, source_service, wanted.source_id, wanted.person_id, spans, known, override_reason=override_reason, asked_by=asked_by)  # type: ignore[arg-type]  # the body names the kinds


@router.get("", response_model=Page[HoldRead], dependencies=[allows(can_see_plans)], responses=problems(403, 422))
async def list_holds(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    person: UUID | None = None,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    state: State | None = None,
    source: Annotated[UUID | None, Query(description="The thing that took the hold.")] = None,
    first: Annotated[date | None, Query(alias="from", description="Only those with a held day from this one on.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Only those with a held day up to this one.")] = None,
    overridden: Annotated[bool | None, Query(description="Only those for which a minimum or a cap was broken (SEC-06).")] = None,
) -> Page[HoldRead]:
    """Holds on the days of people, oldest first."""
    wanted = holds_visible_to(caller)
    for column, value in ((Hold.person_id, person), (Hold.facility_code, facility), (Hold.state, state), (Hold.source_id, source)):
        if value is not None:
            wanted = wanted.where(column == value)
    if first is not None or last is not None:
        wanted = wanted.where(exists().where(HoldPeriod.hold_id == Hold.id, HoldPeriod.held, HoldPeriod.days.overlaps(period(first, last))))
    if overridden is not None:
        wanted = wanted.where(Hold.override_reason.is_not(None) if overridden else Hold.override_reason.is_(None))
    found = await keyset_page(session, wanted, keys=[Hold.id], params=page)
    return found.of([HoldRead.seen_by(caller, hold) for hold in found.items])
