"""What the registry hears of recruitment: to whom a candidate's file is shown, and whether anything of theirs is still open."""

from datetime import date
from typing import Literal
from uuid import UUID

from shared.events import Event


class ApplicationReceived(Event):
    """A candidate applied: the person is kept for it."""

    type = "recruitment.application.received.v1"
    topic = "relais.recruitment.applications"

    person_id: UUID
    shown_to: list[str]
    hidden_from: list[str]


class ProfileShown(Event):
    """Somebody who looks for work in a pool gave or withdrew a consent: who sees the person from now on, and who does not."""

    type = "recruitment.profile.shown.v1"
    topic = "relais.recruitment.profiles"

    person_id: UUID
    shown_to: list[str]
    hidden_from: list[str]


class ApplicationChanged(Event):
    """A candidate gave or took back a consent, or what they applied for came to its end."""

    type = "recruitment.application.changed.v1"
    topic = "relais.recruitment.applications"

    person_id: UUID
    state: Literal["open", "withdrawn", "ended"]
    is_kept: bool
    shown_to: list[str]
    hidden_from: list[str]
    changed_on: date


class ProspectDropped(Event):
    """Nothing is open with this person in recruitment any more."""

    type = "recruitment.prospect.dropped.v1"
    topic = "relais.recruitment.prospects"

    person_id: UUID
    dropped_on: date
