"""Missions over HTTP."""

from collections.abc import Awaitable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from services.rotation.fields import Code
from services.rotation.missions import use_cases
from services.rotation.missions.fairness import LOT, gini, shown
from services.rotation.missions.guards import is_exempt
from services.rotation.missions.models import Mission
from services.rotation.missions.permissions import can_propose_missions, can_read_missions
from services.rotation.missions.queries import get_visible_mission, missions_visible_to, turns_at
from services.rotation.missions.schemas import (
    Act,
    Because,
    DaysNotDone,
    DestinationAgreement,
    Evaluation,
    Extension,
    FollowUpDone,
    MissionCreate,
    MissionRead,
    ReportCreate,
    SourceAgreement,
    TurnRead,
    TurnsRead,
    WorkerAnswer,
)
from services.rotation.rules import pack_of
from shared.actions import IfMatch, etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/missions", tags=["missions"])
ACT: dict[str, Any] = {"status_code": 201, "response_model": MissionRead, "dependencies": [allows(can_read_missions)], "responses": problems(401, 403, 404, 409, 412, 422, 503)}
Sort = Annotated[
    Literal["from", "-from", "to", "-to", "source", "-source", "destination", "-destination", "state", "-state"], Query(description="The order; from its end with a minus.")
]
SORTS: dict[str, list[Any]] = {
    "from": [Mission.starts_on],
    "to": [Mission.ends_on],
    "source": [Mission.giver_code, Mission.starts_on],
    "destination": [Mission.receiver_code, Mission.starts_on],
    "state": [Mission.state, Mission.starts_on],
}


async def _read(response: Response, caller: Caller, acted: Awaitable[Mission]) -> MissionRead:
    mission = await acted
    etag(response, mission.version)
    return MissionRead.seen_by(caller, mission)


@router.post("", status_code=201, response_model=MissionRead, dependencies=[allows(can_propose_missions)], responses=problems(401, 403, 409, 422, 503))
async def create_mission(body: MissionCreate, response: Response, caller: CallerDep, session: SessionDep) -> MissionRead:
    """Propose somebody for a mission: rules are judged and the registry holds the days, or says which are in conflict."""
    return await _read(response, caller, use_cases.propose_mission(session, caller=caller, body=body))


@router.get("", response_model=Page[MissionRead], dependencies=[allows(can_read_missions)], responses=problems(401, 403, 422))
async def list_missions(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    source: str | None = None,
    destination: str | None = None,
    person: UUID | None = None,
    request: UUID | None = None,
    agreement: UUID | None = None,
    state: str | None = None,
    technique: str | None = None,
    reference: str | None = None,
    on: date | None = None,
    sort: Sort = "from",
) -> Page[MissionRead]:
    """Missions of the facilities one acts for, by first day; `on` keeps those whose period covers a day."""
    statement = missions_visible_to(caller)
    for column, wanted in (
        (Mission.giver_code, source),
        (Mission.receiver_code, destination),
        (Mission.person_id, person),
        (Mission.request_id, request),
        (Mission.agreement_id, agreement),
        (Mission.state, state),
        (Mission.technique, technique),
        (Mission.reference, reference),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if on:
        statement = statement.where(Mission.starts_on <= on, Mission.ends_on >= on)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Mission.id), params=page)
    return found.of([MissionRead.seen_by(caller, mission) for mission in found.items])


