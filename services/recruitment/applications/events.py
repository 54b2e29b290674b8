"""What recruitment announces of applications: the registry shows the person to whom they consented, and keeps them for that time. No name, ever."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict

from shared.events import Event

EXAMPLE: dict[str, Any] = {
    "id": "01a20336-3b26-76a6-aed0-867dc2ee8f68",
    "person_id": "01a20335-fcdc-7037-989e-f51fe6aacb61",
    "authority_path": "FR.FR-44",
    "state": "open",
    "is_kept": True,
    "shown_to": ["FR-44-HIPR", "FR-44-SSIADP"],
    "hidden_from": [],
    "changed_on": "2024-03-04",
}


class ApplicationState(Event):
    """`is_kept`: something of this person is still open, here or in another application."""

    topic = "relais.recruitment.applications"

    id: UUID
    person_id: UUID
    authority_path: str
    state: Literal["open", "withdrawn", "ended"]
    is_kept: bool
    shown_to: list[str]
    hidden_from: list[str]
    changed_on: date


class ApplicationReceived(ApplicationState):
    """Somebody applied, once, to several employers."""

    type = "recruitment.application.received.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})


class ApplicationChanged(ApplicationState):
    """A consent was given or taken back, or the application came to its end."""

    type = "recruitment.application.changed.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"shown_to": ["FR-44-SSIADP"], "hidden_from": ["FR-44-HIPR"], "changed_on": "2024-03-20"}]})
