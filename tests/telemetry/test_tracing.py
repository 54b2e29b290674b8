"""One act is one trace, whoever continues it; nothing waits for the collector and nothing names a person."""

import asyncio
import socket
import time
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local.postgres import Postgres
from shared import telemetry
from shared.otlp import ANSWER_SECONDS, BATCH, QUEUE
from shared.telemetry import TelemetryMiddleware, current_traceparent, parse_traceparent, span, statement_name, trace_config, trace_engine, traced_headers
from tests.support.identity import TestIssuer
from tests.support.system import until
from tests.support.telemetry import RunningReceiver, running_receiver, served, tracing

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


class TestTraceparent:
    def test_it_is_read_and_written(self) -> None:
        context = parse_traceparent(f"00-{TRACE}-{PARENT}-01")
        assert context is not None
        assert context.sampled
        assert context.traceparent == f"00-{TRACE}-{PARENT}-01"

    def test_a_version_of_the_future_is_read_as_far_as_it_is_known(self) -> None:
        assert parse_traceparent(f"cc-{TRACE}-{PARENT}-01-what-comes-later") is not None

    @pytest.mark.parametrize(
        "value",
        [
            None,
            "",
            "00",
            f"00-{TRACE}-{PARENT}",
            f"00-{'0' * 32}-{PARENT}-01",
            f"00-{TRACE}-{'0' * 16}-01",
            f"ff-{TRACE}-{PARENT}-01",
            f"00-{TRACE.upper()}-{PARENT}-01",
            f"00-{TRACE}-{PARENT}-01-more",
            f"00-{TRACE}-{PARENT}-01\nforged",
            f"00-{TRACE[:-1]}x-{PARENT}-01",
        ],
    )
    def test_a_malformed_one_counts_as_absent(self, value: str | None) -> None:
        assert parse_traceparent(value) is None


class TestOff:
    def test_without_a_collector_nothing_is_built(self) -> None:
        telemetry.start_telemetry("registry")
        with span("act") as work:
            work.set("rows", 3)
            assert work is telemetry.NO_SPAN
            assert current_traceparent() is None
        assert not telemetry.is_tracing()

    def test_an_incoming_trace_is_not_continued(self) -> None:
        telemetry.attach_traceparent(f"00-{TRACE}-{PARENT}-01")
        assert current_traceparent() is None


