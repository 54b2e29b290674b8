"""A record may carry the external reference of the authority that creates it; saying the same again changes nothing."""

from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.visibility import authority_of
from shared.auth import Caller
from shared.errors import Forbidden, Refusal, refuse_when
from shared.i18n import _
from shared.references import CHOOSE_ANOTHER, named_already

Model = TypeVar("Model")

# A colleague of the same authority may have used it for what the caller does not see.
for constraint in ("person_reference_is_unique", "post_reference_is_unique", "assignment_reference_is_unique", "qualification_reference_is_unique"):
    refuse_when(
        constraint,
        "reference-taken",
        _("This reference already names another record of your authority."),
        possible=CHOOSE_ANOTHER,
    )


def acting_for(caller: Caller) -> tuple[str, str]:
    """Authority path and authority code for which the caller enters what belongs to no facility. Raises Forbidden without a relation."""
    if not caller.scope:
        raise Forbidden(Refusal("no-relation", _("You have no relation with an authority or a facility today.")))
    return caller.scope[0], (caller.territories[0] if caller.territories else authority_of(caller.scope[0]))


async def by_reference(session: AsyncSession, model: type[Model], *, owner: str, reference: str | None, body: BaseModel) -> Model | None:
    """What this reference names already. Raises Refused when it names something else."""
    row: Any = model
    return await named_already(session, select(model).where(row.reference_owner == owner, row.reference == reference), reference=reference, body=body)
