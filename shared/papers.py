"""A paper that anybody may check: a code that is typed from it, the address behind its square, and the PDF (PDF/A-2b) from a template.

code = new_code()                                             # kept with the thing; `spelled` reads it as a person types it
content = await printed(TEMPLATE, words, check_url)           # words: texts in the reader's language, as the template wants them
"""

import asyncio
import io
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from shared.i18n import current_language
from shared.jurisdictions import country_of, jurisdictions

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letter that is read as another one, so that a code can be typed from paper."""
INK = "#1d3557"
ROOT = Path(__file__).parents[1]


def letterhead(authority_path: str) -> dict[str, Any]:
    """The state and its motto in the reader's language, as they stand over the papers of this authority's country (shared/letterhead.typ)."""
    country = jurisdictions().get(country_of(authority_path))
    head, language = country.letterhead if country else None, current_language.get()
    return {"head": head.place if head else "beside", "state": head.state[language] if head else None, "motto": head.motto[language] if head and head.motto else None}


def new_code() -> str:
    """Twelve letters in three groups: 58 bits, which nobody guesses."""
    letters = "".join(secrets.choice(LETTERS) for _position in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def spelled(code: str) -> str:
    """A code as a person types it, as it is written."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


async def printed(template: Path, words: Mapping[str, Any], address: str | None) -> bytes:
    """The PDF, with the square of an address when it has one. It takes a fifth of a second, away from the loop."""
    inputs = {"data": orjson.dumps(words).decode(), "qr": _square(address) if address else ""}
    return await asyncio.to_thread(compiled, template, inputs)


def _square(address: str) -> str:
    drawn = io.BytesIO()
    import segno  # some megabytes in each process, which few of them ever need

    segno.make(address, error="m").save(drawn, kind="svg", border=2, dark=INK, xmldecl=False)
    return drawn.getvalue().decode()


def compiled(template: Path, inputs: dict[str, str]) -> bytes:
    """The PDF, for archives (PDF/A-2b); an ordinary one where a text has a sign that no font here can show, which stands as an empty box."""
    import typst  # some megabytes in each process, which few of them ever need

    options: dict[str, Any] = {"root": ROOT, "format": "pdf", "sys_inputs": inputs, "ignore_system_fonts": True}
    try:
        pdf: bytes = typst.compile(template, pdf_standards="a-2b", **options)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        pdf = typst.compile(template, **options)
    return pdf
