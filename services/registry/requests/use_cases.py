"""Asking, following up, deciding; the clock of the procedure's legal delay rests while documents are missing."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.attestations.issuing import issue
from services.registry.directory import get_place
from services.registry.dues.events import DueChanged
from services.registry.holds.queries import homes_of
from services.registry.persons.own import own_person
from services.registry.persons.queries import get_visible_person
from services.registry.procedures.catalogue import ONE_DAY, Procedure, procedure_on, procedures_of
from services.registry.requests.events import RequestChanged
from services.registry.requests.models import OPEN, REQUEST, SUBMITTED, WAITING, Channel, Request, RequestAct, RequestFile
from services.registry.requests.permissions import NOT_YOURS, can_answer, can_decide
from services.registry.requests.schemas import Because, RequestCreate, RequestReceived, Step
from services.registry.rules import PACKS
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on, now, today
from shared.dues import due_id
from shared.errors import Forbidden, Malformed, NotFound, Refused
from shared.events import record_event
from shared.files import StoredFile
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of
from shared.visibility import visible_to

MOST_FILES = 20


def requests_visible_to(caller: Caller) -> Select[tuple[Request]]:
    return select(Request).where(visible_to(caller, Request))


def procedure_of(request: Request) -> Procedure:
    """As the pack says it under which it was asked (RP-01)."""
    return procedures_of(PACKS.pinned(request.rule_pack))[request.procedure]


async def get_visible_request(session: AsyncSession, caller: Caller, request_id: UUID, *, lock: bool = False) -> Request:
    """One request at a facility of the caller. Raises NotFound."""
    return await _one(session, requests_visible_to(caller).where(Request.id == request_id), lock)


async def get_own_request(session: AsyncSession, caller: Caller, request_id: UUID, *, lock: bool = False) -> Request:
    """One of the caller's own. Raises NotFound."""
    return await _one(session, select(Request).where(Request.id == request_id, Request.person_id == await own_person(session, caller)), lock)


async def _one(session: AsyncSession, statement: Select[tuple[Request]], lock: bool) -> Request:
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def submit_request(session: AsyncSession, *, caller: Caller, body: RequestCreate) -> Request:
    """Whoever is linked to a person asks for themselves; the delay begins, and the facility of their main work must answer."""
    person_id, day = await own_person(session, caller), today()
    home = (await homes_of(session, [person_id], day, day)).get(person_id)
    if home is None:
        raise Refused("works-nowhere", _("The register knows of no work of this person on {day}."), possible=_("Ask HR of your facility."), day=day.isoformat())
    facility_code, path, _paths = home
    return await _submit(session, caller, body, person_id=person_id, facility_code=facility_code, path=path, day=day, channel="online")


async def receive_request(session: AsyncSession, *, caller: Caller, body: RequestReceived) -> Request:
    """What came on paper is entered for the person; the delay runs from the day on which it came, and another person decides."""
    day = judge_done_on(caller, body.done_on)
    try:
        await get_visible_person(session, caller, body.person_id)
    except NotFound as error:
        raise Malformed.field("person_id", _("There is no such person that you may see.")) from error
    place = await get_place(session, body.facility_code, day)
    if not caller.manages(place.authority_path):
        raise Forbidden(NOT_YOURS)
    if known := await by_reference(session, Request, authority_path=place.authority_path, body=body, reference=body.reference):
        return known
    return await _submit(session, caller, body, person_id=body.person_id, facility_code=place.code, path=place.authority_path, day=day, channel="counter")


async def _submit(
    session: AsyncSession, caller: Caller, body: RequestCreate | RequestReceived, *, person_id: UUID, facility_code: str, path: str, day: date, channel: Channel
) -> Request:
    procedure, pack = procedure_on(body.procedure, facility_code, day)
    request = Request(
        id=uuid7(),
        reference=getattr(body, "reference", None),
        content_hash=hash_of(body),
        authority_path=path,
        shared_with=[],
        state=SUBMITTED,
        person_id=person_id,
        facility_code=facility_code,
        procedure=procedure.code,
        rule_pack=pack.id,
        note=body.note,
        asked_by=caller.actor,
        asked_on=day,
        due_on=procedure.due_on(pack.jurisdiction, day),
        channel=channel,
        by_silence=False,
        version=1,
        acts=[],
        files=[],
    )
    session.add(request)
    await session.flush()
    return await _done(session, caller, request, "submitted", day, comment=None)


async def add_file(session: AsyncSession, *, caller: Caller, request_id: UUID, type_: str, file: StoredFile) -> Request:
    """A document that the procedure asks for, from a phone. Documents that were missing are said to be there by “supply”."""
    request = await get_own_request(session, caller, request_id, lock=True)
    if request.state not in OPEN:
        REQUEST.after("withdraw", request.state)
    if len(request.files) >= MOST_FILES:
        raise Refused("too-many-files", _("A request holds {most} files at most."), possible=_("Put several pages into one file."), most=MOST_FILES)
    request.files.append(
        RequestFile(
            id=uuid7(),
            request_id=request.id,
            person_id=request.person_id,
            authority_path=request.authority_path,
            shared_with=request.shared_with,
            type=type_,
            sha256=file.sha256,
            size=file.size,
            kind=file.kind,
            added_by=caller.actor,
            added_on=today(),
        )
    )
    request.version += 1
    return await _done(session, caller, request, "document_added", today(), comment=None)


async def supply(session: AsyncSession, *, caller: Caller, request_id: UUID, body: Step) -> Request:
    """Whoever asked says that what was missing is there: the clock goes on with the days that were left."""
    return await _supplied(session, caller, await get_own_request(session, caller, request_id, lock=True), body, today())


