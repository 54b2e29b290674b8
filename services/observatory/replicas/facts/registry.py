"""What the registry tells of rights, absences and requests."""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, Field

from services.observatory.replicas.facts.fact import Owned, Personal


class Licence(Personal):
    """The right to practise, as the issuer says it."""

    topic: ClassVar[str] = "relais.registry.licences"
    begins: ClassVar[str] = "issued_on"
    ends: ClassVar[str] = "expires_on"

    scope: list[str] = Field(default=[])
    status: str = ""
    issued_on: date | None = None
    expires_on: date | None = None


class Absence(Personal):
    """Somebody is away on these days; why is nobody's business."""

    topic: ClassVar[str] = "relais.registry.absences"


class HoldPeriod(BaseModel):
    """Days that are taken."""

    starts_on: date
    ends_on: date


class Hold(Personal):
    """A person's days that a leave, session, mission or stay has taken."""

    topic: ClassVar[str] = "relais.registry.holds"

    kind: str = ""
    periods: list[HoldPeriod] = Field(default=[])


class Request(Owned):
    """What somebody asked of the administration, its clock and its outcome; who asked is not told."""

    topic: ClassVar[str] = "relais.registry.requests"
    begins: ClassVar[str] = "asked_on"
    ends: ClassVar[str] = "due_on"
    decided: ClassVar[str] = "decided_on"
    sort: ClassVar[str] = "procedure"

    procedure: str = ""
    channel: str = ""
    asked_on: date | None = None
    due_on: date | None = None
    decided_on: date | None = None
    by_silence: bool = False
