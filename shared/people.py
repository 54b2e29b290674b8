"""Names, which the registry alone keeps: asked for when a person who may read them tells them to somebody."""

from collections.abc import Sequence
from uuid import UUID

from shared.auth import Caller
from shared.clients import ask
from shared.errors import Unavailable
from shared.i18n import _

MOST_NAMES = 200


async def names_of(caller: Caller, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of these people as the caller reads them in the registry. Raises Unavailable when one is missing."""
    names: dict[UUID, str] = {}
    for start in range(0, len(person_ids), MOST_NAMES):
        answer = await ask(caller, "POST", "/api/v1/registry/persons/lookup", json={"ids": [str(person_id) for person_id in person_ids[start : start + MOST_NAMES]]})
        names |= {UUID(item["id"]): item["name"] for item in (answer or {"items": []})["items"]}
    if len(names) < len(set(person_ids)):
        raise Unavailable(_("The registry does not tell the names of all these people now. Nothing was changed; please try again."))
    return names
