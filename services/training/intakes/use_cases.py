"""An intake is opened within the capacity, candidates compete, seats are taken, and a seat that is given up goes to the next one."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.institutes.models import Capacity
from services.training.institutes.queries import capacity_named
from services.training.intakes.eligibility import age_must_fit, day_of_age, diploma_must_fit, quotas_must_be_known
from services.training.intakes.events import IntakeChanged, IntakeOpened
from services.training.intakes.models import CAPACITY, Candidate, Intake
from services.training.intakes.permissions import can_conduct
from services.training.intakes.queries import candidates_of, get_visible_candidate, get_visible_intake, intakes_visible_to, waiting_of
from services.training.intakes.ranking import Competitor, next_for, seats_of, weighted
from services.training.intakes.schemas import CandidateCreate, Declination, IntakeCreate, IntakesTold, Marks, PreSelection, Step, StreamTold
from services.training.intakes.workflow import ADMITTED, APPLIED, CANDIDATE, CANDIDATES, CLOSED, CONVENED, COUNTS, GENERAL, LISTED, WAITING
from services.training.rules import pack_of
from shared.actions import require_current
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.clients import ask
from shared.clock import judge_done_on, today
from shared.db import worker_session
from shared.errors import FieldError, Malformed, Refused
from shared.events import record_event, record_events
from shared.i18n import _
from shared.papers import new_code
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule

LAPSED = "lapsed"
TASK = "task:lapse-late-seats"


def _must_fit(capacity: Capacity, seats: int) -> None:
    """Raises Refused, naming how many there are; the database says the same to whoever comes at the same time."""
    if seats > capacity.seats:
        raise Refused(
            "intake-above-capacity",
            _("{seats} seats are more than the {most} that the institute has in this stream and year."),
            rule=Rule(CAPACITY.id, capacity.seats, CAPACITY.unit, CAPACITY.citation),
            possible=_("Offer {most} seats or fewer, or have the authority change the capacity first."),
            seats=seats,
            most=capacity.seats,
        )


def _intake_of(caller: Caller, capacity: Capacity, kept_as: str, done_on: date, **values: Any) -> Intake:
    same = ("facility_code", "region", "ownership", "stream", "year", "starts_on", "ends_on", "authority_path")
    return Intake(
        **{name: getattr(capacity, name) for name in same},
        capacity_id=capacity.id,
        kept_as=kept_as,
        rule_pack=pack_of(capacity.facility_code, done_on).id,
        opened_by=caller.actor,
        opened_on=done_on,
        **values,
    )


async def open_intake(session: AsyncSession, *, caller: Caller, body: IntakeCreate) -> Intake:
    """The notice: how many seats, which are reserved, and until when one applies; never more than the capacity."""
    done_on = judge_done_on(caller, body.done_on)
    capacity = await capacity_named(session, caller, body.facility_code, body.stream, body.year)
    require(can_conduct(caller, capacity.authority_path))
    if known := await by_reference(session, Intake, authority_path=capacity.authority_path, body=body, reference=body.reference):
        return known
    _must_fit(capacity, body.seats)
    values = body.model_dump(include={"reference", "seats", "reserved", "opens_on", "closes_on"})
    intake = _intake_of(caller, capacity, CANDIDATES, done_on, content_hash=hash_of(body), **values)
    quotas_must_be_known(intake.pack, intake.reserved, intake.seats)
    session.add(intake)
    await session.flush()
    await record_audit(session, caller, "intake.opened", "intake", intake.id, after=body.model_dump(mode="json"), done_on=done_on)
    record_event(session, IntakeOpened.about(intake))
    return intake


async def tell_intakes(session: AsyncSession, *, caller: Caller, body: IntakesTold) -> Sequence[Intake]:
    """An institute that does not conduct its competition here tells its numbers; they replace what was told before."""
    done_on = judge_done_on(caller, body.done_on)
    told = []
    for place, each in enumerate(body.items):
        capacity = await capacity_named(session, caller, body.facility_code, each.stream, body.year, field=f"items.{place}.stream")
        require(can_conduct(caller, capacity.authority_path))
        told.append(await _told(session, caller, capacity, each, done_on, field=f"items.{place}.filled"))
    await session.flush()
    after = [each.model_dump(mode="json", exclude_none=True) for each in body.items]
    await record_audits(session, caller, "intake.told", "intake", [(intake.id, None, said) for intake, said in zip(told, after, strict=True)], done_on=done_on)
    record_events(session, [IntakeChanged.about(intake) for intake in told])
    return told


async def _told(session: AsyncSession, caller: Caller, capacity: Capacity, said: StreamTold, done_on: date, *, field: str) -> Intake:
    seats = said.seats or capacity.seats
    _must_fit(capacity, seats)
    if said.filled > seats:
        raise Refused(
            "intake-full",
            _("{filled} students are more than the {seats} seats of {stream}."),
            rule=Rule(CAPACITY.id, seats, CAPACITY.unit, CAPACITY.citation),
            possible=_("Register {seats} at most, or have the authority change the capacity first."),
            more={"field": field},
            filled=said.filled,
            seats=seats,
            stream=said.stream,
        )
    intake = await session.scalar(intakes_visible_to(caller).where(Intake.capacity_id == capacity.id).with_for_update(of=Intake))
    if intake is None:
        intake = _intake_of(caller, capacity, COUNTS, done_on, content_hash=hash_of(said), seats=seats, state=CLOSED)
        session.add(intake)
    elif intake.kept_as != COUNTS:
        raise Refused(
            "intake-kept-by-candidates",
            _("The intake of {stream} is kept here candidate by candidate: its numbers are counted, not told."),
            rule=Rule("INT-ONE", 1, "intake per institute, stream and year", "Relais rule book, initial training (intakes)"),
            possible=_("Register the candidates in the intake."),
            stream=said.stream,
        )
    else:
        intake.version += 1
    intake.seats, intake.applicants, intake.sat, intake.cut_off, intake.filled = seats, said.applicants, said.sat, said.cut_off, said.filled
    intake.listed_by, intake.listed_on = caller.actor, done_on
    return intake


async def _held(session: AsyncSession, caller: Caller, intake_id: UUID, done_on: date | None, if_match: str | None = None) -> tuple[Intake, date]:
    """An intake of candidates that the caller conducts, locked: whoever changes a seat waits for the others."""
    day = judge_done_on(caller, done_on)
    intake = await get_visible_intake(session, caller, intake_id, lock=True)
    require(can_conduct(caller, intake.authority_path))
    require_current(if_match, intake.version)
    if intake.kept_as != CANDIDATES:
        raise Refused("intake-told-in-numbers", _("This intake is told in numbers: it has no candidates here."), possible=_("Tell its numbers again."))
    return intake, day


async def apply(session: AsyncSession, *, caller: Caller, intake_id: UUID, body: CandidateCreate) -> tuple[Candidate, Intake]:
    """A person of the register applies while the window is open, old enough, and with a diploma that opens the stream."""
    intake, done_on = await _held(session, caller, intake_id, body.done_on)
    if known := await by_reference(session, Candidate, authority_path=intake.authority_path, body=body, reference=body.reference):
        return known, intake
    intake.go("apply")
    _window_must_be_open(intake, done_on)
    diploma_must_fit(intake.pack, diploma=body.diploma, stream=intake.stream)
    if body.quota is not None and body.quota not in intake.reserved:
        raise Malformed.field("quota", _("This intake reserves no seats for “{quota}”."), quota=body.quota)
    known_age = await ask(caller, "GET", f"/api/v1/registry/persons/{body.person_id}/age?on={day_of_age(intake.year).isoformat()}")
    if known_age is None:
        raise Malformed.field("person_id", _("There is no person with this identifier that you may see."))
    age_must_fit(intake.pack, age=known_age["years"], year=intake.year)
    free_candidate = body.average
    score = free_candidate if free_candidate is not None else weighted(body.regional, body.national, intake.pack.rule("INT-SCORE").value)  # type: ignore[arg-type]
    highest = await session.scalar(select(func.max(Candidate.number)).where(Candidate.intake_id == intake.id))
    candidate = Candidate(
        **body.model_dump(exclude={"done_on"}),
        content_hash=hash_of(body),
        authority_path=intake.authority_path,
        intake_id=intake.id,
        facility_code=intake.facility_code,
        number=(highest or 0) + 1,
        code=new_code(),
        score=score,
        applied_on=done_on,
        applied_by=caller.actor,
    )
    session.add(candidate)
    intake.applicants += 1
    await session.flush()
    said = body.model_dump(mode="json", include={"diploma", "quota"}) | {"score": str(score)}
    await record_audit(session, caller, "intake_candidate.applied", "intake_candidate", candidate.id, after=said, done_on=done_on)
    record_event(session, IntakeChanged.about(intake))
    return candidate, intake


def _window_must_be_open(intake: Intake, day: date) -> None:
    assert intake.opens_on is not None
    assert intake.closes_on is not None
    if not intake.opens_on <= day <= intake.closes_on:
        raise Refused(
            "window-closed",
            _("Applications are received from {first} to {last}."),
            rule=Rule("INT-WINDOW", intake.closes_on.isoformat(), "last day of the applications", "Relais rule book, initial training (intakes)"),
            possible=_("Apply within these days, or in the intake of the next year."),
            first=intake.opens_on.isoformat(),
            last=intake.closes_on.isoformat(),
        )


async def preselect(session: AsyncSession, *, caller: Caller, intake_id: UUID, body: PreSelection, if_match: str | None = None) -> Intake:
    """The cut-off is published: whoever reaches it sits, nobody else does (INT-02)."""
    intake, done_on = await _held(session, caller, intake_id, body.done_on, if_match)
    intake.go("preselect")
    candidates = await candidates_of(session, caller, intake, APPLIED)
    for each in candidates:
        each.move("convene" if each.score >= body.cut_off else "leave_below", CANDIDATE)
    intake.cut_off = body.cut_off
    convened = sum(each.state == CONVENED for each in candidates)
    return await _step(session, caller, intake, "preselected", done_on, cut_off=str(body.cut_off), convened=convened)


async def enter_marks(session: AsyncSession, *, caller: Caller, intake_id: UUID, body: Marks, if_match: str | None = None) -> Intake:
    """Marks of those who were convened, by number; whoever was absent has none."""
    intake, done_on = await _held(session, caller, intake_id, body.done_on, if_match)
    intake.go("mark")
    candidates = {each.number: each for each in await candidates_of(session, caller, intake, CONVENED)}
    strangers = [place for place, entry in enumerate(body.marks) if entry.number not in candidates]
    if strangers:
        raise Malformed([FieldError(f"marks.{place}.number", _("No candidate who was convened has this number.")) for place in strangers])
    audits: list[tuple[UUID, Any, Any]] = []
    for entry in body.marks:
        candidate = candidates[entry.number]
        if candidate.mark != entry.mark:
            audits.append((candidate.id, {"mark": _said(candidate.mark)}, {"mark": _said(entry.mark)}))
            candidate.mark = entry.mark
    intake.sat = sum(each.mark is not None for each in candidates.values())
    await session.flush()
    await record_audits(session, caller, "intake_candidate.marked", "intake_candidate", audits, done_on=done_on)
    return await _step(session, caller, intake, "marked", done_on, entered=len(audits))


def _said(mark: Any) -> str | None:
    return None if mark is None else str(mark)


async def publish_list(session: AsyncSession, *, caller: Caller, intake_id: UUID, body: Step, if_match: str | None = None) -> Intake:
    """Everybody who sat is ranked; the first ones are called and have some days to register, the others wait in order."""
    intake, done_on = await _held(session, caller, intake_id, body.done_on, if_match)
    intake.go("list")
    candidates = {each.id: each for each in await candidates_of(session, caller, intake, CONVENED)}
    sat = [Competitor(each.id, each.number, each.mark, each.score, each.quota) for each in candidates.values() if each.mark is not None]
    for seat in seats_of(sat, intake.seats, intake.reserved):
        candidate = candidates.pop(seat.id)
        candidate.rank = seat.rank
        if seat.list is None:
            candidate.move("put_on_waiting_list", CANDIDATE)
        else:
            _call(intake, candidate, seat.list, done_on)
    for absent in candidates.values():
        absent.move("not_admit", CANDIDATE)
    intake.listed_by, intake.listed_on = caller.actor, done_on
    return await _step(session, caller, intake, "listed", done_on, sat=len(sat))


def _call(intake: Intake, candidate: Candidate, on_list: str, day: date) -> None:
    candidate.move("admit", CANDIDATE)
    candidate.list, candidate.called_on = on_list, day
    candidate.register_by = day + timedelta(days=intake.pack.rule("INT-REGISTER").value)


def refill_until(intake: Intake) -> date:
    """The last day on which a seat that is given up goes to somebody else."""
    return intake.starts_on + timedelta(days=int(intake.pack.rule("INT-REFILL").value))


async def fill_again(session: AsyncSession, caller: Caller | None, intake: Intake, freed: str, day: date) -> Candidate | None:
    """The next one of the waiting list is called to a freed seat, until the classes are too far on."""
    if day > refill_until(intake):
        return None
    following = next_for(freed, await waiting_of(session, caller, intake))
    if following is None:
        return None
    (candidate,) = [each for each in await candidates_of(session, caller, intake, WAITING) if each.id == following.id]
    _call(intake, candidate, freed if following.quota == freed else GENERAL, day)
    await session.flush()
    await record_audit(session, caller or TASK, "intake_candidate.called", "intake_candidate", candidate.id, after={"rank": candidate.rank, "list": candidate.list}, done_on=day)
    return candidate


async def decline(session: AsyncSession, *, caller: Caller, candidate_id: UUID, body: Declination, if_match: str | None = None) -> tuple[Candidate, Candidate | None, Intake]:
    """Somebody gives up a seat, or a place on the waiting list; the seat goes to the next one at once."""
    done_on = judge_done_on(caller, body.done_on)
    candidate, intake = await get_visible_candidate(session, caller, candidate_id, lock=True)
    require(can_conduct(caller, candidate.authority_path))
    require_current(if_match, candidate.version)
    freed = await _give_up(session, caller, candidate, body.reason, done_on)
    called = await fill_again(session, caller, intake, freed, done_on) if freed else None
    await _step(session, caller, intake, "seat_given_up", done_on, called=int(called is not None))
    return candidate, called, intake


async def _give_up(session: AsyncSession, caller: Caller | None, candidate: Candidate, reason: str, day: date) -> str | None:
    """The list on which a seat is free now; None when it was a place on the waiting list alone."""
    freed = candidate.list if candidate.state == ADMITTED else None
    candidate.move("decline", CANDIDATE)
    candidate.declined_on, candidate.reason = day, reason
    await session.flush()
    await record_audit(session, caller or TASK, "intake_candidate.declined", "intake_candidate", candidate.id, after={"reason": reason}, done_on=day)
    return freed


async def lapse(session: AsyncSession, *, caller: Caller, intake_id: UUID, body: Step, if_match: str | None = None) -> tuple[list[Candidate], list[Candidate], Intake]:
    """Whoever did not register in time loses the seat, and the next ones are called."""
    intake, done_on = await _held(session, caller, intake_id, body.done_on, if_match)
    late, called = await _lapse_late(session, caller, intake, done_on)
    if not late:
        raise Refused(
            "nobody-is-late",
            _("Nobody who was called has let the days to register pass."),
            rule=intake.pack.rule("INT-REGISTER"),
            possible=_("A seat lapses the day after the last day to register."),
        )
    return late, called, intake


async def _lapse_late(session: AsyncSession, caller: Caller | None, intake: Intake, day: date) -> tuple[list[Candidate], list[Candidate]]:
    late = [each for each in await candidates_of(session, caller, intake, ADMITTED) if each.register_by is not None and each.register_by < day]
    called = []
    for candidate in late:
        freed = await _give_up(session, caller, candidate, LAPSED, day)
        if freed and (following := await fill_again(session, caller, intake, freed, day)):
            called.append(following)
    if late:
        await _step(session, caller, intake, "seats_lapsed", day, lapsed=len(late), called=len(called))
    return late, called


async def lapse_late_seats() -> None:
    """Every day: seats whose days to register have passed go to the next ones, each intake in a transaction of its own.

    Once nobody can be called any more (INT-REFILL), what is pending is settled by hand: so is an intake of the past that is entered afterwards.
    """
    day = today()
    listed = select(Intake.id).where(
        Intake.kept_as == CANDIDATES, Intake.state == LISTED, Intake.id.in_(select(Candidate.intake_id).where(Candidate.state == ADMITTED, Candidate.register_by < day))
    )
    async with worker_session() as session:
        ids = (await session.scalars(listed.order_by(Intake.id))).all()
    for intake_id in ids:
        async with worker_session() as session:
            intake = await session.get(Intake, intake_id, with_for_update=True)
            if intake is not None and intake.state == LISTED and day <= refill_until(intake):
                await _lapse_late(session, None, intake, day)


async def close_intake(session: AsyncSession, *, caller: Caller, intake_id: UUID, body: Step, if_match: str | None = None) -> Intake:
    """Nobody is called any more; whoever still waited is not admitted."""
    intake, done_on = await _held(session, caller, intake_id, body.done_on, if_match)
    intake.go("close")
    pending = await candidates_of(session, caller, intake, ADMITTED)
    if pending:
        raise Refused(
            "seats-are-pending",
            _("{count} people were called and have not answered yet."),
            rule=intake.pack.rule("INT-REGISTER"),
            possible=_("Register them, record that they decline, or let their seats lapse."),
            count=len(pending),
        )
    for each in await candidates_of(session, caller, intake, WAITING):
        each.move("not_admit", CANDIDATE)
    return await _step(session, caller, intake, "closed", done_on)


async def _step(session: AsyncSession, caller: Caller | None, intake: Intake, act: str, done_on: date, **after: Any) -> Intake:
    await session.flush()
    await record_audit(session, caller or TASK, f"intake.{act}", "intake", intake.id, after=after | {"state": intake.state}, done_on=done_on)
    record_event(session, IntakeChanged.about(intake))
    return intake
