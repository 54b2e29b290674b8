"""The auditor's page of one service at a time, and everybody's page of who read their own file."""

from starlette.responses import Response

from services.portal.labels import LABELS, label
from services.portal.listing import Listing, paging
from services.portal.pages.history import PAGES_OF, line
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

SERVICES = {
    "registry": _("Registry"),
    "recruitment": _("Recruitment"),
    "training": _("Training"),
    "appointment": _("Appointments"),
    "rotation": _("Rotation"),
}
FILTERS = ("subject_kind", "who", "act", "from", "to")
READ_FIELDS = {
    "birth": _("birth date"),
    "sex": _("sex"),
    "type": _("type of leave"),
    "national-id": _("national identity number"),
    "professional-number": _("professional number"),
    "passport": _("passport"),
    "payroll": _("payroll number"),
}
READ_THINGS = {"person": _("Your file"), "absence": _("A leave")}


@pages.get("/audit")
async def audit(visit: Visit) -> Response:
    """Who did what, when, and whether it is sealed: all choices stand in the address, and no name does."""
    service = visit.query("service") if visit.query("service") in SERVICES else "registry"
    asked = {name: visit.query(name) for name in FILTERS}
    found = await visit.api.get(f"/api/v1/{service}/audit", **asked, **paging(visit))
    seal = await visit.api.get(f"/api/v1/{service}/audit/seals/last")
    records = [
        record | {"lines": [line(difference) for difference in record["differences"]], "page": page_of(record["subject_kind"], record["subject_id"])} for record in found["items"]
    ]
    return visit.page(
        "audit/page.html",
        services=[(code, gettext(name)) for code, name in SERVICES.items()],
        kinds=sorted(((code, label("history_kind", code)) for code in LABELS["history_kind"]), key=lambda kind: kind[1]),
        list=Listing.of(visit, found | {"items": records}, {"service": service} | asked),
        seal=seal,
    )


def page_of(kind: str, thing: str) -> str | None:
    return PAGES_OF[kind].format(id=thing) if kind in PAGES_OF else None


@pages.get("/reads")
async def reads(visit: Visit) -> Response:
    """Who was shown birth, sex or the type of a leave in the reader's own file."""
    found = await visit.api.get("/api/v1/registry/me/reads", **paging(visit))
    told = [read | {"what": said(READ_THINGS, read["what"]), "fields": ", ".join(said(READ_FIELDS, name) for name in read["fields"])} for read in found["items"]]
    return visit.page("audit/reads.html", list=Listing.of(visit, found | {"items": told}, {}))


def said(words: dict[str, str], code: str) -> str:
    return gettext(words.get(code, code))
