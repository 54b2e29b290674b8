"""A record may carry the external reference of the authority that creates it; saying the same again changes nothing."""

import hashlib
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.visibility import authority_of
from shared.auth import Caller
from shared.errors import Forbidden, Refusal, Refused, refuse_when
from shared.i18n import _

Model = TypeVar("Model")

# A colleague of the same authority may have used it for what the caller does not see.
for constraint in ("person_reference_is_unique", "post_reference_is_unique", "assignment_reference_is_unique", "qualification_reference_is_unique"):
    refuse_when(
        constraint,
        "reference-taken",
        _("This reference already names another record of your authority."),
        possible=_("Choose another reference, or send exactly the same content."),
    )


def hash_of(body: BaseModel) -> bytes:
    """Fingerprint of what was said, to tell a repetition from another record under the same reference."""
    return hashlib.sha256(orjson.dumps(body.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)).digest()


def acting_for(caller: Caller) -> tuple[str, str]:
    """Authority path and authority code for which the caller enters what belongs to no facility. Raises Forbidden without a relation."""
    if not caller.scope:
        raise Forbidden(Refusal("no-relation", _("You have no relation with an authority or a facility today.")))
    return caller.scope[0], (caller.territories[0] if caller.territories else authority_of(caller.scope[0]))


async def by_reference(session: AsyncSession, model: type[Model], *, owner: str, reference: str | None, body: BaseModel) -> Model | None:
    """What this reference names already. Raises Refused when it names something else."""
    if reference is None:
        return None
    row: Any = model
    found: Any = await session.scalar(select(model).where(row.reference_owner == owner, row.reference == reference).limit(1))
    if found is not None and found.content_hash != hash_of(body):
        raise Refused(
            "reference-taken",
            _("The reference {reference} already names another record."),
            possible=_("Choose another reference, or send exactly the same content."),
            reference=reference,
        )
    return found  # type: ignore[no-any-return]
