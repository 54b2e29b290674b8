"""Reading offers and requests."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.partner_services.models import ServiceOffer, ServiceRequest
from services.recruitment.pools.queries import in_open_pool
from services.recruitment.workflow import ASKED
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import visible_to


def offers_visible_to(caller: Caller) -> Select[tuple[ServiceOffer]]:
    """One's own, and those of the pools that are open to one."""
    return select(ServiceOffer).where(or_(visible_to(caller, ServiceOffer), in_open_pool(ServiceOffer.pool_id)))


def requests_visible_to(caller: Caller) -> Select[tuple[ServiceRequest]]:
    return select(ServiceRequest).where(visible_to(caller, ServiceRequest))


async def get_visible_offer(session: AsyncSession, caller: Caller, offer_id: UUID, *, lock: bool = False) -> ServiceOffer:
    """One offer. Raises NotFound."""
    statement = offers_visible_to(caller).where(ServiceOffer.id == offer_id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def get_visible_request(session: AsyncSession, caller: Caller, request_id: UUID, *, lock: bool = False) -> ServiceRequest:
    """One request. Raises NotFound."""
    statement = requests_visible_to(caller).where(ServiceRequest.id == request_id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def ended_since(session: AsyncSession, caller: Caller, requests: Sequence[ServiceRequest]) -> dict[UUID, list[ServiceOffer]]:
    """For each request that waits, the offers of that kind which the partner has ended since it was asked."""
    waiting = [request.id for request in requests if request.state == ASKED]
    same = and_(
        ServiceRequest.pool_id == ServiceOffer.pool_id,
        ServiceRequest.partner_code == ServiceOffer.facility_code,
        ServiceRequest.kind == ServiceOffer.kind,
        ServiceRequest.asked_on <= ServiceOffer.ended_on,
    )
    statement = offers_visible_to(caller).join(ServiceRequest, same).where(ServiceRequest.id.in_(waiting)).add_columns(ServiceRequest.id).order_by(ServiceOffer.ended_on)
    found: dict[UUID, list[ServiceOffer]] = {}
    for offer, request_id in await session.execute(statement) if waiting else ():
        found.setdefault(request_id, []).append(offer)
    return found


_GIVEN = text("SELECT offer_id, given FROM service_places_given(CAST(:offers AS uuid[]))")


async def taken_of(session: AsyncSession, offer_ids: list[UUID]) -> dict[UUID, int]:
    """How many places of each offer are given, whoever has them."""
    return {row.offer_id: row.given for row in await session.execute(_GIVEN, {"offers": offer_ids})}


async def summed(session: AsyncSession, caller: Caller, first: date | None, last: date | None) -> list[dict[str, Any]]:
    """Requests of a period by kind, outcome and reason."""
    statement = requests_visible_to(caller).with_only_columns(
        ServiceRequest.kind, ServiceRequest.state, ServiceRequest.refused_by, ServiceRequest.reason, func.count().label("requests")
    )
    if first:
        statement = statement.where(ServiceRequest.asked_on >= first)
    if last:
        statement = statement.where(ServiceRequest.asked_on <= last)
    grouped = statement.group_by(ServiceRequest.kind, ServiceRequest.state, ServiceRequest.refused_by, ServiceRequest.reason)
    return [dict(row._mapping) for row in await session.execute(grouped.order_by(ServiceRequest.kind, ServiceRequest.state, ServiceRequest.reason, ServiceRequest.refused_by))]
