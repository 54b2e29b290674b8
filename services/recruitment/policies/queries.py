"""Reading policies: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.policies.models import AttractionPolicy
from services.recruitment.workflow import APPROVED
from shared.auth import Caller
from shared.errors import NotFound
from shared.visibility import published_above, visible_to


def policies_visible_to(caller: Caller) -> Select[tuple[AttractionPolicy]]:
    """Policies of the caller's authorities, and the approved ones of the authorities above."""
    return select(AttractionPolicy).where(or_(visible_to(caller, AttractionPolicy), and_(AttractionPolicy.state == APPROVED, published_above(caller, AttractionPolicy))))


async def get_visible_policy(session: AsyncSession, caller: Caller, policy_id: UUID, *, lock: bool = False) -> AttractionPolicy:
    """One policy. Raises NotFound."""
    statement = policies_visible_to(caller).where(AttractionPolicy.id == policy_id)
    policy = await session.scalar(statement.with_for_update(of=AttractionPolicy) if lock else statement)
    if policy is None:
        raise NotFound()
    return policy
