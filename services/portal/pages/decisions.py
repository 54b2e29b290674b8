"""Decisions: the one signing table, one decision with its document, taking back and replacing, and the public check of a paper."""

from typing import Any

from starlette.responses import Response

from services.portal.clients import Api, Refusal, segment
from services.portal.facilities import authority_names, facilities_offered, facility_names
from services.portal.forms import actions_of, may, send
from services.portal.labels import choices
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext, translated
from services.portal.visit import Pages, Visit
from shared.clock import today
from shared.i18n import LANGUAGES
from shared.words import said_fact

pages = Pages()

API = "/api/v1/appointment"
SHOWN_NAMES = 3
PAGE = 100

THINGS = {
    "hire": "/hires/{id}",
    "mission": "/missions/{id}",
    "stay": "/stays/{id}",
    "sponsorship": "/studies/{id}",
    "appointment": "/cases/{id}",
    "reappointment": "/cases/{id}",
    "extension": "/cases/{id}",
    "transfer": "/cases/{id}",
    "acting": "/cases/{id}",
    "resignation": "/cases/{id}",
    "removal": "/cases/{id}",
    "probation_confirmation": "/probations/of/{id}",
    "pay_steps": "/pay-step-lists/{id}",
    "benefits": "/benefits?proposal={id}",
    "awards": "/awards?proposal={id}",
}
"""Where the page of what was decided is, by kind of decision."""


# ---- The register ---------------------------------------------------------------------------------------------------


