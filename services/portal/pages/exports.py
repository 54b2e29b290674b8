"""A list as a file: what the service writes goes on to the browser as it comes."""

from starlette.responses import Response

from services.portal.visit import Pages, Visit, not_found
from shared.exports.routes import Streamed

pages = Pages()

EXPORTED = {
    "people": "registry/exports/persons",
    "posts": "registry/exports/posts",
    "facilities": "registry/exports/facilities",
    "units": "registry/exports/units",
    "assignments": "registry/exports/assignments",
    "leave": "registry/exports/absences",
    "licences": "registry/exports/licences",
    "work-items": "registry/exports/work-items",
    **{name: f"registry/exports/{name}" for name in ("requests", "return-calls")},
    **{name: f"appointment/exports/{name}" for name in ("decisions", "commitments", "mandates", "pay-steps", "probations", "benefits", "awards", "delegations")},
    **{name: f"rotation/exports/{name}" for name in ("agreements", "missions", "techniques", "support-requests", "visits", "referrals", "cooperation-programmes")},
    **{name: f"rotation/exports/{name}" for name in ("exchange-placements", "alumni", "guest-stays", "exchange-calls", "host-units")},
    **{name: f"recruitment/exports/{name}" for name in ("candidacies", "campaigns", "hires", "policies", "needs", "shortages", "contests", "offers")},
    **{name: f"recruitment/exports/{name}" for name in ("pools", "pool-rounds", "pool-resources", "vacancies", "applications", "accompaniments", "prospects")},
    **{name: f"recruitment/exports/{name}" for name in ("partner-services", "service-requests")},
    **{name: f"observatory/exports/{name}" for name in ("meetings", "resolutions", "strategies", "strategy-actions")},
    "training-plans": "training/exports/plans",
    "training-sessions": "training/exports/sessions",
    **{name: f"training/exports/{name}" for name in ("enrolments", "credits", "certificates", "mentorships", "mentoring-entries")},
    **{name: f"training/exports/{name}" for name in ("institutes", "seat-capacities", "institute-conventions", "intakes", "intake-candidates", "students")},
    **{name: f"training/exports/{name}" for name in ("clinical-places", "clinical-placements")},
}
"""Lists of the portal, each with its address in the API."""
PASSED_ON = ("content-type", "content-disposition", "content-length")


@pages.get("/exports/{list}")
async def export(visit: Visit) -> Response:
    """The whole list as it is filtered, or the ticked rows; a refusal is a page."""
    path = EXPORTED.get(visit.path("list"))
    if path is None:
        return not_found(visit)
    asked = [(name, value) for name, value in visit.request.query_params.multi_items() if value]
    said, pieces = await visit.api.stream(f"/api/v1/{path}", asked)
    return Streamed(pieces, headers={name: said[name] for name in PASSED_ON if name in said})
