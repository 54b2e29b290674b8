"""Either side says what became of the visits of a month, one by one or all at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.models import Agreement, Obligation
from services.rotation.agreements.queries import agreements_named
from services.rotation.agreements.workflow import ACTIVE, DRAFT
from services.rotation.staff import working_at
from services.rotation.visits.events import VisitHeld, VisitMissed, VisitPlanned, VisitState
from services.rotation.visits.models import PROMISED, Visit
from services.rotation.visits.permissions import can_record
from services.rotation.visits.promises import month_of, promise_visits, tell_what_waits
from services.rotation.visits.queries import visits_visible_to
from services.rotation.visits.schemas import VisitAnswer, VisitBatch, VisitCreate, VisitRead
from shared.audit import record_audits
from shared.auth import ALLOWED, Caller, require
from shared.clock import judge_done_on, today
from shared.errors import FieldError, Malformed, Problem, Refused
from shared.events import record_events
from shared.i18n import _
from shared.references import CHOOSE_ANOTHER, hash_of
from shared.rulepacks import Rule

AHEAD = timedelta(days=92)
TOLD: dict[str, type[VisitState]] = {"planned": VisitPlanned, "held": VisitHeld, "missed": VisitMissed}
PROMISES = "Relais rule book, rotation (promised against delivered)"


async def record_visit(session: AsyncSession, *, caller: Caller, body: VisitCreate) -> Visit:
    """One visit was held, or missed with its reason."""
    sheet = await Sheet.of(session, caller, [body])
    visit = await sheet.record(body, judge_done_on(caller, body.done_on))
    await sheet.keep()
    return visit


async def record_visits(session: AsyncSession, *, caller: Caller, body: VisitBatch) -> list[VisitAnswer]:
    """The visits of a month at once, each answered by itself; what is accepted is written together."""
    sheet = await Sheet.of(session, caller, body.items)
    answers: list[tuple[str | None, Visit | None, dict[str, Any] | None]] = []
    for item in body.items:
        try:
            visit = await sheet.record(item, judge_done_on(caller, item.done_on or body.done_on))
        except Problem as problem:
            answers.append((item.reference, None, problem.as_json()))
        else:
            answers.append((item.reference, visit, None))
    await sheet.keep()
    return [VisitAnswer(reference=reference, visit=VisitRead.of(visit) if visit else None, problem=problem) for reference, visit, problem in answers]


@dataclass
class Sheet:
    """Visits told in one request: what they may keep is read once and under a lock, and what becomes of it is written at once."""

    session: AsyncSession
    caller: Caller
    agreements: dict[str, Agreement]
    promised: dict[tuple[UUID, date], list[Visit]]
    named: dict[tuple[str, str], Visit]
    told: list[tuple[Visit, VisitCreate, date]] = field(default_factory=list)

    @classmethod
    async def of(cls, session: AsyncSession, caller: Caller, items: Sequence[VisitCreate]) -> Self:
        agreements = await agreements_named(session, caller, {item.agreement for item in items})
        for body in items:
            if body.outcome == "planned" and (named := agreements.get(body.agreement)) is not None and can_record(caller, named) is ALLOWED:
                await _promise_ahead(session, named, body.day)
        ids = {agreement.id for agreement in agreements.values()}
        months = {month_of(item.day) for item in items}
        waiting = select(Visit).where(Visit.agreement_id.in_(ids), Visit.month.in_(months), Visit.state == PROMISED).order_by(Visit.id).with_for_update()
        promised: dict[tuple[UUID, date], list[Visit]] = {}
        for visit in await session.scalars(waiting):
            promised.setdefault((visit.obligation_id, visit.month), []).append(visit)
        references = {item.reference for item in items if item.reference}
        known = (await session.scalars(visits_visible_to(caller).where(Visit.reference.in_(references)))).all() if references else []
        return cls(session, caller, agreements, promised, {(visit.authority_path, visit.reference or ""): visit for visit in known})

    async def record(self, body: VisitCreate, done_on: date) -> Visit:
        """One line of the sheet. Raises a Problem, and then nothing of this line is kept."""
        agreement = self.agreements.get(body.agreement)
        if agreement is None:
            raise Malformed.field("agreement", _("There is no agreement with this identifier that you may see."))
        require(can_record(self.caller, agreement))
        known = self.named.get((agreement.authority_path, body.reference or ""))
        if known is not None:
            _must_say_the_same(known, body)
            return known
        obligation = next((each for each in agreement.obligations if each.specialty == body.specialty), None)
        if obligation is None:
            raise Malformed.field("specialty", _("The agreement promises nothing in this specialty."))
        _day_must_be_covered(agreement, body, done_on)
        waiting = self.promised.get((obligation.id, month_of(body.day)), [])
        visit: Visit
        if body.outcome == "planned":
            _something_must_be_promised(obligation, waiting)
            await _visitors_must_be_the_givers(agreement, body)
            visit = next((each for each in waiting if each.planned_on is None), waiting[0])
            visit.plan(on=body.day, visitors=body.visitors, by=self.caller.actor, said_on=done_on)
        elif body.outcome == "missed":
            _something_must_be_promised(obligation, waiting)
            assert body.reason is not None
            visit = waiting.pop(0)
            visit.miss(body.reason, by=self.caller.actor, said_on=done_on)
        else:
            await _visitors_must_be_the_givers(agreement, body)
            visit = _take(waiting, body.day) if waiting else _beyond_what_is_promised(agreement, obligation, month_of(body.day))
            visit.hold(on=body.day, visitors=body.visitors, consultations=body.consultations, by=self.caller.actor, said_on=done_on)
        visit.reference, visit.content_hash = body.reference, hash_of(body)
        self.session.add(visit)
        if body.reference:
            self.named[agreement.authority_path, body.reference] = visit
        self.told.append((visit, body, done_on))
        return visit

    async def keep(self) -> None:
        """Write what was told, announce it, and say which month of each agreement waits now."""
        await self.session.flush()
        for outcome, event in TOLD.items():
            lines = [line for line in self.told if line[1].outcome == outcome]
            for day in sorted({done_on for _visit, _body, done_on in lines}):
                changes = [(visit.id, None, body.model_dump(mode="json", exclude_none=True)) for visit, body, done_on in lines if done_on == day]
                await record_audits(self.session, self.caller, f"visit.{outcome}", "visit", changes, done_on=day)
            record_events(self.session, [event.about(visit) for visit, _body, _done_on in lines])
        touched = {visit.agreement_id for visit, _body, _done_on in self.told}
        for agreement in {agreement.id: agreement for agreement in self.agreements.values()}.values():
            if agreement.id in touched:
                await tell_what_waits(self.session, agreement)


async def _promise_ahead(session: AsyncSession, agreement: Agreement, day: date) -> None:
    """A visit is planned some months ahead: its month is promised at once, and not again when it begins."""
    if agreement.state == ACTIVE and today() < day <= today() + AHEAD:
        await promise_visits(session, agreement, upto=day)


def _take(waiting: list[Visit], day: date) -> Visit:
    """The promise that a visit keeps: the one planned for its day when there is one."""
    chosen = next((place for place, visit in enumerate(waiting) if visit.planned_on == day), next((place for place, visit in enumerate(waiting) if visit.planned_on is None), 0))
    return waiting.pop(chosen)


def _must_say_the_same(known: Visit, body: VisitCreate) -> None:
    """Raises Refused when a reference already names another visit."""
    if known.content_hash != hash_of(body):
        raise Refused(
            "reference-taken",
            _("The reference {reference} already names another record."),
            rule=Rule("REFERENCE", body.reference, "unique in an authority", "Relais rule book (a reference names one thing for ever)"),
            possible=CHOOSE_ANOTHER,
            reference=body.reference,
        )


def _something_must_be_promised(obligation: Obligation, waiting: Sequence[Visit]) -> None:
    """Raises Refused: only a promised visit can be missed."""
    if not waiting:
        raise Refused(
            "nothing-promised",
            _("No visit of this month is waiting for a word in this specialty."),
            rule=Rule("ROT-VISITS", obligation.visits_per_month, "visits per month", PROMISES),
            possible=_("Only a promised visit can be missed; look at what is already recorded."),
        )


def _day_must_be_covered(agreement: Agreement, body: VisitCreate, done_on: date) -> None:
    """A visit belongs to the time of its agreement, and nobody tells what became of a visit that is still to come."""
    day, missed = body.day, body.outcome == "missed"
    covered = agreement.covers(day) if not missed else month_of(agreement.starts_on) <= month_of(day) <= month_of(agreement.ended_on or agreement.ends_on)
    if agreement.state == DRAFT or not covered:
        raise Refused(
            "agreement-not-in-force",
            _("The agreement is not in force on {day}."),
            rule=Rule("AGR-PERIOD", [agreement.starts_on.isoformat(), (agreement.ended_on or agreement.ends_on).isoformat()], "period", PROMISES),
            possible=_("Choose a day of its period, once both sides have signed."),
            day=day.isoformat(),
        )
    if body.outcome != "planned" and (month_of(day) if missed else day) > done_on:
        raise Malformed.field("month" if missed else "held_on", _("This day is still to come."))


def _beyond_what_is_promised(agreement: Agreement, obligation: Obligation, month: date) -> Visit:
    return Visit(
        authority_path=agreement.authority_path,
        shared_with=agreement.shared_with,
        agreement_id=agreement.id,
        obligation_id=obligation.id,
        giver_code=agreement.giver_code,
        receiver_code=agreement.receiver_code,
        specialty=obligation.specialty,
        month=month,
        promised_on=None,
        state=PROMISED,
        version=0,
    )


async def _visitors_must_be_the_givers(agreement: Agreement, body: VisitCreate) -> None:
    """Who visits works at the giver's on that day. Raises Malformed."""
    theirs = await working_at(agreement.giver_code, body.visitors, body.day)
    strangers = [place for place, person in enumerate(body.visitors) if person not in theirs]
    if strangers:
        raise Malformed([FieldError(f"visitors.{place}", _("This person does not work at {facility} on that day."), {"facility": agreement.giver_code}) for place in strangers])
