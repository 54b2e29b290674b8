"""What a signature, a number and a revocation must respect."""

from dataclasses import replace
from datetime import date

from services.appointment.decisions.models import Decision
from services.appointment.decisions.workflow import SIGNED
from services.appointment.rules import pack_of
from shared.auth import Caller
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule


def rule_of(decision: Decision, rule_id: str, day: date) -> Rule:
    """A rule of the pack of the decision's country on a day."""
    return pack_of(decision.authority_path.partition(".")[0], day).rule(rule_id)


def signatory_must_not_be_proposer(caller: Caller, decision: Decision, day: date) -> None:
    """SEC-02: who proposes does not sign. Raises Refused."""
    if caller.actor == decision.proposed_by:
        raise Refused(
            "signatory-is-proposer",
            _("You proposed this decision: another person must sign it."),
            rule=rule_of(decision, "SEC-02", day),
            possible=_("Ask another signatory of the authority."),
        )


def signature_must_follow_proposal(decision: Decision, signed_on: date) -> None:
    """A decision is not signed before it was proposed. Raises Refused."""
    if signed_on < decision.proposed_on:
        raise Refused(
            "signed-before-proposed",
            _("The signature is dated {signed}; this was proposed on {proposed}."),
            rule=replace(rule_of(decision, "DEC-ORDER", signed_on), value=decision.proposed_on.isoformat()),
            possible=_("Sign on {proposed} or later."),
            signed=signed_on.isoformat(),
            proposed=decision.proposed_on.isoformat(),
        )


def retroactive_effect_needs_reason(decision: Decision, signed_on: date, reason: str | None) -> None:
    """REG-04: an effect before the signature needs its reason, and is listed monthly. Raises Refused."""
    if decision.effective_on < signed_on and not reason:
        raise Refused(
            "retroactive-needs-reason",
            _("This takes effect on {effective}, before the signature of {signed}."),
            rule=rule_of(decision, "REG-04", signed_on),
            possible=_("Give the reason; the decision will be in the list of retroactive decisions of the month."),
            effective=decision.effective_on.isoformat(),
            signed=signed_on.isoformat(),
        )


def must_lack_number(decision: Decision, day: date) -> None:
    """A number that was given stays. Raises Refused."""
    if decision.state == SIGNED and decision.number is not None:
        raise Refused(
            "numbered-already",
            _("This decision has the number {number}."),
            rule=rule_of(decision, "DEC-NUMBER", day),
            possible=_("If the paper says otherwise, propose a decision that replaces this one."),
            number=decision.number,
        )


def revocation_must_follow_signature(decision: Decision, revoked_on: date) -> None:
    """Raises Refused when a revocation is dated before what it revokes."""
    assert decision.signed_on is not None
    if revoked_on < decision.signed_on:
        raise Refused(
            "revoked-before-signed",
            _("The decision was signed on {signed}; it cannot be revoked on {revoked}."),
            rule=replace(rule_of(decision, "DEC-ORDER", revoked_on), value=decision.signed_on.isoformat()),
            possible=_("Revoke it on {signed} or later."),
            signed=decision.signed_on.isoformat(),
            revoked=revoked_on.isoformat(),
        )


def end_must_follow_start(decision: Decision, effective_on: date) -> None:
    """What was decided is put back from its first day at the earliest. Raises Refused."""
    if effective_on < decision.effective_on:
        raise Refused(
            "revoked-before-effect",
            _("The decision takes effect on {effective}; nothing can be put back from {wanted}."),
            rule=replace(rule_of(decision, "DEC-ORDER", effective_on), value=decision.effective_on.isoformat()),
            possible=_("Choose {effective} to undo it from its first day, or a later day."),
            effective=decision.effective_on.isoformat(),
            wanted=effective_on.isoformat(),
        )
