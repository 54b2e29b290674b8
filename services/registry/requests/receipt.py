"""The receipt on paper, in the reader's language: what was asked, on which day it came, by when it is answered, and what silence means."""

from datetime import date
from pathlib import Path

from babel.dates import format_date
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.directory import names_of_facilities
from services.registry.procedures.catalogue import procedures_of
from services.registry.requests.models import Request
from services.registry.rules import PACKS
from shared import papers
from shared.i18n import _, current_language, translate

TEMPLATE = Path(__file__).with_name("receipt.typ")
SILENCE = {
    "accepts": _("Without an answer by this day, the request is granted: for this procedure silence accepts."),
    "refuses": _("Without an answer by this day, the request is refused: for this procedure silence refuses."),
}
ASKED = {
    "employment_attestation": _("Attestation of employment"),
    "service_record": _("Record of service"),
    "transfer": _("Request for a transfer"),
    "resignation": _("Resignation"),
    "unpaid_leave": _("Unpaid leave of several months"),
    "exchange_of_posts": _("Exchange of posts"),
    "contest_authorisation": _("Authorisation to sit a contest"),
    "practice_address": _("Change of the place of a private practice"),
    "contest_results": _("Transcript of contest marks"),
}


def _written(day: date) -> str:
    return str(format_date(day, format="long", locale=current_language.get()))


async def receipt_of(session: AsyncSession, request: Request, *, name: str) -> bytes:
    """The PDF. The name comes from the register, as the reader may see it."""
    procedure = procedures_of(PACKS.pinned(request.rule_pack))[request.procedure]
    places = await names_of_facilities(session, [request.facility_code])
    rule = procedure.rule.told()
    words = {
        "lang": current_language.get(),
        "authority": places.get(request.facility_code, request.facility_code),
        "heading": translate(_("Receipt of a request")),
        "number": translate(_("No. {number}"), number=request.reference or str(request.id)[-12:]),
        "lines": [
            [translate(_("Person")), name],
            [translate(_("Request")), translate(ASKED.get(request.procedure, request.procedure))],
            [translate(_("Received on")), _written(request.asked_on)],
            [translate(_("To be answered by")), _written(request.due_on)],
            [translate(_("Delay")), f"{rule['value']} {rule['unit']}"],
        ],
        "silence": translate(SILENCE[procedure.silence]) if procedure.silence else None,
        "citation": rule["citation"],
    }
    return await papers.printed(TEMPLATE, words, None)
