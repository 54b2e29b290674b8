"""The portal with a signed-in person and the APIs' answers of `world.py`."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from services.portal import clients, facilities, visit
from services.portal.app import create
from services.portal.clients import Api
from services.portal.identity import Tokens
from services.portal.session import Session
from shared.settings import settings
from tests.portal.world import World

ROLES = {
    "linh": {"regional-administrator", "records-officer"},
    "director": {"signatory", "records-officer"},
    "hr-bvt": {"facility-hr-officer", "records-officer"},
    "licensing": {"licensing-officer", "records-officer"},
    "analyst": {"ministry-analyst"},
    "ops": {"operations"},
}
GROUPS = {"hr-bvt": ("/facilities/VN-22-BVT",), "analyst": ("/territories/VN",), "ops": ()}


@pytest.fixture(autouse=True)
def portal_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("ENV", "SERVICE", "TODAY", "SESSION_SECRET", "PUBLIC_URL", "ISSUER"):
        monkeypatch.delenv(f"RELAIS_{name}", raising=False)
    monkeypatch.setenv("RELAIS_ENV", "test")
    monkeypatch.setenv("RELAIS_SERVICE", "portal")
    monkeypatch.setenv("RELAIS_TODAY", "2025-09-30")
    monkeypatch.setenv("RELAIS_SESSION_SECRET", SecretStr("a secret of forty characters for the tests").get_secret_value())
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()

    async def ask(api: Api, method: str, path: str, **request: object) -> object:
        return await made.ask(api, method, path, **request)

    async def open_session(cookie: str) -> Session | None:
        if cookie not in ROLES:
            return None
        return Session(cookie, Tokens("access", "refresh", "id"), cookie, "Nguyễn Thùy Linh", frozenset(ROLES[cookie]), GROUPS.get(cookie, ("/territories/VN-22",)))

    monkeypatch.setattr(clients.Api, "_ask", ask)
    monkeypatch.setattr(visit, "open_session", open_session)
    monkeypatch.setattr(facilities, "_names", {})
    return made


@pytest.fixture
def reader(world: World) -> TestClient:
    """Nobody is signed in."""
    return TestClient(create(), base_url="http://127.0.0.1:8080", follow_redirects=False)


@pytest.fixture
def as_(reader: TestClient) -> Callable[..., TestClient]:
    def sign_in(person: str, language: str = "en") -> TestClient:
        reader.cookies.set("relais", person)
        reader.cookies.set("language", language)
        return reader

    return sign_in
