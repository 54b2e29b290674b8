"""What a stay abroad must fulfil: somebody stands in at home, and nothing is entered before it happened."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from services.training.stays.models import StayGroup
from shared.calendars import ONE_DAY, period_end
from shared.errors import FieldError, Malformed, Refused
from shared.i18n import _
from shared.rulepacks import Rule, RulePack

ORDER = "Relais rule book, training (what is entered has happened)"


def cover_must_be_named(group: StayGroup, uncovered: Collection[int], pack: RulePack) -> None:
    """Beyond some months a reason is not enough: somebody named stands in (EXC-04). Raises Refused."""
    rule = pack.rule("TRN-COVER")
    if not uncovered or group.ends_on <= period_end(group.starts_on, rule.value):
        return
    raise Refused(
        "cover-not-named",
        _("The stay is longer than {months} months: name who stands in for each person."),
        rule=rule,
        possible=_("Name a replacement of the same facility, or end the stay by {day}."),
        months=rule.value,
        day=period_end(group.starts_on, rule.value).isoformat(),
    )


def cover_must_stay_at_home(covers: Collection[UUID | None], participants: Collection[UUID]) -> None:
    """Who stands in does not go too. Raises Malformed."""
    wrong = [n for n, cover in enumerate(covers) if cover is not None and cover in participants]
    if wrong:
        raise Malformed([FieldError(f"participants.{n}.cover_person_id", _("The person who stands in goes away too.")) for n in wrong])


def must_lie_in(group: StayGroup, day: date, *, not_before: date | None = None) -> None:
    """Nobody leaves before the first day or after the last. Raises Refused."""
    first = not_before or group.starts_on
    if not first <= day <= group.ends_on:
        raise Refused(
            "day-outside-stay",
            _("The stay is from {first} to {last}; the act is of {day}."),
            rule=Rule("TRN-ORDER", [first.isoformat(), group.ends_on.isoformat()], "period", ORDER),
            possible=_("Enter the day on which it happened; for other dates have another decision signed."),
            first=first.isoformat(),
            last=group.ends_on.isoformat(),
            day=day.isoformat(),
        )


def must_follow(day: date, earlier: date | None) -> None:
    """The way back comes after the way out, and the report after both. Raises Refused."""
    if earlier is not None and day < earlier:
        raise Refused(
            "before-what-it-follows",
            _("The act is of {day}, what it follows is of {earlier}."),
            rule=Rule("TRN-ORDER", earlier.isoformat(), "earliest day", ORDER),
            possible=_("Enter it on {earlier} or later."),
            day=day.isoformat(),
            earlier=earlier.isoformat(),
        )


def free_from(group: StayGroup, returned_on: date) -> date | None:
    """The first day given back by who returns before the last day of the hold."""
    return returned_on + ONE_DAY if returned_on < group.ends_on else None
