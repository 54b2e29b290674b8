"""Posts over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from sqlalchemy import select

from services.registry.assignments.models import TO_REGULARISE
from services.registry.assignments.permissions import can_record_assignments
from services.registry.beliefs import version_of
from services.registry.persons.permissions import can_read_people, can_read_posts, can_write_at, can_write_people
from services.registry.posts.acts import abolish_post, change_post, freeze_post, must_be_frozen, must_not_be_abolished, unfreeze_post
from services.registry.posts.models import Post, PostState
from services.registry.posts.presence import ELSEWHERE, empty_among, empty_posts_of, is_empty, spells_of
from services.registry.posts.queries import Establishment, get_visible_post, read_posts
from services.registry.posts.schemas import Holder, PostAbolition, PostChange, PostCreate, PostFreezing, PostPeriodRead, PostRead, PostUnfreezing
from services.registry.posts.use_cases import open_post
from shared.actions import IfMatch, action, etag
from shared.auth import Caller, CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by
from shared.visibility import visible_to

router = Router(prefix="/posts", tags=["posts"])
WRITERS: Any = [allows(can_write_people)]
AsOf = Annotated[date | None, Query(description="What was true that day; today when not said.")]
KnownAt = Annotated[datetime | None, Query(description="What was known at that instant.")]
Sort = Annotated[Literal["facility", "-facility", "occupation", "-occupation"], Query(description="The order; from its end with a minus.")]


def sorts_of(post: Any) -> dict[str, list[Any]]:
    """The orders of the establishment, as it is now or was known earlier."""
    return {"facility": [post.facility_code], "occupation": [post.occupation_code, post.facility_code]}


@router.get("", response_model=Page[PostRead], dependencies=[allows(can_read_posts)], responses=problems(403, 422))
async def list_posts(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    occupation: Annotated[str | None, Query(max_length=60)] = None,
    state: PostState | None = None,
    functionally_empty: Annotated[bool, Query(description="Only posts of the facility that are held and in which nobody works; needs `facility`.")] = False,
    reference: Annotated[str | None, Query(max_length=200, description="The authority's own number for the post.")] = None,
    unit_id: Annotated[UUID | None, Query(description="A unit: posts that stand in it or in what hangs below it on the day.")] = None,
    no_unit: Annotated[bool, Query(description="Only posts that stand in no unit.")] = False,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    sort: Sort = "facility",
) -> Page[PostRead]:
    """Posts open on the day, or those of a state, with the share that is filled and the share that is free."""
    day = as_of or today()
    establishment = Establishment(day, known_at)
    statement = establishment.visible_to(caller, facility=facility, occupation=occupation, state=state, unit_id=unit_id, no_unit=no_unit)
    if reference:
        statement = statement.where(establishment.post.reference == reference)
    if functionally_empty:
        statement = statement.where(establishment.post.id.in_(await empty_posts_of(session, caller, facility, day)))
    found = await keyset_page(session, statement, keys=sorted_by(sort, sorts_of(establishment.post), establishment.post.row_id), params=page, scalars=False)
    empty = await empty_among(session, [post.id for post, _filled in found.items], day) if known_at is None else None
    return found.of(await read_posts(session, found.items, day, empty=empty))


@router.post("", status_code=201, response_model=PostRead, dependencies=WRITERS, responses=problems(403, 409, 422))
async def create_post(body: PostCreate, response: Response, caller: CallerDep, session: SessionDep) -> PostRead:
    """Open a post."""
    return await _answer(session, caller, response, await open_post(session, caller=caller, body=body))


@router.get("/{post_id}", response_model=PostRead, dependencies=[allows(can_read_posts)], responses=problems(403, 404, 422))
async def read_post(post_id: UUID, response: Response, caller: CallerDep, session: SessionDep, as_of: AsOf = None, known_at: KnownAt = None) -> PostRead:
    """One post on a day, with those who hold it for whoever may read people."""
    if known_at is None:
        return await _answer(session, caller, response, await get_visible_post(session, caller, post_id), as_of)
    periods = await get_visible_post(session, caller, post_id, known_at)
    return await _read(session, caller, periods, as_of, known_at)


@router.post("/{post_id}/changes", status_code=201, response_model=PostRead, dependencies=WRITERS, responses=problems(403, 404, 409, 412, 422))
async def create_change(post_id: UUID, body: PostChange, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PostRead:
    """From a day on, another unit, position, specialty or share."""
    return await _answer(session, caller, response, await change_post(session, caller=caller, post_id=post_id, body=body, if_match=if_match), body.effective_on)


@router.post("/{post_id}/freezing", status_code=201, response_model=PostRead, dependencies=WRITERS, responses=problems(403, 404, 409, 412, 422))
async def create_freezing(post_id: UUID, body: PostFreezing, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PostRead:
    """Freeze a post that nobody holds on these days."""
    return await _answer(session, caller, response, await freeze_post(session, caller=caller, post_id=post_id, body=body, if_match=if_match))


@router.post("/{post_id}/unfreezing", status_code=201, response_model=PostRead, dependencies=WRITERS, responses=problems(403, 404, 409, 412, 422))
async def create_unfreezing(post_id: UUID, body: PostUnfreezing, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PostRead:
    """Lift a freezing from a day on."""
    return await _answer(session, caller, response, await unfreeze_post(session, caller=caller, post_id=post_id, body=body, if_match=if_match))


@router.post("/{post_id}/abolition", status_code=201, response_model=PostRead, dependencies=WRITERS, responses=problems(403, 404, 409, 412, 422))
async def create_abolition(post_id: UUID, body: PostAbolition, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> PostRead:
    """Close a post after its last day, once nobody holds it any more."""
    return await _answer(session, caller, response, await abolish_post(session, caller=caller, post_id=post_id, body=body, if_match=if_match))


async def _answer(session: SessionDep, caller: Caller, response: Response, periods: Sequence[Post], as_of: date | None = None) -> PostRead:
    etag(response, version_of(periods))
    return await _read(session, caller, periods, as_of, None)


async def _read(session: SessionDep, caller: Caller, periods: Sequence[Post], as_of: date | None, known_at: datetime | None) -> PostRead:
    """The post on a day, within the days that it has unless another day was asked: then it is planned, authorised or abolished."""
    day = as_of or min(max(today(), periods[0].valid_from), max(today(), periods[-1].valid_to or date.min))
    shown = next((one for one in periods if day in one.valid), periods[0] if day < periods[0].valid_from else periods[-1])
    establishment = Establishment(day, known_at)
    a = establishment.assignment
    holders = (await session.scalars(select(a).where(visible_to(caller, a), *establishment.held(shown.id)).order_by(a.id))).all()
    away = await spells_of(session, {h.person_id for h in holders}, day) if known_at is None else {}
    empty = None if known_at is not None else {shown.id} if is_empty([(h.person_id, h.kind) for h in holders], away) else set()
    post = (await read_posts(session, [(shown, sum((h.fte_share for h in holders), Decimal(0)))], day, empty=empty))[0]
    post.open_from, post.close_to, post.version = periods[0].valid_from, periods[-1].valid_to, version_of(periods)
    post.periods = [
        PostPeriodRead(
            valid_from=one.valid_from, valid_to=one.valid_to, unit=one.unit, unit_id=one.unit_id, fte=float(one.fte), frozen=one.frozen, act=one.act, reason=one.reason,
            decision=one.decision_number or TO_REGULARISE, done_on=one.done_on, recorded_at=one.recorded_at,
        )
        for one in periods
    ]  # fmt: skip
    permission, stands = can_write_at(caller, shown.authority_path), lambda: must_not_be_abolished(periods)
    post.available_actions = [
        action("assign", can_record_assignments(caller), stands),
        action("change", permission, stands),
        action("freeze", permission, stands),
        action("unfreeze", permission, lambda: must_be_frozen(periods, today())),
        action("abolish", permission, stands),
    ]
    if can_read_people(caller) is True:
        post.holders = [
            Holder(
                assignment_id=h.id, person_id=h.person_id, kind=h.kind, fte_share=float(h.fte_share), valid_from=h.valid_from, valid_to=h.valid_to,
                over_filled=h.over_filled, away=h.person_id in away and h.kind not in ELSEWHERE,
            )
            for h in holders
        ]  # fmt: skip
    return post
