"""A validated need is published; a vacancy that is filled or was a mistake is withdrawn with a reason."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.campaigns.models import Campaign
from services.recruitment.campaigns.queries import campaigns_visible_to
from services.recruitment.needs.queries import get_visible_need
from services.recruitment.rules import pack_of
from services.recruitment.vacancies.models import BOOK, Vacancy
from services.recruitment.vacancies.permissions import can_publish_at
from services.recruitment.vacancies.queries import get_visible_vacancy
from services.recruitment.vacancies.schemas import VacancyCreate, Withdrawal
from services.recruitment.workflow import VALIDATED
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clients import ask
from shared.clock import judge_done_on
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.names import search_words
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule


async def publish_vacancy(session: AsyncSession, *, caller: Caller, body: VacancyCreate) -> Vacancy:
    """What is published is a need that another person validated, long enough to be answered; where it is, the registry says."""
    done_on = judge_done_on(caller, body.done_on)
    need = await get_visible_need(session, caller, body.need_id)
    require(can_publish_at(caller, need.authority_path))
    if known := await by_reference(session, Vacancy, authority_path=need.authority_path, body=body, reference=body.reference):
        return known
    if need.state != VALIDATED:
        raise Refused(
            "need-not-validated",
            _("Only a validated need is published."),
            rule=Rule("REC-VACANCY", VALIDATED, "state of each need", BOOK),
            possible=_("Have the need validated by another person than its author."),
        )
    await _call_must_answer(session, caller, body)
    rule = pack_of(need.facility_code, done_on).rule("REC-WINDOW")
    earliest = max(done_on, body.opens_on) + timedelta(days=rule.value)
    if body.closes_on < earliest:
        raise Refused(
            "window-too-short",
            _("The vacancy closes on {closes}; candidates have {days} days, until {earliest}."),
            rule=rule,
            possible=_("Close it on {earliest} or later."),
            closes=body.closes_on.isoformat(),
            days=rule.value,
            earliest=earliest.isoformat(),
        )
    found = await ask(caller, "GET", f"/api/v1/registry/facilities?code={need.facility_code}&as_of={done_on.isoformat()}&limit=1")
    facility = found["items"][0] if found and found["items"] else None
    if facility is None:
        raise Malformed.field("need_id", _("No facility {code} exists on {day}."), code=need.facility_code, day=done_on.isoformat())
    vacancy = Vacancy(
        content_hash=hash_of(body),
        authority_path=need.authority_path,
        shared_with=[],
        pool_id=need.pool_id,
        facility_code=need.facility_code,
        occupation_code=need.occupation_code,
        seats=need.quantity,
        employer=facility["name"],
        place=facility["area"]["name"],
        area_code=facility["area"]["code"],
        words=" ".join(sorted(search_words(f"{body.title} {body.about} {facility['name']} {facility['area']['name']}"))),
        published_by=caller.actor,
        published_on=done_on,
        **body.model_dump(exclude={"done_on"}),
    )
    session.add(vacancy)
    await session.flush()
    await record_audit(session, caller, "vacancy.published", "vacancy", vacancy.id, after=body.model_dump(mode="json"), done_on=done_on)
    return vacancy


async def _call_must_answer(session: AsyncSession, caller: Caller, body: VacancyCreate) -> None:
    if body.campaign_id is None:
        return
    campaign = await session.scalar(campaigns_visible_to(caller).where(Campaign.id == body.campaign_id))
    if campaign is None or body.need_id not in [need.id for need in campaign.needs]:
        raise Malformed.field("campaign_id", _("The campaign does not answer this need, or you may not see it."))


async def withdraw_vacancy(session: AsyncSession, *, caller: Caller, vacancy_id: UUID, body: Withdrawal, if_match: str | None = None) -> Vacancy:
    """Nobody applies any more; who applied already is answered all the same."""
    done_on = judge_done_on(caller, body.done_on)
    vacancy = await get_visible_vacancy(session, caller, vacancy_id, lock=True)
    require(can_publish_at(caller, vacancy.authority_path))
    if (vacancy.withdrawn_on, vacancy.withdrawal_reason) == (done_on, body.reason):
        return vacancy
    require_current(if_match, vacancy.version)
    vacancy.withdraw(on=done_on, reason=body.reason)
    await session.flush()
    await record_audit(session, caller, "vacancy.withdrawn", "vacancy", vacancy.id, after={"reason": body.reason}, done_on=done_on)
    return vacancy
