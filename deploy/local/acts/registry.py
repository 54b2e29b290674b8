"""Acts in the registry, and how things that were imported are found."""

import time
from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line

PATIENCE_SECONDS = 180


def _person(line: Line) -> dict[str, Any]:
    written = [line.text("full_name"), *([line.text("name_in_other_script")] if line.optional("name_in_other_script") else [])]
    entered = {"names": [{"kind": "legal", "value": name} for name in written], "birth_date": line.text("birth_date"), "sex": line.text("sex"), "purposes": [line.text("purpose")]}
    return entered | {"reference": line.text("reference")}


ACTS: dict[str, Act] = {
    "enter-person": Act("registry/persons", _person),
    "link-account": Act("registry/accounts/{account}/person", lambda line: {"person_id": line.id_of("worker")}),
}
MAKES = {"enter-person": "person"}


def _post(player: Asks, person: str, reference: str) -> str | None:
    """A post of the imported establishment."""
    found = player.ask(person, "GET", "registry/posts", params={"reference": reference})["items"]
    return str(found[0]["id"]) if found else None


def account_of(player: Asks, person: str, username: str, *, role: str) -> str | None:
    """An account, by user name. The registry learns from the identity provider within minutes who signs in: waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = player.ask(person, "GET", "registry/accounts", params={"role": role, "limit": 100})["items"]
        known = next((str(account["id"]) for account in found if account["username"] == username), None)
        if known is not None or time.monotonic() > deadline:
            return known
        time.sleep(1)


def _account(player: Asks, person: str, username: str) -> str | None:
    return account_of(player, person, username, role="health-worker")


FINDERS: dict[str, Finder] = {"account": _account, "post": _post}
