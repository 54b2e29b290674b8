"""Acts in the registry, and how things that were imported are found."""

from typing import Any

from deploy.local.acts.line import Act, Asks, Finder, Line


def _person(line: Line) -> dict[str, Any]:
    entered = {"names": [{"kind": "legal", "value": line.text("full_name")}], "birth_date": line.text("birth_date"), "sex": line.text("sex"), "purposes": [line.text("purpose")]}
    return entered | {"reference": line.text("reference")}


ACTS: dict[str, Act] = {
    "enter-person": Act("registry/persons", _person),
}
MAKES = {"enter-person": "person"}


def _post(player: Asks, person: str, reference: str) -> str | None:
    """A post of the imported establishment."""
    found = player.ask(person, "GET", "registry/posts", params={"reference": reference})["items"]
    return str(found[0]["id"]) if found else None


FINDERS: dict[str, Finder] = {"post": _post}
