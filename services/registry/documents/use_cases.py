"""Keeping a document, adding a version, checking one, telling what ends, and destroying what is not to be kept any longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import person_of
from services.registry.documents.models import KEPT, Document, DocumentVersion, Type
from services.registry.documents.permissions import can_add_documents, can_check
from services.registry.documents.schemas import CheckCreate, must_be_unchecked
from services.registry.dues.events import DueChanged
from services.registry.erasures.destroying import remove_files, unnamed
from services.registry.holds.queries import homes_of
from services.registry.legal_holds.models import LegalHold
from services.registry.persons.queries import get_visible_person
from services.registry.rules import pack_of
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.calendars import add_months
from shared.clock import judge_done_on, today
from shared.db import worker_session
from shared.dues import due_id
from shared.errors import Malformed, NotFound
from shared.events import record_event
from shared.files import StoredFile
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import visible_to

TOLD_BEFORE = timedelta(days=366)


@dataclass(frozen=True)
class Said:
    """What is said of a file that is handed in."""

    issuer: str | None
    issued_on: date | None
    expires_on: date | None
    source: str
    done_on: date | None


def document_rule(authority_path: str, day: date) -> Rule:
    """Notice before the end and years of keeping, by type."""
    return pack_of(authority_path.partition(".")[0], day).rule("DOC-TYPES")


async def get_visible_document(session: AsyncSession, caller: Caller, document_id: UUID, *, lock: bool = False) -> Document:
    """One document with its versions. Raises NotFound."""
    statement = select(Document).where(Document.id == document_id, visible_to(caller, Document))
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound()
    return found


async def keep_document(session: AsyncSession, *, caller: Caller, person_id: UUID, type_: Type, title: str, file: StoredFile, said: Said) -> Document:
    """A paper is kept in a person's file, as it was handed in."""
    require(can_add_documents(caller))
    done_on = judge_done_on(caller, said.done_on)
    person = await get_visible_person(session, caller, person_id)
    document = Document(
        id=uuid7(),
        content_hash=bytes.fromhex(file.sha256),
        authority_path=person.authority_path,
        shared_with=person.shared_with,
        state=KEPT,
        person_id=person.id,
        type=type_,
        title=title,
        due_told=False,
        version=1,
        versions=[],
    )
    session.add(document)
    await _add(session, caller, document, file, said, done_on)
    await record_audit(session, caller, "document.kept", "document", document.id, after=_facts(document), done_on=done_on)
    return document


async def add_version(session: AsyncSession, *, caller: Caller, document_id: UUID, file: StoredFile, said: Said) -> Document:
    """Another paper of the same thing: the earlier one stays, the newest counts. The same file again changes nothing."""
    require(can_add_documents(caller))
    done_on = judge_done_on(caller, said.done_on)
    document = await get_visible_document(session, caller, document_id, lock=True)
    newest = document.newest
    if (newest.sha256, newest.expires_on) == (file.sha256, said.expires_on):
        return document
    before = _facts(document)
    document.version += 1
    document.due_told = False
    await _add(session, caller, document, file, said, done_on)
    await record_audit(session, caller, "document.version_added", "document", document.id, before=before, after=_facts(document), done_on=done_on)
    return document


async def _add(session: AsyncSession, caller: Caller, document: Document, file: StoredFile, said: Said, done_on: date) -> None:
    if said.issued_on is not None and said.expires_on is not None and said.expires_on < said.issued_on:
        raise Malformed.field("expires_on", _("The last day comes before the first one."))
    document.versions.append(
        DocumentVersion(
            id=uuid7(),
            document_id=document.id,
            person_id=document.person_id,
            authority_path=document.authority_path,
            shared_with=document.shared_with,
            number=len(document.versions) + 1,
            sha256=file.sha256,
            size=file.size,
            kind=file.kind,
            issuer=said.issuer,
            issued_on=said.issued_on,
            expires_on=said.expires_on,
            kept_until=_kept_until(document, said.expires_on or done_on, done_on),
            source=said.source,
            added_by=caller.actor,
            added_on=done_on,
        )
    )
    await session.flush()
    await tell_dues(session, [document])


