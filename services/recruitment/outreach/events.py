"""What recruitment announces of prospects: the registry keeps them no longer than they are prospects. No name, ever."""

from datetime import date
from uuid import UUID

from pydantic import ConfigDict

from shared.events import Event


class ProspectDropped(Event):
    """Nothing is open with this person in recruitment any more: the purpose for which the registry keeps them as a candidate has ended."""

    type = "recruitment.prospect.dropped.v1"
    topic = "relais.recruitment.prospects"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": "01a20336-3b26-76a6-aed0-867dc2ee8f68", "person_id": "01a20335-fcdc-7037-989e-f51fe6aacb61", "authority_path": "FR.FR-44", "dropped_on": "2024-03-04"}
            ]
        }
    )

    id: UUID
    person_id: UUID
    authority_path: str
    dropped_on: date
