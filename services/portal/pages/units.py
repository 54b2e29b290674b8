"""Units of a facility: the tree of a day, one unit with its posts and people, opening, changing and closing them."""

import asyncio
from typing import Any

from starlette.responses import Response

from services.portal.acts import Act, add_acts, body_of
from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_of
from services.portal.forms import actions_of, send
from services.portal.labels import choices
from services.portal.listing import Listing
from services.portal.units import offered, tree_of
from services.portal.visit import Pages, Visit, not_found

pages = Pages()

API = "/api/v1/registry"
LANGUAGES = ("fr", "vi", "en")
DESCRIBED = ("kind", "name", "parent_id", "specialty")
SHOWN = 20


class WithNames(Act):
    """The form has a field for each language; the service takes them together."""

    def body(self, visit: Visit) -> dict[str, Any]:
        return super().body(visit) | names_said(visit)


ACTS = {
    "change": WithNames("changes", ("effective_on", *DESCRIBED, "reason", "decision_number"), emptied=("parent_id", "specialty")),
    "posts": Act("posts", ("effective_on", "named", "reason", "decision_number")),
    "close": Act("closure", ("last_day", "reason", "decision_number")),
}


def names_said(visit: Visit) -> dict[str, Any]:
    names = {language: said for language in LANGUAGES if (said := visit.field(f"name_{language}"))}
    return {"names": names} if names else {}


@pages.get("/facilities/{code}/units")
async def tree(visit: Visit) -> Response:
    facility = await facility_of(visit, visit.path("code"))
    found = await tree_of(visit, visit.path("code"), visit.query("as_of"))
    if facility is None or found is None:
        return not_found(visit)
    listing = Listing(path=visit.request.url.path, items=found["units"], filters={"facility": found["facility_code"], "as_of": visit.query("as_of")}, export="units")
    return visit.page("units/tree.html", facility=facility, tree=found, list=listing, actions=actions_of(found), as_of=visit.query("as_of"))


async def new_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    typed = visit.fields() or {"facility_code": visit.query("facility"), "parent_id": visit.query("parent")}
    facility = typed.get("facility_code", "")
    found, facilities = await asyncio.gather(tree_of(visit, facility) if facility else nothing(), facilities_offered(visit))
    return visit.page(
        "units/new.html", status, typed=typed, tree=found, parents=offered(found), facilities=facilities, kinds=choices("unit_kind"), specialties=choices("specialty"),
        problem=problem, errors=errors or {},
    )  # fmt: skip


async def nothing() -> None:
    return None


@pages.get("/units/new")
async def new_unit(visit: Visit) -> Response:
    """Choose the facility first: the units below which another may hang are its own."""
    return await new_page(visit)


@pages.post("/units/new")
async def create_unit(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_page(visit, **shown)

    body = body_of(visit, ("facility_code", "code", *DESCRIBED, "valid_from", "valid_to", "decision_number")) | names_said(visit)
    answer = await send(visit, f"{API}/units", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/units/{answer['id']}", done="opened")


async def act_page(visit: Visit, act: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/units/{segment(visit.path('id'))}")
    beside = await tree_of(visit, found["facility_code"])
    described = {name: found[name] for name in DESCRIBED} | {"name": found["official_name"]} | {f"name_{language}": name for language, name in found["names"].items()}
    return visit.page(
        "units/act.html",
        status,
        unit=found,
        act=act,
        action=actions_of(found).get({"posts": "place-posts"}.get(act, act)),
        typed=visit.fields() or (described if act == "change" else {}),
        parents=offered(beside, but=found["id"]),
        words=[(said, f"{said} ({count})") for said, count in ((beside or {}).get("named") or {}).items()],
        kinds=choices("unit_kind"),
        specialties=choices("specialty"),
        problem=problem,
        errors=errors or {},
    )


add_acts(pages, "/units/{id}", f"{API}/units", ACTS, act_page)


@pages.get("/units/{id}")
async def unit(visit: Visit) -> Response:
    """One unit on a day: who heads it, its vacancies and people with all that hangs below, and how it came to be."""
    key, as_of = visit.path("id"), visit.query("as_of")
    found = await visit.api.get(f"{API}/units/{segment(key)}", as_of=as_of)
    code = found["facility_code"]
    posts, people, below = await asyncio.gather(
        visit.api.get_or_none(f"{API}/posts", facility=code, unit_id=key, state="vacant", as_of=as_of, limit=SHOWN),
        visit.api.get_or_none(f"{API}/persons", unit_id=key, as_of=as_of, limit=SHOWN),
        visit.api.get_or_none(f"{API}/units", parent=key, as_of=as_of, limit=200),
    )
    names = await visit.api.names(person for head in found.get("heads") or [] for person in head["person_ids"] or [])
    return visit.page("units/page.html", unit=found, posts=posts, people=people, below=(below or {}).get("items", []), names=names, actions=actions_of(found), as_of=as_of)
