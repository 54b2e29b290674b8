"""Who sees a person who looks for work: what the standing consent says, and nobody else from the moment in which it is withdrawn."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import any_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.applications.models import Application
from services.recruitment.profiles.events import ProfileShown
from services.recruitment.profiles.models import Consent, Profile
from shared.events import record_event


async def tell_shown(session: AsyncSession, profile: Profile, seen_before: Iterable[str]) -> None:
    """The registry shows the name to the same members as this service the file; another file or an application of the same person may show it to more."""
    await session.refresh(profile, ["shared_with", "version"])
    profiles = await session.scalars(select(Profile.shared_with).where(Profile.person_id == profile.person_id, Profile.id != profile.id))
    applications = await session.scalars(select(Application.shared_with).where(Application.person_id == profile.person_id))
    shown = sorted({*profile.shared_with, *(code for codes in (*profiles, *applications) for code in codes)})
    told = {name: getattr(profile, name) for name in ("id", "person_id", "pool_id", "authority_path", "occupation_code", "state")}
    record_event(session, ProfileShown.model_validate(told | {"shown_to": shown, "hidden_from": sorted(set(seen_before) - set(shown))}))


async def tell_who_sees(session: AsyncSession, *, pool_id: UUID, was_shown_to: str) -> None:
    """A member has left the pool: whoever had named it is shown to it no more."""
    named = select(Consent.profile_id).where(Consent.pool_id == pool_id, Consent.withdrawn_on.is_(None), any_(Consent.partners) == was_shown_to)
    for profile in (await session.scalars(select(Profile).where(Profile.id.in_(named)))).all():
        await tell_shown(session, profile, [was_shown_to])
