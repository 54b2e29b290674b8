"""Reading techniques: each query starts from what the caller may see."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.techniques.models import LevelRow, Package, Transfer
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import published_above, visible_to


def packages_visible_to(caller: Caller) -> Select[tuple[Package]]:
    """Packages of the caller's authorities and of those above."""
    return select(Package).where(or_(visible_to(caller, Package), published_above(caller, Package)))


def transfers_visible_to(caller: Caller) -> Select[tuple[Transfer]]:
    return select(Transfer).where(visible_to(caller, Transfer))


async def get_visible_package(session: AsyncSession, caller: Caller, package_id: UUID) -> Package:
    """One package. Raises NotFound."""
    package = await session.scalar(packages_visible_to(caller).where(Package.id == package_id))
    if package is None:
        raise NotFound()
    return package


async def named_package(session: AsyncSession, caller: Caller, code: str) -> Package:
    """The package that a body names by its code; the nearest authority's when two have one. Raises Malformed."""
    found = (await session.scalars(packages_visible_to(caller).where(Package.code == code))).all()
    if not found:
        raise Malformed.field("technique", _("There is no package for this technique."))
    return max(found, key=lambda package: len(package.authority_path))


async def title_of(session: AsyncSession, caller: Caller, code: str | None) -> str | None:
    """What a technique is called, as a letter says it; the code itself while no package describes it."""
    if code is None:
        return None
    found = (await session.scalars(packages_visible_to(caller).where(Package.code == code))).all()
    return max(found, key=lambda package: len(package.authority_path)).title if found else code


async def get_visible_transfer(session: AsyncSession, caller: Caller, transfer_id: UUID, *, lock: bool = False) -> Transfer:
    """One transfer. Raises NotFound."""
    statement = transfers_visible_to(caller).where(Transfer.id == transfer_id)
    transfer = await session.scalar(statement.with_for_update(of=Transfer) if lock else statement)
    if transfer is None:
        raise NotFound()
    return transfer


async def levels_recorded_since(session: AsyncSession, technique: str, facility_code: str, day: date) -> bool:
    """Whether a level of a learner of this technique was recorded at a facility since a day."""
    rows = exists().where(LevelRow.transfer_id == Transfer.id, Transfer.technique == technique, Transfer.facility_code == facility_code, LevelRow.assessed_on >= day)
    return bool(await session.scalar(select(rows)))
