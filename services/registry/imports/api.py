"""Imports over HTTP: send a file, read the report, confirm the good rows."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Form, Response, UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.imports.columns import KINDS_OF_IMPORT
from services.registry.imports.models import Import
from services.registry.imports.permissions import can_import, can_import_kind
from services.registry.imports.queries import all_findings, findings_of, get_visible_import, imports_visible_to
from services.registry.imports.schemas import FindingRead, ImportKind, ImportRead
from services.registry.imports.use_cases import check_file, confirm_import
from shared.actions import action
from shared.auth import Caller, CallerDep, allows, require
from shared.db import SessionDep
from shared.errors import Refusal, problems
from shared.files import store
from shared.i18n import _, current_language, translate
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/imports", tags=["imports"], dependencies=[allows(can_import)])

ACCEPTED = frozenset({"csv", "xlsx"})
SHOWN = 200
# A spreadsheet would run a cell that begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|")


@router.post("", status_code=201, response_model=ImportRead, responses=problems(401, 403, 413, 422))
async def create_import(kind: Annotated[ImportKind, Form()], file: UploadFile, caller: CallerDep, session: SessionDep) -> ImportRead:
    """Check a CSV or XLSX file. Nothing is written before the confirmation."""
    require(can_import_kind(caller, kind))
    name = file.filename or ""
    stored = await store(chunks_of(file), name, allowed=ACCEPTED)
    return await shown(session, caller, await check_file(session, caller=caller, kind=kind, file=stored, file_name=name))


@router.get("", response_model=Page[ImportRead], responses=problems(401, 403))
async def list_imports(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[ImportRead]:
    """Imports of one's authority or facility, without their reports, oldest first."""
    found = await keyset_page(session, imports_visible_to(caller), keys=[Import.created_at, Import.id], params=page)
    return Page(items=[ImportRead.model_validate(one).model_copy(update={"report_is_complete": False}) for one in found.items], next=found.next)


@router.get("/templates/{kind}.csv", responses=problems(401, 403), response_class=Response)
async def read_template(kind: ImportKind) -> Response:
    """An empty file with the headings of a kind."""
    return csv_answer(f"{kind}.csv", [[column.name for column in KINDS_OF_IMPORT[kind].columns]])


@router.get("/{import_id}", response_model=ImportRead, responses=problems(401, 403, 404))
async def read_import(import_id: UUID, caller: CallerDep, session: SessionDep) -> ImportRead:
    """What the check found."""
    return await shown(session, caller, await get_visible_import(session, caller, import_id))


@router.get("/{import_id}/errors.csv", responses=problems(401, 403, 404), response_class=Response)
async def read_errors(import_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
    """Every finding, to be opened in a spreadsheet beside the file."""
    await get_visible_import(session, caller, import_id)
    language = current_language.get()
    heading = [translate(word, language) for word in (_("row"), _("state"), _("column"), _("reason"))]
    lines = [[str(f.row), f.state, f.column or "", f.reason] async for f in all_findings(session, import_id, language)]
    return csv_answer("errors.csv", [heading, *lines])


@router.post("/{import_id}/confirmation", status_code=201, response_model=ImportRead, responses=problems(401, 403, 404, 409))
async def create_confirmation(import_id: UUID, caller: CallerDep, session: SessionDep) -> ImportRead:
    """Write the good rows, all or none; confirming twice writes once."""
    return await shown(session, caller, await confirm_import(session, caller=caller, import_id=import_id))


async def shown(session: AsyncSession, caller: Caller, one: Import) -> ImportRead:
    found = await findings_of(session, one.id, current_language.get(), most=SHOWN)
    permission = can_import_kind(caller, one.kind)
    if permission is True and one.state == "confirmed":
        permission = Refusal("already-confirmed", _("The good rows were written already."))
    elif permission is True and one.good == 0:
        permission = Refusal("nothing-to-import", _("No line of this file is good, so there is nothing to write."))
    return ImportRead.model_validate(one).model_copy(
        update={
            "report": [FindingRead.model_validate(finding) for finding in found],
            "report_is_complete": len({finding.row for finding in found}) < SHOWN,
            "available_actions": [action("confirm", permission)],
        }
    )


async def chunks_of(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(1 << 20):
        yield chunk


def csv_answer(name: str, lines: list[list[str]]) -> Response:
    """A CSV file that Excel opens with its accents (hence the mark) and that runs nothing."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(cell) for cell in line] for line in lines)
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell
