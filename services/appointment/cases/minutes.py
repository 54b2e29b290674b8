"""The minutes of a meeting: one signed PDF for each, kept as it is and read by those who conduct or supervise the procedure."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.cases.models import Case, Vote
from services.appointment.cases.permissions import can_read_minutes, can_record_votes, can_work_on_cases, reads_minutes
from services.appointment.cases.queries import get_visible_case
from shared.audit import record_audit
from shared.auth import Caller, CallerDep, allows, require
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, Refused, problems
from shared.files import StoredFile, store
from shared.i18n import _
from shared.idempotency import Router
from shared.imports.wizard import chunks_of
from shared.rulepacks import Rule

router = Router(prefix="/minutes", tags=["cases"])

PDF = "pdf"
Number = Annotated[int, Path(ge=1, le=10, description="Number of the meeting in the procedure.")]


class MinutesRead(BaseModel):
    """What is kept: its fingerprint, so that a copy can be compared."""

    case_id: UUID
    step: int
    sha256: str


async def get_meeting(session: AsyncSession, caller: Caller, case_id: UUID, number: int, *, lock: bool = False) -> tuple[Case, Vote]:
    """A meeting that was held. Raises NotFound; a classified case holds none."""
    case = await get_visible_case(session, caller, case_id, lock=lock)
    vote = next((each for each in case.votes if each.step == number), None)
    if vote is None:
        raise NotFound()
    return case, vote


async def keep_minutes(session: AsyncSession, *, caller: Caller, case: Case, vote: Vote, file: StoredFile) -> Vote:
    """The secretary keeps the minutes of a meeting, once: what was signed is never replaced. Raises Refused."""
    if vote.minutes_sha256 == file.sha256:
        return vote
    if vote.minutes_sha256 is not None:
        raise Refused(
            "minutes-kept",
            _("The minutes of this meeting are kept already."),
            rule=Rule("APP-MINUTES", 1, "signed minutes for each meeting", "Relais rule book, appointments (minutes are kept as signed)"),
            possible=_("Read the minutes that are kept; a correction is written in the minutes of the next meeting."),
        )
    vote.minutes_sha256 = file.sha256
    case.version += 1
    await session.flush()
    await record_audit(session, caller, "case.minutes_kept", "case", case.id, after={"step": vote.step, "sha256": file.sha256}, done_on=today())
    return vote


@router.post("/{case_id}/{number}", status_code=201, response_model=MinutesRead, dependencies=[allows(can_work_on_cases)], responses=problems(401, 403, 404, 409, 413, 422))
async def create_minutes(case_id: UUID, number: Number, file: UploadFile, caller: CallerDep, session: SessionDep) -> MinutesRead:
    """Keep the signed minutes of a meeting as a PDF of at most 10 MB."""
    case, vote = await get_meeting(session, caller, case_id, number, lock=True)
    require(can_record_votes(caller, case))
    stored = await store(chunks_of(file), file.filename or "", allowed=frozenset({PDF}))
    kept = await keep_minutes(session, caller=caller, case=case, vote=vote, file=stored)
    return MinutesRead(case_id=case.id, step=kept.step, sha256=stored.sha256)


@router.get(
    "/{case_id}/{number}",
    dependencies=[allows(reads_minutes)],
    response_class=Response,
    responses=problems(401, 403, 404, 422) | {200: {"content": {"application/pdf": {}}, "description": "The minutes as they were signed"}},
)
async def read_minutes(case_id: UUID, number: Number, caller: CallerDep, session: SessionDep) -> FileResponse:
    """The minutes of a meeting."""
    case, vote = await get_meeting(session, caller, case_id, number)
    require(can_read_minutes(caller, case))
    if vote.minutes_sha256 is None:
        raise NotFound()
    kept = StoredFile(vote.minutes_sha256, 0, PDF).path
    if not kept.is_file():  # noqa: ASYNC240 - one look at a local disk
        raise NotFound()
    return FileResponse(kept, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="minutes-{case.id}-{number}.pdf"'})
