"""Signing in and out against a provider that may lie, and sessions in a real PostgreSQL."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from deploy.local.postgres import Postgres
from services.portal import identity, session
from services.portal.app import create
from services.portal.clients import Api, Refusal
from services.portal.identity import IdentityProvider
from services.portal.session import ABSOLUTE, IDLE, is_open, seal, unseal
from shared import auth, migrate
from shared.settings import settings
from tests.portal.forms import hidden_fields
from tests.portal.provider import Provider
from tests.portal.world import World

REVOKED: tuple[str, str, Any] = ("POST", "/api/v1/registry/revocations/own", {})
_migrated: set[int] = set()


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.close()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def reader(postgres: Postgres, provider: Provider, portal_settings: None, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A browser before the portal, with a real session store and the provider of the test."""
    monkeypatch.setenv("RELAIS_ISSUER", provider.url)
    monkeypatch.setenv("RELAIS_DATABASE_PORT", str(postgres.port))
    for role in ("owner", "app", "worker"):
        monkeypatch.setenv(f"RELAIS_DATABASE_{role.upper()}_PASSWORD", postgres.passwords[f"portal_{role}"])
    settings.cache_clear()
    auth.verifier.cache_clear()
    if postgres.port not in _migrated:
        migrate.upgrade("portal")
        _migrated.add(postgres.port)
    fresh = IdentityProvider()
    for module in (session, identity):
        monkeypatch.setattr(module, "identity", fresh)
    monkeypatch.setattr("services.portal.pages.sign_in.identity", fresh)

    async def ask(api: Api, method: str, path: str, **request: object) -> object:
        return await world.ask(api, method, path, **request)

    monkeypatch.setattr(Api, "_ask", ask)
    with TestClient(create(), base_url="http://127.0.0.1:8080", follow_redirects=False) as client:
        yield client
    auth.verifier.cache_clear()


def begin(reader: TestClient, back: str = "/people") -> dict[str, str]:
    """Press “Sign in”: what the portal asks the provider."""
    answer = reader.get("/auth/sign-in", params={"next": back})
    assert answer.status_code == 303
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def sign_in(reader: TestClient, provider: Provider, back: str = "/people", **lies: str) -> Any:
    return reader.get("/auth/callback", params=provider.consent(begin(reader, back)) | lies)


def age_session(postgres: Postgres, seconds: int) -> None:
    postgres.sql(f"UPDATE sessions SET refreshed_at = refreshed_at - interval '{seconds} seconds'", database="portal")


