"""What a post is on a day: a pure function of its dates, its decision, its freezing and the share that is taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.registry.posts.models import PostState

STATES_OF_OPEN_POSTS: tuple[PostState, ...] = ("vacant", "filled", "over_filled", "frozen")
STATES_OF_OTHER_DAYS: tuple[PostState, ...] = ("planned", "authorised", "abolished")


def state_on(day: date, *, first: date, last: date | None, decided: bool, frozen: bool, fte: Decimal, filled: Decimal) -> PostState:
    """Planned without a decision and authorised with one until it opens; vacant, filled, over-filled or frozen while open; abolished after its last day."""
    if day < first:
        return "authorised" if decided else "planned"
    if last is not None and day > last:
        return "abolished"
    if frozen:
        return "frozen"
    if filled > fte:
        return "over_filled"
    return "filled" if filled >= fte else "vacant"


@dataclass(frozen=True, slots=True)
class Spell:
    """Days in a row on which somebody is away from their post."""

    first: date
    last: date | None


def spell_on(day: date, spells: Iterable[Spell]) -> Spell | None:
    """The whole spell around a day: days away that touch are one, whatever takes them; None for somebody who is there."""
    whole: list[Spell] = []
    for one in sorted(spells, key=lambda spell: spell.first):
        before = whole[-1] if whole else None
        if before is not None and (before.last is None or one.first <= before.last + timedelta(days=1)):
            whole[-1] = Spell(before.first, None if before.last is None or one.last is None else max(before.last, one.last))
        else:
            whole.append(one)
    return next((spell for spell in whole if spell.first <= day and (spell.last is None or day <= spell.last)), None)


def is_long(spell: Spell | None, least_days: int) -> bool:
    return spell is not None and (spell.last is None or (spell.last - spell.first).days + 1 >= least_days)


def functionally_empty(holders: Sequence[Spell | None], least_days: int) -> bool:
    """Filled on paper, and every holder is away for long (REG-EMPTY)."""
    return bool(holders) and all(is_long(spell, least_days) for spell in holders)
