"""Which posts an agreement supports on a day, by model, and which none does."""

from collections import Counter
from datetime import date

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.schemas import Coverage, PostCoverage
from shared.auth import Caller
from shared.visibility import VISIBLE_TO_CALLER

_COVERAGE = text(
    f"""
    SELECT f.code, coalesce(array_agg(DISTINCT a.model ORDER BY a.model) FILTER (WHERE a.id IS NOT NULL), '{{}}') AS models,
           coalesce(array_agg(DISTINCT a.giver_code ORDER BY a.giver_code) FILTER (WHERE a.id IS NOT NULL), '{{}}') AS givers
    FROM facilities f LEFT JOIN (SELECT * FROM agreements WHERE {VISIBLE_TO_CALLER}) a
        ON a.receiver_code = f.code AND a.state <> 'draft' AND a.starts_on <= :day AND coalesce(a.ended_on, a.ends_on) >= :day
    WHERE f.facility_type = :type AND f.valid @> CAST(:day AS date) AND f.authority_path <@ ANY (CAST(:paths AS text[])::ltree[])
    GROUP BY f.code ORDER BY f.code
    """  # noqa: S608 - every word of it is ours
).bindparams(bindparam("paths", type_=ARRAY(Text)), bindparam("parties", type_=ARRAY(Text)))


async def coverage_on(session: AsyncSession, caller: Caller, day: date, facility_type: str) -> Coverage:
    """Posts that the caller manages, each with what supports it on the day."""
    rows = await session.execute(_COVERAGE, {"day": day, "type": facility_type, "paths": list(caller.scope), "parties": list(caller.parties)})
    items = [PostCoverage(facility_code=row.code, models=row.models, givers=row.givers) for row in rows]
    by_model = Counter(model for item in items for model in item.models)
    return Coverage(
        as_of=day, facility_type=facility_type, facilities=len(items), with_agreement=sum(bool(item.models) for item in items), by_model=dict(sorted(by_model.items())), items=items
    )
