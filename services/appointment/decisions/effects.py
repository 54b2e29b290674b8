"""What the features of appointment itself do when a decision of theirs is signed, revoked, numbered or withdrawn: in the same transaction.

Another service hears the register's events (shared/decisions.py). A feature of this service says it once, at import:

    make_effects("mandate", OwnEffects(signed=start_mandate, revoked=end_mandate))      # kind of its own `file_decision`
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions.models import Decision
from shared.auth import Caller

OWN = "appointment"
OwnEffect = Callable[[AsyncSession, Caller, Decision], Awaitable[None]]


@dataclass(frozen=True)
class OwnEffects:
    """Each may raise Refused: then the signature, or the revocation, is refused with that rule. `decision.source_id` is the feature's thing."""

    signed: OwnEffect
    revoked: OwnEffect
    numbered: OwnEffect | None = None


_known: dict[str, OwnEffects] = {}


def make_effects(kind: str, effects: OwnEffects) -> None:
    """Declared once, at import, beside the feature's use cases."""
    if kind in _known:
        raise ValueError(f"The effects of {kind} are declared twice.")
    _known[kind] = effects


async def when_signed(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    if effects := _of(decision):
        await effects.signed(session, caller, decision)


async def when_revoked(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    if effects := _of(decision):
        await effects.revoked(session, caller, decision)


async def when_numbered(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    if (effects := _of(decision)) and effects.numbered:
        await effects.numbered(session, caller, decision)


def _of(decision: Decision) -> OwnEffects | None:
    return _known.get(decision.kind) if decision.source_service == OWN else None
