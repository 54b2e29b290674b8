"""Extracts over HTTP: `GET /api/v1/registry/extracts/<list>`, one JSON object a line; and the dictionary of their fields."""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.exports.models import Export
from services.registry.extracts.changes import Since, since, token_now
from services.registry.extracts.dictionary import EXTRACTS, Extract
from services.registry.extracts.fields import Field
from services.registry.extracts.permissions import EXTRACT, can_extract, can_extract_names
from services.registry.extracts.pseudonyms import require_a_secret, use_pseudonyms_of
from services.registry.extracts.rows import GONE, Asked, lines_of
from shared.auth import CallerDep, allows, public_route, require
from shared.clock import now
from shared.db import SessionDep
from shared.errors import Forbidden, Malformed, Refusal, problems
from shared.exports.models import kept_in
from shared.exports.routes import ExportMade, Streamed, streamed
from shared.exports.rows import copied
from shared.i18n import _, translate
from shared.idempotency import Router
from shared.ids import uuid7

router = Router(prefix="/extracts", tags=["extracts"])

Name = Literal["persons", "posts", "assignments", "facilities", "occupations"]
MEDIA, TOKEN = "application/x-ndjson", "Changes-Token"
COMPRESSED_AT = 4
"""Of nine: a line repeats its names, so that more effort saves little."""
_keep = kept_in(Export)


class FieldRead(BaseModel):
    """A field of a line."""

    name: str
    type: Literal["uuid", "text", "boolean", "integer", "number", "date", "instant", "object", "list"]
    nullable: bool
    field_class: Literal["public", "directory", "hr"]
    unit: str | None
    values: list[str]
    pseudonymised: Literal["same", "replaced", "left_out"]
    source: str
    meaning: str
    fields: list["FieldRead"] = []


class ExtractRead(BaseModel):
    """A kind of line: what it is, by which field it is replaced, and its fields."""

    name: str
    about: str
    key: str
    personal: bool
    fields: list[FieldRead]


class Dictionary(BaseModel):
    """What every field of every extract says."""

    extracts: list[ExtractRead]
    gone: str


@router.get("/dictionary", response_model=Dictionary, dependencies=[Depends(public_route)])
async def read_dictionary() -> Dictionary:
    """What each field of an extract says: its meaning in the language of the request, class, unit, closed list of values, the column it is read from, and what pseudonymising does to it."""
    told = _("A line of changes with “gone”: true says that nothing of the thing is left, or is open to the program.")
    return Dictionary(extracts=[_extract(extract) for extract in EXTRACTS.values()], gone=f"{GONE}: {translate(told)}")


@router.get(
    "/{name}",
    response_class=StreamingResponse,
    dependencies=[allows(can_extract)],
    responses={
        200: {
            "content": {MEDIA: {"schema": {"type": "string", "format": "binary"}}},
            "description": "One JSON object a line. A file that breaks off is not whole: its last piece is missing and the connection says so.",
            "headers": {TOKEN: {"schema": {"type": "string"}, "description": "The changes_since of the next extract."}},
        },
        **problems(401, 403, 409, 422),
    },
    openapi_extra={"security": [{"token": [EXTRACT]}]},
)
async def take_extract(
    name: Name,
    request: Request,
    caller: CallerDep,
    session: SessionDep,
    as_of: Annotated[date | None, Query(description="Only what is true and counts on that day; every period when not said.")] = None,
    known_at: Annotated[datetime | None, Query(description="As it was known at that instant, with its offset from UTC.")] = None,
    changes_since: Annotated[
        str | None, Query(max_length=300, description="Only what changed since the extract that gave this token; each thing that did is told whole again.")
    ] = None,
    pseudonymised: Annotated[bool, Query(description="Pseudonyms of this program instead of identifiers, and no name; false needs registry.read.")] = True,
    accept_encoding: Annotated[str, Header(include_in_schema=False)] = "",
) -> Streamed:
    """Everything of one list that the program's territory opens, streamed as NDJSON, gzip when asked. Needs registry.extract; who took it is kept."""
    extract = EXTRACTS[name]
    if extract.personal and not pseudonymised:
        require(can_extract_names(caller))
    if not caller.scope:
        raise Forbidden(Refusal("extract-without-territory", _("This client was given no territory.")))
    if extract.personal and pseudonymised:
        require_a_secret()
    of = f"{name} {'pseudonymised' if pseudonymised else 'named'}"
    asked = Asked(as_of, _instant(extract, known_at), await _since(session, caller, of, changes_since, alone=as_of is None and known_at is None), pseudonymised)
    if as_of is not None and not extract.dated:
        raise Malformed.field("as_of", _("These lines have no dates."))
    made = ExportMade(
        uuid7(), f"extract of {name}", "ndjson", {key: value for key, value in request.query_params.items() if value and key != "changes_since"} | _how(asked), 0, now()
    )
    await _keep(session, caller, made)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{made.at:%Y%m%dT%H%M%SZ}.ndjson"', TOKEN: await token_now(session, caller, of), "Vary": "Accept-Encoding"}

    async def write(its_session: AsyncSession) -> AsyncGenerator[bytes]:
        if extract.personal and pseudonymised:
            await use_pseudonyms_of(its_session, caller.client_id)
        async with aclosing(copied(its_session, lines_of(extract, caller, asked), is_json=True)) as pieces:
            async for piece in pieces:
                yield piece

    lines = streamed(caller, write)
    if "gzip" in accept_encoding:
        return Streamed(_compressed(lines), media_type=f"{MEDIA}; charset=utf-8", headers=headers | {"Content-Encoding": "gzip"})
    return Streamed(lines, media_type=f"{MEDIA}; charset=utf-8", headers=headers)


async def _compressed(pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """In a thread: meanwhile the process answers others."""
    compressor = zlib.compressobj(COMPRESSED_AT, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    async with aclosing(pieces):
        async for piece in pieces:
            if made := await asyncio.to_thread(compressor.compress, piece):
                yield made
    yield compressor.flush()


async def _since(session: AsyncSession, caller: CallerDep, of: str, token: str | None, *, alone: bool) -> Since | None:
    if token is None:
        return None
    if not alone:
        raise Malformed.field("changes_since", _("Changes are told as they are known now: ask for them without as_of and known_at."))
    return await since(session, caller, of, token)


def _instant(extract: Extract, known_at: datetime | None) -> datetime | None:
    """Raises Malformed for an instant without its offset, and where nothing is known of earlier beliefs."""
    if known_at is None:
        return None
    if known_at.tzinfo is None:
        raise Malformed.field("known_at", _("Write an instant with its offset from UTC."))
    if extract.name in ("facilities", "occupations"):
        raise Malformed.field("known_at", _("Of this list no earlier knowledge is kept."))
    return known_at


def _how(asked: Asked) -> dict[str, str]:
    return {"pseudonymised": str(asked.pseudonymised).lower()} | ({"changes": "true"} if asked.since else {})


def _extract(extract: Extract) -> ExtractRead:
    return ExtractRead(name=extract.name, about=translate(extract.about), key=extract.key, personal=extract.personal, fields=[_field(field) for field in extract.fields])


def _field(field: Field) -> FieldRead:
    return FieldRead.model_validate(
        {
            "name": field.name,
            "type": field.type_name,
            "nullable": field.is_nullable,
            "field_class": field.field_class,
            "unit": translate(field.unit) if field.unit else None,
            "values": list(field.allowed),
            "pseudonymised": field.pseudonymised,
            "source": field.read_from,
            "meaning": translate(field.meaning),
            "fields": [_field(member) for member in field.members],
        }
    )
