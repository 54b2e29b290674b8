"""A token opens the door only when it is true, meant for us and still valid; everything else is 401."""

import base64
import json
import time
from typing import Any

import pytest

from shared.tokens import KeysUnavailable, TokenRefused
from tests.gateway.world import Door, Provider, SmallService

REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "expired": ("token-expired", {}, {"exp": int(time.time()) - 61, "iat": int(time.time()) - 400, "nbf": None}),
    "without end": ("token-malformed", {}, {"exp": None}),
    "end is a word": ("token-malformed", {}, {"exp": "tomorrow"}),
    "end is a truth": ("token-malformed", {}, {"exp": True}),
    "end is beyond time": ("token-malformed", {}, {"exp": 1e300}),
    "not valid yet": ("token-not-yet-valid", {}, {"nbf": int(time.time()) + 3_600}),
    "of tomorrow": ("token-not-yet-valid", {}, {"iat": int(time.time()) + 86_400}),
    "of another issuer": ("token-issuer", {}, {"iss": "https://identity.example/realms/relais"}),
    "of a similar issuer": ("token-issuer", {}, {"iss": "http://127.0.0.1:1/"}),
    "for another audience": ("token-audience", {}, {"aud": "account"}),
    "for a similar audience": ("token-audience", {}, {"aud": ["relais2", "xrelais"]}),
    "for nobody": ("token-audience", {}, {"aud": None}),
    "without subject": ("token-malformed", {}, {"sub": None}),
    "with a long subject": ("token-malformed", {}, {"sub": "s" * 256}),
    "an ID token of Keycloak": ("token-kind", {}, {"typ": "ID"}),
    "a refresh token": ("token-kind", {}, {"typ": "Refresh"}),
    "an ID token of nanoidp": ("token-kind", {}, {"token_use": "id"}),
    "an ID token": ("token-kind", {}, {"at_hash": "x"}),
    "a logout token": ("token-kind", {}, {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
    "a logout token by header": ("token-kind", {"typ": "logout+jwt"}, {}),
    "another RSA algorithm": ("token-algorithm", {"alg": "RS512"}, {}),
    "key set by address": ("token-header", {"jku": "http://keys.example/jwks"}, {}),
    "certificate by address": ("token-header", {"x5u": "http://keys.example/x"}, {}),
    "key inside": ("token-header", {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}, {}),
    "without key id": ("token-key-unknown", {"kid": None}, {}),
}


class TestRefused:
    @pytest.mark.parametrize("case", REFUSED)
    async def test_token(self, door: Door, provider: Provider, registry: SmallService, case: str) -> None:
        slug, header, claims = REFUSED[case]
        token = unsigned_header(provider, header, claims) if "kid" in header else provider.token(header, **claims)
        async with door.get("/api/v1/registry/persons", token) as answer:
            problem = await answer.json()
            assert (answer.status, problem["type"].rsplit("/", 1)[-1]) == (401, slug)
            assert answer.content_type == "application/problem+json"
            assert answer.headers["WWW-Authenticate"] == f'Bearer realm="relais", error="invalid_token", error_description="{slug}"'
        assert registry.seen == []

    @pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic bGluaDpsaW5o", "Bearer  two spaces", "Token abc"])
    async def test_none_given(self, door: Door, registry: SmallService, authorization: str | None) -> None:
        async with door.get("/api/v1/registry/persons", headers={} if authorization is None else {"Authorization": authorization}) as answer:
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="relais"')
        assert registry.seen == []

    async def test_tampered(self, door: Door, provider: Provider) -> None:
        head, body, signature = provider.token().split(".")
        claims = json.loads(unpadded(body))
        richer = padded(json.dumps(claims | {"roles": ["operations"]}).encode())
        other = provider.token(sub="someone-else").split(".")[2]
        for token in (f"{head}.{richer}.{signature}", f"{head}.{body}.{other}", f"{head}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA"):
            async with door.get("/api/v1/registry/persons", token) as answer:
                assert (answer.status, (await answer.json())["type"].rsplit("/", 1)[-1]) == (401, "token-signature"), token

    async def test_algorithm_none_and_confusion(self, door: Door, provider: Provider) -> None:
        body = provider.token().split(".")[1]
        none = [f"{padded(json.dumps({'alg': alg, 'kid': 'first'}).encode())}.{body}." for alg in ("none", "None", "NONE", "", None, 0)]
        for token in [*none, provider.confused_token()]:
            async with door.get("/api/v1/registry/persons", token) as answer:
                assert (answer.status, (await answer.json())["type"].rsplit("/", 1)[-1]) == (401, "token-algorithm"), token

    async def test_unknown_critical_header(self, door: Door, provider: Provider) -> None:
        header = {"alg": "RS256", "kid": "first", "crit": ["b64"], "b64": True}
        _head, body, signature = provider.token().split(".")
        async with door.get("/api/v1/registry/persons", f"{padded(json.dumps(header).encode())}.{body}.{signature}") as answer:
            assert answer.status == 401

    async def test_key_of_a_stranger(self, door: Door, provider: Provider) -> None:
        stranger = Provider()
        token = provider.token({"kid": "first"}, key=stranger.keys["first"])
        async with door.get("/api/v1/registry/persons", token) as answer:
            assert (answer.status, (await answer.json())["type"].rsplit("/", 1)[-1]) == (401, "token-signature")

    @pytest.mark.parametrize(
        "token",
        ["x", "a.b", "a.b.c", "a.b.c.d", "..", "eyJ.eyJ.x", "é.é.é", "A" * 8192, "." * 3, "e30.e30.e30", "bnVsbA.bnVsbA.AA", "W10.W10.AA", "eyJhbGciOiJSUzI1NiJ9.e30.AA=="],
    )
    async def test_garbage(self, provider: Provider, token: str) -> None:
        with pytest.raises(TokenRefused):
            await provider.verifier().verify(token)
        assert provider.asked == 0

    async def test_oversize(self, provider: Provider) -> None:
        began = time.process_time()
        with pytest.raises(TokenRefused) as refused:
            await provider.verifier().verify("A" * 1_000_000)
        assert refused.value.slug == "token-too-large"
        assert time.process_time() - began < 0.05

    @pytest.mark.parametrize("part", [0, 1])
    async def test_a_member_that_stands_twice(self, provider: Provider, part: int) -> None:
        parts = provider.token().split(".")
        text = unpadded(parts[part]).decode()
        parts[part] = padded((text[:-1] + (', "alg": "RS256"}' if part == 0 else ', "aud": "relais"}')).encode())
        with pytest.raises(TokenRefused, match="token-malformed"):
            await provider.verifier().verify(".".join(parts))

    async def test_deep_json(self, provider: Provider) -> None:
        deep = padded(b"[" * 5000)
        header = padded(b'{"alg":"RS256","kid":"first"}')
        for token in (f"{deep}.e30.AA", f"{header}.{deep}.AA"):
            with pytest.raises(TokenRefused, match="token-malformed"):
                await provider.verifier().verify(token[:8192])


class TestAccepted:
    async def test_keycloak_person(self, provider: Provider) -> None:
        claims = await provider.verifier().verify(provider.token(aud=["account", "relais"]))
        assert (claims.sub, claims.client_id, claims.name, claims.is_machine) == ("6f1c", "portal", "Nguyễn Thùy Linh", False)
        assert (claims.roles, claims.groups, claims.scopes) == (("regional-administrator",), ("/territories/VN-22",), ("openid",))

    async def test_keycloak_machine(self, provider: Provider) -> None:
        token = provider.token(
            azp="ministry-health", client_id="ministry-health", name=None, preferred_username="service-account-ministry-health", scope="territory:VN-22 registry.read"
        )
        claims = await provider.verifier().verify(token)
        assert (claims.is_machine, claims.client_id, claims.scopes) == (True, "ministry-health", ("territory:VN-22", "registry.read"))

    async def test_nanoidp_person(self, provider: Provider) -> None:
        token = provider.token(sub="linh", azp=None, client_id="portal", typ=None, token_use="access", name=None, preferred_username=None, attributes={"name": "Nguyễn Thùy Linh"})
        claims = await provider.verifier().verify(token)
        assert (claims.sub, claims.client_id, claims.name, claims.is_machine) == ("linh", "portal", "Nguyễn Thùy Linh", False)

    async def test_nanoidp_machine(self, provider: Provider) -> None:
        token = provider.token(sub="ministry-health", azp=None, client_id="ministry-health", roles=None, groups=None, name=None, preferred_username=None, typ=None)
        claims = await provider.verifier().verify(token)
        assert (claims.is_machine, claims.roles, claims.groups) == (True, (), ())

    async def test_a_person_named_like_another_clients_account_is_no_machine(self, provider: Provider) -> None:
        claims = await provider.verifier().verify(provider.token(preferred_username="service-account-ministry-health"))
        assert not claims.is_machine

    async def test_odd_claims_open_nothing(self, provider: Provider) -> None:
        claims = await provider.verifier().verify(provider.token(roles="operations", groups={"a": 1}, scope=["registry.read"]))
        assert (claims.roles, claims.groups, claims.scopes) == ((), (), ())

    async def test_a_minute_of_leeway_for_clocks(self, provider: Provider) -> None:
        verifier = provider.verifier()
        await verifier.verify(provider.token(exp=int(time.time()) - 50))
        await verifier.verify(provider.token(nbf=int(time.time()) + 50, iat=int(time.time()) + 50))

    async def test_keys_found_by_discovery(self, provider: Provider) -> None:
        verifier = provider.verifier()
        verifier.jwks_url = ""
        assert (await verifier.verify(provider.token())).sub == "6f1c"

    async def test_keys_of_another_origin_are_not_believed(self, provider: Provider) -> None:
        provider.mode = "other origin"
        verifier = provider.verifier()
        verifier.jwks_url = ""
        with pytest.raises(KeysUnavailable):
            await verifier.verify(provider.token())


class Clock:
    def __init__(self) -> None:
        self.value = 1000.0

    def __call__(self) -> float:
        return self.value


class TestRemembering:
    async def test_for_a_minute_at_most(self, provider: Provider) -> None:
        elapsed = Clock()
        verifier = provider.verifier(elapsed=elapsed)
        token = provider.token().encode()
        await verifier.verify(token)
        elapsed.value += 59
        assert verifier.remembered(token) is not None
        elapsed.value += 2
        assert verifier.remembered(token) is None

    async def test_never_longer_than_the_token(self, provider: Provider) -> None:
        elapsed = Clock()
        verifier = provider.verifier(elapsed=elapsed)
        token = provider.token(exp=int(time.time()) + 20).encode()
        await verifier.verify(token)
        elapsed.value += 21
        assert verifier.remembered(token) is None

    async def test_not_in_the_leeway(self, provider: Provider) -> None:
        verifier = provider.verifier()
        token = provider.token(exp=int(time.time()) - 10).encode()
        await verifier.verify(token)
        assert verifier.remembered(token) is None

    async def test_a_bounded_number(self, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shared.tokens.REMEMBER_TOKENS", 3)
        verifier = provider.verifier()
        tokens = [provider.token(sub=str(n)).encode() for n in range(5)]
        for token in tokens:
            await verifier.verify(token)
        assert [verifier.remembered(token) is not None for token in tokens] == [False, False, True, True, True]


class TestKeys:
    """Fault 24: rotation, withdrawal, a provider that is away or mad."""

    async def test_one_unknown_key_is_asked_for_once_in_half_a_minute(self, provider: Provider) -> None:
        elapsed = Clock()
        verifier = provider.verifier(elapsed=elapsed)
        await verifier.verify(provider.token())
        assert provider.asked == 1
        for n in range(50):
            with pytest.raises(TokenRefused, match="token-key-unknown"):
                await verifier.verify(provider.token({"kid": f"made-up-{n}"}))
        assert provider.asked == 2
        elapsed.value += 31
        with pytest.raises(TokenRefused, match="token-key-unknown"):
            await verifier.verify(provider.token({"kid": "made-up"}))
        assert provider.asked == 3

    async def test_a_new_key_is_found_at_once(self, provider: Provider) -> None:
        verifier = provider.verifier()
        await verifier.verify(provider.token())
        provider.rotate("second")
        assert (await verifier.verify(provider.token())).sub == "6f1c"

    async def test_what_a_withdrawn_key_signed_is_forgotten(self, provider: Provider) -> None:
        verifier = provider.verifier()
        old = provider.token().encode()
        await verifier.verify(old)
        provider.rotate("second")
        await verifier.verify(provider.token())
        assert verifier.remembered(old) is None
        with pytest.raises(TokenRefused, match="token-key-unknown"):
            await verifier.verify(old)

    @pytest.mark.parametrize("mode", ["error", "garbage", "list", "deep", "10 MB", "10,000 keys", "weak key", "symmetric", "elsewhere"])
    async def test_garbage_replaces_nothing(self, provider: Provider, mode: str) -> None:
        elapsed = Clock()
        verifier = provider.verifier(elapsed=elapsed)
        await verifier.verify(provider.token())
        provider.mode = mode
        elapsed.value += 600
        with pytest.raises(TokenRefused, match="token-key-unknown"):
            await verifier.verify(provider.token({"kid": "made-up"}))  # waits for the reading
        assert provider.asked == 2
        await verifier.verify(provider.token(sub="another"))

    @pytest.mark.parametrize("mode", ["error", "garbage", "10 MB", "10,000 keys", "weak key"])
    async def test_nothing_is_granted_without_keys(self, provider: Provider, mode: str) -> None:
        provider.mode = mode
        with pytest.raises(KeysUnavailable):
            await provider.verifier().verify(provider.token())

    async def test_kept_while_the_provider_is_away_but_not_for_ever(self, provider: Provider) -> None:
        elapsed = Clock()
        verifier = provider.verifier(elapsed=elapsed)
        await verifier.verify(provider.token())
        await provider.stop()
        elapsed.value += 600
        await verifier.verify(provider.token(sub="another"))
        elapsed.value += 3001
        with pytest.raises(KeysUnavailable):
            await verifier.verify(provider.token(sub="a third"))
        await provider.start()
        elapsed.value += 3
        await verifier.verify(provider.token(sub="a third"))

    async def test_the_door_says_503_and_recovers(self, door: Door, provider: Provider) -> None:
        await provider.stop()
        async with door.get("/api/v1/registry/persons", provider.token()) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert (await answer.json())["type"].endswith("/identity-unavailable")
        await provider.start()
        door.app.verifier._elapsed = lambda: time.monotonic() + 3
        async with door.get("/api/v1/registry/persons", provider.token()) as answer:
            assert answer.status == 200


def padded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def unsigned_header(provider: Provider, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token whose header is changed after the signature (a library would not write it)."""
    head, body, signature = provider.token(**claims).split(".")
    changed = {name: value for name, value in (json.loads(unpadded(head)) | header).items() if value is not None}
    return f"{padded(json.dumps(changed).encode())}.{body}.{signature}"
