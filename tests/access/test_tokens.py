"""A service believes a token no more easily than the gateway does: whoever reaches it past the door meets the same refusals (faults 24, 25 and 26)."""

import json
from collections.abc import AsyncIterator

import pytest

from shared.auth import ROLES
from tests.access.door import Answer, ask
from tests.access.requests import Asked
from tests.gateway.test_tokens import REFUSED, padded, unpadded, unsigned_header
from tests.gateway.world import Provider
from tests.support.service import application, environment

SERVICE = "rotation"
TEMPLATE = Asked("GET", f"/api/v1/{SERVICE}/imports/templates/agreements.csv")
"""A route that reads no row: what answers is the token alone."""


@pytest.fixture(scope="module")
def keys() -> Provider:
    return Provider()


@pytest.fixture
async def provider(keys: Provider) -> AsyncIterator[Provider]:
    keys.mode, keys.asked = "good", 0
    await keys.start()
    with environment(RELAIS_ISSUER=keys.url, RELAIS_ENV="test", RELAIS_SERVICE=SERVICE):
        yield keys
    await keys.stop()


async def asked_with(token: str) -> Answer:
    return await ask(application(SERVICE), TEMPLATE, token)


def good(provider: Provider, **more: object) -> str:
    return provider.token(roles=sorted(ROLES), **more)


class TestService:
    async def test_takes_a_good_token(self, provider: Provider) -> None:
        assert (await asked_with(good(provider))).status == 200

    @pytest.mark.parametrize("case", REFUSED)
    async def test_refuses(self, provider: Provider, case: str) -> None:
        slug, header, claims = REFUSED[case]
        answer = await asked_with(unsigned_header(provider, header, claims) if "kid" in header else provider.token(header, **claims))
        assert (answer.status, answer.slug) == (401, slug)
        assert answer.headers["www-authenticate"].startswith('Bearer realm="relais"')

    async def test_refuses_no_algorithm_the_wrong_one_and_what_was_changed(self, provider: Provider) -> None:
        head, body, signature = good(provider).split(".")
        none = [f"{padded(json.dumps({'alg': alg, 'kid': 'first'}).encode())}.{body}." for alg in ("none", "None", "", None)]
        critical = padded(json.dumps({"alg": "RS256", "kid": "first", "crit": ["b64"], "b64": True}).encode())
        twice = padded(unpadded(body)[:-1] + b', "roles": ["operations"]}')
        richer = padded(json.dumps(json.loads(unpadded(body)) | {"groups": ["/territories/VN"]}).encode())
        stranger = Provider().keys["first"]
        for token in (
            *none, provider.confused_token(), f"{critical}.{body}.{signature}", f"{head}.{twice}.{signature}", f"{head}.{richer}.{signature}", f"{head}.{body}.", "A" * 1_000_000, "a.b.c",
            provider.token({"kid": "first"}, key=stranger), good(provider) + "." + signature, "é" * 20,
        ):  # fmt: skip
            assert (await asked_with(token)).status == 401, token[:80]

    @pytest.mark.parametrize("mode", ["error", "garbage", "10 MB", "10,000 keys", "weak key", "symmetric", "elsewhere"])
    async def test_grants_nothing_without_keys_that_it_can_trust(self, provider: Provider, mode: str) -> None:
        provider.mode = mode
        answer = await asked_with(good(provider))
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")

    async def test_goes_on_with_the_keys_that_it_has_and_asks_once_for_made_up_ones(self, provider: Provider) -> None:
        assert (await asked_with(good(provider))).status == 200
        for number in range(20):
            assert (await asked_with(provider.token({"kid": f"made-up-{number}"}))).status == 401
        assert provider.asked <= 2
        await provider.stop()
        assert (await asked_with(good(provider, sub="another"))).status == 200