class TestSpans:
    def test_spans_of_one_act_make_a_tree(self, traced: RunningReceiver) -> None:
        with span("act", attributes={"rows": 2}) as act:
            with span("publish registry.person.registered.v1", kind="producer"):
                sent = current_traceparent()
            with span("INSERT outbox", kind="client"):
                pass
        assert sent is not None
        with span("apply registry.person.registered.v1", kind="consumer", parent=sent):
            assert sent[3:35] in (current_traceparent() or "")
        found = traced.trace(sent[3:35])
        assert [(s["depth"], s["kind"], s["name"]) for s in found["spans"]] == [
            (0, "internal", "act"),
            (1, "producer", "publish registry.person.registered.v1"),
            (2, "consumer", "apply registry.person.registered.v1"),
            (1, "client", "INSERT outbox"),
        ]
        assert found["spans"][0]["attributes"] == {"rows": 2}
        assert found["services"] == ["registry"]
        assert current_traceparent() is None
        assert isinstance(act, telemetry.Span)

    def test_an_error_is_told_by_its_kind_and_never_by_its_message(self, traced: RunningReceiver) -> None:
        trace = ""
        with pytest.raises(ValueError, match="Ánh"), span("act", attributes={"full_name": "Đặng Thị Ánh"}) as act:
            assert isinstance(act, telemetry.Span)
            act.set("email", "anh@example.org")
            trace = f"{act.context.trace_id:032x}"
            raise ValueError("Đặng Thị Ánh is known already")
        found = traced.trace(trace)
        assert found["errors"] == 1
        assert found["spans"][0]["error"] == "ValueError"
        assert found["spans"][0]["attributes"] == {"error.type": "ValueError"}
        assert "Ánh" not in str(found)

    def test_values_keep_their_type(self, traced: RunningReceiver) -> None:
        with span("act") as act:
            assert isinstance(act, telemetry.Span)
            for value in (1, True, 1.0, "1", "x" * 1000, "lone \ud800"):
                with span("typed", attributes={"value": value}):
                    pass
        found = traced.trace(f"{act.context.trace_id:032x}")["spans"][1:]
        assert [repr(s["attributes"]["value"]) for s in found] == ["1", "True", "1.0", "'1'", repr("x" * 256), "'lone ?'"]

    def test_links_name_the_other_traces(self, traced: RunningReceiver) -> None:
        with span("apply batch", kind="consumer", links=[f"00-{TRACE}-{PARENT}-01", None, "broken"]) as work:
            assert isinstance(work, telemetry.Span)
            trace = f"{work.context.trace_id:032x}"
        assert traced.trace(trace)["spans"][0]["links"] == [TRACE]

    def test_an_unsampled_trace_is_carried_on_and_nobody_below_records_it(self, receiver: RunningReceiver) -> None:
        with tracing("registry", receiver.url, ratio=0):
            with span("act") as act:
                assert not act.sampled
                assert (current_traceparent() or "").endswith("-00")
                with span("below", kind="client") as below:
                    assert below is telemetry.NO_SPAN
            with span("elsewhere", kind="server", parent=f"00-{TRACE}-{PARENT}-00") as elsewhere:
                assert not elsewhere.sampled
                assert current_traceparent() == f"00-{TRACE}-{PARENT}-00"
            telemetry.flush_telemetry()
        assert receiver.store.wait_until_written()
        assert receiver.get("/api/v1/traces").json() == {"items": [], "next": None}

    def test_a_sampled_parent_is_followed_whatever_our_own_share(self, receiver: RunningReceiver) -> None:
        with tracing("registry", receiver.url, ratio=0), span("apply", kind="consumer", parent=f"00-{TRACE}-{PARENT}-01") as work:
            assert work.sampled

    def test_about_the_share_asked_for_is_recorded(self, receiver: RunningReceiver) -> None:
        with tracing("registry", receiver.url, ratio=0.1):
            recorded = 0
            for _ in range(2000):
                work = span("act")
                recorded += work.sampled
        assert 100 < recorded < 320

    async def test_tasks_at_the_same_time_keep_their_own_trace(self, traced: RunningReceiver) -> None:
        async def act(parent: str) -> bool:
            with span("act", parent=parent):
                await asyncio.sleep(0.01)
                return (current_traceparent() or "").startswith(parent[:35])

        parents = [f"00-{number:032x}-{PARENT}-01" for number in range(1, 20)]
        assert all(await asyncio.gather(*map(act, parents)))


