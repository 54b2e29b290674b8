"""Reading contests: each query starts from what the caller may see."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.applications.models import ApplicationFile
from services.recruitment.contests.models import Application, Contest, KeptRanking, Lot, Mark, Member, Result
from services.recruitment.workflow import DRAFT, LIFTED, RANKED, RESULTS
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import published_above, visible_to

OPENED = (LIFTED, RANKED, RESULTS)
"""States in which names and numbers are one again."""


def contests_visible_to(caller: Caller) -> Select[tuple[Contest]]:
    """Contests of the caller's authorities, and the published ones of the authorities above."""
    return select(Contest).where(or_(visible_to(caller, Contest), and_(Contest.state != DRAFT, published_above(caller, Contest))))


async def get_visible_contest(session: AsyncSession, caller: Caller, contest_id: UUID, *, lock: bool = False) -> Contest:
    """One contest. Raises NotFound."""
    statement = contests_visible_to(caller).where(Contest.id == contest_id)
    contest = await session.scalar(statement.with_for_update(of=Contest).execution_options(populate_existing=True) if lock else statement)
    if contest is None:
        raise NotFound()
    return contest


async def contest_of_campaign(session: AsyncSession, campaign_id: UUID) -> Contest | None:
    return await session.scalar(select(Contest).where(Contest.campaign_id == campaign_id))  # type: ignore[no-any-return]


def applications_visible_to(caller: Caller) -> Select[tuple[Application]]:
    """Applications of the caller's authorities; none of a contest in whose jury the caller is, until the anonymity is lifted."""
    juries = select(Member.contest_id).join(Contest, Contest.id == Member.contest_id).where(Member.account == caller.actor, Contest.state.not_in(OPENED))
    return select(Application).where(visible_to(caller, Application), Application.contest_id.not_in(juries))


async def get_visible_application(session: AsyncSession, caller: Caller, application_id: UUID, *, lock: bool = False) -> Application:
    """One application. Raises NotFound."""
    statement = applications_visible_to(caller).where(Application.id == application_id)
    application = await session.scalar(statement.with_for_update(of=Application) if lock else statement)
    if application is None:
        raise NotFound()
    return application


async def get_visible_document(session: AsyncSession, caller: Caller, file_id: UUID) -> tuple[Application, ApplicationFile]:
    """A document of an application that the caller reads. Raises NotFound."""
    statement = applications_visible_to(caller).join(ApplicationFile, ApplicationFile.contest_application_id == Application.id).where(ApplicationFile.id == file_id)
    row = (await session.execute(statement.add_columns(ApplicationFile))).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


async def applications_by_state(session: AsyncSession, contest_id: UUID) -> dict[str, int]:
    rows = await session.execute(select(Application.state, func.count()).where(Application.contest_id == contest_id).group_by(Application.state))
    return dict(rows.tuples().all())


async def numbers_of(session: AsyncSession, contest_id: UUID) -> dict[str, UUID]:
    """Whose each number is; nothing before the anonymity is lifted: the database keeps it sealed."""
    rows = await session.execute(text("SELECT number, application_id FROM contest_numbers WHERE contest_id = :contest ORDER BY number"), {"contest": contest_id})
    return {row.number: row.application_id for row in rows}


async def scripts_of(session: AsyncSession, contest_id: UUID) -> list[str]:
    return list((await session.execute(text("SELECT number FROM contest_scripts WHERE contest_id = :contest ORDER BY number"), {"contest": contest_id})).scalars())


async def scripts_closed_to(session: AsyncSession, member_id: UUID) -> set[str]:
    """Scripts of candidates with whom the member declared a conflict, without saying whose they are."""
    return set((await session.execute(text("SELECT scripts_in_conflict(:member)"), {"member": member_id})).scalars())


async def marks_of(session: AsyncSession, contest_id: UUID) -> dict[tuple[str, UUID], list[Mark]]:
    """Every mark by number and paper."""
    found: dict[tuple[str, UUID], list[Mark]] = {}
    for mark in await session.scalars(select(Mark).where(Mark.contest_id == contest_id).order_by(Mark.number, Mark.paper_id, Mark.id)):
        found.setdefault((mark.number, mark.paper_id), []).append(mark)
    return found


async def rankings_of(session: AsyncSession, contest_id: UUID) -> list[KeptRanking]:
    """Every ranking, the newest of each lot last."""
    return list(await session.scalars(select(KeptRanking).where(KeptRanking.contest_id == contest_id).order_by(KeptRanking.lot_id, KeptRanking.revision)))


async def newest_rankings(session: AsyncSession, contest_id: UUID) -> dict[UUID, KeptRanking]:
    return {ranking.lot_id: ranking for ranking in await rankings_of(session, contest_id)}


def results_of(caller: Caller, contest_id: UUID) -> Select[tuple[Result]]:
    return select(Result).where(visible_to(caller, Result), Result.contest_id == contest_id)


async def results_of_lot(session: AsyncSession, lot_id: UUID) -> Sequence[Result]:
    return (await session.scalars(select(Result).where(Result.lot_id == lot_id).order_by(Result.rank, Result.number))).all()


async def get_lot(session: AsyncSession, lot_id: UUID) -> Lot:
    return await session.get_one(Lot, lot_id)
