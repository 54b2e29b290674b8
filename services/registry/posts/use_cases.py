"""Opening posts: one by hand, or the establishment of a province by import."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.beliefs import Draft
from services.registry.directory import get_occupation, get_place, places
from services.registry.establishment.rounds import must_fit_ceilings
from services.registry.imports.lines import PostLine
from services.registry.periods import period
from services.registry.persons.permissions import can_write_at, can_write_people
from services.registry.posts.events import PostChanged, PostOpened
from services.registry.posts.filling import Share
from services.registry.posts.models import Post
from services.registry.posts.queries import get_visible_post, taken_of_many
from services.registry.posts.schemas import PostCreate
from services.registry.references import by_reference
from services.registry.units.labels import let_posts_follow
from services.registry.units.standing import must_be_the_same, unit_for_post
from services.registry.visibility import authority_of
from shared.audit import record_audit, record_audits
from shared.auth import Caller, require
from shared.clock import judge_done_on, now, today
from shared.events import record_event, record_events
from shared.ids import uuid7
from shared.references import hash_of


async def open_post(session: AsyncSession, *, caller: Caller, body: PostCreate) -> Sequence[Post]:
    """HR opens a post in the establishment of a facility that it manages."""
    require(can_write_people(caller))
    done_on = judge_done_on(caller, body.done_on)
    place = await get_place(session, body.facility_code, body.open_from)
    require(can_write_at(caller, place.authority_path))
    await get_occupation(session, body.occupation_code)
    owner = authority_of(place.authority_path)
    known = await by_reference(session, Post, owner=owner, reference=body.reference, body=body)
    if known is not None:
        return await get_visible_post(session, caller, known.id)
    await must_fit_ceilings(session, place.id, Share(body.open_from, body.close_to, body.fte))
    unit = None if body.unit_id is None else await unit_for_post(session, body.unit_id, place.id, body.open_from, body.close_to)
    if unit is not None:
        must_be_the_same(body.unit, unit)

    post = Post(
        row_id=uuid7(),
        id=uuid7(),
        valid=period(body.open_from, body.close_to),
        authority_path=place.authority_path,
        shared_with=[],
        done_on=done_on,
        entered_on=today(),
        recorded_at=now(),
        recorded_by=caller.actor,
        facility_id=place.id,
        facility_code=place.code,
        frozen=False,
        act="recorded",
        reference_owner=owner if body.reference else None,
        content_hash=hash_of(body) if body.reference else None,
        unit=body.unit if unit is None else unit.name,
        **body.model_dump(include={"unit_id", "job_position", "occupation_code", "specialty", "fte", "is_management", "decision_number", "reference"}),
    )
    session.add(post)
    await session.flush()
    periods: Sequence[Post] = [post]
    if unit is not None:
        await let_posts_follow(session, [unit.id], said={}, stamp={"recorded_at": post.recorded_at, "recorded_by": post.recorded_by})
        periods = await get_visible_post(session, caller, post.id)
    record_event(session, PostOpened.about(periods, [], today()))
    await record_audit(session, caller, "post.opened", "post", post.id, after=body.model_dump(mode="json"), done_on=done_on)
    return periods


async def announce_posts(session: AsyncSession, post_ids: Iterable[UUID | None]) -> None:
    """Tell how full these posts are now."""
    wanted = sorted({post_id for post_id in post_ids if post_id is not None})
    if not wanted:
        return
    periods: dict[UUID, list[Post]] = {}
    for post in (await session.scalars(select(Post).where(Post.id.in_(wanted)).order_by(func.lower(Post.valid)))).all():
        periods.setdefault(post.id, []).append(post)
    taken = await taken_of_many(session, periods)
    record_events(session, [PostChanged.about(of_one, taken.get(post_id, []), today()) for post_id, of_one in periods.items()])


async def open_posts(session: AsyncSession, caller: Caller, lines: Sequence[PostLine]) -> None:
    """The good lines of an import become posts, in one statement."""
    require(can_write_people(caller))
    recorded_at, day = now(), today()
    facilities = await places(session, [line.facility_code for line in lines])
    posts = []
    for line in lines:
        place = facilities[line.facility_code]
        require(can_write_at(caller, place.authority_path))
        posts.append(
            Draft(
                row_id=uuid7(),
                id=uuid7(),
                valid=period(line.open_from, line.close_to),
                authority_path=place.authority_path,
                shared_with=[],
                done_on=min(line.open_from, day),
                entered_on=day,
                recorded_at=recorded_at,
                recorded_by=caller.actor,
                facility_id=place.id,
                facility_code=place.code,
                unit=line.unit,
                unit_id=line.unit_id,
                job_position=line.job_position,
                occupation_code=line.occupation_code,
                specialty=line.specialty,
                fte=line.fte,
                is_management=line.is_management,
                frozen=False,
                reference=line.reference,
                reference_owner=authority_of(place.authority_path),
            )
        )
    await session.execute(
        _INSERT,
        {
            "row_ids": [p.row_id for p in posts],
            "ids": [p.id for p in posts],
            "firsts": [p.valid.lower for p in posts],
            "afters": [p.valid.upper for p in posts],
            "paths": [p.authority_path for p in posts],
            "done_on": [p.done_on for p in posts],
            "entered_on": day,
            "recorded_at": recorded_at,
            "by": caller.actor,
            "facility_ids": [p.facility_id for p in posts],
            "facility_codes": [p.facility_code for p in posts],
            "units": [p.unit for p in posts],
            "unit_ids": [p.unit_id for p in posts],
            "job_positions": [p.job_position for p in posts],
            "occupations": [p.occupation_code for p in posts],
            "specialties": [p.specialty for p in posts],
            "ftes": [p.fte for p in posts],
            "management": [p.is_management for p in posts],
            "references": [p.reference for p in posts],
            "owners": [p.reference_owner for p in posts],
        },
    )
    record_events(session, [PostOpened.about([post], [], day) for post in posts])
    placed = {post.unit_id for post in posts if post.unit_id is not None}
    if placed:
        await announce_posts(session, await let_posts_follow(session, placed, said={}, stamp={"recorded_at": recorded_at, "recorded_by": caller.actor}))
    await record_audits(session, caller, "post.opened", "post", [(post.id, None, {"reference": post.reference, "facility_code": post.facility_code}) for post in posts])


_INSERT = text(
    """
    INSERT INTO posts (row_id, id, valid, authority_path, done_on, entered_on, recorded_at, recorded_by, facility_id, facility_code, unit, unit_id, job_position, occupation_code, specialty,
                       fte, is_management, reference, reference_owner)
    SELECT t.row_id, t.id, daterange(t.first, t.after), t.path::ltree, t.done_on, :entered_on, :recorded_at, :by, t.facility_id, t.facility_code, t.unit, t.unit_id, t.job_position, t.occupation_code,
           t.specialty, t.fte, t.is_management, t.reference, t.owner
    FROM unnest(CAST(:row_ids AS uuid[]), CAST(:ids AS uuid[]), CAST(:firsts AS date[]), CAST(:afters AS date[]), CAST(:paths AS text[]), CAST(:done_on AS date[]),
                CAST(:facility_ids AS uuid[]), CAST(:facility_codes AS text[]), CAST(:units AS text[]), CAST(:unit_ids AS uuid[]), CAST(:job_positions AS text[]), CAST(:occupations AS text[]),
                CAST(:specialties AS text[]), CAST(:ftes AS numeric[]), CAST(:management AS boolean[]), CAST(:references AS text[]), CAST(:owners AS text[]))
        AS t (row_id, id, first, after, path, done_on, facility_id, facility_code, unit, unit_id, job_position, occupation_code, specialty, fte, is_management, reference, owner)
    """
)
