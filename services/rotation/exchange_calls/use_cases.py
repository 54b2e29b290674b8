"""A side publishes a call under an agreement of exchange, and may take it back."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.guards import must_be_live
from services.rotation.exchange_calls.models import ExchangeCall
from services.rotation.exchange_calls.schemas import CallCreate, Withdrawal, must_stand
from services.rotation.exchanges.use_cases import named_exchange
from services.rotation.rules import pack_of
from services.rotation.sides import may_act_for
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of
from shared.visibility import visible_to


def calls_visible_to(caller: Caller) -> Select[tuple[ExchangeCall]]:
    return select(ExchangeCall).where(visible_to(caller, ExchangeCall))


async def get_visible_call(session: AsyncSession, caller: Caller, call_id: UUID, *, lock: bool = False) -> ExchangeCall:
    """One call. Raises NotFound."""
    statement = calls_visible_to(caller).where(ExchangeCall.id == call_id)
    call = await session.scalar(statement.with_for_update(of=ExchangeCall) if lock else statement)
    if call is None:
        raise NotFound()
    return call


async def publish_call(session: AsyncSession, *, caller: Caller, body: CallCreate) -> ExchangeCall:
    """Places are offered at one side to the people of the other one."""
    done_on = judge_done_on(caller, body.done_on)
    agreement = await named_exchange(session, caller, body.agreement_id)
    require(may_act_for(caller, *agreement.sides))
    must_be_live(agreement)
    if body.host_code not in {each.host_code for each in agreement.places}:
        raise Malformed.field("host_code", _("The agreement gives no places at this facility."))
    if known := await by_reference(session, ExchangeCall, authority_path=agreement.authority_path, body=body, reference=body.reference):
        return known
    (home,) = ({agreement.giver_code, agreement.receiver_code}) - {body.host_code}
    call = ExchangeCall(
        **body.model_dump(exclude={"done_on", "language_level"}),
        language_level=body.language_level or str(pack_of(body.host_code, done_on).rule("EXC-03").value),
        content_hash=hash_of(body),
        authority_path=agreement.authority_path,
        shared_with=agreement.shared_with,
        home_code=home,
        published_by=caller.actor,
        published_on=done_on,
    )
    session.add(call)
    await session.flush()
    await record_audit(session, caller, "exchange_call.published", "exchange_call", call.id, after=body.model_dump(mode="json"), done_on=done_on)
    return call


async def withdraw_call(session: AsyncSession, *, caller: Caller, call_id: UUID, body: Withdrawal) -> ExchangeCall:
    """Nobody applies any more; who has applied stays."""
    done_on = judge_done_on(caller, body.done_on)
    call = await get_visible_call(session, caller, call_id, lock=True)
    agreement = await named_exchange(session, caller, call.agreement_id)
    require(may_act_for(caller, *agreement.sides))
    must_stand(call)
    call.state, call.reason = "withdrawn", body.reason
    call.version += 1
    await session.flush()
    await record_audit(session, caller, "exchange_call.withdrawn", "exchange_call", call.id, after={"reason": body.reason}, done_on=done_on)
    return call