async def take_documents(session: AsyncSession, *, caller: Caller, request_id: UUID, body: Step) -> Request:
    """What was missing was brought to the counter: the clock goes on with the days that were left."""
    request, day = await _to_answer(session, caller, request_id, body.done_on)
    return await _supplied(session, caller, request, body, day)


async def _supplied(session: AsyncSession, caller: Caller, request: Request, body: Step, day: date) -> Request:
    left = request.days_left or 0
    request.move("supply", REQUEST)
    request.due_on, request.days_left = procedure_of(request).due_on(_country(request), day, left), None
    return await _done(session, caller, request, "supplied", day, comment=body.comment)


async def withdraw(session: AsyncSession, *, caller: Caller, request_id: UUID, body: Step) -> Request:
    """Whoever asked takes it back."""
    request = await get_own_request(session, caller, request_id, lock=True)
    request.move("withdraw", REQUEST)
    request.days_left = None
    return await _done(session, caller, request, "withdrawn", today(), comment=body.comment)


async def take_up(session: AsyncSession, *, caller: Caller, request_id: UUID, body: Step) -> Request:
    """Somebody of the facility works on it."""
    request, day = await _to_answer(session, caller, request_id, body.done_on)
    request.move("take_up", REQUEST)
    return await _done(session, caller, request, "taken_up", day, comment=body.comment)


async def ask_documents(session: AsyncSession, *, caller: Caller, request_id: UUID, body: Because) -> Request:
    """Documents are missing: the clock rests until the person says that they are there."""
    request, day = await _to_answer(session, caller, request_id, body.done_on)
    request.move("ask_documents", REQUEST)
    request.days_left = procedure_of(request).days_left(_country(request), day, request.due_on)
    return await _done(session, caller, request, "documents_asked", day, comment=body.comment)


async def accept(session: AsyncSession, *, caller: Caller, request_id: UUID, body: Step) -> Request:
    """The request is granted; where the procedure gives an attestation, it is issued in the same act."""
    request, day = await _to_answer(session, caller, request_id, body.done_on)
    procedure = procedure_of(request)
    require(can_decide(caller, request, procedure))
    REQUEST.after("accept", request.state)
    if procedure.gives is not None:
        person = await get_visible_person(session, caller, request.person_id)
        kind: Any = procedure.gives
        given = await issue(session, caller=caller, person=person, facility_code=request.facility_code, authority_path=request.authority_path, kind=kind, day=day)
        request.attestation_id = given.id
    request.decided_by, request.decided_on, request.reason = caller.actor, day, body.comment
    request.move("accept", REQUEST)
    return await _done(session, caller, request, "accepted", day, comment=body.comment)


async def refuse(session: AsyncSession, *, caller: Caller, request_id: UUID, body: Because) -> Request:
    """The request is refused, and the person reads why."""
    request, day = await _to_answer(session, caller, request_id, body.done_on)
    require(can_decide(caller, request, procedure_of(request)))
    request.move("refuse", REQUEST)
    request.days_left = None
    request.decided_by, request.decided_on, request.reason = caller.actor, day, body.comment
    return await _done(session, caller, request, "refused", day, comment=body.comment)


async def _to_answer(session: AsyncSession, caller: Caller, request_id: UUID, done_on: date | None) -> tuple[Request, date]:
    request = await get_visible_request(session, caller, request_id, lock=True)
    require(can_answer(caller, request))
    return request, judge_done_on(caller, done_on)


async def accepted_by_silence(session: AsyncSession, request: Request, *, by: str) -> Request:
    """Nobody answered within the delay, and the law takes silence for a yes from the day after it."""
    request.move("accept_by_silence", REQUEST)
    day = request.due_on + ONE_DAY
    request.by_silence, request.decided_by, request.decided_on = True, by, day
    return await _done(session, by, request, "accepted_by_silence", day, comment=None)


def _country(request: Request) -> str:
    return PACKS.pinned(request.rule_pack).jurisdiction


async def _done(session: AsyncSession, caller: Caller | str, request: Request, act: str, day: date, *, comment: str | None) -> Request:
    """Keep the step, tell what falls due, and leave a record."""
    request.acts.append(
        RequestAct(
            id=uuid7(),
            request_id=request.id,
            person_id=request.person_id,
            authority_path=request.authority_path,
            shared_with=request.shared_with,
            act=act,
            day=day,
            comment=comment,
            done_by=caller if isinstance(caller, str) else caller.actor,
            recorded_at=now(),
        )
    )
    await session.flush()
    _tell_due(session, request)
    record_event(session, RequestChanged.about(request))
    await record_audit(
        session, caller, f"request.{act}", "request", request.id, after={"state": request.state, "due_on": request.due_on, "days_left": request.days_left}, done_on=day
    )
    return request


def _tell_due(session: AsyncSession, request: Request) -> None:
    """Whoever decides has it on their work-list until it is decided; what waits for the person is off it."""
    state: Any = "open" if request.state in OPEN and request.state != WAITING else "dropped" if request.state == WAITING else "done"
    record_event(
        session,
        DueChanged(
            id=due_id("request_due", request.id),
            kind="request_due",
            subject_id=request.id,
            path=f"/requests/{request.id}",
            authority_path=request.authority_path,
            shared_with=request.shared_with,
            facility_code=request.facility_code,
            person_id=request.person_id,
            due_on=request.due_on,
            warn_on=request.asked_on,
            responsible=procedure_of(request).decides,
            state=state,
            facts={"procedure": request.procedure},
        ),
    )
