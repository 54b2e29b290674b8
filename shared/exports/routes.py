"""The routes of a service's exports: one line for each list."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from anyio import CancelScope
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Send

from shared.auth import Caller, CallerDep, Permission, allows
from shared.clock import now, today, zone
from shared.db import SessionDep, database
from shared.errors import Forbidden, Refusal, problems
from shared.exports.files import PRINTED, Head, as_csv, as_ndjson, as_pdf, write_xlsx
from shared.exports.pages import PagedRows
from shared.exports.rows import Column, Rows, Written
from shared.files import open_once, pieces_of
from shared.i18n import _, translate
from shared.ids import uuid7
from shared.pagination import Page, PageParams

Format = Literal["csv", "xlsx", "pdf", "ndjson"]
FORMATS: dict[Format, str] = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
AT_ONCE = 4
"""How many files of one process are written at a time: each holds a connection of the pool; the next ones wait."""
LONGEST_MINUTES = 15
SORTED_IN = "64MB"
MOST_TICKED = 200
HOW = frozenset({"format", "id", "head"})
FILTERS = {
    "area": _("Area"),
    "as_of": _("On the day"),
    "authority": _("Managing authority"),
    "facility": _("Facility"),
    "from": _("Not ended before"),
    "occupation": _("Occupation"),
    "person": _("Person"),
    "post": _("Post"),
    "q": _("Search"),
    "search": _("Search"),
    "sort": _("In the order of"),
    "state": _("State"),
    "status": _("State"),
    "supervisor": _("Technical supervisor"),
    "to": _("Begun by"),
    "type": _("Kind"),
}


@dataclass(frozen=True)
class ExportMade:
    """Which list left the system, by which filters, as what."""

    id: UUID
    list: str
    format: Format
    filters: dict[str, str]
    ticked: int
    at: datetime


def _accepted(accept: str) -> Format:
    """The kind of file that a program says it takes; CSV when it says nothing of the kind."""
    for kind, media in FORMATS.items():
        if media in accept:
            return kind
    return "csv"


@dataclass(frozen=True)
class How:
    """As what a list is taken, and how much of it."""

    format: Format
    ids: Sequence[UUID]
    head: bool


def _how(
    file_format: Annotated[Format | None, Query(alias="format", description="The kind of file; else as `Accept` says, else CSV.")] = None,
    ids: Annotated[list[UUID] | None, Query(alias="id", max_length=MOST_TICKED, description="Only these rows of the list.")] = None,
    head: Annotated[bool, Query(description="Without it a CSV or NDJSON file holds the rows alone.")] = True,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> How:
    return How(file_format or _accepted(accept or ""), ids or (), head)


_OF_REQUEST = frozenset({"caller", "session", "page"})


Keep = Callable[[AsyncSession, Caller, ExportMade], Awaitable[None]]
_slots = asyncio.Semaphore(AT_ONCE)


class Exports:
    """The exports of one service, under the router's own address. `kept` writes down each one, before anything of it leaves."""

    def __init__(self, router: APIRouter, *, kept: Keep) -> None:
        self._router, self._kept = router, kept

    def add(self, name: str, rows: Callable[..., Any], *, title: str, allowed: Callable[[Caller], Permission]) -> None:
        """`GET …/<name>`: `rows` is a dependency that takes the filters of the list and gives its Rows."""

        async def export(request: Request, caller: CallerDep, session: SessionDep, found: Annotated[Rows, Depends(rows)], how: Annotated[How, Depends(_how)]) -> Response:
            return await self._export(request, caller, session, name, found, how, title)

        self._route(name, export, allowed)

    def add_list(self, name: str, route: Callable[..., Awaitable[Page[Any]]], *columns: Column, read: type[BaseModel], title: str, allowed: Callable[[Caller], Permission]) -> None:
        """`GET …/<name>`: the same filters as the list's own route, which is asked page by page."""
        filters = [parameter for parameter in signature(route).parameters.values() if parameter.name not in _OF_REQUEST]

        async def export(incoming: Request, caller: Caller, session: AsyncSession, how: How, **asked: Any) -> Response:
            await route(caller=caller, session=session, page=PageParams(1, None), **asked)  # what the list refuses is refused before the file begins
            found = PagedRows(lambda its_session, page: route(caller=caller, session=its_session, page=page, **asked), read, columns)
            return await self._export(incoming, caller, session, name, found, how, title)

        own = {"incoming": Request, "caller": CallerDep, "session": SessionDep, "how": Annotated[How, Depends(_how)]}
        export.__signature__ = Signature(  # type: ignore[attr-defined]  # what FastAPI reads: the filters are those of the list
            [Parameter(each, Parameter.KEYWORD_ONLY, annotation=kind) for each, kind in own.items()] + [each.replace(kind=Parameter.KEYWORD_ONLY) for each in filters],
            return_annotation=Response,
        )
        self._route(name, export, allowed)

    async def _export(self, request: Request, caller: Caller, session: AsyncSession, name: str, found: Written, how: How, title: str) -> Response:
        if not caller.scope:
            raise Forbidden(Refusal("export-without-relation", _("A list is exported by those who work for an authority or a facility.")))
        asked = {key: value for key, value in request.query_params.items() if key not in HOW and value}
        made = ExportMade(uuid7(), name, how.format, asked, len(how.ids), now())
        await self._kept(session, caller, made)
        return await _answer(session, caller, made, found.only(how.ids), translate(title), with_head=how.head)

    def _route(self, name: str, export: Callable[..., Awaitable[Response]], allowed: Callable[[Caller], Permission]) -> None:
        export.__doc__ = f"The list of {name} as a file, exactly as filtered: CSV or NDJSON streamed, XLSX, or PDF up to {PRINTED} lines. Who took it is kept."
        content: dict[str, Any] = {media: {"schema": {"type": "string", "format": "binary"}} for media in FORMATS.values()}
        self._router.add_api_route(
            f"/{name}",
            export,
            methods=["GET"],
            name=f"export_{name}",
            response_class=Response,
            responses={200: {"content": content, "description": "The file."}, **problems(401, 403, 404, 409, 422)},
            dependencies=[allows(allowed)],
        )


