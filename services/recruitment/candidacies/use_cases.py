"""A known person applies; the criteria are judged and shown; a person decides."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.campaigns.guards import campaign_must_be_no_contest, window_must_be_open
from services.recruitment.campaigns.models import Campaign
from services.recruitment.campaigns.queries import campaigns_visible_to
from services.recruitment.candidacies.guards import criteria_must_be_met, criteria_on, reasons_must_be_given
from services.recruitment.candidacies.models import Candidacy
from services.recruitment.candidacies.permissions import can_judge, can_register_at
from services.recruitment.candidacies.queries import get_visible_candidacy
from services.recruitment.candidacies.schemas import CandidacyCreate, Eligibility
from services.recruitment.contests.queries import contest_of_campaign
from services.recruitment.replicas.queries import person_must_exist
from services.recruitment.rules import PACKS
from services.recruitment.workflow import ELIGIBLE
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Malformed
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def register_candidacy(session: AsyncSession, *, caller: Caller, body: CandidacyCreate) -> Candidacy:
    """A person whom the registry knows applies for one need of an open campaign; nothing about them is typed twice."""
    done_on = judge_done_on(caller, body.done_on)
    campaign = await session.scalar(campaigns_visible_to(caller).where(Campaign.id == body.campaign_id))
    if campaign is None:
        raise Malformed.field("campaign_id", _("There is no campaign with this identifier that you may see."))
    need = next((need for need in campaign.needs if need.id == body.need_id), None)
    if need is None:
        raise Malformed.field("need_id", _("The campaign does not answer this need, or you may not see it."))
    require(can_register_at(caller, need.authority_path))
    if known := await by_reference(session, Candidacy, authority_path=need.authority_path, body=body, reference=body.reference):
        return known
    campaign_must_be_no_contest(await contest_of_campaign(session, campaign.id))
    window_must_be_open(campaign, done_on, PACKS.pinned(campaign.rule_pack))
    facility = await place_on(session, need.facility_code, done_on)
    await person_must_exist(caller, body.person_id)
    candidacy = Candidacy(
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=need.authority_path,
        campaign_id=campaign.id,
        campaign=campaign,
        need_id=need.id,
        need=need,
        person_id=body.person_id,
        occupation_code=body.occupation_code,
        degree=body.degree,
        experience=body.experience,
        left_public_sector_of_province=body.left_public_sector_of_province,
        facility_code=facility.code,
        facility_group=facility.tier,
        submitted_by=caller.actor,
        submitted_on=done_on,
    )
    session.add(candidacy)
    await session.flush()
    await record_audit(session, caller, "candidacy.submitted", "candidacy", candidacy.id, after=body.model_dump(mode="json"), done_on=done_on)
    return candidacy


async def decide_eligibility(session: AsyncSession, *, caller: Caller, candidacy_id: UUID, body: Eligibility, if_match: str | None = None) -> Candidacy:
    """A person decides, sees every criterion met and missing, and gives reasons for a refusal."""
    done_on = judge_done_on(caller, body.done_on)
    candidacy = await get_visible_candidacy(session, caller, candidacy_id, lock=True)
    require(can_judge(caller, candidacy))
    if (candidacy.decided_by, candidacy.decided_on, candidacy.state, candidacy.comment) == (caller.actor, done_on, body.outcome, body.comment):
        return candidacy
    require_current(if_match, candidacy.version)
    facility = await place_on(session, candidacy.facility_code, done_on)
    criteria = criteria_on(candidacy, done_on, facility_group=facility.tier)
    reasons_must_be_given(body.outcome, body.comment)
    if body.outcome == ELIGIBLE:
        criteria_must_be_met(criteria)
    before = candidacy.state
    candidacy.decide(body.outcome, by=caller.actor, on=done_on, comment=body.comment, criteria=[criterion.stored() for criterion in criteria])
    await record_audit(
        session,
        caller,
        "candidacy.judged",
        "candidacy",
        candidacy.id,
        before={"state": before},
        after={"state": candidacy.state, "criteria": candidacy.criteria},
        done_on=done_on,
    )
    return candidacy
