"""What stands in each area directly below one: facilities, and how many posts of theirs nobody holds."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

# Posts under row-level security: each reader counts those of the establishments that are theirs to read.
_BELOW = text(
    """
    SELECT c.code, c.name, c.latitude::float8, c.longitude::float8, count(DISTINCT f.id) AS facilities,
        CASE WHEN :with_posts THEN coalesce(sum(e.offered), 0)::float8 END AS offered,
        CASE WHEN :with_posts THEN coalesce(sum(e.vacant), 0)::float8 END AS vacant
    FROM areas AS c
    LEFT JOIN areas AS stands ON stands.within @> ARRAY[c.code] AND stands.valid @> CAST(:day AS date)
    LEFT JOIN facilities AS f ON f.area_id = stands.id AND f.valid @> CAST(:day AS date) AND (CAST(:type AS text) IS NULL OR f.type = :type)
    LEFT JOIN LATERAL (
        SELECT sum(p.fte) AS offered, sum(greatest(p.fte - coalesce(held.share, 0), 0)) AS vacant
        FROM posts AS p
        LEFT JOIN LATERAL (
            SELECT sum(a.fte_share) AS share FROM assignments AS a WHERE a.post_id = p.id AND a.state = 'active' AND a.valid @> CAST(:day AS date)
        ) AS held ON true
        WHERE p.facility_code = f.code AND p.valid @> CAST(:day AS date) AND NOT p.frozen
    ) AS e ON :with_posts
    WHERE c.within @> ARRAY[CAST(:area AS text)] AND c.within[cardinality(c.within) - 1] = :area AND c.valid @> CAST(:day AS date)
    GROUP BY c.code, c.name, c.latitude, c.longitude, c.sort_key
    ORDER BY c.sort_key, c.code
    """
)


async def below(session: AsyncSession, area: str, day: date, *, of_type: str | None, with_posts: bool) -> Sequence[Row[Any]]:
    """The areas directly below one on a day, those without any facility too."""
    return (await session.execute(_BELOW, {"area": area, "day": day, "type": of_type, "with_posts": with_posts})).all()
