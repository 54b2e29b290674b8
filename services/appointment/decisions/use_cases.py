"""Signing, numbering, revoking and replacing decisions; and keeping the register that numbers them."""

import hashlib
import secrets
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions import effects
from services.appointment.decisions.dues import DONE, DROPPED, OPEN, tell_number_due, tell_signature_due
from services.appointment.decisions.events import DecisionFiled, DecisionNumbered, DecisionReissued, DecisionRevoked, DecisionSigned, DecisionSuperseded
from services.appointment.decisions.filing import settle_conflict
from services.appointment.decisions.guards import (
    end_must_follow_start,
    must_lack_number,
    retroactive_effect_needs_reason,
    revocation_must_follow_signature,
    rule_of,
    signatory_must_not_be_proposer,
    signature_must_follow_proposal,
)
from services.appointment.decisions.models import Decision, Register
from services.appointment.decisions.numbers import allocate, authority_for, go_on_after, register_of
from services.appointment.decisions.permissions import can_keep, can_number, can_propose_replacement, can_revoke, can_sign
from services.appointment.decisions.queries import decisions_visible_to, get_visible_decision, visible_decisions
from services.appointment.decisions.schemas import (
    DecisionRead,
    NumberingCreate,
    RegisterWrite,
    RevocationCreate,
    SignatureCreate,
    SignaturesCreate,
    Signed,
    SignedMany,
    Signing,
    SupersessionCreate,
)
from services.appointment.decisions.workflow import DECISION, SIGNED
from services.appointment.delegations.use_cases import signatory_must_be_competent
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on, today
from shared.errors import Malformed, NotFound, Problem, Refused, problem_of_database_error
from shared.events import record_event
from shared.i18n import _

CHECK_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is read as something else on paper
CHECK_LENGTH = 16

_SAY_PUBLICLY = text(
    """
    INSERT INTO decision_checks (code, decision_id, authority_path, shared_with, authority, number, signed_on, state)
    VALUES (:code, :decision_id, CAST(:path AS ltree), :shared_with, :authority, :number, :signed_on, :state)
    ON CONFLICT (code) DO UPDATE SET number = excluded.number, state = excluded.state
    """
)


# --- signing ----------------------------------------------------------------------------------------------------------


async def sign_decision(session: AsyncSession, *, caller: Caller, decision_id: UUID, body: SignatureCreate, if_match: str | None = None) -> Decision:
    """A signatory of the authority signs what another person proposed; the service that asked makes its effect."""
    signed_on = judge_done_on(caller, body.day)
    decision = await get_visible_decision(session, caller, decision_id, lock=True)
    if not _was_signed_so(caller, decision, body, signed_on):
        require_current(if_match, decision.version)
        await _sign(session, caller, decision, body, signed_on)
    return decision


async def sign_decisions(session: AsyncSession, *, caller: Caller, body: SignaturesCreate) -> SignedMany:
    """The same for many at once. Each is answered by itself: one refusal stops no other."""
    signed_on = judge_done_on(caller, body.signed_on)
    found = await visible_decisions(session, caller, [wanted.id for wanted in body.decisions])
    items: list[Signed] = []
    for wanted in body.decisions:
        decision = found.get(wanted.id)
        signing = wanted.model_copy(update={"retroactive_reason": wanted.retroactive_reason or body.retroactive_reason})
        try:
            if decision is None:
                raise NotFound()
            if not _was_signed_so(caller, decision, signing, signed_on):
                async with session.begin_nested():
                    await _sign(session, caller, decision, signing, signed_on)
            items.append(Signed(id=wanted.id, decision=DecisionRead.seen_by(caller, decision), problem=None))
        except (Problem, DBAPIError) as error:
            problem = error if isinstance(error, Problem) else problem_of_database_error(error)
            if problem is None or problem.status >= 500:
                raise
            items.append(Signed(id=wanted.id, decision=None, problem=problem.as_json()))
    done = sum(1 for item in items if item.decision is not None)
    return SignedMany(items=items, signed=done, refused=len(items) - done)