async def table_page(visit: Visit, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    """Decisions by the filters of the address; a signatory begins with those that wait for a signature."""
    signs = visit.has_role("signatory")
    wanted = visit.query("state", "waiting" if signs else "")
    filters = {"state": wanted, "kind": visit.query("kind"), "facility": visit.query("facility")}
    state: dict[str, str] = {"waiting": {"state": "proposed"}, "to_regularise": {"to_regularise": "true"}, "": {}, "all": {}}.get(wanted, {"state": wanted})
    asked = {"kind": filters["kind"], "facility": filters["facility"], **state}
    found = await visit.api.get(f"{API}/decisions", **asked, limit=PAGE, **paging(visit))
    items = found["items"]
    return visit.page(
        "decisions/list.html",
        status,
        list=Listing.of(visit, found, filters, path="/decisions", sort="proposed", export="decisions", asked=asked),
        may_tick=signs and wanted == "waiting" and any(actions_of(item).get("sign", {}).get("allowed") for item in items),
        actions={item["id"]: actions_of(item) for item in items},
        ticked=set(visit.values("ids")) or ({item["id"] for item in items if may(item, "sign")} if visit.query("tick") == "all" else set()),
        names=await visit.api.names(person for item in items for person in item["person_ids"][:SHOWN_NAMES]),
        places=await facility_names(visit, (item["facility_code"] for item in items)),
        facilities=await facilities_offered(visit),
        states=[("waiting", gettext(_("Waiting for a signature"))), ("to_regularise", gettext(_("To regularise")))]
        + [(code, word) for code, word in ((code, gettext(_WORDS[code])) for code in ("signed", "revoked", "superseded", "withdrawn"))],
        kinds=choices("decision_kind"),
        shown=SHOWN_NAMES,
        typed=visit.fields(),
        errors=errors or {},
        problem=None,
    )


_WORDS = {"signed": _("Signed"), "revoked": _("Revoked"), "superseded": _("Superseded"), "withdrawn": _("Withdrawn")}


@pages.get("/decisions")
async def decisions(visit: Visit) -> Response:
    return await table_page(visit)


@pages.post("/decisions/signatures")
async def sign_ticked(visit: Visit) -> Response:
    """Sign all that was ticked; each line says what became of it."""
    ticked = visit.values("ids")
    if not ticked:
        return await table_page(visit, 422, errors={"ids": gettext(_("Tick at least one decision."))})
    body: dict[str, Any] = {"decisions": [{"id": one} for one in ticked], "signed_on": visit.field("done_on"), "retroactive_reason": visit.field("retroactive_reason")}

    async def again(status: int, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
        return await table_page(visit, status, errors=errors or {"done_on": (problem or {}).get("detail", "")})

    answer = await send(visit, f"{API}/decisions/signatures", body, again)
    if isinstance(answer, Response):
        return answer
    refused = [await visit.api.get_or_none(f"{API}/decisions/{segment(item['id'])}") for item in answer["items"] if item["problem"]]
    lines = {item["id"]: item for item in refused if item} | {item["id"]: item["decision"] for item in answer["items"] if item["decision"]}
    return visit.page(
        "decisions/signed.html",
        answer=answer,
        lines=lines,
        names=await visit.api.names(person for item in lines.values() for person in item["person_ids"][:SHOWN_NAMES]),
        places=await facility_names(visit, (item["facility_code"] for item in lines.values())),
        shown=SHOWN_NAMES,
    )


@pages.get("/decisions/retroactive")
async def retroactive(visit: Visit) -> Response:
    """Decisions of a month whose effect came before their signature (REG-04)."""
    month = visit.query("month") or f"{today():%Y-%m}"
    found = await visit.api.get(f"{API}/decisions/retroactive", month=month, **paging(visit))
    return visit.page(
        "decisions/retroactive.html",
        list=Listing.of(visit, found, {"month": month}),
        names=await visit.api.names(person for item in found["items"] for person in item["person_ids"][:SHOWN_NAMES]),
        places=await facility_names(visit, (item["facility_code"] for item in found["items"])),
        shown=SHOWN_NAMES,
    )


# ---- One decision ---------------------------------------------------------------------------------------------------


async def decision_of(visit: Visit) -> dict[str, Any]:
    """Everything that the page of a decision and its forms show."""
    found = await visit.api.get(f"{API}/decisions/{segment(visit.path('id'))}")
    other = found["superseded_by"] or found["supersedes"]
    place = THINGS.get(found["kind"])
    return {
        "decision": found,
        "said_fact": said_fact,
        "other": await visit.api.get_or_none(f"{API}/decisions/{other}") if other else None,
        "names": await visit.api.names(found["person_ids"]),
        "places": await authority_names(
            visit,
            [
                found["facility_code"],
                found["authority"],
                found.get("number_authority"),
                found["facts"].get("source"),
                found["facts"].get("destination"),
                (found.get("competence") or {}).get("competent"),
            ],
        ),
        "actions": actions_of(found),
        "steps": steps_of(found),
        "thing": place.format(id=found["source_id"]) if place else "",
        "typed": visit.fields(),
    }


def steps_of(decision: dict[str, Any]) -> list[dict[str, Any]]:
    """Proposed, signed, numbered, and how it ended if it did."""
    signed, ended, withdrawn = decision["signed_on"], decision["end"], decision["state"] == "withdrawn"

    def step(name: str, status: str, on: Any = None, note: str = "", who: str = "") -> dict[str, Any]:
        return {"name": name, "status": status, "on": on, "note": note, "who": who}

    found = [
        step(gettext(_("Proposed")), "done", decision["proposed_on"]),
        step(
            gettext(_("Signed")),
            "done" if signed else "blocked" if withdrawn else "now",
            signed,
            note=gettext(_("withdrawn by whoever asked")) if withdrawn else "",
            who="" if signed or withdrawn else gettext(_("Signatory")),
        ),
        step(gettext(_("Numbered")), "done" if decision["number"] else "now" if signed and not ended else "coming", decision["numbered_on"], note=decision["number"] or ""),
    ]
    if ended:
        found.append(step(gettext(_("Revoked")) if decision["state"] == "revoked" else gettext(_("Superseded")), "done", ended["on"], note=ended["number"] or ""))
    else:
        found.append(step(gettext(_("In force")), "done" if signed and decision["number"] else "coming", decision["effective_on"]))
    return found


async def decision_page(
    visit: Visit, status: int = 200, template: str = "decisions/page.html", problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None
) -> Response:
    return visit.page(template, status, **await decision_of(visit), problem=problem, errors=errors or {})


@pages.get("/decisions/{id}")
async def decision(visit: Visit) -> Response:
    return await decision_page(visit)


@pages.get("/decisions/{id}/document")
async def document(visit: Visit) -> Response:
    """The decision as PDF, in the language that was chosen."""
    language = visit.query("language") if visit.query("language") in LANGUAGES else visit.language
    content, kind = await visit.api.file(f"{API}/decisions/{segment(visit.path('id'))}/document", language=language)
    return Response(content, media_type=kind, headers={"Content-Disposition": f'inline; filename="decision-{segment(visit.path("id"))}-{language}.pdf"'})


async def _act(visit: Visit, act: str, body: dict[str, Any], done: str, template: str = "decisions/page.html") -> Response:
    async def again(**shown: Any) -> Response:
        return await decision_page(visit, template=template, **shown)

    answer = await send(visit, f"{API}/decisions/{segment(visit.path('id'))}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/decisions/{answer['id']}", done=done)


def _typed(visit: Visit, *names: str) -> dict[str, Any]:
    return {name: visit.field(name) for name in (*names, "done_on")}


@pages.post("/decisions/{id}/signature")
async def sign(visit: Visit) -> Response:
    return await _act(visit, "signature", _typed(visit, "numbering", "number", "number_authority", "retroactive_reason"), "signed")


@pages.post("/decisions/{id}/numbering")
async def number(visit: Visit) -> Response:
    return await _act(visit, "numbering", _typed(visit, "number", "number_authority") | {"numbering": "entered" if visit.field("number") else "register"}, "numbered")


@pages.get("/decisions/{id}/revocation")
async def revocation(visit: Visit) -> Response:
    return await decision_page(visit, template="decisions/revocation.html")


@pages.post("/decisions/{id}/revocation")
async def revoke(visit: Visit) -> Response:
    return await _act(visit, "revocation", _typed(visit, "number", "reason", "effective_on"), "revoked", "decisions/revocation.html")


@pages.get("/decisions/{id}/supersession")
async def supersession(visit: Visit) -> Response:
    return await decision_page(visit, template="decisions/supersession.html")


@pages.post("/decisions/{id}/supersession")
async def supersede(visit: Visit) -> Response:
    before = await visit.api.get(f"{API}/decisions/{segment(visit.path('id'))}")
    shown_as = {translated(line): line for line in before["legal_basis"]}  # a basis that was left as it is stays the text that is stored
    basis = [shown_as.get(line.strip(), line.strip()) for line in visit.field("legal_basis").splitlines() if line.strip()]
    return await _act(
        visit, "supersession", {"reason": visit.field("reason"), "legal_basis": basis or None, "done_on": visit.field("done_on")}, "replaced", "decisions/supersession.html"
    )


# ---- Anybody who holds the paper ------------------------------------------------------------------------------------


@pages.get("/check/decision", public=True)
async def check_form(visit: Visit) -> Response:
    if visit.query("code"):
        return visit.go(f"/check/decision/{segment(visit.query('code').upper())}")
    return visit.page("decisions/check.html", code="", found=None)


@pages.get("/check/decision/{code}", public=True)
async def check(visit: Visit) -> Response:
    """Number, date, authority and state of what the register knows under this code; nothing about a person."""
    code = visit.path("code")
    try:
        found = await Api("", visit.language).get(f"{API}/check/{segment(code)}")
    except Refusal as refusal:
        if refusal.status != 404:
            raise
        return visit.page("decisions/check.html", 404, code=code, found=None)
    return visit.page("decisions/check.html", code=code, found=found)
