"""What programs may ask and have asked. Days are those of the door: UTC."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import worker_session
from shared.quotas import EVERYBODY, MOST

SHOWN_DAYS, KEPT_DAYS = 30, 400

_COUNTED = text(
    """
    INSERT INTO client_usage AS known (gateway, client_id, day, requests, refused)
    SELECT :gateway, told.client_id, :day, told.requests, told.refused FROM jsonb_to_recordset(CAST(:counts AS jsonb)) AS told (client_id text, requests bigint, refused bigint)
    ON CONFLICT (gateway, client_id, day) DO UPDATE SET requests = greatest(known.requests, excluded.requests), refused = greatest(known.refused, excluded.refused)
    """
)
_QUOTAS = text("SELECT client_id, per_minute, per_day FROM client_quotas ORDER BY client_id LIMIT :most")
_ELSEWHERE = text(
    "SELECT client_id, sum(requests)::bigint AS requests FROM client_usage WHERE day = :day AND gateway <> :gateway GROUP BY client_id ORDER BY client_id LIMIT :most"
)
_CLIENTS = text(
    """
    WITH used AS (
        SELECT client_id, coalesce(sum(requests) FILTER (WHERE day = :day), 0)::bigint AS today, coalesce(sum(refused) FILTER (WHERE day = :day), 0)::bigint AS refused_today,
            sum(requests)::bigint AS recent, max(day) AS last_day
        FROM client_usage WHERE day > CAST(:day AS date) - CAST(:days AS int) GROUP BY client_id
    ), known AS (
        SELECT client_id FROM used UNION SELECT client_id FROM client_quotas UNION SELECT CAST(:only AS text) WHERE CAST(:only AS text) IS NOT NULL
    )
    SELECT known.client_id, coalesce(own.per_minute, everybody.per_minute) AS per_minute, coalesce(own.per_day, everybody.per_day) AS per_day, own.id IS NOT NULL AS is_own,
        coalesce(used.today, 0) AS today, coalesce(used.refused_today, 0) AS refused_today, coalesce(used.recent, 0) AS recent, used.last_day
    FROM known
    LEFT JOIN client_quotas AS own ON own.client_id = known.client_id
    LEFT JOIN client_quotas AS everybody ON everybody.client_id = :everybody
    LEFT JOIN used ON used.client_id = known.client_id
    WHERE CAST(:only AS text) IS NULL OR known.client_id = :only
    ORDER BY known.client_id <> :everybody, known.client_id LIMIT :most
    """
)


def door_day() -> date:
    """The day that the door counts in."""
    return datetime.now(UTC).date()


async def count_for(session: AsyncSession, *, gateway: UUID, day: date, counts: str) -> tuple[Sequence[Any], Sequence[Any]]:
    """Keep what one gateway process counted on a day, told again and again as it grows; answer the quotas, and what the other processes counted."""
    await session.execute(_COUNTED, {"gateway": gateway, "day": day, "counts": counts})
    quotas = (await session.execute(_QUOTAS, {"most": MOST})).all()
    return quotas, (await session.execute(_ELSEWHERE, {"gateway": gateway, "day": day, "most": MOST})).all()


async def clients_known(session: AsyncSession, only: str | None = None) -> Sequence[Any]:
    """Programs that have a quota or asked something in the last weeks, after what holds for everybody; or one of them."""
    return (await session.execute(_CLIENTS, {"day": door_day(), "days": SHOWN_DAYS, "only": only, "everybody": EVERYBODY, "most": MOST})).all()


async def forget_old_usage() -> None:
    """Daily: what was counted more than a year ago is deleted."""
    async with worker_session() as session:
        await session.execute(text("DELETE FROM client_usage WHERE day < :day"), {"day": door_day() - timedelta(days=KEPT_DAYS)})
