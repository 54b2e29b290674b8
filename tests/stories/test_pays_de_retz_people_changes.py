"""Twenty records around the candidates of Pays de Retz are changed at random: exactly the figures that each change touches move, in this story and in no other."""

import random
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from tests.stories.changing import ChangedStory, Moves
from tests.support.stories import STORIES, Stage

pytestmark = [pytest.mark.story, pytest.mark.embedded, pytest.mark.changes]

PAYS_DE_RETZ = STORIES["pays-de-retz-2024"]
LAST, EVE, AFTER = "2024-12-31", "2024-12-30", "2025-01-15"
ADVISER = "retz-adviser"


class Changes(ChangedStory):
    """Acts of the adviser and of those who write to candidates, each saying which figures it moves and by how much."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, PAYS_DE_RETZ)
        self.numbers = count(1)

    def asks(self, dossier: dict[str, Any], *, on: str = EVE, counted: int = 1) -> Moves:
        """One request more, in the period."""
        self.request_of(dossier, on)
        return Moves({"services.requests": counted})

    def asks_later(self, dossier: dict[str, Any]) -> Moves:
        """Asked after the last day: none of the period."""
        return self.asks(dossier, on=AFTER, counted=0)

    def is_helped(self, dossier: dict[str, Any]) -> Moves:
        """Asked and solved on the last day but one."""
        self.answer(self.request_of(dossier, EVE), outcome="solved", words="a neighbour", done_on=EVE)
        return Moves({"services.requests": 1, "services.solved": 1})

    def is_helped_later(self, dossier: dict[str, Any]) -> Moves:
        """Asked in the period and solved after it."""
        self.answer(self.request_of(dossier, EVE), outcome="solved", words="a neighbour", done_on=AFTER)
        return Moves({"services.requests": 1})

    def refuses(self, dossier: dict[str, Any]) -> Moves:
        """Asked, and refused by the candidate."""
        self.answer(self.request_of(dossier, EVE), outcome="refused", refused_by="candidate", reason="too_far", done_on=LAST)
        return Moves({"services.requests": 1, "services.refused": 1})

    def is_spoken_with(self, dossier: dict[str, Any]) -> Moves:
        """What an adviser writes down moves no figure."""
        body = {"kind": "contact", "channel": "phone", "words": f"Appel {next(self.numbers)}", "done_on": EVE}
        self.ask("POST", f"recruitment/accompaniments/{dossier['id']}/entries", body, who=ADVISER)
        return Moves()

    def request_of(self, dossier: dict[str, Any], on: str) -> dict[str, Any]:
        body = {"accompaniment_id": dossier["id"], "pool_id": dossier["pool_id"], "kind": "mobility", "wanted": "Un trajet", "place": "Pornic", "wanted_from": "2025-02-01"}
        found: dict[str, Any] = self.ask(
            "POST", "recruitment/service-requests", body | {"partner_code": "FR-44-CCSE", "done_on": on, "reference": f"change-{next(self.numbers)}"}, who=ADVISER
        )
        return found

    def answer(self, request: dict[str, Any], **said: str) -> None:
        self.ask("POST", f"recruitment/service-requests/{request['id']}/answer", said, who=ADVISER)


def test_twenty_changes_move_exactly_the_figures_that_they_touch(stage: Stage) -> None:
    chance, changes = random.Random("twenty changes of candidates"), Changes(stage)
    dossiers = changes.ask("GET", "recruitment/accompaniments", state="open")["items"]
    kinds: list[Callable[[dict[str, Any]], Moves]] = [changes.asks, changes.asks_later, changes.is_helped, changes.is_helped_later, changes.refuses, changes.is_spoken_with]
    for _one in range(20):
        changes.count(chance.choice(kinds)(chance.choice(dossiers)))
    changes.must_have_moved_exactly_that()
