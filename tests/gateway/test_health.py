"""Up or down for everyone; what is behind it for operations alone."""

import asyncio

from tests.gateway.world import Door, Provider, SmallService, open_door


async def needed() -> dict[str, SmallService]:
    services = {name: SmallService(name) for name in ("registry", "recruitment", "training", "appointment", "rotation", "observatory", "portal")}
    for service in services.values():
        await service.start()
    return services


async def test_the_public_hears_one_word(provider: Provider) -> None:
    services = await needed()
    async with open_door(provider, {name: service.port for name, service in services.items()}) as door:
        async with door.get("/health") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "up"})
            assert answer.headers["Cache-Control"] == "no-store"
        async with door.get("/health", provider.token(roles=["regional-administrator"])) as answer:
            assert await answer.json() == {"status": "up"}
        async with door.get("/health", provider.token(roles=["operations"], azp="m", client_id="m", sub="m")) as answer:
            assert await answer.json() == {"status": "up"}  # roles of a machine open nothing
        async with door.get("/health", "nonsense") as answer:
            assert answer.status == 401
        for service in services.values():
            await service.stop()


async def test_operations_see_each_service(provider: Provider) -> None:
    services = await needed()
    services["observatory"].events |= {"parked": 3, "dead_letters": 1, "lag": 40, "oldest_unpublished_seconds": 12.5}
    services["recruitment"].is_ready = False
    services["recruitment"].events = {"database": "down"}
    async with open_door(provider, {name: service.port for name, service in services.items()}) as door, door.get("/health", provider.token(roles=["operations"])) as answer:
        told = await answer.json()
        assert (answer.status, told["status"]) == (503, "down")
        assert told["services"]["observatory"] == {
            "status": "up",
            "breaker": "closed",
            "database": "up",
            "oldest_unpublished_seconds": 12.5,
            "lag": 40,
            "parked": 3,
            "dead_letters": 1,
        }
        assert told["services"]["recruitment"] == {"status": "down", "breaker": "closed", "database": "down"}
        assert told["services"]["traces"] == {"status": "down", "breaker": "closed"}
        assert set(told["services"]) == {"registry", "recruitment", "training", "appointment", "rotation", "observatory", "portal", "traces"}
    for service in services.values():
        await service.stop()


async def test_operations_hear_of_this_moment(provider: Provider) -> None:
    """Who waits until every event is heard must not be told what was true before it asked."""
    services = await needed()
    services["registry"].events = {"oldest_unpublished_seconds": 0.1}
    async with open_door(provider, {name: service.port for name, service in services.items()}) as door:
        async with door.get("/health", provider.token(roles=["operations"])) as answer:
            assert (await answer.json())["services"]["registry"]["oldest_unpublished_seconds"] == 0.1
        services["registry"].events = {"oldest_unpublished_seconds": 0.0}
        async with door.get("/health", provider.token(roles=["operations"])) as answer:
            assert (await answer.json())["services"]["registry"]["oldest_unpublished_seconds"] == 0.0
    for service in services.values():
        await service.stop()


async def test_down_when_one_is(provider: Provider, registry: SmallService) -> None:
    async with open_door(provider, {"registry": registry.port}) as door:
        async with door.get("/health") as answer:
            assert (answer.status, await answer.json(), answer.headers["Retry-After"]) == (503, {"status": "down"}, "5")
        for path in ("/health/live", "/health/ready"):
            async with door.get(path) as answer:
                assert (answer.status, await answer.json()) == (200, {"status": "up", "service": "gateway"})
        async with door.get("/health/other") as answer:
            assert answer.status == 404


async def test_many_who_ask_are_one_question(door: Door, registry: SmallService) -> None:
    async def ask() -> None:
        async with door.get("/health") as answer:
            await answer.read()

    await asyncio.gather(*(ask() for _ in range(50)))
    assert [seen.target for seen in registry.seen] == ["/health/ready"]


async def test_any_host_may_probe(door: Door) -> None:
    assert (await door.raw(b"GET /health/live HTTP/1.1\r\nHost: 10.2.3.4:8080\r\n\r\n")).status == 200
