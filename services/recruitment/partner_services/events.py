"""What recruitment announces of requests to partners: figures count them, and name nobody."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict

from services.recruitment.partner_services.models import ServiceRequest
from shared.events import Event

EXAMPLE: dict[str, Any] = {
    "id": "01a20336-3b26-76a6-aed0-867dc2ee8f68",
    "authority_path": "FR.FR-44",
    "facility_code": "FR-44-LOGE",
    "kind": "housing",
    "state": "refused",
    "asked_on": "2024-04-08",
    "settled_on": "2024-04-29",
    "refused_by": "candidate",
    "reason": "too_expensive",
}


class ServiceRequestState(Event):
    """A request to a partner; who needs it stays where it is known."""

    topic = "relais.recruitment.service_requests"

    id: UUID
    authority_path: str
    facility_code: str
    kind: Literal["housing", "childcare", "mobility"]
    state: Literal["asked", "solved", "refused", "withdrawn"]
    asked_on: date
    settled_on: date | None
    refused_by: str | None
    reason: str | None

    @classmethod
    def about(cls, request: ServiceRequest) -> Self:
        values = {name: getattr(request, name) for name in cls.model_fields if hasattr(request, name)}
        return cls.model_validate(values | {"facility_code": request.partner_code})


class ServiceAsked(ServiceRequestState):
    """Something was asked of a partner for somebody who would come."""

    type = "recruitment.service_request.asked.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"state": "asked", "settled_on": None, "refused_by": None, "reason": None}]})


class ServiceSettled(ServiceRequestState):
    """A request was solved, refused or taken back."""

    type = "recruitment.service_request.settled.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})
