"""Areas as the API shows them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]


class AreaRead(BaseModel):
    """An area during one period; `within` lists the codes from the country down to the area itself."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "id": "5b0f…", "code": "VN-22-06658", "name": "Phường Cao Xanh", "names": {}, "short_name": "Cao Xanh", "level": "commune", "type": "phường", "country": "VN",
                "parent_id": "9c1e…", "parent_code": "VN-22", "within": ["VN", "VN-22", "VN-22-06658"], "latitude": 21.0013, "longitude": 107.128, "area_km2": 38.89,
                "valid_from": "2025-07-01", "valid_to": None,
            }
        },
    )  # fmt: skip

    id: UUID
    code: str
    name: str
    names: dict[str, str] = Field(default_factory=dict, description="The name in other languages, by language, where the data give it.")
    short_name: str
    level: str
    type: str
    country: str
    parent_id: UUID | None
    parent_code: str | None
    within: list[str]
    latitude: Number | None
    longitude: Number | None
    area_km2: Number | None
    valid_from: date | None
    valid_to: date | None


class AreaNamed(BaseModel):
    """An area in a few words."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
    level: str


class AreaChangeRead(BaseModel):
    """One line of the crosswalk. `share` is the part of the former area's surface; estimated where it was divided."""

    from_area: AreaNamed
    to_area: AreaNamed
    kind: str
    effective_on: date
    share: Number
    is_main: bool
    is_estimated: bool
    legal_basis: str


class AreaLevelRead(BaseModel):
    """A level of a country's division; the first is the country itself."""

    model_config = ConfigDict(from_attributes=True)

    country: str
    level: str
    position: int
    names: dict[str, str]


class DataSource(BaseModel):
    """A source of packaged data: its holder, its licence, and what was taken from it, in three languages."""

    name: str
    version: str
    licence: str
    holder: str
    of: dict[str, str]


class PackagedDataRead(BaseModel):
    """What came with the software about a country, and under which licences."""

    country: str
    loaded_at: datetime
    sources: list[DataSource]
