"""Open posts that are hard to fill, over what recruitment knows of places and seats: where, since when, for what, and who applied."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.shortages.models import Shortage
from services.recruitment.shortages.queries import shortages_on
from shared.auth import Caller
from shared.rulepacks import RulePack

MOST = 1000

_OPEN = text(
    """
    SELECT p.id, p.facility_code, p.unit, p.occupation_code, p.specialty, p.fte - p.filled AS free, f.remoteness, f.authority_path::text,
           greatest(p.open_from, coalesce((SELECT max(upper(g.valid)) FROM fillings g WHERE g.post_id = p.id), p.open_from)) AS vacant_since,
           n.needs, n.applications, n.last_closed
    FROM posts p
    JOIN facilities f ON f.code = p.facility_code AND f.valid @> CAST(:day AS date)
    LEFT JOIN LATERAL (
        SELECT count(DISTINCT n.id) AS needs, count(DISTINCT c.id) AS applications, max(g.closes_on) FILTER (WHERE g.state = 'published' AND g.closes_on < :day) AS last_closed
        FROM needs n
        LEFT JOIN candidacies c ON c.need_id = n.id
        LEFT JOIN campaign_needs cn ON cn.need_id = n.id
        LEFT JOIN campaigns g ON g.id = cn.campaign_id
        WHERE n.post_id = p.id
    ) n ON true
    WHERE f.authority_path <@ ANY (CAST(:scope AS ltree[])) AND p.fte > p.filled AND NOT p.frozen AND p.open_from <= :day AND (p.close_to IS NULL OR p.close_to >= :day)
      AND (CAST(:facility AS text) IS NULL OR p.facility_code = :facility)
      AND (CAST(:occupation AS text) IS NULL OR p.occupation_code = :occupation)
      AND (CAST(:specialty AS text) IS NULL OR p.specialty = :specialty)
      AND (CAST(:remoteness AS text) IS NULL OR f.remoteness = :remoteness)
    ORDER BY vacant_since, p.id
    LIMIT :most
    """
).bindparams(bindparam("scope", type_=ARRAY(Text)))


@dataclass(frozen=True)
class OpenPost:
    """A seat that nobody fills, and what makes it hard."""

    id: UUID
    facility_code: str
    unit: str | None
    occupation_code: str
    specialty: str | None
    free: Decimal
    remoteness: str
    vacant_since: date
    months_vacant: int
    applications: int
    shortage: Shortage | None
    reasons: list[str]


def months_since(first: date, day: date) -> int:
    """Whole months that have gone by."""
    return max((day.year - first.year) * 12 + day.month - first.month - (day.day < first.day), 0)


async def open_posts(session: AsyncSession, caller: Caller, *, day: date, pack: RulePack, wanted: dict[str, Any]) -> list[OpenPost]:
    """Posts that are open and empty on a day at the places one acts for, longest empty first, each with the reasons why it is hard."""
    shortages = list(await session.scalars(shortages_on(caller, day)))
    rows = await session.execute(_OPEN, {"day": day, "scope": list(caller.scope), "most": MOST} | wanted)
    return [_read(row, shortages, day, pack) for row in rows]


def _read(row: Any, shortages: list[Shortage], day: date, pack: RulePack) -> OpenPost:
    months = months_since(row.vacant_since, day)
    shortage = next((one for one in shortages if is_short(one, row.authority_path, row.specialty, row.occupation_code)), None)
    few = row.last_closed is not None and Decimal(row.applications) / row.free < Decimal(str(pack.rule("REC-08").value))
    reasons = {
        "remote": row.remoteness in pack.rule("REC-HARD-PLACE").value,
        "shortage": shortage is not None,
        "long_vacant": months >= pack.rule("REC-HARD-MONTHS").value,
        "few_applications": few,
    }
    values = {name: getattr(row, name) for name in ("id", "facility_code", "unit", "occupation_code", "specialty", "free", "remoteness", "vacant_since", "applications")}
    return OpenPost(**values, months_vacant=months, shortage=shortage, reasons=[reason for reason, holds in reasons.items() if holds])


def is_short(shortage: Shortage, authority_path: str, specialty: str | None, occupation_code: str) -> bool:
    """Whether a declaration of the place's authority names this specialty, this title, or both."""
    if not (authority_path == shortage.authority_path or authority_path.startswith(shortage.authority_path + ".")):
        return False
    return shortage.specialty in (None, specialty) and shortage.occupation_code in (None, occupation_code)
