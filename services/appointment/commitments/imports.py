"""Bonds from a file: what people owed before the register was opened here, with what was paid and what is still to pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.commitments.clock import lay_out
from services.appointment.commitments.dues import tell_payment_due, tell_signature_due
from services.appointment.commitments.events import PaymentPaid, PaymentScheduled
from services.appointment.commitments.guards import OPENING_BALANCE
from services.appointment.commitments.models import Commitment, Payment
from services.appointment.commitments.opening import open_commitment
from services.appointment.commitments.permissions import can_handle_commitments
from services.appointment.commitments.workflow import COMMITMENT
from shared.auth import Caller
from shared.clock import today
from shared.commitments import BreachPolicy
from shared.directory import works_of_numbers
from shared.events import record_events
from shared.i18n import _
from shared.imports import Column, Fault, Faults, Kind, Memory, Verdict
from shared.imports.cells import date_of, facility_code_of, number_of, text_of, word_of
from shared.jurisdictions import jurisdiction_of

BONDS = UUID("5d0f8c5e-93f7-5d0e-8f0b-0a6f8f5f3a77")  # a bond of a file is the same thing each time the file is loaded
LARGEST = Decimal(10**15)
ORIGINS = {"attraction": ("thu hút", "attraction"), "training": ("đào tạo", "formation")}
BREACHES = {"PRORATA": ("theo tỷ lệ", "prorata", "au prorata"), "FULL": ("toàn bộ", "totalité", "full")}


@dataclass(frozen=True, slots=True)
class BondLine:
    """One signed bond that runs, named by the number of its paper."""

    row: int
    worker_no: str
    facility_code: str
    number: str
    origin: str
    amount: Decimal
    currency: str
    months_due: Decimal
    starts_on: date
    signed_on: date
    breach: str
    paid: Decimal
    paid_on: date | None
    next_due_on: date | None


COLUMNS = (
    Column("worker_no", text_of, headings=("mã nhân viên", "số hiệu", "matricule")),
    Column("facility_code", facility_code_of, headings=("mã cơ sở", "mã đơn vị", "code de l'établissement")),
    Column("number", text_of, headings=("số cam kết", "numéro de l'engagement")),
    Column("origin", word_of(ORIGINS), headings=("loại cam kết", "chính sách", "origine")),
    Column("amount", number_of(Decimal(1), LARGEST, 0), headings=("số tiền", "montant")),
    Column("currency", text_of, None, ("tiền tệ", "monnaie")),
    Column("months_due", number_of(Decimal(1), Decimal(600), 0), headings=("số tháng cam kết", "mois dus")),
    Column("starts_on", date_of, headings=("từ ngày", "depuis le")),
    Column("signed_on", date_of, headings=("ngày ký", "signé le")),
    Column("breach", word_of(BREACHES), "PRORATA", ("mức bồi hoàn", "dû en cas de départ")),
    Column("paid", number_of(Decimal(0), LARGEST, 0), Decimal(0), ("đã chi", "payé")),
    Column("paid_on", date_of, None, ("ngày chi", "payé le")),
    Column("next_due_on", date_of, None, ("đến hạn ngày", "dû le")),
)


def build(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is paid has its day, and what is not paid has its own. Raises Faults."""
    wrong = []
    if cells["paid"] > cells["amount"]:
        wrong.append(("paid", Fault(_("More is paid than was promised."))))
    if (cells["paid"] > 0) != (cells["paid_on"] is not None):
        wrong.append(("paid_on", Fault(_("What is paid has a day, and a day of payment has an amount."))))
    if cells["origin"] == "attraction" and cells["paid"] < cells["amount"] and cells["next_due_on"] is None:
        wrong.append(("next_due_on", Fault(_("Say when the rest is due."))))
    if wrong:
        raise Faults(wrong)
    return {**cells, "currency": cells["currency"] or jurisdiction_of(cells["facility_code"]).currency}


def bond_id(authority: str, number: str) -> UUID:
    return uuid5(BONDS, f"{authority}/{number}")


def _authority(path: str) -> str:
    return path.rpartition(".")[0]


