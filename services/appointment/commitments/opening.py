"""How commitments begin and are taken back: a hire under an attraction policy, a sponsored study, an opening balance."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import orjson
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.commitments.clock import lay_out
from services.appointment.commitments.dues import tell_end_due, tell_payment_due, tell_signature_due
from services.appointment.commitments.events import CommitmentEnded, PaymentCancelled, PaymentScheduled
from services.appointment.commitments.formulas import parts
from services.appointment.commitments.models import Commitment, Payment
from services.appointment.commitments.workflow import ASSESSED, CANCELLED, CLOCK, COMMITMENT, DRAFT, PAUSED, RUNNING
from services.appointment.rules import pack_of
from shared.audit import record_audit
from shared.calendars import ONE_DAY, add_months, period_end
from shared.clock import today
from shared.commitments import AT_START, BreachPolicy, Instalment
from shared.events import Event, Received, record_event, record_events
from shared.inbox import Consumer

MONTHS_A_YEAR = 12
SYSTEM = "consumer:appointment"


class HireDecided(Event):
    """A hire under an attraction policy was signed: the benefit binds."""

    type: ClassVar[str] = "recruitment.hire.decided.v1"
    topic: ClassVar[str] = "relais.recruitment.hires"

    person_id: UUID
    facility_code: str
    authority_path: str
    degree: str = ""
    starts_on: date
    amount: int
    currency: str
    commitment_years: int
    payment_schedule: list[Instalment] = Field(default_factory=lambda: list(AT_START))
    breach_policy: BreachPolicy = Field(default_factory=BreachPolicy)
    done_on: date


class HireRevoked(Event):
    """The decision behind a hire was revoked."""

    type: ClassVar[str] = "recruitment.hire.revoked.v1"
    topic: ClassVar[str] = "relais.recruitment.hires"

    revoked_from: date
    done_on: date


class HireDecidedWithoutPolicy(Event):
    """A hire that no attraction policy pays for was signed."""

    type: ClassVar[str] = "recruitment.hire.decided.v2"
    topic: ClassVar[str] = "relais.recruitment.hires"


class HireRevokedWithoutPolicy(Event):
    """The decision behind such a hire was revoked."""

    type: ClassVar[str] = "recruitment.hire.revoked.v2"
    topic: ClassVar[str] = "relais.recruitment.hires"


async def open_commitment(
    session: AsyncSession,
    by: str,
    *,
    source_service: str,
    source_id: UUID,
    origin: str,
    person_id: UUID,
    facility_code: str,
    authority_path: str,
    amount: int,
    currency: str,
    months_due: int,
    earliest_on: date,
    breach: BreachPolicy,
    opened_on: date,
    schedule: Sequence[Instalment] = (),
    programme: str | None = None,
    cost_items: list[dict[str, Any]] | None = None,
    reference: str | None = None,
) -> Commitment:
    """A benefit against months of service; it runs once the person has signed. Once for each thing that gave it."""
    known: Commitment | None = await session.scalar(select(Commitment).where(Commitment.source_service == source_service, Commitment.source_id == source_id))
    if known is not None:
        return known
    pack = pack_of(authority_path.partition(".")[0], opened_on)
    content = {"person": str(person_id), "amount": amount, "currency": currency, "months": months_due, "from": earliest_on.isoformat()}
    commitment = Commitment(
        reference=reference,
        content_hash=hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest(),
        authority_path=authority_path,
        shared_with=[],
        creditor_path=authority_path.rpartition(".")[0] or authority_path,
        person_id=person_id,
        facility_code=facility_code,
        origin=origin,
        source_service=source_service,
        source_id=source_id,
        programme=programme,
        amount=amount,
        currency=currency,
        cost_items=cost_items or [],
        months_due=months_due,
        clock=str(pack.rule("COM-04").value),
        earliest_on=earliest_on,
        starts_on=earliest_on,
        ends_on=period_end(earliest_on, months_due),
        breach=breach.model_dump(mode="json"),
        rule_pack=pack.id,
        opened_on=opened_on,
        state=DRAFT,
        pauses=[],
        instalments=[],
        payments=[
            Payment(
                authority_path=authority_path,
                shared_with=[],
                facility_code=facility_code,
                person_id=person_id,
                place=place,
                amount=part,
                currency=currency,
                due_on=add_months(earliest_on, instalment.months_after_start),
                state="scheduled",
            )
            for place, (instalment, part) in enumerate(zip(schedule, parts(amount, [instalment.percent for instalment in schedule]), strict=True), start=1)
        ],
    )
    session.add(commitment)
    await session.flush()
    await session.refresh(commitment, ["recorded_at"])
    await record_audit(session, by, "commitment.opened", "commitment", commitment.id, after=content, done_on=opened_on)
    record_events(session, [PaymentScheduled.about(payment) for payment in commitment.payments])
    for payment in commitment.payments:
        tell_payment_due(session, commitment, payment)
    tell_signature_due(session, commitment)
    await lay_out(session, person_id, today())
    return commitment


async def cancel_commitment(session: AsyncSession, by: str, commitment: Commitment, *, from_day: date, done_on: date) -> None:
    """What gave the benefit was taken back: what is not paid yet never will be, and what was paid is asked back whole."""
    if commitment.state not in (DRAFT, *CLOCK):
        return
    before, told = commitment.state, commitment.state in (RUNNING, PAUSED)
    cancel_unpaid(session, commitment)
    commitment.move("cancel", COMMITMENT)
    commitment.ended_on, commitment.end_cause = from_day, "revoked"
    if commitment.paid:
        commitment.state, commitment.owed_amount, commitment.assessed_on = ASSESSED, commitment.paid, done_on
        commitment.owed_rule = {"kind": "FULL", "months_due": commitment.months_due, "months_served": 0, "base": commitment.paid, "amount": commitment.paid, "percent": None}
    await session.flush()
    await record_audit(session, by, "commitment.cancelled", "commitment", commitment.id, before={"state": before}, after={"state": commitment.state}, done_on=done_on)
    if told:
        record_event(session, CommitmentEnded.about(commitment))
    tell_signature_due(session, commitment)
    tell_end_due(session, commitment)
    await lay_out(session, commitment.person_id, today())


def cancel_unpaid(session: AsyncSession, commitment: Commitment) -> None:
    """Parts that are not paid are not due any more."""
    for payment in commitment.payments:
        if payment.state == "scheduled":
            payment.state, payment.version = CANCELLED, payment.version + 1
            record_event(session, PaymentCancelled.about(payment))
            tell_payment_due(session, commitment, payment)


# --- what is heard ----------------------------------------------------------------------------------------------------


async def _hire_decided(session: AsyncSession, event: Received[HireDecided]) -> None:
    hire = event.data
    if hire.amount <= 0 or hire.commitment_years <= 0:
        return
    await open_commitment(
        session,
        SYSTEM,
        source_service="recruitment",
        source_id=hire.id,
        origin="attraction",
        person_id=hire.person_id,
        facility_code=hire.facility_code,
        authority_path=hire.authority_path,
        amount=hire.amount,
        currency=hire.currency,
        months_due=hire.commitment_years * MONTHS_A_YEAR,
        earliest_on=hire.starts_on,
        breach=hire.breach_policy,
        opened_on=hire.done_on,
        schedule=hire.payment_schedule,
        programme=hire.degree or None,
    )


async def _hire_revoked(session: AsyncSession, event: Received[HireRevoked]) -> None:
    commitment = await commitment_of(session, "recruitment", event.data.id)
    if commitment is not None:
        await cancel_commitment(session, SYSTEM, commitment, from_day=event.data.revoked_from, done_on=event.data.done_on)


async def _nothing_is_paid(session: AsyncSession, event: Received[HireDecidedWithoutPolicy] | Received[HireRevokedWithoutPolicy]) -> None:
    """Where no policy pays, nothing binds: there is no commitment to open or to take back."""


async def commitment_of(session: AsyncSession, source_service: str, source_id: UUID) -> Commitment | None:
    """The commitment that this thing opened; it is locked."""
    found: Commitment | None = await session.scalar(select(Commitment).where(Commitment.source_service == source_service, Commitment.source_id == source_id).with_for_update())
    return found


def hear_hires(consumer: Consumer) -> None:
    consumer.on(HireDecided, _hire_decided)
    consumer.on(HireRevoked, _hire_revoked)
    consumer.on(HireDecidedWithoutPolicy, _nothing_is_paid)
    consumer.on(HireRevokedWithoutPolicy, _nothing_is_paid)


# --- sponsored studies ------------------------------------------------------------------------------------------------


class SponsorshipFact(Event):
    """What appointment needs of a sponsored study."""

    topic: ClassVar[str] = "relais.training.sponsorships"

    person_id: UUID
    facility_code: str
    authority_path: str
    programme: str
    ends_on: date
    signed_on: date | None
    months_due: int
    benefit_amount: int
    currency: str
    cost_items: list[dict[str, Any]]
    breach_policy: BreachPolicy
    outcome: str | None
    outcome_on: date | None
    returned_on: date | None
    done_on: date


class SponsorshipBonded(SponsorshipFact):
    """A study is paid against months of service."""

    type: ClassVar[str] = "training.sponsorship.bonded.v1"


class SponsorshipReturned(SponsorshipFact):
    """Back at work: after a diploma the months run from this day."""

    type: ClassVar[str] = "training.sponsorship.returned.v1"


class SponsorshipFailed(SponsorshipFact):
    """No diploma: everything is owed."""

    type: ClassVar[str] = "training.sponsorship.failed.v1"


class SponsorshipAbandoned(SponsorshipFact):
    """Given up: everything is owed."""

    type: ClassVar[str] = "training.sponsorship.abandoned.v1"


class SponsorshipRevoked(SponsorshipFact):
    """The decision was revoked: nothing is due."""

    type: ClassVar[str] = "training.sponsorship.revoked.v1"


async def _study_bonded(session: AsyncSession, event: Received[SponsorshipBonded]) -> None:
    """The bond is signed with the study; it waits for its end."""
    study = event.data
    if study.months_due <= 0:
        return
    commitment = await open_commitment(
        session,
        SYSTEM,
        source_service="training",
        source_id=study.id,
        origin="training",
        person_id=study.person_id,
        facility_code=study.facility_code,
        authority_path=study.authority_path,
        amount=study.benefit_amount,
        currency=study.currency,
        months_due=study.months_due,
        earliest_on=study.ends_on + ONE_DAY,
        breach=study.breach_policy,
        opened_on=study.signed_on or study.done_on,
        programme=study.programme,
        cost_items=study.cost_items,
    )
    if commitment.state == DRAFT:
        commitment.move("sign", COMMITMENT)
        commitment.signed_on = study.signed_on or study.done_on
        await session.flush()
        tell_signature_due(session, commitment)
        await lay_out(session, commitment.person_id, today())


async def _study_returned(session: AsyncSession, event: Received[SponsorshipReturned]) -> None:
    """The months run from the day of the return; without diploma what is owed is assessed instead."""
    study = event.data
    commitment = await commitment_of(session, "training", study.id)
    if commitment is None or commitment.state not in CLOCK or study.outcome != "graduated" or study.returned_on is None:
        return
    commitment.earliest_on = commitment.starts_on = study.returned_on
    commitment.ends_on = period_end(study.returned_on, commitment.months_due)
    commitment.version += 1
    await session.flush()
    await lay_out(session, commitment.person_id, today())


async def _study_ended_without_diploma(session: AsyncSession, event: Received[Any]) -> None:
    """Somebody must assess what is owed: the whole (COM-02)."""
    study: SponsorshipFact = event.data
    commitment = await commitment_of(session, "training", study.id)
    if commitment is None or commitment.state not in CLOCK:
        return
    commitment.end_cause = "abandons" if event.type == SponsorshipAbandoned.type else "no_diploma"
    commitment.leaving_on = study.outcome_on or study.done_on
    commitment.version += 1
    await session.flush()


async def _study_revoked(session: AsyncSession, event: Received[SponsorshipRevoked]) -> None:
    commitment = await commitment_of(session, "training", event.data.id)
    if commitment is not None:
        await cancel_commitment(session, SYSTEM, commitment, from_day=event.data.done_on, done_on=event.data.done_on)


def hear_studies(consumer: Consumer) -> None:
    consumer.on(SponsorshipBonded, _study_bonded)
    consumer.on(SponsorshipReturned, _study_returned)
    consumer.on(SponsorshipFailed, _study_ended_without_diploma)
    consumer.on(SponsorshipAbandoned, _study_ended_without_diploma)
    consumer.on(SponsorshipRevoked, _study_revoked)
