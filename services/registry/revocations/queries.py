"""What is revoked now: what operations entered, and the accounts that were closed or changed."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.revocations import MOST

KEPT_HOURS = 24
"""A token lives minutes: what was revoked longer ago has none left. Sign-ins, of which thousands end in a day, are told for an hour."""

_IN_FORCE = text(
    """
    SELECT kind, value, extract(epoch FROM max(before))::float8 AS before FROM (
        SELECT kind, value, before FROM revocations
        UNION ALL  -- a closed account has no token, whether or not the identity provider has followed yet; a changed one has none of before
        SELECT 'subject', subject, CASE WHEN state = 'closed' AND applied_version < version THEN now() ELSE applied_at END FROM accounts WHERE subject IS NOT NULL
    ) AS everything
    WHERE before > now() - make_interval(hours => CASE kind WHEN 'session' THEN 1 ELSE :hours END) GROUP BY kind, value ORDER BY max(before) DESC LIMIT :most
    """
)


async def revocations_in_force(session: AsyncSession) -> dict[str, Any]:
    """The newest revocations of each thing; when there are more than a list may hold, everything issued before the oldest told is refused."""
    rows = (await session.execute(_IN_FORCE, {"hours": KEPT_HOURS, "most": MOST + 1})).all()
    told = rows[:MOST]
    items = [{"kind": row.kind, "value": row.value, "before": row.before} for row in told]
    return {"items": items, "everything_before": told[-1].before if len(rows) > MOST else 0.0}
