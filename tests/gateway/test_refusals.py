"""What never reaches a service: too large, too long, ambiguous, wrongly addressed. One problem each, in three languages."""

import json
from io import BytesIO

import pytest

from gateway.guard import client_address, host_name
from gateway.routes import ROUTES, route_of
from tests.gateway.world import Door, Provider, SmallService, hang_up, read_answer

HOST = b"Host: 127.0.0.1:8080\r\n"


class TestAddresses:
    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/registry/../../internal/health", "/api/v1/registry/%2e%2e/x", "/api/v1/registry/%2E%2E/x", "//internal/health", "/api//v1/registry", "/api/v1/registry/./x",
            "/api/v1/registry/%2f", "/api/v1/registry/%2Finternal", "/api/v1/registry/..%5c", "/a\\b", "/x%00", "/x%0d%0aSet-Cookie:a", "/%zz", "/%", "/x%ff", "/..", "/x/..", "/x%252e%252e", "/x/.%2e/y", "*",
        ],
    )  # fmt: skip
    async def test_not_in_plain_form(self, door: Door, registry: SmallService, portal: SmallService, path: str) -> None:
        answer = await door.raw(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode("latin-1"))
        assert answer.status == 400
        assert answer.problem in ("bad-address", "bad-request")
        assert registry.seen == portal.seen == []

    @pytest.mark.parametrize(
        "path",
        ["/internal/health", "/%69nternal/health", "/internal", "/metrics", "/openapi.json", "/api", "/api/", "/api/v1/nothing", "/api/v2/registry/persons", "/api/v1/registryx"],
    )
    async def test_unknown_or_inside(self, door: Door, provider: Provider, portal: SmallService, path: str) -> None:
        answer = await door.raw(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {provider.token(roles=['operations'])}\r\n\r\n".encode())
        assert (answer.status, answer.problem) == (404, "not-found")
        assert portal.seen == []

    async def test_too_long(self, door: Door, provider: Provider) -> None:
        for target in ("/api/v1/registry/" + "x" * 9000, "/api/v1/registry/persons?q=" + "x" * 9000):
            answer = await door.raw(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {provider.token()}\r\n\r\n".encode())
            assert (answer.status, answer.problem) == (414, "address-too-long")

    async def test_method_not_allowed(self, door: Door, provider: Provider, registry: SmallService, portal: SmallService) -> None:
        for method, path, allowed in (
            ("OPTIONS", "/api/v1/registry/persons", "DELETE, GET, HEAD, PATCH, POST, PUT"),
            ("DELETE", "/people", "GET, HEAD, POST"),
            ("POST", "/health", "GET, HEAD"),
            ("TRACE", "/", "GET, HEAD, POST"),
        ):
            async with door.ask(method, path, provider.token()) as answer:
                assert (answer.status, answer.headers["Allow"]) == (405, allowed)
                assert (await answer.json())["type"].endswith("/method-not-allowed")
        assert registry.seen == portal.seen == []

    async def test_another_host(self, door: Door, portal: SmallService) -> None:
        for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:8080", "", "127.0.0.1@evil.example"):
            answer = await door.raw(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            assert answer.status in (400, 421), host
        assert portal.seen == []

    async def test_tunnels_and_upgrades(self, door: Door, portal: SmallService) -> None:
        assert (await door.raw(b"CONNECT registry:1 HTTP/1.1\r\n" + HOST + b"\r\n")).status == 400
        asked = b"/ HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
        answer = await door.raw(b"GET " + asked + b"\r\nGET /hidden HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (answer.status, answer.closes) == (200, True)
        assert [seen.target for seen in portal.seen] == ["/"]
        assert portal.last.one("upgrade") is None
        assert (await door.raw(b"POST " + asked + b"Content-Length: 5\r\n\r\nhello")).status == 400

    def test_table(self) -> None:
        assert {route.service for route in ROUTES if route.prefix.startswith("/api/v1/")} == {
            "registry",
            "recruitment",
            "training",
            "appointment",
            "rotation",
            "observatory",
            "traces",
        }
        for path, service in (
            ("/", "portal"),
            ("/auth/callback", "portal"),
            ("/problems/not-found", "portal"),
            ("/api/v1/registry", "registry"),
            ("/docs", "gateway"),
            ("/documents", "portal"),
            ("/healthy", "portal"),
        ):
            found = route_of(path)
            assert found is not None and found.service == service, path


class TestHead:
    async def test_too_many_headers(self, door: Door, provider: Provider) -> None:
        lines = b"".join(b"A%d: x\r\n" % n for n in range(200))
        answer = await door.raw(b"GET / HTTP/1.1\r\n" + HOST + lines + b"\r\n")
        assert (answer.status, answer.problem) == (431, "headers-too-large")

    async def test_too_large_headers(self, door: Door) -> None:
        answer = await door.raw(b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"x" * 33_000 + b"\r\n\r\n")
        assert (answer.status, answer.problem) == (431, "headers-too-large")

    async def test_refused_while_it_still_arrives(self, door: Door) -> None:
        for begun, status in ((b"GET / HTTP/1.1\r\n" + HOST + b"A: ", 431), (b"GET /", 414)):
            reader, writer = await door.connect()
            writer.write(begun)
            for _ in range(8):
                writer.write(b"x" * 16_384)
            answer = await read_answer(reader)
            assert (answer.status, answer.closes) == (status, True)
            await hang_up(writer)

    @pytest.mark.parametrize(
        "lines",
        [
            b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: 5\r\nContent-Length: 5\r\n",
            b"Content-Length: -1\r\n", b"Content-Length: +5\r\n", b"Content-Length: 0x5\r\n", b"Content-Length: 5, 5\r\n", b"Content-Length: 99999999999999999999\r\n", b"Content-Length: \r\n", b"Content-Length : 5\r\n",
            b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: identity\r\n", b"Transfer-Encoding: chunked, identity\r\n", b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding : chunked\r\n",
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding:\x0bchunked\r\n", b"Host: other\r\nContent-Length: 5\r\n", b"Content-Length: 5\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n", b"A: x\r\n y\r\n", b"A\x00: x\r\n", b"A: x\x00y\r\n", b"A: x\ny\r\n", b": x\r\n", b"A B: x\r\n",
        ],
    )  # fmt: skip
    async def test_two_ways_to_read_it(self, door: Door, portal: SmallService, lines: bytes) -> None:
        answer = await door.raw(b"POST /form HTTP/1.1\r\n" + HOST + lines + b"\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (answer.status, answer.closes) == (400, True)
        assert answer.problem in ("bad-request", "ambiguous-request")
        assert portal.seen == []

    @pytest.mark.parametrize(
        "request_line",
        [
            b"GET / HTTP/3.0\r\n",
            b"GET /\r\n",
            b"get / HTTP/1.1\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00",
            b"GET http://evil.example HTTP/1.1\n\n",
            b"GET \xff HTTP/1.1\r\n",
            b"FROB / HTTP/1.1\r\n",
        ],
    )
    async def test_not_http(self, door: Door, portal: SmallService, request_line: bytes) -> None:
        answer = await door.raw(request_line + HOST + b"\r\n")
        assert (answer.status, answer.closes, answer.problem) == (400, True, "bad-request")
        assert portal.seen == []

    async def test_no_host(self, door: Door) -> None:
        answer = await door.raw(b"GET / HTTP/1.1\r\n\r\n")
        assert (answer.status, answer.problem) == (400, "host-missing")

    async def test_a_chunk_that_is_none(self, door: Door, provider: Provider, registry: SmallService) -> None:
        head = b"POST /api/v1/registry/x HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + provider.token().encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = await door.raw(head + b"zz\r\nhello\r\n0\r\n\r\n")
        assert (answer.status, answer.closes) == (400, True)
        assert registry.seen == []


class TestBody:
    async def test_too_large_by_its_length(self, door: Door, provider: Provider, registry: SmallService) -> None:
        async with door.post("/api/v1/registry/persons", provider.token(), data=BytesIO(b"x" * (1024 * 1024 + 1))) as answer:
            assert answer.status == 413
            assert (await answer.json())["detail"] == "At most 1048576 bytes are accepted here."
        assert registry.seen == []

    async def test_too_large_in_chunks(self, door: Door, provider: Provider, registry: SmallService) -> None:
        async def parts():
            for _ in range(20):
                yield b"x" * 65_536

        async with door.post("/api/v1/registry/upload", provider.token(), data=parts()) as answer:
            assert answer.status == 413
            assert answer.headers["Connection"] == "close"

    async def test_refused_before_it_is_sent(self, door: Door, provider: Provider) -> None:
        """A client that waits for 100 Continue keeps its gigabyte."""
        head = b"POST /api/v1/registry/x HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 1000000000\r\n"
        answer = await door.raw(head + b"Authorization: Bearer " + provider.token().encode() + b"\r\n\r\n")
        assert (answer.status, answer.closes) == (413, True)
        assert (await door.raw(head + b"\r\n")).status == 401

    @pytest.mark.parametrize("path", ["/jobs/01a20335-fcdc-7037-989e-f51fe6aacb61/application", "/api/v1/recruitment/public/applications"])
    async def test_a_candidates_scan_of_200_megabytes(self, door: Door, path: str) -> None:
        """Without an account, before a byte of it is taken: what may be sent (five papers of 10 MB), and what to do."""
        head = f"POST {path} HTTP/1.1\r\n".encode() + HOST + b"Expect: 100-continue\r\nContent-Length: 200000000\r\n\r\n"
        answer = await door.raw(head)
        assert (answer.status, answer.problem, answer.closes) == (413, "body-too-large", True)
        said = json.loads(answer.body)
        assert (said["rule"]["value"], bool(said["possible"])) == (51 * 1024 * 1024, True)

    async def test_a_larger_one_where_files_are_brought(self, door: Door, provider: Provider) -> None:
        async with door.post("/api/v1/registry/imports/upload", provider.token(), data=BytesIO(b"x" * 5_000_000)) as answer:
            assert (answer.status, (await answer.json())["size"]) == (200, 5_000_000)

    async def test_the_connection_goes_on_after_a_small_one(self, door: Door) -> None:
        reader, writer = await door.connect()
        for _ in range(3):
            writer.write(b"POST /api/v1/registry/x HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhello")
            answer = await read_answer(reader)
            assert (answer.status, answer.closes) == (401, False)
        await hang_up(writer)


class TestLanguages:
    @pytest.mark.parametrize(
        ("asked", "title"),
        [("vi", "Vui lòng đăng nhập"), ("en;q=0.2, fr-FR", "Veuillez vous connecter"), ("en", "Please sign in"), ("ar", "Veuillez vous connecter")],
    )
    async def test_of_the_caller(self, door: Door, asked: str, title: str) -> None:
        async with door.get("/api/v1/registry/persons", headers={"Accept-Language": asked}) as answer:
            problem = await answer.json()
            assert problem["title"] == title
            assert problem["type"] == "http://127.0.0.1:8080/problems/token-missing"
            assert problem["status"] == 401
            assert problem["request_id"] == answer.headers["X-Request-Id"]

    async def test_a_page_for_a_browser(self, provider: Provider, door: Door, portal: SmallService) -> None:
        await portal.stop()
        async with door.get("/people", headers={"Accept": "text/html,*/*", "Accept-Language": "fr"}) as answer:
            text = await answer.text()
            assert (answer.status, answer.content_type) == (503, "text/html")
            assert '<html lang="fr">' in text and answer.headers["X-Request-Id"] in text
            assert "script" not in text and "default-src 'none'" in answer.headers["Content-Security-Policy"]


class TestAddressOfTheCaller:
    PROXIES = ("10.0.0.0/8",)

    @pytest.mark.parametrize(
        ("peer", "said", "found"),
        [
            ("203.0.113.9", b"1.2.3.4", "203.0.113.9"), ("10.1.1.1", b"1.2.3.4", "1.2.3.4"), ("10.1.1.1", b"6.6.6.6, 1.2.3.4, 10.2.2.2", "1.2.3.4"),
            ("10.1.1.1", b"", "10.1.1.1"), ("10.1.1.1", b"unknown", "10.1.1.1"), ("10.1.1.1", b"10.3.3.3", "10.1.1.1"), ("10.1.1.1", b"2001:db8::1", "2001:db8::1"),
        ],
    )  # fmt: skip
    def test_only_our_proxies_are_believed(self, peer: str, said: bytes, found: str) -> None:
        import ipaddress

        assert client_address(peer, said, [ipaddress.ip_network(network) for network in self.PROXIES]) == found

    @pytest.mark.parametrize(("host", "name"), [(b"Relais.Example:8080", "relais.example"), (b"[::1]:8080", "::1"), (b"127.0.0.1", "127.0.0.1"), (b"", "")])
    def test_host_name(self, host: bytes, name: str) -> None:
        assert host_name(host) == name


async def test_every_refusal_is_quiet_about_the_inside(door: Door, provider: Provider) -> None:
    async with door.get("/api/v1/observatory/figures", provider.token()) as answer:
        text = json.dumps(await answer.json())
        assert answer.status == 503
        assert "Traceback" not in text and "127.0.0.1:1" not in text.replace("127.0.0.1:8080", "") and "Errno" not in text
