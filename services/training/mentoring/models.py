"""Mentoring: acts that are taught, mentorships between people of two facilities, levels found on a day, and the levels that a facility needs."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.training.base import Base, Record
from services.training.mentoring.workflow import ACTIVE, ENTRY, MENTORSHIP, RECORDED
from services.training.workflow import OPEN
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule
from shared.visibility import AuthorityPath, Protected

RULE_BOOK = "Relais rule book, training (mentoring logbook)"
TWO_ASSESSORS = "Relais rule book, rotation (two people assess from level 4 on, never the learner)"
refuse_when(
    "mentoring_act_code",
    "act-code-taken",
    _("Another act of this authority has the same code."),
    rule=Rule("MEN-CODE", 1, "act per code", RULE_BOOK),
    possible=_("Choose another code."),
)
refuse_when(
    "mentorship_rests_on_a_relation",
    "no-relation",
    _("Nothing links these two facilities: people of another one teach here under an agreement or in a session."),
    rule=Rule("MEN-RELATION", 1, "agreement or session", RULE_BOOK),
    possible=_("Name the agreement or the session under which they teach."),
)
refuse_when(
    "entry_second_assessor",
    "second-assessor-missing",
    _("From level 4 on two people assess."),
    rule=Rule("TRF-03", 4, "level from which two assess", TWO_ASSESSORS),
    possible=_("Name a second assessor, or record level 3 until there is one."),
)
refuse_when(
    "entry_two_assessors",
    "one-assessor-twice",
    _("The two assessors are two people."),
    rule=Rule("TRF-03", 2, "different persons", TWO_ASSESSORS),
    possible=_("Name another second assessor."),
)
refuse_when(
    "entry_not_of_oneself",
    "assesses-oneself",
    _("Nobody assesses their own level."),
    rule=Rule("TRF-03", "another person", "assessor", TWO_ASSESSORS),
    possible=_("Name an assessor who is not the learner."),
)
refuse_when(
    "entry_once_a_day",
    "level-recorded",
    _("A level of this person for this act is recorded for that day already."),
    rule=Rule("MEN-ONCE", 1, "level per person, act and day", RULE_BOOK),
    possible=_("Strike the entry of that day if it is wrong, or record the level on another day."),
)
FALLS = Rule("MEN-FALL", "re-assessment", "kind of a lower level", "Relais rule book, training (a level never falls silently)")
refuse_when(
    "entry_level_falls",
    "level-falls",
    _("A higher level is recorded already for this person and act."),
    rule=FALLS,
    possible=_("Say why it was assessed again: a lower level is a dated re-assessment."),
)
refuse_when(
    "entry_level_falls_later",
    "level-falls-later",
    _("A later entry is lower and is no re-assessment: beside it this level would fall silently."),
    rule=FALLS,
    possible=_("Record a level that is not above the later one, or strike the later entry first."),
)
refuse_when(
    "entry_assessor_at_level",
    "assessor-below-level",
    _("Whoever assesses is not known to be at the level themselves."),
    rule=Rule("MEN-ASSESSOR", 4, "level of whoever assesses, in the same act", RULE_BOOK),
    possible=_("Have the head of the assessor’s own facility attest their level first, or name another assessor."),
)
refuse_when(
    "entry_attestor_is_another",
    "attestor-is-recorder",
    _("Another person than the one who recorded the entry attests it."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who proposes does not approve)"),
    possible=_("Have a head of the facility attest it who did not record it."),
)
refuse_when(
    "mentoring_target_once",
    "target-set",
    _("A needed level of this act is set from that day already."),
    rule=Rule("TRF-01", 1, "needed level per act, occupation and day", RULE_BOOK),
    possible=_("Set it from another day."),
)


class MentoringAct(Record):
    """A clinical or para-clinical act, or an emergency gesture, that is taught by hand; an authority publishes it to its facilities."""

    __tablename__ = "mentoring_acts"

    state: Mapped[str] = mapped_column(default=OPEN)
    authority: Mapped[str]
    code: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    specialty: Mapped[str]
    protocol_version: Mapped[str | None]
    published_by: Mapped[str]
    published_on: Mapped[date]


class HeardAgreement(Protected, Base):
    """An agreement between two facilities, as rotation tells it."""

    __tablename__ = "heard_agreements"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    giver_code: Mapped[str]
    receiver_code: Mapped[str]
    state: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class MentorshipPerson(Base):
    """One who teaches or learns, with the name as the side that employs them tells it."""

    __tablename__ = "mentorship_people"

    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorships.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str]
    name: Mapped[str]
    occupation_code: Mapped[str]
    named_by: Mapped[str]
    named_on: Mapped[date]
    left_on: Mapped[date | None]


class MentorshipAct(Base):
    """An act that is taught in a mentorship, as the catalogue described it when it was chosen."""

    __tablename__ = "mentorship_acts"

    mentorship_id: Mapped[UUID] = mapped_column(ForeignKey("mentorships.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    kind: Mapped[str]
    protocol_version: Mapped[str | None]


class Mentorship(Record):
    """People of one facility teach people of another (or their own colleagues): it belongs to those who learn and is shared with the mentors' facility alone."""

    __tablename__ = "mentorships"

    state: Mapped[str] = mapped_column(default=ACTIVE)
    facility_code: Mapped[str]
    mentor_facility: Mapped[str]
    mentor_path: Mapped[str] = mapped_column(AuthorityPath)
    agreement_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    rule_pack: Mapped[str]
    opened_by: Mapped[str]
    opened_on: Mapped[date]
    ended_on: Mapped[date | None]
    reason: Mapped[str | None]
    people: Mapped[list[MentorshipPerson]] = relationship(lazy="selectin", order_by=(MentorshipPerson.name, MentorshipPerson.person_id), cascade="all, delete-orphan")
    acts: Mapped[list[MentorshipAct]] = relationship(lazy="selectin", order_by=MentorshipAct.title, cascade="all, delete-orphan")

    def of(self, part: str) -> Sequence[MentorshipPerson]:
        """Who teaches, or who learns, and has not left."""
        return [person for person in self.people if person.part == part and person.left_on is None]

    def act(self, code: str) -> MentorshipAct | None:
        return next((act for act in self.acts if act.code == code), None)

    def end(self, *, on: date, reason: str) -> None:
        self.move("end", MENTORSHIP)
        self.ended_on, self.reason = on, reason

    @property
    def last_day(self) -> date:
        return min(self.ends_on, self.ended_on or self.ends_on)