class TestSignIn:
    def test_the_request_carries_pkce_state_and_nonce(self, reader: TestClient) -> None:
        first, second = begin(reader), begin(reader)
        assert first["code_challenge_method"] == "S256"
        assert first["redirect_uri"] == "http://127.0.0.1:8080/auth/callback"
        assert not {first[name] for name in ("state", "nonce", "code_challenge")} & {second[name] for name in ("state", "nonce", "code_challenge")}

    def test_a_person_comes_back_to_the_page_they_wanted(self, reader: TestClient, provider: Provider) -> None:
        answer = sign_in(reader, provider, back="/people?facility=VN-22-BVT")
        assert answer.headers["location"] == "/people?facility=VN-22-BVT"
        cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("relais="))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Max-Age" not in cookie
        assert "Nguyễn Thùy Linh" in reader.get("/").text

    def test_tokens_are_not_readable_in_the_database(self, reader: TestClient, provider: Provider, postgres: Postgres) -> None:
        sign_in(reader, provider)
        dump = str(postgres.sql("SELECT * FROM sessions", database="portal"))
        assert reader.cookies["relais"] not in dump
        assert all(token not in dump for token in provider.refresh_tokens)

    @pytest.mark.parametrize("lie", [{"state": "another"}, {"iss": "http://elsewhere.example"}, {"error": "access_denied"}, {"code": "made-up"}])
    def test_an_answer_that_is_not_the_providers_signs_nobody_in(self, reader: TestClient, provider: Provider, lie: dict[str, str]) -> None:
        answer = sign_in(reader, provider, **lie)
        assert answer.status_code == 400
        assert "relais" not in reader.cookies

    @pytest.mark.parametrize(
        "claims",
        [{"nonce": "another"}, {"aud": "another"}, {"aud": ["portal", "another"]}, {"iss": "http://elsewhere.example"}, {"sub": "somebody-else"}, {"exp": 1}, {"azp": "another"}],
    )
    def test_an_id_token_that_is_not_ours_signs_nobody_in(self, reader: TestClient, provider: Provider, claims: dict[str, Any]) -> None:
        provider.id_claims = claims
        assert sign_in(reader, provider).status_code == 400
        assert "relais" not in reader.cookies

    def test_a_key_that_is_not_the_providers_signs_nobody_in(self, reader: TestClient, provider: Provider) -> None:
        asked = begin(reader)
        consent = provider.consent(asked)
        thief = RSAKey.generate_key(2048, {"kid": "provider"})
        genuine = provider.sign
        provider.sign = lambda claims, key=None: genuine(claims, thief)  # type: ignore[method-assign]
        assert reader.get("/auth/callback", params=consent).status_code == 400

    def test_iss_is_asked_for_where_the_provider_promises_it(self, reader: TestClient, provider: Provider) -> None:
        provider.metadata_more = {"authorization_response_iss_parameter_supported": True}
        consent = provider.consent(begin(reader))
        del consent["iss"]
        assert reader.get("/auth/callback", params=consent).status_code == 400

    def test_a_sign_in_begun_in_another_browser_is_refused(self, reader: TestClient, provider: Provider) -> None:
        consent = provider.consent(begin(reader))
        reader.cookies.clear()
        assert reader.get("/auth/callback", params=consent).status_code == 400

    def test_an_answer_works_once(self, reader: TestClient, provider: Provider) -> None:
        consent = provider.consent(begin(reader))
        assert reader.get("/auth/callback", params=consent).status_code == 303
        assert reader.get("/auth/callback", params=consent).status_code == 400

    @pytest.mark.parametrize("back", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
    def test_nobody_is_sent_to_another_site(self, reader: TestClient, provider: Provider, back: str) -> None:
        assert sign_in(reader, provider, back=back).headers["location"] == "/"

    def test_two_tabs_do_not_disturb_each_other(self, reader: TestClient, provider: Provider) -> None:
        first, second = begin(reader, "/people"), begin(reader, "/posts")
        assert reader.get("/auth/callback", params=provider.consent(second)).headers["location"] == "/posts"
        assert reader.get("/auth/callback", params=provider.consent(first)).headers["location"] == "/people"


class TestSession:
    def test_tokens_a_minute_old_are_refreshed_before_a_page(self, reader: TestClient, provider: Provider, postgres: Postgres) -> None:
        sign_in(reader, provider)
        reader.get("/people")
        assert provider.used == []
        age_session(postgres, 60)
        assert reader.get("/people").status_code == 200
        assert len(provider.used) == 1

    def test_a_revoked_account_is_out_at_the_next_page_a_minute_later(self, reader: TestClient, provider: Provider, postgres: Postgres) -> None:
        sign_in(reader, provider)
        provider.refresh_tokens.clear()
        age_session(postgres, 60)
        assert reader.get("/people").headers["location"].startswith("/auth/sign-in")
        assert reader.get("/people").headers["location"].startswith("/auth/sign-in")

    def test_pages_opened_at_once_use_a_refresh_token_once(self, reader: TestClient, provider: Provider, postgres: Postgres) -> None:
        sign_in(reader, provider)
        age_session(postgres, 60)
        cookie = reader.cookies["relais"]
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _n: reader.get("/people", headers={"cookie": f"relais={cookie}"}), range(6)))
        assert [answer.status_code for answer in answers] == [200] * 6
        assert len(provider.used) == 1

    def test_a_provider_that_is_away_keeps_nobody_in_and_throws_nobody_out(self, reader: TestClient, provider: Provider, postgres: Postgres) -> None:
        sign_in(reader, provider)
        age_session(postgres, 60)
        provider.is_away = True
        assert reader.get("/people").status_code == 503
        provider.is_away = False
        assert reader.get("/people").status_code == 200

    def test_an_idle_session_ends(self, reader: TestClient, provider: Provider, postgres: Postgres) -> None:
        sign_in(reader, provider)
        age_session(postgres, 31 * 60)
        assert reader.get("/people").status_code == 303
        assert provider.used == []

    def test_limits(self) -> None:
        start = datetime(2025, 3, 9, 8, tzinfo=UTC)
        assert is_open(start, start, start + IDLE)
        assert not is_open(start, start, start + IDLE + timedelta(seconds=1))
        assert is_open(start, start + ABSOLUTE, start + ABSOLUTE)
        assert not is_open(start, start + ABSOLUTE, start + ABSOLUTE + timedelta(seconds=1))

    def test_what_is_sealed_opens_for_its_owner_alone(self, portal_settings: None) -> None:
        sealed = seal("session", {"a": 1}, b"owner")
        assert unseal("session", sealed, b"owner") == {"a": 1}
        assert unseal("session", sealed, b"another") is None
        assert unseal("sign-in", sealed, b"owner") is None
        assert unseal("session", sealed[:-1] + bytes([sealed[-1] ^ 1]), b"owner") is None
        assert unseal("session", b"", b"owner") is None


