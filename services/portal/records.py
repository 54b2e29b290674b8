"""A record is read in parts (components/record.html): which one the address asks for, and who changed what in it.

tab = tab_of(visit, "summary", "timeline", "history")
return visit.page("posts/page.html", tab=tab, history=await changes_of(visit, "post", id) if tab == "history" else None)

`history/part.html` draws the changes.
"""

from dataclasses import dataclass
from typing import Any

from services.portal.pages.history import shown
from services.portal.visit import Visit


def tab_of(visit: Visit, *tabs: str) -> str:
    """The part that the address names; the first one when it names none of them."""
    return visit.query("tab") if visit.query("tab") in tabs else tabs[0]


@dataclass(frozen=True)
class Changes:
    """A page of a history, and where its next one is."""

    changes: list[dict[str, Any]]
    next: str | None
    more: str = "?tab=history&cursor="


async def changes_of(visit: Visit, tab: str, kind: str, id_: str, service: str = "registry") -> Changes | None:
    """Who changed what in a thing of a service; asked only where it is read."""
    if tab != "history":
        return None
    found = await visit.api.get_or_none(f"/api/v1/{service}/history", subject_kind=kind, subject_id=id_, cursor=visit.query("cursor"))
    return Changes(shown(found), (found or {}).get("next"))
