"""Facilities come under others, are taken over and close; their posts and people go along, and what was true before stays true."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from services.registry.assignments.models import Assignment
from services.registry.facilities.models import Facility, FacilityLink
from services.registry.facilities.permissions import can_write_facility_of
from services.registry.posts.filling import Share, first_closed, first_overfilled
from services.registry.posts.models import Post
from services.registry.reorganisations.acts_on_units import end_units, from_the_day_on, move_units, no_such_unit, posts_called_anew, subtree, unit_becomes
from services.registry.reorganisations.carrying import Carrying, from_the_day
from services.registry.reorganisations.permissions import can_move_under
from services.registry.reorganisations.schemas import CloseFacility, MergeFacilities, MergePosts, MoveFacility, MovePosts, MoveUnit
from services.registry.staffing.models import StaffingMinimum
from services.registry.units.within import units_within
from services.registry.workers.models import Employment
from shared.auth import require
from shared.errors import Refused
from shared.i18n import _
from shared.ids import uuid7

LINKS = {"authority": "managed_by", "technical_supervisor": "supervised_by", "host": "hosted_by"}


async def move_facility(work: Carrying, act: MoveFacility) -> None:
    """Its authority gives a facility to another, or another supervisor or host to it; the rows about its staff follow the authority on the day."""
    facility = await facility_standing(work, act.facility_code)
    for name in act.model_fields_set & set(LINKS):
        party = getattr(act, name)
        if name == "authority":
            require(can_move_under(work.caller, party))
            work.replaced.add(facility.code)
        if party == facility.code:
            raise Refused("facility-of-itself", _("{code} is neither its own authority nor its own supervisor or host."), code=party)
        await link(work, facility, LINKS[name], party)


async def close_facility(work: Carrying, act: CloseFacility) -> None:
    """The eve is its last day; what it supervised or hosted has no supervisor or host from the day on."""
    facility = await facility_standing(work, act.facility_code)
    await pass_on_links(work, facility, None)
    await end_units(work, facility)
    await close(work, facility)


async def merge_facilities(work: Carrying, act: MergeFacilities) -> None:
    """A facility takes others over with their units, their posts, their people and all that they supervised or hosted."""
    into = await facility_standing(work, act.into)
    becomes = {one.unit_id: one.to_unit_id for one in act.units}
    for code in dict.fromkeys(act.facilities):
        if code == into.code:
            raise Refused("facility-taken-over-by-itself", _("{code} cannot be taken over by itself."), code=code)
        source = await facility_standing(work, code)
        mapped = {unit: to for unit, to in becomes.items() if unit in {one.id for one in await from_the_day_on(work, source)}}
        moving = await move_units(work, source, into, mapped=mapped)
        await move_staff(work, source, into, posts=None, to_unit=None, moving=moving, mapped=mapped)
        teams = await work.session.scalars(select(StaffingMinimum).where(StaffingMinimum.facility_code == code, from_the_day(work.day, StaffingMinimum)))
        await end_minimums(work, [minimum.id for minimum in teams])
        await pass_on_links(work, source, into)
        await close(work, source)


async def move_posts(work: Carrying, act: MovePosts) -> None:
    """Posts go to another facility or unit, with those who hold them."""
    source, into = await facility_standing(work, act.facility_code), await facility_standing(work, act.to_facility_code)
    wanted = select(Post.id).where(Post.facility_code == source.code, from_the_day(work.day, Post))
    if act.unit is not None:
        wanted = wanted.where(Post.unit == act.unit)
    if act.unit_id is not None:
        wanted = wanted.where(Post.unit_id.in_(units_within(act.unit_id, work.day)))
    if act.posts is not None:
        wanted = wanted.where(Post.id.in_(act.posts))
    posts = set(await work.session.scalars(wanted))
    missing = set(act.posts or ()) - posts
    if missing or not posts:
        raise no_such_post(work, source)
    if act.to_unit_id is not None and act.to_unit_id not in {one.id for one in await from_the_day_on(work, into)}:
        raise no_such_unit(into)
    await move_staff(work, source, into, posts=posts, to_unit=act.to_unit, to_unit_id=act.to_unit_id)


async def move_unit(work: Carrying, act: MoveUnit) -> None:
    """A unit of a facility, and what hangs below it, becomes one of another with its posts and people."""
    source, into = await facility_standing(work, act.facility_code), await facility_standing(work, act.to_facility_code)
    if source.code == into.code:
        raise Refused("same-facility", _("The unit is at {code} already: hang it elsewhere on its own page."), code=into.code)
    units, posts = await subtree(work, source, act.unit_id)
    moving = await move_units(work, source, into, mapped={}, only=units, parent_id=act.to_parent_id)
    await move_staff(work, source, into, posts=posts, to_unit=None, moving=moving)


async def merge_posts(work: Carrying, act: MergePosts) -> None:
    """Posts of a facility become one of them: whoever held the others holds it from the day on, and is marked where it has no room for them."""
    facility = await facility_standing(work, act.facility_code)
    if act.into in act.posts:
        raise Refused("post-merged-into-itself", _("A post does not become one with itself."))
    rows = await posts_from_the_day(work, facility, set(act.posts))
    kept = await posts_from_the_day(work, facility, {act.into})
    holders = await holders_from_the_day(work, act.posts)
    offered = [Share(post.valid_from, post.valid_to, post.fte) for post in kept if not post.frozen]
    taken = [share_of(one) for one in await holders_from_the_day(work, [act.into]) if one.state == "active"]
    changes: dict[UUID, dict[str, Any]] = {}
    for one in holders:
        wished = Share(max(work.day, one.valid_from), one.valid_to, one.fte_share)
        closed = first_closed(offered, wished.first, wished.last)
        if closed is not None:
            raise Refused("post-closed", _("The post is not open on all of these days."), more={"day": closed.isoformat(), "assignment_id": str(one.id)})
        beside = one.state == "active" and first_overfilled(offered, taken, wished) is not None
        if one.state == "active":
            taken.append(wished)
        changes[one.row_id] = {"post_id": act.into, "unit": kept[0].unit, "over_filled": "reorganisation" if beside else None} | work.decided
    await work.say("assignments", changes)
    await work.end("posts", [post.row_id for post in rows], stamp=work.stamp | work.decided | {"act": "abolished"})


async def posts_from_the_day(work: Carrying, facility: Facility, posts: Collection[UUID]) -> Sequence[Post]:
    """Their periods at the facility that hold the day or begin after it. Raises Refused for one that has none."""
    there = select(Post).where(Post.facility_code == facility.code, Post.id.in_(posts), from_the_day(work.day, Post)).order_by(Post.valid)
    rows = (await work.session.scalars(there.execution_options(populate_existing=True))).all()
    if {row.id for row in rows} != set(posts):
        raise no_such_post(work, facility)
    return rows


async def holders_from_the_day(work: Carrying, posts: Collection[UUID]) -> Sequence[Assignment]:
    """Who holds these posts on the day or later, the longest there first."""
    held = select(Assignment).where(Assignment.post_id.in_(posts), Assignment.state.in_(("active", "conflicting")), from_the_day(work.day, Assignment))
    return (await work.session.scalars(held.order_by(Assignment.valid, Assignment.id).execution_options(populate_existing=True))).all()


def share_of(one: Assignment) -> Share:
    return Share(one.valid_from, one.valid_to, one.fte_share)


def no_such_post(work: Carrying, facility: Facility) -> Refused:
    return Refused("no-such-post", _("{facility} has no such post on {day} or later."), facility=facility.code, day=work.day.isoformat())


# --- what the acts have in common -------------------------------------------------------------------------------------


async def facility_standing(work: Carrying, code: str) -> Facility:
    """The facility on the day. Raises Refused when it is not open on the eve and the day, Forbidden when the caller's authority does not manage it."""
    there = select(Facility).where(Facility.code == code, Facility.valid.contains(work.day)).execution_options(populate_existing=True)
    found = await work.session.scalar(there)
    if found is None or await work.session.scalar(select(Facility.row_id).where(Facility.code == code, Facility.valid.contains(work.eve))) is None:
        raise Refused("no-such-facility", _("No facility {code} is open on {eve} and on {day}."), code=code, eve=work.eve.isoformat(), day=work.day.isoformat())
    authority = await work.session.scalar(
        select(FacilityLink.party_code).where(FacilityLink.facility_id == found.id, FacilityLink.kind == "managed_by", FacilityLink.valid.contains(work.day))
    )
    require(can_write_facility_of(work.caller, str(authority)))
    return found


