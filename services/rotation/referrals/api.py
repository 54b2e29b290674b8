"""Referrals over HTTP."""

from typing import Annotated

from fastapi import Query

from services.rotation.referrals.models import Referral
from services.rotation.referrals.schemas import ALL, ReferralCreate, ReferralRead, Trend
from services.rotation.referrals.use_cases import agreements_of, referrals_visible_to, tell_referrals
from services.rotation.sides import STAFF_OF_A_SIDE, can_read_rotation
from shared.auth import CallerDep, allows, with_role
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/referrals", tags=["referrals"])
can_tell_referrals = with_role(*STAFF_OF_A_SIDE)


@router.post("", status_code=201, response_model=ReferralRead, dependencies=[allows(can_tell_referrals)], responses=problems(401, 403, 409, 422))
async def create_referral(body: ReferralCreate, caller: CallerDep, session: SessionDep) -> ReferralRead:
    """Tell how many patients a post referred in a month: counts alone."""
    return ReferralRead.of(await tell_referrals(session, caller=caller, body=body))


@router.get("", response_model=Page[ReferralRead], dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 422))
async def list_referrals(caller: CallerDep, session: SessionDep, page: PageDep, facility: str | None = None) -> Page[ReferralRead]:
    """Months told by the posts that one manages or supports."""
    statement = referrals_visible_to(caller)
    if facility:
        statement = statement.where(Referral.facility_code == facility)
    found = await keyset_page(session, statement, keys=[Referral.month, Referral.id], params=page)
    return found.of([ReferralRead.of(referral) for referral in found.items])


@router.get("/trend", response_model=Trend, dependencies=[allows(can_read_rotation)], responses=problems(401, 403, 422))
async def read_trend(
    caller: CallerDep, session: SessionDep, facility: Annotated[str, Query(max_length=60)], specialty: Annotated[str, Query(max_length=60, examples=["all"])] = ALL
) -> Trend:
    """The months of one post, with the agreements whose start is marked on them."""
    rows = await session.scalars(referrals_visible_to(caller).where(Referral.facility_code == facility, Referral.specialty == specialty).order_by(Referral.month))
    return Trend(facility_code=facility, specialty=specialty, items=[ReferralRead.of(row) for row in rows], agreements=await agreements_of(session, caller, facility))