class Entry(Record):
    """One level found on a day: in a mentorship by its assessors, or attested by the head of the person's own facility. Never changed: a later one follows."""

    __tablename__ = "mentoring_entries"

    state: Mapped[str] = mapped_column(default=RECORDED)
    mentorship_id: Mapped[UUID | None] = mapped_column(ForeignKey("mentorships.id"))
    agreement_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    facility_code: Mapped[str]
    person_id: Mapped[UUID]
    act: Mapped[str]
    act_title: Mapped[str]
    act_kind: Mapped[str]
    protocol_version: Mapped[str | None]
    level: Mapped[int] = mapped_column(SmallInteger)
    found_on: Mapped[date]
    place: Mapped[str]
    mentor_id: Mapped[UUID | None]
    second_assessor_id: Mapped[UUID | None]
    assessors_at: Mapped[int] = mapped_column(SmallInteger, default=0)
    reassessment: Mapped[str | None]
    feedback: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_on: Mapped[date]
    attested_by: Mapped[str | None]
    attested_on: Mapped[date | None]
    struck_by: Mapped[str | None]
    struck_on: Mapped[date | None]
    struck_reason: Mapped[str | None]

    def attest(self, *, by: str, on: date) -> None:
        self.move("attest", ENTRY)
        self.attested_by, self.attested_on = by, on

    def strike(self, reason: str, *, by: str, on: date) -> None:
        self.move("strike", ENTRY)
        self.struck_by, self.struck_on, self.struck_reason = by, on, reason


class Target(Record):
    """The level that a facility needs in an act from a day on: of all who learn there, or of one occupation."""

    __tablename__ = "mentoring_targets"

    state: Mapped[str] = mapped_column(default=ACTIVE)
    facility_code: Mapped[str]
    act: Mapped[str]
    act_title: Mapped[str]
    occupation_code: Mapped[str] = mapped_column(default="")
    level: Mapped[int] = mapped_column(SmallInteger)
    since: Mapped[date]
    set_by: Mapped[str]
