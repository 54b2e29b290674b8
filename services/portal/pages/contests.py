"""Contests: the notice, the jury, applications, blind marks, the list and how it came about, and the offers that follow."""

import asyncio
from functools import partial
from secrets import token_urlsafe
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import authority_names, facility_names
from services.portal.forms import actions_of, enter_person, search_people, send, whole_number
from services.portal.labels import choices, label, name_of_occupation
from services.portal.listing import Listing, paging
from services.portal.pages.site import link_of
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

API = "/api/v1/recruitment"
REGISTRY = "/api/v1/registry"
PAPERS = 3
STEPS = {"publication": "published", "posting": "listed", "closing": "closed", "lifting": "lifted", "offers": "offered"}
NEXT = {
    "draft": "publish",
    "published": "list",
    "listed": "number",
    "numbered": "close_marks",
    "marks_closed": "lift",
    "anonymity_lifted": "rank",
    "ranked": "announce",
    "results": "offer",
}


def address(visit: Visit) -> str:
    return f"{API}/contests/{segment(visit.path('id'))}"


# ---- The contest ------------------------------------------------------------------------------------------------------


@pages.get("/contests")
async def contests(visit: Visit) -> Response:
    found = await visit.api.get(f"{API}/contests", **paging(visit))
    return visit.page("contests/list.html", list=Listing.of(visit, found, {}, export="contests"), may_draft=visit.has_role("regional-administrator"))


