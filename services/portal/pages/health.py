"""The health of the system as operations see it."""

import time

from starlette.responses import Response

from services.portal.clients import Refusal
from services.portal.visit import Pages, Visit

pages = Pages()


@pages.get("/operations/health", role="operations")
async def health(visit: Visit) -> Response:
    """Each service, its database, the age of its oldest unpublished event, consumer lag, parked events and dead letters."""
    began = time.perf_counter()
    try:
        found = await visit.api.get("/health")
    except Refusal as refusal:
        if refusal.status != 503 or "services" not in refusal.problem:
            raise
        found = refusal.problem
    milliseconds = round((time.perf_counter() - began) * 1000)
    return visit.page("operations/health.html", health=found, services=sorted((found.get("services") or {}).items()), milliseconds=milliseconds)