def _was_signed_so(caller: Caller, decision: Decision, body: Signing, signed_on: date) -> bool:
    """Signing twice in the same words is signing once."""
    return decision.state == SIGNED and (decision.signed_by, decision.signed_on) == (caller.actor, signed_on) and body.number in (None, decision.number)


async def _sign(session: AsyncSession, caller: Caller, decision: Decision, body: Signing, signed_on: date) -> None:
    require(can_sign(caller, decision))
    DECISION.after("sign", decision.state)
    signatory_must_not_be_proposer(caller, decision, signed_on)
    await signatory_must_be_competent(session, caller, decision, signed_on)
    signature_must_follow_proposal(decision, signed_on)
    retroactive_effect_needs_reason(decision, signed_on, body.retroactive_reason)
    decision.authority, authority_path = authority_for(caller, decision.authority_path)
    decision.move("sign", DECISION)
    decision.signed_by, decision.signed_on = caller.actor, signed_on
    decision.retroactive_reason = body.retroactive_reason if decision.is_retroactive else None
    decision.check_code = "".join(secrets.choice(CHECK_ALPHABET) for _place in range(CHECK_LENGTH))
    await _number(session, decision, body, authority_path, signed_on)
    decision.content_sha256 = fingerprint(decision)
    await session.flush()
    if decision.supersedes is not None:
        await _replace_text(session, caller, decision, signed_on)
    else:
        await effects.when_signed(session, caller, decision)
    await _say_publicly(session, decision)
    await record_audit(
        session,
        caller,
        "decision.signed",
        "decision",
        decision.id,
        before={"state": "proposed"},
        after={"state": SIGNED, "decision": decision.decision, "retroactive_reason": decision.retroactive_reason},
        done_on=signed_on,
    )
    record_event(session, DecisionSigned.about(decision) if decision.supersedes is None else DecisionReissued.about(decision))
    if decision.supersedes is not None and decision.number is not None:
        record_event(session, DecisionNumbered.about(decision))
    tell_signature_due(session, decision, DONE)
    if decision.lacks_number:
        tell_number_due(session, decision, OPEN)


async def _number(session: AsyncSession, decision: Decision, body: Signing | NumberingCreate, authority_path: str, day: date) -> None:
    """Enter the number that stands on paper, let the register give the next one, or leave it to be regularised. Raises Refused or Malformed."""
    assert decision.authority is not None and decision.signed_on is not None
    year = decision.signed_on.year
    if body.number is not None:
        await _wait_for_the_register(session, decision.authority, year)
        decision.number, decision.number_authority = body.number, body.number_authority or decision.authority
    else:
        register = await register_of(session, decision.authority) if body.numbering != "later" else None
        if register is None and body.numbering == "register":
            raise Malformed.field("numbering", _("The authority {authority} does not keep its register here."), authority=decision.authority)
        if register is None:
            return
        decision.number, decision.number_authority = await allocate(session, register, year), decision.authority
    decision.number_year, decision.numbered_on = year, day


async def _wait_for_the_register(session: AsyncSession, authority: str, year: int) -> None:
    """A number that is entered waits for those that the register is giving: the two must not meet on one number."""
    await session.execute(text("SELECT FROM register_counters WHERE authority = :authority AND year = :year FOR UPDATE"), {"authority": authority, "year": year})


def fingerprint(decision: Decision) -> str:
    """SHA-256 of what is signed, whatever language it is read in: who reads the paper can compare it."""
    names = ("id", "source_service", "source_id", "kind", "authority", "facility_code", "person_ids", "effective_on", "ends_on", "legal_basis", "facts", "signed_by", "signed_on")
    content = {name: getattr(decision, name) for name in names}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


async def _say_publicly(session: AsyncSession, decision: Decision) -> None:
    """What a stranger who holds the paper may know."""
    await session.flush()
    await session.execute(
        _SAY_PUBLICLY,
        {
            "code": decision.check_code,
            "decision_id": decision.id,
            "path": decision.authority_path,
            "shared_with": decision.shared_with or [],
            "authority": decision.authority,
            "number": decision.number,
            "signed_on": decision.signed_on,
            "state": decision.state,
        },
    )


