"""Secret votes as totals (APP-08, APP-20): quorum, majority on those convened, exactly half, ties. Never who."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from typing import Literal
from uuid import UUID

from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.rulepacks import Rule

Outcome = Literal["held", "nominated", "forward", "consulted", "carried", "not_carried", "head_decides"]
Purpose = Literal["criteria", "nomination", "consultation", "final"]


@dataclass(frozen=True)
class Meeting:
    """How many were convened and present, how many ballots were valid, and each candidate's total."""

    convened: int
    present: int
    valid: int
    totals: Mapping[UUID, int]


@dataclass(frozen=True)
class Result:
    """What the vote says, and who goes on."""

    outcome: Outcome
    goes_on: tuple[UUID, ...]


def needed_for_quorum(convened: int, rule: Rule) -> int:
    """The smallest whole number of people at or above the share of those convened: 6 of 9."""
    return ceil(Fraction(rule.value["quorum"]) * convened)


def percent(votes: int, convened: int) -> Decimal:
    """A share of those convened, rounded once for display (R-HALFUP)."""
    return (Decimal(100 * votes) / Decimal(convened)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def totals_must_add_up(meeting: Meeting, *, one_choice: bool) -> None:
    """Raises Malformed when there are more present than convened, more ballots than present, or more votes than ballots."""
    if meeting.present > meeting.convened:
        raise Malformed.field("present", _("More people are present than were convened."))
    if meeting.valid > meeting.present:
        raise Malformed.field("valid", _("There are more valid ballots than people present."))
    most = sum(meeting.totals.values()) if one_choice else max(meeting.totals.values(), default=0)
    if most > meeting.valid:
        raise Malformed.field("totals", _("There are more votes than valid ballots."))


def quorum_must_be_met(meeting: Meeting, rule: Rule) -> None:
    """At least two thirds of those convened are present. Raises Refused."""
    needed = needed_for_quorum(meeting.convened, rule)
    if meeting.present < needed:
        raise Refused(
            "no-quorum",
            _("{present} people are present; {needed} of the {convened} convened are needed."),
            rule=rule,
            possible=_("Convene the meeting again, and hold the vote with at least {needed} present."),
            present=meeting.present,
            needed=needed,
            convened=meeting.convened,
        )


def two_highest(totals: Mapping[UUID, int]) -> tuple[UUID, ...]:
    """The two highest, with all who tie for second; when several tie for first, all of them (R-SECOND)."""
    ranks = sorted({votes for votes in totals.values() if votes > 0}, reverse=True)
    if not ranks:
        return ()
    first = tuple(person for person, votes in totals.items() if votes == ranks[0])
    if len(first) > 1 or len(ranks) == 1:
        return first
    return first + tuple(person for person, votes in totals.items() if votes == ranks[1])


def result_of(purpose: Purpose, meeting: Meeting, rule: Rule) -> Result:
    """What a meeting of this purpose decided, percentages being of those convened."""
    if purpose == "criteria":
        return Result("held", tuple(meeting.totals))
    if purpose == "consultation":
        return Result("consulted", tuple(meeting.totals))
    share = Fraction(rule.value["majority"])
    best = max(meeting.totals.values(), default=0)
    leaders = tuple(person for person, votes in meeting.totals.items() if votes == best)
    if len(leaders) == 1 and Fraction(best, meeting.convened) > share:
        return Result("nominated" if purpose == "nomination" else "carried", leaders)
    if purpose == "nomination":
        return Result("forward", two_highest(meeting.totals))
    if best > 0 and Fraction(best, meeting.convened) == share:
        return Result("head_decides", leaders)
    return Result("not_carried", ())
