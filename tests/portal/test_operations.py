"""What operations see and do in the portal: nobody else, in three languages, also when a part of the system is away."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal, ServiceAway
from services.portal.identity import IdentityAway, identity
from services.portal.operations_runbooks import runbooks
from services.portal.pages.operations import SERVICES, parts, topics
from tests.portal.world import World, page, uid

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TYPE, TOPIC, CAUSE = "recruitment.hire.decided.v1", "relais.recruitment.hires", "database: 23514 <share> & more"
LETTER = {
    "id": uid(800), "state": "dead", "type": TYPE, "topic": TOPIC, "subject": uid(108), "version": 3, "cause": CAUSE, "reason": None, "waits_for": None, "tries": 1, "trace_id": TRACE,
    "first_seen_at": "2025-09-30T02:00:00Z", "died_at": "2025-09-30T02:00:01Z", "next_try_at": None, "waiting_behind": 2, "event_id": uid(801), "consumer": "registry", "incarnation": 1,
    "details": "services/registry/hires/apply.py:20 in open_assignment", "origin": "life/0/12", "headers": [["ce_type", TYPE]], "body": '{\n  "id": "<b>"\n}', "bytes": 12,
}  # fmt: skip
PARKED = LETTER | {"id": uid(801), "state": "parked", "reason": "unknown", "waits_for": f"post {uid(110)}", "died_at": None, "next_try_at": "2025-09-30T02:01:00Z", "tries": 4}
EVENTS = {
    "broker": "up", "relay": "up", "consumer_silent_seconds": 0.4,
    "told": [], "heard": [{"topic": TOPIC, "behind": 0, "parked": 0, "oldest_parked_seconds": None, "dead_letters": 0}],
}  # fmt: skip
JOBS = [
    {"kind": "import", "what": "people", "state": "checked", "done": 0, "total": 117, "began_at": "2025-09-30T01:00:00Z"},
    {"kind": "reading", "what": "registry", "state": "running", "done": 120, "total": 9000, "began_at": None},
]
VERSIONS = {
    "version": "0.1.0", "revision": "c" * 40, "schema_revision": "0012", "schema_expected": "0013", "incarnation": 7, "incarnation_since": "2025-09-01T02:00:00Z",
    "packs": [{"id": "vn-2020", "jurisdiction": "VN", "valid_from": "2020-01-01", "valid_to": None, "rules": 40, "to_confirm": 3}],
}  # fmt: skip
PAGES = [
    "/operations/health",
    "/operations/events",
    "/operations/letters",
    "/operations/letters?done=handed&n=2",
    "/operations/letters/registry/dead",
    "/operations/letters/registry/parked?cause=unknown",
    f"/operations/letters/registry/dead/{uid(800)}",
    f"/operations/letters/registry/parked/{uid(801)}",
    "/operations/jobs",
    "/operations/versions",
    "/operations/runbooks",
    "/operations/runbooks/dead-letters",
]


def api(service: str, what: str) -> str:
    return f"/api/v1/{service}/operations/{what}"


@pytest.fixture(autouse=True)
def operated(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    async def answer() -> None:
        return None

    monkeypatch.setattr(identity, "answer", answer)
    for service in SERVICES:
        world.answers |= {api(service, "events"): EVENTS, api(service, "causes"): {"items": []}, api(service, "jobs"): {"items": []}, api(service, "versions"): VERSIONS}
    late = {"topic": TOPIC, "events": 25, "waiting": 3, "oldest_waiting_seconds": 540.0}
    cause = {"cause": CAUSE, "type": TYPE, "topic": TOPIC, "letters": 2, "first_seen_at": LETTER["first_seen_at"], "last_died_at": LETTER["died_at"]}
    world.answers |= {
        api("recruitment", "events"): EVENTS | {"told": [late]},
        api("registry", "events"): EVENTS | {"heard": [{"topic": TOPIC, "behind": 12, "parked": 4, "oldest_parked_seconds": 7200.0, "dead_letters": 2}]},
        api("registry", "causes"): {"items": [cause]},
        api("registry", "jobs"): {"items": JOBS},
        api("registry", "dead-letters"): page(LETTER, cursor="8"),
        api("registry", "parked-events"): page(PARKED),
        api("registry", f"dead-letters/{uid(800)}"): LETTER,
        api("registry", f"parked-events/{uid(801)}"): PARKED,
        api("registry", "replays"): {"handed": 2},
    }
    return world


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    answer = as_("ops", language).get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", answer.text), "inline code or style"
    assert "<b>" not in answer.text, "what came from outside is escaped"
    ids = re.findall(r'\sid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", [*PAGES, "/operations/traces"])
def test_there_is_no_such_page_for_others(as_: Callable[..., TestClient], path: str) -> None:
    assert as_("linh").get(path).status_code == 404


def test_every_place_of_operations_is_in_the_navigation_of_operations_alone(as_: Callable[..., TestClient]) -> None:
    assert len(set(re.findall(r'href="(/operations/[a-z]+)"', as_("ops").get("/operations/jobs").text))) == 8
    assert "/operations/" not in as_("linh").get("/people").text


class TestHealth:
    def test_every_part_is_listed_with_its_state(self, as_: Callable[..., TestClient]) -> None:
        said = as_("ops").get("/operations/health").text
        for word in ("Gateway", "PostgreSQL", "Event broker", "Identity provider", "Relay", "Consumer"):
            assert word in said
        assert "/operations/runbooks/events-late" in said

    def test_what_no_service_can_reach_is_down_and_a_silent_consumer_too(self) -> None:
        away = dict.fromkeys(SERVICES)
        assert {part.kind: part.state for part in parts({}, away, "down")} == {"gateway": "up", "database": "down", "broker": "down", "identity": "down"}
        silent = {"registry": EVENTS | {"broker": "down", "relay": "down", "consumer_silent_seconds": 31.0}}
        found = {(part.kind, part.name): part.state for part in parts({"registry": {"status": "up", "database": "up"}}, silent, "up")}
        assert found[("consumer", "registry")] == found[("relay", "registry")] == found[("broker", "")] == "down"
        assert found[("api", "registry")] == found[("database", "PostgreSQL")] == found[("identity", "")] == "up"

    def test_it_is_drawn_while_parts_are_away(self, as_: Callable[..., TestClient], world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        async def away() -> None:
            raise IdentityAway

        monkeypatch.setattr(identity, "answer", away)
        for service in SERVICES:
            world.refusals[api(service, "events")] = ServiceAway()
        answer = as_("ops").get("/operations/health")
        assert answer.status_code == 200
        assert answer.text.count('class="late"') == 3  # broker, identity, and the observatory that is down; nobody says how its worker is


class TestEvents:
    def test_what_is_late_stands_first_with_its_age_and_who_is_behind(self, as_: Callable[..., TestClient]) -> None:
        said = as_("ops").get("/operations/events").text
        for words in ("9 minutes", "12 events behind", "4 parked</a> 2 hours", "2 dead letters"):
            assert words in said

    def test_topics_are_put_together_from_those_who_tell_and_those_who_hear(self) -> None:
        def heard(topic: str, behind: int) -> dict[str, Any]:
            return {"topic": topic, "behind": behind, "parked": 0, "oldest_parked_seconds": None, "dead_letters": 0}

        def told(topic: str, seconds: float | None) -> dict[str, Any]:
            return {"topic": topic, "events": 1, "waiting": int(seconds is not None), "oldest_waiting_seconds": seconds}

        found = topics(
            {
                "a": {"told": [told("relais.a.x", None), told("relais.a.y", 31.0)], "heard": []},
                "b": {"told": [], "heard": [heard("relais.a.x", 2), heard("relais.c.z", 5)]},
                "c": None,
            }
        )
        assert [(topic.name, topic.teller, topic.is_late, topic.behind) for topic in found] == [
            ("relais.a.y", "a", True, 0),
            ("relais.c.z", "c", False, 5),
            ("relais.a.x", "a", False, 2),
        ]

    def test_who_does_not_answer_is_named(self, as_: Callable[..., TestClient], world: World) -> None:
        world.refusals[api("training", "events")] = ServiceAway()
        world.refusals[api("rotation", "events")] = Refusal(503, {})
        assert "No answer came from: training, rotation." in as_("ops").get("/operations/events").text


class TestLetters:
    def test_a_cause_leads_to_its_letters_and_a_letter_to_its_trace(self, as_: Callable[..., TestClient], world: World) -> None:
        said = as_("ops").get("/operations/letters").text
        link = re.search(r'href="(/operations/letters/registry/dead\?[^"]+)"', said)
        assert link
        listed = as_("ops").get(link[1].replace("&amp;", "&")).text
        assert world.sent[-1][2] == {"cause": CAUSE, "type": TYPE}
        assert f"/operations/letters/registry/dead/{uid(800)}" in listed
        assert f"/operations/traces/{TRACE}" in listed
        assert "cursor=8" in listed

    def test_the_bytes_stand_there_escaped(self, as_: Callable[..., TestClient]) -> None:
        assert "&lt;b&gt;" in as_("ops").get(f"/operations/letters/registry/dead/{uid(800)}").text
        assert "/replay" not in as_("ops").get(f"/operations/letters/registry/parked/{uid(801)}").text

    @pytest.mark.parametrize("path", ["/operations/letters/registry/dead", f"/operations/letters/registry/dead/{uid(800)}"])
    def test_what_does_not_exist(self, as_: Callable[..., TestClient], path: str) -> None:
        assert as_("ops").get(path.replace("registry", "treasury")).status_code == 404
        assert as_("ops").get(path.replace("dead", "lost")).status_code == 404

    @pytest.mark.parametrize("fields", [{"cause": CAUSE, "type": TYPE}, {"id": uid(800)}])
    def test_replay_of_all_of_a_cause_or_of_one(self, as_: Callable[..., TestClient], world: World, fields: dict[str, str]) -> None:
        reader = as_("ops")
        form = reader.get("/operations/letters").text
        hidden = {name: re.search(rf'name="{name}" value="([^"]+)"', form)[1] for name in ("csrf", "once")}  # type: ignore[index]
        answer = reader.post("/operations/letters/registry/replay", data=fields | hidden)
        assert (answer.status_code, answer.headers["location"]) == (303, "/operations/letters?done=handed&n=2")
        assert world.sent[-1][:3] == ("POST", api("registry", "replays"), fields)
        world.refusals[api("registry", "replays")] = Refusal(404, {})
        assert reader.post("/operations/letters/registry/replay", data=fields | hidden).headers["location"] == "/operations/letters?done=nothing"
        world.refusals[api("registry", "replays")] = Refusal(422, {"title": "Please correct the request", "detail": "Say which one."})
        assert reader.post("/operations/letters/registry/replay", data=fields | hidden).status_code == 422


class TestJobsAndVersions:
    def test_what_runs_stands_first_with_how_far_it_is(self, as_: Callable[..., TestClient]) -> None:
        said = as_("ops").get("/operations/jobs").text
        assert said.index("120 of 9,000") < said.index("0 of 117")

    def test_several_versions_and_a_schema_that_is_not_the_expected_one(self, as_: Callable[..., TestClient], world: World) -> None:
        said = as_("ops").get("/operations/versions").text
        assert "Several versions run together" in said
        assert "this code expects 0013" in said
        assert "vn-2020" in said


class TestRunbooks:
    def test_each_is_a_page_and_links_lead_to_pages(self, as_: Callable[..., TestClient]) -> None:
        names = {found.name for found in runbooks()}
        for found in runbooks():
            said = as_("ops").get(f"/operations/runbooks/{found.name}")
            assert said.status_code == 200
            assert f"<h1>{found.title}</h1>" in said.text
            assert set(re.findall(r'href="/operations/runbooks/([a-z-]+)"', said.text)) <= names
            assert ".md" not in re.findall(r'href="([^"]+)"', said.text)
        assert as_("ops").get("/operations/runbooks/../passwd").status_code == 404
        assert as_("ops").get("/operations/runbooks/nothing").status_code == 404

    def test_every_runbook_that_a_page_names_exists(self) -> None:
        from tests.portal.test_links import CODE, TEMPLATES

        named = {name for path in [*TEMPLATES, *CODE] for name in re.findall(r'(?:/operations/runbooks/|runbook=")([a-z-]+)', path.read_text())}
        assert len(named) >= 5
        assert named <= {found.name for found in runbooks()}
