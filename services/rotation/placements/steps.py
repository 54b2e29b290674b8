"""A dossier as a line of steps: what is done, what stands in the way and until when; read from the very functions that refuse."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.rotation.placements.guards import before_leaving, convention_due_on
from services.rotation.placements.models import Placement
from services.rotation.placements.workflow import APPLIED, AWAY, CANCELLED, REFUSED, SELECTED, STAYED
from services.rotation.rules import PACKS
from shared.errors import Refused

Side = Literal["home", "host", "either"]
SIDES: dict[str, Side] = {"host": "host", "release": "home", "commitment": "home"}


@dataclass(frozen=True)
class Step:
    """One step: `why` says what is missing as the refusal does."""

    code: str
    state: Literal["done", "open", "late", "waiting", "dropped"]
    done_on: date | None = None
    until: date | None = None
    side: Side = "either"
    why: Refused | None = None


def steps_of(placement: Placement, day: date) -> list[Step]:
    """The whole line, from the application to the report at home. A stay from a register has no steps."""
    return [] if placement.from_register else [*_applying(placement), *_preparing(placement, day), *_going(placement, day)]


def _applying(placement: Placement) -> Iterator[Step]:
    yield Step("apply", "done", placement.applied_on, side="home")
    if placement.state == REFUSED:
        yield Step("selection", "dropped", placement.decided_on)
    elif placement.decided_on is not None:
        yield Step("selection", "done", placement.decided_on)
    else:
        yield Step("selection", "dropped" if placement.state == CANCELLED else "open")


def _preparing(placement: Placement, day: date) -> Iterator[Step]:
    """What a departure needs: each with the day by which it must be there."""
    done = {
        "host": placement.accepted_on,
        "release": placement.released_on,
        **{paper.kind: paper.since or paper.said_on for paper in placement.papers},
    }
    left = placement.departed_on is not None
    for code, check in before_leaving(placement, placement.departed_on or placement.starts_on).items():
        until = convention_due_on(placement) if code in ("host", "convention") else placement.starts_on
        side = SIDES.get(code, "either")
        try:
            check()
        except Refused as refused:
            if placement.state in (REFUSED, CANCELLED):
                yield Step(code, "dropped", side=side)
            elif placement.state == APPLIED:
                yield Step(code, "waiting", until=until, side=side)
            else:
                yield Step(code, "late" if until < day or left else "open", until=until, side=side, why=refused)
        else:
            yield Step(code, "done", done.get(code), side=side)


def _going(placement: Placement, day: date) -> Iterator[Step]:
    """Departure to debriefing, one after the other."""
    wait = int(PACKS.pinned(str(placement.host_pack)).rule("EXC-06").value["arrival"])
    arrival = (placement.departed_on or placement.starts_on) + timedelta(days=wait)
    line: tuple[tuple[str, date | None, date | None, Side], ...] = (
        ("departure", placement.departed_on, placement.starts_on, "home"),
        ("arrival", placement.arrived_on, max(arrival, placement.starts_on + timedelta(days=wait)), "host"),
        ("review", placement.reviewed_on, placement.ends_on, "host"),
        ("end", placement.ended_on, placement.ends_on, "host"),
        ("return", placement.returned_on, None, "home"),
        ("debriefing", placement.debriefed_on, None, "home"),
    )
    open_step = placement.state in (SELECTED, *AWAY) or placement.ended_on is not None
    for code, done_on, until, side in line:
        if done_on is not None:
            yield Step(code, "done", done_on, side=side)
        elif placement.state in (REFUSED, CANCELLED) or (placement.state == STAYED and code in ("return", "debriefing")) or (code == "review" and placement.ended_on):
            yield Step(code, "dropped", side=side)
        elif open_step:
            yield Step(code, "late" if until is not None and until < day else "open", until=until, side=side)
            open_step = code == "review"  # a review is not awaited: the stay ends without it
        else:
            yield Step(code, "waiting", until=until, side=side)
