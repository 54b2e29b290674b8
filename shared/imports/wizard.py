"""The wizard: send a file, read the report, confirm the good rows. The same routes in every service."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import Form, Header, Path, Query, Response, UploadFile
from fastapi.responses import StreamingResponse
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.actions import action
from shared.audit import record_audit, record_audits
from shared.auth import ALLOWED, Caller, CallerDep, Permission, allows, require
from shared.clock import now, today
from shared.db import SessionDep, worker_session
from shared.errors import Malformed, NotFound, Refusal, Refused, problems
from shared.files import LARGEST_UNPACKED, StoredFile, open_once, pieces_of, store
from shared.i18n import _, current_language, translate
from shared.idempotency import Router
from shared.ids import uuid7
from shared.imports.checking import check, read_heading
from shared.imports.columns import Kind, Lists
from shared.imports.encodings import Windows
from shared.imports.findings import all_findings, findings_of, told
from shared.imports.jobs import Importing, as_kept, forget_waiting_rows
from shared.imports.mapping import remember, unknown_words
from shared.imports.models import ImportColumns
from shared.imports.reading import Reading
from shared.imports.rows import rows_of
from shared.imports.schemas import ChoiceRead, FindingRead, ImportRead, MeaningsCreate, RowRead, RowState, UnknownWordRead
from shared.imports.sheets import file_of, sheet_of_errors
from shared.imports.templates import closed_lists, plain_heading, template_of
from shared.imports.writing import Writing
from shared.pagination import Page, PageDep, keyset_page, sorted_by
from shared.settings import settings
from shared.visibility import visible_to

ImportT = TypeVar("ImportT", bound=ImportColumns)

ACCEPTED = frozenset({"csv", "ods", "xlsx"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200
AT_ONCE_BYTES = 8 << 20
LARGEST = 500 << 20  # a country's staff in one file
AT_ONCE_ROWS = 25_000
Mode = Literal["add", "update"]
# A spreadsheet would run a cell that begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|")


class Wizard(Generic[ImportT]):
    """The imports of one service: its table and the kinds of file that it understands."""

    def __init__(self, model: type[ImportT], kinds: Sequence[Kind]) -> None:
        self.model: Any = model
        self.kinds = {kind.name: kind for kind in kinds}
        self.router = self._routes()

    # --- who ------------------------------------------------------------------------------------------------------

    def can_import(self, caller: Caller) -> Permission:
        """Whoever may load one of the kinds; the first refusal says why not."""
        permissions = [kind.allowed(caller) for kind in self.kinds.values()]
        return ALLOWED if True in permissions or not permissions else permissions[0]

    def can_import_kind(self, caller: Caller, name: str) -> Permission:
        """Those who keep a register by hand may also load it, each for their own facilities."""
        allowed = self.kinds[name].allowed(caller)
        if allowed is not ALLOWED:
            return allowed
        return ALLOWED if caller.scope else Refusal("no-relation", _("You have no relation with an authority or a facility today."))

    # --- what -----------------------------------------------------------------------------------------------------

    async def check_file(
        self, session: AsyncSession, *, caller: Caller, name: str, file: StoredFile, file_name: str, mode: Mode = "add", encoding: str | None = None, in_background: bool = False
    ) -> ImportT:
        """Read and judge a file; nothing is written in the register before the good lines are confirmed."""
        require(self.can_import_kind(caller, name))
        kind = self.kinds[name]
        if mode == "update" and kind.change is None:
            raise Malformed.field("mode", _("A file of this kind only adds: change what is recorded by hand."))
        reading = await read_heading(session, kind, caller.scope[0], file, encoding)
        checked: ImportT = self.model(
            id=uuid7(),
            kind=name,
            mode=mode,
            file_name=file_name[:200],
            file_sha256=file.sha256,
            encoding=reading.encoding,
            ignored_columns=[],
            authority_path=caller.scope[0],
            shared_with=[],
            created_by=caller.actor,
        )
        session.add(checked)
        await session.flush()
        await self._check(session, caller, checked, reading, in_background=in_background)
        return checked

    async def _check(self, session: AsyncSession, caller: Caller, one: ImportT, reading: Reading, *, in_background: bool) -> None:
        """At once what a request has time for; a larger file is left to the worker."""
        if (in_background or reading.file.path.stat().st_size > AT_ONCE_BYTES) and not reading.asks:
            one.state, one.as_caller, one.questions, one.encoding, one.done, one.tries = "checking", as_kept(caller), None, reading.encoding, 0, 0
            await session.flush()
        else:
            await check(session, caller, self.kinds[one.kind], one, reading)

    async def map_import(self, session: AsyncSession, *, caller: Caller, import_id: UUID, body: MeaningsCreate, in_background: bool = False) -> ImportT:
        """What headings and words mean is remembered for the authority, and the file is judged again."""
        one = await self.get_visible_import(session, caller, import_id, for_update=True)
        require(self.can_import_kind(caller, one.kind))
        must_be_open(one)
        if one.state in ("checking", "writing"):
            raise Refused("import-at-work", _("The worker is at this import. Wait until it is done, or cancel it."))
        kind = self.kinds[one.kind]
        await remember(session, caller, one, kind, await self.lists_of(session, caller, kind), body.columns, body.values)
        reading = await read_heading(session, kind, one.authority_path, file_of(one), body.encoding or one.encoding)
        await self._check(session, caller, one, reading, in_background=in_background)
        return one

    async def lists_of(self, session: AsyncSession, caller: Caller, kind: Kind) -> Lists:
        """By column the codes that it takes, as the reader calls them."""
        return {**closed_lists(kind), **(await kind.lists(session, caller, current_language.get()) if kind.lists else {})}

    async def confirm_import(self, session: AsyncSession, *, caller: Caller, import_id: UUID, in_background: bool = False) -> ImportT:
        """Write the good lines, all or none; very many are left to the worker, batch by batch."""
        checked = await self.get_visible_import(session, caller, import_id, for_update=True)
        require(self.can_import_kind(caller, checked.kind))
        if checked.state in ("confirmed", "writing"):
            return checked
        must_be_open(checked)
        if checked.state == "checking":
            raise Refused("import-at-work", _("The worker is at this import. Wait until it is done, or cancel it."))
        if checked.state == "asking":
            raise not_understood(checked)
        if not checked.good + checked.changed:
            raise Refused("nothing-to-import", _("No line of this file is good, so there is nothing to write."), possible=_("Correct the file by the report and send it again."))
        if in_background or checked.good + checked.changed > AT_ONCE_ROWS:
            checked.state, checked.as_caller, checked.done, checked.total, checked.tries = "writing", as_kept(caller), 0, checked.good + checked.changed, 0
            await record_audit(session, caller, "import.begun", "import", checked.id, after={"kind": checked.kind, "file": checked.file_sha256, "rows": checked.total})
            return checked
        writing = Writing(self.kinds[checked.kind], checked.mode)
        while await writing.write_next(session, caller, checked):
            pass
        await writing.finish(session, caller, checked)
        return checked

    async def cancel_import(self, session: AsyncSession, *, caller: Caller, import_id: UUID) -> ImportT:
        """Whoever may confirm an import may give it up; what the worker has written already stays."""
        one = await self.get_visible_import(session, caller, import_id, for_update=True)
        require(self.can_import_kind(caller, one.kind))
        if one.state == "cancelled":
            return one
        must_be_open(one)
        one.state, one.as_caller, one.questions = "cancelled", None, None
        await forget_waiting_rows(session, one.id)
        await record_audit(session, caller, "import.cancelled", "import", one.id, after={"kind": one.kind, "file": one.file_sha256, "written": one.written})
        return one

    def worker(self) -> Importing:
        """The duty of the service's worker: what is too large for a request."""
        return Importing(self)

    async def forget_old_imports(self) -> None:
        """Files and lines go after some days, with the names they hold; what was reported stays in the counts. What the worker is at waits for it."""
        async with worker_session() as session:
            old = {"before": now() - timedelta(days=settings().import_files_days)}
            await session.execute(_FORGET_ROWS, old)
            await session.execute(_FORGET_QUESTIONS, old)
            files = (await session.execute(_FORGET_FILES, old | {"day": today()})).all()
            # The same file sent again later is kept until that one is old.
            still = set(await session.scalars(_FILES_KEPT, {"files": [row.file_sha256 for row in files]}))
            await record_audits(session, "task:imports", "import.file_deleted", "import", [(row.id, None, {"file": row.file_sha256}) for row in files])
            for sha256 in {row.file_sha256 for row in files} - still:
                await asyncio.to_thread(StoredFile(sha256, 0, "").path.unlink, missing_ok=True)

    async def get_visible_import(self, session: AsyncSession, caller: Caller, import_id: UUID, *, for_update: bool = False) -> ImportT:
        """Raises NotFound for an import of an authority with which the caller has no relation."""
        statement = select(self.model).where(visible_to(caller, self.model), self.model.id == import_id)
        found: ImportT | None = await session.scalar(statement.with_for_update() if for_update else statement)
        if found is None or found.kind not in self.kinds:  # nothing can be said of a file that this version does not understand
            raise NotFound()
        return found

    def listed(self, one: ImportT) -> ImportRead:
        """An import without its report."""
        problem = told(one.failure, current_language.get()) if one.failure else None
        return ImportRead.model_validate(one).model_copy(update={"report_is_complete": False, "problem": problem})

    async def shown(self, session: AsyncSession, caller: Caller, one: ImportT) -> ImportRead:
        """An import with the first rows of its report, and whether it may be confirmed."""
        found = await findings_of(session, one.id, current_language.get(), most=SHOWN)
        permission = self.can_import_kind(caller, one.kind)
        cancellation = permission
        if permission is True and one.state in ("checking", "writing"):
            permission = Refusal("import-at-work", _("The worker is at this import. Wait until it is done, or cancel it."))
        elif permission is True and one.state in ("cancelled", "stopped"):
            permission = Refusal("import-ended", _("This import has ended: nothing of it waits any more."))
        elif permission is True and one.state == "confirmed":
            permission = Refusal("already-confirmed", _("The good rows were written already."))
        elif permission is True and one.state == "asking":
            asked = not_understood(one)
            permission = Refusal(asked.slug, asked.detail)
        elif permission is True and not one.good + one.changed:
            permission = Refusal("nothing-to-import", _("No line of this file is good, so there is nothing to write."))
        unknown = await unknown_words(session, one) if one.state == "checked" else []
        lists = await self.lists_of(session, caller, self.kinds[one.kind]) if unknown else {}
        return ImportRead.model_validate(one).model_copy(
            update={
                "columns": {column.name: plain_heading(column, current_language.get()) for column in self.kinds[one.kind].columns},
                "unknown_words": [UnknownWordRead.model_validate(word) for word in unknown if word.column in lists],
                "lists": {column: [ChoiceRead(code=code, name=said) for code, said in lists[column].items()] for column in {word.column for word in unknown} & lists.keys()},
                "report": [FindingRead.model_validate(finding) for finding in found],
                "report_is_complete": len({finding.row for finding in found}) < SHOWN,
                "available_actions": [action("confirm", permission), action("cancel", cancellation, lambda: must_be_open(one))],
                "problem": told(one.failure, current_language.get()) if one.failure else None,
            }
        )

    # --- over HTTP ------------------------------------------------------------------------------------------------

    def _routes(self) -> Router:
        router = Router(prefix="/imports", tags=["imports"], dependencies=[allows(self.can_import)])
        known: dict[str, Any] = {"enum": sorted(self.kinds)}

        @router.post("", status_code=201, response_model=ImportRead, responses=problems(401, 403, 413, 422))
        async def create_import(
            kind: Annotated[str, Form(json_schema_extra=known)],
            file: UploadFile,
            caller: CallerDep,
            session: SessionDep,
            prefer: Annotated[str, Header(description="`respond-async`: the worker checks the file, however small it is.")] = "",
            mode: Annotated[Mode, Form(description="`add`: what is recorded stays as it is; `update`: a filled cell that says something else changes it.")] = "add",
            encoding: Annotated[Windows | None, Form(description="Of a text file that is neither UTF-8 nor UTF-16; it is asked where the file does not tell it.")] = None,
        ) -> ImportRead:
            """Check a CSV, XLSX or ODS file. Nothing is written before the confirmation."""
            require(self.can_import_kind(caller, self._known(kind)))
            name = file.filename or ""
            stored = await store(chunks_of(file), name, allowed=ACCEPTED, largest=LARGEST, largest_unpacked=LARGEST_UNPACKED)
            in_background = wants_async(prefer)
            return await self.shown(
                session, caller, await self.check_file(session, caller=caller, name=kind, file=stored, file_name=name, mode=mode, encoding=encoding, in_background=in_background)
            )

        @router.get("", response_model=Page[ImportRead], responses=problems(401, 403))
        async def list_imports(
            caller: CallerDep,
            session: SessionDep,
            page: PageDep,
            mine: Annotated[bool, Query(description="Only those of the asking account.")] = False,
            sort: Literal["created_at", "-created_at"] = "created_at",
        ) -> Page[ImportRead]:
            """Imports of one's authority or facility, without their reports."""
            statement = select(self.model).where(visible_to(caller, self.model))
            if mine:
                statement = statement.where(self.model.created_by == caller.actor)
            found = await keyset_page(session, statement, keys=sorted_by(sort, {"created_at": [self.model.created_at]}, self.model.id), params=page)
            return found.of([self.listed(one) for one in found.items])

        @router.get("/templates/{kind}.csv", responses=problems(401, 403), response_class=Response)
        async def read_template(kind: Annotated[str, Path(json_schema_extra=known)]) -> Response:
            """An empty file with the headings of a kind."""
            return csv_answer(f"{kind}.csv", [[column.name for column in self.kinds[self._known(kind)].columns]])

        @router.get("/templates/{kind}.xlsx", responses=problems(401, 403), response_class=Response)
        async def read_workbook(kind: Annotated[str, Path(json_schema_extra=known)], caller: CallerDep, session: SessionDep) -> Response:
            """An empty workbook with the headings of a kind in the reader's language and drop-down lists of what its columns take."""
            one = self.kinds[self._known(kind)]
            content = await asyncio.to_thread(template_of, one, await self.lists_of(session, caller, one), current_language.get())
            return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{kind}.xlsx"'})

        @router.get("/{import_id}", response_model=ImportRead, responses=problems(401, 403, 404))
        async def read_import(import_id: UUID, caller: CallerDep, session: SessionDep) -> ImportRead:
            """What the check found."""
            return await self.shown(session, caller, await self.get_visible_import(session, caller, import_id))

        @router.get("/{import_id}/rows", response_model=Page[RowRead], responses=problems(401, 403, 404, 422))
        async def list_rows(
            import_id: UUID, caller: CallerDep, session: SessionDep, page: PageDep, state: Annotated[RowState, Query(description="Which rows: one state at a time.")] = "good"
        ) -> Page[RowRead]:
            """The rows that will be written or changed, or those left out, as they were understood. After the confirmation they are gone."""
            one = await self.get_visible_import(session, caller, import_id)
            return await rows_of(session, self.kinds[one.kind], one, state, page, current_language.get())

        @router.get("/{import_id}/errors.csv", responses=problems(401, 403, 404), response_class=Response)
        async def read_errors(import_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
            """Every finding, to be opened in a spreadsheet beside the file."""
            await self.get_visible_import(session, caller, import_id)
            language = current_language.get()
            heading = [translate(word, language) for word in (_("row"), _("state"), _("column"), _("reason"))]
            lines = [[str(f.row), f.state, f.column or "", f.reason] async for f in all_findings(session, import_id, language)]
            return csv_answer("errors.csv", [heading, *lines])

        @router.get("/{import_id}/errors.xlsx", responses=problems(401, 403, 404, 409), response_class=Response)
        async def read_rows_in_error(import_id: UUID, caller: CallerDep, session: SessionDep) -> Response:
            """The rows in error as they were sent, with the reason in a last column: corrected, it can be sent again."""
            one = await self.get_visible_import(session, caller, import_id)
            path = await sheet_of_errors(session, self.kinds[one.kind], one, current_language.get())
            headers = {"Content-Disposition": 'attachment; filename="errors.xlsx"', "Content-Length": str(path.stat().st_size)}
            return StreamingResponse(pieces_of(open_once(path)), media_type=XLSX, headers=headers)

        @router.post("/{import_id}/meanings", status_code=201, response_model=ImportRead, responses=problems(401, 403, 404, 409, 422))
        async def create_meanings(
            import_id: UUID,
            body: MeaningsCreate,
            caller: CallerDep,
            session: SessionDep,
            prefer: Annotated[str, Header(description="`respond-async`: the worker checks the file again, however small it is.")] = "",
        ) -> ImportRead:
            """Say what headings and words of the file mean: it is remembered for the authority and this kind, and the file is judged again."""
            return await self.shown(session, caller, await self.map_import(session, caller=caller, import_id=import_id, body=body, in_background=wants_async(prefer)))

        @router.post("/{import_id}/confirmation", status_code=201, response_model=ImportRead, responses=problems(401, 403, 404, 409))
        async def create_confirmation(
            import_id: UUID,
            caller: CallerDep,
            session: SessionDep,
            prefer: Annotated[str, Header(description="`respond-async`: the worker writes the rows, however few they are.")] = "",
        ) -> ImportRead:
            """Write the good rows, all or none; confirming twice writes once. Very many are written by the worker, in batches that are each whole."""
            return await self.shown(session, caller, await self.confirm_import(session, caller=caller, import_id=import_id, in_background=wants_async(prefer)))

        @router.post("/{import_id}/cancellation", status_code=201, response_model=ImportRead, responses=problems(401, 403, 404, 409))
        async def create_cancellation(import_id: UUID, caller: CallerDep, session: SessionDep) -> ImportRead:
            """Give an import up: what waits of it goes. What the worker has written already stays."""
            return await self.shown(session, caller, await self.cancel_import(session, caller=caller, import_id=import_id))

        return router

    def _known(self, kind: str) -> str:
        if kind not in self.kinds:
            raise Malformed.field("kind", _("Choose one of: {expected}."), expected=", ".join(sorted(self.kinds)))
        return kind


def not_understood(one: ImportColumns) -> Refused:
    """What must be said of a file before anything of it can be written."""
    if (one.questions or {}).get("encodings"):
        return Refused("encoding-not-known", _("Say first in which encoding this file was saved."))
    return Refused("columns-not-known", _("Say first what the columns of this file mean."))


def must_be_open(one: ImportColumns) -> None:
    """Raises Refused when nothing is left to be given up."""
    if one.state == "confirmed":
        raise Refused("already-confirmed", _("The good rows were written already."))
    if one.state in ("cancelled", "stopped"):
        raise Refused("import-ended", _("This import has ended: nothing of it waits any more."))


def wants_async(prefer: str) -> bool:
    """The preference of RFC 7240."""
    return "respond-async" in {word.strip().lower() for word in prefer.split(",")}


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


# What the worker is at is let alone: it would be left with half of its rows.
_FORGET_ROWS = text("DELETE FROM import_rows r USING imports i WHERE i.id = r.import_id AND i.created_at < :before AND i.state NOT IN ('checking', 'writing')")
_FORGET_QUESTIONS = text("UPDATE imports SET questions = NULL, state = 'cancelled' WHERE state = 'asking' AND created_at < :before")
_FORGET_FILES = text(
    """
    UPDATE imports SET file_deleted_on = :day, good = CASE state WHEN 'checked' THEN 0 ELSE good END, changed = CASE state WHEN 'checked' THEN 0 ELSE changed END
    WHERE file_deleted_on IS NULL AND created_at < :before AND state NOT IN ('checking', 'writing') RETURNING id, file_sha256
    """
)
_FILES_KEPT = text("SELECT DISTINCT file_sha256 FROM imports WHERE file_deleted_on IS NULL AND file_sha256 = ANY(:files)")
