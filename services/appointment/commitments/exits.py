"""“What would I owe on this day”: the amount, its formula in words, the rule, and the day on which the person is free (COM-05)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.commitments.clock import pauses_of
from services.appointment.commitments.formulas import Cause, Owed, months_served, owed, paused_days
from services.appointment.commitments.models import Commitment
from services.appointment.rules import PACKS
from shared.clock import today
from shared.i18n import _, translate
from shared.rulepacks import Rule, RulePack

FORMULAS = {
    "PRORATA": _("{base} × ({due} − {served}) ÷ {due} months = {amount}"),
    "MULTIPLE": _("{multiple} × {base} × ({due} − {served}) ÷ {due} months = {amount}"),
    "TIERED": _("{percent} % of {base}, by the table for {served} months served = {amount}"),
    "FULL": _("the whole of {base}, whatever was served = {amount}"),
}


@dataclass(frozen=True)
class Exit:
    """What would be owed by who leaves on a day."""

    on: date
    cause: Cause
    base: int
    owed: Owed
    paused_days: int
    free_on: date
    rule: Rule

    def formula(self, commitment: Commitment) -> str:
        return in_words(self.owed, self.base, commitment.breach_policy.multiple)


def in_words(answer: Owed, base: int, multiple: Decimal | None) -> str:
    """How an amount is computed, in the reader's language: it is never stored, another reader may read another one."""
    return translate(
        FORMULAS[answer.kind],
        base=grouped(base),
        due=answer.months_due,
        served=answer.months_served,
        amount=grouped(answer.amount),
        percent=answer.percent,
        multiple=multiple.normalize() if multiple is not None else None,
    )


def grouped(amount: int) -> str:
    """Digits in threes with a space that does not break."""
    return f"{amount:,}".replace(",", "\u00a0")


async def compute_exit(session: AsyncSession, commitment: Commitment, on: date, cause: Cause = "leaves") -> Exit:
    """For a grant the base is what is paid by that day: nobody pays back what was only promised. For a study it is what it cost."""
    pauses = await pauses_of(session, commitment, max(on, today()))
    base = paid_by(commitment, on) if commitment.payments else commitment.amount
    served = months_served(commitment.starts_on, on, pauses)
    pack = PACKS.pinned(commitment.rule_pack)
    policy = commitment.breach_policy
    years = await _prior_years(session, commitment)
    answer = owed(policy, base, months_due=commitment.months_due, served=served, cause=cause, prior_years=years, discount_percent=int(pack.rule("COM-03-DISCOUNT").value))
    return Exit(on, cause, base, answer, paused_days(pauses, commitment.starts_on, on), commitment.ends_on, rule_behind(pack, commitment, answer))


def paid_by(commitment: Commitment, on: date) -> int:
    """What is paid, with what falls due until a day to come."""
    return sum(payment.amount for payment in commitment.payments if payment.state == "paid" or (payment.state == "scheduled" and today() < payment.due_on <= on))


def rule_behind(pack: RulePack, commitment: Commitment, answer: Owed) -> Rule:
    """The formula with the text that it stands on: the policy's own, or the pack's where the policy says nothing."""
    policy, rule = commitment.breach_policy, pack.rule("COM-02")
    if answer.kind == policy.kind and policy.citation:
        return Rule("COM-02", answer.kind, "formula", policy.citation, policy.confidence)
    return Rule("COM-02", answer.kind, "formula", rule.citation, "to_confirm")


async def _prior_years(session: AsyncSession, commitment: Commitment) -> int:
    """Whole years of public service before the commitment began (COM-03)."""
    first_day: date | None = await session.scalar(text("SELECT min(first_day) FROM workers WHERE person_id = :person"), {"person": commitment.person_id})
    return months_served(first_day, commitment.starts_on) // 12 if first_day is not None and first_day < commitment.starts_on else 0
