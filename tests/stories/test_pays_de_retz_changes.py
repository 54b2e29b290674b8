"""Twenty records of the pool of Pays de Retz are changed at random: exactly the figures that each change touches move, in this story and in no other."""

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
OFFICERS = {
    "FR-44-HIPR": "hr-hipr", "FR-44-EHPADSB": "hr-ehpad-brevin", "FR-44-EHPADSP": "hr-ehpad-pazanne", "FR-44-SSIADP": "hr-ssiad", "FR-44-SAADSE": "hr-saad", "FR-44-MSPC": "hr-msp",
}  # fmt: skip
COORDINATOR = "retz-coordinator"
ANSWERING = "FR-44-CCSE"
"""The partner that candidates are changed with on the same system: it stays."""


class Changes(ChangedStory):
    """Acts of those whom the pool brings together, each saying which figures it moves and by how much."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, PAYS_DE_RETZ)
        self.pool = self.ask("GET", "recruitment/pools")["items"][0]
        self.numbers = count(1)

    def open_needs(self) -> list[dict[str, Any]]:
        found = self.ask("GET", "recruitment/needs", pool=self.pool["id"], state="validated", limit="200")["items"]
        return [need for need in found if need["hires"] < need["quantity"]]

    def close(self, need: dict[str, Any], day: str) -> None:
        body = {"reason": "found otherwise", "done_on": day}
        self.ask("POST", f"recruitment/needs/{need['id']}/closing", body, who=OFFICERS[need["facility_code"]])

    def is_found_otherwise(self, need: dict[str, Any]) -> Moves:
        """Closed on the eve: one need less, of its profession too."""
        self.close(need, EVE)
        return Moves({"needs.open": -1, "needs.by_profession": -1})

    def is_given_up_later(self, need: dict[str, Any]) -> Moves:
        """Closed after the last day: as of that day nothing has changed."""
        self.close(need, AFTER)
        return Moves()

    def is_asked_again(self, need: dict[str, Any], *, pool: bool = True, validated: str = "2024-12-20") -> Moves:
        """The same place states another need of the same profession, before the pool."""
        body = {name: need[name] for name in ("facility_code", "occupation_code")} | {"reason": "vacancy", "done_on": "2024-12-10", "reference": f"again-{next(self.numbers)}"}
        stated = self.ask("POST", "recruitment/needs", body | ({"pool_id": self.pool["id"]} if pool else {}), who=OFFICERS[need["facility_code"]])
        self.ask("POST", f"recruitment/needs/{stated['id']}/validation", {"done_on": validated})
        return Moves({"needs.open": 1, "needs.by_profession": 1}) if pool and validated <= LAST else Moves()

    def is_asked_beside_the_pool(self, need: dict[str, Any]) -> Moves:
        """A need that was put before no pool is none of the pool's."""
        return self.is_asked_again(need, pool=False)

    def is_confirmed_too_late(self, need: dict[str, Any]) -> Moves:
        """Stated in time and validated afterwards: open from then on."""
        return self.is_asked_again(need, validated=AFTER)

    def consents_and_takes_it_back(self, profile: dict[str, Any]) -> Moves:
        """Who is shown to whom moves no figure."""
        path = f"recruitment/profiles/{profile['id']}"
        self.ask("POST", f"{path}/consents", {"partners": ["FR-44-SSIADP"], "means": "oral", "done_on": EVE}, who=COORDINATOR)
        self.ask("POST", f"{path}/consent-withdrawal", {"done_on": LAST}, who=COORDINATOR)
        return Moves()

    def a_partner_leaves(self, partner: dict[str, Any]) -> Moves:
        """One member less; what employers need stays."""
        body = {"reason": "other priorities", "done_on": EVE}
        self.ask("POST", f"recruitment/pools/{self.pool['id']}/partners/{partner['id']}/leaving", body, who=COORDINATOR)
        return Moves({"pool.partners": -1})


def test_twenty_changes_move_exactly_the_figures_that_they_touch(stage: Stage) -> None:
    chance, changes = random.Random("twenty changes of a pool"), Changes(stage)
    needs = changes.open_needs()
    profiles = [
        one for one in changes.ask("GET", "recruitment/profiles", pool=changes.pool["id"], state="looking")["items"] if not one["consents"] or one["consents"][-1]["given_on"] < EVE
    ]
    partners = [one for one in changes.pool["partners"] if one["takes_part_as"] == "partner" and one["facility_code"] != ANSWERING]
    kinds: list[tuple[Callable[[dict[str, Any]], Moves], list[dict[str, Any]]]] = [
        (changes.is_found_otherwise, needs),
        (changes.is_given_up_later, needs),
        (changes.is_asked_again, needs),
        (changes.is_asked_beside_the_pool, needs),
        (changes.is_confirmed_too_late, needs),
        (changes.consents_and_takes_it_back, profiles),
        (changes.a_partner_leaves, partners),
    ]
    for _one in range(20):
        change, things = chance.choice([kind for kind in kinds if kind[1]])
        changes.count(change(things.pop(chance.randrange(len(things)))))  # each thing is changed once
    changes.must_have_moved_exactly_that()
