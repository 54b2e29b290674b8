"""A post says in words how its unit is called on each day: the words follow when the unit is renamed or the post moves."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

# Of each post the first day on which its words are not its unit's name.
_STALE = text(
    """
    WITH stale AS (
        SELECT p.id, p.row_id, greatest(lower(p.valid), lower(u.valid)) AS day, u.name FROM posts AS p JOIN units AS u ON u.id = p.unit_id AND u.valid && p.valid
        WHERE u.id = ANY (:units) AND p.unit IS DISTINCT FROM u.name
    )
    SELECT id, row_id, day, name FROM stale WHERE day = (SELECT min(day) FROM stale)
    """
)
_SAY = text("SELECT say_from_day('posts', :day, CAST(:changes AS jsonb), CAST(:stamp AS jsonb))")


# The minimum of a team is said in words too: those of a unit that is renamed go on under the new name.
_MINIMUMS_SPLIT = text(
    """
    WITH cut AS (
        UPDATE staffing_minimums SET valid = daterange(lower(valid), :day), version = version + 1
        WHERE facility_code = :facility AND unit = ANY (:former) AND unit <> :name AND valid @> CAST(:day AS date) AND lower(valid) < :day RETURNING old.*
    )
    INSERT INTO staffing_minimums SELECT said.* FROM cut, LATERAL jsonb_populate_record(CAST(NULL AS staffing_minimums), to_jsonb(cut)
        || jsonb_build_object('id', gen_random_uuid(), 'reference', NULL, 'unit', :name, 'valid', daterange(:day, upper(cut.valid)), 'version', 1)) AS said
    """
).bindparams(bindparam("name", type_=Text))
_MINIMUMS_LATER = text(
    "UPDATE staffing_minimums SET unit = :name, version = version + 1 WHERE facility_code = :facility AND unit = ANY (:former) AND unit <> :name AND lower(valid) >= :day"
)


async def let_minimums_follow(session: AsyncSession, facility: str, former: Collection[str], name: str, day: date) -> None:
    """Minimums of teams that were said under one of these names are said under the new one from a day on."""
    for statement in (_MINIMUMS_SPLIT, _MINIMUMS_LATER):
        await session.execute(statement, {"facility": facility, "former": list(former), "name": name, "day": day})


async def let_posts_follow(session: AsyncSession, units: Collection[UUID], *, said: dict[str, Any], stamp: dict[str, Any]) -> set[UUID]:
    """Posts in these units say the names of their days; answers the posts that were rewritten. Day by day, because a renamed unit may be renamed again later."""
    followed: set[UUID] = set()
    while rows := (await session.execute(_STALE, {"units": list(units)})).all():
        changes = {str(row.row_id): {"unit": row.name} | said for row in rows}
        await session.execute(_SAY, {"day": rows[0].day, "changes": orjson.dumps(changes, default=str).decode(), "stamp": orjson.dumps(stamp, default=str).decode()})
        followed |= {row.id for row in rows}
    return followed
