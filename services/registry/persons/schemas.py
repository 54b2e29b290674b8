"""What goes in and out about persons. Names are accepted in any script and stored as written."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.registry.contacts.schemas import ContactCreate, LanguageCode, LanguageWrite
from services.registry.identifiers.schemas import IdentifierCreate
from services.registry.persons.models import NameKind, Purpose, Sex
from shared.actions import Action
from shared.clock import today
from shared.i18n import _
from shared.names import is_a_name

EARLIEST_YEAR = 1900


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


def a_name(value: str) -> str:
    if not is_a_name(value):
        raise ValueError(_("Write a name with at least one letter and no control character."))
    return value


def _born(value: date) -> date:
    if not value.year >= EARLIEST_YEAR or value > today():
        raise ValueError(_("A birth date lies between 1900 and today."))
    return value


Born = Annotated[date, AfterValidator(_born)]


class NameBody(Body):
    kind: NameKind = "legal"
    script: str | None = Field(None, pattern="^[A-Z][a-z]{3}$", description="ISO 15924: Latn, Arab…", examples=["Latn"])
    value: Annotated[str, Field(max_length=200, examples=["Đặng Thị Ánh"]), AfterValidator(a_name)]


class PersonFields(Body):
    birth_date: Born | None = None
    birth_year: int | None = Field(None, ge=EARLIEST_YEAR, le=2100, description="When only the year is known.")

    @model_validator(mode="after")
    def _one_birth(self) -> Self:
        if self.birth_date is not None and self.birth_year is not None and self.birth_date.year != self.birth_year:
            raise ValueError(_("The birth date and the birth year differ."))
        return self


class PersonCreate(PersonFields):
    """A person, once, for one or several purposes."""

    names: list[NameBody] = Field(min_length=1, max_length=10)
    sex: Sex = "unknown"
    purposes: list[Purpose] = Field(min_length=1)
    facility_code: str | None = Field(None, max_length=60, description="For which of your facilities; your own authority when not said.")
    reference: str | None = Field(None, min_length=1, max_length=200)
    confirmed_distinct: str | None = Field(None, min_length=3, max_length=500, description="What shows that this is nobody whom the register knows, when it asked.")


class LanguageDeclared(LanguageWrite):
    language: LanguageCode


class PersonEntry(PersonCreate):
    """A person with what their papers say of them; all of it is recorded, or nothing."""

    identifiers: list[IdentifierCreate] = Field([], max_length=4)
    contacts: list[ContactCreate] = Field([], max_length=6)
    languages: list[LanguageDeclared] = Field([], max_length=6)

    @property
    def person(self) -> PersonCreate:
        """The person alone: what a reference remembers holds no number of any paper."""
        return PersonCreate.model_validate(self.model_dump(include=set(PersonCreate.model_fields)))


class PersonChange(PersonFields):
    """A correction of what was entered; only the fields that are sent change."""

    names: list[NameBody] | None = Field(None, min_length=1, max_length=10)
    sex: Sex | None = None
    purposes: list[Purpose] | None = Field(None, min_length=1, description="Purposes to add.")


class NameRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: NameKind
    script: str | None
    value: str


class WorkerRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    occupation_code: str
    specialty: str | None
    worker_no: str | None


class AlsoKnown(BaseModel):
    id: UUID
    name: str


class PersonRead(BaseModel):
    id: UUID
    name: str
    names: list[NameRead]
    birth_date: date | None
    birth_year: int | None
    sex: Sex
    purposes: list[Purpose]
    workers: list[WorkerRead]
    also_known: list[AlsoKnown] = Field(default_factory=list, description="Records that were merged into this one.")
    reference: str | None
    version: int
    available_actions: list[Action]


class PersonCard(BaseModel):
    """One line of a list of people: enough to tell namesakes apart."""

    id: UUID
    name: str
    birth_year: int | None
    sex: Sex
    occupation: str | None = None
    occupation_name: str | None = None
    worker_no: str | None = None
    facility: str | None = None
    facility_name: str | None = None
    unit: str | None = None
    post_id: UUID | None = None
    assignment_id: UUID | None = None
    kind: str | None = None
    fte_share: float | None = None


class SearchCreate(Body):
    q: str = Field(min_length=1, max_length=200, description="Words of a name, in any order, with or without accents.")
    exact: bool = Field(False, description="Case and accents count.")
    limit: int = Field(20, ge=1, le=200)


class SearchPage(BaseModel):
    """`id` is kept for some minutes: `GET …/persons/search/{id}?cursor=` gives the next page, and no name stands in an address."""

    id: UUID
    items: list[PersonCard]
    next: str | None


class LookupCreate(Body):
    ids: list[UUID] = Field([], max_length=200)
    references: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field([], max_length=200, description="The references under which an authority entered persons.")


class PersonReadName(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    reference: str | None = Field(None, description="Of those who were asked by their reference.")


class Lookup(BaseModel):
    """Names of those whom the caller may see, in the order asked; the others are left out."""

    items: list[PersonReadName]


class AgeRead(BaseModel):
    """How old somebody is; nothing of when they were born."""

    years: int | None = Field(description="Completed years; null where the file knows no birth.")


class SharesCreate(Body):
    """People to count, never to list."""

    ids: list[UUID] = Field(max_length=2000)
    under: int = Field(40, ge=18, le=100, description="Completed years under which a person counts as young.")
    on: date | None = Field(None, description="The day of the ages; today when left out.")


class Shares(BaseModel):
    """Totals of those whom the caller may see, and nothing of one person; without totals where they are fewer than five (OBS-02)."""

    people: int
    women: int | None
    under: int | None
    sex_unknown: int | None
    birth_unknown: int | None
