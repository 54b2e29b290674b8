"""Units are opened to the other side, and what came of an agreement is written down."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.guards import must_be_live
from services.rotation.agreements.models import Agreement
from services.rotation.agreements.queries import get_visible_agreement, named_agreement
from services.rotation.exchanges.models import HostUnit, Output
from services.rotation.exchanges.queries import get_visible_unit
from services.rotation.exchanges.schemas import Capacity, HostUnitCreate, OutputCreate
from services.rotation.sides import may_act_for, shared_along
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.errors import Malformed
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of


async def named_exchange(session: AsyncSession, caller: Caller, agreement_id: UUID) -> Agreement:
    """The agreement of exchange that a body names. Raises Malformed."""
    agreement = await named_agreement(session, caller, agreement_id)
    if not agreement.is_exchange:
        raise Malformed.field("agreement_id", _("This agreement is about support, not about an exchange."))
    return agreement


async def open_unit(session: AsyncSession, *, caller: Caller, body: HostUnitCreate) -> HostUnit:
    """A side opens one of its units to the other one."""
    done_on = judge_done_on(caller, body.done_on)
    agreement = await named_exchange(session, caller, body.agreement_id)
    sides = dict(agreement.sides)
    if body.facility_code not in sides:
        raise Malformed.field("facility_code", _("This facility is no party to the agreement."))
    path = sides[body.facility_code]
    require(may_act_for(caller, (body.facility_code, path)))
    must_be_live(agreement)
    if known := await by_reference(session, HostUnit, authority_path=path, body=body, reference=body.reference):
        return known
    (other,) = (its for code, its in sides.items() if code != body.facility_code)
    unit = HostUnit(
        **body.model_dump(include={"reference", "facility_code", "unit", "specialty", "capacity"}),
        content_hash=hash_of(body),
        authority_path=path,
        shared_with=shared_along(path, other),
        opened_by=caller.actor,
        opened_on=done_on,
    )
    session.add(unit)
    await session.flush()
    await record_audit(session, caller, "host_unit.opened", "host_unit", unit.id, after=body.model_dump(mode="json"), done_on=done_on)
    return unit


async def change_capacity(session: AsyncSession, *, caller: Caller, unit_id: UUID, body: Capacity, if_match: str | None = None) -> HostUnit:
    """Who is there stays; the new capacity decides about those to come."""
    done_on = judge_done_on(caller, body.done_on)
    unit = await get_visible_unit(session, caller, unit_id, lock=True)
    require(may_act_for(caller, (unit.facility_code, unit.authority_path)))
    require_current(if_match, unit.version)
    before = {"capacity": unit.capacity, "state": unit.state}
    unit.capacity, unit.state = body.capacity, "closed" if body.closed else "open"
    unit.version += 1
    await session.flush()
    await record_audit(session, caller, "host_unit.changed", "host_unit", unit.id, before=before, after={"capacity": unit.capacity, "state": unit.state}, done_on=done_on)
    return unit


async def add_output(session: AsyncSession, *, caller: Caller, agreement_id: UUID, body: OutputCreate) -> Output:
    """Either side says what came of the agreement."""
    done_on = judge_done_on(caller, body.done_on)
    agreement = await get_visible_agreement(session, caller, agreement_id)
    require(may_act_for(caller, *agreement.sides))
    if body.happened_on > done_on:
        raise Malformed.field("happened_on", _("This day is still to come."))
    output = Output(**body.model_dump(exclude={"done_on"}), agreement_id=agreement.id, said_by=caller.actor, said_on=done_on)
    session.add(output)
    await session.flush()
    await record_audit(session, caller, "agreement.output-added", "agreement", agreement.id, after=body.model_dump(mode="json"), done_on=done_on)
    return output
