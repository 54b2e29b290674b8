"""A hire and the register of decisions: what is asked to be signed, and what a signature, a number or a revocation changes here."""

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.candidacies.guards import criteria_must_be_met, criteria_on
from services.recruitment.candidacies.models import Candidacy
from services.recruitment.contests.queries import contest_of_campaign
from services.recruitment.decisions.events import DecisionRequested
from services.recruitment.dues.events import DueChanged
from services.recruitment.hires.events import decided, numbered, revoked
from services.recruitment.hires.guards import post_must_fit, post_must_have_room, signatory_must_be_another, signature_must_follow_proposal
from services.recruitment.hires.models import Hire, Signature
from services.recruitment.policies.grants import Grant, grant_of
from services.recruitment.policies.models import AttractionPolicy
from services.recruitment.replicas.models import Post
from services.recruitment.replicas.queries import hires_on_their_way
from services.recruitment.rules import PACKS, pack_of
from services.recruitment.workflow import CONFLICTING, DECIDED, PROPOSED, REVOKED, WITHDRAWN
from shared.audit import record_audit
from shared.auth import Caller
from shared.decisions import DecisionNumbered, DecisionRevoked, DecisionSigned, Effects
from shared.directory import place_on
from shared.dues import due_id
from shared.errors import Malformed, Problem, Refused
from shared.events import Received, record_event
from shared.i18n import _
from shared.inbox import NotKnownYet, Poison
from shared.rulepacks import Rule

KIND = "hire"
BY = "consumer:recruitment"
TO_SETTLE = "hire_conflicting"


def ask_for_signature(session: AsyncSession, hire: Hire, policy: AttractionPolicy | None, grounds: list[str]) -> None:
    """The register files what is proposed, or takes it off the signing table when it is withdrawn."""
    record_event(
        session,
        DecisionRequested(
            id=hire.id,
            kind=KIND,
            source_service="recruitment",
            state="withdrawn" if hire.state == WITHDRAWN else "proposed",
            authority_path=hire.authority_path,
            facility_code=hire.facility_code,
            person_ids=[hire.person_id],
            proposed_by=hire.proposed_by,
            proposed_on=hire.proposed_on,
            effective_on=hire.starts_on,
            legal_basis=grounds,
            facts={"post_id": str(hire.post_id), "need_id": str(hire.need_id), "occupation_code": hire.occupation_code, "degree": hire.degree} | _money(hire, policy),
        ),
    )


async def grounds_of(session: AsyncSession, candidacy: Candidacy) -> list[str]:
    """On what the decision stands: the policy that pays, and the decision that opened the contest."""
    contest = await contest_of_campaign(session, candidacy.campaign_id)
    policy = candidacy.campaign.policy
    return [text for text in (policy.citation if policy else None, contest.opening_decision if contest else None) if text]


def _money(hire: Hire, policy: AttractionPolicy | None) -> dict[str, Any]:
    """What the signatory commits beside the post."""
    if policy is None or hire.commitment_ends_on is None:
        return {}
    return {
        "policy_resolution": policy.resolution_no,
        "facility_group": hire.facility_group,
        "amount": hire.amount,
        "currency": hire.currency,
        "commitment_years": hire.commitment_years,
        "commitment_ends_on": hire.commitment_ends_on.isoformat(),
    }


async def judge_on(session: AsyncSession, hire: Hire, signature: Signature) -> Grant | None:
    """Whether what was signed still fits on the day of the signature, and what the policy gives that day (ATT-01, ATT-04).

    Raises Refused, or NotKnownYet while the post has not been heard of.
    """
    candidacy = await session.get_one(Candidacy, hire.candidacy_id)
    policy = candidacy.campaign.policy
    pack = PACKS.pinned(candidacy.campaign.rule_pack)
    if hire.state == WITHDRAWN:
        raise Refused(
            "signed-after-withdrawal",
            _("The hire had been withdrawn when its decision was signed."),
            rule=Rule("WF-hire-decide", [PROPOSED], "states that allow it", "Relais rule book, recruitment (a hire that is withdrawn is not signed)"),
            possible=_("Have the decision revoked."),
        )
    signed_on = signature.on
    signatory_must_be_another(hire, signature.by, pack)
    signature_must_follow_proposal(hire, signed_on)
    try:
        group = (await place_on(session, hire.facility_code, signed_on)).tier
    except Malformed as gone:
        raise Refused(
            "facility-gone",
            _("No facility {code} exists on {day}."),
            rule=pack_of(hire.facility_code, signed_on).rule("REC-NEED"),
            possible=_("Have the decision revoked, and propose the person for a place that exists."),
            code=hire.facility_code,
            day=signed_on.isoformat(),
        ) from gone
    criteria_must_be_met(criteria_on(candidacy, signed_on, facility_group=group))
    post = await session.get(Post, hire.post_id)
    if post is None:
        raise NotKnownYet("post", hire.post_id)
    post_must_fit(post, candidacy, hire.starts_on, pack)
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:post, 0))"), {"post": str(post.id)})
    post_must_have_room(post, await hires_on_their_way(session, post.id, beside=hire.id), pack)
    return grant_of(policy, facility_group=group, degree=hire.degree, experience=hire.experience, starts_on=hire.starts_on)


