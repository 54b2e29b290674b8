"""Twenty records of the Moroccan story are changed at random: seats by decision, numbers told again, a student who leaves; exactly the figures that each change touches move."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.stories.changing import ChangedStory, Moves
from tests.support.stories import STORIES, Stage

pytestmark = [pytest.mark.story, pytest.mark.embedded, pytest.mark.changes]

MINISTRY = "ispits"
FIGURE_OF = {2020: "seats.before", 2021: "seats.after"}


class Changes(ChangedStory):
    """Acts of the ministry's training division, each saying which figures it moves and by how much."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, STORIES["maroc-2021"])
        self.capacities = stage.every(stage.stack.account(MINISTRY), "training/seat-capacities")
        told = stage.every(stage.stack.account(MINISTRY), "training/intakes", kept_as="counts")
        self.intakes = {each["capacity_id"]: each for each in told}

    def gets_more_seats(self, capacity: dict[str, Any]) -> Moves:
        """A decision raises the seats: of a public institute the figure of that year moves, of a private one none does."""
        body = {"seats": capacity["seats"] + 5, "decision": "Décision du ministre n° 40/2021", "done_on": "2021-12-01"}
        self.ask("POST", f"training/seat-capacities/{capacity['id']}/change", body, who=MINISTRY)
        return Moves({FIGURE_OF[capacity["year"]]: 5 if capacity["ownership"] == "public" else 0})

    def tells_fewer_students(self, capacity: dict[str, Any]) -> Moves:
        """The institute tells its numbers again: two students fewer; only those of the running year are in the figure."""
        intake = self.intakes[capacity["id"]]
        item = {"stream": intake["stream"], "applicants": intake["applicants"], "sat": intake["sat"], "cut_off": intake["cut_off"], "filled": intake["filled"] - 2}
        self.ask("POST", "training/intakes/told", {"facility_code": intake["facility_code"], "year": intake["year"], "items": [item], "done_on": "2021-12-01"}, who=MINISTRY)
        return Moves({"seats.filled": -2 if (intake["year"], intake["ownership"]) == (2021, "public") else 0})

    def drops_out(self, student: str) -> Moves:
        """Months after the first day a seat is no more filled again: a drop-out takes nothing away from the seats that were filled."""
        self.ask("POST", f"training/students/{student}/leaving", {"reason": "Abandon", "done_on": "2021-12-01"}, who="ispits-fes")
        return Moves()


def test_twenty_changes_move_exactly_the_figures_that_they_touch(stage: Stage) -> None:
    changes = Changes(stage)
    chance = random.Random("twenty changes of seats")
    kinds: list[Callable[[dict[str, Any]], Moves]] = [changes.gets_more_seats, changes.tells_fewer_students]
    chosen = chance.sample([each for each in changes.capacities if each["id"] in changes.intakes], 18)
    for capacity in chosen:
        changes.count(chance.choice(kinds)(capacity))
    students = changes.ask("GET", "training/students", who="ispits-fes", state="studying")["items"]
    for student in chance.sample(students, 2):
        changes.count(changes.drops_out(student["id"]))
    changes.must_have_moved_exactly_that()
