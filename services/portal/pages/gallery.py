"""Every component in every state, on one page: for those who build pages, and for those who judge them."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from services.portal.labels import STATES
from services.portal.listing import Listing
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit, not_found
from shared.clock import today
from shared.settings import settings

pages = Pages()

RULE = {"id": "REG-02", "value": 1.5, "unit": "", "citation": "", "confidence": "confirmed"}
TABS = ("summary", "timeline", "documents", "history")


@pages.get("/gallery")
async def gallery(visit: Visit) -> Response:
    """Open to operations; in a demo to everybody who has signed in. Nothing on it is a record of anything."""
    if settings().env == "production" and not visit.has_role("operations"):
        return not_found(visit)
    tab = visit.query("tab") if visit.query("tab") in TABS else TABS[0]
    return visit.page(
        "gallery/page.html",
        list=_rows(visit),
        states=sorted(STATES),
        tab=tab,
        tabs=list(zip(TABS, (gettext(_("Summary")), gettext(_("Timeline")), gettext(_("Documents")), gettext(_("History"))), strict=True)),
        days=[today() + timedelta(days=days) for days in (-3, 0, 5, 90)],
        steps=_steps(),
        criteria=_criteria(),
        refused={
            "title": "",
            "detail": gettext(_("This page refuses everything.")),
            "rule": RULE,
            "possible": gettext(_("Nothing: it only shows how a refusal looks.")),
        },
        errors={"wrong": str(gettext(_("This field is required.")))},
        figure={"id": "stock.doctors", "query": "", "title": gettext(_("Doctors")), "said": "1 234", "value": 1234, "band": "", "as_of": today(), "unit": ""},
    )


def _rows(visit: Visit) -> Listing:
    """The page in the middle of a list, in an order that may be turned round here."""
    items = [
        {"id": str(number), "name": name, "share": share, "due": today() + timedelta(days=days), "state": state}
        for number, (name, share, days, state) in enumerate((("A", 1, -4, "vacant"), ("B", 0.5, 6, "filled"), ("C", 0, 60, "frozen")), start=1)
    ]
    found = {"items": items[::-1] if visit.query("sort").startswith("-") else items, "next": "next", "previous": "previous"}
    return Listing.of(visit, found, {"q": visit.query("q")}, sort="name", export="facilities")


def _steps() -> list[dict[str, Any]]:
    said = ((_("Draft"), "done"), (_("Proposed"), "now"), (_("Approved"), "blocked"), (_("Published"), "coming"))
    return [
        {"name": gettext(name), "status": status, "on": today() if status == "done" else None, "note": "", "who": gettext(_("Signatory")) if status == "now" else ""}
        for name, status in said
    ]


def _criteria() -> list[dict[str, Any]]:
    return [
        {"id": "met", "met": True, "text": gettext(_("Met")), "possible": None, "rule": RULE},
        {
            "id": "missing",
            "met": False,
            "text": gettext(_("Missing")),
            "possible": gettext(_("Nothing: it only shows how a refusal looks.")),
            "rule": RULE | {"confidence": "to_confirm"},
        },
    ]
