"""Who has handed in: computed from the facilities that exist on the last day of the period and what they sent."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.returns.models import ReturnCall
from services.registry.returns.schemas import PlaceStatus
from shared.auth import Caller
from shared.clock import today
from shared.errors import NotFound
from shared.visibility import published_above, visible_to

By = Literal["authority", "facility"]

# A facility is expected under the authority that manages it on the last day: the label before its own.
_STATUS = """
    WITH expected AS (
        SELECT a.code, ltree2text(subpath(a.path, -2, 1)) AS authority, f.name
        FROM facility_authorities AS a JOIN facilities AS f ON f.code = a.code AND f.valid @> CAST(:last AS date)
        WHERE a.valid @> CAST(:last AS date) AND a.path <@ CAST(:under AS ltree) AND nlevel(a.path) > nlevel(CAST(:under AS ltree)) AND f.type <> 'authority'
            AND a.path <@ ANY (CAST(:paths AS text[])::ltree[]) AND (cardinality(CAST(:types AS text[])) = 0 OR f.type = ANY (CAST(:types AS text[])))
    ), sent AS (
        SELECT facility_code, sent_on, people, complete FROM returns WHERE call_id = :call
        UNION ALL
        SELECT facility_code, asked_on, NULL, NULL FROM establishment_ceilings WHERE CAST(:what AS text) = 'establishment' AND year = :year
    ), each AS (
        SELECT e.code, e.authority, e.name, s.sent_on, s.people, s.complete, coalesce(s.sent_on, CAST(:day AS date)) > CAST(:due AS date) AS is_late
        FROM expected AS e LEFT JOIN sent AS s ON s.facility_code = e.code
    )
"""
_TOTALS = "SELECT count(*) AS expected, count(sent_on) AS sent, count(*) FILTER (WHERE is_late) AS late FROM each"
_BY_AUTHORITY = """
    SELECT authority AS code, (SELECT name FROM areas WHERE areas.code = authority AND valid @> CAST(:last AS date) LIMIT 1) AS name, count(*) AS expected, count(sent_on) AS sent,
        count(*) FILTER (WHERE is_late) AS late, count(*) FILTER (WHERE sent_on IS NULL) AS missing, sum(people)::int AS people, sum(complete)::int AS complete,
        round(100.0 * sum(complete) / nullif(sum(people), 0), 1)::float8 AS complete_percent, min(sent_on) AS first_sent_on, max(sent_on) AS last_sent_on
    FROM each GROUP BY authority ORDER BY authority
"""
_BY_FACILITY = """
    SELECT code, name, 1 AS expected, (sent_on IS NOT NULL)::int AS sent, is_late::int AS late, (sent_on IS NULL)::int AS missing, people, complete,
        round(100.0 * complete / nullif(people, 0), 1)::float8 AS complete_percent, sent_on AS first_sent_on, sent_on AS last_sent_on
    FROM each ORDER BY sent_on IS NOT NULL, code
"""
_BY = {"authority": text(_STATUS + _BY_AUTHORITY), "facility": text(_STATUS + _BY_FACILITY)}
# Everybody who works there on the day, whether posts and people are shared with the caller or not: numbers alone come out of it.
_COMPLETE = text(
    """
    SELECT count(*) AS people, count(*) FILTER (WHERE is_complete) AS complete FROM (
        SELECT p.id, bool_or(p.birth_date IS NOT NULL AND p.sex IN ('female', 'male', 'other') AND coalesce(a.post_id::text, a.unit) IS NOT NULL AND a.decision_number IS NOT NULL) AS is_complete
        FROM assignments AS a JOIN persons AS p ON p.id = a.person_id
        WHERE a.facility_code = :facility AND a.state = 'active' AND a.valid @> CAST(:day AS date) GROUP BY p.id
    ) AS each
    """
)


def calls_visible_to(caller: Caller) -> Select[tuple[ReturnCall]]:
    """Those of the caller's territory, and those of an authority above: its facilities hand in to them."""
    return select(ReturnCall).where(or_(visible_to(caller, ReturnCall), published_above(caller, ReturnCall)))


async def get_visible_call(session: AsyncSession, caller: Caller, call_id: UUID, *, lock: bool = False) -> ReturnCall:
    """One call. Raises NotFound."""
    statement = calls_visible_to(caller).where(ReturnCall.id == call_id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def totals_of(session: AsyncSession, caller: Caller, call: ReturnCall) -> Any:
    """How many facilities that the caller sees are expected, have sent, and are late today."""
    return (await session.execute(text(_STATUS + _TOTALS), _asked(caller, call))).one()


async def status_of(session: AsyncSession, caller: Caller, call: ReturnCall, by: By) -> Sequence[PlaceStatus]:
    return [PlaceStatus.model_validate(row) for row in await session.execute(_BY[by], _asked(caller, call))]


async def completeness_of(session: AsyncSession, facility_code: str, day: date) -> tuple[int, int]:
    """How many work at a facility on a day, and for how many of them everything is known that a return must say."""
    row = (await session.execute(_COMPLETE, {"facility": facility_code, "day": day})).one()
    return row.people, row.complete


def _asked(caller: Caller, call: ReturnCall) -> dict[str, Any]:
    return {
        "call": call.id,
        "what": call.what,
        "year": call.last_on.year,
        "last": call.last_on,
        "due": call.due_on,
        "day": today(),
        "under": call.authority_path,
        "types": call.facility_types,
        "paths": list(caller.scope),
    }
