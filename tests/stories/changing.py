"""Changing records of a played story, and looking whether exactly the right figures moved: a base for the changes that each story makes in its own way."""

import time
from collections import Counter
from collections.abc import Collection
from typing import Any

from tests.support.stories import STORIES, Stage, Story
from tests.support.system import call

Moves = Counter[str]
"""By how much each figure moves."""
Figures = dict[str, int | None]
PATIENCE_SECONDS = 60


class ChangedStory:
    """Acts of the story's observer. Every figure of its area is looked at, and those of the stories beside it, which nothing may move but what stands in their area too."""

    counted_too: Collection[str] = ()
    """Stories in whose area the changed records count as well: their figures move alike."""

    def __init__(self, stage: Stage, story: Story) -> None:
        stage.play(story)
        stage.settle()
        self.stage, self.story = stage, story
        self.expected = Moves()
        self.before = self.stage.figures(story)
        self.beside = {other.id: stage.figures(other) for other in STORIES.values() if other.id in stage.outcomes and other is not story}

    def ask(self, method: str, path: str, body: Any = None, who: str | None = None, **params: Any) -> Any:
        account = self.stage.stack.account(who or self.story.observer)
        status, answer = call(account, f"{self.stage.stack.public_url}/api/v1/{path}", method, body, **params)
        assert status in (200, 201), (path, answer)
        return answer

    def count(self, moved: Moves) -> None:
        """One change more, and what it moves."""
        for name, by in moved.items():
            self.expected[name] += by

    def must_have_moved_exactly_that(self) -> None:
        assert any(self.expected.values())
        wanted = self.moved(self.before)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (seen := self.stage.figures(self.story)) != wanted and time.monotonic() < deadline:
            time.sleep(0.5)
        assert seen == wanted
        for other, before in self.beside.items():
            assert self.stage.figures(STORIES[other]) == (self.moved(before) if other in self.counted_too else before), other

    def moved(self, before: Figures) -> Figures:
        return {name: count if count is None else count + self.expected.get(name, 0) for name, count in before.items()}
