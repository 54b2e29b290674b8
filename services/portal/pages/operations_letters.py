"""Events that stand aside: why, since when, with their bytes; and handing them back once the cause is mended."""

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.pages.operations import SERVICES, lasting, of_each
from services.portal.visit import Pages, Visit

pages = Pages()

PLACES = {"dead": "dead-letters", "parked": "parked-events"}
REASONS = ("failed", "unknown", "gap", "behind", "replay")


def of(visit: Visit) -> str:
    """The operations API of the service in the address."""
    service = visit.path("service")
    if service not in SERVICES:
        raise Refusal(404, {})
    return f"/api/v1/{service}/operations"


def place(visit: Visit) -> str:
    if visit.path("state") not in PLACES:
        raise Refusal(404, {})
    return PLACES[visit.path("state")]


@pages.get("/operations/letters", role="operations")
async def letters(visit: Visit) -> Response:
    """Dead letters of every service by cause; parked events by service."""
    return await _all(visit)


async def _all(visit: Visit, status: int = 200, refusal: Refusal | None = None) -> Response:
    causes = await of_each(visit, "causes")
    events = await of_each(visit, "events")
    parked = [
        (service, sum(topic["parked"] for topic in said["heard"]), max((topic["oldest_parked_seconds"] or 0 for topic in said["heard"]), default=0))
        for service, said in events.items()
        if said is not None
    ]
    return visit.page(
        "operations/letters.html",
        status,
        causes=sorted(((service, cause) for service, said in causes.items() for cause in (said or {}).get("items", ())), key=lambda found: -found[1]["letters"]),
        parked=[line for line in parked if line[1]],
        away=[name for name, said in causes.items() if said is None],
        problem=refusal.problem if refusal else None,
        lasting=lasting,
    )


@pages.get("/operations/letters/{service}/{state}", role="operations")
async def of_a_service(visit: Visit) -> Response:
    """The events of one service that stand aside, filtered by cause (dead) or reason (parked)."""
    chosen = {"cause": visit.query("cause"), "type": visit.query("type")}
    wanted = {"cause" if visit.path("state") == "dead" else "reason": chosen["cause"], "type": chosen["type"]}
    found = await visit.api.get(f"{of(visit)}/{place(visit)}", cursor=visit.query("cursor"), **wanted)
    return visit.page(
        "operations/letters_of.html", service=visit.path("service"), standing=visit.path("state"), letters=found["items"], next=found["next"], chosen=chosen, reasons=REASONS
    )


@pages.get("/operations/letters/{service}/{state}/{id}", role="operations")
async def letter(visit: Visit) -> Response:
    """One event that stands aside, with its bytes as they came."""
    found = await visit.api.get(f"{of(visit)}/{place(visit)}/{segment(visit.path('id'))}")
    return visit.page("operations/letter.html", service=visit.path("service"), letter=found)


@pages.post("/operations/letters/{service}/replay", role="operations")
async def replay(visit: Visit) -> Response:
    """Hand one of them, or all of a cause, to the consumer again."""
    body = {name: visit.field(name) for name in ("id", "cause", "type") if visit.field(name)}
    try:
        done = await visit.api.post(f"{of(visit)}/replays", body, once=visit.field("once"))
    except Refusal as refusal:
        if refusal.status == 404:
            return visit.go("/operations/letters", done="nothing")
        if refusal.status in (403, 409, 422):
            return await _all(visit, refusal.status, refusal)
        raise
    return visit.go("/operations/letters", done="handed", n=done["handed"])
