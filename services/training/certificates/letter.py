"""The certificate on paper: PDF/A-2b with a QR code to the public check, in the three languages."""

from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from services.training.certificates.models import Certificate
from services.training.certificates.schemas import check_url
from shared import papers
from shared.auth import Caller
from shared.clients import ask
from shared.i18n import _, current_language, translate

TEMPLATE = Path(__file__).with_name("certificate.typ")


def words_of(certificate: Certificate, *, name: str, authority: str) -> dict[str, Any]:
    """Texts and values in the reader's language."""
    language = current_language.get()

    def written(day: Any) -> str:
        return str(format_date(day, format="long", locale=language))

    lines = [
        [translate(_("From")), written(certificate.first_day)],
        [translate(_("To")), written(certificate.last_day)],
        [translate(_("Hours credited")), format_decimal(certificate.hours, locale=language)],
        [translate(_("Issued on")), written(certificate.issued_on)],
    ]
    if certificate.valid_to:
        lines.append([translate(_("Valid until")), written(certificate.valid_to)])
    return {
        "lang": language,
        **papers.letterhead(certificate.authority_path),
        "authority": authority,
        "heading": translate(_("Certificate of training")),
        "number": translate(_("No. {number}"), number=certificate.number),
        "says": translate(_("It is certified that")),
        "name": name,
        "followed": translate(_("attended and completed")),
        "title": certificate.title,
        "lines": lines,
        "check": translate(_("Check this certificate")),
        "code": certificate.code,
        "revoked": translate(_("revoked")) if certificate.revoked_on else None,
    }


async def printed(caller: Caller, certificate: Certificate, *, name: str) -> bytes:
    """The PDF in the reader's language."""
    authority = await authority_named(caller, certificate.authority, certificate.issued_on)
    return await papers.printed(TEMPLATE, words_of(certificate, name=name, authority=authority), check_url(certificate.code))


async def authority_named(caller: Caller, code: str, day: date) -> str:
    """The facility or the territory that organised, by its name of the day; its code when the registry knows of none."""
    for path in (f"facilities?code={code}&limit=1", f"areas?code={code}&as_of={day.isoformat()}&limit=1"):
        answer = await ask(caller, "GET", f"/api/v1/registry/{path}")
        if answer and answer["items"]:
            return str(answer["items"][0]["name"])
    return code
