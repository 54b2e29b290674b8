"""What is said of S0 alone."""

import pytest

from tests.support.stories import FIRST, Stage

pytestmark = pytest.mark.story


def test_a_facility_sees_its_own_staff_only(stage: Stage):
    stage.play(FIRST)
    status, page = stage.ask(stage.stack.account("hr-bache"), "registry/posts", limit=200)
    assert status == 200
    assert {post["facility_code"] for post in page["items"]} == {"VN-22-TTBCE"}
