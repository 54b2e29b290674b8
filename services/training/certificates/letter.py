"""The certificate on paper: PDF/A-2b with a QR code to the public check, in the three languages."""

from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from services.training.certificates.models import Certificate
from services.training.certificates.schemas import check_url
from shared import papers
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


async def printed(certificate: Certificate, *, name: str, authority: str) -> bytes:
    """The PDF in the reader's language."""
    return await papers.printed(TEMPLATE, words_of(certificate, name=name, authority=authority), check_url(certificate.code))
