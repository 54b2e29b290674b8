"""Load the packaged occupations: the national titles of each country, and the unit groups of ISCO-08."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
import yaml
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.occupations.events import OccupationChanged
from shared.events import record_events

OCCUPATIONS = UUID("7b0f1c1e-6d0c-5d0e-9a57-2f1c5f6d2a02")


async def load_occupations(session: AsyncSession, data: Path) -> int:
    """Bring the occupations to the packaged state; answers how many changed."""
    rows = [row | {"position": position} for position, row in enumerate(read_occupations(data))]
    changed = set((await session.scalars(_PUT, {"rows": orjson.dumps(rows).decode()})).all())
    record_events(session, [OccupationChanged.model_validate({key: value for key, value in row.items() if key != "position"}) for row in rows if row["code"] in changed])
    return len(changed)


def read_occupations(data: Path) -> list[dict[str, Any]]:
    """`occupations.yaml` of each country's folder, whose titles begin with the country's code, then ISCO-08."""
    return [
        {
            "id": uuid5(OCCUPATIONS, entry["code"]),
            "code": entry["code"],
            "country": entry["code"].partition("-")[0] if path.parent != data else None,
            "isco": entry["isco"],
            "group": entry["group"],
            "names": {language: entry[language] for language in ("fr", "vi", "en")},
        }
        for path in [*sorted(data.glob("*/occupations.yaml")), data / "occupations.yaml"]
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    ]


_PUT = text(
    """
    INSERT INTO occupations AS o (code, id, country, isco, names, "group", position)
    SELECT code, id, country, isco, names, "group", position
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS packaged (code text, id uuid, country text, isco text, names jsonb, "group" text, position integer)
    ON CONFLICT (code) DO UPDATE SET country = excluded.country, isco = excluded.isco, names = excluded.names, "group" = excluded."group", position = excluded.position
        WHERE (o.country, o.isco, o.names, o."group") IS DISTINCT FROM (excluded.country, excluded.isco, excluded.names, excluded."group")
    RETURNING code
    """
)
