"""What rows of a file change of facilities, posts and assignments that are recorded: by the acts that change them by hand, from today on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.schemas import AssignmentChangeBody, AssignmentCorrection, AssignmentEnding
from services.registry.assignments.use_cases import change_assignment, correct_assignment, end_assignment
from services.registry.facilities.changes import change_facility, close_facility
from services.registry.imports.lines import AssignmentLine, FacilityLine, PostLine
from services.registry.posts.acts import abolish_post, change_post
from services.registry.posts.schemas import PostAbolition, PostChange
from shared.auth import Caller
from shared.clock import today
from shared.errors import Malformed
from shared.i18n import _
from shared.imports import Verdict
from shared.imports.changing import change_each, reason_of_file


async def change_facilities(session: AsyncSession, caller: Caller, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """A facility is described anew from today on, or from its first day when that is to come; a last day closes it."""

    async def act(verdict: Verdict) -> None:
        line: FacilityLine = verdict.line
        said: dict[str, Any] = {name: after for name, (_before, after) in (verdict.changes or {}).items() if name != "valid_to"}
        if said:
            await change_facility(session, caller, verdict.about, starts_on=max(today(), line.valid_from), said=said, done_on=today())
        if "valid_to" in (verdict.changes or {}):
            assert line.valid_to is not None  # an empty cell changes nothing
            await close_facility(session, caller, verdict.about, last=line.valid_to, done_on=today())

    return await change_each(session, verdicts, act, {"starts_on": "valid_from", "last_day": "valid_to"})


async def change_posts(session: AsyncSession, caller: Caller, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """A post is for something else from today on; a last day abolishes it."""

    async def act(verdict: Verdict) -> None:
        line: PostLine = verdict.line
        said: dict[str, Any] = {name: after for name, (_before, after) in (verdict.changes or {}).items() if name != "close_to"}
        if said:
            await change_post(session, caller=caller, post_id=verdict.about, body=PostChange(effective_on=today(), reason=reason_of_file(), **said))
        if "close_to" in (verdict.changes or {}):
            assert line.close_to is not None  # an empty cell changes nothing
            await abolish_post(session, caller=caller, post_id=verdict.about, body=PostAbolition(last_day=line.close_to, reason=reason_of_file()))

    return await change_each(session, verdicts, act, {"effective_on": "open_from", "last_day": "close_to"})


async def change_assignments(session: AsyncSession, caller: Caller, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Another post or share holds from today on, before the first day from that day on; a last day ends the assignment; a decision that was missing is put to it."""

    async def act(verdict: Verdict) -> None:
        line: AssignmentLine = verdict.line
        assignment, post = verdict.about
        changes = verdict.changes or {}
        said: dict[str, Any] = {"post_id": post} if "post_reference" in changes else {}
        if "fte_share" in changes:
            said["fte_share"] = line.fte_share
        decision: dict[str, Any] = {"decision_number": line.decision_number} if "decision_number" in changes else {}
        if "post_reference" in changes and post is None:
            raise Malformed.field("post_reference", _("Nobody is taken out of a post by a file: end the assignment."))
        if said and line.start_date < today():
            await change_assignment(session, caller=caller, assignment_id=assignment, body=AssignmentChangeBody(effective_on=today(), **said, **decision))
        elif said or decision:
            await correct_assignment(session, caller=caller, assignment_id=assignment, body=AssignmentCorrection(reason=reason_of_file(), **said, **decision))
        if "end_date" in changes:
            assert line.end_date is not None  # an empty cell changes nothing
            await end_assignment(session, caller=caller, assignment_id=assignment, body=AssignmentEnding(ends_on=line.end_date, reason=reason_of_file()))

    return await change_each(session, verdicts, act, {"effective_on": "start_date", "ends_on": "end_date", "post_id": "post_reference"})