async def link(work: Carrying, facility: Facility, kind: str, party: str | None) -> None:
    """From the day on, this is its authority, supervisor or host; none ends what there was."""
    standing = select(FacilityLink).where(FacilityLink.facility_id == facility.id, FacilityLink.kind == kind, from_the_day(work.day, FacilityLink))
    rows = (await work.session.scalars(standing.execution_options(populate_existing=True))).all()
    if party is None:
        await work.end("facility_links", [row.row_id for row in rows])
    elif rows:
        await work.say("facility_links", {row.row_id: {"party_code": party} for row in rows})
    else:
        last = max((period.valid.upper for period in await periods(work, facility) if period.valid.upper), default=None)
        row = {"row_id": uuid7(), "facility_id": facility.id, "kind": kind, "party_code": party, "valid": f"[{work.day.isoformat()},{last.isoformat() if last else ''})"}
        await work.insert("facility_links", [row | {"authority_path": facility.authority_path, "shared_with": []} | work.stamp])


async def periods(work: Carrying, facility: Facility) -> Sequence[Facility]:
    return (await work.session.scalars(select(Facility).where(Facility.id == facility.id, from_the_day(work.day, Facility)).execution_options(populate_existing=True))).all()


async def pass_on_links(work: Carrying, facility: Facility, to: Facility | None) -> None:
    """Whom a facility supervised or hosted, another one does from the day on, or nobody."""
    led = select(FacilityLink).where(FacilityLink.party_code == facility.code, FacilityLink.kind.in_(("supervised_by", "hosted_by")), from_the_day(work.day, FacilityLink))
    rows = (await work.session.scalars(led.execution_options(populate_existing=True))).all()
    own = [row.row_id for row in rows if to is None or row.facility_id == to.id]
    await work.end("facility_links", own)
    if to is not None:
        await work.say("facility_links", {row.row_id: {"party_code": to.code} for row in rows if row.row_id not in own})


