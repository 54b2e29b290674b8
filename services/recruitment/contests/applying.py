"""A person applies in a contest; a person decides whether they are admitted, with reasons, and another one answers an appeal."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.campaigns.guards import window_must_be_open
from services.recruitment.contests.guards import appeal_must_be_in_time, application_must_be_admissible, title_must_answer
from services.recruitment.contests.models import Application, Contest, Lot, Result
from services.recruitment.contests.moving_up import leave
from services.recruitment.contests.permissions import can_answer_appeal, can_conduct
from services.recruitment.contests.queries import get_visible_application, get_visible_contest
from services.recruitment.contests.schemas import Admissibility, Appeal, AppealAnswer, ApplicationCreate, Declared, Step
from services.recruitment.workflow import ADMITTED, APPLICATION
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clients import ask
from shared.clock import judge_done_on
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule


async def register_application(session: AsyncSession, *, caller: Caller, body: ApplicationCreate) -> Application:
    """A person whom the registry knows applies for one region and title while the window is open, and says which places they want first."""
    done_on = judge_done_on(caller, body.done_on)
    contest = await get_visible_contest(session, caller, body.contest_id)
    require(can_conduct(caller, contest))
    if known := await by_reference(session, Application, authority_path=contest.authority_path, body=body, reference=body.reference):
        return known
    lot = lot_applied_for(contest, body, done_on)
    person = await ask(caller, "GET", f"/api/v1/registry/persons/{body.person_id}")
    if person is None:
        raise Malformed.field("person_id", _("There is no person with this identifier that you may see."))
    application = Application(
        content_hash=hash_of(body),
        authority_path=contest.authority_path,
        contest=contest,
        lot=lot,
        age=age_on(contest, person.get("birth_date"), person.get("birth_year")),
        submitted_by=caller.actor,
        submitted_on=done_on,
        files=[],
        **body.model_dump(exclude={"done_on"}),
    )
    session.add(application)
    await session.flush()
    await record_audit(session, caller, "contest_application.submitted", "contest_application", application.id, after=body.model_dump(mode="json"), done_on=done_on)
    return application


def lot_applied_for(contest: Contest, body: Declared, on: date) -> Lot:
    """The posts for which somebody applies on a day, by whichever way: the window is open, and what is declared is known to the rules of the contest.

    Raises Refused after the last day or for a title that does not answer, Malformed for what the contest does not have.
    """
    window_must_be_open(contest.campaign, on, contest.pack)
    lot = next((lot for lot in contest.lots if lot.id == body.lot_id), None)
    if lot is None:
        raise Malformed.field("lot_id", _("The contest has no such posts."))
    if not set(body.choices) <= set(lot.need_ids) or len(set(body.choices)) != len(body.choices):
        raise Malformed.field("choices", _("A choice is one of the places of these posts, each once."))
    for name, rule in (("quota", "CONTEST-QUOTAS"), ("priority", "CONTEST-POINTS")):
        said, known_words = getattr(body, name), contest.pack.rule(rule).value
        if said is not None and said not in known_words:
            raise Malformed.field(name, _("The rules of this contest know: {known}."), known=", ".join(known_words) or "–")
    title_must_answer(lot, body.occupation_code, contest.pack)
    return lot


def age_on(contest: Contest, birth_date: str | None, birth_year: int | None) -> int | None:
    """Completed years on 1 January of the year of the session (R-AGE); of a year alone, those that are certain."""
    if birth_date is not None:
        born = date.fromisoformat(birth_date)
        return contest.exam_on.year - born.year - ((born.month, born.day) > (1, 1))
    return contest.exam_on.year - birth_year - 1 if birth_year is not None else None


async def decide_admissibility(session: AsyncSession, *, caller: Caller, application_id: UUID, body: Admissibility, if_match: str | None = None) -> Application:
    """A person decides, sees every criterion, and gives reasons for a refusal; the candidate may appeal."""
    done_on = judge_done_on(caller, body.done_on)
    application = await get_visible_application(session, caller, application_id, lock=True)
    require(can_conduct(caller, application.contest))
    said = (caller.actor, done_on, body.outcome, body.reason, body.quota_proven, body.priority_proven)
    if (application.decided_by, application.decided_on, application.state, application.reason, application.quota_proven, application.priority_proven) == said:
        return application
    require_current(if_match, application.version)
    before = application.state
    if body.outcome == ADMITTED:
        application_must_be_admissible(application, application.contest.pack)
    application.decide("admit" if body.outcome == ADMITTED else "refuse", by=caller.actor, on=done_on, reason=body.reason)
    application.quota_proven, application.priority_proven = body.quota_proven, body.priority_proven
    await _audit(session, caller, application, before, done_on)
    return application


async def lodge_appeal(session: AsyncSession, *, caller: Caller, application_id: UUID, body: Appeal, if_match: str | None = None) -> Application:
    """The candidate's appeal is stamped, in the days that the rule gives."""
    done_on = judge_done_on(caller, body.done_on)
    application = await get_visible_application(session, caller, application_id, lock=True)
    require(can_conduct(caller, application.contest))
    require_current(if_match, application.version)
    before = application.state
    APPLICATION.after("appeal", before)
    appeal_must_be_in_time(application, done_on)
    application.move("appeal", APPLICATION)
    application.appealed_on, application.appeal = done_on, body.appeal
    await _audit(session, caller, application, before, done_on)
    return application


async def answer_appeal(session: AsyncSession, *, caller: Caller, application_id: UUID, body: AppealAnswer, if_match: str | None = None) -> Application:
    """Another person than the one who decided answers, with the reason (REC-06)."""
    done_on = judge_done_on(caller, body.done_on)
    application = await get_visible_application(session, caller, application_id, lock=True)
    require(can_answer_appeal(caller, application))
    require_current(if_match, application.version)
    before = application.state
    application.move("grant_appeal" if body.outcome == ADMITTED else "dismiss_appeal", APPLICATION)
    application.answered_by, application.answered_on, application.answer = caller.actor, done_on, body.answer
    if body.outcome == ADMITTED:
        application.quota_proven, application.priority_proven = body.quota_proven, body.priority_proven
    await _audit(session, caller, application, before, done_on)
    return application


async def withdraw_application(session: AsyncSession, *, caller: Caller, application_id: UUID, body: Step, if_match: str | None = None) -> Application:
    """The candidate withdraws; after the list is published the next one is called."""
    done_on = judge_done_on(caller, body.done_on)
    application = await get_visible_application(session, caller, application_id, lock=True)
    require(can_conduct(caller, application.contest))
    require_current(if_match, application.version)
    before = application.state
    result = await session.scalar(select(Result).where(Result.application_id == application.id).with_for_update(of=Result))
    if result is not None and result.candidacy_id is not None:
        raise Refused(
            "offer-sent-already",
            _("A post was offered to this person already."),
            rule=Rule("REC-OFFER-ONCE", 1, "answer to an offer", "Relais rule book, recruitment (whoever was offered a post accepts or declines it)"),
            possible=_("Record that the person declines the offer."),
        )
    application.move("withdraw", APPLICATION)
    application.withdrawn_on = done_on
    if result is not None and result.outcome in ("selected", "waiting"):
        await leave(session, caller, application.contest, result, why="withdrawn", on=done_on)
    await _audit(session, caller, application, before, done_on)
    return application


async def _audit(session: AsyncSession, caller: Caller, application: Application, before: str, on: date) -> None:
    await session.flush()
    after = {"state": application.state, "reason": application.answer or application.reason}
    await record_audit(session, caller, f"contest_application.{application.state}", "contest_application", application.id, before={"state": before}, after=after, done_on=on)