class TestCollectorAway:
    """Fault 48: the back-end is down or slow, and no request waits."""

    @pytest.mark.parametrize("away", ["refuses", "never answers"])
    def test_spans_end_at_once_and_the_process_ends_soon(self, away: str, caplog: pytest.LogCaptureFixture) -> None:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            if away == "never answers":
                listening.listen(50)
            with tracing("registry", f"http://127.0.0.1:{listening.getsockname()[1]}"):
                waits = 0
                for _ in range(2 * QUEUE):
                    started = time.perf_counter()
                    with span("act"):
                        pass
                    waits += time.perf_counter() - started >= ANSWER_SECONDS
                assert waits < QUEUE / BATCH / 4, "nobody waited for the collector, or each batch beyond the queue would have; a busy machine stops anybody now and then"
                started = time.perf_counter()
                telemetry.stop_telemetry(1)
            assert time.perf_counter() - started < 3

    def test_what_was_traced_meanwhile_arrives_when_it_is_back(self, issuer: TestIssuer, tmp_path: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with tracing("registry", f"http://127.0.0.1:{port}"):
            with span("act") as act:
                assert isinstance(act, telemetry.Span)
            telemetry.flush_telemetry()
            with running_receiver(issuer, tmp_path, port=port) as receiver:
                assert [found["name"] for found in receiver.trace(f"{act.context.trace_id:032x}")["spans"]] == ["act"]

    @pytest.mark.parametrize(("status", "sent_again"), [(503, True), (429, True), (400, False), (404, False)])
    def test_what_is_refused_for_good_is_not_sent_again(self, status: int, sent_again: bool) -> None:
        heard: list[str] = []

        async def collector(request: Request) -> Response:
            heard.append(request.url.path)
            return Response(status_code=status)

        with served(Starlette(routes=[Route("/{path:path}", collector, methods=["POST"])])) as url, tracing("registry", url):
            with span("act"):
                pass
            telemetry.flush_telemetry()
            telemetry.flush_telemetry()
        assert heard.count("/v1/traces") >= 2 if sent_again else heard.count("/v1/traces") == 1


class TestBatches:
    def test_while_a_service_is_busy_only_full_batches_leave(self) -> None:
        sendings = 0

        async def collector(request: Request) -> Response:
            nonlocal sendings
            if request.url.path == "/v1/traces" and sendings < 100:
                sendings += 1
                for _ in range(5):  # the service goes on meanwhile
                    with span("act"):
                        pass
            return Response()

        with served(Starlette(routes=[Route("/{path:path}", collector, methods=["POST"])])) as url, tracing("registry", url):
            for _ in range(BATCH + 1):
                with span("act"):
                    pass
            until(lambda: sendings > 0, "a batch is sent")
            telemetry.flush_telemetry()
            assert sendings <= 5, "one full batch, what was left at the flush, and what a second's wait may add"


def application() -> Any:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    router = APIRouter(prefix="/persons")

    @router.get("/{person_id}/timeline")
    async def timeline(person_id: str) -> dict[str, str]:
        return {"trace": current_traceparent() or ""}

    @router.get("/{person_id}/broken")
    async def broken(person_id: str) -> None:
        raise LookupError(person_id)

    app.include_router(router, prefix="/api/v1/registry")
    return TelemetryMiddleware(app, "registry")


async def get(app: Any, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://relais.test") as client:
        return await client.get(path, headers=headers)


class TestRequests:
    async def test_a_request_is_a_span_under_its_route(self, traced: RunningReceiver) -> None:
        answer = await get(application(), "/api/v1/registry/persons/0192/timeline?q=Nguyễn", traceparent=f"00-{TRACE}-{PARENT}-01")
        assert answer.headers["x-trace-id"] == TRACE
        assert answer.json()["trace"].startswith(f"00-{TRACE}-")
        found = traced.trace(TRACE)
        (server,) = found["spans"]
        assert (server["name"], server["kind"], server["parent_id"]) == ("GET /api/v1/registry/persons/{person_id}/timeline", "server", PARENT)
        assert server["attributes"] == {
            "http.request.method": "GET",
            "http.route": "/api/v1/registry/persons/{person_id}/timeline",
            "http.response.status_code": 200,
        }
        assert "0192" not in str(found)
        assert "Nguy" not in str(found)

    async def test_a_defect_is_an_error_of_the_span(self, traced: RunningReceiver) -> None:
        assert (await get(application(), "/api/v1/registry/persons/0192/broken", traceparent=f"00-{TRACE}-{PARENT}-01")).status_code == 500
        (server,) = traced.trace(TRACE)["spans"]
        assert server["error"] == "LookupError"
        assert server["attributes"]["http.response.status_code"] == 500

    async def test_an_unknown_address_is_not_written_down(self, traced: RunningReceiver) -> None:
        await get(application(), "/Nguyen-Thi-Hoa", traceparent=f"00-{TRACE}-{PARENT}-01")
        assert traced.trace(TRACE)["spans"][0]["name"] == "GET (no route)"

    @pytest.mark.parametrize("path", ["/health/live", "/static/theme.css", "/api/v1/traces/edges"])
    async def test_probes_assets_and_readers_of_traces_leave_none(self, traced: RunningReceiver, path: str) -> None:
        answer = await get(application(), path)
        assert "x-trace-id" not in answer.headers

    async def test_the_trace_goes_on_in_the_services_called(self, traced: RunningReceiver) -> None:
        with served(application()) as url, span("act") as act:
            assert isinstance(act, telemetry.Span)
            async with (
                aiohttp.ClientSession(trace_configs=[trace_config()]) as session,
                session.get(f"{url}/api/v1/registry/persons/0192/timeline?q=x") as answer,
            ):
                assert (await answer.json())["trace"][3:35] == f"{act.context.trace_id:032x}"
        found = traced.trace(f"{act.context.trace_id:032x}")
        assert [(s["depth"], s["kind"], s["name"]) for s in found["spans"]] == [
            (0, "internal", "act"),
            (1, "client", "GET /api/v1/registry/persons/{id}/timeline"),
            (2, "server", "GET /api/v1/registry/persons/{person_id}/timeline"),
        ]

    async def test_a_call_that_fails_is_an_error(self, traced: RunningReceiver) -> None:
        with span("act") as act:
            assert isinstance(act, telemetry.Span)
            async with aiohttp.ClientSession(trace_configs=[trace_config()]) as session:
                with pytest.raises(aiohttp.ClientError):
                    await session.get("http://127.0.0.1:9/x")
        assert traced.trace(f"{act.context.trace_id:032x}")["spans"][1]["error"] == "ClientConnectorError"

    def test_headers_for_any_other_client(self, traced: RunningReceiver) -> None:
        with span("act"):
            assert traced_headers({"Accept": "x"})["traceparent"] == current_traceparent()
            assert traced_headers({"Accept": "x"})["Accept"] == "x"


class TestStatements:
    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            ("SELECT persons.id FROM persons WHERE persons.id = $1", "SELECT persons"),
            ('INSERT INTO "outbox" (id) VALUES ($1)', "INSERT outbox"),
            ("UPDATE posts SET state = 'filled' WHERE id = $1", "UPDATE posts"),
            ("DELETE FROM ONLY inbox WHERE true", "DELETE inbox"),
            ("WITH late AS (SELECT 1 FROM posts) UPDATE missions SET x = 1", "UPDATE missions"),
            ("WITH ranked AS (SELECT 1 FROM posts) SELECT * FROM ranked", "SELECT ranked"),
            ("WITH a AS (SELECT f(x) FROM b), c AS (INSERT INTO d (e) SELECT e FROM a RETURNING e) INSERT INTO outbox (id) SELECT id FROM c", "INSERT outbox"),
            ("SELECT (SELECT count(*) FROM inbox) AS n, name FROM persons FOR UPDATE", "SELECT persons"),
            ("INSERT INTO versions AS v (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = 1", "INSERT versions"),
            ("\n  select 1", "SELECT"),
            ("COPY persons FROM STDIN", "COPY"),
            ("SELECT set_config('relais.scope', 'Nguyen', true)", ""),
            ("", "SQL"),
            ("'Nguyen'", "SQL"),
        ],
    )
    def test_only_the_verb_and_the_table_are_told(self, statement: str, name: str) -> None:
        assert statement_name(statement) == name

    async def test_statements_of_a_sampled_trace_are_spans(self, traced: RunningReceiver, postgres: Postgres) -> None:
        engine = create_async_engine(f"postgresql+asyncpg://postgres:{postgres.passwords['postgres']}@{postgres.host}:{postgres.port}/postgres")
        trace_engine(engine)
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))  # outside any trace
            with span("act") as act:
                assert isinstance(act, telemetry.Span)
                await connection.execute(text("SELECT oid FROM pg_database WHERE datname = :name"), {"name": "Nguyễn"})
                with pytest.raises(DBAPIError):
                    await connection.execute(text("SELECT * FROM nowhere WHERE name = 'Nguyễn'"))
        await engine.dispose()
        found = traced.trace(f"{act.context.trace_id:032x}")
        assert [(s["name"], s["kind"], s["error"]) for s in found["spans"]] == [
            ("act", "internal", None),
            ("SELECT pg_database", "client", None),
            ("SELECT nowhere", "client", "42P01"),
        ]
        assert "Nguyễn" not in str(found)