async def close(work: Carrying, facility: Facility) -> None:
    await work.end("facilities", [row.row_id for row in await periods(work, facility)])
    links = select(FacilityLink.row_id).where(FacilityLink.facility_id == facility.id, from_the_day(work.day, FacilityLink))
    work.replaced.add(facility.code)
    work.staff_left.add(facility.code)
    await work.end("facility_links", (await work.session.scalars(links)).all())


async def move_staff(
    work: Carrying,
    source: Facility,
    into: Facility,
    *,
    posts: Collection[UUID] | None,
    to_unit: str | None,
    to_unit_id: UUID | None = None,
    moving: Collection[UUID] = (),
    mapped: Mapping[UUID, UUID] = MappingProxyType({}),
) -> None:
    """Posts with those who hold them; all of a facility when no post is named. An employment follows when nothing of the person is left behind.

    A post stands in the unit that is said, else in its own when that goes along or becomes another, else in none.
    """
    there: dict[str, Any] = {"facility_id": into.id, "facility_code": into.code, "authority_path": into.authority_path}
    unit = {"unit": to_unit} if to_unit is not None else {}
    wanted = select(Post).where(Post.facility_code == source.code, from_the_day(work.day, Post))
    held = select(Assignment).where(Assignment.facility_code == source.code, Assignment.state.in_(("active", "conflicting")), from_the_day(work.day, Assignment))
    if posts is not None:
        wanted, held = wanted.where(Post.id.in_(posts)), held.where(Assignment.post_id.in_(posts))
    rows = (await work.session.scalars(held.execution_options(populate_existing=True))).all()
    stay = source.code == into.code and to_unit is None and to_unit_id is None

    def stands(post: Post) -> UUID | None:
        return post.unit_id if stay else to_unit_id or (None if to_unit else unit_becomes(post, moving, mapped))

    moved = {post.row_id: there | unit | work.decided | {"unit_id": stands(post)} for post in await work.session.scalars(wanted.execution_options(populate_existing=True))}
    await work.say("posts", moved)
    await posts_called_anew(work, {*mapped.values()} | ({to_unit_id} if to_unit_id is not None else set()))
    await work.say("assignments", {row.row_id: there | unit | work.decided for row in rows})
    if source.code == into.code:
        return
    people = {row.person_id for row in rows}
    await move_employments(work, source, there, people if posts is not None else None)
    values = {"people": sorted(people), "from": source.code, "to": into.code, "path": into.authority_path, "day": work.day}
    for statement in (_ABSENCES, _HOLDS):
        await work.session.execute(statement, values)
    work.people |= people


