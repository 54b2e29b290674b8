"""Posts over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from services.registry.assignments.permissions import can_record_assignments
from services.registry.persons.permissions import can_read_people, can_read_posts, can_write_people
from services.registry.posts.filling import sum_on
from services.registry.posts.queries import Establishment, get_visible_post, read_posts, taken_of
from services.registry.posts.schemas import Holder, PostCreate, PostRead
from services.registry.posts.use_cases import open_post
from shared.actions import action
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import NotFound, problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page
from shared.visibility import visible_to

router = Router(prefix="/posts", tags=["posts"])
AsOf = Annotated[date | None, Query(description="What was true that day; today when not said.")]
KnownAt = Annotated[datetime | None, Query(description="What was known at that instant.")]


@router.get("", response_model=Page[PostRead], dependencies=[allows(can_read_posts)], responses=problems(403, 422))
async def list_posts(
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    occupation: Annotated[str | None, Query(max_length=60)] = None,
    state: Literal["vacant", "filled"] | None = None,
    reference: Annotated[str | None, Query(max_length=200, description="The authority's own number for the post.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Page[PostRead]:
    """Posts open on the day, with the share that is filled and the share that is free."""
    establishment = Establishment(as_of or today(), known_at)
    statement = establishment.visible_to(caller, facility=facility, occupation=occupation, state=state)
    if reference:
        statement = statement.where(establishment.post.reference == reference)
    found = await keyset_page(session, statement, keys=[establishment.post.facility_code, establishment.post.row_id], params=page, scalars=False)
    return Page(items=await read_posts(session, found.items), next=found.next)


@router.post("", status_code=201, response_model=PostRead, dependencies=[allows(can_write_people)], responses=problems(403, 409, 422))
async def create_post(body: PostCreate, caller: CallerDep, session: SessionDep) -> PostRead:
    """Open a post."""
    periods = await open_post(session, caller=caller, body=body)
    last = periods[-1]
    filled = sum_on(await taken_of(session, last.id), max(today(), last.valid_from))
    return (await read_posts(session, [(last, filled)]))[0]


@router.get("/{post_id}", response_model=PostRead, dependencies=[allows(can_read_posts)], responses=problems(403, 404, 422))
async def read_post(post_id: UUID, caller: CallerDep, session: SessionDep, as_of: AsOf = None, known_at: KnownAt = None) -> PostRead:
    """One post on a day, with those who hold it for whoever may read people."""
    day = as_of
    if day is None:
        periods = await get_visible_post(session, caller, post_id)
        day = min(max(today(), periods[0].valid_from), periods[-1].valid_to or date.max)
    establishment = Establishment(day, known_at)
    rows = (await session.execute(establishment.visible_to(caller).where(establishment.post.id == post_id))).all()
    if not rows:
        raise NotFound()
    post = (await read_posts(session, [(rows[0][0], rows[0][1])]))[0]
    post.available_actions = [action("assign", can_record_assignments(caller))]
    if can_read_people(caller) is True:
        a = establishment.assignment
        holders = await session.scalars(select(a).where(visible_to(caller, a), a.post_id == post_id, a.state == "active", a.valid.contains(day)).order_by(a.id))
        post.holders = [Holder(assignment_id=h.id, person_id=h.person_id, kind=h.kind, fte_share=float(h.fte_share), valid_from=h.valid_from, valid_to=h.valid_to) for h in holders]
    return post
