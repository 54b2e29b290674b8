"""The assembly's briefing: every figure of a period with its definition and its source, the map and its table, on paper."""

from datetime import date

from starlette.responses import Response

from services.portal.figures import figure_shown, query_of, said, territories_offered
from services.portal.labels import label
from services.portal.maps import bubbles
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/observatory/briefing"


@pages.get("/briefing")
async def briefing(visit: Visit) -> Response:
    """Without dates it is this year so far; without territory, the reader's own."""
    last = visit.query("to") or visit.query("as_of") or today().isoformat()
    asked = {
        "area": visit.query("area") or visit.authority,
        "from": visit.query("from") or date(int(last[:4]), 1, 1).isoformat(),
        "to": last,
        "as_of": visit.query("as_of") or last,
    }
    territories = await territories_offered(visit)
    if not asked["area"] or (territories and not visit.query("area")):
        return visit.page("briefing/page.html", briefing=None, sections=[], asked=asked, query=query_of(asked), territories=territories, figure=None, cells=[], drawing="")
    found = await visit.api.get(API, **asked)
    sections = [(label("figures_of", section["service"]), [figure_shown(figure, of(figure, asked)) for figure in section["figures"]]) for section in found["sections"]]
    cells = [cell | {"said": said(found["map"]["figure"], cell["value"]) if cell["value"] is not None else cell["band"] or "–"} for cell in found["map"]["cells"]]
    return visit.page(
        "briefing/page.html",
        briefing=found,
        sections=sections,
        asked=asked,
        query=query_of(asked),
        territories=territories,
        figure=figure_shown(found["map"]["figure"], asked),
        cells=sorted(cells, key=lambda cell: (cell["value"] is None, cell["value"] or 0, cell["code"])),
        drawing=bubbles(cells, asked),
    )


def of(figure: dict[str, str], asked: dict[str, str]) -> dict[str, str]:
    """The question that opens this figure with the same value: a policy's begins with the policy."""
    return {name: value for name, value in asked.items() if name != "from"} if figure["id"].startswith("recruitment.policy_") else asked
