"""The side that hosts enters its guests, and what they may do."""

from collections import Counter
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.exchanges.use_cases import named_exchange
from services.rotation.guest_stays.models import GuestStay
from services.rotation.guest_stays.schemas import Cancellation, Decade, GuestStayCreate, PermissionGiven, must_be_planned
from services.rotation.sides import may_act_for, shared_along
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Malformed, NotFound, Refused
from shared.i18n import _
from shared.people import names_of
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule
from shared.visibility import visible_to

BOOK = "Relais rule book, exchanges (a guest teaches or practises with a permission)"


def guests_visible_to(caller: Caller) -> Select[tuple[GuestStay]]:
    return select(GuestStay).where(visible_to(caller, GuestStay))


async def get_visible_guest(session: AsyncSession, caller: Caller, guest_stay_id: UUID, *, lock: bool = False) -> GuestStay:
    """One stay. Raises NotFound."""
    statement = guests_visible_to(caller).where(GuestStay.id == guest_stay_id)
    guest = await session.scalar(statement.with_for_update(of=GuestStay) if lock else statement)
    if guest is None:
        raise NotFound()
    return guest


async def enter_guest(session: AsyncSession, *, caller: Caller, body: GuestStayCreate) -> GuestStay:
    """The host enters a guest, whom its registry keeps for that purpose."""
    done_on = judge_done_on(caller, body.done_on)
    place = await place_on(session, body.facility_code, body.starts_on)
    require(may_act_for(caller, (place.code, place.authority_path)))
    if known := await by_reference(session, GuestStay, authority_path=place.authority_path, body=body, reference=body.reference):
        return known
    shared: list[str] = []
    if body.agreement_id is not None:
        sides = dict((await named_exchange(session, caller, body.agreement_id)).sides)
        if body.facility_code not in sides:
            raise Malformed.field("facility_code", _("This facility is no party to the agreement."))
        (other,) = (path for code, path in sides.items() if code != body.facility_code)
        shared = shared_along(place.authority_path, other)
    guest = GuestStay(
        **body.model_dump(exclude={"done_on"}),
        content_hash=hash_of(body),
        authority_path=place.authority_path,
        shared_with=shared,
        person_name=(await names_of(caller, [body.person_id]))[body.person_id],
        entered_by=caller.actor,
        entered_on=done_on,
    )
    session.add(guest)
    await session.flush()
    await record_audit(session, caller, "guest_stay.entered", "guest_stay", guest.id, after=body.model_dump(mode="json"), done_on=done_on)
    return guest


async def permit(session: AsyncSession, *, caller: Caller, guest_stay_id: UUID, body: PermissionGiven) -> GuestStay:
    """The guest may teach or practise until a day of the stay."""
    done_on = judge_done_on(caller, body.done_on)
    guest = await get_visible_guest(session, caller, guest_stay_id, lock=True)
    require(may_act_for(caller, (guest.facility_code, guest.authority_path)))
    must_be_planned(guest)
    for name in ("may_teach_until", "may_practise_until"):
        until = getattr(body, name)
        if until is not None and not guest.starts_on <= until <= guest.ends_on:
            raise Refused(
                "permission-outside-stay",
                _("The stay is from {first} to {last}."),
                rule=Rule("EXC-GUEST", [guest.starts_on.isoformat(), guest.ends_on.isoformat()], "days", BOOK),
                possible=_("Give the permission until {last} at the latest."),
                first=guest.starts_on.isoformat(),
                last=guest.ends_on.isoformat(),
            )
    guest.may_teach_until, guest.may_practise_until = body.may_teach_until, body.may_practise_until
    guest.permission_number, guest.permission_by = body.number, caller.actor
    guest.version += 1
    await session.flush()
    await record_audit(session, caller, "guest_stay.permitted", "guest_stay", guest.id, after=body.model_dump(mode="json"), done_on=done_on)
    return guest


async def cancel_guest(session: AsyncSession, *, caller: Caller, guest_stay_id: UUID, body: Cancellation) -> GuestStay:
    """The guest does not come."""
    done_on = judge_done_on(caller, body.done_on)
    guest = await get_visible_guest(session, caller, guest_stay_id, lock=True)
    require(may_act_for(caller, (guest.facility_code, guest.authority_path)))
    must_be_planned(guest)
    guest.state, guest.reason = "cancelled", body.reason
    guest.version += 1
    await session.flush()
    await record_audit(session, caller, "guest_stay.cancelled", "guest_stay", guest.id, after={"reason": body.reason}, done_on=done_on)
    return guest


async def decades_of(session: AsyncSession, caller: Caller) -> list[Decade]:
    """How many came in each ten years, and for what."""
    rows = (await session.execute(guests_visible_to(caller).where(GuestStay.state == "planned").with_only_columns(GuestStay.starts_on, GuestStay.person_id, GuestStay.field))).all()
    found: dict[int, list[tuple[UUID, str]]] = {}
    for starts_on, person, field in rows:
        found.setdefault(starts_on.year // 10 * 10, []).append((person, field))
    return [
        Decade(decade=decade, stays=len(stays), people=len({person for person, _field in stays}), by_field=dict(sorted(Counter(field for _person, field in stays).items())))
        for decade, stays in sorted(found.items())
    ]
