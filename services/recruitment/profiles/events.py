"""What recruitment announces about those who look for work in a pool: to whom the person is shown, so that the registry shows the name to the same."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict

from shared.events import Event


class ProfileShown(Event):
    """A person gave or withdrew a consent, or looks for nothing any more: who sees the person from now on, and who does not."""

    type = "recruitment.profile.shown.v1"
    topic = "relais.recruitment.profiles"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01a20336-3b26-76a6-aed0-867dc2ee8f68",
                    "person_id": "01a20335-fcdc-7037-989e-f51fe6aacb61",
                    "pool_id": "01a20335-b6c9-7a7a-81f0-b4bb5740137f",
                    "authority_path": "FR.FR-44",
                    "occupation_code": "FR-IDE",
                    "state": "looking",
                    "shown_to": ["FR-44-EHPADSB"],
                    "hidden_from": ["FR-44-HIPR"],
                }
            ]
        }
    )

    person_id: UUID
    pool_id: UUID
    authority_path: str
    occupation_code: str
    state: Literal["looking", "ended"]
    shown_to: list[str]
    hidden_from: list[str]
