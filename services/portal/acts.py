"""An act on a record has a page of its own: its form, why it is closed, and what a service refused with what was typed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.forms import send
from services.portal.visit import Pages, Visit


@dataclass(frozen=True)
class Act:
    """Where an act is sent, and the fields of its form. A number may be typed with a comma; an empty field of `emptied` says that there is none."""

    route: str
    fields: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()

    def body(self, visit: Visit) -> dict[str, Any]:
        return body_of(visit, self.fields, self.numbers)


def body_of(visit: Visit, fields: tuple[str, ...], numbers: tuple[str, ...] = ()) -> dict[str, Any]:
    """What was typed, with the day on which it was done for those who may enter the past."""
    return {name: visit.field(name).replace(",", ".") if name in numbers else visit.field(name) for name in (*fields, "done_on")}


def add_acts(pages: Pages, path: str, api: str, acts: Mapping[str, Act], draw: Callable[..., Awaitable[Response]]) -> None:
    """`/posts/{id}` gets `/posts/{id}/freeze`, drawn by `draw(visit, "freeze", status=…, problem=…, errors=…)` and sent to `{api}/{id}/freezing`."""
    for name, act in acts.items():
        _add_act(pages, path, api, name, act, draw)


def _add_act(pages: Pages, path: str, api: str, name: str, act: Act, draw: Callable[..., Awaitable[Response]]) -> None:
    async def show(visit: Visit) -> Response:
        return await draw(visit, name)

    async def do(visit: Visit) -> Response:
        async def again(**shown: Any) -> Response:
            return await draw(visit, name, **shown)

        record = visit.path("id")
        answer = await send(visit, f"{api}/{segment(record)}/{act.route}", act.body(visit), again, emptied=act.emptied)
        return answer if isinstance(answer, Response) else visit.go(path.replace("{id}", segment(record)), done=name)

    pages.get(f"{path}/{name}")(show)
    pages.post(f"{path}/{name}")(do)
