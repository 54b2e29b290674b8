"""Looking before leaping: the acts are done, what they touch is read, and everything is taken back."""

import asyncio
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.reorganisations.permissions import can_reorganise
from services.registry.reorganisations.queries import get_visible_reorganisation, touched_by
from services.registry.reorganisations.schemas import Elsewhere, Preview, Stopped, Touched
from services.registry.reorganisations.use_cases import ActRefused, carry_out
from shared.auth import Caller, require
from shared.clients import ask
from shared.clock import now
from shared.errors import Problem, problem_of_database_error
from shared.i18n import translate

MOST_FACILITIES = 20
PAGE = 200
# What the other services hold about a facility, as their own lists say it.
QUESTIONS = (
    ("appointment", "mandate", "/api/v1/appointment/mandates?facility={code}"),
    ("appointment", "case", "/api/v1/appointment/cases?facility={code}"),
    ("rotation", "mission-from", "/api/v1/rotation/missions?source={code}"),
    ("rotation", "mission-to", "/api/v1/rotation/missions?destination={code}"),
    ("rotation", "agreement-giver", "/api/v1/rotation/agreements?giver={code}"),
    ("rotation", "agreement-receiver", "/api/v1/rotation/agreements?receiver={code}"),
    ("training", "enrolment", "/api/v1/training/enrolments?facility={code}"),
    ("recruitment", "need", "/api/v1/recruitment/needs?facility={code}"),
    ("recruitment", "hire", "/api/v1/recruitment/hires?facility={code}"),
)


class TakenBack(Exception):
    """Ends the trial: nothing of it stays."""


async def preview(session: AsyncSession, *, caller: Caller, reorganisation_id: UUID) -> Preview:
    """What applying a draft would touch, here and elsewhere, or the act that stops it."""
    one = await get_visible_reorganisation(session, caller, reorganisation_id, for_update=True)
    require(can_reorganise(caller))
    touched: list[Touched] = []
    stopped: Stopped | None = None
    at = now()
    try:
        async with session.begin_nested():
            await carry_out(session, caller, one, at)
            touched = await touched_by(session, caller, one.id)
            await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            raise TakenBack
    except TakenBack:
        pass
    except ActRefused as refused:
        stopped = stopped_by(refused.act, refused.__cause__)
    except DBAPIError as refused:
        stopped = stopped_by(None, refused)
    session.expire_all()
    codes = sorted({thing.code for group in touched if group.kind in ("facility-link",) for thing in group.items if thing.code} | places_of(touched))
    return Preview(touched=touched, elsewhere=await asked_elsewhere(caller, codes[:MOST_FACILITIES]), stopped=stopped)


def places_of(touched: list[Touched]) -> set[str]:
    """The facilities that lose posts or people."""
    return {thing.before.split(" · ")[0] for group in touched if group.kind in ("post", "assignment", "employment") for thing in group.items if thing.before}


def stopped_by(act: int | None, cause: BaseException | None) -> Stopped:
    problem = cause if isinstance(cause, Problem) else problem_of_database_error(cause) if cause else None
    if problem is None:
        assert cause is not None
        raise cause
    possible = translate(problem.possible, **problem.values) if problem.possible else None
    return Stopped(act=act, type=problem.slug, detail=translate(problem.detail, **problem.values), possible=possible)


async def asked_elsewhere(caller: Caller, codes: list[str]) -> list[Elsewhere]:
    """Each service is asked as the caller; one that is away, or that tells this caller nothing, stays unknown."""
    questions = [(service, kind, code, path.format(code=code)) for code in codes for service, kind, path in QUESTIONS]
    answers = await asyncio.gather(*(counted(caller, path) for *_names, path in questions))
    found = [
        Elsewhere(service=service, kind=kind, facility_code=code, count=count, more=more) for (service, kind, code, _path), (count, more) in zip(questions, answers, strict=True)
    ]
    return [one for one in found if one.count != 0]


async def counted(caller: Caller, path: str) -> tuple[int | None, bool]:
    try:
        answer = await ask(caller, "GET", f"{path}&limit={PAGE}")
    except Problem:
        return None, False
    return (len(answer["items"]), answer.get("next") is not None) if answer else (None, False)
