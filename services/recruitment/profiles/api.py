"""Those who look for work in a pool, and the comparison with needs, over HTTP."""

from uuid import UUID

from fastapi import Response

from services.recruitment.needs.queries import get_visible_need
from services.recruitment.profiles.comparing import needs_for, people_for
from services.recruitment.profiles.models import Match, Profile
from services.recruitment.profiles.permissions import can_decide_matches, can_keep_profiles, can_read_profiles
from services.recruitment.profiles.queries import get_visible_profile, matches_visible_to, profiles_visible_to
from services.recruitment.profiles.schemas import Comparisons, ConsentCreate, ConsentWithdrawal, MatchCreate, MatchRead, ProfileCreate, ProfileEnding, ProfileRead
from services.recruitment.profiles.use_cases import decide_match, end_profile, give_consent, open_profile, withdraw_consent
from shared.actions import etag
from shared.audit import record_reads
from shared.auth import Caller, CallerDep, allows
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/profiles", tags=["profiles"])
of_needs = Router(prefix="/needs", tags=["profiles"])
matches = Router(prefix="/matches", tags=["profiles"])
ACT = problems(401, 403, 404, 409, 422)


def _read(response: Response, caller: Caller, profile: Profile) -> ProfileRead:
    etag(response, profile.version)
    return ProfileRead.seen_by(caller, profile)


@router.post("", status_code=201, response_model=ProfileRead, dependencies=[allows(can_keep_profiles)], responses=problems(401, 403, 409, 422, 503))
async def create_profile(body: ProfileCreate, response: Response, caller: CallerDep, session: SessionDep) -> ProfileRead:
    """Open the file of somebody who looks for work in a pool."""
    return _read(response, caller, await open_profile(session, caller=caller, body=body))


@router.get("", response_model=Page[ProfileRead], dependencies=[allows(can_read_profiles)], responses=problems(401, 403, 422))
async def list_profiles(
    *, caller: CallerDep, session: SessionDep, page: PageDep, pool: UUID | None = None, occupation: str | None = None, state: str | None = None, person: UUID | None = None
) -> Page[ProfileRead]:
    """Those who look for work in one's pools and consent to be shown to one, longest wait first."""
    statement = profiles_visible_to(caller)
    for column, wanted in ((Profile.pool_id, pool), (Profile.occupation_code, occupation), (Profile.state, state), (Profile.person_id, person)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Profile.opened_on, Profile.id], params=page)
    return found.of([ProfileRead.seen_by(caller, profile) for profile in found.items])


@router.get("/{profile_id}", response_model=ProfileRead, dependencies=[allows(can_read_profiles)], responses=problems(401, 403, 404))
async def read_profile(profile_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> ProfileRead:
    """One file; who was shown it stays in the audit."""
    profile = await get_visible_profile(session, caller, profile_id)
    await record_reads(session, caller, "profile", [(profile.id, profile.person_id)], fields=["wishes"])
    return _read(response, caller, profile)


@router.post("/{profile_id}/consents", status_code=201, response_model=ProfileRead, dependencies=[allows(can_keep_profiles)], responses=ACT)
async def create_consent(profile_id: UUID, body: ConsentCreate, response: Response, caller: CallerDep, session: SessionDep) -> ProfileRead:
    """Record to whom the person lets the file be shown."""
    return _read(response, caller, await give_consent(session, caller=caller, profile_id=profile_id, body=body))


@router.post("/{profile_id}/consent-withdrawal", status_code=201, response_model=ProfileRead, dependencies=[allows(can_keep_profiles)], responses=ACT)
async def create_consent_withdrawal(profile_id: UUID, body: ConsentWithdrawal, response: Response, caller: CallerDep, session: SessionDep) -> ProfileRead:
    """Record that the person took the consent back: the file is hidden at once."""
    return _read(response, caller, await withdraw_consent(session, caller=caller, profile_id=profile_id, body=body))


@router.post("/{profile_id}/ending", status_code=201, response_model=ProfileRead, dependencies=[allows(can_keep_profiles)], responses=ACT)
async def create_profile_ending(profile_id: UUID, body: ProfileEnding, response: Response, caller: CallerDep, session: SessionDep) -> ProfileRead:
    """Record that nothing is looked for any more."""
    return _read(response, caller, await end_profile(session, caller=caller, profile_id=profile_id, body=body))


@router.get("/{profile_id}/needs", response_model=Comparisons, dependencies=[allows(can_read_profiles)], responses=problems(401, 403, 404))
async def compare_profile(profile_id: UUID, caller: CallerDep, session: SessionDep) -> Comparisons:
    """For a person the posts of the pool, and why: criteria met and missing."""
    return await needs_for(session, caller, await get_visible_profile(session, caller, profile_id))


@of_needs.get("/{need_id}/profiles", response_model=Comparisons, dependencies=[allows(can_read_profiles)], responses=problems(401, 403, 404))
async def compare_need(need_id: UUID, caller: CallerDep, session: SessionDep) -> Comparisons:
    """For a need those who look for work, and why: criteria met and missing. Whose names are shown stays in the audit."""
    found = await people_for(session, caller, await get_visible_need(session, caller, need_id))
    await record_reads(session, caller, "profile", [(one.profile_id, one.person_id) for one in found.items], fields=["criteria"])
    return found


@matches.post("", status_code=201, response_model=MatchRead, dependencies=[allows(can_decide_matches)], responses=ACT)
async def create_match(body: MatchCreate, caller: CallerDep, session: SessionDep) -> MatchRead:
    """Decide about somebody for a need, with a reason."""
    return MatchRead.of(await decide_match(session, caller=caller, body=body))


@matches.get("", response_model=Page[MatchRead], dependencies=[allows(can_read_profiles)], responses=problems(401, 403, 422))
async def list_matches(
    *, caller: CallerDep, session: SessionDep, page: PageDep, need: UUID | None = None, profile: UUID | None = None, state: str | None = None
) -> Page[MatchRead]:
    """Decisions, oldest first."""
    statement = matches_visible_to(caller)
    for column, wanted in ((Match.need_id, need), (Match.profile_id, profile), (Match.state, state)):
        if wanted:
            statement = statement.where(column == wanted)
    found = await keyset_page(session, statement, keys=[Match.decided_on, Match.id], params=page)
    return found.of([MatchRead.of(match) for match in found.items])
