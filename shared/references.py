"""A thing that people create may carry an external reference, unique in an authority, so that files and stories can be replayed for ever.

Saying the same again gives the same thing; saying something else under a known reference is refused.
"""

import hashlib
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule

Model = TypeVar("Model")

CHOOSE_ANOTHER = _("Choose another reference, or send exactly the same content.")


def hash_of(body: BaseModel) -> bytes:
    """Fingerprint of what was said, to tell a repetition from another record under the same reference."""
    return hashlib.sha256(orjson.dumps(body.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)).digest()


async def named_already(session: AsyncSession, named: Select[tuple[Model]], *, reference: str | None, body: BaseModel) -> Model | None:
    """What `named` finds, when the body says the same again. Raises Refused when the reference names something else."""
    if reference is None:
        return None
    found: Any = await session.scalar(named.limit(1))
    if found is not None and found.content_hash != hash_of(body):
        raise Refused(
            "reference-taken",
            _("The reference {reference} already names another record."),
            rule=Rule("REFERENCE", reference, "unique in an authority", "Relais rule book (a reference names one thing for ever)"),
            possible=CHOOSE_ANOTHER,
            reference=reference,
        )
    return found  # type: ignore[no-any-return]
