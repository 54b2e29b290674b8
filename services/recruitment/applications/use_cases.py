"""A candidate applies once to several employers, follows it, takes back what they consented to; employers move it on and say why."""

from collections.abc import Sequence
from datetime import date
from secrets import token_urlsafe
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.applications.events import ApplicationChanged, ApplicationReceived, ApplicationState
from services.recruitment.applications.models import PTRH_01, Application, ApplicationFile, Choice
from services.recruitment.applications.permissions import can_move, can_renew_link, can_work_on_applications
from services.recruitment.applications.queries import applications_visible_to, get_visible_application, get_visible_choice, hash_of_key
from services.recruitment.applications.receiving import entered
from services.recruitment.applications.schemas import ApplicationCreate, ApplicationEntry, LinkRenewal, Move, Paper, Said
from services.recruitment.campaigns.guards import campaign_must_be_no_contest, window_must_be_open
from services.recruitment.campaigns.models import Campaign
from services.recruitment.candidacies.models import Candidacy
from services.recruitment.contests.queries import contest_of_campaign
from services.recruitment.profiles.schemas import LookingSaid, Means
from services.recruitment.profiles.use_cases import close_by_candidate, look_in_pool
from services.recruitment.rules import PACKS, pack_of
from services.recruitment.vacancies.models import Vacancy
from services.recruitment.vacancies.queries import vacancies_visible_to
from services.recruitment.workflow import CANDIDACY, OPEN, PUBLISHED, WITHDRAWN
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.calendars import add_months
from shared.clock import judge_done_on, today
from shared.directory import place_on
from shared.errors import Malformed, Refused
from shared.events import record_event
from shared.files import StoredFile
from shared.i18n import _
from shared.ids import uuid7
from shared.people import names_of
from shared.records import by_reference
from shared.references import hash_of

Papers = Sequence[tuple[str, StoredFile]]
MOST_FILES = 12
MOST_LINK_MONTHS = 12
"""A post that stays open for years opens no link for years."""


# ---- Applying --------------------------------------------------------------------------------------------------------


def authority_of(vacancies: Sequence[Vacancy]) -> str:
    """The authority to whose employers the application goes. Raises Malformed for those of several: one consent is not given to two countries' laws."""
    found = {".".join(vacancy.authority_path.split(".")[:2]) for vacancy in vacancies}
    if len(found) != 1:
        raise Malformed.field("vacancy_ids", _("One application goes to employers of one territory. Apply once more for the others."))
    return found.pop()


async def apply(session: AsyncSession, *, site: Caller, body: ApplicationCreate, vacancies: Sequence[Vacancy], papers: Papers, language: str) -> tuple[Application, str]:
    """Somebody applies without an account: the registry enters who they are, recruitment what they apply for; the secret of the link is told once."""
    key = body.key or token_urlsafe(32)
    said = body.model_copy(update={"name": "", "email": None, "phone": None, "key": None})  # what is remembered to know it again says nothing of who it is
    known = await session.scalar(applications_visible_to(site).where(Application.key_hash == hash_of_key(key)))
    if known is not None:
        if known.content_hash != hash_of(said):
            raise Refused(
                "key-used", _("This form was sent already with other answers."), rule=PTRH_01, possible=_("Open the form anew, or add to the application by its private link.")
            )
        return known, key
    person_id = await entered(hash_of_key(key), site.scope[0], body.name, {"email": body.email, "phone": body.phone}, language=language)
    application = await _receive(session, site, said, vacancies, person_id, language=language, on=today(), reference=None)
    _open_by(application, key)
    _add(application, papers, today())
    await _received(session, site.actor, application)
    await _join_pool(session, site, application, body, means="online")
    return application, key


def _open_by(application: Application, key: str) -> None:
    """From now on this secret opens the application, and no other one does."""
    rule = pack_of(application.authority_path.partition(".")[0], today()).rule("REC-LINK")
    last = max(today(), *(choice.vacancy.closes_on for choice in application.choices))
    application.key_expires_on = min(add_months(last, rule.value), add_months(today(), MOST_LINK_MONTHS))
    application.key_hash = hash_of_key(key)


