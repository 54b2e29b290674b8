"""What may be done next with a record, told by the very functions that refuse."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from shared.auth import Permission, require
from shared.errors import Problem
from shared.i18n import translate


class Action(BaseModel):
    """One act: whether it is open to this caller now, and if not, why, by which rule, and what would open it."""

    act: str
    allowed: bool
    reason: str | None = None
    rule: dict[str, Any] | None = None
    possible: str | None = None


def action(act: str, permission: Permission, *guards: Callable[[], object]) -> Action:
    """Ask the permission, then each guard; the first that refuses gives the reason."""
    try:
        require(permission)
        for guard in guards:
            guard()
    except Problem as refused:
        return Action(
            act=act,
            allowed=False,
            reason=translate(refused.detail, **refused.values),
            rule=refused.rule.as_json() if refused.rule else None,
            possible=translate(refused.possible, **refused.values) if refused.possible else None,
        )
    return Action(act=act, allowed=True)
