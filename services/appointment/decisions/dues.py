"""What the register itself makes fall due: decisions to sign, to number, to settle."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions.guards import rule_of
from services.appointment.decisions.models import Decision
from services.appointment.dues.record import record_due

OPEN, DONE, DROPPED = "open", "done", "dropped"
DISCREET = ("removal",)
"""The reason may be discipline: what falls due says neither of whom nor what; the decision does, to those who may read it."""


def tell_signature_due(session: AsyncSession, decision: Decision, state: str) -> None:
    """A decision that waits longer than some days is due to its signatories (DEC-WAIT)."""
    _tell(session, "decision_to_sign", decision, decision.proposed_on + timedelta(days=int(rule_of(decision, "DEC-WAIT", decision.proposed_on).value)), "signatory", state)


def tell_number_due(session: AsyncSession, decision: Decision, state: str) -> None:
    """A decision without number is regularised within some days (REG-04)."""
    assert decision.signed_on is not None
    due_on = decision.signed_on + timedelta(days=int(rule_of(decision, "REG-04", decision.signed_on).value))
    _tell(session, "decision_number", decision, due_on, "facility-hr-officer", state, warn_on=decision.signed_on)


def tell_conflict_due(session: AsyncSession, decision: Decision, day: date, state: str) -> None:
    """What was withdrawn after the signature must be revoked, or kept by agreement."""
    _tell(session, "decision_contested", decision, day, "signatory", state)


def _tell(session: AsyncSession, kind: str, decision: Decision, due_on: date, responsible: str, state: str, *, warn_on: date | None = None) -> None:
    named = decision.kind not in DISCREET
    facts: dict[str, Any] = {"source_service": decision.source_service, "number": decision.number} | ({"decision_kind": decision.kind} if named else {})
    record_due(
        session,
        kind,
        decision,
        decision.id,
        path=f"/decisions/{decision.id}",
        due_on=due_on,
        warn_on=warn_on or due_on,
        responsible=responsible,
        state=state,
        facility_code=decision.facility_code,
        person_id=decision.person_ids[0] if named and len(decision.person_ids) == 1 else None,
        facts=facts,
    )
