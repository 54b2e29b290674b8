"""Sending a form's act to a service, and showing the form again with what was typed when the service says no."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.visit import Visit

Again = Callable[..., Awaitable[Response]]


async def send(visit: Visit, path: str, body: dict[str, Any], again: Again, *, method: Literal["POST", "PUT"] = "POST") -> Any | Response:
    """The service's answer; or the form's page once more, with the refusal in a box or each wrong field named.

    `again(status=…, problem=…, errors=…)` draws the form's page. Sent twice, the same form acts once.
    """
    filled = {name: value for name, value in body.items() if value not in (None, "")}
    try:
        return await visit.api.put(path, filled) if method == "PUT" else await visit.api.post(path, filled, once=visit.field("once"))
    except Refusal as refusal:
        if refusal.status == 422 and refusal.fields:
            return await again(status=422, errors=refusal.fields)
        if refusal.status in (403, 409, 422):
            return await again(status=refusal.status, problem=refusal.problem)
        raise


def whole_number(text: str) -> int | str:
    """A number typed by hand; what is not one is sent as typed, so that the service names the field."""
    digits = text.replace(" ", "").replace("\u202f", "").replace(".", "")
    return int(digits) if digits.isdigit() else text


def actions_of(thing: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the service says may be done next, by act."""
    return {action["act"]: action for action in thing.get("available_actions") or []}


def may(thing: dict[str, Any], act: str) -> bool:
    return bool(actions_of(thing).get(act, {}).get("allowed"))
