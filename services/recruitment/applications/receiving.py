"""What a candidate sends from the public site, as a form with its papers: judged, kept while the rest is done, and given back to whoever may read it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid5

import orjson
from fastapi import UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from pydantic import BaseModel, ValidationError

from services.recruitment.applications.models import ApplicationFile
from services.recruitment.applications.papers import discard
from shared.clients import tell_inside
from shared.errors import FieldError, NotFound, Problem
from shared.files import MEDIA_TYPES, PAPERS, StoredFile, store
from shared.imports.wizard import chunks_of

ALLOWED = PAPERS | {"docx", "odt"}
FILE: Any = {200: {"content": {MEDIA_TYPES[kind]: {} for kind in sorted(ALLOWED)}, "description": "The paper as it was handed in"}}
File = UploadFile | None
Form = TypeVar("Form", bound=BaseModel)


def said(form: type[Form], application: str) -> Form:
    """What the candidate says, which stands as JSON beside the papers. Raises RequestValidationError with each field."""
    try:
        return form.model_validate_json(application)
    except ValidationError as error:
        raise RequestValidationError([fault | {"loc": ("body", *fault["loc"])} for fault in error.errors()], body=_as_json(application)) from error


def _as_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


@asynccontextmanager
async def kept(sent: Sequence[tuple[str, UploadFile]]) -> AsyncIterator[list[tuple[str, StoredFile]]]:
    """The papers while the rest is done; of what is refused nothing stays, of one paper neither when another one is refused."""
    found: list[tuple[str, StoredFile]] = []
    try:
        for paper, file in sent:
            try:
                found.append((paper, await store(chunks_of(file), file.filename or "", allowed=ALLOWED)))
            except Problem as refused:  # of several papers the candidate must know which
                reason, values = (refused.fields[0].reason, refused.fields[0].values) if refused.fields else (refused.detail, refused.values)
                refused.fields = (FieldError(paper, reason, values),)
                raise
        yield found
    except BaseException:
        if found:
            await discard([file for _paper, file in found])
        raise


async def entered(key: bytes, path: str, name: str, reached: dict[str, str | None], *, language: str, birth_date: date | None = None) -> UUID:
    """The person who applies, whom the registry enters; the same key is the same person. Raises Problem with the field of the form that the registry refuses."""
    contacts = [{"kind": kind, "value": value} for kind, value in reached.items() if value]
    person = {"id": str(uuid5(UUID(bytes=key[:16]), "candidate")), "authority_path": path, "name": name, "contacts": contacts}
    try:
        told = await tell_inside("registry", "/internal/candidates", person | ({"birth_date": birth_date.isoformat()} if birth_date else {}), language=language)
    except Problem as refused:
        refused.fields = tuple(FieldError(_field_of(fault.path, contacts), fault.reason, fault.values) for fault in refused.fields)
        raise
    return UUID(told["person_id"])


def _field_of(path: str, contacts: Sequence[dict[str, str]]) -> str:
    """`contacts.0.value` of what was told is the e-mail or the phone of the form."""
    parts = path.split(".")
    return contacts[int(parts[1])]["kind"] if parts[0] == "contacts" and len(parts) > 1 else path


def answer_of(file: ApplicationFile) -> FileResponse:
    """A paper as it was handed in. Raises NotFound for one that was destroyed after its time."""
    if file.sha256 is None:
        raise NotFound()
    path = StoredFile(file.sha256, file.size, file.kind).path
    if not path.is_file():
        raise NotFound()
    headers = {"Content-Disposition": f'attachment; filename="{file.paper}.{file.kind}"', "Cache-Control": "private, no-store"}
    return FileResponse(path, media_type=MEDIA_TYPES[file.kind], headers=headers)
