"""Reading support requests: each query starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.support_requests.models import SupportRequest
from shared.auth import Caller
from shared.errors import Malformed, NotFound
from shared.i18n import _
from shared.visibility import visible_to


def requests_visible_to(caller: Caller) -> Select[tuple[SupportRequest]]:
    return select(SupportRequest).where(visible_to(caller, SupportRequest))


async def get_visible_request(session: AsyncSession, caller: Caller, request_id: UUID, *, lock: bool = False) -> SupportRequest:
    """One request. Raises NotFound."""
    statement = requests_visible_to(caller).where(SupportRequest.id == request_id)
    request = await session.scalar(statement.with_for_update() if lock else statement)
    if request is None:
        raise NotFound()
    return request


async def named_request(session: AsyncSession, caller: Caller, request_id: UUID) -> SupportRequest:
    """The request that a body names. Raises Malformed."""
    request = await session.scalar(requests_visible_to(caller).where(SupportRequest.id == request_id))
    if request is None:
        raise Malformed.field("request_id", _("There is no support request with this identifier that you may see."))
    return request
