"""The realm file: one source of accounts, groups, roles, scopes and clients for both identity providers."""

import json
from dataclasses import dataclass
from typing import Any

from deploy.local.state import CHECKOUT

REALM_FILE = CHECKOUT / "deploy" / "keycloak" / "realm.json"


def realm(public_url: str, portal_secret: str) -> dict[str, Any]:
    """The realm of an installation at this address."""
    text = REALM_FILE.read_text(encoding="utf-8")
    for name, value in {"RELAIS_PUBLIC_URL": public_url, "RELAIS_PORTAL_CLIENT_SECRET": portal_secret}.items():
        text = text.replace("${" + name + "}", value)
    filled: dict[str, Any] = json.loads(text)
    return filled


@dataclass(frozen=True)
class DemoAccount:
    username: str
    name: str
    roles: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def password(self) -> str:
        return self.username


def demo_accounts() -> list[DemoAccount]:
    return [DemoAccount(user["username"], user["attributes"]["name"][0], tuple(user["realmRoles"]), tuple(user["groups"])) for user in realm("", "")["users"]]


def demo_client(client_id: str) -> tuple[str, str]:
    """Secret and full scope of a machine client of the demo."""
    for client in realm("", "")["clients"]:
        if client["clientId"] == client_id and client.get("serviceAccountsEnabled"):
            return client["secret"], " ".join(client["optionalClientScopes"])
    raise KeyError(client_id)
