"""Keeping the replicas: a batch in one statement; the inbox gives only newer versions, in no order across topics."""

from typing import Any

import orjson
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.replicas.events import AssignmentState, FacilityState, PostState
from shared.events import Received

OURS = "recruitment"

_FACILITIES = text(
    """
    INSERT INTO facilities (id, code, periods)
    SELECT id, code, periods FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, code text, periods jsonb)
    ON CONFLICT (id) DO UPDATE SET code = excluded.code, periods = excluded.periods
    """
)
_FORGET_AUTHORITIES = text("DELETE FROM facility_authorities WHERE facility_id = ANY(:ids)")
_AUTHORITIES = text(
    """
    INSERT INTO facility_authorities (facility_id, code, path, valid)
    SELECT r.id, r.code, p.authority_path::ltree, daterange(p.valid_from, p.valid_to, '[]')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, code text, periods jsonb),
         jsonb_to_recordset(r.periods) AS p (valid_from date, valid_to date, authority_path text)
    """
)
_POSTS = text(
    """
    INSERT INTO posts (id, facility_code, occupation_code, fte, filled, open_from, close_to, frozen)
    SELECT id, facility_code, occupation_code, fte, filled, open_from, close_to, frozen
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, facility_code text, occupation_code text, fte numeric, filled numeric, open_from date, close_to date, frozen boolean)
    ON CONFLICT (id) DO UPDATE SET facility_code = excluded.facility_code, occupation_code = excluded.occupation_code, fte = excluded.fte, filled = excluded.filled,
        open_from = excluded.open_from, close_to = excluded.close_to, frozen = excluded.frozen
    """
)
_LANDINGS = text(
    """
    INSERT INTO landings (assignment_id, hire_id, post_id, state)
    SELECT id, source_id, post_id, state FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, source_id uuid, post_id uuid, state text)
    ON CONFLICT (assignment_id) DO UPDATE SET hire_id = excluded.hire_id, post_id = excluded.post_id, state = excluded.state
    """
)


async def keep_facilities(session: AsyncSession, events: list[Received[FacilityState]]) -> None:
    """Places, with the managing authority by date that a caller's facility relation opens."""
    rows = _rows(events)
    await session.execute(_FACILITIES, rows)
    await session.execute(_FORGET_AUTHORITIES, {"ids": [event.data.id for event in events]})
    await session.execute(_AUTHORITIES, rows)


async def keep_posts(session: AsyncSession, events: list[Received[PostState]]) -> None:
    await session.execute(_POSTS, _rows(events))


async def keep_landings(session: AsyncSession, events: list[Received[AssignmentState]]) -> None:
    """Of the assignments only those that a hire of ours became."""
    ours = [event for event in events if event.data.source_service == OURS and event.data.source_id is not None]
    if ours:
        await session.execute(_LANDINGS, _rows(ours))


def _rows(events: list[Any]) -> dict[str, str]:
    states: list[BaseModel] = [event.data for event in events]
    return {"rows": orjson.dumps([state.model_dump(mode="json") for state in states]).decode()}
