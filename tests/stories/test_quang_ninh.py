"""S0 as far as hiring goes: the register, the 25 hires, and the five figures computed from their records."""

import random

import pytest

from deploy.local import play
from deploy.local.play import Outcome
from deploy.local.stack import RunningStack
from tests.support.system import call, recorded, until

pytestmark = pytest.mark.story

PERIOD = {"area": "VN-22", "from": "2023-12-08", "to": "2025-09-30", "as_of": "2025-09-30"}


def figure(stack: RunningStack, figure_id: str, who: str = "linh") -> dict:
    params = PERIOD if figure_id.startswith("recruitment") else {"area": "VN-22", "as_of": "2025-09-30"}
    status, answer = call(stack.account(who), f"{stack.public_url}/api/v1/observatory/figures/{figure_id}", **params)
    assert status == 200, answer
    return answer


def records(stack: RunningStack, figure_id: str) -> list[dict]:
    params = PERIOD if figure_id.startswith("recruitment") else {"area": "VN-22", "as_of": "2025-09-30"}
    found, cursor = [], None
    while True:
        status, page = call(
            stack.account("linh"), f"{stack.public_url}/api/v1/observatory/figures/{figure_id}/records", limit=200, **params, **({"cursor": cursor} if cursor else {})
        )
        assert status == 200, page
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


class TestFigures:
    def test_each_figure_is_the_storys(self, played: Outcome):
        assert {f.id: f.computed for f in played.figures} == {f.id: f.expected for f in played.figures}
        assert played.ok

    @pytest.mark.parametrize(("figure_id", "count"), [("density.doctors", 2_488), ("density.pharmacists", 1_058), ("density.nurses", 3_790), ("recruitment.policy_hires", 25)])
    def test_a_figure_opens_as_many_records_as_it_counts(self, stack: RunningStack, played: Outcome, figure_id: str, count: int):
        assert figure(stack, figure_id)["numerator"] == count
        assert len(records(stack, figure_id)) == count

    def test_played_twice_it_changes_nothing(self, stack: RunningStack, played: Outcome):
        before = recorded(stack)
        again = play.run("quang-ninh-2025", address=stack.public_url, issuer=stack.issuer)
        assert again.ok
        assert recorded(stack) == before


class TestWhoSees:
    def test_another_authority_sees_none_of_it(self, stack: RunningStack, played: Outcome):
        hanoi = stack.account("hanoi")
        for path in (
            "registry/persons",
            "registry/posts",
            "registry/assignments",
            "registry/work-items",
            "recruitment/policies",
            "recruitment/needs",
            "recruitment/campaigns",
            "recruitment/candidacies",
            "recruitment/hires",
        ):
            status, page = call(hanoi, f"{stack.public_url}/api/v1/{path}")
            assert (status, page["items"]) == (200, []), path
        person = records(stack, "density.doctors")[0]["person_id"]
        assert call(hanoi, f"{stack.public_url}/api/v1/registry/persons/{person}")[0] == 404
        assert call(hanoi, f"{stack.public_url}/api/v1/registry/persons/lookup", "POST", {"ids": [person]})[1]["items"] == []
        assert call(hanoi, f"{stack.public_url}/api/v1/observatory/figures/density.doctors/records", area="VN-22", as_of="2025-09-30")[0] in {403, 404}

    def test_a_facility_sees_its_own_staff_only(self, stack: RunningStack, played: Outcome):
        status, page = call(stack.account("hr-bache"), f"{stack.public_url}/api/v1/registry/posts", limit=200)
        assert status == 200
        assert {post["facility_code"] for post in page["items"]} == {"VN-22-TTBCE"}


class TestWhatMoves:
    def test_twenty_departures_move_exactly_the_figure_they_touch(self, stack: RunningStack, played: Outcome):
        """Figures that only repeat what was typed prove little: change 20 records at random and look at all of them."""
        before = {f.id: figure(stack, f.id) for f in played.figures}
        linh = stack.account("linh")
        leavers = random.Random("twenty").sample(records(stack, "density.nurses"), 20)
        for leaver in leavers:
            status, page = call(linh, f"{stack.public_url}/api/v1/registry/assignments", person=leaver["person_id"], as_of="2025-09-30")
            assert status == 200, page
            (assignment,) = page["items"]
            status, ended = call(
                linh, f"{stack.public_url}/api/v1/registry/assignments/{assignment['id']}/ending", "POST", {"ends_on": "2025-09-29", "reason": "resigned", "done_on": "2025-09-29"}
            )
            assert status == 201, ended
        until(lambda: figure(stack, "density.nurses")["numerator"] == 3_770, "twenty nurses fewer")
        assert figure(stack, "density.nurses")["value"] == 26.4
        for figure_id, known in before.items():
            if figure_id != "density.nurses":
                assert figure(stack, figure_id) == known
