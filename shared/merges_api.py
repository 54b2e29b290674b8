"""What a merge of two persons moves in one service, before and after it: numbers by kind of record, for whoever may decide on the merge.

The registry keeps the merges and knows who may see the two files; a service asks it with the caller's own token.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from shared.auth import ALLOWED, Caller, CallerDep, Permission, allows
from shared.clients import ask
from shared.db import SessionDep
from shared.errors import NotFound, Refusal, problems
from shared.i18n import _
from shared.idempotency import Router
from shared.persons import MergedRows, MergeInService, told_of, tried


def can_follow_merges(caller: Caller) -> Permission:
    """Those who keep files and merge them."""
    if caller.has_role("regional-administrator", "facility-hr-officer"):
        return ALLOWED
    return Refusal("merges-are-hr", _("Only those who keep the files of persons merge them."))


def merges_router() -> Router:
    """The routes of a service that hears of merges."""
    router = Router(prefix="/merges", tags=["merges"])

    @router.get("/tried", response_model=list[MergedRows], dependencies=[allows(can_follow_merges)], responses=problems(403, 404, 422, 503))
    async def try_merge(
        caller: CallerDep,
        session: SessionDep,
        old_id: Annotated[UUID, Query(description="The person whose record would be retired.")],
        id: Annotated[UUID, Query(description="The person whose record would stay.")],  # noqa: A002  the word of the ledger
    ) -> list[MergedRows]:
        """What would move here if the two persons were one, and what a constraint would refuse; nothing is changed."""
        for person in (old_id, id):
            await _seen(caller, f"/api/v1/registry/persons/{person}")
        return await tried(session, [(old_id, id)])

    @router.get("/{merge_id}", response_model=MergeInService, dependencies=[allows(can_follow_merges)], responses=problems(403, 404, 503))
    async def read_merge(merge_id: UUID, caller: CallerDep, session: SessionDep) -> MergeInService:
        """How far this service is with a merge: what moved, what refused to, and what was written since."""
        await _seen(caller, f"/api/v1/registry/merges/{merge_id}")
        return await told_of(session, merge_id)

    return router


async def _seen(caller: Caller, path: str) -> Any:
    """Raises NotFound when the registry does not show it to the caller."""
    found = await ask(caller, "GET", path)
    if found is None:
        raise NotFound()
    return found
