"""Fault 40: the bucket is the caller's, whatever they change about the request; and B14: nothing grows without end."""

import asyncio

import pytest

from gateway.limits import Buckets, Limits, Quota, Quotas, network_of
from tests.gateway.world import Door, Provider, SmallService, open_door

FEW = Quotas(caller=Quota(0.5, 3), address=Quota(0.5, 3), client=Quota(0.5, 5), portal=Quota(1000, 1000))


class Clock:
    def __init__(self) -> None:
        self.value = 100.0

    def __call__(self) -> float:
        return self.value


class TestBuckets:
    def test_so_many_at_once_then_at_a_pace(self) -> None:
        clock = Clock()
        buckets = Buckets(Quota(2, 3), clock)
        assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
        assert buckets.take("b") == 0
        clock.value += 0.5
        assert [buckets.take("a") for _ in range(2)] == [0, 0.5]
        clock.value += 100
        assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]

    def test_memory_is_bounded(self) -> None:
        clock = Clock()
        buckets = Buckets(Quota(1, 2), clock, kept=100)
        for n in range(1000):
            buckets.take(str(n))
        assert len(buckets) <= 100
        clock.value += 10
        buckets.take("last")
        assert len(buckets) == 1

    def test_a_clients_quota_counts_for_all_who_use_it(self) -> None:
        limits = Limits(FEW, "portal", Clock())
        assert [limits.take_for_caller(str(n), "ministry-health") > 0 for n in range(6)] == [False] * 5 + [True]
        assert [limits.take_for_caller(str(n), "portal") > 0 for n in range(20)] == [False] * 20

    def test_what_makes_something_without_an_account_is_asked_less_often(self) -> None:
        limits = Limits(Quotas(form=Quota(1, 2)), "portal", Clock())
        assert [limits.take_for_form("203.0.113.9") > 0 for _ in range(3)] == [False, False, True]
        assert limits.take_for_form("203.0.113.10") == limits.take_for_address("203.0.113.9") == 0

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2::1", "2001:db8:1:2::/64"), ("2001:DB8:1:2:ffff::9", "2001:db8:1:2::/64"), ("::ffff:203.0.113.9", "203.0.113.9"),
            ("fe80::1%eth0", "fe80::/64"), ("", "unknown"), ("nonsense", "unknown"),
        ],
    )  # fmt: skip
    def test_networks(self, address: str, network: str) -> None:
        assert network_of(address) == network


class TestTooOften:
    async def test_429_says_how_long_to_wait(self, provider: Provider, registry: SmallService) -> None:
        async with open_door(provider, {"registry": registry.port}, quotas=FEW) as door:
            assert await ask(door, provider, 5) == [200, 200, 200, 429, 429]
            async with door.get("/api/v1/registry/persons", provider.token()) as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (429, "2")
                assert (await answer.json())["detail"] == "You ask more often than is allowed. Please wait 2 s."
            async with door.get("/api/v1/registry/persons", provider.token(sub="another")) as answer:
                assert answer.status == 200

    async def test_not_evaded(self, provider: Provider, registry: SmallService, portal: SmallService) -> None:
        async with open_door(provider, {"registry": registry.port, "portal": portal.port}, quotas=FEW) as door:
            assert await ask(door, provider, 3) == [200] * 3
            for path, headers in (
                ("/api/v1/registry/persons/", {}),
                ("/api/v1/registry/other?x=1", {}),
                ("/api/v1/registry/persons", {"X-Forwarded-For": "9.9.9.9", "x-real-ip": "9.9.9.9"}),
                ("/api/v1/traces", {}),
            ):
                async with door.get(path, provider.token(jti="new", azp="portal"), headers=headers) as answer:
                    assert answer.status == 429, path
            statuses = []
            for n in range(5):
                async with door.get(f"/page{n}", headers={"X-Forwarded-For": f"9.9.9.{n}", "User-Agent": str(n), "Authorization": f"Bearer {n}"}) as answer:
                    statuses.append(answer.status)
            assert statuses == [200, 200, 200, 429, 429]

    async def test_bad_tokens_count_for_the_address(self, provider: Provider) -> None:
        async with open_door(provider, {}, quotas=FEW) as door:
            statuses = []
            for n in range(5):
                async with door.get("/api/v1/registry/persons", f"x.{n}.y") as answer:
                    statuses.append(answer.status)
            assert statuses == [401, 401, 401, 429, 429]

    async def test_probes_are_not_counted(self, provider: Provider) -> None:
        async with open_door(provider, {}, quotas=FEW) as door:
            for _ in range(10):
                async with door.get("/health/live") as answer:
                    assert answer.status == 200


async def ask(door: Door, provider: Provider, times: int) -> list[int]:
    async def one() -> int:
        async with door.get("/api/v1/registry/persons", provider.token()) as answer:
            return int(answer.status)

    return sorted(await asyncio.gather(*(one() for _ in range(times))))
