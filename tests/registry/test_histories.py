"""Over ten thousand random histories of assignments: no view of a day, as it was known at an instant, ever changes; only a correction that says so tells another past; and transfers neither make nor lose anybody."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Date, Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment, assignments_history
from services.registry.beliefs import believed, supersede
from tests.registry.histories import HORIZON, SUPERSEDING, UNITS, Belief, History, Period, Round, rounds, said
from tests.registry.world import BVT, World, ok

START, FIRST_INSTANT = date(2025, 1, 1), datetime(2025, 3, 1, tzinfo=UTC)
EVERYDAY, LONG = 10_000, 30_000
DAYS = range(HORIZON + 12)


def day(number: int) -> date:
    return START + timedelta(days=number)


def instant(number: int) -> datetime:
    return FIRST_INSTANT + timedelta(minutes=number)


def takes_a_post(row: UUID) -> bool:
    """One in ten holds a post of the unit; the others work in it without one."""
    return (row.int >> 16) % 10 == 0


class Register:
    """The registry's own tables with the histories in them, written as the registry writes, some thousands at a time."""

    def __init__(self, session: AsyncSession, facility: dict[str, Any], posts: Sequence[str]) -> None:
        self.session, self.facility, self.posts = session, facility, [UUID(post) for post in posts]

    async def employ(self, histories: Sequence[History]) -> None:
        for statement in (
            "INSERT INTO persons (id, authority_path, name, sort_key, recorded_by) SELECT id, CAST(:path AS ltree), 'Nguyễn Thị Hoa', 'hoa', 'test' FROM unnest(CAST(:ids AS uuid[])) AS t (id)",
            "INSERT INTO workers (id, person_id, authority_path, occupation_code, recorded_by) SELECT id, id, CAST(:path AS ltree), 'VN-BS', 'test' FROM unnest(CAST(:ids AS uuid[])) AS t (id)",
        ):
            await self.session.execute(World.sql(statement), {"ids": [one.id for one in histories], "path": self.facility["authority_path"]})

    async def write(self, histories: Sequence[History], number: int, act: str) -> None:
        """What a round changed: periods that are gone, that are said otherwise, and that are new; shortened before others begin, as the use cases do."""
        gone: list[Period] = []
        changed: list[Period] = []
        new: list[tuple[History, Period]] = []
        for one in histories:
            before: dict[UUID, Period] = {period.row: period for period in one.beliefs[-2]} if number else {}
            after = {period.row: period for period in one.beliefs[-1]}
            if before == after:
                continue
            gone += [period for row, period in before.items() if row not in after]
            changed += [period for row, period in after.items() if row in before and before[row] != period]
            new += [(one, period) for row, period in after.items() if row not in before]
        at = instant(number)
        await supersede(self.session, at=at, act=SUPERSEDING.get(act, "recorded"), by="test", reason="typed wrong" if act == "corrected" else None)  # type: ignore[arg-type]
        if gone:
            await self.session.execute(World.sql("DELETE FROM assignments WHERE row_id = ANY(CAST(:rows AS uuid[]))"), {"rows": [period.row for period in gone]})
        if changed:
            await self.session.execute(_UPDATE, self._values(changed) | {"at": at})
        if new:
            about = {"ids": [one.id for one, _period in new], "at": at, "act": {"transferred": "changed"}.get(act, act)}
            place = {"facility": self.facility["id"], "code": BVT, "path": self.facility["authority_path"]}
            await self.session.execute(_INSERT, self._values([period for _one, period in new]) | about | place)

    def _values(self, periods: Sequence[Period]) -> dict[str, Any]:
        return {
            "rows": [period.row for period in periods],
            "firsts": [day(period.first) for period in periods],
            "lasts": [None if period.last is None else day(period.last) for period in periods],
            "units": [str(period.unit) for period in periods],
            "posts": [self.posts[period.unit] if takes_a_post(period.row) else None for period in periods],
            "shares": [period.share for period in periods],
        }

    async def known_at(self, number: int) -> dict[UUID, Belief]:
        """What the registry says was known after a round."""
        entity = believed(Assignment, assignments_history, instant(number))
        first, after = func.lower(entity.valid) - START, func.upper(entity.valid) - START
        columns = (entity.id, entity.row_id, first, after, entity.unit, entity.post_id, cast(entity.fte_share, Float))
        beliefs: dict[UUID, Belief] = {}
        for one, row, begins, ends, unit, post, share in await self.session.execute(select(*columns).order_by(entity.id, first)):
            assert post == (self.posts[int(unit)] if takes_a_post(row) else None)
            beliefs[one] = (*beliefs.get(one, ()), Period(row, begins, None if ends is None else ends - 1, int(unit), share))
        return beliefs

    async def headcount(self, number: int) -> list[tuple[Any, ...]]:
        """People (each has one assignment) and shares of the facility on each day, as known after a round."""
        entity = believed(Assignment, assignments_history, instant(number))
        days = select(cast(func.generate_series(day(0), day(DAYS[-1]), timedelta(days=1)), Date).label("day")).subquery()
        counted = select(days.c.day, func.count(), func.sum(entity.fte_share)).join_from(days, entity, entity.valid.contains(days.c.day))
        return [tuple(row) for row in (await self.session.execute(counted.group_by(days.c.day).order_by(days.c.day))).all()]


