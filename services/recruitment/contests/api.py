"""Contests over HTTP: the contest and its acts, and the applications."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.recruitment.applications.receiving import FILE, answer_of
from services.recruitment.applications.schemas import LinkRenewal
from services.recruitment.contests import schemas
from services.recruitment.contests.applying import answer_appeal, decide_admissibility, lodge_appeal, register_application, withdraw_application
from services.recruitment.contests.by_form import renew_link
from services.recruitment.contests.calling import call_selected
from services.recruitment.contests.letter import Kind, letter_to
from services.recruitment.contests.models import Application, Contest, Result
from services.recruitment.contests.permissions import can_draft_contests, can_mark_scripts, can_read_applications, can_read_contests, can_register_applications, not_in_the_jury
from services.recruitment.contests.queries import (
    applications_by_state,
    applications_visible_to,
    contests_visible_to,
    get_visible_application,
    get_visible_contest,
    get_visible_document,
    results_of,
)
from services.recruitment.contests.use_cases import (
    announce_results,
    close_marks,
    declare_conflict,
    deliberate,
    draft_contest,
    enter_marks,
    give_numbers,
    lift_anonymity,
    name_member,
    post_list,
    publish_contest,
    replayed,
    scripts_to_mark,
)
from shared.actions import IfMatch, etag
from shared.audit import record_reads
from shared.auth import Caller, CallerDep, allows, require
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/contests", tags=["contests"])
applications = Router(prefix="/contest-applications", tags=["contests"])
READ = [allows(can_read_contests)]
ACT = problems(401, 403, 404, 409, 412, 422)


async def _read(session: SessionDep, response: Response, caller: Caller, contest: Contest) -> schemas.ContestRead:
    etag(response, contest.version)
    return schemas.ContestRead.seen_by(caller, contest, await applications_by_state(session, contest.id))


def _read_application(response: Response, caller: Caller, application: Application) -> schemas.ApplicationRead:
    etag(response, application.version)
    return schemas.ApplicationRead.seen_by(caller, application)


@router.post("", status_code=201, response_model=schemas.ContestRead, dependencies=[allows(can_draft_contests)], responses=problems(401, 403, 409, 422))
async def create_contest(body: schemas.ContestCreate, response: Response, caller: CallerDep, session: SessionDep) -> schemas.ContestRead:
    """Draft a contest for the posts of validated needs, with its papers and calendar."""
    return await _read(session, response, caller, await draft_contest(session, caller=caller, body=body))


@router.get("", response_model=Page[schemas.ContestRead], dependencies=READ, responses=problems(401, 403, 422))
async def list_contests(*, caller: CallerDep, session: SessionDep, page: PageDep, state: str | None = None) -> Page[schemas.ContestRead]:
    """Contests of one's authorities, and the published ones of those above, by the day of the session."""
    statement = contests_visible_to(caller)
    if state:
        statement = statement.where(Contest.state == state)
    found = await keyset_page(session, statement, keys=[Contest.exam_on, Contest.id], params=page)
    return found.of([schemas.ContestRead.seen_by(caller, contest, await applications_by_state(session, contest.id)) for contest in found.items])


