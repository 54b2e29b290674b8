"""Figures: the catalogue, one figure with its definition, its parts and its months, the map, and the records behind it."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.clients import Refusal, segment
from services.portal.facilities import facility_names
from services.portal.figures import chosen, figure_shown, figures_of, query_of, said, territories_offered
from services.portal.formats import as_date, day, number
from services.portal.labels import LABELS, label, name_of_occupation
from services.portal.maps import bubbles
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/observatory/figures"
SERVICES = ("density", "stock", "coverage", "training", "recruitment", "money", "rotation", "appointment", "personnel", "requests", "acts", "committee", "plan")
FIELDS = (
    *("training_field", "specialty", "programme", "leader_rank", "commitment_origin", "mandate_kind", "case_kind", "award_level", "award_title", "benefit_kind", "mission_mode"),
    *("country", "region", "group"),
)
MAPPED = ("density.doctors", "density.nurses", "density.pharmacists", "recruitment.hard_posts", "recruitment.vacant_posts", "stock.doctors")


@pages.get("/figures")
async def figures(visit: Visit) -> Response:
    """Every figure of the catalogue for one place and period, by part of the work."""
    asked = chosen(visit)
    found = await figures_of(visit, asked)
    groups = [(label("figures_of", service), [figure for figure in found if figure["service"] == service]) for service in SERVICES]
    return visit.page(
        "figures/list.html", sections=[(title, items) for title, items in groups if items], asked=asked, query=query_of(asked), territories=await territories_offered(visit)
    )


@pages.get("/figures/{id}")
async def figure(visit: Visit) -> Response:
    asked = chosen(visit)
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}", **asked)
    return visit.page("figures/page.html", figure=figure_shown(found, asked), asked=asked, query=query_of(asked), territories=await territories_offered(visit))


@pages.get("/figures/{id}/definitions")
async def definitions(visit: Visit) -> Response:
    """The figure by each of its definitions side by side."""
    asked = chosen(visit)
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}/definitions", **asked)
    items = [figure_shown(item, asked) | {"difference": difference} for item, difference in zip(found["items"], found["differences"], strict=True)]
    return visit.page("figures/definitions.html", figures=items, asked=asked, query=query_of(asked))


@pages.get("/figures/{id}/months")
async def months(visit: Visit) -> Response:
    """The figure at the end of each of the last twelve months, asked for apart so that the page does not wait for it."""
    asked = chosen(visit)
    path = f"{API}/{segment(visit.path('id'))}"
    found, series = await asyncio.gather(visit.api.get(path, **asked), visit.api.get(f"{path}/series", **asked, months=12))
    shown = figure_shown(found, asked)
    lines = [line_shown(line, found) for line in series["lines"]]
    return visit.page("figures/months.html", figure=shown, lines=[line for line in lines if line["points"]], asked=asked, query=query_of(asked))


def line_shown(line: dict[str, Any], figure: dict[str, Any]) -> dict[str, Any]:
    """One line of the chart with its points as text, and what changed since the first, in words."""
    values = [(point["as_of"], float(point["value"])) for point in line["points"] if point["value"] is not None]
    change = ""
    if len(values) > 1:
        difference = number(values[-1][1] - values[0][1], figure["decimals"])
        change = gettext(_("{difference} since {day}"), difference=difference if difference.startswith("-") else f"+{difference}", day=day(values[0][0]))
    points = [(as_date(point["as_of"]), said(figure, point["value"]) if point["value"] is not None else point["band"] or "–") for point in line["points"]]
    return {"area": line["area"], "points": points, "values": values, "change": change}


@pages.get("/figures/{id}/parts")
async def parts(visit: Visit) -> Response:
    """The figure by area, by facility or by field; each part leads to what it is made of."""
    asked = chosen(visit)
    by = visit.query("by") or ("field" if asked["facility"] else "facility")
    found = await visit.api.get(f"{API}/{segment(visit.path('id'))}/breakdown", **asked, by=by)
    shown = figure_shown(found["figure"], asked)
    cells = [cell | {"said": said(found["figure"], cell["value"]) if cell["value"] is not None else cell["band"] or "–"} for cell in found["cells"]]
    names = await facility_names(visit, (cell["code"] for cell in cells)) if by == "facility" else {}
    for cell in cells:
        cell["name"] = cell["name"] or names.get(cell["code"]) or field_in_words(cell["code"])
    return visit.page("figures/parts.html", figure=shown, cells=cells, by=by, asked=asked, query=query_of(asked))


def field_in_words(code: str) -> str:
    """The word for the field of a figure, whichever vocabulary it belongs to."""
    if not code:
        return gettext(_("Not stated"))
    found = next((kind for kind in FIELDS if code in LABELS.get(kind, {})), None)
    if found:
        return label(found, code)
    return name_of_occupation(code)


@pages.get("/map")
async def territory_map(visit: Visit) -> Response:
    """The territory drawn from the centroids of its communes: how large each is, and how dense; the table beside says the same."""
    asked = chosen(visit)
    wanted = visit.query("figure") or MAPPED[0]
    found = await visit.api.get(f"{API}/{segment(wanted)}/breakdown", **asked, by="area")
    cells = [cell | {"said": said(found["figure"], cell["value"]) if cell["value"] is not None else cell["band"] or "–"} for cell in found["cells"]]
    catalogue = await visit.api.get(API)
    offered = [(figure["id"], figure["title"]) for figure in catalogue["items"] if figure["id"] in MAPPED]
    return visit.page(
        "figures/map.html",
        figure=figure_shown(found["figure"], asked),
        cells=sorted(cells, key=lambda cell: (cell["value"] is None, cell["value"] or 0, cell["code"])),
        drawing=bubbles(cells, asked),
        offered=offered,
        wanted=wanted,
        asked=asked,
        query=query_of(asked),
        territories=await territories_offered(visit),
    )


@pages.get("/figures/{id}/records")
async def records(visit: Visit) -> Response:
    """The records that the figure counts, with the names of the people in one call."""
    asked = chosen(visit)
    path = f"{API}/{segment(visit.path('id'))}"
    found, page = await asyncio.gather(visit.api.get(path, **asked), visit.api.get(f"{path}/records", **asked, cursor=visit.query("cursor"), limit=100))
    names = await names_or_none(visit, page["items"])
    return visit.page(
        "figures/records.html",
        figure=figure_shown(found, asked),
        records=[record | {"path": path_of(record), "field_said": field_in_words(record["field"]) if record.get("field") else ""} for record in page["items"]],
        next=page.get("next"),
        names=names,
        places=await facility_names(visit, (item["facility_code"] for item in page["items"])),
        asked=asked,
        query=query_of(asked),
    )


PATHS = {
    "facility": "/places/{facility}",
    "registry.posts": "/posts/{id}",
    "recruitment.hires": "/hires/{id}",
    "recruitment.needs": "/needs/{id}",
    "recruitment.pool_partners": "/facilities/{facility}",
    "training.sessions": "/training/sessions/{id}",
    "training.plans": "/training/plans/{id}",
    "training.enrolments": "/training/enrolments/{id}",
    "training.sponsorships": "/studies/{id}",
    "appointment.positions": "/leadership/{id}",
    "appointment.cases": "/cases/{id}",
    "appointment.mandates": "/mandates/{id}",
    "appointment.commitments": "/commitments/{id}",
    "appointment.probations": "/probations/{id}",
    "appointment.pay_steps": "/pay-steps/{id}",
    "registry.requests": "/requests/{id}",
    "appointment.decisions": "/decisions/{id}",
    "observatory.meetings": "/meetings/{id}",
    "observatory.resolutions": "/resolutions/{id}",
    "observatory.actions": "/strategy-actions/{id}",
    "rotation.agreements": "/agreements/{id}",
    "rotation.missions": "/missions/{id}",
    "rotation.placements": "/exchange-placements/{id}",
    "rotation.exchange_agreements": "/exchanges/{id}",
    "rotation.techniques": "/techniques/{id}",
}


def path_of(record: dict[str, Any]) -> str:
    """The page of a record: its own when it has one, else the person's."""
    pattern = PATHS.get(record["topic"])
    if pattern:
        return pattern.format(id=record["record_id"], facility=record["facility_code"])
    return f"/people/{record['person_id']}" if record.get("person_id") else ""


async def names_or_none(visit: Visit, items: list[dict[str, Any]]) -> dict[str, str] | None:
    """Names by id; None for those who read figures but no names (analysts)."""
    try:
        return await visit.api.names(item.get("person_id") for item in items)
    except Refusal as refusal:
        if refusal.status == 403:
            return None
        raise
