"""Issuing and revoking: the facts are read from the register as they are on the day, and stay as they were said."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment
from services.registry.attestations.models import Attestation, Kind
from services.registry.persons.models import Person
from services.registry.units.served import standings_of
from services.registry.workers.models import Employment, Worker
from shared.audit import record_audit
from shared.auth import Caller
from shared.errors import Refused
from shared.i18n import _
from shared.ids import uuid7
from shared.names import initials_of
from shared.papers import new_code
from shared.rulepacks import Rule

GOOD_FOR = timedelta(days=180)
_NEXT = text(
    "INSERT INTO attestation_numbers AS n (authority, year, last) VALUES (:authority, :year, 1) ON CONFLICT (authority, year) DO UPDATE SET last = n.last + 1 RETURNING last"
)


async def issue(session: AsyncSession, *, caller: Caller, person: Person, facility_code: str, authority_path: str, kind: Kind, day: date) -> Attestation:
    """The next number of the facility and year, with what the register says of the person today. Raises Refused when nobody works."""
    facts = await _facts(session, person.id, day, kind)
    serial = (await session.execute(_NEXT, {"authority": facility_code, "year": day.year})).scalar_one()
    attestation = Attestation(
        id=uuid7(),
        content_hash=b"",
        authority_path=authority_path,
        shared_with=[],
        authority=facility_code,
        year=day.year,
        serial=serial,
        number=f"{serial}/{day.year}/{facility_code}",
        code=new_code(),
        kind=kind,
        person_id=person.id,
        initials=initials_of(person.name),
        facts=facts,
        issued_by=caller.actor,
        issued_on=day,
        valid_to=day + GOOD_FOR if kind == "employment" else None,
        version=1,
    )
    session.add(attestation)
    await session.flush()
    await record_audit(session, caller, "attestation.issued", "attestation", attestation.id, after={"number": attestation.number, "kind": kind}, done_on=day)
    return attestation


async def _facts(session: AsyncSession, person_id: UUID, day: date, kind: Kind) -> dict[str, Any]:
    """Periods by code and day: words are said in the reader's language when it is printed."""
    rows = await session.execute(
        select(Assignment, Worker.occupation_code)
        .join(Worker, Worker.id == Assignment.worker_id)
        .where(Assignment.person_id == person_id, Assignment.state == "active")
        .order_by(Assignment.valid, Assignment.id)
    )
    assigned = rows.all()
    standings = await standings_of(session, [one for one, _occupation in assigned])
    served = [_served(one, occupation, standings.serves(one, day).unit) for one, occupation in assigned]
    employed = await session.scalars(select(Employment).where(Employment.person_id == person_id).order_by(Employment.valid, Employment.id))
    employments = [{"from": one.valid_from.isoformat(), "to": one.valid_to.isoformat() if one.valid_to else None, "type": one.employment_type} for one in employed]
    now_at = [one for one in served if one["from"] <= day.isoformat() and (one["to"] is None or one["to"] >= day.isoformat())]
    if (kind == "employment" and not now_at) or not served:
        raise Refused(
            "works-nowhere",
            _("The register knows of no work of this person on {day}."),
            rule=Rule("ATT-FACTS", None, "", "Relais rule book, attestations (what is attested stands in the register)"),
            possible=_("Record the assignment first."),
            day=day.isoformat(),
        )
    return {"served": served if kind == "service_record" else now_at[:1], "employments": employments}


def _served(one: Assignment, occupation_code: str, unit: str | None) -> dict[str, Any]:
    return {
        "from": one.valid_from.isoformat(),
        "to": one.valid_to.isoformat() if one.valid_to else None,
        "facility_code": one.facility_code,
        "unit": unit,
        "occupation_code": occupation_code,
        "kind": one.kind,
    }


async def revoke(session: AsyncSession, *, caller: Caller, attestation: Attestation, day: date, reason: str) -> Attestation:
    """One that was wrong says so to whoever checks it."""
    attestation.revoke(by=caller.actor, on=day, reason=reason)
    await session.flush()
    await record_audit(session, caller, "attestation.revoked", "attestation", attestation.id, before={"state": "issued"}, after={"state": "revoked", "reason": reason}, done_on=day)
    return attestation