@router.get("/{contest_id}", response_model=schemas.ContestRead, dependencies=READ, responses=problems(401, 403, 404))
async def read_contest(contest_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> schemas.ContestRead:
    """One contest with every rule that decides something in it."""
    return await _read(session, response, caller, await get_visible_contest(session, caller, contest_id))


@router.post("/{contest_id}/members", status_code=201, response_model=schemas.ContestRead, dependencies=READ, responses=ACT)
async def create_member(contest_id: UUID, body: schemas.MemberCreate, response: Response, caller: CallerDep, session: SessionDep) -> schemas.ContestRead:
    """Name an account into the jury."""
    return await _read(session, response, caller, await name_member(session, caller=caller, contest_id=contest_id, body=body))


@router.post("/{contest_id}/publication", status_code=201, response_model=schemas.ContestRead, dependencies=READ, responses=ACT)
async def create_publication(contest_id: UUID, body: schemas.Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> schemas.ContestRead:
    """Publish the notice."""
    return await _read(session, response, caller, await publish_contest(session, caller=caller, contest_id=contest_id, body=body, if_match=if_match))


@router.post("/{contest_id}/conflicts", status_code=201, response_model=schemas.ContestRead, dependencies=READ, responses=ACT)
async def create_conflict(contest_id: UUID, body: schemas.ConflictCreate, response: Response, caller: CallerDep, session: SessionDep) -> schemas.ContestRead:
    """Record that a member of the jury declared a conflict with a candidate."""
    return await _read(session, response, caller, await declare_conflict(session, caller=caller, contest_id=contest_id, body=body))


@router.post("/{contest_id}/posting", status_code=201, response_model=schemas.ContestRead, dependencies=READ, responses=ACT)
async def create_posting(contest_id: UUID, body: schemas.Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> schemas.ContestRead:
    """Post the list of those admitted to sit."""
    return await _read(session, response, caller, await post_list(session, caller=caller, contest_id=contest_id, body=body, if_match=if_match))


@router.post("/{contest_id}/numbering", status_code=201, response_model=schemas.NumbersRead, dependencies=READ, responses=ACT)
async def create_numbering(contest_id: UUID, body: schemas.Step, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> schemas.NumbersRead:
    """Give the numbers; which is whose is told in this answer alone."""
    return await give_numbers(session, caller=caller, contest_id=contest_id, body=body, if_match=if_match)


@router.get("/{contest_id}/scripts", response_model=schemas.ScriptsRead, dependencies=[allows(can_mark_scripts)], responses=problems(401, 403, 404))
async def read_scripts(contest_id: UUID, caller: CallerDep, session: SessionDep) -> schemas.ScriptsRead:
    """The numbers that a member of the jury marks, with their own marks."""
    return await scripts_to_mark(session, caller=caller, contest_id=contest_id)


@router.post("/{contest_id}/marks", status_code=201, response_model=schemas.MarksRead, dependencies=[allows(can_mark_scripts)], responses=problems(401, 403, 404, 409, 422))
async def create_marks(contest_id: UUID, body: schemas.MarksCreate, caller: CallerDep, session: SessionDep) -> schemas.MarksRead:
    """Enter one's marks for a paper: all of them, or none when one is wrong."""
    return await enter_marks(session, caller=caller, contest_id=contest_id, body=body)


@router.post("/{contest_id}/closing", status_code=201, response_model=schemas.ContestRead, dependencies=READ, responses=ACT)
async def create_closing(contest_id: UUID, body: schemas.Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> schemas.ContestRead:
    """Close the marks, as the chair."""
    return await _read(session, response, caller, await close_marks(session, caller=caller, contest_id=contest_id, body=body, if_match=if_match))


@router.post("/{contest_id}/lifting", status_code=201, response_model=schemas.ContestRead, dependencies=READ, responses=ACT)
async def create_lifting(contest_id: UUID, body: schemas.Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> schemas.ContestRead:
    """Lift the anonymity, as the chair, after the marks are closed."""
    return await _read(session, response, caller, await lift_anonymity(session, caller=caller, contest_id=contest_id, body=body, if_match=if_match))


@router.post("/{contest_id}/deliberation", status_code=201, response_model=schemas.ContestRead, dependencies=READ, responses=ACT)
async def create_deliberation(
    contest_id: UUID, body: schemas.DeliberationCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> schemas.ContestRead:
    """Have the ranking computed, as the chair; what it comes from is kept."""
    return await _read(session, response, caller, await deliberate(session, caller=caller, contest_id=contest_id, body=body, if_match=if_match))


@router.get("/{contest_id}/rankings", response_model=list[schemas.RankingRead], dependencies=READ, responses=problems(401, 403, 404))
async def read_rankings(contest_id: UUID, caller: CallerDep, session: SessionDep) -> list[schemas.RankingRead]:
    """Every ranking with its inputs, computed again now to say whether the same list comes out."""
    contest = await get_visible_contest(session, caller, contest_id)
    return [schemas.RankingRead.of(ranking, reproduced=same) for ranking, same in await replayed(session, contest)]


@router.post("/{contest_id}/results", status_code=201, response_model=schemas.ContestRead, dependencies=READ, responses=ACT)
async def create_results(
    contest_id: UUID, body: schemas.ResultsCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> schemas.ContestRead:
    """Publish the order of merit and the waiting list."""
    return await _read(session, response, caller, await announce_results(session, caller=caller, contest_id=contest_id, body=body, if_match=if_match))


@router.get("/{contest_id}/results", response_model=Page[schemas.ResultRead], dependencies=[allows(can_read_applications)], responses=problems(401, 403, 404, 422))
async def list_results(
    *,
    contest_id: UUID,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    lot: UUID | None = None,
    outcome: Annotated[str | None, Query(description="`selected`, `waiting`, `left`…")] = None,
) -> Page[schemas.ResultRead]:
    """What became of each candidate, in the order of their numbers."""
    contest = await get_visible_contest(session, caller, contest_id)
    statement = results_of(caller, contest.id)
    for column, wanted in ((Result.lot_id, lot), (Result.outcome, outcome)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Result.number, Result.application_id], params=page)
    return found.of([schemas.ResultRead.of(result) for result in found.items])


@router.post("/{contest_id}/offers", status_code=201, response_model=schemas.OffersSent, dependencies=READ, responses=problems(401, 403, 404, 409, 422, 503))
async def create_offers(contest_id: UUID, body: schemas.Step, caller: CallerDep, session: SessionDep) -> schemas.OffersSent:
    """Send an offer to everybody who is called and has none yet."""
    return await call_selected(session, caller=caller, contest_id=contest_id, body=body)


@applications.post("", status_code=201, response_model=schemas.ApplicationRead, dependencies=[allows(can_register_applications)], responses=problems(401, 403, 409, 422, 503))
async def create_application(body: schemas.ApplicationCreate, response: Response, caller: CallerDep, session: SessionDep) -> schemas.ApplicationRead:
    """Register the application of a person known to the registry; the answer lists every criterion."""
    return _read_application(response, caller, await register_application(session, caller=caller, body=body))


@applications.get("", response_model=Page[schemas.ApplicationRead], dependencies=[allows(can_read_applications)], responses=problems(401, 403, 422))
async def list_applications(
    *, caller: CallerDep, session: SessionDep, page: PageDep, contest: UUID | None = None, lot: UUID | None = None, state: str | None = None, person: UUID | None = None
) -> Page[schemas.ApplicationRead]:
    """Applications, oldest first; none of a contest in whose jury one is."""
    statement = applications_visible_to(caller)
    for column, wanted in ((Application.contest_id, contest), (Application.lot_id, lot), (Application.state, state), (Application.person_id, person)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Application.submitted_on, Application.id], params=page)
    return found.of([schemas.ApplicationRead.seen_by(caller, application) for application in found.items])


@applications.get("/{contest_application_id}", response_model=schemas.ApplicationRead, dependencies=[allows(can_read_applications)], responses=problems(401, 403, 404))
async def read_application(contest_application_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> schemas.ApplicationRead:
    """One application with its criteria."""
    return _read_application(response, caller, await get_visible_application(session, caller, contest_application_id))


@applications.get("/files/{application_file_id}", dependencies=[allows(can_read_applications)], response_class=Response, responses=problems(401, 403, 404) | FILE)
async def read_document(application_file_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
    """A document that a candidate handed in with the form; not for the jury. Whoever opens it leaves a record."""
    application, found = await get_visible_document(session, caller, application_file_id)
    require(not_in_the_jury(caller, application.contest))
    answer = answer_of(found)
    await record_reads(session, caller, "contest_application", [(application.id, application.person_id)], fields=["file"])
    return answer


@applications.post("/{contest_application_id}/link", status_code=201, response_model=schemas.ApplicationRead, dependencies=[allows(can_read_applications)], responses=ACT)
async def create_link(contest_application_id: UUID, body: LinkRenewal, response: Response, caller: CallerDep, session: SessionDep) -> schemas.ApplicationRead:
    """Give a candidate who lost their private link a new one; the old one opens nothing any more."""
    return _read_application(response, caller, await renew_link(session, caller=caller, application_id=contest_application_id, body=body))


@applications.get(
    "/{contest_application_id}/letter",
    response_class=Response,
    dependencies=[allows(can_read_applications)],
    responses=problems(401, 403, 404, 409, 422, 503) | {200: {"content": {"application/pdf": {}}, "description": "PDF/A-2b in the language asked"}},
)
async def read_letter(contest_application_id: UUID, caller: CallerDep, session: SessionDep, kind: Kind = "convocation") -> Response:
    """The convocation or the result as a letter to the candidate, in the language of the request."""
    application = await get_visible_application(session, caller, contest_application_id)
    require(not_in_the_jury(caller, application.contest))
    content = await letter_to(session, caller, application, kind)
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{kind}.pdf"', "Cache-Control": "private, no-store"})


@applications.post("/{contest_application_id}/admissibility", status_code=201, response_model=schemas.ApplicationRead, dependencies=[allows(can_read_applications)], responses=ACT)
async def create_admissibility(
    contest_application_id: UUID, body: schemas.Admissibility, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> schemas.ApplicationRead:
    """Decide whether the person is admitted to sit, with reasons."""
    return _read_application(response, caller, await decide_admissibility(session, caller=caller, application_id=contest_application_id, body=body, if_match=if_match))


@applications.post("/{contest_application_id}/appeal", status_code=201, response_model=schemas.ApplicationRead, dependencies=[allows(can_read_applications)], responses=ACT)
async def create_appeal(
    contest_application_id: UUID, body: schemas.Appeal, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> schemas.ApplicationRead:
    """Record the appeal of a person who was not admitted."""
    return _read_application(response, caller, await lodge_appeal(session, caller=caller, application_id=contest_application_id, body=body, if_match=if_match))


@applications.post("/{contest_application_id}/appeal-answer", status_code=201, response_model=schemas.ApplicationRead, dependencies=[allows(can_read_applications)], responses=ACT)
async def create_appeal_answer(
    contest_application_id: UUID, body: schemas.AppealAnswer, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> schemas.ApplicationRead:
    """Answer an appeal, as another person than the one who decided."""
    return _read_application(response, caller, await answer_appeal(session, caller=caller, application_id=contest_application_id, body=body, if_match=if_match))


@applications.post("/{contest_application_id}/withdrawal", status_code=201, response_model=schemas.ApplicationRead, dependencies=[allows(can_read_applications)], responses=ACT)
async def create_withdrawal(
    contest_application_id: UUID, body: schemas.Step, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None
) -> schemas.ApplicationRead:
    """Record that the person withdraws; after the results the next one is called."""
    return _read_application(response, caller, await withdraw_application(session, caller=caller, application_id=contest_application_id, body=body, if_match=if_match))
