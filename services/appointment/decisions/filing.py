"""Filing: what a service or a feature proposes becomes one decision of the register, once."""

import hashlib

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions.dues import DONE, DROPPED, OPEN, tell_conflict_due, tell_signature_due
from services.appointment.decisions.events import DecisionContested, DecisionFiled, DecisionWithdrawn
from services.appointment.decisions.models import Decision
from services.appointment.decisions.queries import decision_of_source
from services.appointment.decisions.workflow import DECISION, PROPOSED, SIGNED, WITHDRAWN
from shared.audit import record_audit
from shared.clock import today
from shared.decisions import DecisionRequest
from shared.events import Received, record_event

CONTENT = ("kind", "authority_path", "shared_with", "facility_code", "person_ids", "proposed_by", "proposed_on", "effective_on", "ends_on", "legal_basis", "facts")
WITHDRAWN_AFTER_SIGNATURE = "withdrawn-after-signature"


async def file_decision(session: AsyncSession, request: DecisionRequest) -> Decision:
    """File what is proposed, or take note that it is withdrawn. The same again changes nothing; other content replaces what waits.

    A feature of appointment calls this in its own transaction (`source_service="appointment"`, its effects in
    decisions/effects.py); the others are heard by event.
    """
    decision = await decision_of_source(session, request.source_service, request.id, lock=True)
    if request.state == "withdrawn":
        return await _withdraw(session, decision or await _file(session, request))
    if decision is None:
        return await _file(session, request)
    if decision.state not in (PROPOSED, WITHDRAWN) or (decision.state == PROPOSED and decision.content_hash == _hash(request)):
        return decision
    decision.move("file_again", DECISION)
    _take_over(decision, request)
    await session.flush()
    await _tell_filed(session, decision)
    return decision


async def hear_request(session: AsyncSession, event: Received[DecisionRequest]) -> None:
    """What another service proposes is filed."""
    await file_decision(session, event.data)


async def _file(session: AsyncSession, request: DecisionRequest) -> Decision:
    decision = Decision(source_service=request.source_service, source_id=request.id, state=PROPOSED)
    _take_over(decision, request)
    session.add(decision)
    await session.flush()
    await _tell_filed(session, decision)
    return decision


async def _tell_filed(session: AsyncSession, decision: Decision) -> None:
    await record_audit(session, decision.proposed_by, "decision.filed", "decision", decision.id, after={"kind": decision.kind}, done_on=decision.proposed_on)
    record_event(session, DecisionFiled.about(decision))
    tell_signature_due(session, decision, OPEN)


async def _withdraw(session: AsyncSession, decision: Decision) -> Decision:
    if decision.state == PROPOSED:
        decision.move("withdraw", DECISION)
        await session.flush()
        await record_audit(session, decision.proposed_by, "decision.withdrawn", "decision", decision.id, before={"state": PROPOSED}, after={"state": WITHDRAWN})
        record_event(session, DecisionWithdrawn.about(decision))
        tell_signature_due(session, decision, DROPPED)
    elif decision.state == SIGNED and decision.conflict is None:
        decision.conflict = WITHDRAWN_AFTER_SIGNATURE
        decision.version += 1
        await session.flush()
        record_event(session, DecisionContested.about(decision))
        tell_conflict_due(session, decision, today(), OPEN)
    return decision


def settle_conflict(session: AsyncSession, decision: Decision) -> None:
    """A revocation settles what was contested."""
    if decision.conflict is not None:
        decision.conflict = None
        tell_conflict_due(session, decision, today(), DONE)


def _take_over(decision: Decision, request: DecisionRequest) -> None:
    for name in CONTENT:
        setattr(decision, name, getattr(request, name))
    decision.content_hash = _hash(request)


def _hash(request: DecisionRequest) -> bytes:
    content = {name: value for name, value in request.model_dump(mode="json").items() if name in CONTENT}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()