async def _answer(session: AsyncSession, caller: Caller, made: ExportMade, rows: Written, title: str, *, with_head: bool) -> Response:
    head = Head(title, _lines(caller, made))
    headers = {"Content-Disposition": f'attachment; filename="{made.list}-{today().isoformat()}.{made.format}"'}
    media = FORMATS[made.format]
    if made.format == "pdf":
        async with _slots:
            return Response(await as_pdf(session, rows, head), media_type=media, headers=headers)
    if made.format == "xlsx":
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            path = Path(folder) / "list.xlsx"
            async with _slots:
                await _take_time(session)
                await write_xlsx(session, rows, head, path)
            size, file = path.stat().st_size, open_once(path)
        return Streamed(pieces_of(file), media_type=media, headers=headers | {"Content-Length": str(size)})
    write = as_csv if made.format == "csv" else as_ndjson
    return Streamed(streamed(caller, lambda its_session: write(its_session, rows, head if with_head else None)), media_type=f"{media}; charset=utf-8", headers=headers)


class Streamed(StreamingResponse):
    """An answer whose source is closed when its reader goes away, not when somebody tidies up."""

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            with CancelScope(shield=True):
                await self.body_iterator.aclose()  # type: ignore[attr-defined]  # ours are generators


async def streamed(caller: Caller, write: Callable[[AsyncSession], AsyncGenerator[bytes]]) -> AsyncGenerator[bytes]:
    """In a transaction of its own, as the caller: that of the request, with its record, is committed by now."""
    async with _slots, database.session("app", caller) as session:
        await _take_time(session)
        async with aclosing(write(session)) as pieces:
            async for piece in pieces:
                yield piece


async def _take_time(session: AsyncSession) -> None:
    """A list of a whole country takes longer than any page may, and is sorted in memory."""
    await session.execute(text(f"SELECT set_config('statement_timeout', '{LONGEST_MINUTES}min', true), set_config('work_mem', '{SORTED_IN}', true)"))


def _lines(caller: Caller, made: ExportMade) -> list[tuple[str, str]]:
    """Filter, day and author. The author is an account: a name would travel with every copy."""
    lines = [(translate(FILTERS.get(name, name)), value) for name, value in made.filters.items()] or [(translate(_("Filter")), translate(_("none")))]
    if made.ticked:
        lines.append((translate(_("Ticked rows")), str(made.ticked)))
    counted_in = zone()
    return [
        *lines,
        (translate(_("Made on")), f"{today().isoformat()} {made.at.astimezone(counted_in):%H:%M} ({counted_in.key})"),
        (translate(_("Account")), caller.account),
        (translate(_("Number of the export")), str(made.id)),
    ]