# --- the number, afterwards -------------------------------------------------------------------------------------------


async def number_decision(session: AsyncSession, *, caller: Caller, decision_id: UUID, body: NumberingCreate, if_match: str | None = None) -> Decision:
    """A decision that was to be regularised is given its number; the service that asked shows it."""
    done_on = judge_done_on(caller, body.done_on)
    decision = await get_visible_decision(session, caller, decision_id, lock=True)
    require(can_number(caller, decision))
    if body.number is not None and (decision.number, decision.number_authority) == (body.number, body.number_authority or decision.authority):
        return decision
    require_current(if_match, decision.version)
    DECISION.after("number", decision.state)
    must_lack_number(decision, done_on)
    assert decision.signed_on is not None
    revocation_must_follow_signature(decision, done_on)
    decision.move("number", DECISION)
    await _number(session, decision, body, decision.authority_path, done_on)
    await _say_publicly(session, decision)
    await effects.when_numbered(session, caller, decision)
    await record_audit(session, caller, "decision.numbered", "decision", decision.id, before={"number": None}, after={"number": decision.number}, done_on=done_on)
    record_event(session, DecisionNumbered.about(decision))
    tell_number_due(session, decision, DONE)
    return decision


# --- taking back and replacing ----------------------------------------------------------------------------------------


async def revoke_decision(session: AsyncSession, *, caller: Caller, decision_id: UUID, body: RevocationCreate, if_match: str | None = None) -> Decision:
    """A signatory takes a decision back; what it had changed is put back from a day on, by the service that had asked."""
    revoked_on = judge_done_on(caller, body.done_on)
    decision = await get_visible_decision(session, caller, decision_id, lock=True)
    require(can_revoke(caller, decision))
    effective_on = body.effective_on or decision.effective_on
    if (decision.state, decision.ended_on, decision.ended_from, decision.end_reason) == ("revoked", revoked_on, effective_on, body.reason):
        return decision
    require_current(if_match, decision.version)
    await _end(session, caller, decision, "revoke", on=revoked_on, effective_on=effective_on, reason=body.reason, number=body.number)
    await effects.when_revoked(session, caller, decision)
    record_event(session, DecisionRevoked.about(decision))
    return decision


async def supersede_decision(session: AsyncSession, *, caller: Caller, decision_id: UUID, body: SupersessionCreate, if_match: str | None = None) -> Decision:
    """Another decision replaces this one. Returns the replacing one: the signed one that was named, or the new text that waits for its signature."""
    done_on = judge_done_on(caller, body.done_on)
    decision = await get_visible_decision(session, caller, decision_id, lock=True)
    if body.by is None:
        return await _propose_text(session, caller, decision, body, done_on, if_match)
    require(can_revoke(caller, decision))
    by = await session.scalar(decisions_visible_to(caller).where(Decision.id == body.by).with_for_update())
    if by is None or by.id == decision.id:
        raise Malformed.field("by", _("There is no other decision with this identifier that you may see."))
    if decision.superseded_by == by.id:
        return by
    require_current(if_match, decision.version)
    DECISION.after("revoke", by.state)  # only one that stands replaces another
    if by.authority != decision.authority:
        raise Refused(
            "replaced-by-other-authority",
            _("{authority} took this decision; {other} cannot replace it."),
            rule=replace(rule_of(decision, "DEC-ORDER", done_on), value=decision.authority),
            possible=_("Revoke it, or choose a decision of the same authority."),
            authority=decision.authority,
            other=by.authority,
        )
    decision.superseded_by = by.id
    await _end(session, caller, decision, "supersede", on=done_on, effective_on=max(by.effective_on, decision.effective_on), reason=body.reason, number=by.number)
    await effects.when_revoked(session, caller, decision)
    record_event(session, DecisionRevoked.about(decision))
    return by


