"""Areas as the API shows them."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer

Number = Annotated[Decimal, PlainSerializer(float, return_type=float)]


class AreaRead(BaseModel):
    """An area during one period; `within` lists the codes from the country down to the area itself."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "id": "5b0f…", "code": "VN-22-06658", "name": "Phường Cao Xanh", "short_name": "Cao Xanh", "level": "commune", "type": "phường", "country": "VN",
                "parent_id": "9c1e…", "parent_code": "VN-22", "within": ["VN", "VN-22", "VN-22-06658"], "latitude": 21.0013, "longitude": 107.128, "area_km2": 38.89,
                "valid_from": "2025-07-01", "valid_to": None,
            }
        },
    )  # fmt: skip

    id: UUID
    code: str
    name: str
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
