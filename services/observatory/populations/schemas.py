"""Populations over HTTP."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal["article", "source", "illustrative"]
AreaCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Za-z0-9]+)*$", max_length=60)]


class PopulationCreate(BaseModel):
    """A population as declared: the value, its year, and where it comes from."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reference: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    area_code: AreaCode = Field(examples=["VN-22"])
    year: int = Field(ge=1900, le=2200, examples=[2025])
    value: int = Field(gt=0, le=10**10, examples=[1430000])
    source: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    kind: Kind = Field(description="`article`: printed in the article; `source`: another public text; `illustrative`: ours, so that the system can be shown.")
    done_on: date | None = None


class PopulationRead(BaseModel):
    """A declared population."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str | None
    area_code: str
    year: int
    value: int
    source: str
    kind: Kind
    declared_on: date