async def enter_application(session: AsyncSession, *, caller: Caller, body: ApplicationEntry) -> Application:
    """Whoever coordinates or administers enters what a candidate said on paper or at a forum, with their consent to each employer."""
    done_on = judge_done_on(caller, body.done_on)
    require(can_work_on_applications(caller))
    vacancies = await vacancies_to_apply_for(session, caller, body.vacancy_ids, done_on)
    path = authority_of(vacancies)
    if not caller.manages(path):
        raise Malformed.field("vacancy_ids", _("You do not act for this facility."))
    if known := await by_reference(session, Application, authority_path=path, body=body, reference=body.reference):
        return known
    if body.person_id not in await names_of(caller, [body.person_id]):
        raise Malformed.field("person_id", _("There is no person with this identifier that you may see."))
    application = await _receive(session, caller, body, vacancies, body.person_id, language=caller.language, on=done_on, reference=body.reference)
    await _received(session, caller.actor, application, by=caller)
    await _join_pool(session, caller, application, body, means="written")
    return application


async def _join_pool(session: AsyncSession, by: Caller, application: Application, said: Said, *, means: Means) -> None:
    """Only whoever says so is in the pool's file, with the consent that they gave."""
    if not said.pool_consent:
        return
    on, names = application.submitted_on, ("pool_id", "person_id", "occupation_code", "available_from")
    looking = LookingSaid(**{name: getattr(application, name) for name in names})
    application.profile = await look_in_pool(session, by=by, said=looking, means=means, on=on)
    application.note("pool_joined", on=on, by=by.actor)
    await session.flush()


async def vacancies_to_apply_for(session: AsyncSession, caller: Caller, ids: Sequence[UUID], day: date) -> list[Vacancy]:
    """Those that are open on the day. Raises Malformed naming what is closed, or asked for twice."""
    if len(set(ids)) != len(ids):
        raise Malformed.field("vacancy_ids", _("Choose each post once."))
    found = {each.id: each for each in await session.scalars(vacancies_visible_to(caller).where(Vacancy.id.in_(ids)))}
    closed = [one for one in ids if one not in found or not found[one].is_open(day)]
    if closed:
        raise Malformed.field("vacancy_ids", _("{count} of these posts receive no application any more."), count=len(closed))
    return [found[one] for one in ids]


async def open_vacancies_named(session: AsyncSession, ids: Sequence[UUID]) -> list[Vacancy]:
    """The same for whoever has not signed in: what is published is read by everybody."""
    day = today()
    found = {each.id: each for each in await session.scalars(select(Vacancy).where(Vacancy.id.in_(ids), Vacancy.state == PUBLISHED))}
    if any(one not in found or not found[one].is_open(day) for one in ids) or len(set(ids)) != len(ids):
        raise Malformed.field("vacancy_ids", _("A post that was chosen receives no application any more. Choose among those that are shown."))
    return [found[one] for one in ids]


async def _receive(session: AsyncSession, by: Caller, said: Said, vacancies: Sequence[Vacancy], person_id: UUID, *, language: str, on: date, reference: str | None) -> Application:
    application = Application(
        id=uuid7(),
        reference=reference,
        content_hash=hash_of(said),
        authority_path=authority_of(vacancies),
        shared_with=[],
        person_id=person_id,
        pool_id=next((vacancy.pool_id for vacancy in vacancies if vacancy.pool_id), None),
        occupation_code=vacancies[0].occupation_code,
        language=language,
        submitted_on=on,
        choices=[],
        steps=[],
        files=[],
        profile=None,
        **said.model_dump(include={"degree", "experience", "left_public_sector", "available_from", "message", "wishes"}),
    )
    session.add(application)
    await session.flush()
    for vacancy in vacancies:
        choice = Choice(
            id=uuid7(),
            content_hash=application.content_hash,
            authority_path=vacancy.authority_path,
            shared_with=[],
            application_id=application.id,
            vacancy_id=vacancy.id,
            vacancy=vacancy,
            need_id=vacancy.need_id,
            facility_code=vacancy.facility_code,
            consented_on=on,
            moved_on=on,
        )
        choice.candidacy_id = await _candidacy(session, by, application, vacancy, on)
        application.choices.append(choice)
    application.note("received", on=on, by=by.actor)
    await session.flush()
    return application


