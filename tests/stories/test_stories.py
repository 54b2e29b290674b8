"""Every story of `tests/stories`, played one after the other in one system: its figures are computed from its records, and its people exist for nobody else."""

from itertools import permutations

import pytest

from deploy.local import play
from tests.support.stories import STORIES, Stage, Story
from tests.support.system import call, recorded

pytestmark = pytest.mark.story

LISTS = (
    *("registry/persons", "registry/posts", "registry/assignments", "registry/employments", "registry/work-items", "registry/licences"),
    *("recruitment/policies", "recruitment/needs", "recruitment/campaigns", "recruitment/candidacies", "recruitment/hires"),
    *("training/plans", "training/sessions", "training/stays", "training/institutes", "training/intakes", "training/students"),
    *("appointment/decisions", "appointment/commitments", "appointment/mandates"),
    *("rotation/agreements", "rotation/missions", "rotation/placements", "rotation/host-units", "rotation/guest-stays"),
)
MOST_AT_ONCE = 100


@pytest.fixture(params=STORIES.values(), ids=STORIES)
def story(request: pytest.FixtureRequest) -> Story:
    told: Story = request.param
    return told


@pytest.fixture(scope="session")
def all_played(stage: Stage) -> Stage:
    for story in STORIES.values():
        stage.play(story)
    return stage


class TestFigures:
    def test_each_figure_is_the_storys(self, stage: Stage, story: Story):
        outcome = stage.play(story)
        assert {f.id: f.computed for f in outcome.figures} == {f.id: f.expected for f in outcome.figures}
        assert outcome.ok

    def test_a_figure_opens_as_many_records_as_it_counts(self, stage: Stage, story: Story):
        stage.play(story)
        wanted = {figure["id"]: figure["records"] for figure in story.figures if "records" in figure}
        assert {name: (stage.figure(story, name)["numerator"], len(stage.records(story, name))) for name in wanted} == {name: (count, count) for name, count in wanted.items()}

    def test_every_service_took_in_what_it_heard(self, stage: Stage, story: Story):
        stage.play(story)
        services = call(stage.stack.account("ops"), f"{stage.stack.public_url}/health")[1]["services"]
        assert {name: (told["parked"], told["dead_letters"]) for name, told in services.items() if told.get("parked") or told.get("dead_letters")} == {}

    @pytest.mark.embedded
    def test_played_twice_it_changes_nothing(self, stage: Stage, story: Story):
        stage.play(story)
        before = recorded(stage.stack)
        assert play.run(story.id, address=stage.stack.public_url, issuer=stage.stack.issuer).ok
        after = recorded(stage.stack)
        assert {
            (service, kind): (before[service].get(kind, 0), count) for service in after for kind, count in after[service].items() if count != before[service].get(kind, 0)
        } == {}


class TestSideBySide:
    """Stories of several countries and authorities in one system; `shows_to` names those whom an agreement makes party."""

    def test_nobody_sees_the_people_of_another_story(self, all_played: Stage):
        people = {story.id: {person["id"] for person in all_played.every(all_played.observer(story), "registry/persons")} for story in STORIES.values()}
        assert all(people.values())
        for one, other in permutations(STORIES.values(), 2):
            if other.id in one.shows_to:
                continue
            stranger = all_played.observer(other)
            assert people[one.id].isdisjoint(people[other.id]), f"{other.id} lists people of {one.id}"
            some = sorted(people[one.id])[:MOST_AT_ONCE]
            assert all_played.ask(stranger, f"registry/persons/{some[0]}")[0] == 404
            assert all_played.ask(stranger, f"observatory/people/{some[0]}/timeline")[0] == 404
            assert all_played.tell(stranger, "registry/persons/lookup", {"ids": some})[1]["items"] == []
            figure = one.figures[0]["id"]
            for path in (f"observatory/figures/{figure}", f"observatory/figures/{figure}/records"):
                assert all_played.ask(stranger, path, **one.asked(figure))[0] in {403, 404}, path

    def test_every_list_of_a_story_is_its_own(self, all_played: Stage):
        """What one story lists, no other one lists, whatever the thing is."""
        for path in LISTS:
            owners: dict[str, str] = {}
            for story in STORIES.values():
                status, page = all_played.ask(all_played.observer(story), path, limit=50)
                assert status in (200, 403), (path, page)
                for item in page.get("items", []):
                    owner = owners.setdefault(item["id"], story.id)
                    assert owner == story.id or story.id in STORIES[owner].shows_to or owner in story.shows_to, f"{path}: {owner} and {story.id}"
