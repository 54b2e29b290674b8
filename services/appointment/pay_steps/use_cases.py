"""Steps are entered as they stand, delayed by facts, proposed in a list, and granted by one signed decision."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.absences.queries import uncounted_for_steps
from services.appointment.absences.spells import Days
from services.appointment.decisions.effects import OWN, OwnEffects, make_effects
from services.appointment.decisions.filing import file_decision
from services.appointment.decisions.models import Decision
from services.appointment.pay_steps.annex import annex_of_list
from services.appointment.pay_steps.events import PayStepChanged, PayStepGranted, PayStepRecorded, PayStepRevoked
from services.appointment.pay_steps.guards import (
    early_day,
    early_must_be_allowed,
    must_fall_due,
    must_have_a_next_step,
    must_work_there,
    quota_must_have_room,
    retirement_must_come_first,
)
from services.appointment.pay_steps.models import Delay, ListLine, PayStep, PayStepList
from services.appointment.pay_steps.permissions import can_keep, can_keep_pay_steps
from services.appointment.pay_steps.queries import early_in, get_visible_list, get_visible_pay_step, lists_visible_to, lock_quota, public_staff_at, steps_by_id
from services.appointment.pay_steps.scales import scale_of, scale_of_title
from services.appointment.pay_steps.schemas import DelayCreate, PayStepEntry, PayStepListCreate, PayStepsCreate, ProposedLine, RefusedLine, Withdrawal
from services.appointment.pay_steps.telling import tell
from services.appointment.pay_steps.workflow import CURRENT, HELD, PAST, PAY_STEP, PAY_STEP_LIST, PROPOSED, RETIREMENT
from services.appointment.proposals import common_path
from services.appointment.rules import pack_of
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.calendars import ONE_DAY
from shared.clock import judge_done_on, today
from shared.decisions import DecisionRequest
from shared.directory import Work, works_of
from shared.errors import Forbidden, Malformed, Problem, Refusal, Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.references import hash_of, named_already
from shared.rulepacks import Rule

KIND = "pay_steps"
ONE_EACH = Rule("PAY-ONE", 1, "step held at a time", "Relais rule book, personnel (a person holds one step)")


# --- opening balances -------------------------------------------------------------------------------------------------


async def enter_pay_steps(session: AsyncSession, *, caller: Caller, body: PayStepsCreate) -> list[tuple[PayStepEntry, PayStep | Problem]]:
    """The steps that people hold when the register is opened here: set-wise, each line answered by itself."""
    require(can_keep_pay_steps(caller))
    done_on = judge_done_on(caller, body.done_on)
    persons = [entry.person_id for entry in body.items]
    works = await works_of(session, set(persons), done_on)
    held = {step.person_id: step for step in await session.scalars(select(PayStep).where(PayStep.person_id.in_(persons), PayStep.state.in_(HELD)))}
    references = [entry.reference for entry in body.items if entry.reference]
    named = {(step.authority_path, step.reference): step for step in await session.scalars(select(PayStep).where(PayStep.reference.in_(references)))}
    answers: list[tuple[PayStepEntry, PayStep | Problem]] = []
    entered: list[PayStep] = []
    for entry in body.items:
        try:
            work = works.get(entry.person_id)
            known = named.get((work.authority_path, entry.reference)) if work else None
            if known is not None and known.content_hash == hash_of(entry):
                answers.append((entry, known))
                continue
            if known is not None:
                raise Refused("reference-taken", _("The reference {reference} already names another record."), reference=entry.reference)
            step = entry_of(caller, entry, work, held, done_on)
            held[entry.person_id] = step
            named[(step.authority_path, step.reference)] = step
            entered.append(step)
            answers.append((entry, step))
        except Problem as problem:
            answers.append((entry, problem))
    await keep_entries(session, caller, entered, done_on)
    return answers


async def keep_entries(session: AsyncSession, caller: Caller, entered: Sequence[PayStep], done_on: date) -> None:
    """What was entered is kept set-wise, each with the day of the next step."""
    leave = await _leave(session, [step.person_id for step in entered])
    for step in entered:
        step.count(leave.get(step.person_id, []))
    session.add_all(entered)
    await session.flush()
    await record_audits(session, caller, "pay_step.entered", "pay_step", [(step.id, None, _state(step)) for step in entered], done_on=done_on)
    tell(session, PayStepRecorded, entered)


def entry_of(caller: Caller, entry: PayStepEntry, work: Work | None, held: Mapping[UUID, PayStep], done_on: date) -> PayStep:
    """The step that an entry says, not kept yet. Raises Malformed, Forbidden or Refused."""
    if work is None:
        raise Malformed.field("person_id", _("This person works nowhere that you may see on {day}."), day=done_on.isoformat())
    if not caller.manages(work.authority_path):
        raise Forbidden(Refusal("other-authority", _("You do not act for this facility.")))
    if entry.person_id in held:
        raise Refused(
            "step-already-recorded",
            _("A step is already recorded for this person."),
            rule=ONE_EACH,
            possible=_("Grant the next step by a decision, or revoke the one that is wrong."),
        )
    if entry.since > done_on:
        raise Malformed.field("since", _("A step that is held began on {day} or before."), day=done_on.isoformat())
    pack = pack_of(work.facility_code, done_on)
    code = entry.scale or scale_of_title(pack, work.occupation_code)
    if code is None:
        raise Malformed.field("scale", _("The rules say no scale for this title: enter it."))
    scale = scale_of(pack, code)
    if entry.step > scale.steps:
        raise Malformed.field("step", _("Scale {scale} has {steps} steps."), scale=code, steps=scale.steps)
    return PayStep(
        id=uuid7(),
        reference=entry.reference,
        content_hash=hash_of(entry),
        authority_path=work.authority_path,
        shared_with=list(work.shared_with),
        person_id=entry.person_id,
        facility_code=work.facility_code,
        occupation_code=work.occupation_code,
        rule_pack=pack.id,
        scale=code,
        step=entry.step,
        coefficient=scale.coefficient(entry.step),
        since=entry.since,
        state=CURRENT,
        decision_number=entry.decision_number,
        recorded_by=caller.actor,
        recorded_on=done_on,
        delay_months=0,
        leave_months=0,
        early_months=0,
        version=1,
    )


def _state(step: PayStep) -> dict[str, Any]:
    return {name: str(getattr(step, name)) for name in ("scale", "step", "since", "due_on", "state")}


async def _leave(session: AsyncSession, persons: Sequence[UUID]) -> dict[UUID, list[Days]]:
    return {person: [absence.days for absence in absences] for person, absences in (await uncounted_for_steps(session, persons)).items()}


# --- delays -----------------------------------------------------------------------------------------------------------


async def record_delay(session: AsyncSession, *, caller: Caller, pay_step_id: UUID, body: DelayCreate) -> PayStep:
    """A year not completed or a penalty pushes the next step; delays add up (R-PENALTY)."""
    done_on = judge_done_on(caller, body.done_on)
    step = await get_visible_pay_step(session, caller, pay_step_id, lock=True)
    require(can_keep(caller, step))
    same = select(Delay.id).where(Delay.pay_step_id == step.id, Delay.kind == body.kind, Delay.decided_on == body.decided_on)
    if await session.scalar(same) is not None:
        return step
    must_have_a_next_step(step)
    if not step.since <= body.decided_on <= done_on:
        raise Malformed.field("decided_on", _("A delay counts from {since} to {today}."), since=step.since.isoformat(), today=done_on.isoformat())
    months = int(step.pack.rule("PAY-01-DELAY").value[body.kind])
    session.add(Delay(pay_step_id=step.id, kind=body.kind, decided_on=body.decided_on, months=months, decision_reference=body.decision_reference, recorded_by=caller.actor))
    before = {"due_on": step.due_on}
    step.delay_months += months
    step.count((await _leave(session, [step.person_id])).get(step.person_id, []))
    step.version += 1
    await session.flush()
    await record_audit(session, caller, "pay_step.delayed", "pay_step", step.id, before=before, after={"due_on": step.due_on, "months": months}, done_on=done_on)
    tell(session, PayStepChanged, [step])
    return step


# --- the list ---------------------------------------------------------------------------------------------------------


async def propose_list(session: AsyncSession, *, caller: Caller, body: PayStepListCreate) -> tuple[PayStepList, list[RefusedLine]]:
    """One decision with an annexed list, as an HR officer files it. A line that a rule refuses is not on the list, and stops no other."""
    require(can_keep_pay_steps(caller))
    done_on = judge_done_on(caller, body.done_on)
    if known := await named_already(session, lists_visible_to(caller).where(PayStepList.reference == body.reference), reference=body.reference, body=body):
        return known, []
    steps = await steps_by_id(session, caller, {line.pay_step_id for line in body.lines})
    works = await works_of(session, {step.person_id for step in steps.values()}, done_on)
    taken: list[tuple[PayStep, ListLine]] = []
    refused: list[RefusedLine] = []
    early: dict[tuple[str, int], int] = {}
    for line in body.lines:
        try:
            step = _step_of(caller, steps, line, taken)
            taken.append((step, await _line(session, step, line, works.get(step.person_id), done_on, early)))
        except Problem as problem:
            refused.append(RefusedLine(pay_step_id=line.pay_step_id, problem=problem.as_json(caller.language)))
    if not taken:
        raise Refused(
            "no-line-fits",
            _("None of these steps can be proposed now."),
            rule=Rule("PAY-LIST", 1, "line at least", "Relais rule book, personnel (a list proposes at least one step)"),
            possible=_("Read why beside each line."),
            more={"refused": [line.model_dump(mode="json") for line in refused]},
        )
    found = await _file_list(session, caller, body, done_on, taken)
    return found, refused


def _step_of(caller: Caller, steps: dict[UUID, PayStep], line: ProposedLine, taken: Sequence[tuple[PayStep, ListLine]]) -> PayStep:
    step = steps.get(line.pay_step_id)
    if step is None:
        raise Malformed.field("pay_step_id", _("There is no step with this identifier that you may see."))
    require(can_keep(caller, step))
    if any(step is other for other, _line in taken):
        raise Malformed.field("pay_step_id", _("This step is on the list already."))
    return step


async def _line(session: AsyncSession, step: PayStep, line: ProposedLine, work: Work | None, done_on: date, early: dict[tuple[str, int], int]) -> ListLine:
    due_on = must_have_a_next_step(step)
    early_must_be_allowed(step, line.early_months, line.early_ground, line.early_reason)
    effective_on = early_day(due_on, line.early_months)
    must_fall_due(step, effective_on, done_on)
    must_work_there(step, work)
    if line.early_months and line.early_ground == RETIREMENT:
        retirement_must_come_first(step, effective_on, work.retirement_on if work else None)
    elif line.early_months:
        key = step.facility_code, effective_on.year
        if key not in early:
            await lock_quota(session, step.facility_code)
            early[key] = await early_in(session, step.facility_code, effective_on.year)
        quota_must_have_room(step, early[key], await public_staff_at(session, step.facility_code, done_on))
        early[key] += 1
    early_of = {"early_ground": line.early_ground, "early_reason": line.early_reason} if line.early_months else {}
    return ListLine(pay_step_id=step.id, effective_on=effective_on, early_months=line.early_months, **early_of)


async def _file_list(session: AsyncSession, caller: Caller, body: PayStepListCreate, done_on: date, taken: Sequence[tuple[PayStep, ListLine]]) -> PayStepList:
    facilities = {step.facility_code for step, _line in taken}
    found = PayStepList(
        id=uuid7(),
        reference=body.reference,
        content_hash=hash_of(body),
        authority_path=common_path([step.authority_path for step, _line in taken]),
        shared_with=[],
        facility_code=facilities.pop() if len(facilities) == 1 else None,
        proposed_by=caller.actor,
        proposed_on=done_on,
        effective_on=min(line.effective_on for _step, line in taken),
        lines=[line for _step, line in taken],
    )
    session.add(found)
    await session.flush()
    for step, line in taken:
        step.list_id, step.next_on = found.id, line.effective_on
        step.early_months, step.early_reason = line.early_months, line.early_reason
        step.move("propose", PAY_STEP)
    await session.flush()
    await record_audit(session, caller, "pay_step_list.proposed", "pay_step_list", found.id, after={"lines": len(taken)}, done_on=done_on)
    changes = [(step.id, {"state": CURRENT}, {"state": PROPOSED, "effective_on": line.effective_on}) for step, line in taken]
    await record_audits(session, caller, "pay_step.proposed", "pay_step", changes, done_on=done_on)
    tell(session, PayStepChanged, [step for step, _line in taken])
    await file_decision(session, _request(found, [step.person_id for step, _line in taken], taken[0][0], "proposed"))
    return await get_visible_list(session, caller, found.id)


def _request(found: PayStepList, persons: Sequence[UUID], first: PayStep, state: str) -> DecisionRequest:
    return DecisionRequest.model_validate(
        {
            "id": found.id,
            "kind": KIND,
            "source_service": OWN,
            "state": state,
            "authority_path": found.authority_path,
            "shared_with": [],
            "facility_code": found.facility_code,
            "person_ids": list(persons),
            "proposed_by": found.proposed_by,
            "proposed_on": found.proposed_on,
            "effective_on": found.effective_on,
            "legal_basis": [first.pack.rule("PAY-01").citation],
            "facts": {"lines": len(persons), "reference": found.reference},
        }
    )


async def withdraw_list(session: AsyncSession, *, caller: Caller, list_id: UUID, body: Withdrawal) -> PayStepList:
    """The list is given up before its signature; its people hold their step as before."""
    done_on = judge_done_on(caller, body.done_on)
    found = await get_visible_list(session, caller, list_id)
    require(can_keep(caller, found))
    found.move("withdraw", PAY_STEP_LIST)
    await file_decision(session, _request(found, [line.pay_step.person_id for line in found.lines], found.lines[0].pay_step, "withdrawn"))
    steps = [_return(line.pay_step) for line in found.lines]
    await session.flush()
    await record_audit(session, caller, "pay_step_list.withdrawn", "pay_step_list", found.id, before={"state": PROPOSED}, after={"state": found.state}, done_on=done_on)
    tell(session, PayStepChanged, steps)
    return found


def _return(step: PayStep) -> PayStep:
    """Held again, with nothing proposed."""
    step.move("return", PAY_STEP)
    step.until = step.list_id = step.next_on = step.early_reason = None
    step.early_months = 0
    return step


# --- what the signature does ------------------------------------------------------------------------------------------


async def _list_of(session: AsyncSession, caller: Caller, decision: Decision) -> PayStepList:
    return await get_visible_list(session, caller, decision.source_id)


async def grant(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The list is signed: each person on it holds the next step from its own day. Where facts changed since, the line says so and nothing is granted."""
    found = await _list_of(session, caller, decision)
    found.move("grant", PAY_STEP_LIST)
    found.signed_on, found.decision_number = decision.signed_on, decision.decision
    leave = await _leave(session, [line.pay_step.person_id for line in found.lines])
    passed: list[PayStep] = []
    made: list[PayStep] = []
    returned: list[PayStep] = []
    for line in found.lines:
        held = line.pay_step
        if held.due_on is None or early_day(held.due_on, line.early_months) > line.effective_on:
            line.conflict = "due-moved"
            returned.append(_return(held))
            continue
        held.move("pass", PAY_STEP)
        held.until = line.effective_on - ONE_DAY
        passed.append(held)
        made.append(_next(caller, decision, held, line))
    await session.flush()  # the one held becomes past before the next is held: one at a time
    for step in made:
        step.count(leave.get(step.person_id, []))
    session.add_all(made)
    await session.flush()
    for line, step in zip([line for line in found.lines if line.conflict is None], made, strict=True):
        line.made_id = step.id
    await session.flush()
    await record_audit(
        session,
        caller,
        "pay_step_list.granted",
        "pay_step_list",
        found.id,
        before={"state": PROPOSED},
        after={"state": found.state, "granted": len(made)},
        done_on=decision.signed_on,
    )
    await record_audits(session, caller, "pay_step.granted", "pay_step", [(step.id, None, _state(step)) for step in made], done_on=decision.signed_on)
    tell(session, PayStepChanged, [*passed, *returned])
    tell(session, PayStepGranted, made)


