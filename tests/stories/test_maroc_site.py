"""A candidate of the Moroccan story applies in a contest by the form of the public site: the officer has it among those that came to the counter, and judges it as them."""

import pytest

from tests.support.stories import STORIES, Stage

pytestmark = pytest.mark.story

OFFICER, JURY = "fes", "jury-1"


def test_an_application_sent_by_the_form_stands_among_the_others(stage: Stage) -> None:
    stage.play(STORIES["maroc-2021"])
    officer = stage.stack.account(OFFICER)
    [contest] = [one for one in stage.every(officer, "recruitment/contests") if one["code"] == "C-FM-2022"]
    found = stage.every(officer, "recruitment/contest-applications", contest=contest["id"])
    at_the_counter = [one for one in found if one["link_until"] is None]
    [on_the_site] = [one for one in found if one["link_until"] is not None]
    assert [one["state"] for one in at_the_counter] == ["admitted"]
    assert on_the_site["state"] == "admitted"
    assert sorted(file["paper"] for file in on_the_site["files"]) == ["degree", "identity"] == sorted(on_the_site["documents"])
    status, person = stage.ask(officer, f"registry/persons/{on_the_site['person_id']}")
    assert (status, person["name"]) == (200, "Hajar Sefrioui")
    assert stage.ask(stage.stack.account(JURY), f"recruitment/contest-applications/{on_the_site['id']}")[0] in (403, 404)
