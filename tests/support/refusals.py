"""A refusal that an officer can defend: which rule, its value, where it is written, and what may be done instead (RP-02)."""

from typing import Any


def defended(refused: dict[str, Any], slug: str, rule: str, value: Any, *, possible: str) -> None:
    """It is this refusal, by this rule with this value, with its citation, and names the nearest option."""
    assert refused["type"].rsplit("/", 1)[-1] == slug
    assert (refused["rule"]["id"], refused["rule"]["value"]) == (rule, value)
    assert refused["rule"]["citation"]
    assert refused["detail"]
    assert possible in refused["possible"]


def refused(answer: Any, status: int, slug: str) -> None:
    """It was not let through, and for this reason."""
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (status, slug), answer.text
