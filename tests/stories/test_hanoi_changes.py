"""Twenty records of the city's story are changed at random: visits, levels in the logbook, months of referrals, people of posts; exactly the figures that each change touches move.

A visit is delivered when it is held in the period, and promised only if an agreement had promised it; a level counts up to what the post needs; who is away still works there.
"""

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.stories.changing import ChangedStory, Moves
from tests.support.stories import STORIES, Stage

pytestmark = [pytest.mark.story, pytest.mark.embedded, pytest.mark.changes]

STORY = STORIES["hanoi-2026"]
POST = "VN-01-TYT-10354"
AS_OF, EVE = "2026-03-31", "2026-03-30"
SPECIALTIES = ("internal-medicine", "surgery", "obstetrics", "paediatrics", "ent", "dentistry", "ophthalmology", "traditional-medicine")


class Changes(ChangedStory):
    """Acts of the hospital, of the post and of the city, each saying which figures it moves and by how much."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, STORY)
        self.chance = random.Random("twenty changes of the city")
        self.agreements = {each["reference"]: each for each in self.listed("rotation/agreements") if each["reference"]}
        (mentorship,) = self.listed("training/mentoring/mentorships", facility=POST)
        self.mentorship = mentorship["id"]
        self.reached: dict[tuple[str, str], list[int]] = {}
        for entry in sorted(self.listed("training/mentoring/entries", mentorship=self.mentorship), key=lambda each: each["found_on"]):
            self.reached.setdefault((entry["person_id"], entry["act"]), []).append(entry["level"])
        self.needed = {each["act"]: each["level"] for each in self.listed("training/mentoring/targets", facility=POST)}
        self.mentors = [self.worker(number) for number in ("HN-0001", "HN-0005")]
        told = self.listed("registry/assignments", as_of=AS_OF)
        staff = {each["person_id"]: each for each in told if each["facility_code"].startswith("VN-01-TYT-") and each["facility_code"] != POST}
        self.staff = sorted((each for each in staff.values() if each["occupation_code"] == "VN-YS"), key=lambda each: str(each["person_id"]))

    def listed(self, path: str, **asked: Any) -> list[dict[str, Any]]:
        return self.stage.every(self.stage.stack.account(self.story.observer), path, **asked)

    def worker(self, number: str) -> str:
        (found,) = self.ask("GET", "registry/persons", worker_no=number)["items"]
        return str(found["id"])

    def one_of(self, wanted: Callable[[list[int], int], bool]) -> tuple[tuple[str, str], list[int]]:
        """A learner and an act of which nothing was changed yet."""
        cell = self.chance.choice(sorted(cell for cell, levels in self.reached.items() if wanted(levels, self.needed[cell[1]])))
        return cell, self.reached.pop(cell)

    def staffer(self) -> dict[str, Any]:
        return self.staff.pop(self.chance.randrange(len(self.staff)))

    # --- the changes ---------------------------------------------------------------------------------------------------

    def visited(self, agreement: str, specialty: str, day: date) -> Moves:
        """Held in the period it is delivered; where nothing waited it is one more than what was promised, which only the older figure counts."""
        asked = {"agreement": self.agreements[agreement]["id"], "specialty": specialty, "month": day.replace(day=1).isoformat()}
        waiting = [each for each in self.listed("rotation/visits", **asked) if each["state"] == "promised"]
        told = {"agreement": agreement, "specialty": specialty, "outcome": "held", "held_on": day.isoformat(), "consultations": 12, "done_on": day.isoformat()}
        self.ask("POST", "rotation/visits", told)
        within = day <= date.fromisoformat(AS_OF)
        held = dict.fromkeys(("agreement.visits_delivered", "rotation.visits_held", "rotation.visits_held_percent"), int(within))
        return Moves({**held, "rotation.visits_promised": int(within and not waiting)})

    def the_hospital_comes_once_more(self) -> Moves:
        return self.visited("HN-TT-01", self.chance.choice(SPECIALTIES), date(2026, self.chance.randint(1, 3), self.chance.randint(20, 28)))

    def another_hospital_keeps_its_promise(self) -> Moves:
        return self.visited(self.chance.choice(("HN-TT-02", "HN-TT-03", "HN-TT-04")), "internal-medicine", date(2026, self.chance.randint(1, 3), 16))

    def a_visit_is_held_after_the_period(self) -> Moves:
        return self.visited("HN-TT-01", self.chance.choice(SPECIALTIES), date(2026, 4, self.chance.randint(10, 20)))

    def found_at(self, cell: tuple[str, str], level: int, **more: Any) -> None:
        person, act = cell
        assessors = {"mentor_id": self.mentors[0], "second_assessor_id": self.mentors[1]} if level >= 4 else {"mentor_id": self.mentors[0]}
        item = {"reference": f"change-{person}-{act}", "person_id": person, "act": act, "level": level, "found_on": EVE} | assessors | more
        answer = self.ask("POST", f"training/mentoring/mentorships/{self.mentorship}/entries", {"items": [item], "done_on": EVE}, who="focal-vandinh")
        assert answer["recorded"] == 1, answer

    def somebody_reaches_what_the_post_needs(self) -> Moves:
        cell, levels = self.one_of(lambda levels, needed: levels[-1] == needed - 1)
        self.found_at(cell, levels[-1] + 1)
        return Moves({"mentoring.gap_closure_percent": 1})

    def somebody_goes_beyond_it(self) -> Moves:
        """More than what is needed closes nothing more."""
        cell, levels = self.one_of(lambda levels, needed: levels[-1] == needed)
        self.found_at(cell, levels[-1] + 1)
        return Moves()

    def somebody_is_assessed_again_and_lower(self) -> Moves:
        cell, levels = self.one_of(lambda levels, needed: levels[-1] == needed)
        self.found_at(cell, levels[-1] - 1, reassessment="Không thực hành trong hai tháng")
        return Moves({"mentoring.gap_closure_percent": -1})

    def a_month_is_told_again(self) -> Moves:
        """Referrals stand on their own page; no figure of the catalogue counts them."""
        told = {"facility_code": POST, "month": f"2026-0{self.chance.randint(1, 3)}-01", "referred": self.chance.randint(30, 60), "consultations": 900, "done_on": AS_OF}
        self.ask("POST", "rotation/referrals", told, who="focal-station")
        return Moves()

    def somebody_leaves(self) -> Moves:
        """An assistant doctor of a post, whom no density counts: one less in the staff, one post free."""
        assignment = self.staffer()
        self.ask("POST", f"registry/assignments/{assignment['id']}/ending", {"ends_on": EVE, "reason": "resigned", "done_on": EVE})
        return Moves({"stock.staff": -1, "recruitment.vacant_posts": 1})

    def somebody_leaves_and_returns(self) -> Moves:
        assignment = self.staffer()
        self.ask("POST", f"registry/assignments/{assignment['id']}/ending", {"ends_on": "2026-03-10", "reason": "left", "done_on": "2026-03-10"})
        back = {"person_id": assignment["person_id"], "post_id": assignment["post_id"], "starts_on": "2026-03-20", "done_on": "2026-03-20"}
        self.ask("POST", "registry/assignments", back)
        return Moves()


def test_twenty_changes_move_exactly_the_figures_that_they_touch(stage: Stage) -> None:
    changes = Changes(stage)
    kinds: list[Callable[[], Moves]] = [
        changes.the_hospital_comes_once_more,
        changes.another_hospital_keeps_its_promise,
        changes.a_visit_is_held_after_the_period,
        changes.somebody_reaches_what_the_post_needs,
        changes.somebody_goes_beyond_it,
        changes.somebody_is_assessed_again_and_lower,
        changes.a_month_is_told_again,
        changes.somebody_leaves,
        changes.somebody_leaves_and_returns,
    ]
    each_once_and_others = [*kinds, *(changes.chance.choice(kinds) for _more in range(20 - len(kinds)))]
    for change in each_once_and_others:
        changes.count(change())
    changes.must_have_moved_exactly_that()
