"""Posts: one with its periods and holders, opening one, and what is done to it."""

from typing import Any

from starlette.responses import Response

from services.portal.acts import Act, add_acts, body_of
from services.portal.clients import segment
from services.portal.facilities import facilities_offered
from services.portal.forms import actions_of, send
from services.portal.labels import choices, occupations
from services.portal.records import changes_of, tab_of
from services.portal.units import units_offered
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/registry"
DESCRIBED = ("unit_id", "unit", "job_position", "specialty", "fte", "is_management")
OPENED = ("facility_code", "occupation_code", *DESCRIBED, "reference", "open_from", "close_to", "decision_number")


class Described(Act):
    """A post that stands in a unit is called after it: words beside it are left out."""

    def body(self, visit: Visit) -> dict[str, Any]:
        return without_words(super().body(visit))


def without_words(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"unit": ""} if body.get("unit_id") else body


ACTS = {
    "change": Described("changes", ("effective_on", *DESCRIBED, "reason", "decision_number"), numbers=("fte",)),
    "freeze": Act("freezing", ("from_day", "to_day", "reason", "decision_number")),
    "unfreeze": Act("unfreezing", ("from_day", "reason", "decision_number")),
    "abolish": Act("abolition", ("last_day", "reason", "decision_number")),
}
MAY_NEED = ("regional-administrator", "facility-hr-officer", "head-of-facility")


async def new_post_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    typed = visit.fields() or {"facility_code": visit.query("facility"), "unit_id": visit.query("unit"), "fte": "1"}
    return visit.page(
        "posts/new.html",
        status,
        typed=typed,
        units=await units_offered(visit, typed.get("facility_code", "")),
        facilities=await facilities_offered(visit),
        occupations=occupations.choices(),
        specialties=choices("specialty"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/posts/new")
async def new_post(visit: Visit) -> Response:
    return await new_post_page(visit)


@pages.post("/posts/new")
async def create_post(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_post_page(visit, **shown)

    answer = await send(visit, f"{API}/posts", without_words(body_of(visit, OPENED, ("fte",))), again)
    return answer if isinstance(answer, Response) else visit.go(f"/posts/{answer['id']}", done="opened")


async def act_page(visit: Visit, act: str, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/posts/{segment(visit.path('id'))}")
    holder = (problem or {}).get("person_id")
    return visit.page(
        "posts/act.html",
        status,
        post=found,
        act=act,
        action=actions_of(found).get(act),
        typed=visit.fields() or ({name: found.get(name) for name in DESCRIBED} if act == "change" else {}),
        units=await units_offered(visit, found["facility_code"]) if act == "change" else [],
        specialties=choices("specialty"),
        names=await visit.api.names([holder]) if holder else {},
        problem=problem,
        errors=errors or {},
    )


add_acts(pages, "/posts/{id}", f"{API}/posts", ACTS, act_page)


@pages.get("/posts/{id}")
async def post(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/posts/{segment(visit.path('id'))}", as_of=visit.query("as_of"))
    names = await visit.api.names(holder["person_id"] for holder in found.get("holders") or [])
    tab = tab_of(visit, "summary", "timeline", "history")
    return visit.page(
        "posts/page.html",
        post=found,
        tab=tab,
        history=await changes_of(visit, tab, "post", found["id"]),
        names=names,
        actions=actions_of(found),
        may_need=visit.has_role(*MAY_NEED),
        as_of=visit.query("as_of"),
    )
