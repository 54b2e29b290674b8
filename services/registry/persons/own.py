"""One's own file: what the register holds about whoever asks, by the link that HR made between account and person (R-HOLDER)."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.links import person_of
from services.registry.directory import names_of_facilities
from services.registry.licences.models import Licence, Status
from services.registry.licences.use_cases import expiring_rule
from services.registry.persons.models import Purpose, Sex
from services.registry.persons.schemas import NameRead, WorkerRead
from shared.auth import Caller
from shared.clock import today
from shared.errors import NotFound
from shared.i18n import _

NOT_LINKED = _("Your account is linked to no person of the register yet: ask HR to link it.")


class Own(BaseModel):
    """A part of one's own file, of the columns that are told."""

    model_config = ConfigDict(extra="ignore")


class OwnPurpose(Own):
    purpose: Purpose
    since: date
    until: date | None = None
    erase_from: date | None = None


class OwnEmployment(Own):
    facility_code: str | None
    facility_name: str | None = None
    practice_name: str | None = None
    employment_type: str
    status: str
    starts_on: date
    ends_on: date | None
    decision_number: str | None


class OwnAssignment(Own):
    facility_code: str
    facility_name: str | None = None
    unit: str | None
    kind: str
    fte_share: float
    starts_on: date
    ends_on: date | None
    decision_number: str | None


class OwnQualification(Own):
    type: str
    title: str
    specialty: str | None
    institution: str | None
    issued_on: date | None
    issued_precision: str | None
    state: str


class OwnLicence(Own):
    number: str
    authority: str
    scope: list[str]
    issued_on: date
    expires_on: date | None
    suspended_from: date | None
    suspended_until: date | None
    revoked_on: date | None
    status: Status | None = Field(None, description="What it is worth today.")

    def judged(self, authority_path: str) -> Self:
        same = Licence(**self.model_dump(exclude={"status"}))
        return self.model_copy(update={"status": same.status_on(today(), expiring_rule(authority_path, today()).value)})


class OwnFile(BaseModel):
    """Everything that the register holds about whoever asks."""

    id: UUID
    name: str
    names: list[NameRead]
    birth_date: date | None
    birth_year: int | None
    sex: Sex
    purposes: list[OwnPurpose]
    workers: list[WorkerRead]
    employments: list[OwnEmployment]
    assignments: list[OwnAssignment]
    qualifications: list[OwnQualification]
    licences: list[OwnLicence]
    kept_by: str = Field(description="Code of the authority or facility that entered the person, and corrects what is wrong.")
    version: int


async def own_person(session: AsyncSession, caller: Caller) -> UUID:
    """The person behind the caller's account, whose own rows this transaction now opens. Raises NotFound when HR has linked none."""
    person_id = await person_of(session, caller)
    if person_id is None:
        raise NotFound(NOT_LINKED)
    await session.execute(text("SELECT set_config('relais.person', :person, true)"), {"person": str(person_id)})
    return person_id


async def own_row(session: AsyncSession, caller: Caller) -> dict[str, Any]:
    """All rows of the caller's own file as the tables hold them. Raises NotFound."""
    found: dict[str, Any] | None = await session.scalar(text("SELECT own_file(:account)"), {"account": caller.actor})
    if found is None:
        raise NotFound(NOT_LINKED)
    return found


async def own_file(session: AsyncSession, caller: Caller) -> OwnFile:
    """The caller's own file, with the names of the places in the reader's language."""
    row = await own_row(session, caller)
    places = await names_of_facilities(session, {one["facility_code"] for one in row["employments"] + row["assignments"]})
    for one in row["employments"] + row["assignments"]:
        one["facility_name"] = places.get(one["facility_code"])
    born = date.fromisoformat(row["birth_date"]) if row["birth_date"] else None
    return OwnFile(
        **{name: row[name] for name in ("id", "name", "names", "sex", "purposes", "workers", "employments", "assignments", "qualifications", "version")},
        birth_date=born if row["birth_precision"] == "date" else None,
        birth_year=born.year if born else None,
        licences=[OwnLicence.model_validate(one).judged(row["authority_path"]) for one in row["licences"]],
        kept_by=row["authority_path"].rpartition(".")[2],
    )
