"""One content-addressed store for files: the SHA-256 of the bytes is the name, so a file is kept once and cannot change.

Type and size are judged before anything is kept.
"""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Malformed, Problem
from shared.i18n import _
from shared.settings import settings

SIGNATURES = {
    "xlsx": (b"PK\x03\x04",),
    "ods": (b"PK\x03\x04",),
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
}
LARGEST = 50 * 1024 * 1024


@dataclass(frozen=True)
class StoredFile:
    """A file that is kept: its hash, size in bytes and judged kind."""

    sha256: str
    size: int
    kind: str

    @property
    def path(self) -> Path:
        return settings().files_dir / self.sha256[:2] / self.sha256


def judge_kind(name: str, head: bytes, allowed: frozenset[str]) -> str:
    """The kind that the content is, which must be one that is allowed and the one that the name says. Raises Malformed."""
    kind = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if kind not in allowed:
        raise Malformed.field("file", _("This kind of file is not accepted here. Accepted: {allowed}."), allowed=", ".join(sorted(allowed)))
    signatures = SIGNATURES.get(kind)
    fits = head.startswith(signatures) if signatures else not head.startswith((b"PK\x03\x04", b"MZ", b"\x7fELF", b"%PDF-"))
    if not fits:
        raise Malformed.field("file", _("The content of this file is not what its name says."))
    return kind


def _settle(temporary: Path, final: Path) -> None:
    """The bytes are on the disk before the name is."""
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    final.parent.mkdir(exist_ok=True)
    temporary.replace(final)


async def store(chunks: AsyncIterator[bytes], name: str, *, allowed: frozenset[str], largest: int = LARGEST) -> StoredFile:
    """Keep a file. Raises Malformed for a kind that is not allowed and Problem 413 above `largest` bytes; nothing is kept then."""
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
                    raise Problem(413, "file-too-large", _("The file is larger than {megabytes} MB."), megabytes=largest // 1_048_576)
                digest.update(chunk)
                target.write(chunk)
            if not size:
                raise Malformed.field("file", _("The file is empty."))
        stored = StoredFile(digest.hexdigest(), size, kind)
        await asyncio.to_thread(_settle, Path(temporary), stored.path)
        return stored
    except BaseException:
        Path(temporary).unlink(missing_ok=True)  # noqa: ASYNC240 - a millisecond, on the way out
        raise
