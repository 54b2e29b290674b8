"""The realm file: one source of accounts, groups, roles, scopes and clients for both identity providers."""

import json
from dataclasses import dataclass
from typing import Any

from deploy.local.state import CHECKOUT

REALM_FILE = CHECKOUT / "deploy" / "keycloak" / "realm.json"


def realm(public_url: str, portal_secret: str, accounts_secret: str = "") -> dict[str, Any]:
    """The realm of an installation at this address, with the people and the partner of the demo."""
    text = REALM_FILE.read_text(encoding="utf-8")
    for name, value in {"RELAIS_PUBLIC_URL": public_url, "RELAIS_PORTAL_CLIENT_SECRET": portal_secret, "RELAIS_ACCOUNTS_CLIENT_SECRET": accounts_secret}.items():
        text = text.replace("${" + name + "}", value)
    filled: dict[str, Any] = json.loads(text)
    return filled


def without_demo(realm: dict[str, Any]) -> dict[str, Any]:
    """The realm of an installation that is no demo: nobody whose password stands in a file, and no partner whose secret does."""
    clients = [client for client in realm["clients"] if client["attributes"].get("relais.demo") != "true"]
    return realm | {"clients": clients, "users": [user for user in realm["users"] if "credentials" not in user]}


def people(realm: dict[str, Any]) -> list[dict[str, Any]]:
    """The accounts of people; those of clients belong to their clients."""
    return [user for user in realm["users"] if "serviceAccountClientId" not in user]


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
    return [DemoAccount(user["username"], user["attributes"]["name"][0], tuple(user["realmRoles"]), tuple(user["groups"])) for user in people(realm("", ""))]


def demo_client(client_id: str) -> tuple[str, str]:
    """Secret and full scope of a machine client of the demo."""
    for client in realm("", "")["clients"]:
        if client["clientId"] == client_id and client.get("serviceAccountsEnabled") and client["attributes"].get("relais.demo") == "true":
            return client["secret"], " ".join(client["optionalClientScopes"])
    raise KeyError(client_id)
