"""What is revoked is refused within a minute, though its token lives longer."""

import asyncio

import aiohttp
import pytest

from shared import revocations
from shared.tokens import Claims, TokenRefused
from tests.gateway.world import Door, Provider, SmallService, until

MINUTE = 60
CLAIMS = Claims(sub="6f1c", iss="", exp=0, client_id="portal", issued_at=1_800_000_000)


class Clock:
    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self) -> float:
        return self.value


async def learn(door: Door) -> None:
    async with aiohttp.ClientSession() as http:
        await revocations.learn(http, door.app.verifier, door.app.revocations_url)


class TestVerifier:
    @pytest.mark.parametrize("what", [("client", "ministry-health"), ("subject", "6f1c"), ("session", "s-1")])
    async def test_refuses_what_was_issued_before_and_takes_what_is_issued_later(self, provider: Provider, what: tuple[str, str]) -> None:
        clock = Clock(1_800_000_000.0)
        verifier = provider.verifier(now=clock)
        times = {"iat": 1_800_000_000, "nbf": None, "exp": 1_800_000_300}
        old = provider.token(azp="ministry-health", sid="s-1", **times)
        await verifier.verify(old)
        clock.value += 30
        verifier.revoke({what: clock.value})
        assert verifier.remembered(old.encode()) is None
        with pytest.raises(TokenRefused, match="token-revoked"):
            await verifier.verify(old)
        clock.value += 10
        await verifier.verify(provider.token(azp="ministry-health", sid="s-1", **times | {"iat": int(clock.value)}))
        await verifier.verify(provider.token(azp="another", sub="another", sid="s-2", **times))

    async def test_a_token_that_does_not_say_when_it_was_issued_counts_as_old(self, provider: Provider) -> None:
        verifier = provider.verifier()
        verifier.revoke({("subject", "6f1c"): 1.0})
        with pytest.raises(TokenRefused, match="token-revoked"):
            await verifier.verify(provider.token(iat=None))

    async def test_more_than_the_list_holds_is_refused_by_its_age(self, provider: Provider) -> None:
        clock = Clock(1_800_000_000.0)
        verifier = provider.verifier(now=clock)
        verifier.revoke({}, clock.value - 100)
        with pytest.raises(TokenRefused, match="token-revoked"):
            await verifier.verify(provider.token(iat=1_800_000_000 - 101, nbf=None, exp=1_800_000_100))
        await verifier.verify(provider.token(iat=1_800_000_000, nbf=None, exp=1_800_000_100))

    async def test_the_same_list_again_makes_nobody_be_judged_again(self, provider: Provider) -> None:
        verifier = provider.verifier()
        verifier.revoke({("client", "gone"): 5.0})
        token = provider.token()
        await verifier.verify(token)
        verifier.revoke({("client", "gone"): 5.0})
        assert verifier.remembered(token.encode()) is not None


class TestDoor:
    async def test_hears_of_it_from_the_registry(self, door: Door, provider: Provider, registry: SmallService) -> None:
        token, other = provider.token(), provider.token(sub="another")
        async with door.get("/api/v1/registry/persons", token) as answer:
            assert answer.status == 200
        registry.revoked = [{"kind": "subject", "value": "6f1c", "before": 4_000_000_000.0}]
        await learn(door)
        async with door.get("/api/v1/registry/persons", token) as answer:
            assert (answer.status, (await answer.json())["type"].rsplit("/", 1)[-1]) == (401, "token-revoked")
        async with door.get("/api/v1/registry/persons", other) as answer:
            assert answer.status == 200

    async def test_keeps_the_last_list_while_the_registry_is_away_or_lies(self, door: Door, provider: Provider, registry: SmallService) -> None:
        registry.revoked = [{"kind": "subject", "value": "6f1c", "before": 4_000_000_000.0}]
        await learn(door)
        for lie in ("not a list", [{"kind": "subject"}], [{"kind": "subject", "value": "6f1c", "before": "never"}]):
            registry.revoked = lie  # type: ignore[assignment]
            with pytest.raises((ValueError, KeyError)):
                await learn(door)
        await registry.stop()
        with pytest.raises(aiohttp.ClientError):
            await learn(door)
        async with door.get("/api/v1/registry/persons", provider.token()) as answer:
            assert answer.status == 401

    async def test_reads_the_list_again_and_again(self, door: Door, provider: Provider, registry: SmallService, monkeypatch: pytest.MonkeyPatch) -> None:
        assert revocations.POLL_SECONDS + 2 * revocations.READING_SECONDS < MINUTE
        monkeypatch.setattr(revocations, "POLL_SECONDS", 0.01)
        task = asyncio.create_task(revocations.watch(door.app.verifier, door.app.revocations_url))
        try:
            registry.revoked = [{"kind": "client", "value": "portal", "before": 4_000_000_000.0}]
            await until(lambda: door.app.verifier.revocations.cover(CLAIMS))
        finally:
            task.cancel()
