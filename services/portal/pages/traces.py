"""Traces as operations read them: errors first, one act from the click to its last consumer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.forms import whole_number
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from shared.clock import now
from shared.settings import settings

pages = Pages()

API = "/api/v1/traces"

SINCE = {"15m": timedelta(minutes=15), "1h": timedelta(hours=1), "24h": timedelta(days=1)}
FILTERS = ("service", "route", "status", "min_ms", "since", "order")
DEEPEST = 12  # steps to the right; deeper work stands under the last of them
WIDTH = 1000  # units of a bar's own drawing
NARROWEST = 3


@pages.get("/operations/traces", role="operations")
async def traces(visit: Visit) -> Response:
    """The traces that fit the filters of the address; errors first unless another order is asked for."""
    wanted = visit.query("trace_id").lower()
    if wanted:
        if await visit.api.get_or_none(f"{API}/{segment(wanted)}") is not None:
            return visit.go(f"/operations/traces/{segment(wanted)}")
        return await _list(visit, missing=wanted)
    return await _list(visit)


async def _list(visit: Visit, missing: str = "") -> Response:
    chosen = {name: visit.query(name) for name in FILTERS}
    chosen["order"] = chosen["order"] or "errors"
    least = whole_number(chosen["min_ms"])
    begun = (now() - SINCE[chosen["since"]]).isoformat() if chosen["since"] in SINCE else ""
    services = await visit.api.get(f"{API}/services")
    page: dict[str, Any] = {"items": [], "next": None}
    errors: dict[str, str] = {}
    try:
        page = await visit.api.get(
            API, service=chosen["service"], route=chosen["route"], status=chosen["status"], min_ms=least, from_=begun, order=chosen["order"], cursor=visit.query("cursor")
        )
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        errors = refusal.fields
    return visit.page(
        "operations/traces.html",
        404 if missing else 422 if errors else 200,
        traces=page["items"],
        to_the_second=to_the_second,
        next=page["next"],
        services=[(name, name) for name in services["items"]],
        chosen=chosen,
        missing=missing,
        errors=errors,
    )


@dataclass(frozen=True)
class Bar:
    """One span of the waterfall: where it begins and how wide it is, in thousandths of the whole."""

    span: dict[str, Any]
    left: float
    width: float
    depth: int
    kind: str
    facts: list[tuple[str, Any]]

    @property
    def failed(self) -> bool:
        return bool(self.span["status"] == "error")


@pages.get("/operations/traces/{trace_id}", role="operations")
async def trace(visit: Visit) -> Response:
    """One trace as a waterfall."""
    found = await visit.api.get(f"{API}/{segment(visit.path('trace_id'))}")
    bars = waterfall(found)
    return visit.page("operations/trace.html", trace=found, bars=bars, to_the_second=to_the_second, failed=[bar for bar in bars if bar.failed], marks=scale(found["whole_ms"]))


def waterfall(trace: dict[str, Any]) -> list[Bar]:
    """Each span with its place on the common scale; one too short to be seen is as wide as a hair."""
    whole = max(trace["whole_ms"], 0.001)
    bars = []
    for span in trace["spans"]:
        width = max(span["duration_ms"] / whole * WIDTH, NARROWEST)
        left = min(max(span["offset_ms"], 0) / whole * WIDTH, WIDTH - width)
        facts = sorted(span["attributes"].items())
        bars.append(Bar(span, round(max(left, 0), 1), round(min(width, WIDTH), 1), min(span["depth"], DEEPEST), kind_in_words(span["kind"]), facts))
    return bars


def scale(whole_ms: float) -> list[tuple[int, float]]:
    """Four marks under the waterfall: their place in thousandths and the milliseconds there."""
    return [(quarter * 250, round(whole_ms * quarter / 4, 1)) for quarter in range(5)]


KINDS = {
    "server": _("answers a request"),
    "client": _("asks another part"),
    "producer": _("announces an event"),
    "consumer": _("handles an event"),
    "internal": _("works"),
}


def kind_in_words(kind: str) -> str:
    return gettext(KINDS.get(kind, kind))


def to_the_second(text: str) -> str:
    """Operations compare traces with log lines: an instant in the authority's zone, with its seconds."""
    return datetime.fromisoformat(text).astimezone(ZoneInfo(settings().time_zone)).strftime("%d/%m/%Y %H:%M:%S")
