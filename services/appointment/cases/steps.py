"""A case as a line of steps: done, now, blocked or to come, with the date under each and who must act."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.appointment.cases.models import Case, Vote
from services.appointment.cases.votes import needed_for_quorum, percent
from services.appointment.cases.workflow import (
    ACTING,
    DECIDED,
    EXTEND,
    NEED_PRINCIPLE,
    PROPOSED,
    REAPPOINT,
    REMOVE,
    RESIGN,
    REVOKED,
    STOPPED,
    TRANSFER,
)
from shared.rulepacks import RulePack

OWN_STEPS = frozenset({REAPPOINT, EXTEND, TRANSFER, ACTING, RESIGN, REMOVE})


class VoteTotal(BaseModel):
    """A candidate's total; the percentage is of those convened."""

    person_id: UUID
    votes: int
    percent: str


class VoteRead(BaseModel):
    """A meeting as totals. Never who."""

    held_on: date
    convened: int
    present: int
    valid: int | None
    quorum: int = Field(description="How many had to be present.")
    totals: list[VoteTotal]
    outcome: str
    head_carried: bool | None
    head_decided_on: date | None
    dissent_reference: str | None
    minutes_reference: str | None
    minutes_file: bool

    @classmethod
    def of(cls, vote: Vote, pack: RulePack) -> "VoteRead":
        convened = vote.convened or 0
        totals = [VoteTotal(person_id=each["person_id"], votes=each["votes"], percent=str(percent(each["votes"], convened))) for each in vote.totals]
        values = {name: getattr(vote, name) for name in cls.model_fields if hasattr(vote, name)}
        return cls(**values | {"totals": totals, "quorum": needed_for_quorum(convened, pack.rule("APP-08")), "minutes_file": vote.minutes_sha256 is not None})


class Step(BaseModel):
    """One step of the line."""

    code: Literal["principle_request", "principle_answer", "candidates", "meeting", "head_decision", "file", "proposal", "signature", "effect", "outcome"]
    number: int | None = Field(None, description="Of the meeting.")
    body: str | None = Field(None, description="Who meets.")
    purpose: str | None = None
    state: Literal["done", "now", "blocked", "to_come"]
    on: date | None = None
    by: str = Field(description="The role that must act.")
    vote: VoteRead | None = None


def meetings_of(case: Case, pack: RulePack) -> Sequence[dict[str, Any]]:
    """The meetings that the pack wants for this kind of case (APP-07)."""
    found: Sequence[dict[str, Any]] = pack.rule("APP-07").value[case.kind if case.kind in OWN_STEPS else case.source]
    return found


def waits_for_head(case: Case) -> Vote | None:
    """The vote that ended exactly on half and on which the head has not decided."""
    return next((vote for vote in case.votes if vote.outcome == "head_decides" and vote.head_carried is None), None)


def line_of(case: Case, pack: RulePack, today: date) -> list[Step]:
    """The whole procedure of a case, from its first step to its effect."""
    if case.classified:
        return _marked([Step(code="outcome", state="done" if case.decided_on else "to_come", on=case.decided_on, by="regional-administrator")], stopped=case.state == STOPPED)
    steps: list[Step] = []

    def add(code: Any, done: bool, on: date | None, by: str, **more: Any) -> None:
        steps.append(Step(code=code, state="done" if done else "to_come", on=on, by=by, **more))

    if case.kind in NEED_PRINCIPLE:
        add("principle_request", case.principle_requested_on is not None, case.principle_requested_on, "regional-administrator")
        add("principle_answer", case.principle_granted_on is not None, case.principle_granted_on, "signatory")
    add("candidates", case.screened_on is not None, case.screened_on, "regional-administrator")
    held = {vote.step: vote for vote in case.votes}
    for number, meeting in enumerate(meetings_of(case, pack), start=1):
        vote = held.get(number)
        add(
            "meeting",
            vote is not None,
            vote.held_on if vote else None,
            "committee-member",
            number=number,
            body=meeting["body"],
            purpose=meeting["purpose"],
            vote=VoteRead.of(vote, pack) if vote else None,
        )
        if vote is not None and vote.outcome == "head_decides":
            add("head_decision", vote.head_carried is not None, vote.head_decided_on, "signatory")
    add("file", case.file_completed_on is not None, case.file_completed_on, "regional-administrator")
    add("proposal", case.state in (PROPOSED, DECIDED, REVOKED), case.proposed_on, "regional-administrator")
    add("signature", case.decided_on is not None, case.decided_on, "signatory")
    add("effect", case.decided_on is not None and case.starts_on is not None and case.starts_on <= today, case.starts_on, "")
    return _marked(steps, stopped=case.state in (STOPPED, REVOKED))


def _marked(steps: list[Step], *, stopped: bool) -> list[Step]:
    """The first step that is not done is the one of now; in a case that stopped it is where it stopped."""
    following = next((step for step in steps if step.state != "done"), None)
    if following is not None:
        following.state = "blocked" if stopped else "now"
    return steps