async def move_employments(work: Carrying, source: Facility, there: dict[str, Any], people: set[UUID] | None) -> None:
    """Those who work nowhere at the source any more are employed where they went; whom it employed too stays employed there once."""
    employed = select(Employment).where(Employment.facility_code == source.code, from_the_day(work.day, Employment))
    if people is not None:
        staying = select(Assignment.person_id).where(Assignment.facility_code == source.code, Assignment.state == "active", from_the_day(work.day, Assignment))
        employed = employed.where(Employment.person_id.in_(people - set(await work.session.scalars(staying))))
    rows = (await work.session.scalars(employed.execution_options(populate_existing=True))).all()
    known = select(Employment.person_id).where(
        Employment.facility_id == there["facility_id"], from_the_day(work.day, Employment), Employment.person_id.in_([row.person_id for row in rows])
    )
    twice = set(await work.session.scalars(known))
    await work.end("employments", [row.row_id for row in rows if row.person_id in twice], stamp=work.stamp | {"ended_reason": work.title})
    dated = {name: work.decided[name] for name in ("done_on", "entered_on")}
    await work.say("employments", {row.row_id: there | dated for row in rows if row.person_id not in twice})
    work.people |= {row.person_id for row in rows}


async def end_minimums(work: Carrying, minimums: Sequence[UUID]) -> None:
    """The minimum of a team ends with its facility: one that would begin later falls away."""
    for statement in (_FORGET_MINIMUMS, _END_MINIMUMS):
        await work.session.execute(statement, {"ids": list(minimums), "day": work.day})


async def refuse_staff_left(work: Carrying) -> None:
    """A facility that closes has nobody: whoever would still work there is counted. Raises Refused."""
    for code in sorted(work.staff_left):
        staff = (await work.session.execute(_STAFF_LEFT, {"code": code, "day": work.day})).scalar_one()
        if staff:
            raise Refused(
                "facility-has-staff",
                _("{staff} assignments at {code} go on after {day}."),
                possible=_("Add an act that moves its posts, or end these assignments first."),
                more={"assignments": staff},
                staff=staff,
                code=code,
                day=work.eve.isoformat(),
            )


# Leave and holds that are not over go with the person; what was spent stays where it was.
_ABSENCES = text(
    """
    UPDATE absences SET facility_code = :to, authority_path = CAST(:path AS ltree), version = version + 1
    WHERE person_id = ANY (:people) AND facility_code = :from AND state IN ('requested', 'approved') AND ends_on >= :day
    """
)
_HOLDS = text(
    """
    UPDATE holds AS h SET facility_code = :to, authority_path = CAST(:path AS ltree), version = version + 1
    WHERE h.person_id = ANY (:people) AND h.facility_code = :from AND h.state IN ('taken', 'confirmed')
      AND EXISTS (SELECT FROM hold_periods p WHERE p.hold_id = h.id AND p.held AND upper(p.days) > CAST(:day AS date))
    """
)
_FORGET_MINIMUMS = text("DELETE FROM staffing_minimums WHERE id = ANY (:ids) AND lower(valid) >= CAST(:day AS date)")
_END_MINIMUMS = text("UPDATE staffing_minimums SET valid = daterange(lower(valid), :day), version = version + 1 WHERE id = ANY (:ids) AND valid @> CAST(:day AS date)")
_STAFF_LEFT = text("SELECT count(DISTINCT id) FROM assignments WHERE facility_code = :code AND state = 'active' AND (upper_inf(valid) OR upper(valid) > CAST(:day AS date))")
