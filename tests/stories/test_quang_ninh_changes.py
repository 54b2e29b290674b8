"""Figures that only repeat what was typed prove little: twenty records are changed at random, and exactly the figures that each change touches move.

What moves is predicted from the change itself: a nurse who leaves is one nurse less, one post free. All figures of the
catalogue are looked at, so that one which moves without a reason is found too.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.stories.changing import ChangedStory, Moves
from tests.support.stories import FIRST, Stage

pytestmark = [pytest.mark.story, pytest.mark.embedded, pytest.mark.changes]

AS_OF, EVE = "2025-09-30", "2025-09-29"
GROUPS = {"density.nurses": "nurse", "density.doctors": "doctor", "density.pharmacists": "pharmacist"}
OFFICERS = {"VN-22-BVT": "hr-bvt", "VN-22-BVBC": "hr-bc", "VN-22-TTBCE": "hr-bache", "VN-22-BVSN": "hr-sn", "VN-22-BVUB": "hr-ub"}
HARD = {"mountain", "border", "island", "isolated"}


class Changes(ChangedStory):
    """Acts of the administrator of Quang Ninh on people of its register, each saying which figures it moves and by how much."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, FIRST)
        self.remoteness: dict[str, str] = {}

    def assignment_of(self, person: str) -> dict[str, Any]:
        (assignment,) = self.ask("GET", "registry/assignments", person=person, as_of=AS_OF)["items"]
        return dict(assignment)

    def is_plain(self, person: str) -> bool:
        """Nobody but the register ever spoke of this person, and there is one assignment on a post: other rules do not answer to the change."""
        told = self.ask("GET", f"observatory/people/{person}/timeline")["items"]
        return [entry["topic"] for entry in told] == ["registry.assignments"] and self.assignment_of(person)["post_id"] is not None

    def is_open(self, change: Callable[[str, str], Moves], person: str) -> bool:
        """A leave needs two people of the story at the facility's side."""
        return change != self.takes_a_leave or self.assignment_of(person)["facility_code"] in OFFICERS

    def frees_a_post(self, assignment: dict[str, Any]) -> Moves:
        post = self.ask("GET", f"registry/posts/{assignment['post_id']}", as_of=AS_OF)
        code = assignment["facility_code"]
        if code not in self.remoteness:
            self.remoteness[code] = self.ask("GET", "registry/facilities", code=code)["items"][0]["remoteness"]
        is_short = any(line["specialty"] in (None, post["specialty"]) and line["occupation_code"] in (None, post["occupation_code"]) for line in self.shortages)
        return Moves({"recruitment.vacant_posts": 1, "recruitment.hard_posts": int(self.remoteness[code] in HARD or is_short)})

    @property
    def shortages(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", "observatory/places/VN-22-BVT/situation", as_of=AS_OF)["shortages"])

    def end(self, assignment: dict[str, Any], last: str, reason: str) -> None:
        self.ask("POST", f"registry/assignments/{assignment['id']}/ending", {"ends_on": last, "reason": reason, "done_on": last})

    # --- the changes ---------------------------------------------------------------------------------------------------

    def leaves(self, person: str, figure: str) -> Moves:
        """Gone since yesterday: one less in the group and in the staff, one post free."""
        assignment = self.assignment_of(person)
        moves = self.frees_a_post(assignment)
        self.end(assignment, EVE, "resigned")
        gone = [figure, "stock.staff", *(["stock.doctors", "coverage.doctors"] if figure == "density.doctors" else [])]
        return Moves({**moves, **dict.fromkeys(gone, -1)})

    def leaves_and_returns(self, person: str, _figure: str) -> Moves:
        """Away for a while and back on the same post: on the day of the figures nothing has changed."""
        assignment = self.assignment_of(person)
        self.end(assignment, "2025-09-10", "left")
        self.ask("POST", "registry/assignments", {"person_id": person, "post_id": assignment["post_id"], "starts_on": "2025-09-20", "done_on": "2025-09-20"})
        return Moves()

    def was_another_occupation(self, person: str, figure: str) -> Moves:
        """Recorded as a nurse, doctor or pharmacist, and works as an assistant doctor since today: of no group that density counts, still staff."""
        assignment = self.assignment_of(person)
        moves = self.frees_a_post(assignment)
        employment = next(item for item in self.ask("GET", f"registry/persons/{person}/timeline")["items"] if item["kind"] == "employment")
        self.end(assignment, EVE, "wrong occupation")
        self.ask("POST", f"registry/employments/{employment['id']}/ending", {"ends_on": EVE, "departure": "recorded_wrongly", "reason": "wrong occupation", "done_on": EVE})
        hired = {"facility_code": assignment["facility_code"], "occupation_code": "VN-YS", "starts_on": AS_OF, "done_on": AS_OF}
        self.ask("POST", f"registry/persons/{person}/employments", hired)
        self.ask("POST", "registry/assignments", {"person_id": person, **hired})
        lost = [figure, *(["stock.doctors", "coverage.doctors"] if figure == "density.doctors" else [])]
        return Moves({**moves, **dict.fromkeys(lost, -1)})

    def gets_a_second_function(self, person: str, figure: str) -> Moves:
        """A concurrent assignment entered with a date in March: more than one full time, still one person."""
        assignment = self.assignment_of(person)
        second = {"person_id": person, "facility_code": assignment["facility_code"], "kind": "concurrent", "fte_share": "0.2", "starts_on": "2025-03-01", "done_on": "2025-03-01"}
        self.ask("POST", "registry/assignments", second)
        return Moves({"stock.doctors_several_functions": int(figure == "density.doctors")})

    def takes_a_leave(self, person: str, _figure: str) -> Moves:
        """On leave today: away is not gone. The facility's officer asks, the administrator decides; nobody does both."""
        officer = OFFICERS[self.assignment_of(person)["facility_code"]]
        asked = {"person_id": person, "type": "annual", "starts_on": EVE, "ends_on": "2025-10-03", "done_on": EVE}
        leave = self.ask("POST", "registry/absences", asked, who=officer)
        self.ask("POST", f"registry/absences/{leave['id']}/approval", {"done_on": EVE})
        return Moves()


def test_twenty_changes_move_exactly_the_figures_that_they_touch(stage: Stage) -> None:
    chance, changes = random.Random("twenty changes"), Changes(stage)
    people = {figure: stage.records(FIRST, figure) for figure in GROUPS}
    kinds: list[Callable[[str, str], Moves]] = [
        changes.leaves,
        changes.leaves_and_returns,
        changes.was_another_occupation,
        changes.gets_a_second_function,
        changes.takes_a_leave,
    ]
    done: set[str] = set()
    while len(done) < 20:
        figure = chance.choice(list(GROUPS))
        person, change = chance.choice(people[figure])["person_id"], chance.choice(kinds)
        if person in done or not changes.is_plain(person) or not changes.is_open(change, person):
            continue
        done.add(person)
        changes.count(change(person, figure))
    changes.must_have_moved_exactly_that()
