"""The attestation on paper, in the reader's language: who, where, since when, and for a service record each period."""

from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.attestations.models import Attestation
from services.registry.attestations.schemas import check_url
from services.registry.directory import names_of_facilities, names_of_occupations
from shared import papers
from shared.errors import Refused
from shared.i18n import _, current_language, translate

TEMPLATE = Path(__file__).with_name("attestation.typ")
HEADINGS = {"employment": _("Attestation of employment"), "service_record": _("Record of service")}
SAYS = {
    "employment": _("The facility named above attests that the person named here works in it as follows, on the day of this paper."),
    "service_record": _("The facility named above attests that the register knows of the following service of the person named here."),
}


def _written(day: str | date | None) -> str:
    if day is None:
        return translate(_("to this day"))
    return str(format_date(date.fromisoformat(day) if isinstance(day, str) else day, format="long", locale=current_language.get()))


async def printed(session: AsyncSession, attestation: Attestation, *, name: str) -> bytes:
    """The PDF. The name comes from the register, as the reader may see it. Raises Refused when what it said was destroyed after its time."""
    if not attestation.facts:
        raise Refused(
            "attestation-facts-destroyed",
            _("What this attestation said was destroyed after its time; its number and its check stay."),
            possible=_("Ask for a new attestation."),
        )
    served: list[dict[str, Any]] = attestation.facts["served"]
    places = await names_of_facilities(session, {one["facility_code"] for one in served} | {attestation.authority})
    occupations = await names_of_occupations(session, {one["occupation_code"] for one in served})
    words = {
        "lang": current_language.get(),
        **papers.letterhead(attestation.authority_path),
        "authority": places.get(attestation.authority, attestation.authority),
        "heading": translate(HEADINGS[attestation.kind]),
        "number": translate(_("No. {number}"), number=attestation.number),
        "says": translate(SAYS[attestation.kind]),
        "name": name,
        "columns": [translate(text) for text in (_("From"), _("To"), _("Facility"), _("Professional title"))],
        "lines": [
            [
                _written(one["from"]),
                _written(one["to"]),
                " · ".join(part for part in (places.get(one["facility_code"], one["facility_code"]), one["unit"]) if part),
                occupations.get(one["occupation_code"], one["occupation_code"]),
            ]
            for one in served
        ],
        "issued": translate(_("Issued on {day}"), day=_written(attestation.issued_on)),
        "valid": translate(_("Good until {day}"), day=_written(attestation.valid_to)) if attestation.valid_to else None,
        "check": translate(_("Check this attestation")),
        "code": attestation.code,
        "revoked": translate(_("revoked")) if attestation.revoked_on else None,
    }
    return await papers.printed(TEMPLATE, words, check_url(attestation.code))
