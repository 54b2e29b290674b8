"""What the registry tells when two persons are one, and when they are two again."""

from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.registry.merges.models import Merge
from shared.events import Event
from shared.persons import TOPIC, Became

_EXAMPLE: dict[str, Any] = {
    "id": "0193f2a0-0000-7000-8000-000000000002",
    "merge_id": "0193f2a0-0000-7000-8000-000000000001",
    "surviving_id": "0193f2a0-0000-7000-8000-000000000003",
    "state": "merged",
    "ids": [{"old_id": "0193f2a0-0000-7000-8000-000000000002", "id": "0193f2a0-0000-7000-8000-000000000003"}],
}


class PersonMergeTold(Event):
    topic = TOPIC

    merge_id: UUID
    surviving_id: UUID
    ids: list[Became] = Field(description="Which id is which now: the person's, and that of each occupation in which both had a row.")

    @classmethod
    def about(cls, merge: Merge, ids: list[Became]) -> Self:
        return cls(id=merge.retired_id, merge_id=merge.id, surviving_id=merge.surviving_id, ids=ids)


class PersonMerged(PersonMergeTold):
    """Two persons are one: what anybody holds of the retired one, by whose id it is told, is about the surviving one."""

    type = "registry.person.merged.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    state: Literal["merged"] = "merged"


class PersonUnmerged(PersonMergeTold):
    """They were two after all: what was moved by this merge goes back, and what was written since stays."""

    type = "registry.person.unmerged.v1"
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"state": "unmerged"}]})

    state: Literal["unmerged"] = "unmerged"
