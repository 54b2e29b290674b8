"""Twenty records of the ministry's story are changed at random, and exactly the figures that each change touches move."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.stories.changing import ChangedStory, Moves
from tests.support.stories import STORIES, Stage

pytestmark = [pytest.mark.story, pytest.mark.embedded, pytest.mark.changes]

AS_OF = "2021-12-31"


class Changes(ChangedStory):
    """Acts of those who govern, each saying which figures it moves and by how much."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, STORIES["maroc-2021"])
        self.chance = random.Random("twenty changes of those who govern")
        self.open = {
            "action": [one["id"] for one in self.listed("observatory/strategy-actions", as_of=AS_OF) if one["standing"] not in ("done", "dropped")],
            "resolution": [one["id"] for one in self.listed("observatory/resolutions", as_of=AS_OF) if one["standing"] not in ("done", "dropped")],
        }
        self.meeting = next(one for one in self.listed("observatory/meetings", kind="committee") if one["number"] == 7)
        self.staff = [one["id"] for one in self.listed("registry/persons", facility="MA-03-CHR")]
        self.number = 7

    def listed(self, path: str, **asked: Any) -> list[dict[str, Any]]:
        return list(self.ask("GET", path, **asked, limit="200")["items"])

    def one(self, kind: str) -> str:
        """Something that nothing was changed in yet."""
        return str(self.open[kind].pop(self.chance.randrange(len(self.open[kind]))))

    # --- the changes ---------------------------------------------------------------------------------------------------

    def an_action_is_closed(self) -> Moves:
        """Done by another person than the one who reported: late no more, if it was."""
        action = self.one("action")
        was = self.ask("GET", f"observatory/strategy-actions/{action}", as_of=AS_OF)["standing"]
        self.ask("POST", f"observatory/strategy-actions/{action}/closure", {"outcome": "done", "evidence": "Arrêté", "done_on": AS_OF}, who="rabat-director")
        return Moves({"plan.actions_late": -int(was == "late"), "plan.actions_done_percent": 1})

    def an_action_is_reported_on(self) -> Moves:
        """Nearly done is not done."""
        action = self.one("action")
        self.ask("POST", f"observatory/strategy-actions/{action}/progress", {"percent": 99, "text": "Presque", "done_on": AS_OF})
        return Moves()

    def what_was_decided_is_done(self) -> Moves:
        resolution = self.one("resolution")
        was = self.ask("GET", f"observatory/resolutions/{resolution}", as_of=AS_OF)["standing"]
        self.ask("POST", f"observatory/resolutions/{resolution}/follow-ups", {"outcome": "done", "evidence": "Note", "done_on": AS_OF})
        return Moves({"committee.resolutions_late": -int(was == "late")})

    def the_committee_meets_again(self) -> Moves:
        self.number += 1
        day = f"2021-12-{10 + self.number}"
        planned = {"body_id": self.meeting["body"]["id"], "number": self.number, "starts_on": day, "ends_on": day, "place": "Rabat", "done_on": "2021-12-01"}
        meeting = self.ask("POST", "observatory/meetings", planned)["id"]
        self.ask("POST", f"observatory/meetings/{meeting}/holding", {"done_on": day})
        return Moves({"committee.meeting": 1})

    def somebody_is_answered(self) -> Moves:
        """A record of service asked in December: in time on the next day, late three weeks after."""
        in_time = self.chance.random() < 0.5
        asked, answered = ("2021-12-20", "2021-12-21") if in_time else ("2021-11-22", AS_OF)
        person = self.staff.pop()
        body = {"person_id": person, "facility_code": "MA-03-CHR", "procedure": "service_record", "done_on": asked}
        request = self.ask("POST", "registry/requests", body, who="fes")["id"]
        self.ask("POST", f"registry/requests/{request}/acceptance", {"done_on": answered}, who="hr-chr-fes")
        return Moves({"requests.in_time_percent": int(in_time)})

    def somebody_waits(self) -> Moves:
        person = self.staff.pop()
        self.ask("POST", "registry/requests", {"person_id": person, "facility_code": "MA-03-CHR", "procedure": "unpaid_leave", "done_on": "2021-12-28"}, who="hr-chr-fes")
        return Moves({"requests.pending": 1})


def test_twenty_changes_move_exactly_the_figures_that_they_touch(stage: Stage) -> None:
    changes = Changes(stage)
    kinds: list[Callable[[], Moves]] = [
        changes.an_action_is_closed,
        changes.an_action_is_reported_on,
        changes.what_was_decided_is_done,
        changes.the_committee_meets_again,
        changes.somebody_is_answered,
        changes.somebody_waits,
    ]
    for _change in range(20):
        changes.count(changes.chance.choice(kinds)())
    changes.must_have_moved_exactly_that()
