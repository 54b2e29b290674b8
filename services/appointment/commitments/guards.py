"""What paying, pausing, assessing and giving up must respect."""

from dataclasses import replace
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.commitments.models import Commitment, Payment
from services.appointment.commitments.workflow import CLOCK
from services.appointment.decisions.models import Decision
from services.appointment.decisions.queries import decision_of_source
from services.appointment.rules import PACKS
from shared.auth import Caller
from shared.directory import works_of
from shared.errors import Malformed, Refused, refuse_when
from shared.i18n import _, translate
from shared.rulepacks import Rule

OPENING_BALANCE = "import"

refuse_when(
    "commitment_pauses_apart",
    "pause-overlaps",
    _("These days are paused already."),
    rule=Rule("COM-01", 1, "pause on a day", "Relais rule book, service commitments COM-01 (a day is excluded once)"),
    possible=_("Choose days outside the other pause, or end that one first."),
)


def rule(commitment: Commitment, rule_id: str) -> Rule:
    """A rule of the pack that the commitment keeps."""
    return PACKS.pinned(commitment.rule_pack).rule(rule_id)


def must_be_signed(commitment: Commitment, day: date) -> None:
    """ATT-02: no payment before the commitment is signed, and none when it is over. Raises Refused."""
    if commitment.state not in CLOCK or commitment.signed_on is None or commitment.signed_on > day:
        raise Refused(
            "commitment-not-signed",
            _("The commitment is “{state}” on {day}."),
            rule=rule(commitment, "ATT-02"),
            possible=_("Have the person sign the commitment first; nothing is paid on one that has ended."),
            state=translate(commitment.state),
            day=day.isoformat(),
        )


async def decision_must_stand(session: AsyncSession, commitment: Commitment, day: date) -> None:
    """ATT-02: no payment before the decision that granted the benefit is signed. Raises Refused."""
    if commitment.source_service == OPENING_BALANCE:
        return
    decision: Decision | None = await decision_of_source(session, commitment.source_service, commitment.source_id)
    if decision is None or decision.state != "signed" or decision.signed_on is None or decision.signed_on > day:
        raise Refused(
            "decision-not-signed",
            _("The decision behind this benefit is not signed on {day}."),
            rule=rule(commitment, "ATT-02"),
            possible=_("Have the decision signed first."),
            day=day.isoformat(),
        )


async def person_must_still_serve(session: AsyncSession, commitment: Commitment, day: date) -> None:
    """ATT-01: eligibility is looked at again on the day of payment, as far as it is known: the person serves where the benefit was granted. Raises Refused."""
    work = (await works_of(session, [commitment.person_id], day)).get(commitment.person_id)
    if work is None or work.facility_code != commitment.facility_code:
        raise Refused(
            "not-serving",
            _("On {day} this person does not serve at {facility}, where the benefit was granted."),
            rule=rule(commitment, "ATT-01"),
            possible=_("Record the assignment in the registry, or assess what the departure means."),
            day=day.isoformat(),
            facility=commitment.facility_code,
        )


def must_be_due(commitment: Commitment, payment: Payment, day: date) -> None:
    """A part is paid from its day on. Raises Refused."""
    if day < payment.due_on:
        raise Refused(
            "payment-not-due",
            _("This part is due on {due}."),
            rule=replace(rule(commitment, "ATT-02"), value=payment.due_on.isoformat()),
            possible=_("Pay on {due} or later."),
            due=payment.due_on.isoformat(),
        )


_BUDGET = text("SELECT budget, paid FROM budget_of_year(CAST(:path AS ltree), :year, :currency)")


async def budget_must_hold(session: AsyncSession, commitment: Commitment, payment: Payment, day: date) -> None:
    """ATT-03: what an authority pays in a year stays within its budget; two payments wait for each other. Raises Refused."""
    authority = commitment.creditor_path.rpartition(".")[2]
    year = (await session.execute(_BUDGET, {"currency": payment.currency, "path": commitment.creditor_path, "year": day.year})).one()
    if year.budget is not None and year.paid + payment.amount > year.budget:
        raise Refused(
            "above-budget",
            _("{authority} has paid {paid} of {budget} {currency} in {year}; this part is {amount}."),
            rule=replace(rule(commitment, "ATT-03"), value=year.budget),
            possible=_("Have the budget of the year raised, or pay next year."),
            authority=authority,
            paid=year.paid,
            budget=year.budget,
            currency=payment.currency,
            year=day.year,
            amount=payment.amount,
        )


def assessor_must_not_waive(caller: Caller, commitment: Commitment) -> None:
    """SEC-02: who said what is owed does not give it up. Raises Refused."""
    if caller.actor == commitment.assessed_by:
        raise Refused(
            "assessor-waives",
            _("You assessed this amount: another person must give it up."),
            rule=rule(commitment, "SEC-02"),
            possible=_("Ask another signatory of the authority."),
        )


def ground_must_be_known(commitment: Commitment, ground: str) -> None:
    """COM-03: the grounds on which nothing is asked back. Raises Malformed."""
    grounds = rule(commitment, "COM-03").value
    if ground not in grounds:
        raise Malformed.field("ground", _("Choose one of: {grounds}."), grounds=", ".join(grounds))


def instalments_must_make_the_whole(commitment: Commitment, amounts: list[int]) -> None:
    """Raises Malformed when the parts are not what is owed."""
    if sum(amounts) != commitment.owed_amount:
        raise Malformed.field("instalments", _("The parts make {sum}; {owed} is owed."), sum=sum(amounts), owed=commitment.owed_amount)
