"""Continuing education over HTTP: entries and where each person stands."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import select

from services.training.credits.holders import can_read_own, holder_on, own_person
from services.training.credits.models import CreditEntry
from services.training.credits.queries import balances_of, credits_of, credits_visible_to, get_visible_credit
from services.training.credits.schemas import Balance, BatchAnswer, BatchAnswers, CreditCreate, CreditRead, Judgement, PastSessionsCreate
from services.training.credits.use_cases import bring_past_sessions, declare_credit, judge_credit
from services.training.roles import can_read_training, can_send_people
from shared.actions import IfMatch, etag
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.directory import place_on, staff_at, works_of
from shared.errors import NotFound, Problem, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/credits", tags=["continuing education"])


@router.post("", status_code=201, response_model=CreditRead, dependencies=[allows(can_send_people)], responses=problems(401, 403, 409, 422, 503))
async def create_credit(body: CreditCreate, response: Response, caller: CallerDep, session: SessionDep) -> CreditRead:
    """Declare hours of a training elsewhere."""
    entry = await declare_credit(session, caller=caller, body=body)
    etag(response, entry.version)
    return CreditRead.seen_by(caller, entry)


@router.get("", response_model=Page[CreditRead], dependencies=[allows(can_read_training)], responses=problems(401, 403, 422))
async def list_credits(
    *, caller: CallerDep, session: SessionDep, page: PageDep, person: UUID | None = None, facility: str | None = None, state: str | None = None, source: str | None = None
) -> Page[CreditRead]:
    """Entries of one's own people, by the day they were earned; of somebody who works there today, those of another employer too."""
    entry, statement = CreditEntry, credits_visible_to(caller)
    if person is not None and person in await works_of(session, [person], today()):
        entry = credits_of([person])
        statement = select(entry)
    for column, wanted in ((entry.person_id, person), (entry.facility_code, facility), (entry.state, state), (entry.source, source)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[entry.earned_on, entry.id], params=page)
    return found.of([CreditRead.seen_by(caller, entry) for entry in found.items])


@router.get("/own", response_model=Page[CreditRead], dependencies=[allows(can_read_own)], responses=problems(401, 403, 404, 422, 503))
async def list_own_credits(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[CreditRead]:
    """The caller's own hours, wherever they were earned."""
    person_id = await own_person(caller)
    entry = credits_of([person_id])
    found = await keyset_page(session, select(entry), keys=[entry.earned_on, entry.id], params=page)
    return found.of([CreditRead.seen_by(caller, each, own_person=person_id) for each in found.items])


@router.post("/opening-balances", status_code=200, response_model=BatchAnswers, dependencies=[allows(can_send_people)], responses=problems(401, 403, 422))
async def create_opening_balances(body: PastSessionsCreate, caller: CallerDep, session: SessionDep) -> BatchAnswers:
    """Bring trainings of before Relais; each line is answered by itself."""
    answers = await bring_past_sessions(session, caller=caller, body=body)
    items = [
        BatchAnswer(
            reference=item.reference,
            person_id=item.person_id,
            entry=None if isinstance(answer, Problem) else CreditRead.seen_by(caller, answer),
            problem=answer.as_json() if isinstance(answer, Problem) else None,
        )
        for item, answer in zip(body.items, answers, strict=True)
    ]
    refused = sum(item.problem is not None for item in items)
    return BatchAnswers(items=items, kept=len(items) - refused, refused=refused)


@router.get("/balances", response_model=list[Balance], dependencies=[allows(can_read_training)], responses=problems(401, 403, 422))
async def list_balances(
    caller: CallerDep,
    session: SessionDep,
    facility: Annotated[str, Query(max_length=60, description="Everybody who works there on the day.")],
    standing: Annotated[str | None, Query(description="on_track, behind or at_risk")] = None,
    as_of: date | None = None,
) -> list[Balance]:
    """Where the staff of a facility stand: those at risk first."""
    day = as_of or today()
    await place_on(session, facility, day, field="facility")
    balances = await balances_of(session, await staff_at(session, facility, day), day)
    order = {"at_risk": 0, "behind": 1, "on_track": 2}
    return sorted((balance for balance in balances if standing in (None, balance.standing)), key=lambda balance: (order[balance.standing], balance.earned, balance.person_id))


@router.get("/balances/own", response_model=Balance, dependencies=[allows(can_read_own)], responses=problems(401, 403, 404, 422, 503))
async def read_own_balance(caller: CallerDep, session: SessionDep, as_of: date | None = None) -> Balance:
    """Where the caller stands on a day."""
    day = as_of or today()
    return (await balances_of(session, [await holder_on(session, await own_person(caller), day)], day))[0]


@router.get("/balances/{person_id}", response_model=Balance, dependencies=[allows(can_read_training)], responses=problems(401, 403, 404, 422))
async def read_balance(person_id: UUID, caller: CallerDep, session: SessionDep, as_of: date | None = None) -> Balance:
    """Where one person stands on a day."""
    day = as_of or today()
    works = await works_of(session, [person_id], day)
    if person_id not in works:
        raise NotFound()
    return (await balances_of(session, [works[person_id]], day))[0]


@router.get("/{credit_entry_id}", response_model=CreditRead, dependencies=[allows(can_read_training)], responses=problems(401, 403, 404))
async def read_credit(credit_entry_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> CreditRead:
    """One entry."""
    entry = await get_visible_credit(session, caller, credit_entry_id)
    etag(response, entry.version)
    return CreditRead.seen_by(caller, entry)


@router.post(
    "/{credit_entry_id}/verification", status_code=201, response_model=CreditRead, dependencies=[allows(can_send_people)], responses=problems(401, 403, 404, 409, 412, 422)
)
async def create_verification(credit_entry_id: UUID, body: Judgement, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> CreditRead:
    """Verify or refuse declared hours; another person than the declarer (SEC-02)."""
    entry = await judge_credit(session, caller=caller, entry_id=credit_entry_id, body=body, if_match=if_match)
    etag(response, entry.version)
    return CreditRead.seen_by(caller, entry)