async def _candidacy(session: AsyncSession, by: Caller, application: Application, vacancy: Vacancy, on: date) -> UUID | None:
    """Where a call answers the need, whoever applies is its candidate, judged as all others are."""
    if vacancy.campaign_id is None:
        return None
    campaign = await session.get(Campaign, vacancy.campaign_id)
    need = next((need for need in campaign.needs if need.id == vacancy.need_id), None) if campaign else None
    if campaign is None or need is None:
        raise Malformed.field("vacancy_ids", _("A post that was chosen receives no application any more. Choose among those that are shown."))
    campaign_must_be_no_contest(await contest_of_campaign(session, campaign.id))
    window_must_be_open(campaign, on, PACKS.pinned(campaign.rule_pack))
    facility = await place_on(session, need.facility_code, on)
    candidacy = Candidacy(
        id=uuid7(),
        content_hash=application.content_hash,
        authority_path=need.authority_path,
        shared_with=[],
        application_id=application.id,
        campaign_id=campaign.id,
        campaign=campaign,
        need_id=need.id,
        need=need,
        person_id=application.person_id,
        occupation_code=need.occupation_code,
        degree=application.degree,
        experience=application.experience,
        left_public_sector_of_province=application.left_public_sector,
        facility_code=facility.code,
        facility_group=facility.tier,
        submitted_by=by.actor,
        submitted_on=on,
    )
    session.add(candidacy)
    await session.flush()
    return candidacy.id


async def _received(session: AsyncSession, actor: str, application: Application, *, by: Caller | None = None) -> None:
    await session.flush()
    employers = sorted({choice.facility_code for choice in application.choices})
    facts = {"vacancies": [str(choice.vacancy_id) for choice in application.choices], "consent": employers, "wishes": application.wishes}
    await record_audit(session, by or actor, "application.received", "application", application.id, after=facts, done_on=application.submitted_on)
    record_event(session, await _told(session, ApplicationReceived, application, shown_to=employers, on=application.submitted_on))


async def renew_link(session: AsyncSession, *, caller: Caller, application_id: UUID, body: LinkRenewal) -> Application:
    """A candidate lost their private link: whoever coordinates makes sure who asks, and hands over a new one. The old one opens nothing from then on."""
    application = await get_visible_application(session, caller, application_id, lock=True)
    require(can_renew_link(caller, application))
    if application.key_hash == hash_of_key(body.key):
        return application
    _open_by(application, body.key)
    application.note("link_renewed", on=today(), by=caller.actor)
    await session.flush()
    await record_audit(session, caller, "application.link_renewed", "application", application.id, after={"verified": body.verified, "until": str(application.key_expires_on)})
    return application


# ---- Papers ----------------------------------------------------------------------------------------------------------


def _add(application: Application, papers: Papers, on: date) -> None:
    for paper, file in papers:
        application.files.append(ApplicationFile.of(application.person_id, application.authority_path, paper, file, on))


async def add_paper(session: AsyncSession, *, site: Caller, application: Application, paper: Paper, file: StoredFile) -> None:
    """The candidate adds a paper while the application is open; the same one again changes nothing."""
    must_be_open(application)
    if any((each.paper, each.sha256) == (paper, file.sha256) for each in application.files):
        return
    if len(application.files) >= MOST_FILES:
        raise Refused("papers-enough", _("This application has {count} papers already."), rule=PTRH_01, possible=_("Tell the employer what you would add."), count=MOST_FILES)
    _add(application, [(paper, file)], today())
    application.note("paper_added", on=today(), by=site.actor)
    await session.flush()
    await record_audit(session, site.actor, "application.paper_added", "application", application.id, after={"paper": paper, "sha256": file.sha256})


def must_be_open(application: Application) -> None:
    if application.state != OPEN:
        raise Refused("application-over", _("This application is over: nothing is added to it."), rule=PTRH_01, possible=_("Apply again for a post that is open."))


# ---- Following and taking back ---------------------------------------------------------------------------------------


