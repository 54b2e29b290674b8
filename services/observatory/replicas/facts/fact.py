"""What every fact has, and the line that is kept of it."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel

from shared.events import Received

COMMON = ("id", "authority_path", "shared_with", "state", "person_id", "kind", "amount", "currency")


class Fact(BaseModel):
    """What every thing has. The class says which of its fields are its places, its days and its kind."""

    topic: ClassVar[str]
    places: ClassVar[tuple[str, ...]] = ("facility_code",)
    begins: ClassVar[str] = "starts_on"
    ends: ClassVar[str] = "ends_on"
    decided: ClassVar[str] = "done_on"
    sort: ClassVar[str] = "kind"  # the field that says which kind of thing it is
    worth: ClassVar[str] = "amount"

    id: UUID
    authority_path: str = ""
    shared_with: list[str] = []

    @classmethod
    def name(cls) -> str:
        """How figures call the topic: `training.sessions`."""
        return cls.topic.removeprefix("relais.")

    def row(self, event: Received[Any]) -> dict[str, Any]:
        """The line that is kept. The state is the thing's own, or what has just happened to it (`recruitment.hire.revoked.v1`)."""
        said = self.model_dump(mode="json")
        named = {name for name in (self.begins, self.ends, self.decided, self.worth) if name in said}
        return {
            "topic": self.name(),
            "id": said["id"],
            "authority_path": said["authority_path"],
            "shared_with": said["shared_with"],
            "state": said.get("state") or said.get("status") or event.type.split(".")[-2],
            "kind": said.get(self.sort),
            "person_id": said.get("person_id"),
            "facility_codes": self._places(said),
            "starts_on": said.get(self.begins),
            "ends_on": said.get(self.ends),
            "done_on": said.get(self.decided),
            "amount": said.get(self.worth),
            "currency": said.get("currency"),
            "recorded_at": event.time.isoformat(),
            "details": {name: value for name, value in said.items() if name not in named and name not in COMMON and value is not None},
        }

    def _places(self, said: dict[str, Any]) -> list[str]:
        found = [said.get(name) for name in self.places]
        flat = [code for value in found for code in (value if isinstance(value, list) else [value])]
        return list(dict.fromkeys(code for code in flat if code))


class Owned(Fact):
    """A thing at a facility."""

    state: str = ""
    facility_code: str | None = None


class Personal(Owned):
    """A thing about one person, from a first to a last day."""

    person_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
