"""A candidate applies in a contest on the public site, with the documents; follows it by a private link, and may withdraw."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.applications.events import ApplicationReceived
from services.recruitment.applications.models import ApplicationFile
from services.recruitment.applications.queries import hash_of_key
from services.recruitment.applications.receiving import entered
from services.recruitment.applications.schemas import LinkRenewal
from services.recruitment.campaigns.models import Campaign
from services.recruitment.contests.applying import age_on, lot_applied_for
from services.recruitment.contests.guards import application_must_be_admissible
from services.recruitment.contests.models import Application, Contest, Result
from services.recruitment.contests.permissions import can_conduct
from services.recruitment.contests.public_schemas import ContestForm
from services.recruitment.contests.queries import applications_visible_to, get_visible_application, get_visible_contest
from services.recruitment.outreach.events import ProspectDropped
from services.recruitment.workflow import APPLICATION, PUBLISHED
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.calendars import add_months
from shared.clock import today
from shared.db import app_session, worker_session
from shared.errors import NotFound, Refused
from shared.events import record_event
from shared.files import StoredFile
from shared.i18n import _
from shared.ids import uuid7
from shared.references import hash_of
from shared.rulepacks import Rule

Papers = Sequence[tuple[str, StoredFile]]
_OF_KEY = text("SELECT id, path FROM contest_application_of_key(:hashed, CAST(:day AS date))")
_OVER = text(
    """
    UPDATE contest_applications a SET ended_on = :day FROM contests c
    WHERE c.id = a.contest_id AND a.key_hash IS NOT NULL AND a.ended_on IS NULL AND (a.state IN ('withdrawn', 'dismissed') OR c.list_valid_until < :day)
    RETURNING a.id, a.person_id, a.authority_path::text AS path
    """
)
_OPEN = text("SELECT prospect_is_open(:person)")


def open_contests() -> Select[tuple[Contest]]:
    """Those in which anybody may apply today."""
    day = today()
    return select(Contest).join(Campaign, Campaign.id == Contest.campaign_id).where(Contest.state == PUBLISHED, Campaign.opens_on <= day, Campaign.closes_on >= day)


async def published_contest(contest_id: UUID) -> Contest:
    """A contest that is published, for whoever has not signed in. Raises NotFound."""
    async with app_session(None) as session:
        contest = await session.scalar(select(Contest).where(Contest.id == contest_id, Contest.state == PUBLISHED))
    if contest is None:
        raise NotFound()
    return contest


async def apply_by_form(session: AsyncSession, *, site: Caller, contest_id: UUID, body: ContestForm, papers: Papers, language: str) -> Application:
    """Judged as any other application is, before anything is kept: the last day, the title, the age on 1 January, the documents (REC-06). A person of the authority decides on it."""
    contest = await get_visible_contest(session, site, contest_id)
    said = body.model_copy(update={"name": "", "birth_date": None, "email": None, "phone": None, "key": ""})  # what is remembered says nothing of who it is
    known = await session.scalar(applications_visible_to(site).where(Application.key_hash == hash_of_key(body.key)))
    if known is not None:
        if known.content_hash != hash_of(said):
            raise Refused(
                "key-used",
                _("This form was sent already with other answers."),
                rule=Rule("REC-ONCE", 1, "application per contest", "Relais rule book, recruitment (one active application per campaign)"),
                possible=_("Open the form anew."),
            )
        return known
    day, key = today(), hash_of_key(body.key)
    application = Application(
        id=uuid7(),
        content_hash=hash_of(said),
        authority_path=contest.authority_path,
        shared_with=[],
        contest=contest,
        lot=lot_applied_for(contest, body, day),
        age=age_on(contest, body.birth_date.isoformat(), None),
        documents=[paper for paper, _file in papers],
        authorised=any(paper == "authorisation" for paper, _file in papers),
        submitted_by=site.actor,
        submitted_on=day,
        key_hash=key,
        key_expires_on=last_day_of_link(contest, day),
        files=[],
        **body.model_dump(include={"occupation_code", "degree", "experience", "quota", "priority", "choices", "serving"}),
    )
    application_must_be_admissible(application, contest.pack)
    reached = {"email": body.email, "phone": body.phone}
    application.person_id = await entered(key, site.scope[0], body.name, reached, language=language, birth_date=body.birth_date)
    application.files = [ApplicationFile.of(application.person_id, application.authority_path, paper, file, day) for paper, file in papers]
    session.add(application)
    await session.flush()
    after = {"contest_id": contest.id, "lot_id": body.lot_id, "documents": application.documents}
    await record_audit(session, site.actor, "contest_application.submitted", "contest_application", application.id, after=after, done_on=day)
    told = {"id": application.id, "person_id": application.person_id, "authority_path": application.authority_path}
    record_event(session, ApplicationReceived(**told, state="open", is_kept=True, shown_to=[], hidden_from=[], changed_on=day))
    return application


async def renew_link(session: AsyncSession, *, caller: Caller, application_id: UUID, body: LinkRenewal) -> Application:
    """A candidate lost their private link: whoever conducts the contest makes sure who asks, and hands over a new one. The old one opens nothing from then on."""
    application = await get_visible_application(session, caller, application_id, lock=True)
    require(can_conduct(caller, application.contest))
    if application.key_hash == hash_of_key(body.key):
        return application
    application.key_hash, application.key_expires_on = hash_of_key(body.key), last_day_of_link(application.contest, today())
    await session.flush()
    after = {"verified": body.verified, "until": str(application.key_expires_on)}
    await record_audit(session, caller, "contest_application.link_renewed", "contest_application", application.id, after=after)
    return application


def last_day_of_link(contest: Contest, day: date) -> date:
    """As long after the session, or after the day on which it is given, as the rule says."""
    return add_months(max(contest.exam_on, day), contest.pack.rule("REC-LINK").value)


async def place_of_key(key: str) -> tuple[UUID, str]:
    """Which application in a contest a private link opens today, and whose authority it is. Raises NotFound."""
    async with app_session(None) as session:
        row = (await session.execute(_OF_KEY, {"hashed": hash_of_key(key), "day": today()})).one_or_none()
    if row is None:
        raise NotFound()
    return row.id, row.path


async def result_of(session: AsyncSession, application: Application) -> Result | None:
    return await session.scalar(select(Result).where(Result.application_id == application.id))  # type: ignore[no-any-return]


async def withdraw_by_candidate(session: AsyncSession, *, site: Caller, application_id: UUID) -> Application:
    """The candidate withdraws; once the results are out the authority records it, because the next one is called."""
    application = await get_visible_application(session, site, application_id, lock=True)
    if application.state == "withdrawn":
        return application
    if await result_of(session, application) is not None:
        raise Refused(
            "results-are-out",
            _("The results are published: whoever leaves the list is followed by the next one."),
            rule=Rule("REC-06", None, "", "Relais rule book, contests (a waiting list moves up in its order)"),
            possible=_("Tell the authority that holds the contest: it records that you withdraw."),
        )
    before = application.state
    application.move("withdraw", APPLICATION)
    application.withdrawn_on = today()
    await session.flush()
    await record_audit(session, site.actor, "contest_application.withdrawn", "contest_application", application.id, before={"state": before}, after={"state": application.state})
    return application


async def end_contest_applications() -> None:
    """Daily: who withdrew, was dismissed, or whose list is no longer valid has applied; with nothing else open they are kept as a candidate no longer."""
    async with worker_session() as session:
        for row in (await session.execute(_OVER, {"day": today()})).all():
            if not await session.scalar(_OPEN, {"person": row.person_id}):
                record_event(session, ProspectDropped(id=row.id, person_id=row.person_id, authority_path=row.path, dropped_on=today()))
