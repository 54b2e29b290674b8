"""Those who are called get an offer: their application becomes a candidacy and a post with room is offered, so that nothing is typed twice."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.candidacies.models import Candidacy
from services.recruitment.contests.calendar import offer_until
from services.recruitment.contests.models import Application, Contest, Result
from services.recruitment.contests.permissions import can_conduct
from services.recruitment.contests.queries import get_visible_contest
from services.recruitment.contests.schemas import OffersSent, Step
from services.recruitment.hires.models import Hire
from services.recruitment.needs.models import Need
from services.recruitment.offers.models import Offer
from services.recruitment.offers.use_cases import make_offer
from services.recruitment.policies.eligibility import Situation, answers_the_need
from services.recruitment.replicas.models import Landing, Post
from services.recruitment.workflow import ACCEPTED, ELIGIBLE, RESULTS, SEATED, SENT
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Refused
from shared.i18n import _, translate
from shared.references import hash_of
from shared.rulepacks import Rule


async def call_selected(session: AsyncSession, *, caller: Caller, contest_id: UUID, body: Step) -> OffersSent:
    """The system has prepared who is called; the officer's act sends the offers, and their clocks start that day (AUTOMATIC)."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, contest_id, lock=True)
    require(can_conduct(caller, contest))
    if contest.state != RESULTS:
        raise Refused(
            "state-does-not-allow",
            _("This act is not open: the state is “{state}”."),
            rule=Rule("WF-contest-offer", [RESULTS], "states that allow it", "Relais rule book, recruitment (state machines)"),
            possible=_("It is open while the state is “{wanted}”."),
            state=translate(contest.state),
            wanted=translate(RESULTS),
        )
    waiting = list(
        await session.scalars(
            select(Result).where(Result.contest_id == contest.id, Result.outcome == "selected", Result.candidacy_id.is_(None)).order_by(Result.lot_id, Result.rank)
        )
    )
    needs = {need.id: need for need in contest.campaign.needs}
    posts = await _posts_with_room(session, needs.values())
    sent, without = 0, []
    for result in waiting:
        assert result.need_id is not None
        need = needs[result.need_id]
        post = next((post for post in posts if _fits(post, need, done_on) and post.free > 0), None)
        if post is None:
            without.append(result.application_id)
            continue
        post.free -= 1
        candidacy = await _candidacy(session, caller, contest, result.application, need, done_on)
        result.candidacy_id = candidacy.id
        await make_offer(session, caller, candidacy, post_id=post.id, on=done_on, expires_on=offer_until(done_on, contest.pack), reference=None, content_hash=hash_of(body))
        sent += 1
    return OffersSent(sent=sent, without_post=without)


class _Free:
    """A post and how many more people it may be offered to."""

    def __init__(self, post: Post, promised: int) -> None:
        self.post, self.id, self.free = post, post.id, post.fte - post.filled - Decimal(promised)


def _fits(free: _Free, need: Need, day: date) -> bool:
    post = free.post
    if need.post_id is not None:
        return post.id == need.post_id
    same = (post.facility_code, post.occupation_code) == (need.facility_code, need.occupation_code)
    return same and not post.frozen and post.is_open(max(day, post.open_from))


async def _posts_with_room(session: AsyncSession, needs: Iterable[Need]) -> list[_Free]:
    """The posts of the places, with what is promised on each already."""
    places = {need.facility_code for need in needs}
    posts = list(await session.scalars(select(Post).where(Post.facility_code.in_(places)).order_by(Post.facility_code, Post.id)))
    ids = [post.id for post in posts]
    landed = select(Landing.hire_id).where(Landing.hire_id == Hire.id).exists()
    hires = await session.execute(select(Hire.post_id, func.count()).where(Hire.post_id.in_(ids), Hire.state.in_(SEATED), ~landed).group_by(Hire.post_id))
    offers = await session.execute(select(Offer.post_id, func.count()).where(Offer.post_id.in_(ids), Offer.state.in_((SENT, ACCEPTED))).group_by(Offer.post_id))
    promised = Counter(dict(hires.tuples().all())) + Counter(dict(offers.tuples().all()))
    return [_Free(post, promised[post.id]) for post in posts]


async def _candidacy(session: AsyncSession, caller: Caller, contest: Contest, application: Application, need: Need, day: date) -> Candidacy:
    """The application as the candidacy of the place that was given: found eligible by the jury's list."""
    facility = await place_on(session, need.facility_code, day)
    situation = Situation(application.occupation_code, application.degree, application.experience, False, need.occupation_code, need.facility_code, facility.tier)
    candidacy = Candidacy(
        reference=f"{contest.code}/{application.id}",
        content_hash=application.content_hash,
        authority_path=need.authority_path,
        campaign_id=contest.campaign_id,
        campaign=contest.campaign,
        need_id=need.id,
        need=need,
        person_id=application.person_id,
        occupation_code=application.occupation_code,
        degree=application.degree,
        experience=application.experience,
        left_public_sector_of_province=False,
        facility_code=facility.code,
        facility_group=facility.tier,
        submitted_by=application.submitted_by,
        submitted_on=application.submitted_on,
        state=ELIGIBLE,
        decided_by=caller.actor,
        decided_on=day,
        criteria=[answers_the_need(situation, contest.pack).stored()],
    )
    session.add(candidacy)
    await session.flush()
    return candidacy
