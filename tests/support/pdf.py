"""The text of a PDF as a reader would copy it: what the letters of its fonts stand for, in the order in which they are drawn."""

import re
import zlib
from itertools import islice

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"/Length (\d+).*?stream\r?\n", re.DOTALL)
_SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\(((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*)\)|\b(ET|Td|Tm|TD|T\*)\b", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(content: bytes) -> str:
    """All that is written on the pages, with a space where the pen moves."""
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    for body in list(objects.values()):
        if b"/ObjStm" in body:
            objects |= _packed(body)
    everywhere = _fonts(b" ".join(objects.values()), objects)
    of_page = {}
    for body in objects.values():  # a name stands for another font on another page
        named, drawn_by = re.search(rb"/Resources (\d+) 0 R", body), re.findall(rb"/Contents (\d+) 0 R", body)
        resources = objects[int(named[1])] if named else body
        for number in drawn_by:
            of_page[int(number)] = everywhere | _fonts(resources, objects)
    drawn = [(number, _plain(body)) for number, body in objects.items() if b"/Font" not in body and b"stream" in body and b"/ObjStm" not in body]
    return re.sub(r"\s+", " ", " ".join(_read(page, of_page.get(number, everywhere)) for number, page in drawn if b" Tf" in page))


def _fonts(resources: bytes, objects: dict[int, bytes]) -> dict[bytes, dict[int, str]]:
    """What the glyphs of each font that these resources name stand for."""
    found = {}
    referred = re.findall(rb"/Font (\d+) 0 R", resources)
    listed = b" ".join([*re.findall(rb"/Font\s*<<(.*?)>>", resources, re.DOTALL), *(objects[int(number)] for number in referred)])
    for name, number in re.findall(rb"/(\w+) (\d+) 0 R", listed):
        link = re.search(rb"/ToUnicode (\d+) 0 R", objects.get(int(number), b""))
        if link:
            found[name] = _letters(_plain(objects[int(link[1])]))
    return found


def _plain(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if not found:
        return b""
    content = body[found.end() : found.end() + int(found[1])]
    return zlib.decompress(content) if b"FlateDecode" in body[: found.end()] else content


def _packed(body: bytes) -> dict[int, bytes]:
    """Objects that are kept in a stream of objects."""
    plain = _plain(body)
    first = int(re.search(rb"/First (\d+)", body)[1])  # type: ignore[index]  # a stream of objects has it
    numbers = [int(number) for number in plain[:first].split()]
    pairs = list(zip(islice(numbers, 0, None, 2), islice(numbers, 1, None, 2), strict=True))
    ends = [start for _number, start in pairs[1:]] + [len(plain) - first]
    return {number: plain[first + start : first + end] for (number, start), end in zip(pairs, ends, strict=True)}


def _letters(table: bytes) -> dict[int, str]:
    """Code of a glyph → what it stands for."""
    found: dict[int, str] = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        found |= {int(code, 16): bytes.fromhex(said.decode()).decode("utf-16-be") for code, said in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", part)}
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, said in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", part):
            start = bytes.fromhex(said.decode()).decode("utf-16-be")
            for code in range(int(first, 16), int(last, 16) + 1):
                found[code] = start[:-1] + chr(ord(start[-1]) + code - int(first, 16))
    return found


def _read(page: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    said: list[str] = []
    font: dict[int, str] = {}
    for name, hexed, literal, moved in _SHOWN.findall(page):
        if name:
            font = fonts.get(name, {})
        elif moved:
            said.append(" ")
        else:
            codes = bytes.fromhex(hexed.decode()) if hexed else re.sub(rb"\\(\d{3}|.)", _unescaped, literal, flags=re.DOTALL)
            said.extend(font.get(int.from_bytes(codes[place : place + 2], "big"), "") for place in range(0, len(codes), 2))
    return "".join(said)


def _unescaped(found: re.Match[bytes]) -> bytes:
    escaped = found[1]
    return bytes([int(escaped, 8)]) if escaped.isdigit() else _ESCAPES.get(escaped, escaped)
