"""Facilities as the API takes and shows them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Row

from services.registry.areas.schemas import AreaNamed, Number
from services.registry.facilities.vocabulary import LEVELS, OWNERSHIPS, REMOTENESS, TYPES
from services.registry.imports.lines import FacilityLine
from shared.actions import Action
from shared.i18n import _
from shared.names import is_a_name

CODE = r"^[A-Z]{2}(-[A-Z0-9]+)+$"
Code = Annotated[str, StringConstraints(pattern=CODE, max_length=60, strip_whitespace=True)]


class FacilityRead(BaseModel):
    """A facility during one period, with the authority, the technical supervisor and the host of the day."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "0198…", "code": "VN-22-BVT", "name": "Bệnh viện đa khoa tỉnh Quảng Ninh", "type": "hospital", "level": "province", "ownership": "public",
                "area": {"id": "5b0f…", "code": "VN-22-06685", "name": "Phường Hồng Gai", "level": "commune"}, "area_path": ["VN", "VN-22", "VN-22-06685"],
                "area_is_estimated": False, "authority": "VN-22", "authority_path": "VN.VN-22.VN-22-BVT", "technical_supervisor": "VN-01-BM", "host": None,
                "remoteness": "none", "tier": None, "latitude": None, "longitude": None, "valid_from": "2025-07-01", "valid_to": None, "available_actions": [],
            }
        }
    )  # fmt: skip

    id: UUID
    code: str
    name: str
    type: str
    level: str
    ownership: str
    area: AreaNamed
    area_path: list[str]
    area_is_estimated: bool
    authority: str | None
    authority_path: str
    technical_supervisor: str | None
    host: str | None
    remoteness: str
    tier: str | None
    latitude: Number | None
    longitude: Number | None
    valid_from: date
    valid_to: date | None
    available_actions: list[Action] = []

    @classmethod
    def of(cls, row: Row[Any] | tuple[Any, ...], actions: list[Action] | None = None) -> "FacilityRead":
        facility, area, authority, technical_supervisor, host = row
        return cls(
            id=facility.id,
            code=facility.code,
            name=facility.name,
            type=facility.type,
            level=facility.level,
            ownership=facility.ownership,
            area=AreaNamed.model_validate(area),
            area_path=area.within,
            area_is_estimated=facility.area_is_estimated,
            authority=authority,
            authority_path=facility.authority_path,
            technical_supervisor=technical_supervisor,
            host=host,
            remoteness=facility.remoteness,
            tier=facility.tier,
            latitude=facility.latitude,
            longitude=facility.longitude,
            valid_from=facility.valid_from,
            valid_to=facility.valid_to,
            available_actions=actions or [],
        )


KNOWN = {"type": TYPES, "level": LEVELS, "ownership": OWNERSHIPS, "remoteness": REMOTENESS}


def in_its_list(value: str, info: ValidationInfo) -> str:
    known = KNOWN[info.field_name or ""]
    if value not in known:
        raise PydanticCustomError("literal_error", "choose one of: {expected}", {"expected": ", ".join(known)})
    return value


def a_name(name: str) -> str:
    if not is_a_name(name):
        raise ValueError(_("Write a name with at least one letter and no control character."))
    return name


Listed = Annotated[str, AfterValidator(in_its_list)]
Name = Annotated[str, StringConstraints(max_length=200), AfterValidator(a_name)]
Tier = Annotated[str, StringConstraints(max_length=60, strip_whitespace=True)]


class FacilityCreate(BaseModel):
    """A facility as its managing authority enters it, from its first day; its area follows the crosswalk by date."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "code": "VN-22-TYT-06652", "name": "Trạm Y tế phường Hà Phong", "type": "station", "level": "commune", "ownership": "public", "area_code": "VN-22-06652",
                "authority": "VN-22", "technical_supervisor": "VN-22-TTHL", "remoteness": "none", "valid_from": "2010-01-01",
            }
        },
    )  # fmt: skip

    code: Code
    name: Name
    type: Listed = Field(json_schema_extra={"enum": list(TYPES)})
    level: Listed = Field(json_schema_extra={"enum": list(LEVELS)})
    ownership: Listed = Field("public", json_schema_extra={"enum": list(OWNERSHIPS)})
    area_code: Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)]
    authority: Code
    technical_supervisor: Code | None = None
    host: Code | None = None
    remoteness: Listed = Field("none", json_schema_extra={"enum": list(REMOTENESS)})
    tier: Tier | None = None
    latitude: Annotated[Decimal | None, Field(ge=-90, le=90)] = None
    longitude: Annotated[Decimal | None, Field(ge=-180, le=180)] = None
    valid_from: date
    valid_to: date | None = None
    reference: Annotated[str | None, StringConstraints(max_length=200)] = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(_("The last day is before the first one."))
        return self

    def line(self) -> FacilityLine:
        return FacilityLine(row=0, **self.model_dump(exclude={"reference", "done_on"}))


class FacilityChange(BaseModel):
    """What is different from a day on; a field that is left out stays as it is. Null ends a supervisor, a host or a group."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"starts_on": "2025-10-01", "technical_supervisor": "VN-22-TTHL"}})

    starts_on: date
    name: Name | None = None
    type: Listed | None = None
    level: Listed | None = None
    ownership: Listed | None = None
    remoteness: Listed | None = None
    tier: Tier | None = None
    technical_supervisor: Code | None = None
    host: Code | None = None
    done_on: date | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.said():
            raise ValueError(_("Say what changes."))
        for name in ("name", "type", "level", "ownership", "remoteness"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(_("Only a supervisor, a host or a group can end without another one."))
        return self

    def said(self) -> dict[str, Any]:
        return self.model_dump(include=self.model_fields_set - {"starts_on", "done_on"})


class FacilityClosure(BaseModel):
    """The last day, whole, on which the facility is open."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"last_day": "2025-12-31"}})

    last_day: date
    done_on: date | None = None