def _kept_until(document: Document, since: date, day: date) -> date | None:
    """Some years after its end, or after it was handed in; without a number of years as long as the file of the person itself."""
    years = document_rule(document.authority_path, day).value[document.type]["kept_years"]
    return None if years is None else add_months(since, 12 * years)


async def check_document(session: AsyncSession, *, caller: Caller, document_id: UUID, body: CheckCreate) -> Document:
    """Another person than the one who added the newest version, and than its holder, says whether it is genuine, and how they know."""
    done_on = judge_done_on(caller, body.done_on)
    document = await get_visible_document(session, caller, document_id, lock=True)
    newest = document.newest
    require(can_check(caller, newest, await person_of(session, caller)))
    must_be_unchecked(newest)
    newest.outcome, newest.method, newest.evidence = body.outcome, body.method, body.evidence
    newest.checked_by, newest.checked_on = caller.actor, done_on
    document.version += 1
    await session.flush()
    await record_audit(
        session, caller, "document.checked", "document", document.id, after={"number": newest.number, "outcome": body.outcome, "method": body.method}, done_on=done_on
    )
    return document


def _facts(document: Document) -> dict[str, object]:
    newest = document.newest
    return {"type": document.type, "number": newest.number, "sha256": newest.sha256, "expires_on": newest.expires_on, "source": newest.source}


async def tell_dues(session: AsyncSession, documents: Sequence[Document]) -> None:
    """A document that ends within a year is to be renewed by then; a newer one without an end closes what stood open."""
    day = today()
    told = [one for one in documents if one.newest.expires_on is None or one.newest.expires_on <= day + TOLD_BEFORE]
    homes = await homes_of(session, {one.person_id for one in told}, day, day) if told else {}
    for document in told:
        ends = document.newest.expires_on
        if ends is not None or len(document.versions) > 1:
            facility, path, _paths = homes.get(document.person_id, (None, document.authority_path, []))
            due_on = ends or day
            notice = document_rule(document.authority_path, day).value[document.type]["notice_days"]
            record_event(
                session,
                DueChanged(
                    id=due_id("document_expires", document.id),
                    kind="document_expires",
                    subject_id=document.id,
                    path=f"/documents/{document.id}",
                    authority_path=path,
                    shared_with=document.shared_with,
                    facility_code=facility,
                    person_id=document.person_id,
                    due_on=due_on,
                    warn_on=due_on - timedelta(days=notice),
                    responsible="facility-hr-officer",
                    state="open" if ends is not None else "done",
                    facts={"type": document.type, "expires_on": ends.isoformat() if ends else None},
                ),
            )
        document.due_told = True
    await session.flush()


async def watch_documents() -> None:
    """Daily: what ends within a year is told once, and what is not to be kept any longer is destroyed."""
    day = today()
    while True:
        async with worker_session() as session:
            ends_soon = exists().where(DocumentVersion.document_id == Document.id, DocumentVersion.expires_on <= day + TOLD_BEFORE)
            found = (await session.scalars(select(Document).where(Document.due_told.is_(False), ends_soon).limit(500).with_for_update(skip_locked=True))).all()
            await tell_dues(session, found)
            for document in found:
                document.due_told = True
        if not found:
            break
    await _destroy_old_files(day)


async def _destroy_old_files(day: date) -> None:
    """A file whose time is over goes; a file that something else still names stays for that."""
    gone: set[str] = set()
    async with worker_session() as session:
        held = exists().where(LegalHold.person_id == DocumentVersion.person_id, LegalHold.lifted_on.is_(None))
        over = select(DocumentVersion).where(DocumentVersion.kept_until < day, DocumentVersion.destroyed_on.is_(None), ~held).with_for_update(skip_locked=True)
        for version in (await session.scalars(over)).all():
            assert version.sha256 is not None
            gone.add(version.sha256)
            version.sha256, version.destroyed_on = None, day
            after = {"number": version.number, "kept_until": version.kept_until}
            await record_audit(session, "task:watch-documents", "document.destroyed", "document", version.document_id, after=after)
        await session.flush()
        gone = await unnamed(session, gone)
    remove_files(gone)
