"""The pattern “hold”: whatever takes a person away asks the registry for these days first, and is answered at once.

The registry checks double booking and minimum staffing under a lock. A hold that nothing confirms expires after a
quarter of an hour; the event of the thing that took it, in the transaction that made the thing, confirms it.

    hold_id = await take_hold(caller, kind="session", source_service="training", source_id=enrolment.id, person_id=..., periods=[(first, last)], asked_by=...)
    record_event(session, HoldConfirmed(id=hold_id, source_id=enrolment.id))   # services/<service>/<feature>/events.py: type, topic relais.<service>.holds
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from shared.clients import ask
from shared.errors import NotFound, Unavailable
from shared.events import Event

if TYPE_CHECKING:
    from shared.auth import Caller

Kind = Literal["leave", "session", "mission", "stay"]
Period = tuple[date, date]
ASKED_AT_ONCE = 25


class HoldSettled(Event):
    """What became of a hold, told by the service that took it; `id` is the hold's. A released hold frees its days from `on`."""

    outcome: Literal["confirmed", "released"]
    source_id: UUID
    on: date


@dataclass(frozen=True)
class Wanted:
    """One person for some days, for one thing."""

    source_id: UUID
    person_id: UUID
    periods: Sequence[Period]


@dataclass(frozen=True)
class Answered:
    """The hold, or the problem that refused it (RFC 9457 body, with `conflicts` and `nearest`)."""

    source_id: UUID
    person_id: UUID
    hold_id: UUID | None
    problem: dict[str, Any] | None


def _periods(periods: Sequence[Period]) -> list[dict[str, str]]:
    return [{"starts_on": first.isoformat(), "ends_on": last.isoformat()} for first, last in periods]


async def take_hold(
    caller: "Caller",
    *,
    kind: Kind,
    source_service: str,
    source_id: UUID,
    person_id: UUID,
    periods: Sequence[Period],
    asked_by: str,
    override_reason: str | None = None,
) -> UUID:
    """Hold a person for these days. The same source again replaces its days.

    `asked_by` is the account that proposed the thing, from the service's own record and never from a request's body: another one
    grants an override (SEC-02). The registry reads who grants from the caller's own token, which `ask` passes on.

    Raises the registry's 409 as it is: the rule, the days in conflict (`conflicts`) and the nearest free ones (`nearest`).
    """
    body = {"kind": kind, "source_service": source_service, "source_id": str(source_id), "person_id": str(person_id), "periods": _periods(periods), "asked_by": asked_by}
    if override_reason:
        body["override_reason"] = override_reason
    answer = await ask(caller, "POST", "/api/v1/registry/holds", json=body)
    if answer is None:
        raise NotFound()
    return UUID(answer["id"])


async def take_holds(caller: "Caller", *, kind: Kind, source_service: str, wanted: Sequence[Wanted], asked_by: str) -> list[Answered]:
    """The same for many people: each is answered by itself, one refusal stops no other.

    Asked in parts, each answered well within the time that a service waits for another. A part without an answer is asked once more:
    the same things ask for the same days, so that what the registry had held already is theirs.
    """
    answers: list[Answered] = []
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        part = wanted[start : start + ASKED_AT_ONCE]
        try:
            answers += await _take_part(caller, kind, source_service, part, asked_by)
        except Unavailable:
            answers += await _take_part(caller, kind, source_service, part, asked_by)
    return answers


async def _take_part(caller: "Caller", kind: Kind, source_service: str, wanted: Sequence[Wanted], asked_by: str) -> list[Answered]:
    items = [{"source_id": str(each.source_id), "person_id": str(each.person_id), "periods": _periods(each.periods)} for each in wanted]
    answer = await ask(caller, "POST", "/api/v1/registry/holds/batch", json={"kind": kind, "source_service": source_service, "asked_by": asked_by, "items": items})
    if answer is None:
        raise NotFound()
    return [Answered(UUID(item["source_id"]), UUID(item["person_id"]), UUID(item["hold"]["id"]) if item.get("hold") else None, item.get("problem")) for item in answer["items"]]
