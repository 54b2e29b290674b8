"""Occupations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from services.registry.areas.permissions import can_read_directory
from services.registry.occupations.models import Occupation
from shared.auth import allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/occupations", tags=["occupations"])


class OccupationRead(BaseModel):
    """An occupation, with its names in three languages and the group that density figures count."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {"id": "0b6f…", "code": "VN-BS", "isco": "2211", "country": "VN", "group": "doctor", "names": {"fr": "Médecin", "vi": "Bác sĩ", "en": "Doctor"}}
        },
    )

    id: UUID
    code: str
    isco: str
    country: str | None
    group: str
    names: dict[str, str]


@router.get("", response_model=Page[OccupationRead], responses=problems(401, 403), dependencies=[allows(can_read_directory)])
async def list_occupations(
    session: SessionDep,
    page: PageDep,
    country: Annotated[str | None, Query(description="National titles of a country, e.g. VN; without it, those and ISCO-08.")] = None,
    group: Annotated[str | None, Query(description="doctor, pharmacist, nurse, midwife or other.")] = None,
) -> Page[OccupationRead]:
    """Occupations in the order of the packaged list."""
    statement = select(Occupation)
    if country:
        statement = statement.where(Occupation.country == country)
    if group:
        statement = statement.where(Occupation.group == group)
    return await keyset_page(session, statement, keys=[Occupation.position, Occupation.code], params=page)
