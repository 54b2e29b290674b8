"""Accompaniment over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, StringConstraints, model_validator

from services.recruitment.accompaniments.models import Accompaniment
from services.recruitment.accompaniments.permissions import can_keep
from services.recruitment.policies.schemas import Code, Line, Reference
from services.recruitment.workflow import ACCOMPANIMENT
from shared.actions import Action, action
from shared.auth import Caller
from shared.i18n import _
from shared.records import Body

Channel = Literal["phone", "email", "letter", "meeting", "forum"]
Outcome = Literal["hired", "training", "settled", "elsewhere", "stopped", "unreachable"]
Words = Annotated[str, StringConstraints(min_length=2, max_length=2000)]


class NextStep(Body):
    """What comes next and when; neither without the other."""

    next_step: Line | None = None
    next_on: date | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.next_step is None) != (self.next_on is None):
            raise ValueError(_("A next step has a day, and a day a step."))
        return self


class AccompanimentCreate(NextStep):
    """A person whom the registry keeps as a candidate, with what they want to reach; the caller is the adviser."""

    reference: Reference | None = None
    pool_id: UUID | None = None
    authority: Code
    person_id: UUID
    goal: Line
    done_on: date | None = None


class EntryCreate(NextStep):
    """What was done, and what comes next."""

    kind: Literal["contact", "step", "training", "visit"]
    channel: Channel | None = None
    words: Words
    done_on: date | None = None

    @model_validator(mode="after")
    def _says_how(self) -> Self:
        if self.kind == "contact" and self.channel is None:
            raise ValueError(_("Say how the contact was made."))
        return self


class ClosingCreate(Body):
    outcome: Outcome
    words: Line | None = None
    done_on: date | None = None


class EntryRead(BaseModel):
    id: UUID
    kind: str
    channel: str | None
    words: str
    done_on: date


class AccompanimentRead(BaseModel):
    """A dossier and its line of time."""

    id: UUID
    reference: str | None
    pool_id: UUID | None
    person_id: UUID
    adviser_name: str
    goal: str
    opened_on: date
    next_step: str | None
    next_on: date | None
    closed_on: date | None
    outcome: Outcome | None
    outcome_words: str | None
    state: Literal["open", "closed"]
    entries: list[EntryRead]
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, dossier: Accompaniment) -> Self:
        values = {name: getattr(dossier, name) for name in cls.model_fields if name != "entries" and hasattr(dossier, name)}
        return cls(
            **values,
            entries=[EntryRead(id=one.id, kind=one.kind, channel=one.channel, words=one.words, done_on=one.done_on) for one in dossier.entries],
            available_actions=[action(act, can_keep(caller, dossier), lambda act=act: ACCOMPANIMENT.after(act, dossier.state)) for act in ("add_entry", "ask_service", "close")],  # type: ignore[misc]
        )
