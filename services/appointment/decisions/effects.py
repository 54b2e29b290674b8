"""What the features of appointment itself do when a decision of theirs is signed, revoked, numbered or withdrawn: in the same transaction.

Another service hears the register's events (shared/decisions.py). A feature of this service says it once, at import:

    make_effects("mandate", OwnEffects(signed=start_mandate, revoked=end_mandate))      # kind of its own `file_decision`
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions.models import Decision
from shared.auth import Caller

OWN = "appointment"
OwnEffect = Callable[[AsyncSession, Caller, Decision], Awaitable[None]]


@dataclass(frozen=True)
class Annex:
    """What the letter says of each person beside the name: the heads of the columns, and a line for each."""

    heads: Sequence[str]
    lines: Sequence[tuple[UUID, Sequence[str]]]


OwnAnnex = Callable[[AsyncSession, Decision], Awaitable[Annex]]


@dataclass(frozen=True)
class OwnEffects:
    """Each may raise Refused: then the signature, or the revocation, is refused with that rule. `decision.source_id` is the feature's thing."""

    signed: OwnEffect
    revoked: OwnEffect
    numbered: OwnEffect | None = None
    annex: OwnAnnex | None = None


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


async def annex_of(session: AsyncSession, decision: Decision) -> Annex | None:
    """The list that is annexed to the letter, in the language of the request."""
    effects = _of(decision)
    return await effects.annex(session, decision) if effects and effects.annex else None


def _of(decision: Decision) -> OwnEffects | None:
    return _known.get(decision.kind) if decision.source_service == OWN else None
