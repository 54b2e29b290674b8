"""A partner's program has so many requests a minute and a day; it reads in each answer what is left, and several doors count together."""

import pytest

from gateway.quotas import DAY, MINUTE, ClientQuotas, Left, tell
from tests.gateway.world import Door, Provider, SmallService, open_door, until

NOON = 1_795_435_200  # 2026-11-23, 12:00 UTC
ADDRESS = "/api/v1/registry/persons"


class Clock:
    def __init__(self) -> None:
        self.value = float(NOON)

    def __call__(self) -> float:
        return self.value


def heard(quotas: ClientQuotas, per_minute: int, per_day: int, *, client_id: str = "sandbox", elsewhere: int = 0) -> None:
    said = {"day": quotas.told()["day"], "quotas": [{"client_id": client_id, "per_minute": per_minute, "per_day": per_day}], "elsewhere": []}
    quotas.hear(said | {"elsewhere": [{"client_id": client_id, "requests": elsewhere}] if elsewhere else []})


def taken(quotas: ClientQuotas, client_id: str = "sandbox") -> Left:
    left = quotas.take(client_id)
    assert left is not None
    return left


class TestCounting:
    def test_whole_minutes_and_what_is_left_of_them(self) -> None:
        clock = Clock()
        quotas = ClientQuotas(clock)
        heard(quotas, 2, 100)
        clock.value += 20
        assert dict(taken(quotas).headers) == {b"ratelimit-policy": b'"minute";q=2;w=60, "day";q=100;w=86400', b"ratelimit": b'"minute";r=1;t=40, "day";r=99;t=43180'}
        assert [taken(quotas).wait for _ in range(2)] == [0, 40]
        clock.value += 40
        assert taken(quotas).wait == 0
        assert quotas.told()["counts"] == [{"client_id": "sandbox", "requests": 3, "refused": 1}]

    def test_a_days_quota_counts_what_other_processes_counted_and_ends_at_midnight(self) -> None:
        clock = Clock()
        quotas = ClientQuotas(clock)
        heard(quotas, 60, 10, elsewhere=8)
        assert [taken(quotas).wait for _ in range(3)] == [0, 0, DAY // 2]
        assert taken(quotas).of_the_day
        clock.value += DAY // 2
        assert taken(quotas).wait == 0

    def test_what_was_counted_elsewhere_yesterday_does_not_count_today(self) -> None:
        clock = Clock()
        quotas = ClientQuotas(clock)
        heard(quotas, 60, 10)
        taken(quotas)
        yesterday = quotas.told()
        clock.value += DAY
        taken(quotas)
        quotas.hear({"day": yesterday["day"], "quotas": [{"client_id": "sandbox", "per_minute": 60, "per_day": 10}], "elsewhere": [{"client_id": "sandbox", "requests": 9}]})
        assert [taken(quotas).wait for _ in range(3)] == [0, 0, 0]

    def test_a_program_without_its_own_has_that_of_everybody(self) -> None:
        quotas = ClientQuotas(Clock())
        assert quotas.take("sandbox") is None
        heard(quotas, 1, 10, client_id="*")
        assert [taken(quotas, "another").wait for _ in range(2)] == [0, MINUTE]

    def test_a_quota_that_is_lowered_below_what_was_asked_leaves_nothing(self) -> None:
        quotas = ClientQuotas(Clock())
        heard(quotas, 60, 10)
        for _ in range(5):
            taken(quotas)
        heard(quotas, 60, 3)
        assert b'"day";r=0' in dict(taken(quotas).headers)[b"ratelimit"]


def machine(provider: Provider, client_id: str = "sandbox") -> str:
    return provider.token(sub=f"service-{client_id}", azp=client_id, preferred_username=f"service-account-{client_id}", roles=[], groups=[], scope="registry.extract")


class TestAtTheDoor:
    async def test_a_program_hears_what_is_left_and_then_when_to_ask_again_and_a_person_hears_neither(self, provider: Provider, registry: SmallService) -> None:
        registry.client_quotas = [{"client_id": "sandbox", "per_minute": 60, "per_day": 2}]
        async with open_door(provider, {"registry": registry.port}) as door:
            await until(lambda: registry.told)
            async with door.get(ADDRESS, machine(provider)) as answer:
                assert (answer.status, answer.headers["RateLimit-Policy"]) == (200, '"minute";q=60;w=60, "day";q=2;w=86400')
                assert '"day";r=1;' in answer.headers["RateLimit"]
            async with door.get("/api/v1/nowhere", machine(provider)) as answer:  # an address that is none is asked, too
                assert answer.status == 404
            await ask_until_refused(door, machine(provider))
            async with door.get(ADDRESS, machine(provider)) as answer:
                said = await answer.json()
                assert (answer.status, said["type"].rsplit("/", 1)[-1]) == (429, "quota-used-up")
                assert 0 < int(answer.headers["Retry-After"]) <= DAY
                assert '"day";r=0;' in answer.headers["RateLimit"]
                assert said["detail"].startswith("The quota of this program for today is used up.")
            async with door.get(ADDRESS, provider.token(azp="sandbox")) as answer:
                assert answer.status == 200
                assert "RateLimit" not in answer.headers
        told = registry.told[-1]  # a door that closes tells its last seconds
        assert told["counts"] == [{"client_id": "sandbox", "requests": 2, "refused": told["counts"][0]["refused"]}]

    async def test_two_doors_count_a_days_quota_together(self, provider: Provider, registry: SmallService) -> None:
        registry.client_quotas = [{"client_id": "sandbox", "per_minute": 60, "per_day": 3}]
        async with open_door(provider, {"registry": registry.port}) as one, open_door(provider, {"registry": registry.port}) as other:
            for _ in range(2):
                async with one.get(ADDRESS, machine(provider)) as answer:
                    assert answer.status == 200
            await tell(one.http, one.app.quotas, one.app.usage_url)
            counted = registry.told[-1]["counts"]
            registry.elsewhere = [{"client_id": "sandbox", "requests": counted[0]["requests"]}]
            await tell(other.http, other.app.quotas, other.app.usage_url)
            statuses = []
            for _ in range(2):
                async with other.get(ADDRESS, machine(provider)) as answer:
                    statuses.append(answer.status)
            assert statuses == [200, 429]
            assert {said["gateway"] for said in registry.told} >= {str(one.app.quotas.process), str(other.app.quotas.process)}

    @pytest.mark.parametrize("away", ["down", "nonsense"])
    async def test_a_registry_that_does_not_answer_leaves_the_last_quotas_in_force(self, provider: Provider, registry: SmallService, away: str) -> None:
        registry.client_quotas = [{"client_id": "sandbox", "per_minute": 60, "per_day": 1}]
        async with open_door(provider, {"registry": registry.port}) as door:
            await until(lambda: registry.told)
            if away == "down":
                await registry.stop()
            else:
                registry.client_quotas = [{"client_id": "sandbox"}]
            with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is, the loop goes on (keep_telling)
                await tell(door.http, door.app.quotas, door.app.usage_url)
            async with door.get("/docs", machine(provider)) as answer:
                assert answer.status == 200
            async with door.get(ADDRESS, machine(provider)) as answer:
                assert answer.status == 429
            if away == "down":
                await registry.start()


async def ask_until_refused(door: Door, token: str) -> None:
    for _ in range(3):
        async with door.get(ADDRESS, token) as answer:
            if answer.status == 429:
                return
    raise AssertionError("never refused")
