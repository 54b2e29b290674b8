"""What lines of act files find again: a place in a list means the same whatever was drawn."""

from typing import Any

import pytest

from deploy.local.acts.contests import FINDERS

RESULTS = [
    {"rank": 1, "candidacy_id": "first", "called_on": "2021-07-15"},
    {"rank": 2, "candidacy_id": None, "called_on": None},
    {"rank": 3, "candidacy_id": "third", "called_on": "2021-07-15"},
    {"rank": None, "candidacy_id": None, "called_on": None},
]


class Register:
    """A register that holds one list, two results a page."""

    def __init__(self, results: list[dict[str, Any]]) -> None:
        self.results = results

    def find(self, kind: str, reference: str) -> str:
        return f"{kind} {reference}"

    def ask(self, _person: str, _method: str, path: str, **options: Any) -> dict[str, Any]:
        if path == "recruitment/offers":
            return {"items": [{"id": f"offer to {options['params']['candidacy']}", "candidacy_id": options["params"]["candidacy"], "post_id": "post"}]}
        start = int(options["params"].get("cursor", 0))
        return {"items": self.results[start : start + 2], "next": str(start + 2) if start + 2 < len(self.results) else None}


@pytest.mark.parametrize(("place", "offered"), [(1, "first"), (2, "third"), (3, None)])
def test_who_is_called_is_counted_among_those_called_whatever_their_rank(place: int, offered: str | None):
    """A reserved list may be full when a good rank comes to it: that candidate waits, and the next one is called."""
    found = FINDERS["offer to"](Register(RESULTS), "observer", f"C MA-SF {place}")
    assert found == (offered and f"offer to {offered}")


def test_who_is_called_later_comes_after_those_called_before():
    later = {"rank": 2, "candidacy_id": "second", "called_on": "2021-07-29"}
    found = [FINDERS["called candidacy"](Register([RESULTS[0], later, *RESULTS[2:]]), "observer", f"C MA-SF {place}") for place in (1, 2, 3)]
    assert found == ["first post", "third post", "second post"]