async def settle(session: AsyncSession, hire: Hire, signature: Signature, *, by: Caller | str) -> None:
    """A signed hire takes effect and the others are told. Raises Refused when it does not fit."""
    before = hire.state
    hire.decide(await judge_on(session, hire, signature), signature)
    await session.flush()
    record_event(session, decided(hire))
    if before == CONFLICTING:
        tell_due(session, hire, "done")
    await _audit(session, hire, before, by)


async def set_aside(session: AsyncSession, hire: Hire, signature: Signature, conflict: str) -> None:
    """A signed hire that does not fit is kept as conflicting, with a line on the work-list."""
    before = hire.state
    hire.set_aside(conflict, signature)
    tell_due(session, hire, "open")
    await _audit(session, hire, before, BY)


async def _audit(session: AsyncSession, hire: Hire, before: str, by: Caller | str) -> None:
    after = {"state": hire.state, "decision": hire.decision, "conflict": hire.conflict, "amount": hire.amount, "facility_group": hire.facility_group}
    await record_audit(session, by, f"hire.{hire.state}", "hire", hire.id, before={"state": before}, after=after, done_on=hire.signed_on)


def tell_due(session: AsyncSession, hire: Hire, state: str) -> None:
    """Somebody at the authority must settle a signed hire that does not fit."""
    day = hire.signed_on
    record_event(
        session,
        DueChanged.model_validate(
            {
                "id": due_id(TO_SETTLE, hire.id),
                "kind": TO_SETTLE,
                "subject_id": hire.id,
                "path": f"/candidacies/{hire.candidacy_id}",
                "authority_path": hire.authority_path,
                "facility_code": hire.facility_code,
                "person_id": hire.person_id,
                "due_on": day,
                "warn_on": day,
                "responsible": "regional-administrator",
                "state": state,
                "facts": {"conflict": hire.conflict},
            }
        ),
    )


async def _hire_of(session: AsyncSession, event: Received[DecisionSigned] | Received[DecisionRevoked] | Received[DecisionNumbered]) -> Hire:
    hire = await session.scalar(select(Hire).where(Hire.id == event.data.source_id).with_for_update())
    if hire is None:
        raise Poison("the register speaks of a hire that was never proposed here")
    return hire


async def on_signed(session: AsyncSession, event: Received[DecisionSigned]) -> None:
    """The signatory signed: guards are judged on the day of the signature; a fact that does not fit is kept as conflicting."""
    hire = await _hire_of(session, event)
    if hire.state not in (PROPOSED, WITHDRAWN):
        return
    signature = Signature(event.data.signed_by, event.data.signed_on, event.data.number)
    try:
        await settle(session, hire, signature, by=BY)
    except Problem as refused:
        await set_aside(session, hire, signature, refused.slug)


async def on_revoked(session: AsyncSession, event: Received[DecisionRevoked]) -> None:
    """The need and the post have their seat again; the registry takes the assignment back."""
    hire = await _hire_of(session, event)
    if hire.state == REVOKED:
        return
    before = hire.state
    hire.revoke(by=event.data.revoked_by, on=event.data.revoked_on, effective_from=event.data.effective_on, number=event.data.revocation_number)
    if before == DECIDED:
        record_event(session, revoked(hire, done_on=event.data.revoked_on))
    else:
        tell_due(session, hire, "dropped")
    await record_audit(session, BY, "hire.revoked", "hire", hire.id, before={"state": before}, after={"state": hire.state}, done_on=event.data.revoked_on)


async def on_numbered(session: AsyncSession, event: Received[DecisionNumbered]) -> None:
    """A decision that was to be regularised has its number."""
    hire = await _hire_of(session, event)
    hire.decision_number = event.data.number
    if hire.state == DECIDED:
        record_event(session, numbered(hire))


EFFECTS = {KIND: Effects(signed=on_signed, revoked=on_revoked, numbered=on_numbered)}
