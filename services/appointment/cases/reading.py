"""A case as it is read: its position, its line of steps, its deadlines and what the caller may do next."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.cases.guards import content_must_be_open, head_must_be_asked, head_must_have_decided, principle_must_be_granted
from services.appointment.cases.models import Case
from services.appointment.cases.permissions import can_answer_principle, can_conduct, can_decide_half, can_read_minutes, can_record_votes
from services.appointment.cases.schemas import CandidateRead, CaseRead, DeadlineRead
from services.appointment.cases.steps import line_of
from services.appointment.cases.workflow import CASE, NEED_PRINCIPLE
from services.appointment.mandates.models import Mandate
from services.appointment.mandates.terms import calendar_around
from services.appointment.positions.models import LeadershipPosition
from services.appointment.rules import PACKS
from shared.actions import Action, action
from shared.auth import Caller
from shared.clock import day_of, today
from shared.rulepacks import RulePack


async def cases_read(session: AsyncSession, caller: Caller, cases: Sequence[Case]) -> list[CaseRead]:
    """Each case with its position and the mandate that it made."""
    positions = {position.id: position for position in await session.scalars(select(LeadershipPosition).where(LeadershipPosition.id.in_({case.position_id for case in cases})))}
    made = {mandate.case_id: mandate.id for mandate in await session.scalars(select(Mandate).where(Mandate.case_id.in_({case.id for case in cases})))}
    return [_read(caller, case, positions[case.position_id], made) for case in cases]


def _read(caller: Caller, case: Case, position: LeadershipPosition, made: dict[UUID | None, UUID]) -> CaseRead:
    pack, day = PACKS.pinned(case.rule_pack), today()
    values = {name: getattr(case, name) for name in CaseRead.model_fields if hasattr(case, name)}
    return CaseRead(
        **values
        | {
            "position_title": position.title,
            "unit": position.unit,
            "made_mandate_id": made.get(case.id),
            "candidates": [CandidateRead.model_validate(candidate, from_attributes=True) for candidate in case.candidates],
            "steps": line_of(case, pack, day),
            "deadlines": deadlines_of(case, pack),
            "entered_afterwards": case.opened_on < day_of(case.recorded_at),
            "available_actions": actions_of(caller, case, pack),
        }
    )


def deadlines_of(case: Case, pack: RulePack) -> list[DeadlineRead]:
    """APP-01: the authority answers within 10 working days, then the whole procedure takes at most 30."""
    rule = pack.rule("APP-01")
    found: list[DeadlineRead] = []
    if case.principle_requested_on is not None:
        answer = calendar_around(case.principle_requested_on, pack.jurisdiction).working_deadline(case.principle_requested_on, rule.value["answer_working_days"])
        found.append(DeadlineRead(what="principle_answer", due_on=answer, rule=rule.as_json()))
    if case.principle_granted_on is not None:
        end = calendar_around(case.principle_granted_on, pack.jurisdiction).working_deadline(case.principle_granted_on, rule.value["procedure_working_days"])
        found.append(DeadlineRead(what="procedure_end", due_on=end, rule=rule.as_json()))
    return found


def actions_of(caller: Caller, case: Case, pack: RulePack) -> list[Action]:
    """The acts of the procedure with, for those that are closed, why; told by the functions that refuse."""
    conduct = can_conduct(caller, case.authority_path)
    if case.classified:
        return [action("record_outcome", conduct, lambda: CASE.after("record_outcome", case.state)), action("stop", conduct, lambda: CASE.after("stop", case.state))]

    def opens(act: str) -> object:
        return CASE.after(act, case.state)

    acts = []
    if case.kind in NEED_PRINCIPLE:
        acts += [
            action("request_principle", conduct, lambda: opens("request_principle")),
            action("answer_principle", can_answer_principle(caller, case), lambda: opens("grant_principle")),
            action("screen", conduct, lambda: principle_must_be_granted(case), lambda: opens("screen")),
        ]
    acts += [
        action("hold_step", can_record_votes(caller, case), lambda: content_must_be_open(case), lambda: opens("hold_step"), lambda: head_must_have_decided(case, pack)),
        action("keep_minutes", can_record_votes(caller, case), lambda: content_must_be_open(case)),
        action("read_minutes", can_read_minutes(caller, case)),
        action("decide_half", can_decide_half(caller, case), lambda: head_must_be_asked(case, pack)),
        action("complete_file", conduct, lambda: opens("complete_file")),
        action("propose_decision", conduct, lambda: opens("propose_decision")),
        action("withdraw", conduct, lambda: opens("withdraw")),
        action("stop", conduct, lambda: opens("stop")),
    ]
    return acts