_UPDATE = World.sql(
    """
    UPDATE assignments a SET valid = daterange(t.first, t.last, '[]'), unit = t.unit, post_id = t.post, fte_share = t.share, recorded_at = :at
    FROM unnest(CAST(:rows AS uuid[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]), CAST(:units AS text[]), CAST(:posts AS uuid[]), CAST(:shares AS numeric[]))
        AS t (row_id, first, last, unit, post, share)
    WHERE a.row_id = t.row_id
    """
)
_INSERT = World.sql(
    """
    INSERT INTO assignments (row_id, id, valid, authority_path, done_on, entered_on, recorded_at, recorded_by, person_id, worker_id, unit, post_id, facility_id, facility_code, kind, fte_share, state, act)
    SELECT t.row_id, t.id, daterange(t.first, t.last, '[]'), CAST(:path AS ltree), t.first, t.first, :at, 'test', t.id, t.id, t.unit, t.post, CAST(:facility AS uuid), :code, 'primary', t.share, 'active', :act
    FROM unnest(CAST(:rows AS uuid[]), CAST(:ids AS uuid[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]), CAST(:units AS text[]), CAST(:posts AS uuid[]),
                CAST(:shares AS numeric[])) AS t (row_id, id, first, last, unit, post, share)
    """
)


async def play(world: World, count: int, seed: int, acts_of_one: int) -> None:
    linh = world.api.as_("linh")
    (facility,) = ok(await linh.get("/api/v1/registry/facilities", params={"code": BVT}))["items"]
    posts = [(await world.post(fte=100))["id"] for _number in range(UNITS)]
    async with world.as_worker() as session:
        await session.execute(World.sql("UPDATE posts SET fte = 999 WHERE id = ANY(CAST(:ids AS uuid[]))"), {"ids": posts})
        histories = [History(number) for number in range(1, count + 1)]
        register = Register(session, facility, posts)
        await register.employ(histories)
        played: list[Round] = []
        for number, one in enumerate(rounds(histories, seed, acts_of_one)):
            await register.write(histories, number, one.act)
            played.append(one)
        acts = sum(len(one.from_days) for one in played)
        assert acts > count * acts_of_one / 2, "most acts must do something"

        views = [await register.known_at(number) for number in range(len(played))]
        for number, view in enumerate(views):
            wrong = [one for one in histories if view.get(one.id) != one.beliefs[number]]
            assert not wrong, f"seed {seed}: after round {number} of {played[number].act} the registry says {view.get(wrong[0].id)} of {wrong[0].beliefs}"
        await other_pasts_are_corrections(session, histories, played, views)
        for number, one in enumerate(played):
            if one.act == "transferred":
                assert await register.headcount(number) == await register.headcount(number - 1), f"seed {seed}: round {number}"


async def other_pasts_are_corrections(session: AsyncSession, histories: Sequence[History], played: Sequence[Round], views: Sequence[dict[UUID, Belief]]) -> None:
    """Between two instants a view differs only from the day of the act on; a view of earlier days only by a correction, which says that it is one, and why."""
    rows = await session.execute(
        select(assignments_history.c.id, func.upper(assignments_history.c.recorded), assignments_history.c.superseded_act, assignments_history.c.superseded_reason)
    )
    superseded = {(one, at): (act, reason) for one, at, act, reason in rows}
    by_number = {one.number: one for one in histories}
    for number, one_round in enumerate(played):
        for history, from_day in one_round.from_days.items():
            one = by_number[history]
            before, after = views[number - 1][one.id], views[number][one.id]
            for n in DAYS:
                if n < from_day:
                    assert said(before, n) == said(after, n), f"{one_round.act} on day {from_day} changed day {n} of {before}"
            expected = (SUPERSEDING[one_round.act], "typed wrong" if one_round.act == "corrected" else None)
            assert superseded[one.id, instant(number)] == expected


async def test_no_view_of_a_day_changes_but_by_a_correction_and_nobody_is_lost(world: World) -> None:
    await play(world, EVERYDAY, seed=20251123, acts_of_one=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
async def test_the_same_over_many_more(world: World, seed: int) -> None:
    await play(world, LONG, seed, acts_of_one=5)


def test_the_model_itself_never_overlaps() -> None:
    """Periods of one assignment follow each other: without that, a view of a day would not be one."""
    histories = [History(number) for number in range(4_000)]
    for _round in rounds(histories, seed=1, acts_of_one=6):
        for one in histories:
            belief = one.beliefs[-1]
            assert belief
            for earlier, later in pairwise(belief):
                assert earlier.last is not None
                assert earlier.last < later.first
