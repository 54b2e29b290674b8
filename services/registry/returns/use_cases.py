"""Asking for returns, handing one in, and closing the call."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.directory import get_place
from services.registry.imports.wizard import Import
from services.registry.returns.models import CALL, HANDED_IN, OPEN, Return, ReturnCall
from services.registry.returns.permissions import can_call_returns_of, can_hand_in_at
from services.registry.returns.queries import completeness_of, get_visible_call
from services.registry.returns.schemas import Closing, ReturnCallCreate, ReturnCreate
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.records import by_reference
from shared.references import hash_of
from shared.visibility import visible_to


async def call_returns(session: AsyncSession, *, caller: Caller, body: ReturnCallCreate) -> ReturnCall:
    """An authority asks its facilities for their data of a period, by a day."""
    path = path_of(body.authority)
    require(can_call_returns_of(caller, path))
    done_on = judge_done_on(caller, body.done_on)
    known = await by_reference(session, ReturnCall, authority_path=path, body=body, reference=body.reference)
    if known is not None:
        return known
    call = ReturnCall(
        id=uuid7(),
        authority_path=path,
        shared_with=[],
        content_hash=hash_of(body),
        state=OPEN,
        opened_by=caller.actor,
        opened_on=done_on,
        **body.model_dump(exclude={"done_on"}),
    )
    session.add(call)
    await session.flush()
    await record_audit(session, caller, "return-call.opened", "return-call", call.id, after=body.model_dump(mode="json"), done_on=done_on)
    return call


async def hand_in(session: AsyncSession, *, caller: Caller, call_id: UUID, body: ReturnCreate) -> Return:
    """HR of a facility, or its authority, says that the data of the period are in; how complete they are is counted at that moment."""
    call = await get_visible_call(session, caller, call_id)
    done_on = judge_done_on(caller, body.done_on)
    place = await get_place(session, body.facility_code, call.last_on)
    require(can_hand_in_at(caller, place.authority_path))
    known = await by_reference(session, Return, authority_path=place.authority_path, body=body, reference=body.reference)
    if known is not None:
        return known
    if call.what == "establishment":
        raise Refused("handed-in-by-asking", _("This return is given by asking for a ceiling in the yearly round."), possible=_("Ask for the facility’s ceiling."))
    if not place.authority_path.startswith(call.authority_path + "."):
        raise Malformed.field("facility_code", _("The facility {facility} is not managed by {authority}."), facility=place.code, authority=call.authority)
    CALL.after("hand_in", call.state)
    await _must_be_an_import(session, caller, body.import_id)
    people, complete = await completeness_of(session, place.code, call.last_on)
    given = Return(
        id=uuid7(),
        call_id=call.id,
        authority_path=place.authority_path,
        shared_with=[],
        content_hash=hash_of(body),
        state=HANDED_IN,
        facility_id=place.id,
        facility_code=place.code,
        import_id=body.import_id,
        people=people,
        complete=complete,
        sent_by=caller.actor,
        sent_on=done_on,
        reference=body.reference,
    )
    session.add(given)
    await session.flush()
    await record_audit(session, caller, "return.handed_in", "return", given.id, after=body.model_dump(mode="json") | {"people": people, "complete": complete}, done_on=done_on)
    return given


async def close_call(session: AsyncSession, *, caller: Caller, call_id: UUID, body: Closing) -> ReturnCall:
    """The authority takes no return any more."""
    call = await get_visible_call(session, caller, call_id)
    require(can_call_returns_of(caller, call.authority_path))
    done_on = judge_done_on(caller, body.done_on)
    call = await get_visible_call(session, caller, call_id, lock=True)
    await session.refresh(call)
    call.move("close", CALL)
    await session.flush()
    await record_audit(session, caller, "return-call.closed", "return-call", call.id, after={"state": call.state}, done_on=done_on)
    return call


async def _must_be_an_import(session: AsyncSession, caller: Caller, import_id: UUID | None) -> None:
    """Raises Malformed when the import named is not one that the caller sees, or was never confirmed."""
    if import_id is None:
        return
    state = await session.scalar(select(Import.state).where(Import.id == import_id, visible_to(caller, Import)))
    if state != "confirmed":
        raise Malformed.field("import_id", _("There is no confirmed import with this identifier that you may see."))
