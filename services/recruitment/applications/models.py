"""An application from the public site: one person, several employers, each with the person's own consent. Only `person_id` is held here, never a name."""

from datetime import date
from typing import Self
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.base import Base
from services.recruitment.profiles.models import Profile
from services.recruitment.records import Record
from services.recruitment.vacancies.models import Vacancy
from services.recruitment.workflow import CHOICE, LOOKING, OPEN, RECEIVED, SITE_APPLICATION
from shared.errors import refuse_when
from shared.files import StoredFile
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule
from shared.visibility import Protected

BOOK = "Relais rule book, pools (several employers share one charter, one publication of needs and those candidates who consent)"
PTRH_01 = Rule("PTRH-01", 1, "consent to each employer", BOOK)
refuse_when("application_choice_once", "chosen-already", _("This post is in the application already."), rule=PTRH_01, possible=_("Choose each post once."))
refuse_when(
    "application_key",
    "key-in-use",
    _("This secret opens another application already."),
    rule=Rule("REC-LINK", 1, "application that a private link opens", "Relais rule book, applications (a private link opens one application and expires)"),
    possible=_("Draw another secret."),
)
refuse_when(
    "candidacy_once_per_need",
    "already-a-candidate",
    _("This person has already applied in this campaign."),
    rule=PTRH_01,
    possible=_("Open the person's candidacy in the list of the campaign."),
)


class Application(Record):
    """`shared_with` are the employers who are consented to, and the database alone writes it. `key_hash` is what is kept of the private link."""

    __tablename__ = "applications"

    person_id: Mapped[UUID]
    pool_id: Mapped[UUID | None] = mapped_column(ForeignKey("pools.id"))
    occupation_code: Mapped[str]
    degree: Mapped[str]
    experience: Mapped[str]
    left_public_sector: Mapped[bool]
    available_from: Mapped[date]
    message: Mapped[str | None]
    wishes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    language: Mapped[str]
    submitted_on: Mapped[date]
    ended_on: Mapped[date | None]
    key_hash: Mapped[bytes | None]
    key_expires_on: Mapped[date | None]
    profile_id: Mapped[UUID | None] = mapped_column(ForeignKey("profiles.id"))
    state: Mapped[str] = mapped_column(default=OPEN)
    choices: Mapped[list["Choice"]] = relationship(lazy="selectin", order_by="Choice.id")
    steps: Mapped[list["Step"]] = relationship(lazy="selectin", order_by="Step.done_on, Step.id")
    files: Mapped[list["ApplicationFile"]] = relationship(lazy="selectin", order_by="ApplicationFile.added_on, ApplicationFile.id")

    profile: Mapped[Profile | None] = relationship(lazy="selectin")

    @property
    def in_pool(self) -> bool:
        """Whether the candidate is in the pool's file because they asked for it with this application."""
        return self.profile is not None and self.profile.state == LOOKING

    def finish(self, act: str, *, on: date) -> None:
        """Withdrawn by the candidate, or ended because no employer has it before them any more."""
        self.move(act, SITE_APPLICATION)
        self.ended_on = on

    def note(self, what: str, *, on: date, by: str, choice: "Choice | None" = None, note: str | None = None) -> None:
        """A step that the candidate reads."""
        self.steps.append(
            Step(
                id=uuid7(),
                application_id=self.id,
                choice_id=choice.id if choice else None,
                authority_path=choice.authority_path if choice else self.authority_path,
                shared_with=[],
                what=what,
                done_on=on,
                done_by=by,
                note=note,
            )
        )


class Choice(Record):
    """One employer's post in an application: how far it is, and whether the candidate still consents."""

    __tablename__ = "application_choices"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    vacancy_id: Mapped[UUID] = mapped_column(ForeignKey("vacancies.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    facility_code: Mapped[str]
    candidacy_id: Mapped[UUID | None] = mapped_column(ForeignKey("candidacies.id"))
    consented_on: Mapped[date]
    consent_withdrawn_on: Mapped[date | None]
    moved_on: Mapped[date]
    reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=RECEIVED)
    vacancy: Mapped[Vacancy] = relationship(lazy="selectin")

    @property
    def is_running(self) -> bool:
        return self.state in ("received", "read", "interview")

    def step(self, act: str, *, on: date, reason: str | None = None) -> None:
        self.move(act, CHOICE)
        self.moved_on, self.reason = on, reason


class Step(Protected, Base):
    """What was done when, for the candidate and for those who work on it."""

    __tablename__ = "application_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    choice_id: Mapped[UUID | None] = mapped_column(ForeignKey("application_choices.id"))
    what: Mapped[str]
    done_on: Mapped[date]
    done_by: Mapped[str]
    note: Mapped[str | None]


class ApplicationFile(Protected, Base):
    """A paper that the candidate handed in, on the site or in a contest; without its hash it was destroyed after its time."""

    __tablename__ = "application_files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("applications.id"))
    contest_application_id: Mapped[UUID | None] = mapped_column(ForeignKey("contest_applications.id"))
    person_id: Mapped[UUID]
    paper: Mapped[str]
    sha256: Mapped[str | None]
    size: Mapped[int]
    kind: Mapped[str]
    added_on: Mapped[date]

    @classmethod
    def of(cls, person_id: UUID, authority_path: str, paper: str, file: StoredFile, on: date) -> Self:
        """A paper beside the application to which it is added, of the same person and behind the same walls."""
        walls = {"person_id": person_id, "authority_path": authority_path, "shared_with": []}
        return cls(id=uuid7(), paper=paper, sha256=file.sha256, size=file.size, kind=file.kind, added_on=on, **walls)
