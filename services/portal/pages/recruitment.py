"""Recruitment: policies, needs, campaigns, and one hire from the application to the signed decision."""

import asyncio
from functools import partial
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import authority_names, facilities_offered, facility_name, facility_names
from services.portal.forms import actions_of, day_typed, named_fields, search_people, send, whole_number
from services.portal.labels import choices, label, name_of_occupation, occupations
from services.portal.listing import Listing, paging
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/recruitment"
REGISTRY = "/api/v1/registry"
CANDIDACY_READERS = ("regional-administrator", "facility-hr-officer", "signatory", "auditor")


# ---- Attraction policies ------------------------------------------------------------------------------------------


@pages.get("/policies")
async def policies(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/policies", **paging(visit))
    return visit.page(
        "policies/list.html", list=Listing.of(visit, found, {}, export="policies"), authorities=await authority_names(visit, (item["authority"] for item in found["items"]))
    )


@pages.get("/policies/{id}")
async def policy(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/policies/{segment(visit.path('id'))}")
    hires = await visit.api.get_or_none(f"{API}/hires", policy=found["id"], limit=200)
    return visit.page(
        "policies/page.html",
        policy=found,
        authorities=await authority_names(visit, [found["authority"]]),
        table=amounts_table(found),
        actions=actions_of(found),
        hires=(hires or {}).get("items", []),
    )


def amounts_table(policy: dict[str, Any]) -> dict[str, Any]:
    """The resolution's own table: groups of facilities down, degrees across, dearest first."""
    degrees: list[str] = []
    groups: dict[str, dict[str, int]] = {}
    for tier in sorted(policy["tiers"], key=lambda tier: -tier["amount"]):
        groups.setdefault(tier["facility_group"], {})[tier["degree"]] = tier["amount"]
        if tier["degree"] not in degrees:
            degrees.append(tier["degree"])
    return {"degrees": degrees, "groups": groups}


@pages.post("/policies/{id}/approval")
async def approve_policy(visit: Visit) -> Response:
    path = f"{API}/policies/{segment(visit.path('id'))}"

    async def again(status: int, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
        found = await visit.api.get(path)
        return visit.page(
            "policies/page.html",
            status,
            policy=found,
            authorities=await authority_names(visit, [found["authority"]]),
            table=amounts_table(found),
            actions=actions_of(found),
            hires=[],
            problem=problem,
            errors=errors or {},
        )

    answer = await send(visit, f"{path}/approval", {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/policies/{answer['id']}", done="approved")


# ---- Needs --------------------------------------------------------------------------------------------------------


@pages.get("/needs")
async def needs(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("state", "facility", "occupation")}
    found = await visit.api.get(f"{API}/needs", **filters, **paging(visit))
    return visit.page(
        "needs/list.html",
        list=Listing.of(visit, found, filters, export="needs"),
        places=await facility_names(visit, (item["facility_code"] for item in found["items"])),
        may_identify=visit.has_role("regional-administrator", "facility-hr-officer", "head-of-facility"),
    )


async def new_need_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    post = await visit.api.get_or_none(f"{REGISTRY}/posts/{segment(visit.query('post') or visit.field('post_id'))}") if visit.query("post") or visit.field("post_id") else None
    typed = visit.fields() or (
        {"facility_code": post["facility_code"], "occupation_code": post["occupation_code"], "post_id": post["id"], "quantity": "1"}
        if post
        else {"facility_code": visit.query("facility"), "pool_id": visit.query("pool"), "round_id": visit.query("round")}
    )
    pools = await visit.api.get_or_none(f"{API}/pools", limit=50)
    facilities = await facilities_offered(visit)
    return visit.page(
        "needs/new.html",
        status,
        typed=typed,
        post=post,
        facilities=facilities,
        occupations=occupations.choices(),
        reasons=choices("need_reason"),
        specialties=choices("specialty"),
        difficulties=choices("need_difficulty"),
        pools=[(pool["id"], pool["title"]) for pool in (pools or {}).get("items", []) if pool["is_open_to_you"]],
        problem=problem,
        errors=errors or {},
    )


@pages.get("/needs/new")
async def new_need(visit: Visit) -> Response:
    return await new_need_page(visit)


@pages.post("/needs/new")
async def create_need(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_need_page(visit, **shown)

    body: dict[str, Any] = {
        name: visit.field(name) for name in ("facility_code", "occupation_code", "specialty", "reason", "post_id", "wanted_from", "difficulty", "pool_id", "round_id", "done_on")
    }
    answer = await send(visit, f"{API}/needs", body | {"quantity": whole_number(visit.field("quantity") or "1")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/needs/{answer['id']}", done="identified")


async def need_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/needs/{segment(visit.path('id'))}")
    candidacies = await visit.api.get(f"{API}/candidacies", need=found["id"], limit=200) if visit.has_role(*CANDIDACY_READERS) else {"items": []}
    names = await visit.api.names(item["person_id"] for item in candidacies["items"])
    facility = await facility_name(visit, found["facility_code"])
    return visit.page(
        "needs/page.html", status, need=found, facility=facility, candidacies=candidacies["items"], names=names, actions=actions_of(found), problem=problem, errors=errors or {}
    )


@pages.get("/needs/{id}")
async def need(visit: Visit) -> Response:
    return await need_page(visit)


@pages.post("/needs/{id}/validation")
async def validate_need(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await need_page(visit, **shown)

    answer = await send(visit, f"{API}/needs/{segment(visit.path('id'))}/validation", {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/needs/{answer['id']}", done="validated")


@pages.post("/needs/{id}/closing")
async def close_need(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await need_page(visit, **shown)

    answer = await send(visit, f"{API}/needs/{segment(visit.path('id'))}/closing", {"reason": visit.field("closing_reason"), "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/needs/{answer['id']}", done="closed")


# ---- Campaigns ----------------------------------------------------------------------------------------------------


@pages.get("/campaigns")
async def campaigns(visit: Visit) -> Response:
    filters = {"state": visit.query("state")}
    found = await visit.api.get(f"{API}/campaigns", **filters, **paging(visit))
    return visit.page("campaigns/list.html", list=Listing.of(visit, found, filters, sort="opens", export="campaigns"), may_draft=visit.has_role("regional-administrator"))


async def new_campaign_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    policies, needs = await asyncio.gather(visit.api.get(f"{API}/policies", state="approved", limit=200), visit.api.get(f"{API}/needs", state="validated", limit=200))
    open_needs = [need for need in needs["items"] if need["hires"] < need["quantity"]]
    places = await facility_names(visit, (need["facility_code"] for need in open_needs))
    chosen = visit.values("need_ids") or visit.request.query_params.getlist("need_ids")
    return visit.page(
        "campaigns/new.html",
        status,
        typed=visit.fields(),
        chosen=chosen,
        policies=[(item["id"], f"{item['resolution_no']} – {item['title']}") for item in policies["items"]],
        authorities=list((await authority_names(visit, visit.territories)).items()),
        needs=open_needs,
        places=places,
        problem=problem,
        errors=errors or {},
    )


@pages.get("/campaigns/new")
async def new_campaign(visit: Visit) -> Response:
    return await new_campaign_page(visit)


@pages.post("/campaigns/new")
async def create_campaign(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_campaign_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("code", "title", "policy_id", "opens_on", "closes_on", "done_on")}
    if not body["policy_id"]:
        body["authority"] = visit.field("authority") or visit.authority
    chosen = visit.values("need_ids")
    if not chosen:
        return await again(status=422, errors={"need_ids": gettext(_("Choose at least one need."))})
    answer = await send(visit, f"{API}/campaigns", body | {"need_ids": chosen}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/campaigns/{answer['id']}", done="drafted")


async def policy_of(visit: Visit, thing: dict[str, Any]) -> dict[str, Any] | None:
    """The attraction policy of a campaign or a candidacy, when it has one that this person may read."""
    return await visit.api.get_or_none(f"{API}/policies/{thing['policy_id']}") if thing["policy_id"] else None


async def campaign_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/campaigns/{segment(visit.path('id'))}")
    policy, candidacies, *needs = await asyncio.gather(
        policy_of(visit, found),
        visit.api.get(f"{API}/candidacies", campaign=found["id"], limit=200),
        *(visit.api.get_or_none(f"{API}/needs/{need}") for need in found["need_ids"][:100]),
    )
    names = await visit.api.names(item["person_id"] for item in candidacies["items"])
    places = await facility_names(visit, [item["facility_code"] for item in candidacies["items"]] + [need["facility_code"] for need in needs if need])
    return visit.page(
        "campaigns/page.html",
        status,
        campaign=found,
        policy=policy,
        candidacies=candidacies["items"],
        more=bool(candidacies.get("next")),
        needs=[need for need in needs if need],
        names=names,
        places=places,
        actions=actions_of(found),
        may_register=found["state"] == "published" and visit.has_role("regional-administrator", "facility-hr-officer"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/campaigns/{id}")
async def campaign(visit: Visit) -> Response:
    return await campaign_page(visit)


@pages.post("/campaigns/{id}/publication")
async def publish_campaign(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await campaign_page(visit, **shown)

    answer = await send(visit, f"{API}/campaigns/{segment(visit.path('id'))}/publication", {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/campaigns/{answer['id']}", done="published")


# ---- A candidacy: who, then what is declared ----------------------------------------------------------------------


async def candidate_page(visit: Visit, status: int = 200, found: list[dict[str, Any]] | None = None, **shown: Any) -> Response:
    """First step: is this person in the register already? Names are asked in a body, never in an address."""
    campaign = await visit.api.get(f"{API}/campaigns/{segment(visit.path('id'))}")
    return visit.page(
        "candidacies/person.html",
        status,
        campaign=campaign,
        found=found,
        asked=visit.field("q"),
        typed=visit.fields(),
        sexes=choices("sex"),
        **({"problem": None, "errors": {}} | shown),
    )


@pages.get("/campaigns/{id}/candidacies/new")
async def new_candidacy(visit: Visit) -> Response:
    if visit.query("person"):
        return await declaration_page(visit)
    return await candidate_page(visit)


@pages.post("/campaigns/{id}/candidacies/search")
async def search_candidate(visit: Visit) -> Response:
    return await search_people(visit, partial(candidate_page, visit))


@pages.post("/campaigns/{id}/candidacies/person")
async def create_candidate(visit: Visit) -> Response:
    """A person nobody entered before: once, for the purpose of being a candidate."""

    async def again(**shown: Any) -> Response:
        return await candidate_page(visit, found=[], **shown)

    birth = visit.field("birth")
    body: dict[str, Any] = {"names": [{"kind": "legal", "value": visit.field("name")}], "sex": visit.field("sex") or "unknown", "purposes": ["candidate"]}
    if birth.isdigit() and len(birth) == 4:
        body["birth_year"] = int(birth)
    elif birth:
        read = day_typed(birth)
        if read is None:
            return await again(status=422, errors={"birth": gettext(_("Write the birth as dd/mm/yyyy, or only its year."))})
        body["birth_date"] = read
    if visit.facilities:
        body["facility_code"] = visit.facilities[0]
    answer = await send(visit, f"{REGISTRY}/persons", body, lambda **shown: again(**named_fields(shown)))
    return answer if isinstance(answer, Response) else visit.go(f"/campaigns/{visit.path('id')}/candidacies/new", person=answer["id"])


async def declaration_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """Second step: what the person declares for which need."""
    person_id = visit.query("person") or visit.field("person_id")
    campaign, person = await asyncio.gather(visit.api.get(f"{API}/campaigns/{segment(visit.path('id'))}"), visit.api.get(f"{REGISTRY}/persons/{segment(person_id)}"))
    policy, *needs = await asyncio.gather(policy_of(visit, campaign), *(visit.api.get_or_none(f"{API}/needs/{need}") for need in campaign["need_ids"][:100]))
    open_needs = [need for need in needs if need and need["hires"] < need["quantity"]]
    places = await facility_names(visit, (need["facility_code"] for need in open_needs))
    degrees = list(dict.fromkeys(tier["degree"] for tier in policy["tiers"])) if policy else []
    return visit.page(
        "candidacies/new.html",
        status,
        campaign=campaign,
        person=person,
        policy=policy,
        needs=[
            (
                need["id"],
                f"{places[need['facility_code']]} – {name_of_occupation(need['occupation_code'])}" + (f" ({label('specialty', need['specialty'])})" if need["specialty"] else ""),
            )
            for need in open_needs
        ],
        occupations=occupations.choices(campaign["authority"][:3]),
        degrees=choices("degree", *degrees),
        experiences=choices("experience"),
        typed=visit.fields()
        or {"occupation_code": next((worker["occupation_code"] for worker in person.get("workers") or []), ""), "need_id": open_needs[0]["id"] if len(open_needs) == 1 else ""},
        problem=problem,
        errors=errors or {},
    )


@pages.post("/campaigns/{id}/candidacies/new")
async def create_candidacy(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await declaration_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("need_id", "person_id", "occupation_code", "degree", "experience", "done_on")}
    body |= {"campaign_id": visit.path("id"), "left_public_sector_of_province": visit.field("left_public_sector_of_province") == "true"}
    answer = await send(visit, f"{API}/candidacies", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/candidacies/{answer['id']}", done="registered")


# ---- The case: one candidacy, from the application to the post ----------------------------------------------------


async def case_of(visit: Visit, candidacy_id: str) -> dict[str, Any]:
    """Everything that the case page and its forms show."""
    candidacy = await visit.api.get(f"{API}/candidacies/{segment(candidacy_id)}")
    hires, campaign, policy, names, facility = await asyncio.gather(
        visit.api.get(f"{API}/hires", candidacy=candidacy["id"], limit=10),
        visit.api.get_or_none(f"{API}/campaigns/{candidacy['campaign_id']}"),
        policy_of(visit, candidacy),
        visit.api.names([candidacy["person_id"]]),
        facility_name(visit, candidacy["facility_code"]),
    )
    hire = hires["items"][-1] if hires["items"] else None
    return {
        "candidacy": candidacy,
        "hire": hire,
        "campaign": campaign,
        "policy": policy,
        "facility": facility,
        "name": names.get(candidacy["person_id"], gettext(_("Person whose name you may not see"))),
        "actions": actions_of(candidacy) | (actions_of(hire) if hire else {}),
        "steps": steps_of(candidacy, hire),
    }


def steps_of(candidacy: dict[str, Any], hire: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The procedure as a line: done, now, blocked with its reason, to come."""
    eligible, refused = candidacy["state"] == "eligible", candidacy["state"] == "ineligible"
    decided = hire is not None and hire["state"] == "decided"
    stopped = {"withdrawn": gettext(_("withdrawn")), "revoked": gettext(_("revoked")), "conflicting": gettext(_("signed, and does not fit"))}.get((hire or {}).get("state", ""), "")
    landing = (hire or {}).get("landing") or {}
    landed = landing.get("state")
    missing = [criterion for criterion in candidacy["criteria"] if not criterion["met"]]

    def step(name: str, status: str, *, on: Any = None, note: str = "", who: str = "") -> dict[str, Any]:
        return {"name": name, "status": status, "on": on, "note": note, "who": who}

    administrator, signatory = gettext(_("HR officer or administrator")), gettext(_("Signatory"))
    return [
        step(gettext(_("Application")), "done", on=candidacy["submitted_on"]),
        step(
            gettext(_("Eligibility")),
            "done" if eligible else "blocked" if refused else "now",
            on=candidacy["decided_on"],
            note=gettext(_("found ineligible")) if refused else gettext(_("a criterion is missing")) if missing and not eligible else "",
            who="" if eligible or refused else administrator,
        ),
        step(gettext(_("Hire proposed")), "done" if hire else "now" if eligible else "coming", on=(hire or {}).get("proposed_on"), who="" if hire else administrator),
        step(
            gettext(_("Decision")),
            "done" if decided else "blocked" if stopped else "now" if hire else "coming",
            on=(hire or {}).get("signed_on"),
            note=stopped or (gettext(_("to regularise")) if (hire or {}).get("decision") == "to_regularise" else (hire or {}).get("decision_number") or ""),
            who="" if decided or stopped else signatory,
        ),
        step(
            gettext(_("In post")),
            "done" if landed in ("active", "ended") else "blocked" if landed == "conflicting" else "now" if decided else "coming",
            on=(hire or {}).get("starts_on") if decided else None,
            note=gettext(_("the post is taken: the fact is on the work-list"))
            if landed == "conflicting"
            else gettext(_("on its way to the register"))
            if landed == "awaited"
            else "",
        ),
    ]


@pages.get("/candidacies/{id}")
async def candidacy(visit: Visit) -> Response:
    case = await case_of(visit, visit.path("id"))
    return visit.page("candidacies/page.html", **case, typed={}, problem=None, errors={})


async def eligibility_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    case = await case_of(visit, visit.path("id"))
    return visit.page(
        "candidacies/eligibility.html",
        status,
        **case,
        typed=visit.fields(),
        outcomes=[("eligible", gettext(_("Eligible"))), ("ineligible", gettext(_("Ineligible")))],
        problem=problem,
        errors=errors or {},
    )


@pages.get("/candidacies/{id}/eligibility")
async def eligibility(visit: Visit) -> Response:
    return await eligibility_page(visit)


@pages.post("/candidacies/{id}/eligibility")
async def decide_eligibility(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await eligibility_page(visit, **shown)

    body = {name: visit.field(name) for name in ("outcome", "comment", "done_on")}
    answer = await send(visit, f"{API}/candidacies/{segment(visit.path('id'))}/eligibility", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/candidacies/{answer['id']}", done="judged")


async def hire_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    case = await case_of(visit, visit.path("id"))
    found, need = await asyncio.gather(
        visit.api.get(f"{REGISTRY}/posts", facility=case["candidacy"]["facility_code"], state="vacant", limit=200),
        visit.api.get_or_none(f"{API}/needs/{case['candidacy']['need_id']}"),
    )
    posts = sorted(found["items"], key=lambda post: (not answers(post, need or {}), post_name(post)))
    typed = visit.fields() or {"post_id": posts[0]["id"] if posts and answers(posts[0], need or {}) else ""}
    return visit.page("hires/new.html", status, **case, posts=[(post["id"], post_name(post)) for post in posts], typed=typed, problem=problem, errors=errors or {})


def answers(post: dict[str, Any], need: dict[str, Any]) -> bool:
    """Whether a vacant post is the one of the need, or of its title and specialty: it is offered first."""
    if need.get("post_id"):
        return bool(post["id"] == need["post_id"])
    return (post["occupation_code"], post["specialty"]) == (need.get("occupation_code"), need.get("specialty"))


def post_name(post: dict[str, Any]) -> str:
    """A post in one line: title, unit, its own reference."""
    parts = [name_of_occupation(post["occupation_code"]), label("specialty", post["specialty"]) if post.get("specialty") else "", post.get("unit"), post.get("reference")]
    return " · ".join(str(part) for part in parts if part)


@pages.get("/candidacies/{id}/hire")
async def new_hire(visit: Visit) -> Response:
    return await hire_page(visit)


@pages.post("/candidacies/{id}/hire")
async def create_hire(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await hire_page(visit, **shown)

    body = {"candidacy_id": visit.path("id")} | {name: visit.field(name) for name in ("post_id", "starts_on", "done_on")}
    answer = await send(visit, f"{API}/hires", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/candidacies/{answer['candidacy_id']}", done="proposed")


# ---- Hires --------------------------------------------------------------------------------------------------------


@pages.get("/hires")
async def hires(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("state", "policy", "facility")}
    found = await visit.api.get(f"{API}/hires", **filters, **paging(visit))
    names = await visit.api.names(hire["person_id"] for hire in found["items"])
    return visit.page(
        "hires/list.html",
        list=Listing.of(visit, found, filters, export="hires"),
        names=names,
        places=await facility_names(visit, (hire["facility_code"] for hire in found["items"])),
    )


@pages.get("/hires/{id}")
async def hire(visit: Visit) -> Response:
    """A hire is read on the page of its case."""
    found = await visit.api.get(f"{API}/hires/{segment(visit.path('id'))}")
    return visit.go(f"/candidacies/{found['candidacy_id']}")


@pages.get("/hires/{id}/decision")
async def decision_of_hire(visit: Visit) -> Response:
    """The decision of a hire is read and signed where all decisions are."""
    found = await visit.api.get_or_none("/api/v1/appointment/decisions", source_service="recruitment", source_id=visit.path("id"), limit=1)
    items = (found or {}).get("items") or []
    return visit.go(f"/decisions/{items[0]['id']}" if items else "/decisions")


async def hire_act(visit: Visit, act: str, body: dict[str, Any]) -> Response:
    """An act on the hire of a case; a refusal is shown on the page of the case."""
    hire_id = visit.path("id")

    async def again(status: int, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
        found = await visit.api.get(f"{API}/hires/{segment(hire_id)}")
        return visit.page("candidacies/page.html", status, **await case_of(visit, found["candidacy_id"]), typed=visit.fields(), problem=problem, errors=errors or {})

    answer = await send(visit, f"{API}/hires/{segment(hire_id)}/{act}", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/candidacies/{answer['candidacy_id']}", done={"withdrawal": "withdrawn", "settlement": "settled"}[act])


@pages.post("/hires/{id}/withdrawal")
async def withdraw_hire(visit: Visit) -> Response:
    return await hire_act(visit, "withdrawal", {"reason": visit.field("reason"), "done_on": visit.field("done_on")})


@pages.post("/hires/{id}/settlement")
async def settle_hire(visit: Visit) -> Response:
    return await hire_act(visit, "settlement", {})


# ---- Shortage specialties and hard posts --------------------------------------------------------------------------


@pages.get("/shortages")
async def shortages(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/shortages", **paging(visit))
    return visit.page(
        "shortages/list.html",
        list=Listing.of(visit, found, {}, export="shortages"),
        authorities=await authority_names(visit, (item["authority"] for item in found["items"])),
        may_declare=visit.has_role("regional-administrator"),
    )


async def new_shortage_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    return visit.page(
        "shortages/new.html",
        status,
        typed=visit.fields(),
        authorities=list((await authority_names(visit, visit.territories)).items()),
        specialties=choices("specialty"),
        occupations=occupations.choices(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/shortages/new")
async def new_shortage(visit: Visit) -> Response:
    return await new_shortage_page(visit)


@pages.post("/shortages/new")
async def declare_shortage(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await new_shortage_page(visit, **shown)

    body = {name: visit.field(name) for name in ("authority", "specialty", "occupation_code", "reason", "legal_basis", "valid_from", "valid_to", "done_on")}
    answer = await send(visit, f"{API}/shortages", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/shortages/{answer['id']}", done="declared")


async def shortage_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/shortages/{segment(visit.path('id'))}")
    open_posts = (
        await visit.api.get_or_none(f"{API}/hard-posts", specialty=found["specialty"], occupation=found["occupation_code"], reason="shortage") if found["in_force"] else None
    )
    posts = (open_posts or {}).get("items", [])
    return visit.page(
        "shortages/page.html",
        status,
        shortage=found,
        authorities=await authority_names(visit, [found["authority"]]),
        posts=posts,
        places=await facility_names(visit, (post["facility_code"] for post in posts)),
        actions=actions_of(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/shortages/{id}")
async def shortage(visit: Visit) -> Response:
    return await shortage_page(visit)


@pages.post("/shortages/{id}/end")
async def end_shortage(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await shortage_page(visit, **shown)

    answer = await send(visit, f"{API}/shortages/{segment(visit.path('id'))}/end", {"last_day": visit.field("last_day"), "done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/shortages/{answer['id']}", done="ended")


@pages.get("/hard-posts")
async def hard_posts(visit: Visit) -> Response:
    filters = {name: visit.query(name) for name in ("reason", "remoteness", "specialty", "facility")}
    found = await visit.api.get(f"{API}/hard-posts", **filters)
    return visit.page(
        "shortages/hard_posts.html",
        list=Listing.of(visit, found, filters),
        rules=found["rules"],
        on=found["on"],
        places=await facility_names(visit, (post["facility_code"] for post in found["items"])),
        reasons=choices("hard_reason"),
        remote=choices("remoteness", "rural", "mountain", "border", "island", "isolated"),
        specialties=choices("specialty"),
    )
