"""Somebody looks for work in a pool, consents to be shown to some members, takes it back; an employer decides, with a reason."""

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.needs.queries import get_visible_need
from services.recruitment.outreach.events import ProspectDropped
from services.recruitment.pools.guards import member_that_accepted
from services.recruitment.pools.models import Pool
from services.recruitment.pools.queries import get_visible_pool, pools_visible_to
from services.recruitment.profiles.comparing import compare_one
from services.recruitment.profiles.guards import must_be_looking, must_be_shown_to, must_have_a_consent, need_must_be_open
from services.recruitment.profiles.models import CONSENT, Consent, Match, Profile
from services.recruitment.profiles.permissions import can_decide, can_keep, can_open_in
from services.recruitment.profiles.queries import get_visible_profile, profiles_visible_to
from services.recruitment.profiles.schemas import Closing, ConsentCreate, ConsentWithdrawal, LookingSaid, MatchCreate, Means, ProfileCreate, ProfileEnding
from services.recruitment.profiles.sharing import tell_shown
from services.recruitment.replicas.queries import person_must_be_known
from services.recruitment.workflow import LOOKING
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed, Refused
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of

_NOTHING_OPEN = text("SELECT EXISTS (SELECT FROM applications WHERE person_id = :person) AND NOT prospect_is_open(:person)")


async def open_profile(session: AsyncSession, *, caller: Caller, body: ProfileCreate) -> Profile:
    """Somebody whom the registry knows looks for work in a pool; no member sees it before the person consents."""
    done_on = judge_done_on(caller, body.done_on)
    pool = await session.scalar(pools_visible_to(caller).where(Pool.id == body.pool_id))
    if pool is None:
        raise Malformed.field("pool_id", _("There is no pool with this identifier that you may see."))
    require(can_open_in(caller, pool))
    if known := await by_reference(session, Profile, authority_path=pool.authority_path, body=body, reference=body.reference):
        return known
    await person_must_be_known(caller, body.person_id)
    said = body.model_dump(exclude={"done_on"})
    profile = Profile(content_hash=hash_of(body), authority_path=pool.authority_path, opened_by=caller.actor, opened_on=done_on, consents=[], **said)
    session.add(profile)
    await session.flush()
    await record_audit(session, caller, "profile.opened", "profile", profile.id, after=body.model_dump(mode="json", exclude={"note"}), done_on=done_on)
    return profile


async def give_consent(session: AsyncSession, *, caller: Caller, profile_id: UUID, body: ConsentCreate) -> Profile:
    """The person names the members to whom the file may be shown (PTRH-01); what stood before ends with it."""
    done_on = judge_done_on(caller, body.done_on)
    profile = await get_visible_profile(session, caller, profile_id, lock=True)
    require(can_keep(caller, profile))
    must_be_looking(profile)
    pool = await get_visible_pool(session, caller, profile.pool_id)
    partners = sorted(member_that_accepted(pool, code).facility_code for code in set(body.partners))
    standing = profile.consent
    if standing is not None and (standing.partners, standing.means, standing.given_on) == (partners, body.means, done_on):
        return profile
    await _consent(session, profile, partners, means=body.means, by=caller.actor, on=done_on)
    await record_audit(session, caller, "profile.consent_given", "profile", profile.id, after={"partners": partners, "means": body.means}, done_on=done_on)
    return profile


async def _consent(session: AsyncSession, profile: Profile, partners: list[str], *, means: Means, by: str, on: date) -> None:
    standing, seen_before = profile.consent, list(profile.shared_with)
    if standing is not None:
        _must_follow(standing, on)
        standing.withdraw(by=by, on=on)
        await session.flush()
    walls = {"pool_id": profile.pool_id, "person_id": profile.person_id, "authority_path": profile.authority_path}
    profile.consents.append(Consent(partners=partners, means=means, given_on=on, recorded_by=by, **walls))
    await session.flush()
    await tell_shown(session, profile, seen_before)


async def look_in_pool(session: AsyncSession, *, by: Caller, said: LookingSaid, means: Means, on: date) -> Profile:
    """Whoever applies asks to be in the pool's file too: every employer of the pool that accepted its charter is shown them (PTRH-02). Who is there already is brought up to date."""
    pool = await session.scalar(pools_visible_to(by).where(Pool.id == said.pool_id))
    partners = sorted(one.facility_code for one in pool.members if one.takes_part_as == "employer" and one.acceptances) if pool else []
    if pool is None or not partners:
        raise Malformed.field("pool_consent", _("No pool of employers stands behind these posts."))
    profile = await session.scalar(
        profiles_visible_to(by).where(Profile.pool_id == pool.id, Profile.person_id == said.person_id, Profile.state == LOOKING).with_for_update(of=Profile)
    )
    if profile is None:
        walls = {"content_hash": hash_of(said), "authority_path": pool.authority_path, "shared_with": []}
        profile = Profile(opened_by=by.actor, opened_on=on, places=[], consents=[], **said.model_dump(), **walls)
        session.add(profile)
    else:
        profile.occupation_code, profile.available_from = said.occupation_code, said.available_from
    await session.flush()
    await _consent(session, profile, partners, means=means, by=by.actor, on=on)
    await record_audit(session, by, "profile.asked_for", "profile", profile.id, after={"pool_id": str(pool.id), "partners": partners, "means": means}, done_on=on)
    return profile


