"""Reading the matrix: what an authority gave, what it was given from above, and how long acts take before and after."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.delegations.models import Delegation
from shared.auth import Caller
from shared.visibility import any_path, visible_to


def delegations_visible_to(caller: Caller) -> Select[tuple[Delegation]]:
    """An authority's own rows, and those of the authorities above, which bind it."""
    above = Delegation.authority_path.op("@>", is_comparison=True)(any_path(caller.scope))
    return select(Delegation).where(or_(visible_to(caller, Delegation), above))


async def matrix_of(session: AsyncSession, caller: Caller, acts: Collection[str]) -> Sequence[Delegation]:
    """The rows about these acts that bind the caller."""
    if not acts:
        return ()
    return (await session.scalars(delegations_visible_to(caller).where(Delegation.act.in_(set(acts))))).all()


# A decision belongs to the region of its path (its second label); it is the centre's when the authority above the region signed.
_DELAYS = text(
    """
    WITH signed AS (
        SELECT kind AS act, subpath(authority_path, 0, least(2, nlevel(authority_path))) AS region, authority, proposed_on, signed_on - proposed_on AS days
        FROM decisions
        WHERE signed_on BETWEEN :first AND :last AND state IN ('signed', 'superseded')
          AND (authority_path <@ ANY (CAST(:scope AS text[])::ltree[]) OR shared_with && CAST(:parties AS text[]))
          AND (CAST(:act AS text) IS NULL OR kind = :act)
    ), told AS (
        SELECT s.act, subpath(s.region, -1)::text AS region, s.days,
               CASE WHEN nlevel(s.region) < 2 OR s.authority = subpath(s.region, 0, 1)::text THEN 'centre' WHEN s.authority = subpath(s.region, -1)::text THEN 'region' ELSE 'facility' END AS level,
               g.since, CASE WHEN g.since IS NULL THEN 'never' WHEN s.proposed_on < g.since THEN 'before' ELSE 'after' END AS phase
        FROM signed s
        LEFT JOIN LATERAL (SELECT min(lower(d.valid)) AS since FROM delegations d WHERE d.act = s.act AND d.competent_path = s.region AND nlevel(d.competent_path) > 1) g ON true
    )
    SELECT act, region, level, phase, max(since) AS since, count(*) AS decisions, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median_days, max(days) AS longest_days
    FROM told GROUP BY 1, 2, 3, 4 ORDER BY act, region, array_position(ARRAY['before', 'after', 'never'], phase), level
    """
)


async def delays(session: AsyncSession, caller: Caller, *, first: date, last: date, act: str | None) -> Sequence[Row[Any]]:
    """From proposal to signature, by act, region, who signed, and whether the act was proposed before or after its delegation."""
    return (await session.execute(_DELAYS, {"first": first, "last": last, "act": act, "scope": list(caller.scope), "parties": list(caller.parties)})).all()
