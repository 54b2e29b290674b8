"""What recruitment announces about shortages: plans of training and of rotation start from them."""

from datetime import date
from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import ConfigDict

from services.recruitment.shortages.models import Shortage
from shared.events import Event, FieldClass


class ShortageState(Event):
    """A declared shortage. Public: an authority says it aloud."""

    topic = "relais.recruitment.shortages"
    field_class: ClassVar[FieldClass] = "public"

    id: UUID
    authority: str
    authority_path: str
    specialty: str | None
    occupation_code: str | None
    reason: str
    valid_from: date
    valid_to: date
    state: Literal["declared", "ended"]

    @classmethod
    def about(cls, shortage: Shortage) -> Self:
        return cls.model_validate({name: getattr(shortage, name) for name in cls.model_fields})


class ShortageDeclared(ShortageState):
    """An authority declared a specialty or a title short for a period."""

    type = "recruitment.shortage.declared.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01a20335-b6c9-7a7a-81f0-b4bb57401300",
                    "authority": "VN-22",
                    "authority_path": "VN.VN-22",
                    "specialty": "haematology",
                    "occupation_code": None,
                    "reason": "Three vacant posts, no candidate in two campaigns",
                    "valid_from": "2025-01-01",
                    "valid_to": "2026-12-31",
                    "state": "declared",
                }
            ]
        }
    )


class ShortageEnded(ShortageState):
    """A shortage ends earlier than foreseen."""

    type = "recruitment.shortage.ended.v1"
