"""Files of each service, named by what they hold."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.errors import Problem
from shared.files import StoredFile, store
from tests.support.service import environment

PDF = b"%PDF-1.7\n% the minutes of a meeting\n"


async def sent() -> AsyncIterator[bytes]:
    yield PDF


async def test_what_one_service_destroys_another_one_keeps(tmp_path: Path) -> None:
    kept: list[StoredFile] = []
    for service in ("registry", "appointment"):
        with environment(RELAIS_FILES_DIR=str(tmp_path), RELAIS_SERVICE=service):
            kept.append(await store(sent(), "minutes.pdf", allowed=frozenset({"pdf"})))
    assert kept[0] == kept[1]
    with environment(RELAIS_FILES_DIR=str(tmp_path), RELAIS_SERVICE="registry"):
        kept[0].path.unlink()
        assert not kept[0].path.exists()
    with environment(RELAIS_FILES_DIR=str(tmp_path), RELAIS_SERVICE="appointment"):
        assert kept[1].path.read_bytes() == PDF


async def test_a_file_that_an_earlier_release_kept_for_all_services_is_found(tmp_path: Path) -> None:
    with environment(RELAIS_FILES_DIR=str(tmp_path), RELAIS_SERVICE="registry"):
        file = await store(sent(), "minutes.pdf", allowed=frozenset({"pdf"}))
        early = tmp_path / file.sha256[:2] / file.sha256
        early.parent.mkdir()
        file.path.rename(early)
        assert file.path == early


# ---- What is refused, before anything is kept -----------------------------------------------------------------------

DOCUMENTS = frozenset({"pdf", "docx", "odt"})
NOT_WHAT_IT_SAYS = "The content of this file is not what its name says."


def archive(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members:
            written.writestr(name, content)
    return out.getvalue()


def bomb() -> bytes:
    """A letter of some kilobytes that becomes 101 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as written, written.open("word/document.xml", "w") as document:
        for _megabyte in range(101):
            document.write(bytes(1 << 20))
    return out.getvalue()


def that_lies(content: bytes) -> bytes:
    """The same with another declared size: what an archive says of itself proves nothing."""
    size = (101 << 20).to_bytes(4, "little")
    assert content.count(size) >= 1
    return content.replace(size, (1000).to_bytes(4, "little"))


class Scan:
    """A scanner that never ends; it counts what was read of it."""

    def __init__(self) -> None:
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in [PDF, *[bytes(1 << 20)] * 200]:
            self.read += len(piece)
            yield piece


async def refused(folder: Path, name: str, chunks: AsyncIterator[bytes]) -> Problem:
    with environment(RELAIS_FILES_DIR=str(folder), RELAIS_SERVICE="recruitment"), pytest.raises(Problem) as raised:
        await store(chunks, name, allowed=DOCUMENTS)
    assert files_in(folder) == []
    return raised.value


def files_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


async def of(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.mark.parametrize(
    ("name", "content", "rule", "says"),
    [
        ("cv.pdf", b"MZ\x90\x00" + bytes(100), "FILE-KIND", NOT_WHAT_IT_SAYS),
        ("cv.pdf", b"\x7fELF" + bytes(100), "FILE-KIND", NOT_WHAT_IT_SAYS),
        ("cv.pdf", archive(("a.txt", b"x")), "FILE-KIND", NOT_WHAT_IT_SAYS),
        ("cv.docx", archive(("setup.exe", b"MZ")), "FILE-KIND", NOT_WHAT_IT_SAYS),
        ("cv.docx", archive(("word/document.xml", b"<w/>"), ("word/vbaProject.bin", b"x")), "FILE-KIND", NOT_WHAT_IT_SAYS),
        ("cv.docx", b"PK\x03\x04" + bytes(100), "FILE-KIND", "This file cannot be read."),
        ("cv.exe", b"MZ", "FILE-KIND", "This kind of file is not accepted here. Accepted: {allowed}."),
        ("cv.docx", bomb(), "FILE-UNPACKED", "This file is too large once unpacked: more than {megabytes} MB."),
    ],
    ids=["windows program", "linux program", "archive", "program in a letter", "macro in a letter", "broken archive", "by its name", "bomb"],
)
async def test_nothing_stays_of_what_is_not_a_paper(tmp_path: Path, name: str, content: bytes, rule: str, says: str) -> None:
    problem = await refused(tmp_path, name, of(content))
    assert (problem.status, problem.fields[0].reason, problem.rule.id if problem.rule else None) == (422, says, rule)
    assert problem.as_json("en")["possible"]


async def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    problem = await refused(tmp_path, "cv.docx", of(that_lies(bomb())))
    assert (problem.status, problem.fields[0].reason) == (422, "This file cannot be read.")  # what is unpacked no longer fits its checksum


async def test_a_scan_of_200_megabytes_is_not_read_to_its_end(tmp_path: Path) -> None:
    scan = Scan()
    problem = await refused(tmp_path, "scan.pdf", aiter(scan))
    said = problem.as_json("en")
    assert (problem.status, said["rule"]["value"], said["detail"]) == (413, 10, "The file is larger than 10 MB.")
    assert scan.read < 12 << 20


async def test_a_letter_is_kept(tmp_path: Path) -> None:
    with environment(RELAIS_FILES_DIR=str(tmp_path), RELAIS_SERVICE="recruitment"):
        kept = await store(of(archive(("[Content_Types].xml", b"<t/>"), ("word/document.xml", b"<w/>"))), "lettre.docx", allowed=DOCUMENTS)
        assert kept.path.is_file()
