"""What operations look at: each part of the system, its events by topic, what runs, which versions."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from babel.dates import format_timedelta
from starlette.responses import Response

from services.portal.clients import Refusal, ServiceAway
from services.portal.formats import locale
from services.portal.identity import IdentityAway, IdentityRefused, identity
from services.portal.operations_runbooks import runbook, runbooks
from services.portal.visit import Pages, Visit
from shared.operations_version import CodeVersion, code_version, expected_schema

pages = Pages()

SERVICES = ("registry", "recruitment", "training", "appointment", "rotation", "observatory")
LATE_SECONDS = 30.0
SILENT_SECONDS = 30.0

_started_with: CodeVersion = code_version()


async def of_each(visit: Visit, what: str, **params: Any) -> dict[str, Any]:
    """The same question to every service at once; who does not answer is None and keeps nobody else's answer away."""

    async def ask(service: str) -> Any:
        try:
            return await visit.api.get(f"/api/v1/{service}/operations/{what}", **params)
        except ServiceAway:
            return None
        except Refusal as refusal:
            if refusal.status < 500:
                raise
            return None

    return dict(zip(SERVICES, await asyncio.gather(*(ask(service) for service in SERVICES)), strict=True))


def lasting(seconds: float | None) -> str:
    """How long something has waited, in the reader's words; nothing for nothing."""
    return "" if seconds is None else format_timedelta(timedelta(seconds=seconds), granularity="second", threshold=1.5, locale=locale())


# ---- health ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One part of the system and how it is; `note` is a number of seconds that the page says in words."""

    kind: str
    name: str
    state: str
    silent_seconds: float | None = None
    runbook: str = ""


@pages.get("/operations/health", role="operations")
async def health(visit: Visit) -> Response:
    """Gateway, API and worker of each service, database, broker and identity provider; then what each service says of its events."""
    began = time.perf_counter()
    try:
        found = await visit.api.get("/health")
    except Refusal as refusal:
        if refusal.status != 503 or "services" not in refusal.problem:
            raise
        found = refusal.problem
    milliseconds = round((time.perf_counter() - began) * 1000)
    events, provider = await asyncio.gather(of_each(visit, "events"), identity_state())
    services = found.get("services") or {}
    return visit.page(
        "operations/health.html",
        health=found,
        services=sorted(services.items()),
        milliseconds=milliseconds,
        parts=parts(services, events, provider),
        lasting=lasting,
        late=LATE_SECONDS,
    )


async def identity_state() -> str:
    try:
        await identity.answer()
    except (IdentityAway, IdentityRefused):
        return "down"
    return "up"


def parts(services: Mapping[str, Any], events: Mapping[str, Any], provider: str) -> list[Part]:
    """Each part once, those in trouble first. What several services say of one (database, broker) is up only when all who answer say so; down when nobody does."""
    told = [said for said in events.values() if said is not None]
    databases = [said["database"] for said in services.values() if "database" in said]
    found = [
        Part("gateway", "", "up"),
        Part("database", "PostgreSQL", _together(databases), runbook="restore"),
        Part("broker", "", _together([said["broker"] for said in told]), runbook="broker-lost"),
        Part("identity", "", provider, runbook="key-rotation"),
    ]
    for name, said in sorted(services.items()):
        found.append(Part({"portal": "page", "traces": "collector"}.get(name, "api"), name, said["status"]))
        worker = events.get(name)
        if worker is not None:
            silent = worker["consumer_silent_seconds"]
            found.append(Part("relay", name, worker["relay"], runbook="events-late"))
            if worker["heard"]:
                found.append(Part("consumer", name, "up" if silent is not None and silent < SILENT_SECONDS else "down", silent, runbook="events-late"))
    return sorted(found, key=lambda part: part.state == "up")


def _together(states: list[str]) -> str:
    return "up" if states and all(state == "up" for state in states) else "down"


# ---- events by topic ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Topic:
    """A topic with the service that tells it and those that hear it."""

    name: str
    teller: str
    events: int
    waiting: int
    oldest_waiting_seconds: float | None
    hearers: list[tuple[str, dict[str, Any]]]

    @property
    def behind(self) -> int:
        return max((heard["behind"] for _service, heard in self.hearers), default=0)

    @property
    def set_aside(self) -> int:
        return sum(heard["parked"] + heard["dead_letters"] for _service, heard in self.hearers)

    @property
    def is_late(self) -> bool:
        return (self.oldest_waiting_seconds or 0) > LATE_SECONDS


@pages.get("/operations/events", role="operations")
async def events(visit: Visit) -> Response:
    """Lag and age of events, topic by topic."""
    found = await of_each(visit, "events")
    return visit.page("operations/events.html", topics=topics(found), away=[name for name, said in found.items() if said is None], lasting=lasting)


def topics(events: Mapping[str, Any]) -> list[Topic]:
    """What is late stands first, then what is heard late, then what something stands aside of, then by name. A topic that is heard before anything was told on it has no event yet."""
    heard: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    told: dict[str, tuple[str, dict[str, Any]]] = {}
    for service, said in events.items():
        for one in (said or {}).get("heard", ()):
            heard.setdefault(one["topic"], []).append((service, one))
        for one in (said or {}).get("told", ()):
            told[one["topic"]] = (service, one)
    found = []
    for name in {*heard, *told}:
        teller, one = told.get(name, (name.split(".")[1] if name.count(".") > 1 else "", {"events": 0, "waiting": 0, "oldest_waiting_seconds": None}))
        found.append(Topic(name, teller, one["events"], one["waiting"], one["oldest_waiting_seconds"], heard.get(name, [])))
    return sorted(found, key=lambda topic: (not topic.is_late, -topic.behind, -topic.set_aside, topic.name))


# ---- jobs, versions, runbooks ---------------------------------------------------------------------------------------


@pages.get("/operations/jobs", role="operations")
async def jobs(visit: Visit) -> Response:
    """What runs longer than a request, and what of it ended today."""
    found = await of_each(visit, "jobs")
    items = [(service, job) for service, said in found.items() for job in (said or {}).get("items", ())]
    items.sort(key=lambda item: (item[1]["state"] != "running", item[1]["began_at"] is None, item[1]["began_at"] or ""))
    return visit.page("operations/jobs.html", jobs=items, away=[name for name, said in found.items() if said is None])


@pages.get("/operations/versions", role="operations")
async def versions(visit: Visit) -> Response:
    """Code, schema and rule packs of every service."""
    found = await of_each(visit, "versions")
    known = {name: said for name, said in found.items() if said is not None}
    own = {"version": _started_with.version, "revision": _started_with.revision, "schema_expected": expected_schema("portal")}
    codes = {(said["version"], said["revision"]) for said in [*known.values(), own]}
    return visit.page("operations/versions.html", services=known, portal=own, away=[name for name, said in found.items() if said is None], is_one_version=len(codes) == 1)


@pages.get("/operations/runbooks", role="operations")
async def list_of_runbooks(visit: Visit) -> Response:
    return visit.page("operations/runbooks.html", runbooks=runbooks())


@pages.get("/operations/runbooks/{name}", role="operations")
async def one_runbook(visit: Visit) -> Response:
    found = runbook(visit.path("name"))
    if found is None:
        raise Refusal(404, {})
    return visit.page("operations/runbook.html", runbook=found)
