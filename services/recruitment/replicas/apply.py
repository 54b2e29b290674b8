"""Keeping the replicas: a batch in one statement; the inbox gives only newer versions, in no order across topics."""

from typing import Any

import orjson
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.replicas.events import AssignmentState, PostState
from shared.events import Received

OURS = "recruitment"

_POSTS = text(
    """
    INSERT INTO posts (id, facility_code, unit, occupation_code, specialty, fte, filled, open_from, close_to, frozen)
    SELECT id, facility_code, unit, occupation_code, specialty, fte, filled, open_from, close_to, frozen
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, facility_code text, unit text, occupation_code text, specialty text, fte numeric, filled numeric,
        open_from date, close_to date, frozen boolean)
    ON CONFLICT (id) DO UPDATE SET facility_code = excluded.facility_code, unit = excluded.unit, occupation_code = excluded.occupation_code, specialty = excluded.specialty,
        fte = excluded.fte, filled = excluded.filled, open_from = excluded.open_from, close_to = excluded.close_to, frozen = excluded.frozen
    """
)
_LANDINGS = text(
    """
    INSERT INTO landings (assignment_id, hire_id, post_id, state)
    SELECT id, source_id, post_id, state FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, source_id uuid, post_id uuid, state text)
    ON CONFLICT (assignment_id) DO UPDATE SET hire_id = excluded.hire_id, post_id = excluded.post_id, state = excluded.state
    """
)
_FORGET_FILLINGS = text("DELETE FROM fillings WHERE assignment_id = ANY(:ids)")
_FILLINGS = text(
    """
    INSERT INTO fillings (assignment_id, post_id, valid)
    SELECT a.id, p.post_id, daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS a (id uuid, state text, periods jsonb), jsonb_to_recordset(a.periods) AS p (valid_from date, valid_to date, post_id uuid)
    WHERE a.state IN ('active', 'ended') AND p.post_id IS NOT NULL
    """
)


async def keep_posts(session: AsyncSession, events: list[Received[PostState]]) -> None:
    await session.execute(_POSTS, _rows(events))


async def keep_assignments(session: AsyncSession, events: list[Received[AssignmentState]]) -> None:
    """When each post was filled, by nobody in particular; and where the hires of ours landed."""
    await session.execute(_FORGET_FILLINGS, {"ids": [event.data.id for event in events]})
    await session.execute(_FILLINGS, _rows(events))
    ours = [event for event in events if event.data.source_service == OURS and event.data.source_id is not None]
    if ours:
        await session.execute(_LANDINGS, _rows(ours))


def _rows(events: list[Any]) -> dict[str, str]:
    states: list[BaseModel] = [event.data for event in events]
    return {"rows": orjson.dumps([state.model_dump(mode="json") for state in states]).decode()}
