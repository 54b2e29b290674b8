"""Calendar feeds over HTTP: made and revoked by those who plan, or for oneself; read by whoever knows the address."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Response
from pydantic import BaseModel, Field
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.api import is_a_person
from services.registry.accounts.links import person_of
from services.registry.calendars.feed import calendar_of
from services.registry.calendars.models import CalendarFeed, hash_of_token, new_token
from services.registry.directory import get_place
from services.registry.holds.permissions import can_see_plans
from services.registry.persons.own import own_person
from services.registry.units.standing import unit_for_post
from shared.audit import record_audit
from shared.auth import Caller, CallerDep, allows, public_route, require
from shared.clock import today
from shared.db import SessionDep, app_session
from shared.errors import Forbidden, NotFound, Refusal, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.ids import uuid7
from shared.pagination import Page, PageDep, keyset_page
from shared.records import Body
from shared.settings import settings

router = Router(prefix="/calendars", tags=["availability"])

NOBODYS = "own"  # the path of no authority: a calendar of one's own is one's own
BEFORE, AFTER = timedelta(days=31), timedelta(days=366)
_DAYS = text("SELECT * FROM calendar_of_token(:hashed, :first, :last)")


class CalendarCreate(Body):
    """A calendar of a facility or one of its units; without a facility, one's own."""

    facility_code: str | None = Field(None, max_length=60)
    unit: str | None = Field(None, min_length=1, max_length=200)
    unit_id: UUID | None = Field(None, description="A unit with all that hangs below it, whatever it is called later.")


class CalendarRead(BaseModel):
    """A calendar that was made. Its address is told once, when it is made."""

    id: UUID
    facility_code: str | None
    unit: str | None
    unit_id: UUID | None
    made_on: date
    revoked_on: date | None
    address: str | None = Field(None, description="Told once: whoever knows it reads who is away when. Keep it like a password.")


async def _own_feeds(session: AsyncSession, caller: Caller) -> None:
    """Open one's own rows when an account is linked to a person; without one only those of facilities are there."""
    if await person_of(session, caller) is not None:
        await own_person(session, caller)


def _read(feed: CalendarFeed, address: str | None = None) -> CalendarRead:
    return CalendarRead(**{name: getattr(feed, name) for name in ("id", "facility_code", "unit", "unit_id", "made_on", "revoked_on")}, address=address)


@router.post("", status_code=201, response_model=CalendarRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404, 409, 422))
async def create_calendar(body: CalendarCreate, caller: CallerDep, session: SessionDep) -> CalendarRead:
    """Make a calendar for a calendar programme; its address is told once and can be revoked."""
    token, day = new_token(), today()
    if body.facility_code is None:
        person_id = await own_person(session, caller)
        feed = CalendarFeed(person_id=person_id, facility_code=None, unit=None, authority_path=NOBODYS, shared_with=[])
    else:
        require(can_see_plans(caller))
        place = await get_place(session, body.facility_code, day, field="facility_code")
        if not caller.manages(place.authority_path):
            raise Forbidden(Refusal("facility-not-yours", _("This facility is neither managed by your authority nor yours.")))
        unit = None if body.unit_id is None else await unit_for_post(session, body.unit_id, place.id, day, day)
        said = body.unit if unit is None else unit.name
        feed = CalendarFeed(person_id=None, facility_code=place.code, unit=said, unit_id=body.unit_id, authority_path=place.authority_path, shared_with=[])
    feed.id, feed.token_hash, feed.made_by, feed.made_on, feed.revoked_on = uuid7(), hash_of_token(token), caller.actor, day, None
    session.add(feed)
    await session.flush()
    await record_audit(session, caller, "calendar.made", "calendar", feed.id, after={"facility_code": feed.facility_code, "unit": feed.unit, "unit_id": feed.unit_id})
    return _read(feed, f"{settings().public_url}/api/v1/registry/calendars/feed/{token}.ics")


@router.get("", response_model=Page[CalendarRead], dependencies=[allows(is_a_person)], responses=problems(401, 403, 422))
async def list_calendars(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[CalendarRead]:
    """The calendars that the caller made, without their address."""
    await _own_feeds(session, caller)
    found = await keyset_page(session, select(CalendarFeed).where(CalendarFeed.made_by == caller.actor), keys=[CalendarFeed.id.desc()], params=page)
    return found.of([_read(one) for one in found.items])


@router.post("/{calendar_id}/revocation", status_code=201, response_model=CalendarRead, dependencies=[allows(is_a_person)], responses=problems(401, 403, 404))
async def create_revocation(calendar_id: UUID, caller: CallerDep, session: SessionDep) -> CalendarRead:
    """The address opens nothing any more, from now on."""
    await _own_feeds(session, caller)
    feed = await session.scalar(select(CalendarFeed).where(CalendarFeed.id == calendar_id, CalendarFeed.made_by == caller.actor).with_for_update())
    if feed is None:
        raise NotFound()
    if feed.revoked_on is None:
        feed.revoked_on = today()
        await session.flush()
        await record_audit(session, caller, "calendar.revoked", "calendar", feed.id)
    return _read(feed)


@router.get(
    "/feed/{token}.ics",
    response_class=Response,
    dependencies=[Depends(public_route)],
    responses=problems(404) | {200: {"content": {"text/calendar": {}}, "description": "Days away from a month ago to a year ahead (RFC 5545)"}},
)
async def read_feed(token: Annotated[str, Path(min_length=20, max_length=100)]) -> Response:
    """The calendar behind an address that is a secret: days, never reasons; 404 once it is revoked."""
    day = today()
    async with app_session(None) as session:
        rows = (await session.execute(_DAYS, {"hashed": hash_of_token(token), "first": day - BEFORE, "last": day + AFTER})).all()
    if not rows:
        raise NotFound()
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="relais.ics"'}
    return Response(calendar_of(rows), media_type="text/calendar; charset=utf-8", headers=headers)