async def _propose_text(session: AsyncSession, caller: Caller, decision: Decision, body: SupersessionCreate, done_on: date, if_match: str | None) -> Decision:
    """A new text about the same thing is filed beside the old one, which stands until the new one is signed."""
    require(can_propose_replacement(caller, decision))
    known = await session.scalar(decisions_visible_to(caller).where(Decision.supersedes == decision.id, Decision.state == "proposed"))
    if known is not None:
        return known
    require_current(if_match, decision.version)
    DECISION.after("supersede", decision.state)
    revocation_must_follow_signature(decision, done_on)
    text_of = {
        name: getattr(decision, name)
        for name in ("source_service", "source_id", "kind", "authority_path", "shared_with", "facility_code", "person_ids", "effective_on", "ends_on", "content_hash")
    }
    new = Decision(
        **text_of,
        legal_basis=body.legal_basis or decision.legal_basis,
        facts=decision.facts | {"replaces": decision.decision, "reason": body.reason},
        proposed_by=caller.actor,
        proposed_on=done_on,
        supersedes=decision.id,
    )
    session.add(new)
    await session.flush()
    await record_audit(session, caller, "decision.filed", "decision", new.id, after={"supersedes": str(decision.id), "reason": body.reason}, done_on=done_on)
    record_event(session, DecisionFiled.about(new))
    tell_signature_due(session, new, OPEN)
    return new


async def _replace_text(session: AsyncSession, caller: Caller, new: Decision, signed_on: date) -> None:
    """The new text is signed: the old one is superseded, what was done stands under the new number."""
    assert new.supersedes is not None
    old = await get_visible_decision(session, caller, new.supersedes, lock=True)
    old.superseded_by = new.id
    await _end(session, caller, old, "supersede", on=signed_on, effective_on=old.effective_on, reason=str(new.facts.get("reason", "")), number=new.number)
    record_event(session, DecisionSuperseded.about(old))
    if new.number is not None:
        await effects.when_numbered(session, caller, new)


async def _end(session: AsyncSession, caller: Caller, decision: Decision, act: str, *, on: date, effective_on: date, reason: str, number: str | None) -> None:
    DECISION.after(act, decision.state)
    revocation_must_follow_signature(decision, on)
    end_must_follow_start(decision, effective_on)
    if decision.lacks_number:
        tell_number_due(session, decision, DROPPED)
    before: dict[str, Any] = {"state": decision.state, "decision": decision.decision}
    decision.move(act, DECISION)
    decision.ended_by, decision.ended_on, decision.ended_from, decision.end_reason, decision.revocation_number = caller.actor, on, effective_on, reason, number
    settle_conflict(session, decision)
    await _say_publicly(session, decision)
    await record_audit(session, caller, f"decision.{decision.state}", "decision", decision.id, before=before, after={"state": decision.state, "reason": reason}, done_on=on)


# --- the register -----------------------------------------------------------------------------------------------------


async def keep_register(session: AsyncSession, *, caller: Caller, authority: str, body: RegisterWrite) -> Register:
    """An authority has its numbers given here from now on, after the last one that paper has reached."""
    path = next((path for path in caller.scope if path.rpartition(".")[2] == authority), path_of(authority))
    require(can_keep(caller, path))
    register = await register_of(session, authority)
    if register is None:
        register = Register(authority=authority, authority_path=path, shared_with=[], pattern=body.pattern, opened_on=today())
        session.add(register)
    elif register.pattern != body.pattern:
        register.pattern, register.version = body.pattern, register.version + 1
    await session.flush()
    year = body.year or today().year
    if body.last_number is not None and await go_on_after(session, register, year, body.last_number) is None:
        raise Refused(
            "register-goes-back",
            _("The register of {authority} has already given higher numbers in {year}."),
            rule=replace(rule_of(Decision(authority_path=path), "DEC-NUMBER", today()), value=body.last_number),
            possible=_("Write the last number that was given, or leave it out."),
            authority=authority,
            year=year,
        )
    await record_audit(session, caller, "register.kept", "register", UUID(int=0), after=body.model_dump(mode="json") | {"authority": authority})
    return register
