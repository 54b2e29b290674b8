"""Attestations: those of my facilities, mine, on paper; and the public check of one by its code."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Api, Refusal, segment
from services.portal.forms import actions_of, send
from services.portal.listing import Listing, paging
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry"


@pages.get("/attestations")
async def attestations(visit: Visit) -> Response:
    filters = {"person": visit.query("person")}
    found = await visit.api.get(f"{API}/attestations", **filters, **paging(visit))
    names = await visit.api.names(one["person_id"] for one in found["items"])
    return visit.page("attestations/list.html", list=Listing.of(visit, found, filters, sort="-issued"), names=names)


async def attestation_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/attestations/{segment(visit.path('id'))}")
    names = await visit.api.names([found["person_id"]])
    return visit.page("attestations/page.html", status, attestation=found, names=names, actions=actions_of(found), typed=visit.fields(), problem=problem, errors=errors or {})


@pages.get("/attestations/{id}")
async def attestation(visit: Visit) -> Response:
    return await attestation_page(visit)


@pages.post("/attestations/{id}/revocation")
async def revoke(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await attestation_page(visit, **shown)

    answer = await send(visit, f"{API}/attestations/{segment(visit.path('id'))}/revocation", {"reason": visit.field("reason")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/attestations/{answer['id']}", done="revoked")


def _paper(content: bytes) -> Response:
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": 'inline; filename="attestation.pdf"', "Cache-Control": "private, no-store"})


@pages.get("/attestations/{id}/document")
async def document(visit: Visit) -> Response:
    content, _kind = await visit.api.file(f"{API}/attestations/{segment(visit.path('id'))}/document")
    return _paper(content)


@pages.get("/my-file/attestations/{id}")
async def my_document(visit: Visit) -> Response:
    """My own paper, in my language."""
    content, _kind = await visit.api.file(f"{API}/persons/me/attestations/{segment(visit.path('id'))}/document")
    return _paper(content)


@pages.get("/check/attestation", public=True)
async def check_form(visit: Visit) -> Response:
    """Where anybody types the code of an attestation."""
    if visit.query("code"):
        return visit.go(f"/check/attestation/{segment(visit.query('code'))}")
    return visit.page("attestations/check.html", attestation=None, code="")


@pages.get("/check/attestation/{code}", public=True)
async def check(visit: Visit) -> Response:
    """What anybody may know of an attestation: initials, kind, dates and validity."""
    code = visit.path("code")[:40]
    try:
        found = await Api("", visit.language).get(f"{API}/attestations/check/{segment(code)}")
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        found = None
    return visit.page("attestations/check.html", 200 if found else 404, attestation=found, code=code)