async def new_contest_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    needs = await visit.api.get(f"{API}/needs", state="validated", limit=200)
    open_needs = [need for need in needs["items"] if need["hires"] < need["quantity"]]
    return visit.page(
        "contests/new.html",
        status,
        typed=visit.fields(),
        chosen=visit.values("need_ids"),
        needs=open_needs,
        places=await facility_names(visit, (need["facility_code"] for need in open_needs)),
        authorities=list((await authority_names(visit, visit.territories)).items()),
        papers=range(1, PAPERS + 1),
        kinds=choices("contest_paper"),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/contests/new")
async def new_contest(visit: Visit) -> Response:
    return await new_contest_page(visit)


@pages.post("/contests/new")
async def create_contest(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        if shown.get("errors"):
            shown["errors"] = {_paper_field(path): reason for path, reason in shown["errors"].items()}
        return await new_contest_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("code", "title", "grade", "opening_decision", "opens_on", "closes_on", "exam_on", "done_on")}
    body |= {"authority": visit.field("authority") or visit.authority, "need_ids": visit.values("need_ids")}
    body["papers"] = [paper for place in range(1, PAPERS + 1) if (paper := _paper(visit, place)) is not None]
    if not body["need_ids"]:
        return await again(status=422, errors={"need_ids": gettext(_("Choose at least one need."))})
    if not body["papers"]:
        return await again(status=422, errors={"title_1": gettext(_("Write at least one paper."))})
    answer = await send(visit, f"{API}/contests", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/contests/{answer['id']}", done="drafted")


def _paper(visit: Visit, place: int) -> dict[str, Any] | None:
    title = visit.field(f"title_{place}")
    if not title:
        return None
    kind = visit.field(f"kind_{place}")
    return {
        "code": f"{kind}-{place}" if place > 1 else kind,
        "title": title,
        "kind": kind,
        "minutes": whole_number(visit.field(f"minutes_{place}") or "120"),
        "coefficient": visit.field(f"coefficient_{place}").replace(",", ".") or "1",
        "double_marked": visit.field(f"double_{place}") == "true",
    }


def _paper_field(path: str) -> str:
    """The service names `papers.0.kind`; the form's field is `kind_1`."""
    parts = path.split(".")
    return f"{parts[2].replace('double_marked', 'double')}_{int(parts[1]) + 1}" if len(parts) == 3 and parts[0] == "papers" and parts[1].isdigit() else path


async def contest_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, **more: Any) -> Response:
    found = await visit.api.get(address(visit))
    actions = actions_of(found)
    needs = await _needs(visit, found)
    accounts = await _accounts(visit, found) if actions["name_member"]["allowed"] else []
    return visit.page(
        "contests/page.html",
        status,
        contest=found,
        actions=actions,
        next=actions[NEXT[found["state"]]],
        steps=steps_of(found, actions),
        needs=needs,
        places=await facility_names(visit, (need["facility_code"] for need in needs.values())),
        regions=await authority_names(visit, {lot["region"] for lot in found["lots"]} | {found["authority"]}),
        accounts=accounts,
        reads_applications=visit.has_role("regional-administrator", "auditor"),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
        **more,
    )


async def _needs(visit: Visit, contest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The places of the contest, those that this person may read."""
    ids = [need for lot in contest["lots"] for need in lot["need_ids"]][:100]
    found = await asyncio.gather(*(visit.api.get_or_none(f"{API}/needs/{need}") for need in ids))
    return {need["id"]: need for need in found if need}


async def _accounts(visit: Visit, contest: dict[str, Any]) -> list[tuple[str, str]]:
    """Accounts that may sit in the jury: members of committees who are not in it yet."""
    found = await visit.api.get_or_none(f"{REGISTRY}/accounts", role="committee-member", state="open", limit=200)
    there = {member["account"] for member in contest["members"]}
    return [(account["actor"], account["name"]) for account in (found or {}).get("items", []) if account.get("actor") and account["actor"] not in there]


def steps_of(contest: dict[str, Any], actions: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The procedure as a line: what is done and when, what comes now and whether something stands against it."""
    order = list(NEXT)
    here = order.index(contest["state"])
    line = (
        (gettext(_("Opening decision")), "drafted_on"),
        (gettext(_("Notice")), "published_on"),
        (gettext(_("List of those admitted")), "listed_on"),
        (gettext(_("Session and numbers")), "numbered_on"),
        (gettext(_("Marks closed")), "closed_on"),
        (gettext(_("Anonymity lifted")), "lifted_on"),
        (gettext(_("Ranking")), ""),
        (gettext(_("Results")), "results_on"),
    )
    found = []
    for place, (name, day) in enumerate(line):
        status = "done" if place <= here else "now" if place == here + 1 else "coming"
        if status == "now" and not actions[NEXT[contest["state"]]]["allowed"] and contest["state"] not in ("numbered", "marks_closed", "anonymity_lifted"):
            status = "blocked"
        found.append({"name": name, "status": status, "on": contest.get(day) if day else None, "note": "", "who": ""})
    return found


@pages.get("/contests/{id}")
async def contest(visit: Visit) -> Response:
    return await contest_page(visit)


async def _step(visit: Visit, act: str, body: dict[str, Any]) -> Response:
    async def again(**shown: Any) -> Response:
        return await contest_page(visit, **shown)

    answer = await send(visit, f"{address(visit)}/{act}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/contests/{visit.path('id')}", done=STEPS.get(act, act))


@pages.post("/contests/{id}/publication")
async def publish(visit: Visit) -> Response:
    return await _step(visit, "publication", {})


@pages.post("/contests/{id}/posting")
async def post_list(visit: Visit) -> Response:
    return await _step(visit, "posting", {})


@pages.post("/contests/{id}/closing")
async def close_marks(visit: Visit) -> Response:
    return await _step(visit, "closing", {})


@pages.post("/contests/{id}/lifting")
async def lift(visit: Visit) -> Response:
    return await _step(visit, "lifting", {})


@pages.post("/contests/{id}/offers")
async def send_offers(visit: Visit) -> Response:
    return await _step(visit, "offers", {})


@pages.post("/contests/{id}/deliberation")
async def deliberate(visit: Visit) -> Response:
    body: dict[str, Any] = {"seed": visit.field("seed")}
    numbers = visit.field("numbers").replace(",", " ").split()
    if numbers:
        body["decided"] = [{"numbers": numbers, "reason": visit.field("reason")}]
    return await _step(visit, "deliberation", body)


@pages.post("/contests/{id}/results")
async def announce(visit: Visit) -> Response:
    return await _step(visit, "results", {"list_valid_until": visit.field("list_valid_until")})


@pages.post("/contests/{id}/members")
async def name_member(visit: Visit) -> Response:
    return await _step(visit, "members", {"account": visit.field("account"), "title": visit.field("member_title"), "role": visit.field("role")})


@pages.post("/contests/{id}/numbering")
async def give_numbers(visit: Visit) -> Response:
    """Whose each number is stands on this page alone: it is printed, written on the papers, and sealed."""

    async def again(**shown: Any) -> Response:
        return await contest_page(visit, **shown)

    answer = await send(visit, f"{address(visit)}/numbering", {"done_on": visit.field("done_on")}, again)
    if isinstance(answer, Response):
        return answer
    found, applications = await asyncio.gather(visit.api.get(address(visit)), _all(visit, f"{API}/contest-applications", contest=visit.path("id")))
    persons = {one["id"]: one["person_id"] for one in applications}
    names = await visit.api.names(persons.values())
    return visit.page("contests/numbers.html", contest=found, numbers=[(item["number"], names.get(persons.get(item["application_id"], ""), "–")) for item in answer["items"]])


async def _all(visit: Visit, path: str, **asked: Any) -> list[dict[str, Any]]:
    """Every row of a list, page after page."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        found = await visit.api.get(path, limit=200, cursor=cursor, **asked)
        items += found["items"]
        cursor = found.get("next")
        if not cursor:
            return items


# ---- Applications -----------------------------------------------------------------------------------------------------


@pages.get("/contests/{id}/applications")
async def applications(visit: Visit) -> Response:
    filters = {"state": visit.query("state")}
    found, read = await asyncio.gather(visit.api.get(f"{API}/contest-applications", contest=visit.path("id"), **filters, **paging(visit)), visit.api.get(address(visit)))
    return visit.page(
        "contests/applications.html",
        list=Listing.of(visit, found, filters),
        contest=read,
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        may_register=actions_of(read)["apply"]["allowed"],
    )


@pages.get("/contest-applications/files/{id:uuid}")
async def contest_paper(visit: Visit) -> Response:
    """A paper of a candidate: handed on as it is, never shown inside of a page of ours."""
    content, media_type = await visit.api.file(f"{API}/contest-applications/files/{segment(visit.path('id'))}")
    return Response(content, media_type=media_type, headers={"Content-Disposition": "attachment", "Cache-Control": "private, no-store"})


async def person_page(visit: Visit, status: int = 200, found: list[dict[str, Any]] | None = None, **shown: Any) -> Response:
    """First step: is this person in the register already? Names are asked in a body, never in an address."""
    read = await visit.api.get(address(visit))
    return visit.page(
        "contests/person.html", status, contest=read, found=found, asked=visit.field("q"), typed=visit.fields(), sexes=choices("sex"), **({"problem": None, "errors": {}} | shown)
    )


@pages.get("/contests/{id}/applications/new")
async def new_application(visit: Visit) -> Response:
    return await application_form(visit) if visit.query("person") else await person_page(visit)


@pages.post("/contests/{id}/applications/search")
async def search_person(visit: Visit) -> Response:
    return await search_people(visit, partial(person_page, visit))


@pages.post("/contests/{id}/applications/person")
async def create_person(visit: Visit) -> Response:
    """A person nobody entered before: once, for the purpose of being a candidate."""

    async def again(**shown: Any) -> Response:
        return await person_page(visit, found=[], **shown)

    answer = await enter_person(visit, "candidate", again)
    return answer if isinstance(answer, Response) else visit.go(f"/contests/{visit.path('id')}/applications/new", person=answer["id"])


async def application_form(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    """Second step: what the person declares."""
    person_id = visit.query("person") or visit.field("person_id")
    read, person = await asyncio.gather(visit.api.get(address(visit)), visit.api.get(f"{REGISTRY}/persons/{segment(person_id)}"))
    needs = await _needs(visit, read)
    places = await facility_names(visit, (need["facility_code"] for need in needs.values()))
    return visit.page(
        "contests/apply.html",
        status,
        contest=read,
        person=person,
        lots=[(lot["id"], f"{name_of_occupation(lot['occupation_code'])} – {lot['region']}") for lot in read["lots"]],
        occupations=list(dict.fromkeys((lot["occupation_code"], name_of_occupation(lot["occupation_code"])) for lot in read["lots"])),
        offered=[(need["id"], places[need["facility_code"]]) for need in needs.values()],
        quotas=[(kind, label("contest_list", kind)) for kind in read["quotas"]],
        priorities=[(kind, label("contest_priority", kind)) for kind in read["priorities"]],
        degrees=choices("degree"),
        experiences=choices("experience"),
        documents=choices("contest_document"),
        typed=visit.fields()
        or ({"lot_id": read["lots"][0]["id"], "occupation_code": read["lots"][0]["occupation_code"], "experience": "new_graduate"} if len(read["lots"]) == 1 else {}),
        handed_in=visit.values("documents"),
        problem=problem,
        errors=errors or {},
    )


@pages.post("/contests/{id}/applications/new")
async def create_application(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await application_form(visit, **shown)

    names = ("lot_id", "person_id", "occupation_code", "degree", "experience", "quota", "priority", "done_on")
    body: dict[str, Any] = {name: visit.field(name) for name in names} | {"contest_id": visit.path("id"), "documents": visit.values("documents")}
    body |= {name: visit.field(name) == "true" for name in ("serving", "authorised")}
    body["choices"] = list(dict.fromkeys(choice for place in range(1, 4) if (choice := visit.field(f"choice_{place}"))))
    answer = await send(visit, f"{API}/contest-applications", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/contest-applications/{answer['id']}", done="registered")


async def application_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, link: str = "") -> Response:
    found = await visit.api.get(f"{API}/contest-applications/{segment(visit.path('id'))}")
    read = await visit.api.get(f"{API}/contests/{found['contest_id']}")
    names, needs = await asyncio.gather(visit.api.names([found["person_id"]]), _needs(visit, read))
    actions = actions_of(found)
    return visit.page(
        "contests/application.html",
        status,
        application=found,
        contest=read,
        name=names.get(found["person_id"], gettext(_("Person whose name you may not see"))),
        needs=needs,
        places=await facility_names(visit, (need["facility_code"] for need in needs.values())),
        actions=actions,
        may_declare=read["state"] in ("published", "listed", "numbered") and visit.has_role("regional-administrator"),
        members=[(member["id"], member["title"]) for member in read["members"]],
        grounds=choices("contest_ground"),
        renewal=actions["renew_link"],
        ways=choices("link_verified"),
        key=visit.field("key") or token_urlsafe(32),
        link=link,
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/contest-applications/{id}")
async def application(visit: Visit) -> Response:
    return await application_page(visit)


async def _application_act(visit: Visit, act: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await application_page(visit, **shown)

    answer = await send(visit, f"{API}/contest-applications/{segment(visit.path('id'))}/{act}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/contest-applications/{answer['id']}", done=done)


def _proofs(visit: Visit) -> dict[str, bool]:
    return {name: visit.field(name) == "true" for name in ("quota_proven", "priority_proven")}


@pages.post("/contest-applications/{id}/admissibility")
async def decide(visit: Visit) -> Response:
    return await _application_act(visit, "admissibility", {"outcome": visit.field("outcome"), "reason": visit.field("reason")} | _proofs(visit), "judged")


@pages.post("/contest-applications/{id}/appeal")
async def appeal(visit: Visit) -> Response:
    return await _application_act(visit, "appeal", {"appeal": visit.field("appeal")}, "appealed")


@pages.post("/contest-applications/{id}/appeal-answer")
async def answer_appeal(visit: Visit) -> Response:
    return await _application_act(visit, "appeal-answer", {"outcome": visit.field("outcome"), "answer": visit.field("answer")} | _proofs(visit), "answered")


@pages.post("/contest-applications/{id}/withdrawal")
async def withdraw(visit: Visit) -> Response:
    return await _application_act(visit, "withdrawal", {}, "withdrawn")


@pages.post("/contest-applications/{id}/link")
async def renew_link(visit: Visit) -> Response:
    """The new link stands on this page alone, which has no address of its own: it is handed over and seen no more."""

    async def again(**shown: Any) -> Response:
        return await application_page(visit, **shown)

    body = {name: visit.field(name) for name in ("key", "verified")}
    answer = await send(visit, f"{API}/contest-applications/{segment(visit.path('id'))}/link", body, again)
    return answer if isinstance(answer, Response) else await application_page(visit, link=link_of(body["key"], "my-contest"))


@pages.post("/contest-applications/{id}/conflict")
async def declare_conflict(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await application_page(visit, **shown)

    read = await visit.api.get(f"{API}/contest-applications/{segment(visit.path('id'))}")
    body = {"member_id": visit.field("member_id"), "ground": visit.field("ground"), "application_id": read["id"], "done_on": visit.field("done_on")}
    answer = await send(visit, f"{API}/contests/{read['contest_id']}/conflicts", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/contest-applications/{read['id']}", done="conflict")


@pages.get("/contest-applications/{id}/letter")
async def letter(visit: Visit) -> Response:
    """The convocation or the result on paper, in the reader's language."""
    kind = visit.query("kind", "convocation")
    content, media_type = await visit.api.file(f"{API}/contest-applications/{segment(visit.path('id'))}/letter", kind=kind)
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'inline; filename="{"result" if kind == "result" else "convocation"}.pdf"', "Cache-Control": "private, no-store"},
    )


