"""An instance in production does not start with what only a demo may have, and says why without telling the value."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.settings import Settings

SOUND = {"env": "production", "public_url": "https://relais.example", "issuer": "https://id.example/realms/relais", "session_secret": "k3J-9xv.Qm2_Zp8wL5tR7yB4nH6cD1fS"}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "the day of a demo": ({"today": "2025-10-01"}, "RELAIS_TODAY"),
    "a crash point": ({"crash_at": "relay.after_produce:1"}, "RELAIS_CRASH_AT"),
    "pages over plain http": ({"public_url": "http://relais.example"}, "RELAIS_PUBLIC_URL"),
    "tokens of an issuer over plain http": ({"issuer": "http://id.example/realms/relais"}, "RELAIS_ISSUER"),
    "an issuer that is no address": ({"issuer": "id.example"}, "RELAIS_ISSUER"),
    "an issuer with a query": ({"issuer": "https://id.example/realms/relais?a=b"}, "RELAIS_ISSUER"),
    "an issuer of nobody": ({"issuer": ""}, "RELAIS_ISSUER"),
    "any audience": ({"audience": ""}, "RELAIS_AUDIENCE"),
    "a password that everybody tries": ({"database_app_password": "postgres"}, "RELAIS_DATABASE_APP_PASSWORD"),
    "a password like the role": ({"database_owner_password": "registry_owner", "service": "registry"}, "RELAIS_DATABASE_OWNER_PASSWORD"),
    "a secret of the examples": ({"portal_client_secret": "portal-secret"}, "RELAIS_PORTAL_CLIENT_SECRET"),
    "a short secret": ({"accounts_client_secret": "x7Qp"}, "RELAIS_ACCOUNTS_CLIENT_SECRET"),
    "a secret of one letter": ({"session_secret": "a" * 40}, "RELAIS_SESSION_SECRET"),
}


class TestProduction:
    def test_starts_with_sound_values(self) -> None:
        assert Settings(**SOUND).env == "production"

    @pytest.mark.parametrize("case", REFUSED)
    def test_refuses(self, case: str) -> None:
        changes, named = REFUSED[case]
        with pytest.raises(ValidationError) as refused:
            Settings(**SOUND | changes)
        assert named in str(refused.value)

    def test_refuses_to_be_debugged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
        with pytest.raises(ValidationError, match="PYTHONASYNCIODEBUG"):
            Settings(**SOUND)

    def test_tells_no_value(self) -> None:
        with pytest.raises(ValidationError) as refused:
            Settings(**SOUND | {"database_app_password": "changeme", "issuer": "http://hidden.example"})
        assert "changeme" not in str(refused.value)
        assert "k3J-9xv" not in str(refused.value)

    @pytest.mark.parametrize("env", ["demo", "test"])
    def test_a_demo_starts_with_what_its_launcher_gives(self, env: str) -> None:
        assert Settings(env=env, today="2025-10-01", portal_client_secret="portal-secret").today is not None

    def test_this_machine_needs_no_certificate(self) -> None:
        local = {"public_url": "http://127.0.0.1:8080", "issuer": "http://localhost:18180"}
        assert Settings(**SOUND | local).issuer == "http://localhost:18180"
