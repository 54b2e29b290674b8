"""A host offers places in a unit, an institute books a group of students into them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.institutes.queries import institute_of_code
from services.training.intakes.queries import get_visible_intake
from services.training.placements.models import PLACES, ClinicalPlace, ClinicalPlacement
from services.training.placements.permissions import can_book, can_offer
from services.training.placements.queries import busiest, get_visible_placement, groups_between, places_visible_to
from services.training.placements.schemas import Cancellation, PlaceCreate, PlacementCreate
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import Malformed, NotFound, Refused
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule


async def offer_places(session: AsyncSession, *, caller: Caller, body: PlaceCreate) -> ClinicalPlace:
    """A facility says how many students one of its units takes at a time, and which institutes may book."""
    done_on = judge_done_on(caller, body.done_on)
    host = await place_on(session, body.facility_code, body.starts_on)
    require(can_offer(caller, host.authority_path))
    if known := await by_reference(session, ClinicalPlace, authority_path=host.authority_path, body=body, reference=body.reference):
        return known
    for number, code in enumerate(body.institutes):
        await place_on(session, code, body.starts_on, field=f"institutes.{number}")
    place = ClinicalPlace(
        **body.model_dump(exclude={"institutes", "done_on"}),
        content_hash=hash_of(body),
        authority_path=host.authority_path,
        shared_with=sorted(set(body.institutes)),
        offered_by=caller.actor,
        offered_on=done_on,
    )
    session.add(place)
    await session.flush()
    await record_audit(session, caller, "clinical_place.offered", "clinical_place", place.id, after=body.model_dump(mode="json"), done_on=done_on)
    return place


async def book_placement(session: AsyncSession, *, caller: Caller, body: PlacementCreate) -> ClinicalPlacement:
    """A group goes to a unit that offered places to its institute, within its days; together with the others never more than there are places."""
    done_on = judge_done_on(caller, body.done_on)
    try:
        intake = await get_visible_intake(session, caller, body.intake_id)
    except NotFound as unseen:
        raise Malformed.field("intake_id", _("There is no intake with this identifier that you may see.")) from unseen
    require(can_book(caller, intake.authority_path))
    if known := await by_reference(session, ClinicalPlacement, authority_path=intake.authority_path, body=body, reference=body.reference):
        return known
    institute = await institute_of_code(session, caller, intake.facility_code, field="intake_id")
    place = await session.scalar(places_visible_to(caller).where(ClinicalPlace.id == body.clinical_place_id))
    if place is None or institute.facility_code not in place.shared_with:
        raise Malformed.field("clinical_place_id", _("No places with this identifier are offered to this institute."))
    if body.students > intake.filled:
        raise Malformed.field("students", _("The intake has {count} students."), count=intake.filled)
    await _must_fit(session, place, body)
    placement = ClinicalPlacement(
        **body.model_dump(exclude={"done_on"}),
        content_hash=hash_of(body),
        authority_path=intake.authority_path,
        shared_with=[place.facility_code],
        facility_code=intake.facility_code,
        host_code=place.facility_code,
        unit=place.unit,
        stream=intake.stream,
        booked_by=caller.actor,
        booked_on=done_on,
    )
    session.add(placement)
    await session.flush()
    await record_audit(session, caller, "clinical_placement.booked", "clinical_placement", placement.id, after=body.model_dump(mode="json"), done_on=done_on)
    return placement


async def _must_fit(session: AsyncSession, place: ClinicalPlace, body: PlacementCreate) -> None:
    """Raises Refused, naming the fullest day and how many may come then; the database says the same to whoever books at the same time."""
    there, day = busiest(await groups_between(session, place.id, body.starts_on, body.ends_on), body.starts_on, body.ends_on)
    if there + body.students > place.places:
        raise Refused(
            "unit-full",
            _("{unit} takes {places} students at a time; {there} are there on {day}."),
            rule=Rule(PLACES.id, place.places, PLACES.unit, PLACES.citation),
            possible=_("{free} more may come in these days; or choose other days.") if there < place.places else _("Choose other days."),
            unit=place.unit,
            places=place.places,
            there=there,
            day=day.isoformat(),
            free=place.places - there,
        )


async def cancel_placement(session: AsyncSession, *, caller: Caller, placement_id: UUID, body: Cancellation, if_match: str | None = None) -> ClinicalPlacement:
    """A group does not come; its places are free again."""
    done_on = judge_done_on(caller, body.done_on)
    placement = await get_visible_placement(session, caller, placement_id, lock=True)
    require(can_book(caller, placement.authority_path))
    require_current(if_match, placement.version)
    placement.cancel(body.reason)
    await session.flush()
    await record_audit(session, caller, "clinical_placement.cancelled", "clinical_placement", placement.id, after={"reason": body.reason}, done_on=done_on)
    return placement
