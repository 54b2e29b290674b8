"""A content-addressed store for the files of each service: the SHA-256 of the bytes is the name, so a file is kept once and cannot change.

What one service destroys after its time stays with another one that was sent the same.
Type and size are judged before anything is kept, for every file of every service: by what it holds and not by its name, piece by
piece as it comes; an archive is unpacked once into nothing, because what it declares of its size may be a lie.
"""

import asyncio
import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shared.errors import Malformed, Problem
from shared.i18n import _
from shared.rulepacks import Rule
from shared.settings import settings

SIGNATURES = {
    "xlsx": (b"PK\x03\x04",),
    "ods": (b"PK\x03\x04",),
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "docx": (b"PK\x03\x04",),
    "odt": (b"PK\x03\x04",),
}
ARCHIVES = frozenset({"xlsx", "ods", "docx", "odt"})
MAIN_PARTS = {"docx": "word/document.xml", "odt": "content.xml"}
"""What a document of this kind cannot be without; of a workbook its reader says it."""
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
PAPERS = frozenset({"pdf", "png", "jpg", "jpeg"})
"""What a scan of a paper may be."""
LARGEST_UNPACKED = 300 << 20  # a workbook with the staff of a country
LARGEST_PAPER_UNPACKED = 100 << 20
MOST_MEMBERS = 2000
RUNNING = (".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".js", ".vbs", ".jar", ".msi", "vbaproject.bin")
CITATION = "Relais rule book, files (a file is judged by what it holds before it is kept)"


@dataclass(frozen=True)
class StoredFile:
    """A file that is kept: its hash, size in bytes and judged kind."""

    sha256: str
    size: int
    kind: str

    @property
    def path(self) -> Path:
        own = settings().files_dir / settings().service / self.sha256[:2] / self.sha256
        early = settings().files_dir / self.sha256[:2] / self.sha256  # where all services kept theirs once
        return early if early.exists() and not own.exists() else own


def open_once(path: Path) -> BinaryIO:
    """A file that is read once: its name goes at once, so that nothing of it stays whatever happens to this process."""
    file = path.open("rb")
    path.unlink()
    return file


async def pieces_of(file: BinaryIO) -> AsyncIterator[bytes]:
    """What a file holds, read beside other requests and closed at the end."""
    with file:
        while piece := await asyncio.to_thread(file.read, 1 << 18):
            yield piece


def paper_limit() -> int:
    """How many bytes a paper that a person hands in may have."""
    return settings().upload_limit_mb * 1_048_576


def _wrong_kind(allowed: frozenset[str], reason: str, possible: str) -> Malformed:
    accepted = ", ".join(sorted(allowed))
    problem = Malformed.field("file", reason, allowed=accepted)
    problem.rule, problem.possible, problem.values = Rule("FILE-KIND", accepted, "kinds of file", CITATION), possible, {"allowed": accepted}
    return problem


def judge_kind(name: str, head: bytes, allowed: frozenset[str]) -> str:
    """The kind that the content is, which must be one that is allowed and the one that the name says. Raises Malformed."""
    kind = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if kind not in allowed:
        raise _wrong_kind(allowed, _("This kind of file is not accepted here. Accepted: {allowed}."), _("Save it as one of these kinds: {allowed}."))
    signatures = SIGNATURES.get(kind)
    fits = head.startswith(signatures) if signatures else not head.startswith((b"PK\x03\x04", b"MZ", b"\x7fELF", b"%PDF-"))
    if not fits:
        raise _wrong_kind(allowed, _("The content of this file is not what its name says."), _("Open the file, save it again as one of these kinds: {allowed}, and send that one."))
    return kind


def too_large(largest: int) -> Problem:
    """413: how much may come, and what to do about more."""
    megabytes = largest // 1_048_576
    return Problem(
        413,
        "file-too-large",
        _("The file is larger than {megabytes} MB."),
        rule=Rule("FILE-SIZE", megabytes, "MB", CITATION),
        possible=_("Send at most {megabytes} MB: scan in black and white or at a lower resolution, or send fewer pages."),
        megabytes=megabytes,
    )


def judge_archive(path: Path, kind: str, allowed: frozenset[str], largest: int) -> None:
    """Unpack once into nothing, counting; a document must hold its text and nothing that runs. Raises Malformed."""
    unpacked = 0
    again = _("Open the file, save it again as one of these kinds: {allowed}, and send that one.")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename.lower() for member in members}
            too_much = len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > largest
            if kind in MAIN_PARTS and (MAIN_PARTS[kind] not in names or any(name.endswith(RUNNING) for name in names)):
                raise _wrong_kind(allowed, _("The content of this file is not what its name says."), again)
            for member in [] if too_much else members:
                with archive.open(member) as content:
                    while piece := content.read(1 << 18):
                        unpacked += len(piece)
                        if unpacked > largest:
                            too_much = True
                            break
                if too_much:
                    break
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, OSError, zlib.error) as error:
        raise _wrong_kind(allowed, _("This file cannot be read."), again) from error
    if too_much:
        problem = Malformed.field("file", _("This file is too large once unpacked: more than {megabytes} MB."), megabytes=largest // 1_048_576)
        problem.rule = Rule("FILE-UNPACKED", largest // 1_048_576, "MB", CITATION)
        problem.possible, problem.values = again, {"allowed": ", ".join(sorted(allowed))}
        raise problem


def _settle(temporary: Path, final: Path) -> None:
    """The bytes are on the disk before the name is."""
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(final)


async def store(
    chunks: AsyncIterator[bytes], name: str, *, allowed: frozenset[str] = PAPERS, largest: int | None = None, largest_unpacked: int = LARGEST_PAPER_UNPACKED
) -> StoredFile:
    """Keep a file, a paper unless said. Raises Malformed for a kind that is not allowed or an archive that is too much, and Problem 413 above `largest` bytes; nothing is kept then."""
    largest = paper_limit() if largest is None else largest
    folder = settings().files_dir
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, kind = hashlib.sha256(), 0, ""
    handle, temporary = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as target:
            async for chunk in chunks:
                if not size:
                    kind = judge_kind(name, chunk[:16], allowed)
                size += len(chunk)
                if size > largest:
                    raise too_large(largest)
                digest.update(chunk)
                target.write(chunk)
            if not size:
                raise Malformed.field("file", _("The file is empty."))
        if kind in ARCHIVES:
            await asyncio.to_thread(judge_archive, Path(temporary), kind, allowed, largest_unpacked)
        stored = StoredFile(digest.hexdigest(), size, kind)
        await asyncio.to_thread(_settle, Path(temporary), stored.path)
        return stored
    except BaseException:
        Path(temporary).unlink(missing_ok=True)  # noqa: ASYNC240 - a millisecond, on the way out
        raise
