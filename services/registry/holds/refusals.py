"""How a refusal of days is told: the rule with its value, the days in conflict, the nearest free ones, and what could move."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.holds.roster import Conflict, Roster, Span, stretches
from services.registry.rules import ROT_06, pack_of
from shared.clock import today
from shared.errors import Refused
from shared.i18n import _, translate
from shared.rulepacks import Rule

SLUGS = {"double-booking": "double-booking", "protected": "unavailable", "below-minimum": "below-minimum", "above-cap": "above-cap"}
SENTENCES = {
    "double-booking": _("This person is already taken from {first} to {last}."),
    "protected": _("This person is unavailable from {first} to {last}, on a protected ground."),
    "below-minimum": _("From {first} to {last}, {present} people of the team would be present where {limit} are needed."),
    "above-cap": _("From {first} to {last}, {present} people of the team would be on mission where {limit} at most may be."),
}
THINGS = {"session": _("session"), "mission": _("mission"), "stay": _("stay")}


def refusal(roster: Roster, person_id: UUID, kind: str, spans: Sequence[Span], conflicts: Sequence[Conflict], *, but: UUID | None) -> Refused:
    """The first reason in words; all of them as data."""
    found = stretches(conflicts)
    first = found[0]
    nearest = roster.nearest(person_id, kind, spans, but=but, not_before=today() if spans[0][0] >= today() else None)
    moves = roster.moves(person_id, kind, conflicts)
    values: dict[str, Any] = {"first": first.first.isoformat(), "last": first.last.isoformat(), "present": first.present, "limit": first.limit}
    if moves:
        moved = moves[0].held
        values |= {"thing": translate(THINGS[moved.kind]), "moved_first": moved.first.isoformat(), "moved_last": moved.last.isoformat()}
    if nearest:
        values |= {"nearest": nearest[-1][0].isoformat()}
    return Refused(
        SLUGS[first.reason],
        SENTENCES[first.reason],
        rule=rule_of(conflicts[0]),
        possible=_possible(bool(moves), bool(nearest)),
        more={
            "conflicts": [{"day_from": one.first.isoformat(), "day_to": one.last.isoformat(), "reason": one.reason, "present": one.present, "limit": one.limit} for one in found],
            "nearest": [{"starts_on": begin.isoformat(), "ends_on": end.isoformat()} for begin, end in nearest],
            "moves": [
                {
                    "hold_id": str(move.held.hold_id),
                    "person_id": str(move.held.person_id),
                    "kind": move.held.kind,
                    "source_service": move.held.source_service,
                    "source_id": str(move.held.source_id),
                    "starts_on": move.held.first.isoformat(),
                    "ends_on": move.held.last.isoformat(),
                }
                for move in moves
            ],
        },
        **values,
    )


def _possible(moves: bool, nearest: bool) -> str:
    if moves and nearest:
        return _("It fits if the {thing} of a colleague from {moved_first} to {moved_last} moves; or else from {nearest}.")
    if moves:
        return _("It fits if the {thing} of a colleague from {moved_first} to {moved_last} moves.")
    if nearest:
        return _("The nearest free days begin on {nearest}.")
    return _("No such days are free within a year: choose fewer days or another person.")


def rule_of(conflict: Conflict) -> Rule:
    """The rule that a conflict breaks, with the value that stands for this team on this day."""
    if conflict.team is None:
        return ROT_06
    pack = pack_of(conflict.team.facility_code, conflict.day)
    if conflict.reason == "below-minimum":
        return replace(pack.rule("ROT-03-MIN"), value=conflict.limit)
    return replace(pack.rule("ROT-03-CAP"), value=conflict.team.cap_percent)


def day_of(spans: Sequence[Span]) -> date:
    return spans[0][0]
