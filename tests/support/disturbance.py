"""What goes wrong while the story is played: the broker comes back empty, and each service and the gateway is killed once."""

import shutil

from deploy.local import play
from deploy.local.play import Outcome
from deploy.local.stack import RunningStack

KILLED = {"05": "recruitment", "09": "registry", "22": "training", "32": "gateway", "42": "appointment", "52": "observatory", "62": "rotation"}
"""By the number of the file of acts in which it dies."""


def lose_the_broker(stack: RunningStack) -> None:
    """Down, its data gone, and up again: another cluster id, no topic."""
    stack.hold("kafka")
    shutil.rmtree(stack.state.data(stack.kind) / "kafka", ignore_errors=True)
    stack.release("kafka")


def play_disturbed(stack: RunningStack) -> Outcome:
    """The story of Quang Ninh, during which all of that happens; the launcher starts what died again."""
    lost: set[str] = set()

    def lose(_done: int, _total: int, file: str) -> None:
        if file.startswith("11") and "kafka" not in lost:
            lost.add("kafka")
            lose_the_broker(stack)
        victim = KILLED.get(file[:2])
        if victim and victim not in lost:
            lost.add(victim)
            stack.kill(victim)

    played = play.run("quang-ninh-2025", progress=lose, address=stack.public_url, issuer=stack.issuer)
    assert lost == {"kafka", *KILLED.values()}
    return played
