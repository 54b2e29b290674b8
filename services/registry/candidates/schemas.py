"""What recruitment says of somebody who applies: who they are and how they are reached, and nothing else."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from services.registry.contacts.schemas import ContactCreate
from services.registry.persons.schemas import Born, a_name
from shared.jurisdictions import be_in
from shared.records import Body

Name = Annotated[str, Field(min_length=2, max_length=200), AfterValidator(a_name)]


def _in_its_country(path: str) -> str:
    """A number is read as it is dialled where the authority is: the fields after this one are judged there."""
    be_in(path)
    return path


class CandidateContact(ContactCreate):
    kind: Literal["phone", "email"]


class CandidateCreate(Body):
    """`id` is given by recruitment: the same application sent twice is one person."""

    id: UUID
    authority_path: Annotated[str, Field(pattern=r"^[A-Z]{2}(\.[A-Za-z0-9-]+)*$", max_length=200), AfterValidator(_in_its_country)]
    name: Name
    birth_date: Born | None = Field(None, description="Asked where the law looks at the age.")
    contacts: list[CandidateContact] = Field(min_length=1, max_length=2)


class CandidateRead(BaseModel):
    person_id: UUID
