"""Somebody leaves a seat of a published list: the next of the same list is called, while the list is valid (R-LIST)."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.candidacies.models import Candidacy
from services.recruitment.contests.models import Contest, Result
from services.recruitment.contests.permissions import can_conduct
from services.recruitment.contests.queries import contest_of_campaign, get_lot, newest_rankings, results_of_lot
from services.recruitment.contests.ranking import Deliberation, assign, attribute
from shared.audit import record_audit
from shared.auth import Caller, require


async def leave_seat(session: AsyncSession, caller: Caller, candidacy_id: UUID, *, why: str, on: date) -> None:
    """A candidate called by a contest will not come; without a contest there is nobody to call."""
    candidacy = await session.get_one(Candidacy, candidacy_id)
    contest = await contest_of_campaign(session, candidacy.campaign_id)
    if contest is None:
        return
    require(can_conduct(caller, contest))
    result = await session.scalar(select(Result).where(Result.candidacy_id == candidacy_id).with_for_update(of=Result))
    if result is not None and result.outcome == "selected":
        await leave(session, caller, contest, result, why=why, on=on)


async def leave(session: AsyncSession, caller: Caller, contest: Contest, result: Result, *, why: str, on: date) -> None:
    """The seat is free from that day; both facts stand in the minutes of the contest (A5)."""
    result.outcome, result.left_on, result.left_why = "left", on, why
    await session.flush()
    await record_audit(session, caller, "contest.seat_left", "contest", contest.id, after={"number": result.number, "why": why}, done_on=on)
    if contest.list_valid_until is not None and on <= contest.list_valid_until:
        await move_up(session, caller, contest, result.lot_id, on=on)


async def move_up(session: AsyncSession, caller: Caller, contest: Contest, lot_id: UUID, *, on: date) -> None:
    """Seats are given again from what was recorded, without those who left: who has a place keeps it."""
    lot, results = await get_lot(session, lot_id), await results_of_lot(session, lot_id)
    deliberation = Deliberation.read((await newest_rankings(session, contest.id))[lot_id].inputs)
    ranked = deliberation.ranking().ranked
    seats = attribute(ranked, lot.posts, deliberation.formula.quotas, gone=[result.number for result in results if result.outcome == "left"])
    known = {result.number: result for result in results}
    held = {number: str(known[number].need_id) for number in seats.selected if known[number].outcome == "selected"}
    places = assign([line.number for line in ranked if line.number in seats.selected], deliberation.choices, deliberation.places, held=held)
    for number, kind in seats.selected.items():
        result = known[number]
        if result.outcome == "waiting" and number in places:
            wanted = list(deliberation.choices.get(number, ()))
            result.outcome, result.list, result.called_on, result.need_id, result.waiting = "selected", kind, on, UUID(places[number]), None
            result.choice = wanted.index(places[number]) + 1 if places[number] in wanted else None
            await record_audit(session, caller, "contest.next_called", "contest", contest.id, after={"number": number, "list": kind, "need_id": places[number]}, done_on=on)
    for place, number in enumerate(seats.waiting, start=1):
        if known[number].outcome == "waiting":
            known[number].waiting = place
    await session.flush()
