"""Units of a facility as forms and filters offer them: in the order of the tree, each set in below the one above."""

from typing import Any

from services.portal.clients import Refusal
from services.portal.visit import Visit

TREE = "/api/v1/registry/units/tree"


async def tree_of(visit: Visit, facility: str, as_of: str = "") -> dict[str, Any] | None:
    """The units of a facility on a day, with the names of all; None for a facility that does not exist then."""
    try:
        found: dict[str, Any] | None = await visit.api.get_or_none(TREE, facility=facility, as_of=as_of)
    except Refusal as refusal:
        if refusal.status == 422:
            return None
        raise
    return found and found | {"names": {unit["id"]: unit["name"] for unit in found["units"]}}


def offered(tree: dict[str, Any] | None, *, but: str = "") -> list[tuple[str, str]]:
    """What a form offers; without a unit and what hangs below it when one is named."""
    choices, left_out = [], {but}
    for unit in (tree or {}).get("units", []):
        if unit["id"] in left_out or unit["parent_id"] in left_out:
            left_out.add(unit["id"])
            continue
        choices.append((unit["id"], "\u2003" * unit["depth"] + unit["name"]))
    return choices


async def units_offered(visit: Visit, facility: str) -> list[tuple[str, str]]:
    return offered(await tree_of(visit, facility)) if facility else []
