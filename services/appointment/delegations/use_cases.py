"""An authority says which act it leaves to another one, and from which day; the signing table holds to it."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions.models import Decision
from services.appointment.delegations.models import DELEGATION, Delegation, nearest
from services.appointment.delegations.permissions import can_give
from services.appointment.delegations.queries import delegations_visible_to, matrix_of
from services.appointment.delegations.rules import must_let
from services.appointment.delegations.schemas import DelegationCreate, DelegationEnd
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.directory import places_on
from shared.errors import Malformed, NotFound, Refused
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of

ONE_DAY = timedelta(days=1)


async def give_delegation(session: AsyncSession, *, caller: Caller, body: DelegationCreate) -> Delegation:
    """An authority leaves an act to one below it. What was left to it by another one it leaves on only while it is competent itself."""
    done_on, path = judge_done_on(caller, body.done_on), path_of(body.authority)
    require(can_give(caller, path))
    if known := await by_reference(session, Delegation, authority_path=path, body=body, reference=body.reference):
        return known
    found = await places_on(session, {(code, body.valid_from) for code in (body.place, body.competent)})
    place_path, competent_path = [place.authority_path if (place := found.get((code, body.valid_from))) else path_of(code) for code in (body.place, body.competent)]
    for field, below, above in (("competent", competent_path, path), ("place", place_path, competent_path)):
        if not f"{below}.".startswith(f"{above}."):
            raise Malformed.field(field, _("{code} does not stand under {above}."), code=getattr(body, field), above=above.rpartition(".")[2])
    await _must_be_competent_itself(session, caller, body, path)
    row = Delegation(
        **body.model_dump(include={"reference", "authority", "act", "rank", "place", "competent", "nature", "citation"}),
        state="given",
        version=1,
        content_hash=hash_of(body),
        authority_path=path,
        shared_with=[],
        place_path=place_path,
        competent_path=competent_path,
        valid=Range(body.valid_from, body.valid_to + ONE_DAY if body.valid_to else None),
        given_by=caller.actor,
    )
    session.add(row)
    await session.flush()
    await record_audit(session, caller, "delegation.given", "delegation", row.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    return row


async def _must_be_competent_itself(session: AsyncSession, caller: Caller, body: DelegationCreate, path: str) -> None:
    """Raises Refused when an authority above is competent for the act on the first day."""
    standing = nearest(await matrix_of(session, caller, [body.act]), body.act, body.rank, path, body.valid_from)
    if standing is not None and standing.competent != body.authority:
        raise Refused(
            "act-not-yours-to-delegate",
            _("On {day} {competent} is competent for this act: {authority} cannot leave it to another one."),
            rule=standing.rule,
            possible=_("Ask {competent} to delegate it."),
            day=body.valid_from.isoformat(),
            competent=standing.competent,
            authority=body.authority,
        )


async def end_delegation(session: AsyncSession, *, caller: Caller, delegation_id: UUID, body: DelegationEnd) -> Delegation:
    """The authority that gave it says its last day; what was signed until then stands."""
    done_on = judge_done_on(caller, body.done_on)
    row: Delegation | None = await session.scalar(delegations_visible_to(caller).where(Delegation.id == delegation_id))
    if row is None:
        raise NotFound()
    require(can_give(caller, row.authority_path))
    await session.refresh(row, with_for_update=True)  # after the permission: what is read from above is not open to a lock
    DELEGATION.after("end", row.state)
    if body.valid_to < row.valid_from or (row.valid.upper is not None and body.valid_to >= row.valid.upper):
        raise Malformed.field("valid_to", _("Choose a day on which the row holds."))
    row.valid = Range(row.valid_from, body.valid_to + ONE_DAY)
    row.ended_by, row.end_reason = caller.actor, body.reason
    row.move("end", DELEGATION)
    await session.flush()
    after = {"valid_to": body.valid_to.isoformat(), "reason": body.reason}
    await record_audit(session, caller, "delegation.ended", "delegation", row.id, before={"valid_to": None}, after=after, done_on=done_on)
    return row


async def signatory_must_be_competent(session: AsyncSession, caller: Caller, decision: Decision, signed_on: date) -> None:
    """The authority in whose name the caller signs is the one that the matrix names on this day. Raises Refused."""
    row = nearest(await matrix_of(session, caller, [decision.kind]), decision.kind, decision.facts.get("rank"), decision.authority_path, signed_on)
    if row is not None:
        must_let(row, caller, decision, signed_on)
