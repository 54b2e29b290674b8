"""Applications over HTTP: as the candidate says and reads them, and as the employers do."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.recruitment.applications.models import Application, ApplicationFile, Choice
from services.recruitment.applications.permissions import can_move, can_renew_link
from services.recruitment.candidacies.schemas import Experience
from services.recruitment.policies.schemas import Line, Reference, Word
from services.recruitment.vacancies.schemas import VacancyPublic
from services.recruitment.workflow import CHOICE
from shared.actions import Action, action
from shared.auth import ALLOWED, Caller
from shared.i18n import _
from shared.records import Body

Wish = Literal["housing", "childcare", "mobility"]
Paper = Literal["cv", "diploma", "letter", "other"]
Message = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{32,100}$")]


class Said(Body):
    """What a candidate says once, for every employer whom they choose."""

    vacancy_ids: list[UUID] = Field(min_length=1, max_length=20, description="The posts; each employer among them may see the file, and nobody else.")
    consent: Literal[True] = Field(description="The candidate agrees that the employers of these posts see what is said here.")
    degree: Word = Field(examples=["state_diploma"])
    experience: Experience
    left_public_sector: bool = False
    available_from: date
    message: Message | None = None
    wishes: list[Wish] = Field([], max_length=3, description="With what the candidate would want help: it is no criterion.")
    pool_consent: bool = Field(
        False, description="The candidate also agrees to be in the pool's file: every employer of the pool that accepted its charter is shown them, until they take it back."
    )


class ApplicationCreate(Said):
    """The same from the public site. The name and how to reach them go to the register of persons and stay there alone."""

    name: Annotated[str, StringConstraints(min_length=2, max_length=200)] = Field(examples=["Camille Durand"])
    email: Annotated[str, StringConstraints(min_length=3, max_length=300)] | None = Field(None, examples=["camille.durand@example.org"])
    phone: Annotated[str, StringConstraints(min_length=3, max_length=40)] | None = Field(None, examples=["+33 6 12 34 56 78"])
    key: Key | None = Field(None, description="The secret of the private link when the sender made it, so that a form sent twice is one application; drawn when it is not said.")

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not self.email and not self.phone:
            raise ValueError(_("Say an e-mail address or a phone number, or nobody can answer you."))
        return self


class ApplicationEntry(Said):
    """One that was received on paper, at a forum or by telephone, of a person whom the registry knows; the consent is recorded with it."""

    reference: Reference | None = None
    person_id: UUID
    done_on: date | None = None


class ByKey(Body):
    """The secret of the private link, in a body so that no log and no history holds it."""

    key: Key


class WithdrawalByKey(ByKey):
    """Of the whole application, or of one employer's post: that employer no longer sees anything of it."""

    choice_id: UUID | None = None


class OwnWithdrawal(Body):
    choice_id: UUID | None = None


class Move(Body):
    """The next step of an employer, with words for the candidate."""

    step: Literal["read", "interview", "keep", "turn_down"]
    reason: Line | None = None
    done_on: date | None = None


class LinkRenewal(Body):
    """A new private link for a candidate who lost theirs. Whoever asks draws the secret: no answer tells it, and nothing keeps it."""

    key: Key
    verified: Literal["phone", "email", "in_person"] = Field(
        description="How it was made sure that it is the candidate: called back, written to as they said when they applied, or seen with a document."
    )


class FileRead(BaseModel):
    """A paper that was handed in; `is_kept` says whether it is still there."""

    id: UUID
    paper: str
    kind: str
    size: int
    added_on: date
    is_kept: bool

    @classmethod
    def of(cls, file: ApplicationFile) -> Self:
        return cls(id=file.id, paper=file.paper, kind=file.kind, size=file.size, added_on=file.added_on, is_kept=file.sha256 is not None)


class StepRead(BaseModel):
    what: str
    choice_id: UUID | None
    done_on: date
    note: str | None


class ChoiceRead(BaseModel):
    """One employer's post of an application."""

    id: UUID
    vacancy: VacancyPublic
    facility_code: str
    need_id: UUID
    candidacy_id: UUID | None
    state: Literal["received", "read", "interview", "kept", "not_kept", "withdrawn"]
    consented_on: date
    consent_withdrawn_on: date | None
    moved_on: date
    reason: str | None
    available_actions: list[Action]

    @classmethod
    def _of(cls, choice: Choice, actions: list[Action]) -> Self:
        values: dict[str, Any] = {name: getattr(choice, name) for name in cls.model_fields if name != "vacancy" and hasattr(choice, name)}
        return cls(**values, vacancy=VacancyPublic.of(choice.vacancy), available_actions=actions)

    @classmethod
    def seen_by(cls, caller: Caller, choice: Choice) -> Self:
        acts = ("read", "interview", "keep", "turn_down")
        return cls._of(choice, [action(act, can_move(caller, choice), lambda act=act: CHOICE.after(act, choice.state)) for act in acts])  # type: ignore[misc]

    @classmethod
    def own(cls, choice: Choice) -> Self:
        return cls._of(choice, [action("withdraw", ALLOWED, lambda: CHOICE.after("withdraw", choice.state))])


class Common(BaseModel):
    id: UUID
    state: Literal["open", "withdrawn", "ended"]
    submitted_on: date
    ended_on: date | None
    degree: str
    experience: Experience
    available_from: date
    message: str | None
    wishes: list[Wish]
    choices: list[ChoiceRead]
    steps: list[StepRead]
    files: list[FileRead]


def _common(application: Application) -> dict[str, Any]:
    names = ("id", "state", "submitted_on", "ended_on", "degree", "experience", "available_from", "message", "wishes")
    return {name: getattr(application, name) for name in names} | {
        "steps": [StepRead(what=step.what, choice_id=step.choice_id, done_on=step.done_on, note=step.note) for step in application.steps],
        "files": [FileRead.of(file) for file in application.files],
    }


class OwnApplication(Common):
    """What the candidate reads of their own: every step, every employer, until when the link opens. No name: whoever holds a lost link learns none."""

    link_until: date | None
    in_pool: bool = Field(description="Whether the candidate is in the pool's file because they asked for it with this application.")
    key: str | None = Field(None, description="The secret of the private link, told once, when the application is received.")

    @classmethod
    def of(cls, application: Application, key: str | None = None) -> Self:
        return cls(
            **_common(application), choices=[ChoiceRead.own(choice) for choice in application.choices], link_until=application.key_expires_on, in_pool=application.in_pool, key=key
        )


class ApplicationRead(Common):
    """What those read who work on it: of other employers nothing."""

    reference: str | None
    person_id: UUID
    pool_id: UUID | None
    occupation_code: str
    shared_with: list[str]
    link_until: date | None = Field(description="Last day on which the candidate's private link opens.")
    available_actions: list[Action]

    @classmethod
    def seen_by(cls, caller: Caller, application: Application) -> Self:
        return cls(
            **_common(application),
            reference=application.reference,
            person_id=application.person_id,
            pool_id=application.pool_id,
            occupation_code=application.occupation_code,
            shared_with=[code for code in application.shared_with if any(choice.facility_code == code for choice in application.choices)],
            choices=[ChoiceRead.seen_by(caller, choice) for choice in application.choices],
            link_until=application.key_expires_on,
            available_actions=[action("renew_link", can_renew_link(caller, application))],
        )