# ---- Marks: numbers alone ---------------------------------------------------------------------------------------------


async def marks_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    read, scripts = await asyncio.gather(visit.api.get(address(visit)), visit.api.get(f"{address(visit)}/scripts"))
    paper = visit.query("paper") or visit.field("paper") or read["papers"][0]["code"]
    rows = [(script["number"], next((one for one in script["papers"] if one["paper"] == paper), None)) for script in scripts["items"]]
    return visit.page(
        "contests/marks.html",
        status,
        contest=read,
        paper=next((one for one in read["papers"] if one["code"] == paper), read["papers"][0]),
        rows=[(number, one) for number, one in rows if one is not None and (one["marked"] or one["wanted"])],
        wanted=scripts["wanted"],
        may_mark=actions_of(read)["mark"],
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/contests/{id}/marks")
async def marks(visit: Visit) -> Response:
    return await marks_page(visit)


@pages.post("/contests/{id}/marks")
async def enter_marks(visit: Visit) -> Response:
    """Each number with its mark, or “abs” for who was absent; pasted lines are read the same way. What is left empty is not said."""
    typed = [(name.removeprefix("mark_"), value) for name, value in visit.fields().items() if name.startswith("mark_") and value]
    for line in visit.field("sheet").splitlines():
        parts = line.replace(";", " ").replace("\t", " ").split()
        if parts:
            typed.append((parts[0], parts[1] if len(parts) > 1 else ""))
    sheet = [{"number": number, "mark": None if value.lower() in ("abs", "absent", "") else value.replace(",", ".")} for number, value in typed]

    async def again(**shown: Any) -> Response:
        if shown.get("errors"):
            shown["errors"] = {_mark_field(path, sheet): reason for path, reason in shown["errors"].items()}
        return await marks_page(visit, **shown)

    if not sheet:
        return await again(status=422, errors={"sheet": gettext(_("Enter at least one mark."))})
    body = {"paper": visit.field("paper"), "marks": sheet, "done_on": visit.field("done_on")}
    answer = await send(visit, f"{address(visit)}/marks", body, again)
    if isinstance(answer, Response):
        return answer
    return visit.go(f"/contests/{visit.path('id')}/marks", paper=visit.field("paper"), done="entered", third=",".join(answer["third_wanted"][:20]))


def _mark_field(path: str, sheet: list[dict[str, Any]]) -> str:
    """The service names `marks.3.mark`; the form's field is that of the number, or the pasted sheet."""
    parts = path.split(".")
    return f"mark_{sheet[int(parts[1])]['number']}" if len(parts) > 1 and parts[0] == "marks" and parts[1].isdigit() else path


# ---- The list, and how it came about -------------------------------------------------------------------------------------


@pages.get("/contests/{id}/results")
async def results(visit: Visit) -> Response:
    read, items = await asyncio.gather(visit.api.get(address(visit)), _all(visit, f"{address(visit)}/results"))
    needs = await _needs(visit, read)
    order = {"selected": 0, "waiting": 1, "left": 2}
    items.sort(key=lambda item: (order.get(item["outcome"], 3), item["waiting"] or 0, item["rank"] or 0, item["number"]))
    return visit.page(
        "contests/results.html",
        contest=read,
        lists=[(lot, [item for item in items if item["lot_id"] == lot["id"]]) for lot in read["lots"]],
        regions=await authority_names(visit, {lot["region"] for lot in read["lots"]}),
        names=await visit.api.names(item["person_id"] for item in items),
        needs=needs,
        papers={paper["code"]: paper["title"] for paper in read["papers"]},
        places=await facility_names(visit, (need["facility_code"] for need in needs.values())),
        actions=actions_of(read),
    )


@pages.get("/contests/{id}/rankings")
async def rankings(visit: Visit) -> Response:
    """Each ranking with all that it was computed from: marks by number, coefficients, quotas, ties, seed."""
    read, kept = await asyncio.gather(visit.api.get(address(visit)), visit.api.get(f"{address(visit)}/rankings"))
    needs = await _needs(visit, read)
    return visit.page(
        "contests/rankings.html",
        contest=read,
        rankings=[one | {"entries": {entry["number"]: entry for entry in one["inputs"]["entries"]}} for one in reversed(kept)],
        lots={lot["id"]: lot for lot in read["lots"]},
        regions=await authority_names(visit, {lot["region"] for lot in read["lots"]}),
        papers={paper["code"]: paper["title"] for paper in read["papers"]},
        needs=needs,
        places=await facility_names(visit, (need["facility_code"] for need in needs.values())),
    )


# ---- Offers -----------------------------------------------------------------------------------------------------------


@pages.get("/offers")
async def offers(visit: Visit) -> Response:
    filters = {"state": visit.query("state")}
    found = await visit.api.get(f"{API}/offers", **filters, **paging(visit))
    return visit.page(
        "offers/list.html",
        list=Listing.of(visit, found, filters, export="offers"),
        names=await visit.api.names(item["person_id"] for item in found["items"]),
        places=await facility_names(visit, (item["facility_code"] for item in found["items"])),
    )


async def offer_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    found = await visit.api.get(f"{API}/offers/{segment(visit.path('id'))}")
    names, places = await asyncio.gather(visit.api.names([found["person_id"]]), facility_names(visit, [found["facility_code"]]))
    return visit.page(
        "offers/page.html",
        status,
        offer=found,
        name=names.get(found["person_id"], gettext(_("Person whose name you may not see"))),
        facility=places[found["facility_code"]],
        actions=actions_of(found),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/offers/{id}")
async def offer(visit: Visit) -> Response:
    return await offer_page(visit)


async def _answer(visit: Visit, act: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await offer_page(visit, **shown)

    answer = await send(visit, f"{API}/offers/{segment(visit.path('id'))}/{act}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/offers/{answer['id']}", done=done)


@pages.post("/offers/{id}/acceptance")
async def accept(visit: Visit) -> Response:
    return await _answer(visit, "acceptance", {}, "accepted")


@pages.post("/offers/{id}/declination")
async def decline(visit: Visit) -> Response:
    return await _answer(visit, "declination", {"reason": visit.field("reason")}, "declined")


@pages.post("/offers/{id}/lapse")
async def lapse(visit: Visit) -> Response:
    return await _answer(visit, "lapse", {}, "lapsed")
