"""Reading the figures of S0 and the records behind them, as the regional administrator."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy.local.stack import RunningStack
from tests.support.system import call


@cache
def asked(figure_id: str) -> dict[str, str]:
    """The question that the story asks of a figure."""
    story = yaml.safe_load((Path(__file__).parent / "quang-ninh-2025/story.yaml").read_text(encoding="utf-8"))
    (figure,) = [figure for figure in story["figures"] if figure["id"] == figure_id]
    return {name: str(figure[name]) for name in ("area", "from", "to", "as_of") if name in figure}


def figure(stack: RunningStack, figure_id: str, who: str = "linh") -> dict[str, Any]:
    status, answer = call(stack.account(who), f"{stack.public_url}/api/v1/observatory/figures/{figure_id}", **asked(figure_id))
    assert status == 200, answer
    return dict(answer)


def records(stack: RunningStack, figure_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        params = asked(figure_id) | {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        status, page = call(stack.account("linh"), f"{stack.public_url}/api/v1/observatory/figures/{figure_id}/records", **params)
        assert status == 200, page
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found
