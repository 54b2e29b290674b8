"""What may be done next, told by the very functions that refuse; and the version that a change must name."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import BaseModel

from shared.auth import Permission, require
from shared.errors import Changed, Problem
from shared.i18n import translate


class Action(BaseModel):
    """One act: whether it is open to this caller now; if not, why, by which rule, and what would open it."""

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
            rule=refused.rule.told() if refused.rule else None,
            possible=translate(refused.possible, **refused.values) if refused.possible else None,
        )
    return Action(act=act, allowed=True)


IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag that was read; a change on an older version is refused.")]


def etag(response: Response, version: int) -> None:
    response.headers["ETag"] = etag_of(version)


def etag_of(version: int) -> str:
    return f'"{version}"'


def require_current(if_match: str | None, version: int) -> None:
    """Raises Changed when the caller read an older version than the one that stands."""
    if if_match is not None and if_match.strip() not in ("*", etag_of(version)):
        raise Changed()
