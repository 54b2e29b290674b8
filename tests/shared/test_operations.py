"""What operations read of a service, and how a dead letter is handed back: by the role alone, with an audit, without a lost order."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.recruitment.consumers import consumer
from shared import migrate
from shared.db import worker_session
from shared.events import write_headers
from shared.ids import uuid7
from shared.inbox import Message, retry_parked
from shared.operations_state import MOST_TEXT, body_as_text
from shared.operations_version import code_version
from tests.support.api import Api
from tests.support.hearing import hear, message

BASE = "/api/v1/recruitment/operations"
CONTRACTS = Path(__file__).parents[2] / "shared" / "contracts" / "events"
DECISIONS = "relais.appointment.decisions"
REVOKED = "appointment.decision.revoked.v1"
EXAMPLE = json.loads((CONTRACTS / f"{REVOKED}.json").read_text())["examples"][0]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NOBODYS = "0197f0a4-0000-7000-8000-000000000000"
ROUTES = [("GET", path) for path in ("events", "causes", "dead-letters", f"dead-letters/{NOBODYS}", "parked-events", f"parked-events/{NOBODYS}", "jobs", "versions")]


def broken(subject: UUID, version: int, body: bytes = b'{"id": 7}') -> Message:
    """An event whose body breaks its contract."""
    row = {"id": uuid7(), "type": REVOKED, "subject": subject, "version": version, "occurred_at": _now()}
    return Message(DECISIONS, str(subject).encode(), body, write_headers("appointment", row, 1, f"00-{TRACE}-00f067aa0ba902b7-01"), "life/0/12")


def _now() -> Any:
    from shared.clock import now

    return now()


@pytest.fixture
def ops(api: Api) -> Api:
    return api.as_("ops")


@pytest.fixture
async def died(api: Api) -> dict[str, Any]:
    """One thing with an unreadable event and a later one behind it; another thing with an event that died of the same cause."""
    first, second = uuid7(), uuid7()
    await hear(consumer, broken(first, 1), broken(second, 1))
    await hear(consumer, message(DECISIONS, REVOKED, EXAMPLE | {"id": str(first)}, version=2))
    return {"first": first, "second": second}


async def rows(query: str) -> list[Any]:
    async with worker_session() as session:
        return [tuple(row) for row in await session.execute(text(query))]


class TestWhoMayLook:
    @pytest.mark.parametrize(("method", "path"), [*ROUTES, ("POST", "replays")])
    async def test_operations_alone(self, api: Api, method: str, path: str):
        for caller in (api.as_("linh"), api.as_machine("ministry-health", "registry.read", "operations")):
            assert (await caller.request(method, f"{BASE}/{path}", json={"cause": "x"} if method == "POST" else None)).status_code == 403
        assert (await api.request(method, f"{BASE}/{path}")).status_code == 401


class TestLetters:
    async def test_one_defect_is_one_cause(self, ops: Api, died: dict[str, Any]):
        (cause,) = (await ops.get(f"{BASE}/causes")).json()["items"]
        assert (cause["type"], cause["topic"], cause["letters"]) == (REVOKED, DECISIONS, 2)
        assert cause["cause"].startswith("schema: ")
        listed = (await ops.get(f"{BASE}/dead-letters", params={"cause": cause["cause"], "type": REVOKED})).json()
        assert [(one["subject"], one["trace_id"], one["waiting_behind"], one["tries"]) for one in listed["items"]] == [
            (str(died["first"]), TRACE, 1, 1),
            (str(died["second"]), TRACE, 0, 1),
        ]
        assert listed["next"] is None
        assert (await ops.get(f"{BASE}/dead-letters", params={"cause": "another"})).json()["items"] == []

    async def test_pages_follow_one_another_and_a_foreign_cursor_is_refused(self, ops: Api, died: dict[str, Any]):
        first = (await ops.get(f"{BASE}/dead-letters", params={"limit": 1})).json()
        second = (await ops.get(f"{BASE}/dead-letters", params={"limit": 1, "cursor": first["next"]})).json()
        assert [page["items"][0]["subject"] for page in (first, second)] == [str(died["first"]), str(died["second"])]
        assert second["next"] is None
        assert (await ops.get(f"{BASE}/dead-letters", params={"cursor": "x"})).status_code == 422

    async def test_the_bytes_are_shown_as_they_came_and_the_reading_is_audited(self, api: Api, ops: Api, died: dict[str, Any]):
        (listed, _other) = (await ops.get(f"{BASE}/dead-letters")).json()["items"]
        found = (await ops.get(f"{BASE}/dead-letters/{listed['id']}")).json()
        assert found["body"] == '{\n  "id": 7\n}'
        assert ["ce_type", REVOKED] in found["headers"]
        assert (found["bytes"], found["origin"], found["consumer"]) == (9, "life/0/12", "recruitment")
        assert await rows("SELECT act, subject_kind, subject_id::text, actor FROM audit") == [("read", "dead_letter", listed["id"], api.account("ops"))]

    async def test_a_parked_event_says_why_it_waits(self, ops: Api, died: dict[str, Any]):
        (parked,) = (await ops.get(f"{BASE}/parked-events")).json()["items"]
        assert (parked["subject"], parked["reason"], parked["state"]) == (str(died["first"]), "behind", "parked")
        assert (await ops.get(f"{BASE}/parked-events", params={"reason": "gap"})).json()["items"] == []
        assert (await ops.get(f"{BASE}/parked-events/{parked['id']}")).json()["bytes"] > 0

    async def test_what_is_not_there(self, ops: Api):
        assert (await ops.get(f"{BASE}/dead-letters/{uuid7()}")).status_code == 404
        assert (await ops.get(f"{BASE}/parked-events/{uuid7()}")).status_code == 404

    @pytest.mark.parametrize(("value", "shown"), [(None, ""), (b"\xff\x00 no text", "\\xff\x00 no text"), (b"[1", "[1"), (b"x" * (MOST_TEXT + 9), "x" * MOST_TEXT)])
    def test_any_bytes_can_be_shown(self, value: bytes | None, shown: str):
        assert body_as_text(value) == shown


class TestReplay:
    async def test_all_of_a_cause_in_one_act_with_one_audit_for_each(self, api: Api, ops: Api, died: dict[str, Any]):
        (cause,) = (await ops.get(f"{BASE}/causes")).json()["items"]
        answer = await ops.post(f"{BASE}/replays", json={"cause": cause["cause"], "type": cause["type"]})
        assert (answer.status_code, answer.json()) == (201, {"handed": 2})
        assert await rows("SELECT act, subject_kind, actor FROM audit") == [("replay", "dead_letter", api.account("ops"))] * 2
        assert (await ops.get(f"{BASE}/causes")).json()["items"] == []
        assert await rows("SELECT count(*) FROM parked_events WHERE reason = 'replay'") == [(2,)]
        (job,) = [one for one in (await ops.get(f"{BASE}/jobs")).json()["items"] if one["kind"] == "replay"]
        assert (job["state"], job["done"], job["total"]) == ("running", 0, 2)

    async def test_one_alone_and_what_dies_again_is_dead_again(self, ops: Api, died: dict[str, Any]):
        listed = (await ops.get(f"{BASE}/dead-letters")).json()["items"]
        assert (await ops.post(f"{BASE}/replays", json={"id": listed[0]["id"]})).json() == {"handed": 1}
        async with worker_session() as session:
            await retry_parked(session, consumer)
        again = (await ops.get(f"{BASE}/dead-letters")).json()["items"]
        assert [one["tries"] for one in again] == [2, 1]
        assert again[0]["waiting_behind"] == 1

    async def test_sent_twice_it_is_done_once(self, ops: Api, died: dict[str, Any]):
        (cause,) = (await ops.get(f"{BASE}/causes")).json()["items"]
        answers = [await ops.post(f"{BASE}/replays", json={"cause": cause["cause"]}, headers={"Idempotency-Key": "a form"}) for _ in range(2)]
        assert [(answer.status_code, answer.json()) for answer in answers] == [(201, {"handed": 2})] * 2
        assert await rows("SELECT count(*) FROM audit") == [(2,)]

    @pytest.mark.parametrize(
        ("body", "status"), [({}, 422), ({"id": str(uuid7()), "cause": "x"}, 422), ({"cause": "x", "how": "discarded"}, 422), ({"id": str(uuid7())}, 404), ({"cause": "x"}, 404)]
    )
    async def test_what_cannot_be_replayed(self, ops: Api, died: dict[str, Any], body: dict[str, Any], status: int):
        assert (await ops.post(f"{BASE}/replays", json=body)).status_code == status
        assert await rows("SELECT count(*) FROM dead_letters WHERE closed_at IS NOT NULL") == [(0,)]


class TestEvents:
    async def test_each_topic_with_what_waits(self, ops: Api, died: dict[str, Any]):
        async with worker_session() as session:
            await session.execute(
                text("INSERT INTO consumers (consumer, epoch, heard_at) VALUES ('recruitment', 'now', now()) ON CONFLICT (consumer) DO UPDATE SET epoch = 'now', heard_at = now()")
            )
            await session.execute(
                text("INSERT INTO consumer_positions VALUES ('recruitment', 'now', 'relais.registry.posts', 0, 5, 9), ('recruitment', 'now', 'relais.registry.posts', 1, 2, 2)")
            )
            await session.execute(text("INSERT INTO aggregate_versions VALUES ('own', gen_random_uuid(), 3), ('own', gen_random_uuid(), 1)"))
            await session.execute(
                text(
                    "INSERT INTO outbox (id, topic, type, subject, version, occurred_at, data) VALUES (gen_random_uuid(), 'own', 't', gen_random_uuid(), 1, now() - interval '9 minutes', '{}')"
                )
            )
        found = (await ops.get(f"{BASE}/events")).json()
        (own,) = [topic for topic in found["told"] if topic["topic"] == "own"]
        assert (own["events"], own["waiting"]) == (4, 1)
        assert own["oldest_waiting_seconds"] >= 540
        heard = {topic["topic"]: topic for topic in found["heard"]}
        assert set(heard) >= consumer.topics
        assert heard["relais.registry.posts"]["behind"] == 4
        assert (heard[DECISIONS]["parked"], heard[DECISIONS]["dead_letters"]) == (1, 2)
        assert (found["broker"], found["relay"]) == ("down", "down")  # this test has neither
        assert 0 <= found["consumer_silent_seconds"] < 600
        (job,) = [one for one in (await ops.get(f"{BASE}/jobs")).json()["items"] if one["kind"] == "reading"]
        assert (job["what"], job["done"], job["total"]) == ("recruitment", 7, 11)

    async def test_a_relay_is_seen_by_its_lock(self, ops: Api):
        await rows("SELECT pg_advisory_lock(hashtextextended('relais relay', 0))")
        try:
            assert (await ops.get(f"{BASE}/events")).json()["relay"] == "up"
        finally:
            await rows("SELECT pg_advisory_unlock(hashtextextended('relais relay', 0))")


class TestVersions:
    async def test_code_schema_and_packs(self, ops: Api):
        found = (await ops.get(f"{BASE}/versions")).json()
        assert found["schema_revision"] == found["schema_expected"] == migrate.newest("recruitment")
        assert (found["version"], found["revision"]) == (code_version().version, code_version().revision)
        assert {"VN"} <= {pack["jurisdiction"] for pack in found["packs"]}
        assert all(pack["rules"] >= pack["to_confirm"] >= 0 for pack in found["packs"])

    @pytest.mark.parametrize(
        "history",
        [
            lambda root: (root / "REVISION").write_text("a" * 40 + "\n"),
            lambda root: files(root, {".git/HEAD": "a" * 40}),
            lambda root: files(root, {".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": "a" * 40 + "\n"}),
            lambda root: files(
                root, {".git/HEAD": "ref: refs/heads/main", ".git/packed-refs": "# pack-refs\n" + "b" * 40 + " refs/heads/other\n" + "a" * 40 + " refs/heads/main\n"}
            ),
            lambda root: files(
                root, {".git": "gitdir: kept/worktrees/one", "kept/worktrees/one/HEAD": "ref: refs/heads/x", "kept/worktrees/one/commondir": "../..", "kept/refs/heads/x": "a" * 40}
            ),
        ],
        ids=["file", "detached", "branch", "packed", "work tree"],
    )
    def test_where_the_revision_is_written(self, tmp_path: Path, history: Callable[[Path], Any]):
        files(tmp_path, {"pyproject.toml": '[project]\nversion = "1.2.3"\n'})
        history(tmp_path)
        assert (code_version(tmp_path).version, code_version(tmp_path).revision) == ("1.2.3", "a" * 40)

    def test_code_without_a_history_says_none(self, tmp_path: Path):
        files(tmp_path, {"pyproject.toml": '[project]\nversion = "1.2.3"\n'})
        assert code_version(tmp_path).revision == ""


def files(root: Path, contents: dict[str, str]) -> None:
    for name, content in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
