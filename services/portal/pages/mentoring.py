"""Mentoring: who teaches which act to whom, a logbook that is quick to fill on a phone, and how far a facility is from what it needs."""

import asyncio
from functools import partial
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.facilities import facilities_offered, facility_names
from services.portal.forms import actions_of, search_people, send
from services.portal.labels import choices, occupations
from services.portal.listing import Listing, paging
from services.portal.pages.rotation import allowed_acts, autonomy, problem_in_words
from services.portal.pages.training import every, organisations
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit
from shared.clock import today

pages = Pages()

API = "/api/v1/training/mentoring"
REGISTRY = "/api/v1/registry"
KEEPERS = ("training-institute", "regional-administrator", "facility-hr-officer", "head-of-facility", "agreement-focal-point")
HEADS = ("head-of-facility", "signatory", "regional-administrator")
PUBLISHERS = ("training-institute", "regional-administrator", "facility-hr-officer", "head-of-facility")
PARTS = ("mentee", "mentor")


async def places_of(visit: Visit, things: list[dict[str, Any]]) -> dict[str, str]:
    return await facility_names(visit, (thing.get(name) for thing in things for name in ("facility_code", "mentor_facility", "place")))


def of_part(mentorship: dict[str, Any], part: str) -> list[dict[str, Any]]:
    """Who teaches, or who learns, and has not left."""
    return [person for person in mentorship["people"] if person["part"] == part and person["left_on"] is None]


# ---- Mentorships --------------------------------------------------------------------------------------------------


@pages.get("/mentoring")
async def mentorships(visit: Visit) -> Response:
    wanted = {name: visit.query(name) for name in ("state", "facility")}
    found, gaps = await asyncio.gather(visit.api.get(f"{API}/mentorships", **wanted, **paging(visit)), visit.api.get(f"{API}/gaps"))
    return visit.page(
        "mentoring/list.html",
        list=Listing.of(visit, found, wanted, export="mentorships"),
        gaps=gaps["items"],
        places=await places_of(visit, [*found["items"], *gaps["items"]]),
        of_part=of_part,
        may_open=visit.has_role(*KEEPERS),
        may_attest=visit.has_role(*HEADS),
    )


async def new_mentorship_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    agreements, acts, facilities = await asyncio.gather(
        visit.api.get_or_none("/api/v1/rotation/agreements", state="active", limit=200), every(visit.api, f"{API}/acts"), facilities_offered(visit)
    )
    found = (agreements or {}).get("items", [])
    names = await facility_names(visit, (each[side] for each in found for side in ("giver_code", "receiver_code")))
    return visit.page(
        "mentoring/new.html",
        status,
        typed=visit.fields() or {"starts_on": today().isoformat()},
        agreements=[(each["id"], f"{names[each['giver_code']]} → {names[each['receiver_code']]}") for each in found],
        acts=acts,
        chosen=visit.values("acts"),
        facilities=facilities,
        problem=problem,
        errors=errors or {},
    )


@pages.get("/mentoring/new")
async def new_mentorship(visit: Visit) -> Response:
    return await new_mentorship_page(visit)