def _next(caller: Caller, decision: Decision, held: PayStep, line: ListLine) -> PayStep:
    pack = pack_of(held.facility_code, line.effective_on)
    return PayStep(
        id=uuid7(),
        content_hash=held.content_hash,
        authority_path=held.authority_path,
        shared_with=held.shared_with,
        person_id=held.person_id,
        facility_code=held.facility_code,
        occupation_code=held.occupation_code,
        rule_pack=pack.id,
        scale=held.scale,
        step=held.step + 1,
        coefficient=scale_of(pack, held.scale).coefficient(held.step + 1),
        since=line.effective_on,
        state=CURRENT,
        previous_id=held.id,
        list_id=None,
        granted_on=decision.signed_on,
        decision_number=decision.decision,
        recorded_by=caller.actor,
        recorded_on=decision.signed_on,
        delay_months=0,
        leave_months=0,
        early_months=0,
        version=1,
    )


async def put_back(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The decision is revoked: the steps that it granted go, those before are held again. Raises Refused when later ones rest on them."""
    found = await _list_of(session, caller, decision)
    found.move("revoke", PAY_STEP_LIST)
    made = {step.id: step for step in await session.scalars(select(PayStep).where(PayStep.id.in_([line.made_id for line in found.lines if line.made_id])).with_for_update())}
    if any(step.state != CURRENT for step in made.values()):
        raise Refused("later-step-stands", _("A later step was proposed or granted since."), possible=_("Revoke or withdraw the later step first."))
    for step in made.values():
        step.move("revoke", PAY_STEP)
    await session.flush()
    leave = await _leave(session, [step.person_id for step in made.values()])
    returned = [_return(line.pay_step) for line in found.lines if line.made_id]
    for step in returned:
        step.count(leave.get(step.person_id, []))
    await session.flush()
    done_on = decision.ended_on or today()
    await record_audit(session, caller, "pay_step_list.revoked", "pay_step_list", found.id, before={"state": "granted"}, after={"state": found.state}, done_on=done_on)
    await record_audits(session, caller, "pay_step.revoked", "pay_step", [(step.id, {"state": CURRENT}, {"state": step.state}) for step in made.values()], done_on=done_on)
    await record_audits(session, caller, "pay_step.held_again", "pay_step", [(step.id, {"state": PAST}, _state(step)) for step in returned], done_on=done_on)
    tell(session, PayStepRevoked, list(made.values()))
    tell(session, PayStepChanged, returned)


async def number(session: AsyncSession, caller: Caller, decision: Decision) -> None:
    """The number that was given afterwards is shown on the list and on each step."""
    found = await _list_of(session, caller, decision)
    found.decision_number = decision.decision
    steps = (await session.scalars(select(PayStep).where(PayStep.id.in_([line.made_id for line in found.lines if line.made_id])))).all()
    for step in steps:
        step.decision_number = decision.decision
    await session.flush()
    tell(session, PayStepChanged, steps)


make_effects(KIND, OwnEffects(signed=grant, revoked=put_back, numbered=number, annex=annex_of_list))