async def take_back(session: AsyncSession, *, by: Caller, application_id: UUID, choice_id: UUID | None, on: date) -> Application:
    """The candidate withdraws from one employer, or from all: what they consented to ends at once, there and in the registry (PTRH-01)."""
    application = await get_visible_application(session, by, application_id, lock=True)
    chosen = [choice for choice in application.choices if choice_id in (None, choice.id)]
    if not chosen:
        raise Malformed.field("choice_id", _("This post is not in your application."))
    ending = [choice for choice in chosen if choice.consent_withdrawn_on is None]
    if not ending:
        return application
    for choice in ending:
        if choice.is_running:
            choice.step("withdraw", on=on)
        choice.consent_withdrawn_on = max(on, choice.consented_on)
        choice.version += 1
        application.note("consent_withdrawn", on=on, by=by.actor, choice=choice)
        await _leave_campaign(session, choice)
    if application.state == OPEN and not any(choice.consent_withdrawn_on is None for choice in application.choices):
        application.finish("withdraw", on=on)
    await session.flush()
    await session.refresh(application, ["shared_with", "version"])
    still = {choice.facility_code for choice in application.choices if choice.consent_withdrawn_on is None}
    otherwise = set(await session.scalar(select(func.candidate_is_shown_to(application.person_id, application.id))) or ())
    hidden = sorted({choice.facility_code for choice in ending} - still - otherwise)
    await record_audit(session, by.actor, "application.consent_withdrawn", "application", application.id, after={"hidden_from": hidden, "state": application.state}, done_on=on)
    if application.state == WITHDRAWN:
        await leave_pool(session, by=by, application=application, on=on)
    record_event(session, await _told(session, ApplicationChanged, application, hidden_from=hidden, on=on))
    return application


async def leave_pool(session: AsyncSession, *, by: Caller, application: Application, on: date) -> Application:
    """The candidate is in the pool's file no longer; what they sent to the employers whom they chose stands as it is."""
    if application.profile_id is not None and await close_by_candidate(session, by=by, profile_id=application.profile_id, on=on):
        application.note("pool_left", on=on, by=by.actor)
        await session.flush()
    return application


async def _leave_campaign(session: AsyncSession, choice: Choice) -> None:
    if choice.candidacy_id is None:
        return
    candidacy = await session.get(Candidacy, choice.candidacy_id, with_for_update={"of": Candidacy})
    if candidacy is not None and candidacy.state in ("submitted", "eligible"):
        candidacy.move("withdraw", CANDIDACY)


async def move_choice(session: AsyncSession, *, caller: Caller, choice_id: UUID, body: Move) -> Application:
    """An employer says how far it is; whoever is not kept is told why. When nobody has the application before them any more, it is over."""
    done_on = judge_done_on(caller, body.done_on)
    application, choice = await get_visible_choice(session, caller, choice_id)
    require(can_move(caller, choice))
    wanted = {"read": "read", "interview": "interview", "keep": "kept", "turn_down": "not_kept"}[body.step]
    if (choice.state, choice.moved_on, choice.reason) == (wanted, done_on, body.reason):
        return application
    if body.step == "turn_down" and not body.reason:
        raise Refused("reasons-missing", _("Say why the candidate is not kept: they read it."), rule=PTRH_01, possible=_("Write the reason in words for the candidate."))
    before = choice.state
    choice.step(body.step, on=done_on, reason=body.reason)
    application.note(wanted, on=done_on, by=caller.actor, choice=choice, note=body.reason)
    await session.flush()
    if application.state == OPEN and not await session.scalar(select(func.application_is_running(application.id))):
        application.finish("end", on=done_on)
        await session.flush()
        record_event(session, await _told(session, ApplicationChanged, application, on=done_on))
    await record_audit(
        session, caller, "application.moved", "application", application.id, before={"state": before}, after={"state": choice.state, "reason": body.reason}, done_on=done_on
    )
    return application


async def _told(
    session: AsyncSession, kind: type[ApplicationState], application: Application, *, shown_to: Sequence[str] = (), hidden_from: Sequence[str] = (), on: date
) -> ApplicationState:
    return kind(
        id=application.id,
        person_id=application.person_id,
        authority_path=application.authority_path,
        state=application.state,
        is_kept=application.state == OPEN or bool(await session.scalar(select(func.candidate_has_another(application.person_id, application.id)))),
        shown_to=list(shown_to),
        hidden_from=list(hidden_from),
        changed_on=on,
    )