@router.get("/turns", response_model=TurnsRead, dependencies=[allows(can_propose_missions)], responses=problems(401, 403, 409, 422))
async def read_turns(*, caller: CallerDep, session: SessionDep, facility: Code, specialty: str | None = None, as_of: date | None = None, seed: str | None = None) -> TurnsRead:
    """Who is asked next at a facility: the lowest burden first, then the longest wait, then a lot drawn from the seed."""
    day = as_of or today()
    pack = pack_of(facility, day)
    drawn = seed or f"{facility} {specialty or ''} {day.isoformat()}"
    turns = await turns_at(session, caller, facility, specialty, day, drawn)
    uneven = gini([ranked.days for ranked, _work in turns])
    return TurnsRead(
        items=[
            TurnRead(
                person_id=ranked.person_id,
                occupation_code=work.occupation_code,
                specialty=work.specialty,
                days=ranked.days,
                eligible_years=shown(ranked.eligible_years),
                burden=shown(ranked.burden),
                last_day=ranked.last_day,
                exempt=is_exempt(work, day, pack),
                lot=ranked.lot,
            )
            for ranked, work in turns
        ],
        seed=drawn,
        algorithm=LOT,
        gini=shown(uneven) if uneven is not None else None,
        rule=pack.rule("ROT-05").as_json(),
    )


@router.get("/{mission_id}", response_model=MissionRead, dependencies=[allows(can_read_missions)], responses=problems(401, 403, 404))
async def read_mission(mission_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> MissionRead:
    """One mission with its reports and follow-ups."""
    return await _read(response, caller, get_visible_mission(session, caller, mission_id))


@router.post("/{mission_id}/source-agreement", **ACT)
async def create_source_agreement(mission_id: UUID, body: SourceAgreement, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """The source lets its person go, or refuses; another person than the proposer."""
    return await _read(response, caller, use_cases.agree_source(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/worker-answer", **ACT)
async def create_worker_answer(mission_id: UUID, body: WorkerAnswer, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Record what the worker answers."""
    return await _read(response, caller, use_cases.answer_for_worker(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/destination-agreement", **ACT)
async def create_destination_agreement(
    mission_id: UUID, body: DestinationAgreement, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> MissionRead:
    """The destination receives the person: the register of decisions is asked for the order."""
    return await _read(response, caller, use_cases.agree_destination(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/cancellation", **ACT)
async def create_cancellation(mission_id: UUID, body: Because, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Give a mission up before its order is signed; the days are free again."""
    return await _read(response, caller, use_cases.cancel_before_order(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/departure", **ACT)
async def create_departure(mission_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """The person has left."""
    return await _read(response, caller, use_cases.depart(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/extension", **ACT)
async def create_extension(mission_id: UUID, body: Extension, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Make a mission longer, within the limits of its programme."""
    return await _read(response, caller, use_cases.extend(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/suspension", **ACT)
async def create_suspension(mission_id: UUID, body: Because, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Stop a mission for a while."""
    return await _read(response, caller, use_cases.suspend(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/resumption", **ACT)
async def create_resumption(mission_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Go on with a suspended mission."""
    return await _read(response, caller, use_cases.resume(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/days-not-done", **ACT)
async def create_days_not_done(mission_id: UUID, body: DaysNotDone, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Take planned days that were not done off the counter."""
    return await _read(response, caller, use_cases.strike_days(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/recall", **ACT)
async def create_recall(mission_id: UUID, body: Because, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """The source calls its person back."""
    return await _read(response, caller, use_cases.recall(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/end", **ACT)
async def create_end(mission_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """The last day was done."""
    return await _read(response, caller, use_cases.end(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/reports", **ACT)
async def create_report(mission_id: UUID, body: ReportCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Report for one side."""
    return await _read(response, caller, use_cases.write_report(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/evaluation", **ACT)
async def create_evaluation(mission_id: UUID, body: Evaluation, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Say whether the objectives were met."""
    return await _read(response, caller, use_cases.evaluate(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/closure", **ACT)
async def create_closure(mission_id: UUID, body: Act, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Close a mission: the follow-ups are planned."""
    return await _read(response, caller, use_cases.close(session, caller=caller, mission_id=mission_id, body=body, if_match=if_match))


@router.post("/{mission_id}/follow-ups/{months}", **ACT)
async def create_follow_up(mission_id: UUID, months: int, body: FollowUpDone, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> MissionRead:
    """Say what is left some months later."""
    return await _read(response, caller, use_cases.follow_up(session, caller=caller, mission_id=mission_id, months=months, body=body, if_match=if_match))
