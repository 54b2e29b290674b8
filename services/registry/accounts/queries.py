"""Reading accounts, and what the relations of an account are worth."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.models import Account, Substitute
from services.registry.areas.models import Area
from services.registry.directory import places
from shared.auth import Caller, path_of
from shared.errors import NotFound
from shared.visibility import visible_to

TERRITORIES, FACILITIES = "/territories/", "/facilities/"


def accounts_visible_to(caller: Caller) -> Select[tuple[Account]]:
    return select(Account).where(visible_to(caller, Account))


async def get_visible_account(session: AsyncSession, caller: Caller, account_id: UUID, *, lock: bool = False) -> Account:
    """One account. Raises NotFound without a relation."""
    statement = accounts_visible_to(caller).where(Account.id == account_id)
    account = await session.scalar(statement.with_for_update() if lock else statement)
    if account is None:
        raise NotFound()
    return account


async def substitutes_of(session: AsyncSession, account_id: UUID) -> Sequence[Substitute]:
    """Every substitution in which the account has a part, the newest first."""
    statement = select(Substitute).where(or_(Substitute.account_id == account_id, Substitute.substitute_id == account_id)).order_by(Substitute.valid.desc(), Substitute.id)
    return (await session.scalars(statement)).all()


async def paths_of(session: AsyncSession, relations: Collection[str], day: date) -> Mapping[str, str]:
    """The authority path of each relation on a day; a place that does not exist then has none."""
    territories = [relation.removeprefix(TERRITORIES) for relation in relations if relation.startswith(TERRITORIES)]
    facilities = [relation.removeprefix(FACILITIES) for relation in relations if relation.startswith(FACILITIES)]
    found = {f"{FACILITIES}{code}": place.authority_path for code, place in (await places(session, facilities, day)).items()} if facilities else {}
    if territories:
        known = await session.scalars(select(Area.code).where(Area.code.in_(territories), Area.valid.contains(day)))
        found |= {f"{TERRITORIES}{code}": path_of(code) for code in known}
    return found


async def names_of_accounts(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await session.execute(select(Account.id, Account.name).where(Account.id.in_(set(ids))))
    return {row.id: row.name for row in rows}
