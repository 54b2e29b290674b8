"""A post tells each month how many patients it referred; the trend shows when an agreement began."""

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.models import Agreement
from services.rotation.agreements.queries import agreements_visible_to
from services.rotation.agreements.workflow import DRAFT
from services.rotation.referrals.models import Referral
from services.rotation.referrals.schemas import ReferralCreate, Started
from services.rotation.sides import may_act_for
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Malformed
from shared.i18n import _
from shared.references import hash_of
from shared.visibility import visible_to


def referrals_visible_to(caller: Caller) -> Select[tuple[Referral]]:
    return select(Referral).where(visible_to(caller, Referral))


async def tell_referrals(session: AsyncSession, *, caller: Caller, body: ReferralCreate) -> Referral:
    """The post, or its authority, tells a month that has begun; those who support the post read its months, those before the agreement too."""
    done_on = judge_done_on(caller, body.done_on)
    place = await place_on(session, body.facility_code, done_on)
    require(may_act_for(caller, (place.code, place.authority_path)))
    month = body.month.replace(day=1)
    if month > done_on:
        raise Malformed.field("month", _("This day is still to come."))
    supporters = sorted(
        set(await session.scalars(agreements_visible_to(caller).where(Agreement.receiver_code == place.code, Agreement.state != DRAFT).with_only_columns(Agreement.giver_code)))
    )
    statement = referrals_visible_to(caller).where(Referral.facility_code == place.code, Referral.month == month, Referral.specialty == body.specialty)
    referral = await session.scalar(statement.with_for_update(of=Referral))
    before = {"referred": referral.referred, "consultations": referral.consultations} if referral else None
    if referral is None:
        referral = Referral(authority_path=place.authority_path, facility_code=place.code, month=month, specialty=body.specialty)
        session.add(referral)
    else:
        referral.version += 1
    referral.content_hash, referral.referred, referral.consultations = hash_of(body), body.referred, body.consultations
    referral.told_by, referral.told_on, referral.shared_with = caller.actor, done_on, supporters
    await session.flush()
    await session.execute(update(Referral).where(Referral.facility_code == place.code, Referral.shared_with != supporters).values(shared_with=supporters))
    await record_audit(session, caller, "referral.told", "referral", referral.id, before=before, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return referral


async def agreements_of(session: AsyncSession, caller: Caller, facility_code: str) -> list[Started]:
    """The agreements that support a post, by first day."""
    statement = agreements_visible_to(caller).where(Agreement.receiver_code == facility_code, Agreement.state != DRAFT).order_by(Agreement.starts_on, Agreement.id)
    return [
        Started.model_validate({"id": each.id, "giver_code": each.giver_code, "model": each.model, "starts_on": each.starts_on, "ends_on": each.ended_on or each.ends_on})
        for each in await session.scalars(statement)
    ]