async def judge(session: AsyncSession, caller: Caller, lines: Sequence[BondLine], memory: Memory) -> list[Verdict]:
    """The person works there, and the number of the paper is not another's; the same bond again is no change."""
    works = await works_of_numbers(session, [line.worker_no for line in lines], today())
    ids = {bond_id(_authority(work.authority_path), line.number) for line in lines if (work := works.get((line.facility_code, line.worker_no)))}
    found = await session.scalars(select(Commitment).where(Commitment.source_service == OPENING_BALANCE, Commitment.source_id.in_(ids)))
    known = {commitment.source_id: commitment for commitment in found}

    def judge_line(line: BondLine) -> Verdict:
        work = works.get((line.facility_code, line.worker_no))
        if work is None or not caller.manages(work.authority_path):
            return Verdict.bad(line.row, "worker_no", _("No worker {number} works at {facility} today."), number=line.worker_no, facility=line.facility_code)
        bond = bond_id(_authority(work.authority_path), line.number)
        if (again := memory.again(line, bond)) is not None:
            return again
        recorded = known.get(bond)
        if recorded is not None:
            if (recorded.person_id, recorded.amount, recorded.months_due, recorded.earliest_on) == (work.person_id, int(line.amount), int(line.months_due), line.starts_on):
                return Verdict.recorded(line)
            return Verdict.bad(line.row, "number", _("The bond {number} is already recorded otherwise."), number=line.number)
        if line.signed_on > today():
            return Verdict.bad(line.row, "signed_on", _("An act cannot be done in the future; today is {today}."), today=today().isoformat())
        return Verdict.good(line)

    return [judge_line(line) for line in lines]


async def write(session: AsyncSession, caller: Caller, lines: Sequence[BondLine]) -> None:
    """The good lines become signed commitments with their clock, their paid part and what is still to pay."""
    works = await works_of_numbers(session, [line.worker_no for line in lines], today())
    for line in lines:
        work = works[line.facility_code, line.worker_no]
        commitment = await open_commitment(
            session,
            caller.actor,
            source_service=OPENING_BALANCE,
            source_id=bond_id(_authority(work.authority_path), line.number),
            origin=line.origin,
            person_id=work.person_id,
            facility_code=work.facility_code,
            authority_path=work.authority_path,
            amount=int(line.amount),
            currency=line.currency,
            months_due=int(line.months_due),
            earliest_on=line.starts_on,
            breach=BreachPolicy(kind="FULL" if line.breach == "FULL" else "PRORATA"),
            opened_on=today(),
        )
        commitment.move("sign", COMMITMENT)
        commitment.signed_on, commitment.signed_with = line.signed_on, line.number
        _parts(session, caller, commitment, line)
        await session.flush()
        tell_signature_due(session, commitment)
        await lay_out(session, commitment.person_id, today())


def _parts(session: AsyncSession, caller: Caller, commitment: Commitment, line: BondLine) -> None:
    """What was paid as one part, the rest as another. A study without payments keeps its whole cost as what may be owed."""
    paid, rest = int(line.paid), int(line.amount - line.paid)
    if line.paid_on is not None:
        _add(commitment, paid, line.paid_on, "paid", line.paid_on, caller.actor)
    if rest and line.next_due_on is not None:
        _add(commitment, rest, line.next_due_on, "scheduled", None, None)
    record_events(session, [PaymentPaid.about(part) if part.state == "paid" else PaymentScheduled.about(part) for part in commitment.payments])
    for part in commitment.payments:
        tell_payment_due(session, commitment, part)


def _add(commitment: Commitment, amount: int, due_on: date, state: str, paid_on: date | None, recorded_by: str | None) -> None:
    commitment.payments.append(
        Payment(
            id=uuid5(commitment.id, str(len(commitment.payments))),
            commitment_id=commitment.id,
            authority_path=commitment.authority_path,
            shared_with=[],
            facility_code=commitment.facility_code,
            person_id=commitment.person_id,
            place=len(commitment.payments) + 1,
            amount=amount,
            currency=commitment.currency,
            due_on=due_on,
            state=state,
            paid_on=paid_on,
            recorded_by=recorded_by,
        )
    )


KINDS = [Kind("bonds", COLUMNS, BondLine, judge, write, can_handle_commitments, build)]
