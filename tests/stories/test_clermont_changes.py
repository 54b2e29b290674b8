"""Twenty entries of the register of alumni are changed, and exactly the figures that each change touches move.

Whoever left the register is still counted; what somebody does today counts nothing; who came back moves one figure; a stay more moves two, and the shortest and the longest only when it is one of them.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.stories.changing import ChangedStory, Moves
from tests.support.stories import STORIES, Stage

pytestmark = [pytest.mark.story, pytest.mark.embedded, pytest.mark.changes]

STORY = STORIES["clermont-1991-2025"]
HOME = "yhn"
HEADINGS = "reference,person_reference,home_code,host_code,field,starts_on,ends_on,outcome\n"


class Changes(ChangedStory):
    """Acts of the side that keeps the people, each saying which figures it moves and by how much."""

    counted_too = ("hanoi-2026",)  # the hospital that sends them stands in that city

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, STORY)
        self.entered = 0

    def act(self, alumnus: dict[str, Any], path: str, **body: Any) -> None:
        self.ask("POST", f"rotation/alumni/{alumnus['id']}/{path}", {"done_on": "2025-12-30"} | body, who=HOME)

    def came_back_after_all(self, alumnus: dict[str, Any]) -> Moves:
        self.act(alumnus, "outcome", outcome="back")
        return Moves({"exchange.returned": 0 if alumnus["back"] else 1})

    def did_not_come_back(self, alumnus: dict[str, Any]) -> Moves:
        self.act(alumnus, "outcome", outcome="away")
        return Moves({"exchange.returned": -1 if alumnus["back"] else 0})

    def tells_what_they_do(self, alumnus: dict[str, Any]) -> Moves:
        self.act(alumnus, "informing")
        self.act(alumnus, "news", post="Trưởng khoa", place="Huế")
        return Moves()

    def leaves_the_register(self, alumnus: dict[str, Any]) -> Moves:
        self.act(alumnus, "opting-out")
        return Moves()

    def was_there_a_second_time(self, alumnus: dict[str, Any]) -> Moves:
        """A stay that the old file had forgotten, of six months after the first one: one more, and back."""
        self.entered += 1
        person = f"HN-EX-{alumnus['reference'].rsplit('-', 1)[1]}"
        row = f"CF-2025-S{self.entered},{person},VN-YHN-BV,FR-63-CHU,{alumnus['field']},01/01/2025,30/06/2025,back\n"
        account = self.stage.stack.account(HOME)
        answer = requests.post(
            f"{self.stage.stack.public_url}/api/v1/rotation/imports",
            files={"file": ("more.csv", (HEADINGS + row).encode(), "text/csv")},
            data={"kind": "alumni"},
            headers={"Authorization": f"Bearer {account.token()}"},
            timeout=60,
        )
        assert answer.status_code == 201, answer.text
        report = answer.json()
        assert report["good"] == 1, report["report"]
        self.ask("POST", f"rotation/imports/{report['id']}/confirmation", {}, who=HOME)
        return Moves({"exchange.placements": 1, "exchange.returned": 1})


def test_twenty_changes_move_exactly_the_figures_that_they_touch(stage: Stage) -> None:
    chance, changes = random.Random("twenty of the register"), Changes(stage)
    alumni = [each for each in stage.every(stage.stack.account(HOME), "rotation/alumni") if each["from_register"] and not each["opted_out"]]
    acts: list[Callable[[dict[str, Any]], Moves]] = [
        changes.came_back_after_all,
        changes.did_not_come_back,
        changes.tells_what_they_do,
        changes.leaves_the_register,
        changes.was_there_a_second_time,
    ]
    for alumnus in chance.sample(alumni, 20):
        changes.count(chance.choice(acts)(alumnus))
    changes.must_have_moved_exactly_that()
