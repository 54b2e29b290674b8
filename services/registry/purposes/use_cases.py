"""Purposes end, files are kept for a time after them, and whoever must erase a file is told on the day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Row, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.dues.events import DueChanged
from services.registry.persons.models import PersonPurpose, Purpose
from services.registry.persons.permissions import can_change_person
from services.registry.persons.queries import get_visible_person
from services.registry.rules import PRP_SERVED, pack_of
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.calendars import add_months
from shared.clock import today
from shared.db import worker_session
from shared.dues import due_id
from shared.errors import NotFound, Refused, refuse_when
from shared.events import record_event
from shared.i18n import _
from shared.rulepacks import Rule

BATCH = 500
ERASURE = "erasure_due"

refuse_when(
    "purpose_is_still_served",
    "still-a-worker",
    _("Somebody who is employed or assigned after that day is kept as a worker."),
    rule=PRP_SERVED,
    possible=_("End the employments and assignments first, or choose a later day."),
)
refuse_when("purpose_ends_after_it_began", "ends-before-it-began", _("A purpose ends on or after the day on which it began."), possible=_("Choose a later day."))


def retention_rule(authority_path: str, day: date) -> Rule:
    """For how many months a file is kept after its purpose has ended, by purpose."""
    return pack_of(authority_path.partition(".")[0], day).rule("PRP-RETENTION")


def must_be_open(purpose: PersonPurpose) -> None:
    """Raises Refused for one that has ended."""
    if purpose.until is not None:
        raise Refused("purpose-has-ended", _("This purpose ended on {day}."), day=purpose.until.isoformat())


async def purposes_of(session: AsyncSession, person_id: UUID) -> Sequence[PersonPurpose]:
    return (await session.scalars(select(PersonPurpose).where(PersonPurpose.person_id == person_id).order_by(PersonPurpose.since, PersonPurpose.purpose))).all()


async def end_purpose(session: AsyncSession, *, caller: Caller, person_id: UUID, purpose: Purpose, until: date, reason: str) -> PersonPurpose:
    """The file is kept for this purpose until a day; from then on the time runs for which the law keeps it."""
    person = await get_visible_person(session, caller, person_id)
    require(can_change_person(caller, person.authority_path))
    row = await session.get(PersonPurpose, (person_id, purpose), with_for_update=True)
    if row is None:
        raise NotFound()
    must_be_open(row)
    rule = retention_rule(person.authority_path, today())
    row.until, row.erase_from, row.ended_by = until, add_months(until, rule.value[purpose]), caller.actor
    await session.flush()
    facts = {"purpose": purpose, "until": until, "erase_from": row.erase_from, "reason": reason}
    await record_audit(session, caller, "person.purpose_ended", "person", person_id, after=facts)
    return row


_DUE = text(
    """
    SELECT p.id, p.authority_path::text AS path, p.shared_with, max(u.erase_from) AS erase_from
    FROM persons AS p JOIN person_purposes AS u ON u.person_id = p.id
    WHERE p.id IN (SELECT person_id FROM person_purposes WHERE erase_from <= :day AND NOT erasure_told)
    GROUP BY p.id HAVING bool_and(coalesce(u.erase_from <= :day, false)) ORDER BY p.id LIMIT :batch
    """
)
_KEPT_AGAIN = text(
    """
    SELECT p.id, p.authority_path::text AS path, p.shared_with, max(u.since) AS erase_from
    FROM persons AS p JOIN person_purposes AS u ON u.person_id = p.id
    WHERE p.id IN (SELECT person_id FROM person_purposes WHERE erasure_told)
    GROUP BY p.id HAVING bool_or(u.erase_from IS NULL OR u.erase_from > :day) ORDER BY p.id LIMIT :batch
    """
)


async def tell_due_erasures() -> None:
    """Daily: a file whose every purpose has ended, and the time after each has passed, is due for erasure; one that serves a purpose again is not."""
    await _tell_all(_DUE, told=True)
    await _tell_all(_KEPT_AGAIN, told=False)


async def _tell_all(statement: object, *, told: bool) -> None:
    while True:
        async with worker_session() as session:
            # Two of these at once would tell a file twice; the second one finds nothing left.
            await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('registry/erasures'))"))
            found = (await session.execute(statement, {"day": today(), "batch": BATCH})).all()  # type: ignore[call-overload]
            for row in found:
                record_event(session, _due(row, told=told))
            await session.execute(update(PersonPurpose).where(PersonPurpose.person_id.in_([row.id for row in found])).values(erasure_told=told))
        if len(found) < BATCH:
            return


def _due(row: Row[tuple[UUID, str, list[str], date]], *, told: bool) -> DueChanged:
    return DueChanged(
        id=due_id(ERASURE, row.id),
        kind=ERASURE,
        subject_id=row.id,
        path=f"/people/{row.id}/identity",
        authority_path=row.path,
        shared_with=row.shared_with,
        person_id=row.id,
        due_on=row.erase_from,
        warn_on=row.erase_from,
        responsible="regional-administrator",
        state="open" if told else "dropped",
    )
