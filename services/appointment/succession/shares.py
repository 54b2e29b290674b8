"""Women and young people among the successors: asked of the registry as totals, so that no sex and no birth date is kept here."""

from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from services.appointment.rules import PACKS
from services.appointment.succession.models import ACTIVE, Plan
from services.appointment.succession.schemas import PlanShares, SharesRead
from shared.auth import Caller
from shared.clients import ask
from shared.clock import today

AT_ONCE = 2000


async def shares_of(caller: Caller, plan: Plan) -> PlanShares:
    """Each person once, for however many posts; `ready` are those of the coverage: active and ready (APP-12)."""
    rule = PACKS.pinned(plan.rule_pack).rule("APP-12-SHARES")
    counted = [entry for entry in plan.entries if entry.counts]
    names = {entry.person_id for entry in counted}
    ready = {entry.person_id for entry in counted if entry.state == ACTIVE and entry.ready}
    return PlanShares(as_of=today(), names=await _shares(caller, names, rule.value), ready=await _shares(caller, ready, rule.value), rule=rule.as_json())


async def _shares(caller: Caller, people: Collection[UUID], under: int) -> SharesRead:
    ids = sorted(str(person) for person in people)[:AT_ONCE]
    told = await ask(caller, "POST", "/api/v1/registry/persons/shares", json={"ids": ids, "under": under, "on": today().isoformat()}) or {"people": 0}
    totals = {name: told.get(name) for name in ("women", "under", "sex_unknown", "birth_unknown")}
    return SharesRead(people=told["people"], women_percent=_percent(totals["women"], told["people"]), under_percent=_percent(totals["under"], told["people"]), **totals)


def _percent(some: int | None, of: int) -> str | None:
    """Rounded once for display (R-HALFUP)."""
    return str((Decimal(100 * some) / of).quantize(Decimal("0.1"), ROUND_HALF_UP)) if some is not None and of else None
