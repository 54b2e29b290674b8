"""Sending a form's act to a service, and showing the form again with what was typed when the service says no."""

import re
from collections.abc import Awaitable, Callable, Collection
from datetime import date
from typing import Any, Literal

from babel.numbers import get_currency_precision
from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.texts import _, gettext
from services.portal.visit import Visit
from shared.jurisdictions import here

REGISTRY = "/api/v1/registry"
Again = Callable[..., Awaitable[Response]]


async def send(visit: Visit, path: str, body: dict[str, Any], again: Again, *, method: Literal["POST", "PUT"] = "POST", emptied: Collection[str] = ()) -> Any | Response:
    """The service's answer; or the form's page once more, with the refusal in a box or each wrong field named.

    `again(status=…, problem=…, errors=…)` draws the form's page. Sent twice, the same form acts once. What is left empty is
    not said, but for the fields of `emptied`: there it says that there is none.
    """
    filled = {name: value for name, value in body.items() if value not in (None, "")}
    filled |= {name: None for name in emptied if name in body and name not in filled}
    try:
        return await visit.api.put(path, filled) if method == "PUT" else await visit.api.post(path, filled, once=visit.field("once"))
    except Refusal as refusal:
        if refusal.status == 422 and refusal.fields:
            return await again(status=422, errors=refusal.fields)
        if refusal.status in (403, 409, 422):
            return await again(status=refusal.status, problem=refusal.problem)
        raise


async def search_people(visit: Visit, again: Again, *, most: int = 20, shown_as: str = "found") -> Response:
    """The page once more, with those of the register whom the typed words name: a name is asked in a body, never in an address."""
    if not visit.field("q"):
        return await again(status=422, errors={"q": gettext(_("Type at least one word of the name."))})
    answer = await visit.api.post(f"{REGISTRY}/persons/search", {"q": visit.field("q"), "limit": most})
    return await again(**{shown_as: answer["items"]})


async def enter_person(visit: Visit, purpose: str, again: Again) -> Any | Response:
    """A person nobody entered before, for one purpose, as the form's `name`, `birth` and `sex` say; or the page once more."""
    born = day_typed(visit.field("birth"))
    if born is None:
        return await again(status=422, errors={"birth": gettext(_("Write the birth as dd/mm/yyyy."))})
    body = {"names": [{"kind": "legal", "value": visit.field("name")}], "birth_date": born, "sex": visit.field("sex") or "unknown", "purposes": [purpose]}
    return await send(visit, f"{REGISTRY}/persons", body, lambda **shown: again(**named_fields(shown)))


def day_typed(text: str) -> str | None:
    """dd/mm/yyyy or yyyy-mm-dd as an ISO date; None when it is no date."""
    parts = text.replace(".", "/").replace("-", "/").split("/")
    try:
        numbers = [int(part) for part in parts]
        found = date(*numbers) if len(parts[0]) == 4 else date(numbers[2], numbers[1], numbers[0])
    except (ValueError, IndexError, TypeError):
        return None
    return found.isoformat()


def named_fields(shown: dict[str, Any]) -> dict[str, Any]:
    """The service names `names.0.value`; the form's field is `name`."""
    if shown.get("errors"):
        renamed = {"names.0.value": "name", "birth_date": "birth", "birth_year": "birth"}
        shown["errors"] = {renamed.get(path, path): reason for path, reason in shown["errors"].items()}
    return shown


def whole_number(text: str) -> int | str:
    """A number typed by hand; what is not one is sent as typed, so that the service names the field."""
    digits = text.replace(" ", "").replace("\u202f", "").replace(".", "")
    return int(digits) if digits.isdigit() else text


def minor_units(text: str, currency: str | None = None) -> int | str:
    """An amount typed in a currency, or in that of the reader's country, in its smallest unit: `1 250,50` euros are 125050, `20.000.000` đồng as many.

    What is no amount is sent as typed, so that the service names the field.
    """
    decimals = get_currency_precision(currency or here().currency)
    compact = re.sub(r"\s", "", text)
    typed = re.fullmatch(rf"(\d{{1,3}}(?:[.,]?\d{{3}})*|\d+)(?:[.,](\d{{1,{decimals}}}))?", compact) if decimals else re.fullmatch(r"(\d{1,3}(?:[.,]?\d{3})*|\d+)()", compact)
    if typed is None:
        return text
    whole, part = re.sub(r"[.,]", "", typed[1]), typed[2] or ""
    return int(whole + part.ljust(decimals, "0"))


def actions_of(thing: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the service says may be done next, by act."""
    return {action["act"]: action for action in thing.get("available_actions") or []}


def may(thing: dict[str, Any], act: str) -> bool:
    return bool(actions_of(thing).get(act, {}).get("allowed"))
