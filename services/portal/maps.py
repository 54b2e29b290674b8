"""A map without outlines: one bubble for each area at its centroid, as large as its people are many, as dark as its figure is high.

No boundary is shipped: the deploying authority sets its own basemap. The same values stand in a table beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt
from typing import Any

from markupsafe import Markup

from services.portal.figures import query_of
from services.portal.texts import _, gettext

WIDTH, MARGIN, SMALLEST, LARGEST = 760.0, 44.0, 7.0, 26.0
SHADES = 5
LABELLED_FROM = 15.0


@dataclass(frozen=True)
class Bubble:
    """Where an area is drawn, how large, and in which of the five shades; 0 when it has no value. `mark` stands in it where there is room."""

    code: str
    name: str
    said: str
    mark: str
    x: float
    y: float
    radius: float
    shade: int


def bubbles(cells: Sequence[dict[str, Any]], asked: dict[str, str], *, title: str = "", leads_to: Callable[[str], str] | None = None) -> Markup:
    """The drawing; each bubble leads to the situation of its area, or to another page of it. Empty when no area has a centroid."""
    placed = [cell for cell in cells if cell.get("latitude") is not None and cell.get("longitude") is not None]
    if not placed:
        return Markup("")
    height, drawn = arranged(placed)
    address = leads_to or (lambda code: _situation(code, asked))
    circles = Markup("").join(_circle(bubble, address(bubble.code)) for bubble in sorted(drawn, key=lambda bubble: -bubble.radius))
    title = title or gettext(_("Each bubble is an area; the larger it is the more people live there, the darker the higher the value."))
    return Markup('<svg class="map" viewBox="0 0 {w:.0f} {h:.0f}" role="group" aria-label="{title}">{circles}</svg>').format(w=WIDTH, h=height, title=title, circles=circles)


def arranged(cells: Sequence[dict[str, Any]]) -> tuple[float, list[Bubble]]:
    """Degrees become points with the east–west distance of the middle latitude; the shades are fifths of the areas that have a value."""
    latitudes, longitudes = [float(cell["latitude"]) for cell in cells], [float(cell["longitude"]) for cell in cells]
    squeeze = cos(radians((min(latitudes) + max(latitudes)) / 2))
    wide, high = (max(longitudes) - min(longitudes)) * squeeze or 0.01, max(latitudes) - min(latitudes)
    scale = (WIDTH - 2 * MARGIN) / wide
    height = max(high * scale, 40.0) + 2 * MARGIN
    sizes = [float(cell.get("denominator") or cell.get("numerator") or 0) for cell in cells]
    largest = max(sizes) or 1.0
    values = sorted(float(cell["value"]) for cell in cells if cell["value"] is not None)
    found = []
    for cell, latitude, longitude, size in zip(cells, latitudes, longitudes, sizes, strict=True):
        x = MARGIN + (longitude - min(longitudes)) * squeeze * scale
        y = MARGIN + (max(latitudes) - latitude) * scale
        radius = SMALLEST + (LARGEST - SMALLEST) * sqrt(size / largest)
        found.append(Bubble(cell["code"], cell["name"] or cell["code"], cell["said"], cell.get("mark", cell["said"]), x, y, radius, shade_of(cell["value"], values)))
    return height, found


def shade_of(value: Any, ordered: Sequence[float]) -> int:
    """1 for the lowest fifth of the areas, 5 for the highest; equal values have the same shade."""
    if value is None or not ordered:
        return 0
    below = sum(other < float(value) for other in ordered)
    return min(SHADES, 1 + SHADES * below // len(ordered))


def _situation(code: str, asked: dict[str, str]) -> str:
    query = query_of({name: value for name, value in asked.items() if name not in ("area", "facility")})
    return f"/areas/{code}" + (f"?{query}" if query else "")


def _circle(bubble: Bubble, address: str) -> Markup:
    number = (
        Markup('<text x="{x:.1f}" y="{y:.1f}" dy="4">{mark}</text>').format(x=bubble.x, y=bubble.y, mark=bubble.mark)
        if bubble.radius >= LABELLED_FROM and bubble.shade
        else Markup("")
    )
    drawing = Markup(
        '<a href="{address}" aria-label="{name}: {said}"><title>{name}: {said}</title><circle class="shade-{shade}" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"/>{number}</a>'
    )
    return drawing.format(address=address, name=bubble.name, said=bubble.said, shade=bubble.shade, x=bubble.x, y=bubble.y, r=bubble.radius, number=number)
