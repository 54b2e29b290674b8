"""S0 as far as hiring goes: the register, the 25 hires, and the five figures computed from their records."""

import pytest

from deploy.local import play
from deploy.local.play import Outcome
from deploy.local.stack import RunningStack
from tests.stories.reading import figure, records
from tests.support.system import call, recorded

pytestmark = pytest.mark.story


class TestFigures:
    def test_each_figure_is_the_storys(self, played: Outcome):
        assert {f.id: f.computed for f in played.figures} == {f.id: f.expected for f in played.figures}
        assert played.ok

    @pytest.mark.parametrize(
        ("figure_id", "count"),
        [
            ("density.doctors", 2_488),
            ("density.pharmacists", 1_058),
            ("density.nurses", 3_790),
            ("recruitment.policy_hires", 25),
            ("training.sessions_done", 23),
            ("training.trainees", 512),
            ("training.stays_guangxi", 81),
            ("appointment.heads_appointed", 9),
            ("appointment.deputies_appointed", 17),
            ("rotation.centres_supported", 13),
            ("rotation.stations_without_centre", 0),
        ],
    )
    def test_a_figure_opens_as_many_records_as_it_counts(self, stack: RunningStack, played: Outcome, figure_id: str, count: int):
        assert figure(stack, figure_id)["numerator"] == count
        assert len(records(stack, figure_id)) == count

    @pytest.mark.embedded
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