async def withdraw_consent(session: AsyncSession, *, caller: Caller, profile_id: UUID, body: ConsentWithdrawal) -> Profile:
    """The person takes the consent back: the file is hidden at once from every member."""
    done_on = judge_done_on(caller, body.done_on)
    profile = await get_visible_profile(session, caller, profile_id, lock=True)
    require(can_keep(caller, profile))
    last = profile.consents[-1] if profile.consents else None
    if profile.consent is None and last is not None and last.withdrawn_on == done_on:
        return profile
    consent = must_have_a_consent(profile)
    _must_follow(consent, done_on)
    seen_before = list(profile.shared_with)
    consent.withdraw(by=caller.actor, on=done_on)
    await session.flush()
    await tell_shown(session, profile, seen_before)
    await record_audit(session, caller, "profile.consent_withdrawn", "profile", profile.id, before={"partners": consent.partners}, done_on=done_on)
    return profile


def _must_follow(consent: Consent, day: date) -> None:
    if day < consent.given_on:
        raise Refused("before-the-consent", _("The consent is of {day}."), rule=CONSENT, possible=_("Date it {day} or later."), day=consent.given_on.isoformat())


async def end_profile(session: AsyncSession, *, caller: Caller, profile_id: UUID, body: ProfileEnding) -> Profile:
    """The person found work, or looks for none any more: nobody is shown the file from now on."""
    done_on = judge_done_on(caller, body.done_on)
    profile = await get_visible_profile(session, caller, profile_id, lock=True)
    require(can_keep(caller, profile))
    if (profile.closed_on, profile.closing) == (done_on, body.closing):
        return profile
    await _end(session, profile, closing=body.closing, on=done_on)
    await record_audit(session, caller, "profile.ended", "profile", profile.id, after={"closing": body.closing}, done_on=done_on)
    return profile


async def close_by_candidate(session: AsyncSession, *, by: Caller, profile_id: UUID, on: date) -> bool:
    """The candidate takes back what they asked for on the public site: the file is closed and hidden from every member. False when it was closed before."""
    profile = await get_visible_profile(session, by, profile_id, lock=True)
    if profile.state != LOOKING:
        return False
    if profile.consent is not None:
        profile.consent.withdraw(by=by.actor, on=max(on, profile.consent.given_on))
    await _end(session, profile, closing="stopped", on=on)
    await record_audit(session, by.actor, "profile.ended", "profile", profile.id, after={"closing": "stopped"}, done_on=on)
    return True


async def _end(session: AsyncSession, profile: Profile, *, closing: Closing, on: date) -> None:
    """Whoever applied on the site and has nothing open any more is kept as a candidate no longer."""
    seen_before = list(profile.shared_with)
    profile.end(on=on, closing=closing)
    await session.flush()
    await tell_shown(session, profile, seen_before)
    if await session.scalar(_NOTHING_OPEN, {"person": profile.person_id}):
        record_event(session, ProspectDropped(id=profile.id, person_id=profile.person_id, authority_path=profile.authority_path, dropped_on=on))


async def decide_match(session: AsyncSession, *, caller: Caller, body: MatchCreate) -> Match:
    """The employer decides about somebody who is shown to it, for one of its needs, with a reason; the criteria of that day stay with the decision."""
    done_on = judge_done_on(caller, body.done_on)
    need = await get_visible_need(session, caller, body.need_id)
    require(can_decide(caller, need))
    profile = await get_visible_profile(session, caller, body.profile_id)
    if known := await by_reference(session, Match, authority_path=need.authority_path, body=body, reference=body.reference):
        return known
    need_must_be_open(need, profile)
    must_be_looking(profile)
    member_that_accepted(await get_visible_pool(session, caller, profile.pool_id), need.facility_code)
    must_be_shown_to(profile, need.facility_code)
    criteria = await compare_one(session, need, profile, done_on)
    match = Match(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=need.authority_path,
        need_id=need.id,
        profile_id=profile.id,
        person_id=profile.person_id,
        facility_code=need.facility_code,
        reason=body.reason,
        criteria=[criterion.stored() for criterion in criteria],
        decided_by=caller.actor,
        decided_on=done_on,
        state=body.outcome,
    )
    session.add(match)
    await session.flush()
    await record_audit(session, caller, "match.decided", "match", match.id, after={"need_id": need.id, "outcome": body.outcome, "criteria": match.criteria}, done_on=done_on)
    return match
