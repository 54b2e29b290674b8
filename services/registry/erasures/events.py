"""What the registry tells when a person's file was destroyed: an id that nobody can turn into a name any more."""

from datetime import date

from pydantic import ConfigDict, Field

from shared.erasures import TOPIC
from shared.events import Event


class PersonErased(Event):
    """The file of a person was destroyed: whoever holds anything personal under this id destroys it too, and keeps what is counted."""

    type = "registry.person.erased.v1"
    topic = TOPIC
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "0193f2a0-0000-7000-8000-000000000003", "erased_on": "2026-11-23", "accounts": ["https://identity.example/realms/relais#1f0c"]}]}
    )

    erased_on: date = Field(description="The day on which it was destroyed.")
    accounts: list[str] = Field(
        default_factory=list, description="Issuer and subject of the accounts that the person signed in with: a name that stands beside one of them goes too."
    )