@pages.post("/mentoring/new")
async def create_mentorship(visit: Visit) -> Response:
    """An agreement says by itself who teaches and who learns; without one both facilities are named."""

    async def again(**shown: Any) -> Response:
        return await new_mentorship_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("facility_code", "mentor_facility", "agreement_id", "session_id", "starts_on", "ends_on", "done_on")}
    if body["agreement_id"]:
        agreement = await visit.api.get_or_none(f"/api/v1/rotation/agreements/{segment(body['agreement_id'])}")
        if agreement:
            body |= {"facility_code": agreement["receiver_code"], "mentor_facility": agreement["giver_code"]}
    answer = await send(visit, f"{API}/mentorships", body | {"acts": visit.values("acts")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/mentoring/{answer['id']}", done="opened")


# ---- The catalogue ------------------------------------------------------------------------------------------------


async def acts_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    acts, offered = await asyncio.gather(every(visit.api, f"{API}/acts"), organisations(visit))
    return visit.page(
        "mentoring/acts.html",
        status,
        acts=acts,
        organisations=offered,
        kinds=choices("act_kind"),
        specialties=choices("specialty"),
        may_publish=visit.has_role(*PUBLISHERS),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/mentoring/acts")
async def acts(visit: Visit) -> Response:
    return await acts_page(visit)


@pages.post("/mentoring/acts")
async def create_act(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await acts_page(visit, **shown)

    body = {name: visit.field(name) for name in ("authority", "code", "title", "kind", "specialty", "protocol_version", "done_on")}
    answer = await send(visit, f"{API}/acts", body, again)
    return answer if isinstance(answer, Response) else visit.go("/mentoring/acts", done="published")


# ---- What a facility needs, and how far it is ---------------------------------------------------------------------


async def gap_page(visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None) -> Response:
    code = visit.path("facility")
    found, targets, acts = await asyncio.gather(
        visit.api.get_or_none(f"{API}/gaps/{segment(code)}", as_of=visit.query("as_of")), every(visit.api, f"{API}/targets", facility=code), every(visit.api, f"{API}/acts")
    )
    people: dict[str, list[dict[str, Any]]] = {}
    for cell in (found or {}).get("cells", []):
        people.setdefault(cell["person_id"], []).append(cell)
    return visit.page(
        "mentoring/gap.html",
        status,
        code=code,
        place=(await facility_names(visit, [code]))[code],
        gap=found,
        people=people,
        targets=targets,
        acts=[(act["code"], act["title"]) for act in acts],
        levels=autonomy(),
        occupations=occupations.choices(f"{code[:2]}-"),
        may_set=visit.has_role(*PUBLISHERS),
        typed=visit.fields(),
        problem=problem,
        errors=errors or {},
    )


@pages.get("/mentoring/gaps/{facility}")
async def gap(visit: Visit) -> Response:
    return await gap_page(visit)


@pages.post("/mentoring/gaps/{facility}")
async def set_target(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await gap_page(visit, **shown)

    body: dict[str, Any] = {name: visit.field(name) for name in ("act", "occupation_code", "since", "done_on")}
    body |= {"facility_code": visit.path("facility"), "level": int(visit.field("level")) if visit.field("level").isdigit() else None}
    answer = await send(visit, f"{API}/targets", body, again)
    return answer if isinstance(answer, Response) else visit.go(f"/mentoring/gaps/{visit.path('facility')}", done="set")


# ---- A head attests the level of somebody of the own facility -----------------------------------------------------


async def attest_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    acts, taught = await asyncio.gather(every(visit.api, f"{API}/acts"), visit.api.get(f"{API}/mentorships", limit=200))
    offered = {act["code"]: act["title"] for act in [*acts, *(act for mentorship in taught["items"] for act in mentorship["acts"])]}
    person = visit.field("person_id")
    return visit.page(
        "mentoring/attest.html",
        status,
        acts=list(offered.items()),
        levels=autonomy(),
        person=person,
        names=await visit.api.names([person]),
        found=found,
        typed=visit.fields() or {"found_on": today().isoformat()},
        problem=problem,
        errors=errors or {},
    )


@pages.get("/mentoring/attest")
async def attest(visit: Visit) -> Response:
    return await attest_page(visit)


@pages.post("/mentoring/attest")
async def attest_level(visit: Visit) -> Response:
    async def again(**shown: Any) -> Response:
        return await attest_page(visit, **shown)

    if visit.field("step") == "search":
        return await search_people(visit, again)
    body: dict[str, Any] = {name: visit.field(name) for name in ("person_id", "act", "found_on", "reassessment", "done_on")}
    body["level"] = int(visit.field("level")) if visit.field("level").isdigit() else None
    answer = await send(visit, f"{API}/attested-levels", body, again)
    return answer if isinstance(answer, Response) else visit.go("/mentoring/attest", done="attested")


# ---- One mentorship -----------------------------------------------------------------------------------------------


async def mentorship_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, found: list[dict[str, Any]] | None = None
) -> Response:
    mentorship = await visit.api.get(f"{API}/mentorships/{segment(visit.path('id'))}")
    entries, catalogue, places = await asyncio.gather(
        every(visit.api, f"{API}/entries", mentorship=mentorship["id"]), every(visit.api, f"{API}/acts"), places_of(visit, [mentorship])
    )
    taught = {act["code"] for act in mentorship["acts"]}
    now: dict[tuple[str, str], dict[str, Any]] = {(entry["person_id"], entry["act"]): entry for entry in entries if entry["state"] != "struck"}
    return visit.page(
        "mentoring/mentorship.html",
        status,
        mentorship=mentorship,
        places=places,
        people={part: of_part(mentorship, part) for part in PARTS},
        names={person["person_id"]: person["name"] for person in mentorship["people"]},
        entries=list(reversed(entries)),
        now=now,
        more_acts=[(act["code"], act["title"]) for act in catalogue if act["code"] not in taught],
        can=allowed_acts(mentorship),
        actions_of=actions_of,
        found=found,
        part=visit.field("part"),
        known={person["person_id"] for person in mentorship["people"] if person["left_on"] is None},
        problem=problem,
        errors=errors or {},
    )


@pages.get("/mentoring/{id}")
async def mentorship(visit: Visit) -> Response:
    return await mentorship_page(visit)


async def _act(visit: Visit, path: str, body: dict[str, Any], done: str) -> Response:
    async def again(**shown: Any) -> Response:
        return await mentorship_page(visit, **shown)

    answer = await send(visit, f"{API}/{path}", body | {"done_on": visit.field("done_on")}, again)
    return answer if isinstance(answer, Response) else visit.go(f"/mentoring/{visit.path('id')}", done=done)


@pages.post("/mentoring/{id}/people")
async def name_people(visit: Visit) -> Response:
    """People are found by name; each side names its own."""
    if visit.field("step") == "search":
        return await search_people(visit, partial(mentorship_page, visit))
    chosen = visit.values("person_ids")
    if not chosen:
        return await mentorship_page(visit, 422, errors={"q": gettext(_("Tick at least one person."))})
    return await _act(visit, f"mentorships/{segment(visit.path('id'))}/people", {"part": visit.field("part"), "person_ids": chosen}, "named")


@pages.post("/mentoring/{id}/leaving")
async def leave(visit: Visit) -> Response:
    return await _act(visit, f"mentorships/{segment(visit.path('id'))}/leaving", {"person_id": visit.field("person_id")}, "left")


@pages.post("/mentoring/{id}/acts")
async def add_acts(visit: Visit) -> Response:
    return await _act(visit, f"mentorships/{segment(visit.path('id'))}/acts", {"acts": visit.values("acts")}, "added")


@pages.post("/mentoring/{id}/end")
async def end(visit: Visit) -> Response:
    return await _act(visit, f"mentorships/{segment(visit.path('id'))}/end", {"reason": visit.field("reason")}, "ended")


@pages.post("/mentoring/{id}/entries/{entry}/attestation")
async def attest_entry(visit: Visit) -> Response:
    return await _act(visit, f"entries/{segment(visit.path('entry'))}/attestation", {}, "attested")


@pages.post("/mentoring/{id}/entries/{entry}/striking")
async def strike_entry(visit: Visit) -> Response:
    return await _act(visit, f"entries/{segment(visit.path('entry'))}/striking", {"reason": visit.field("reason")}, "struck")


# ---- The logbook: several lines at once, on a phone ---------------------------------------------------------------


async def log_page(
    visit: Visit, status: int = 200, problem: dict[str, Any] | None = None, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None, recorded: int = 0
) -> Response:
    """One mentor and one act at a time, and a level beside each name; the mentor and the act of the last sheet stand there already."""
    mentorship = await visit.api.get(f"{API}/mentorships/{segment(visit.path('id'))}")
    entries = await every(visit.api, f"{API}/entries", mentorship=mentorship["id"])
    mentors, mentees = of_part(mentorship, "mentor"), of_part(mentorship, "mentee")
    last = mentorship["last_written"] or {}
    first = {"mentor_id": last.get("mentor_id") or "", "second_assessor_id": last.get("second_assessor_id") or "", "act": last.get("act") or "", "found_on": today().isoformat()}
    shown = (visit.fields() or first) if typed is None else typed
    act = visit.query("act") or shown.get("act") or (mentorship["acts"][0]["code"] if mentorship["acts"] else "")
    return visit.page(
        "mentoring/log.html",
        status,
        mentorship=mentorship,
        place=(await places_of(visit, [mentorship]))[mentorship["facility_code"]],
        mentors=[(person["person_id"], person["name"]) for person in mentors],
        assessors=[(person["person_id"], person["name"]) for person in [*mentors, *mentees]],
        mentees=mentees,
        acts=[(each["code"], each["title"]) for each in mentorship["acts"]],
        now={entry["person_id"]: entry for entry in entries if entry["act"] == act and entry["state"] != "struck"},
        levels=autonomy(),
        typed=shown | {"act": act},
        recorded=recorded,
        problem=problem,
        errors=errors or {},
    )


@pages.get("/mentoring/{id}/log")
async def log(visit: Visit) -> Response:
    return await log_page(visit)


@pages.post("/mentoring/{id}/log")
async def write(visit: Visit) -> Response:
    """Each name with a level is one line; what is refused stands beside its name, and what was recorded is typed no more."""

    async def again(**shown: Any) -> Response:
        if shown.get("errors"):
            shown["errors"] = {field_of(path, people): reason for path, reason in shown["errors"].items()}
        return await log_page(visit, **shown)

    typed = visit.fields()
    people = [name.removeprefix("level_") for name, value in typed.items() if name.startswith("level_") and value]
    if not people:
        return await log_page(visit, 422, errors={"mentees": gettext(_("Give at least one level."))})
    sheet = {name: typed[name] for name in ("act", "found_on", "mentor_id", "second_assessor_id") if typed.get(name)}
    items = [
        sheet
        | {"person_id": person, "level": int(typed[f"level_{person}"])}
        | {name: typed[f"{name}_{person}"] for name in ("reassessment", "feedback") if typed.get(f"{name}_{person}")}
        for person in people
    ]
    answer = await send(visit, f"{API}/mentorships/{segment(visit.path('id'))}/entries", {"items": items, "done_on": visit.field("done_on")}, again)
    if isinstance(answer, Response):
        return answer
    refused = {person: said["problem"] for person, said in zip(people, answer["items"], strict=True) if said["problem"]}
    if refused:
        kept = {name: value for name, value in typed.items() if "_" not in name or name.rsplit("_", 1)[1] in refused or name in (*sheet, "found_on", "done_on")}
        errors = {f"level_{person}": f"{problem_in_words(problem)} {problem.get('possible') or ''}".strip() for person, problem in refused.items()}
        return await log_page(visit, 409, errors=errors, typed=kept, recorded=answer["recorded"])
    return visit.go(f"/mentoring/{visit.path('id')}/log", done="recorded", act=sheet.get("act", ""))


def field_of(path: str, people: list[str]) -> str:
    """`items.1.level` of the service is the level beside the second name that was filled; the rest is the sheet's own."""
    parts = path.split(".")
    if len(parts) != 3 or parts[0] != "items" or not parts[1].isdigit():
        return path
    return f"{parts[2]}_{people[int(parts[1])]}" if parts[2] in ("level", "reassessment", "feedback") else parts[2]
