"""Units over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import select

from services.registry.areas.permissions import can_read_directory
from services.registry.assignments.models import Assignment
from services.registry.beliefs import version_of
from services.registry.directory import get_place, names_of_facilities
from services.registry.persons.permissions import can_read_people, can_read_posts
from services.registry.posts.models import Post
from services.registry.units.models import Unit, UnitKind, name_of
from services.registry.units.permissions import can_keep_units, can_keep_units_at
from services.registry.units.queries import above, figures_of, get_unit, in_tree_order, on_day, said_outside, sorts_of, units_of, units_wanted, whole_figures
from services.registry.units.schemas import Figures, Head, Tree, UnitChange, UnitClosure, UnitCreate, UnitNamed, UnitOnTree, UnitPeriodRead, UnitPosts, UnitRead
from services.registry.units.use_cases import change_unit, close_unit, must_not_be_closed, open_unit, place_posts
from shared.actions import IfMatch, action, etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by
from shared.visibility import visible_to

router = Router(prefix="/units", tags=["units"])
WRITERS: Any = [allows(can_keep_units)]
AsOf = Annotated[date | None, Query(description="What was true that day; today when not said.")]
KnownAt = Annotated[datetime | None, Query(description="What was known at that instant.")]
Sort = Annotated[Literal["name", "-name", "code", "-code"], Query(description="The order; from its end with a minus.")]


@router.get("", response_model=Page[UnitRead], dependencies=[allows(can_read_directory)], responses=problems(401, 403, 422))
async def list_units(
    session: SessionDep,
    page: PageDep,
    facility: Annotated[str | None, Query(max_length=60, description="Code of a facility.")] = None,
    parent: Annotated[UUID | None, Query(description="Those that hang right below this unit.")] = None,
    kind: UnitKind | None = None,
    code: Annotated[str | None, Query(max_length=40)] = None,
    q: Annotated[str | None, Query(max_length=100, description="The beginning of the official name, with or without accents.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    sort: Sort = "name",
) -> Page[UnitRead]:
    """Units that exist on a day, by name unless asked otherwise."""
    unit, statement = units_wanted(as_of or today(), known_at, facility=facility, parent=parent, kind=kind, code=code, q=q)
    found = await keyset_page(session, statement, keys=sorted_by(sort, sorts_of(unit), unit.row_id), params=page)
    facilities = await names_of_facilities(session, [one.facility_code for one in found.items])
    return found.of([UnitRead(**_described([one], one, facilities)) for one in found.items])


@router.get("/tree", response_model=Tree, dependencies=[allows(can_read_directory)], responses=problems(401, 403, 422))
async def read_tree(caller: CallerDep, session: SessionDep, facility: Annotated[str, Query(max_length=60)], as_of: AsOf = None) -> Tree:
    """The units of a facility on a day, each after the one above, with its posts for whoever may read the establishment."""
    day = as_of or today()
    place = await get_place(session, facility, day, field="facility")
    everything = await units_of(session, [place.id])
    standing = on_day(everything, day)
    order = in_tree_order(standing)
    own = await figures_of(session, caller, place.code, day) if can_read_posts(caller) else None
    whole = whole_figures(order, own or {})
    facilities = {place.code: place.name}
    return Tree(
        facility_code=place.code,
        facility_name=place.name,
        day=day,
        units=[
            UnitOnTree(
                **_described([row for row in everything if row.id == one.id], one, facilities),
                depth=depth,
                own=None if own is None else own.get(one.id, Figures()),
                figures=None if own is None else whole[one.id],
            )
            for depth, one in order
        ],
        outside=None if own is None else own.get(None, Figures()),
        named=None if own is None else await said_outside(session, caller, place.code, day),
        available_actions=[action("open", can_keep_units_at(caller, place.authority_path))],
    )


@router.post("", status_code=201, response_model=UnitRead, dependencies=WRITERS, responses=problems(401, 403, 409, 422))
async def create_unit(body: UnitCreate, response: Response, caller: CallerDep, session: SessionDep) -> UnitRead:
    """Open a unit of a facility."""
    return await _answer(session, caller, response, await open_unit(session, caller=caller, body=body), body.valid_from)


@router.get("/{unit_id}", response_model=UnitRead, dependencies=[allows(can_read_directory)], responses=problems(401, 403, 404, 422))
async def read_unit(unit_id: UUID, response: Response, caller: CallerDep, session: SessionDep, as_of: AsOf = None, known_at: KnownAt = None) -> UnitRead:
    """One unit on a day: what hangs above it, who heads it, its posts and all its periods."""
    periods = await get_unit(session, unit_id, known_at)
    if known_at is None:
        return await _answer(session, caller, response, periods, as_of)
    return await _read(session, caller, periods, as_of, now_known=False)


@router.post("/{unit_id}/changes", status_code=201, response_model=UnitRead, dependencies=WRITERS, responses=problems(401, 403, 404, 409, 412, 422))
async def create_unit_change(unit_id: UUID, body: UnitChange, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> UnitRead:
    """From a day on, another name, kind or place in the tree."""
    return await _answer(session, caller, response, await change_unit(session, caller=caller, unit_id=unit_id, body=body, if_match=if_match), body.effective_on)


@router.post("/{unit_id}/closure", status_code=201, response_model=UnitRead, dependencies=WRITERS, responses=problems(401, 403, 404, 409, 412, 422))
async def create_unit_closure(unit_id: UUID, body: UnitClosure, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> UnitRead:
    """Close a unit after its last day, once it is empty."""
    return await _answer(session, caller, response, await close_unit(session, caller=caller, unit_id=unit_id, body=body, if_match=if_match), body.last_day)


@router.post("/{unit_id}/posts", status_code=201, response_model=UnitRead, dependencies=WRITERS, responses=problems(401, 403, 404, 409, 422))
async def create_unit_posts(unit_id: UUID, body: UnitPosts, response: Response, caller: CallerDep, session: SessionDep) -> UnitRead:
    """Let posts stand in the unit from a day on."""
    return await _answer(session, caller, response, await place_posts(session, caller=caller, unit_id=unit_id, body=body), body.effective_on)


async def _answer(session: SessionDep, caller: Caller, response: Response, periods: Sequence[Unit], as_of: date | None) -> UnitRead:
    etag(response, version_of(periods))
    return await _read(session, caller, periods, as_of)


async def _read(session: SessionDep, caller: Caller, periods: Sequence[Unit], as_of: date | None, *, now_known: bool = True) -> UnitRead:
    """The unit on a day, within the days that it has."""
    day = min(max(as_of or today(), periods[0].valid_from), periods[-1].valid_to or date.max)
    shown = next(one for one in periods if day in one.valid)
    read = UnitRead(**_described(periods, shown, await names_of_facilities(session, [shown.facility_code])))
    read.version = version_of(periods)
    read.periods = [
        UnitPeriodRead(
            valid_from=one.valid_from, valid_to=one.valid_to, facility_code=one.facility_code, name=name_of(one), kind=one.kind, parent_id=one.parent_id, act=one.act,
            reason=one.reason, decision=one.decision_number, done_on=one.done_on, recorded_at=one.recorded_at,
        )
        for one in periods
    ]  # fmt: skip
    if not now_known:
        return read
    standing = on_day(await units_of(session, [shown.facility_id]), day)
    read.above = [UnitNamed(id=one.id, code=one.code, name=name_of(one), kind=one.kind) for one in above(standing, shown.id)]
    if can_read_posts(caller):
        own = await figures_of(session, caller, shown.facility_code, day)
        read.figures = whole_figures(in_tree_order(standing), own)[shown.id]
        read.heads = await _heads(session, caller, shown.id, day)
    permission, stands = can_keep_units_at(caller, shown.authority_path), lambda: must_not_be_closed(periods)
    read.available_actions = [action(act, permission, stands) for act in ("change", "place-posts", "close")]
    return read


async def _heads(session: SessionDep, caller: Caller, unit_id: UUID, day: date) -> list[Head]:
    """Posts of management that stand in the unit itself, and for whoever may read people those who hold them."""
    found = select(Post).where(Post.unit_id == unit_id, Post.valid.contains(day), Post.is_management, visible_to(caller, Post)).order_by(Post.reference, Post.id)
    posts = (await session.scalars(found)).all()
    holders: dict[UUID, list[UUID]] = {}
    if can_read_people(caller):
        held = select(Assignment.post_id, Assignment.person_id).where(
            Assignment.post_id.in_([post.id for post in posts]), Assignment.state == "active", Assignment.valid.contains(day), visible_to(caller, Assignment)
        )
        for post_id, person_id in await session.execute(held.order_by(Assignment.id)):
            holders.setdefault(post_id, []).append(person_id)
    return [Head(post_id=post.id, job_position=post.job_position, person_ids=holders.get(post.id, []) if can_read_people(caller) else None) for post in posts]


def _described(periods: Sequence[Unit], shown: Unit, facilities: dict[str, str]) -> dict[str, Any]:
    return {
        "id": shown.id,
        "code": shown.code,
        "name": name_of(shown),
        "kind": shown.kind,
        "official_name": shown.name,
        "names": shown.names,
        "facility_id": shown.facility_id,
        "facility_code": shown.facility_code,
        "facility_name": facilities.get(shown.facility_code),
        "parent_id": shown.parent_id,
        "specialty": shown.specialty,
        "services": shown.services,
        "valid_from": periods[0].valid_from,
        "valid_to": periods[-1].valid_to,
    }
