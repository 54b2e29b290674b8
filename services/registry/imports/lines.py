"""The lines of an import once read: typed, with the row number that a person sees in the spreadsheet."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FacilityLine:
    """One facility as of its first day."""

    row: int
    code: str
    name: str
    type: str
    level: str
    ownership: str
    area_code: str
    authority: str
    technical_supervisor: str | None
    host: str | None
    remoteness: str
    tier: str | None
    valid_from: date
    valid_to: date | None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One worker with the employment that the facility declares. A birth may be a year only."""

    row: int
    worker_no: str
    full_name: str
    birth_date: date | None
    birth_year: int
    sex: str
    occupation_code: str
    specialty: str | None
    degree: str | None
    degree_institution: str | None
    degree_year: int | None
    facility_code: str
    employment_type: str
    start_date: date
    status: str
    name_in_other_script: str | None = None


@dataclass(frozen=True, slots=True)
class PostLine:
    """One post of a facility's establishment; `reference` is the authority's own number for it."""

    row: int
    reference: str
    facility_code: str
    unit: str | None
    job_position: str | None
    occupation_code: str
    specialty: str | None
    fte: Decimal
    open_from: date
    close_to: date | None
    is_management: bool
    unit_id: UUID | None = None  # of the unit that its words name by code or by name


@dataclass(frozen=True, slots=True)
class AssignmentLine:
    """One assignment of a worker to a post, or to a facility when the post is not known; without number it is to regularise."""

    row: int
    worker_no: str
    post_reference: str | None
    facility_code: str
    kind: str
    fte_share: Decimal
    start_date: date
    end_date: date | None
    decision_number: str | None
    over_filled: bool = False  # the file says that it stands beside the others of a full post


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit of a facility; `parent` is the code of the unit above, in the register or in the file."""

    row: int
    facility_code: str
    code: str
    name: str
    kind: str
    parent: str | None
    specialty: str | None
    valid_from: date
    valid_to: date | None
    name_fr: str | None = None
    name_en: str | None = None