class TestSignOut:
    def test_the_session_ends_here_and_the_token_is_revoked_there(self, reader: TestClient, provider: Provider, world: World) -> None:
        sign_in(reader, provider)
        hidden = hidden_fields(reader.get("/people").text, "/auth/sign-out")
        kept = reader.cookies["relais"]
        refresh = next(iter(provider.refresh_tokens))
        assert reader.post("/auth/sign-out", data=hidden).headers["location"] == "/"
        assert provider.revoked == [refresh]
        assert REVOKED in world.sent, "a copy of the token opens nothing within a minute"
        assert reader.get("/people", headers={"cookie": f"relais={kept}"}).status_code == 303

    def test_a_provider_with_its_own_sign_out_page_is_visited(self, reader: TestClient, provider: Provider) -> None:
        provider.metadata_more = {"end_session_endpoint": f"{provider.url}/end"}
        sign_in(reader, provider)
        hidden = hidden_fields(reader.get("/people").text, "/auth/sign-out")
        there = urlsplit(reader.post("/auth/sign-out", data=hidden).headers["location"])
        asked = dict(parse_qsl(there.query))
        assert there.path == "/end"
        assert asked["post_logout_redirect_uri"] == "http://127.0.0.1:8080/"
        assert asked["id_token_hint"]

    def test_nobody_is_signed_out_by_another_site(self, reader: TestClient, provider: Provider) -> None:
        sign_in(reader, provider)
        assert reader.post("/auth/sign-out").status_code == 403
        assert reader.get("/people").status_code == 200


class TestBackChannelLogout:
    def test_the_provider_ends_a_session(self, reader: TestClient, provider: Provider) -> None:
        sign_in(reader, provider)
        answer = reader.post("/auth/backchannel-logout", data={"logout_token": provider.logout_token()})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert reader.get("/people").status_code == 303

    def test_the_provider_ends_all_sessions_of_an_account(self, reader: TestClient, provider: Provider) -> None:
        sign_in(reader, provider)
        reader.post("/auth/backchannel-logout", data={"logout_token": provider.logout_token(sid=None, sub="linh")})
        assert reader.get("/people").status_code == 303

    @pytest.mark.parametrize("whose", [{}, {"sid": None, "sub": "linh"}])
    def test_a_copy_of_a_token_of_each_ended_session_opens_nothing(self, reader: TestClient, provider: Provider, world: World, whose: dict[str, Any]) -> None:
        for _browser in range(2):
            reader.cookies.clear()
            sign_in(reader, provider)
        world.sent.clear()
        world.sent_with.clear()
        reader.post("/auth/backchannel-logout", data={"logout_token": provider.logout_token(**whose)})
        assert world.sent == [REVOKED] * 2
        assert len(set(world.sent_with)) == 2, "each is revoked with its own token, for it alone names its sign-in"
        assert {bearer.split(".")[1] for bearer in world.sent_with} == {issued.split(".")[1] for issued in provider.issued}

    def test_the_session_ends_here_although_the_registry_is_away(self, reader: TestClient, provider: Provider, world: World) -> None:
        sign_in(reader, provider)
        world.refusals["POST /api/v1/registry/revocations/own"] = Refusal(401, {})
        assert reader.post("/auth/backchannel-logout", data={"logout_token": provider.logout_token()}).status_code == 200
        assert reader.get("/people").status_code == 303

    @pytest.mark.parametrize(
        "wrong",
        [
            {"events": {}},
            {"events": None},
            {"nonce": "n"},
            {"aud": "another"},
            {"iss": "http://elsewhere.example"},
            {"jti": None},
            {"sid": None},
            {"iat": int(time.time()) - 7200, "exp": None},
        ],
    )
    def test_a_token_that_is_no_logout_token_ends_nothing(self, reader: TestClient, provider: Provider, world: World, wrong: dict[str, Any]) -> None:
        sign_in(reader, provider)
        token = provider.logout_token(**{name: value for name, value in wrong.items() if name != "exp"})
        assert reader.post("/auth/backchannel-logout", data={"logout_token": token}).status_code == 400
        assert REVOKED not in world.sent
        assert reader.get("/people").status_code == 200

    @pytest.mark.parametrize("token", ["", "a.b.c", "not a token"])
    def test_rubbish_ends_nothing(self, reader: TestClient, token: str) -> None:
        assert reader.post("/auth/backchannel-logout", data={"logout_token": token}).status_code == 400


class TestWhereItStarts:
    @pytest.mark.parametrize("url", ["http://relais.example", "http://10.0.0.5:8080"])
    def test_plain_http_is_refused_outside_this_machine(self, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
        monkeypatch.setenv("RELAIS_PUBLIC_URL", url)
        settings.cache_clear()
        with pytest.raises(ValueError, match="https"):
            create()

    def test_a_short_secret_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RELAIS_SESSION_SECRET", "short")
        settings.cache_clear()
        with pytest.raises(ValueError, match="RELAIS_SESSION_SECRET"):
            create()

    def test_over_https_cookies_are_bound_to_the_host(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RELAIS_PUBLIC_URL", "https://relais.example")
        settings.cache_clear()
        with TestClient(create(), base_url="https://relais.example") as client:
            answer = client.get("/")
        visitor = answer.headers["set-cookie"]
        assert visitor.startswith("__Host-relais-visitor=")
        assert "Secure" in visitor
        assert "Path=/" in visitor
        assert "Domain" not in visitor
        assert answer.headers["strict-transport-security"]
