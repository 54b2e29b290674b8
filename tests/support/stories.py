"""A story as its tests see it: who plays, where and when, and the question that each of its figures asks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deploy.local import play, state
from deploy.local.play import Outcome
from deploy.local.realm import known_stories
from deploy.local.sign_in import Account
from deploy.local.stack import RunningStack
from tests.support.disturbance import play_disturbed
from tests.support.system import call

ASKED = ("area", "from", "to", "as_of")


@dataclass(frozen=True)
class Story:
    """What `story.yaml` says."""

    id: str
    area: str
    observer: str
    figures: list[dict[str, Any]]
    told: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Story":
        return cls(told["id"], told["area"], told["observer"], told["figures"], told)

    @property
    def shows_to(self) -> list[str]:
        """The stories whose people an agreement makes party to this one."""
        named: list[str] = self.told.get("shows_to", [])
        return named

    @property
    def period(self) -> dict[str, str]:
        """The days over which its people worked, as a figure is asked."""
        first, last = str(self.told["period"]["from"]), str(self.told["period"]["to"])
        return {"from": first, "to": last, "as_of": last}

    def asked(self, figure_id: str) -> dict[str, str]:
        """The question that the story asks of a figure."""
        (figure,) = [figure for figure in self.figures if figure["id"] == figure_id]
        return {name: str(figure[name]) for name in ASKED if name in figure}


STORIES: dict[str, Story] = {story["id"]: Story.of(story) for story in known_stories()}
FIRST = next(iter(STORIES.values()))


@dataclass
class Stage:
    """The running system on which stories are played, each once, when a test first needs it."""

    stack: RunningStack
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def play(self, story: Story) -> Outcome:
        """The first story is played with everything going wrong meanwhile."""
        if story.id not in self.outcomes:
            run: Callable[[], Outcome] = (
                (lambda: play_disturbed(self.stack)) if story is FIRST else (lambda: play.run(story.id, address=self.stack.public_url, issuer=self.stack.issuer))
            )
            self.outcomes[story.id] = run()
        return self.outcomes[story.id]

    def settle(self) -> None:
        """Until every service has heard what was told, whoever did it: a figure that moves later was moved by them."""
        play.Player(state.STORIES / FIRST.id, self.stack.public_url, self.stack.issuer, lambda _done, _total, _what: None).wait_until_told()

    def observer(self, story: Story) -> Account:
        return self.stack.account(story.observer)

    def ask(self, who: Account, path: str, **params: Any) -> tuple[int, Any]:
        return call(who, f"{self.stack.public_url}/api/v1/{path}", **params)

    def tell(self, who: Account, path: str, body: Any) -> tuple[int, Any]:
        return call(who, f"{self.stack.public_url}/api/v1/{path}", "POST", body)

    def figure(self, story: Story, figure_id: str) -> dict[str, Any]:
        status, answer = self.ask(self.observer(story), f"observatory/figures/{figure_id}", **story.asked(figure_id))
        assert status == 200, answer
        return dict(answer)

    def figures(self, story: Story) -> dict[str, int | None]:
        """What every figure of the catalogue counts at the end of the story: its sum where it adds up, else its records."""
        status, page = self.ask(self.observer(story), "observatory/figures/values", area=story.area, **story.period)
        assert status == 200, page
        return {figure["id"]: figure["value"] if figure["denominator"] is None else figure["numerator"] for figure in page["items"]}

    def records(self, story: Story, figure_id: str) -> list[dict[str, Any]]:
        """The records behind a figure, as its observer opens them."""
        return self.every(self.observer(story), f"observatory/figures/{figure_id}/records", **story.asked(figure_id))

    def every(self, who: Account, path: str, **params: Any) -> list[dict[str, Any]]:
        """All pages of a list."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            status, page = self.ask(who, path, **params | {"limit": "200"} | ({"cursor": cursor} if cursor else {}))
            assert status == 200, page
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found
