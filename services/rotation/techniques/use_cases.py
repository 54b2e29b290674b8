"""A technique is planned for a facility, its learners' levels are found over time, the core hospital accepts it, and a year later it is still there or lost."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.queries import named_agreement
from services.rotation.dues.use_cases import technique_review_due
from services.rotation.rules import pack_of
from services.rotation.sides import may_act_for, shared_between
from services.rotation.staff import homes_of, working_at
from services.rotation.support_requests.queries import named_request
from services.rotation.support_requests.use_cases import learners_must_work_there
from services.rotation.techniques.events import TechniqueAccepted, TechniqueAdvanced, TechniqueLost, TechniquePlanned, TechniqueState, TechniqueSustained
from services.rotation.techniques.guards import is_sustained, must_be_acquired, review_day, year_must_be_over
from services.rotation.techniques.models import Cases, LevelRow, Package, Transfer
from services.rotation.techniques.permissions import can_accept, can_follow, can_publish, can_review
from services.rotation.techniques.queries import get_visible_transfer, named_package
from services.rotation.techniques.schemas import (
    Acceptance,
    CasesCreate,
    LearnersAdded,
    LevelsCreate,
    PackageCreate,
    Review,
    StepCreate,
    TransferCreate,
)
from services.rotation.techniques.workflow import STEPS, TECHNIQUE
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import FieldError, Malformed
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def publish_package(session: AsyncSession, *, caller: Caller, body: PackageCreate) -> Package:
    """An authority says what there is to learn of a technique; its facilities read it."""
    done_on = judge_done_on(caller, body.done_on)
    require(can_publish(caller, body.authority))
    path = path_of(body.authority)
    if known := await by_reference(session, Package, authority_path=path, body=body, reference=body.reference):
        return known
    package = Package(
        **body.model_dump(exclude={"authority", "done_on"}), content_hash=hash_of(body), authority_path=path, shared_with=[], published_by=caller.actor, published_on=done_on
    )
    session.add(package)
    await session.flush()
    await record_audit(session, caller, "technique_package.published", "technique_package", package.id, after=body.model_dump(mode="json"), done_on=done_on)
    return package


async def plan_transfer(session: AsyncSession, *, caller: Caller, body: TransferCreate) -> Transfer:
    """A technique is to be handed over: who learns it, and from whom."""
    done_on = judge_done_on(caller, body.done_on)
    facility = await place_on(session, body.facility_code, done_on)
    core = await place_on(session, body.core_code, done_on, field="core_code") if body.core_code else None
    require(may_act_for(caller, (facility.code, facility.authority_path), *([(core.code, core.authority_path)] if core else [])))
    if known := await by_reference(session, Transfer, authority_path=facility.authority_path, body=body, reference=body.reference):
        return known
    package = await named_package(session, caller, body.technique)
    if body.agreement_id is not None:
        agreement = await named_agreement(session, caller, body.agreement_id)
        if (agreement.giver_code, agreement.receiver_code) != (body.core_code, body.facility_code):
            raise Malformed.field("agreement_id", _("This agreement is between other facilities."))
    if body.request_id is not None and (await named_request(session, caller, body.request_id)).receiver_code != body.facility_code:
        raise Malformed.field("request_id", _("This request comes from another facility."))
    await learners_must_work_there(body.learners, facility.code, done_on)
    transfer = Transfer(
        **body.model_dump(exclude={"done_on"}),
        content_hash=hash_of(body),
        authority_path=facility.authority_path,
        shared_with=shared_between(facility, core),
        core_path=core.authority_path if core else None,
        package=package,
        target_level=package.target_level,
        started_on=done_on,
        rule_pack=pack_of(facility.code, done_on).id,
        planned_by=caller.actor,
        levels=[],
        cases=[],
    )
    session.add(transfer)
    return await _told(session, caller, transfer, "planned", TechniquePlanned, done_on, **body.model_dump(mode="json", exclude={"done_on"}, exclude_none=True))


async def _told(session: AsyncSession, caller: Caller, transfer: Transfer, act: str, event: type[TechniqueState], done_on: date, **after: Any) -> Transfer:
    await session.flush()
    await record_audit(session, caller, f"technique.{act}", "technique", transfer.id, after=after | {"state": transfer.state}, done_on=done_on)
    record_event(session, event.about(transfer))
    return transfer


async def _opened(session: AsyncSession, caller: Caller, transfer_id: UUID, done_on: date | None, permission: Any, if_match: str | None) -> tuple[Transfer, date]:
    day = judge_done_on(caller, done_on)
    transfer = await get_visible_transfer(session, caller, transfer_id, lock=True)
    require(permission(caller, transfer))
    require_current(if_match, transfer.version)
    return transfer, day


async def record_levels(session: AsyncSession, *, caller: Caller, transfer_id: UUID, body: LevelsCreate, if_match: str | None = None) -> Transfer:
    """What learners were found able to do on a day; nothing found before is changed. Someone of either side assesses."""
    transfer, done_on = await _opened(session, caller, transfer_id, body.done_on, can_follow, if_match)
    if body.assessed_on > done_on:
        raise Malformed.field("assessed_on", _("This day is still to come."))
    known = set(transfer.package.item_codes)
    assessors = {person for level in body.levels for person in (level.assessor, level.second_assessor) if person is not None}
    there = {person for person, home in (await homes_of(assessors, body.assessed_on)).items() if home in (transfer.facility_code, transfer.core_code)}
    wrong = []
    for place, level in enumerate(body.levels):
        if level.person_id not in transfer.learners:
            wrong.append(FieldError(f"levels.{place}.person_id", _("This person does not learn this technique here.")))
        if level.item not in known:
            wrong.append(FieldError(f"levels.{place}.item", _("This item is not in the package.")))
        wrong += [
            FieldError(f"levels.{place}.{name}", _("An assessor works at one of the two facilities."))
            for name in ("assessor", "second_assessor")
            if (person := getattr(level, name)) is not None and person not in there
        ]
    if wrong:
        raise Malformed(wrong)
    transfer.levels.extend(LevelRow(**level.model_dump(), assessed_on=body.assessed_on, recorded_by=caller.actor) for level in body.levels)
    transfer.version += 1
    return await _told(session, caller, transfer, "levels_recorded", TechniqueAdvanced, done_on, levels=len(body.levels), assessed_on=body.assessed_on.isoformat())


async def record_cases(session: AsyncSession, *, caller: Caller, transfer_id: UUID, body: CasesCreate, if_match: str | None = None) -> Transfer:
    """How often the technique was done in a month."""
    transfer, done_on = await _opened(session, caller, transfer_id, body.done_on, can_follow, if_match)
    month = body.month.replace(day=1)
    if month > done_on:
        raise Malformed.field("month", _("This day is still to come."))
    row = next((each for each in transfer.cases if each.month == month), None)
    before = {"supervised": row.supervised, "autonomous": row.autonomous} if row else None
    if row is None:
        row = Cases(month=month)
        transfer.cases.append(row)
    row.supervised, row.autonomous, row.recorded_by = body.supervised, body.autonomous, caller.actor
    transfer.version += 1
    return await _told(
        session, caller, transfer, "cases_recorded", TechniqueAdvanced, done_on, **body.model_dump(mode="json", exclude={"done_on"}, exclude_none=True), replaced=before
    )


async def take_step(session: AsyncSession, *, caller: Caller, transfer_id: UUID, body: StepCreate, if_match: str | None = None) -> Transfer:
    """The transfer reaches theory, observation, supervised practice or the trial alone."""
    transfer, done_on = await _opened(session, caller, transfer_id, body.done_on, can_follow, if_match)
    transfer.move("start_again" if body.step == "supervised" and transfer.state == "lost" else STEPS[body.step], TECHNIQUE)
    return await _told(session, caller, transfer, "stepped", TechniqueAdvanced, done_on)


async def add_learners(session: AsyncSession, *, caller: Caller, transfer_id: UUID, body: LearnersAdded, if_match: str | None = None) -> Transfer:
    """More people of the facility learn; the gap grows by their way."""
    transfer, done_on = await _opened(session, caller, transfer_id, body.done_on, can_follow, if_match)
    await learners_must_work_there(body.learners, transfer.facility_code, done_on)
    transfer.learners = [*transfer.learners, *(person for person in body.learners if person not in transfer.learners)]
    transfer.version += 1
    return await _told(session, caller, transfer, "learners_added", TechniqueAdvanced, done_on, learners=len(transfer.learners))


async def accept_technique(session: AsyncSession, *, caller: Caller, transfer_id: UUID, body: Acceptance, if_match: str | None = None) -> Transfer:
    """The core hospital finds it acquired: it is then on the facility's list of techniques done locally (TRF-02)."""
    transfer, done_on = await _opened(session, caller, transfer_id, body.done_on, can_accept, if_match)
    TECHNIQUE.after("accept", transfer.state)
    must_be_acquired(transfer, await working_at(transfer.facility_code, transfer.learners, done_on))
    transfer.accept(by=caller.actor, on=done_on, comment=body.comment)
    technique_review_due(session, transfer, review_day(transfer))
    return await _told(session, caller, transfer, "accepted", TechniqueAccepted, done_on, comment=body.comment)


async def review_technique(session: AsyncSession, *, caller: Caller, transfer_id: UUID, body: Review, if_match: str | None = None) -> Transfer:
    """A year later the records say whether the technique is sustained or lost."""
    transfer, done_on = await _opened(session, caller, transfer_id, body.done_on, can_review, if_match)
    TECHNIQUE.after("sustain", transfer.state)
    year_must_be_over(transfer, done_on)
    sustained = is_sustained(transfer, await working_at(transfer.facility_code, transfer.learners, done_on))
    transfer.move("sustain" if sustained else "lose", TECHNIQUE)
    transfer.reviewed_on = done_on
    technique_review_due(session, transfer, review_day(transfer), "done")
    return await _told(session, caller, transfer, "reviewed", TechniqueSustained if sustained else TechniqueLost, done_on)
