"""The realm file: one source of roles, scopes and clients for both identity providers; the people of the demo come from its stories."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from deploy.local.state import CHECKOUT, STORIES

REALM_FILE = CHECKOUT / "deploy" / "keycloak" / "realm.json"


def realm(public_url: str, portal_secret: str, accounts_secret: str = "") -> dict[str, Any]:
    """The realm of an installation at this address, with the people and the partner of the demo."""
    text = REALM_FILE.read_text(encoding="utf-8")
    for name, value in {"RELAIS_PUBLIC_URL": public_url, "RELAIS_PORTAL_CLIENT_SECRET": portal_secret, "RELAIS_ACCOUNTS_CLIENT_SECRET": accounts_secret}.items():
        text = text.replace("${" + name + "}", value)
    filled: dict[str, Any] = json.loads(text)
    return with_people(filled, [account for story in known_stories() for account in story["accounts"]])


@cache
def known_stories() -> list[dict[str, Any]]:
    """What each `story.yaml` says, in the order of the stories; an image without them has none."""
    return sorted((yaml.safe_load(path.read_text(encoding="utf-8")) for path in STORIES.glob("*/story.yaml")), key=lambda story: story["order"])


def with_people(realm: dict[str, Any], accounts: list[dict[str, Any]]) -> dict[str, Any]:
    """The realm with these accounts and the groups that they are in. Raises ValueError for a name that two people would sign in with."""
    taken = {user["username"] for user in realm["users"]}
    for account in accounts:
        if account["username"] in taken:
            raise ValueError(f"Two people of the demo would sign in as {account['username']}.")
        taken.add(account["username"])
    named = [group.strip("/").split("/") for account in accounts for group in account["groups"]]
    groups = [group | {"subGroups": _added(group["subGroups"], [name for kind, name in named if kind == group["name"]])} for group in realm["groups"]]
    return realm | {"users": [*map(_user, accounts), *realm["users"]], "groups": groups}


def _added(groups: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    return [{"name": name} for name in dict.fromkeys([*(group["name"] for group in groups), *names])]


def _user(account: dict[str, Any]) -> dict[str, Any]:
    """Of a demo: the password is the name."""
    name = account["username"]
    return {
        "username": name,
        "enabled": True,
        "email": f"{name}@example.org",
        "emailVerified": True,
        "attributes": {"name": [account["name"]]} | ({"locale": [account["language"]]} if "language" in account else {}),
        "credentials": [{"type": "password", "value": name, "temporary": False}],
        "realmRoles": account["roles"],
        "groups": account["groups"],
    }


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
