"""What the registry hears of training: a diploma was obtained. Only the fields that it uses."""

from datetime import date
from typing import Literal
from uuid import UUID

from shared.events import Event


class DegreeObtained(Event):
    """A study that was paid for ended with its diploma."""

    type = "training.degree.obtained.v1"
    topic = "relais.training.sponsorships"

    person_id: UUID
    qualification_type: Literal["ck1", "ck2", "bsnt", "master", "phd"]
    specialty: str | None
    institution: str
    obtained_on: date
    number: str | None
