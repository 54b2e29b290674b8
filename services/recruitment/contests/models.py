"""A contest: posts by region and title, papers that a jury marks without knowing whose they are, and a list that anybody may compute again."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.recruitment.applications.models import ApplicationFile
from services.recruitment.base import Base
from services.recruitment.campaigns.models import Campaign
from services.recruitment.contests.ranking import Formula
from services.recruitment.contests.ranking import Paper as Weighed
from services.recruitment.records import Record
from services.recruitment.rules import PACKS
from services.recruitment.workflow import APPLICATION, CONTEST, DRAFT, NUMBERED, SUBMITTED
from shared.errors import refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.rulepacks import Rule, RulePack
from shared.visibility import Protected

BOOK = "Relais rule book, contests (state machines)"

refuse_when(
    "contest_code",
    "contest-code-taken",
    _("Another contest of this authority has the same code."),
    rule=Rule("REC-CODE", 1, "campaign per code", "Relais rule book, recruitment (a campaign is known by its code)"),
    possible=_("Choose another code."),
)
refuse_when(
    "contest_application_once",
    "already-applied",
    _("This person has already applied in this contest."),
    rule=Rule("REC-ONCE", 1, "application per contest", "Relais rule book, recruitment (one active application per campaign)"),
    possible=_("Open the person's application in the list of the contest."),
)
refuse_when(
    "contest_application_key",
    "key-in-use",
    _("This secret opens another application already."),
    rule=Rule("REC-LINK", 1, "application that a private link opens", "Relais rule book, applications (a private link opens one application and expires)"),
    possible=_("Draw another secret."),
)
refuse_when(
    "contest_application_in_time",
    "window-closed",
    _("Applications are received while the window is open alone."),
    rule=Rule("REC-WINDOW", None, "", "Relais rule book, contests (an application after the last day is refused)"),
    possible=_("Apply in a contest that is open."),
)
refuse_when(
    "contest_member_once",
    "already-in-the-jury",
    _("This account is in the jury already."),
    rule=Rule("REC-04", 1, "seat in the jury for an account", BOOK),
    possible=_("Name another account."),
)
refuse_when(
    "contest_one_chair",
    "jury-has-a-chair",
    _("The jury has a chair already."),
    rule=Rule("REC-04", 1, "chair of a jury", BOOK),
    possible=_("Name this account as a member."),
)
refuse_when(
    "contest_member_named_by_another",
    "jury-names-itself",
    _("Nobody names themselves into a jury."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (nobody checks, approves or grants what they declared, proposed or asked for)"),
    possible=_("Ask a colleague who may do this."),
)
refuse_when(
    "contest_conflict_once",
    "conflict-declared-already",
    _("This conflict is declared already."),
    rule=Rule("REC-04", 1, "declaration for a member and a candidate", BOOK),
)
refuse_when(
    "contest_marks_closed",
    "marks-closed",
    _("The marks of this contest are closed: none is entered, changed or taken back."),
    rule=Rule("REC-03", NUMBERED, "state of the contest", "Relais rule book, contests (marks are locked by the chair)"),
    possible=_("Marks are entered between the numbering and their closing."),
)
refuse_when(
    "contest_mark_out_of_scale",
    "mark-out-of-scale",
    _("The mark is outside of the scale of the contest."),
    rule=Rule("CONTEST-SCALE", None, "", "Relais rule book, contests (a mark is between 0 and the scale)"),
    possible=_("Enter a mark from 0 to the top of the scale."),
)
refuse_when(
    "contest_marker_in_conflict",
    "marker-in-conflict",
    _("A member who declared a conflict with this candidate does not mark this script."),
    rule=Rule("REC-04", None, "", "Relais rule book, contests (a member in conflict neither sees nor marks that candidate)"),
    possible=_("Another member of the jury marks it."),
)
refuse_when(
    "contest_mark_of_a_script",
    "number-unknown",
    _("No script of this contest has this number."),
    rule=Rule("REC-05", None, "", "Relais rule book, contests (a mark is given to a number of the contest)"),
    possible=_("Look at the list of numbers."),
)


class Part(Protected, Base):
    """A row of a contest, which belongs to whom the contest belongs."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"))


class Lot(Part):
    """The posts of one region and title: they have a ranking of their own (REC-MA-03)."""

    __tablename__ = "contest_lots"

    region: Mapped[str]
    occupation_code: Mapped[str]
    posts: Mapped[int]
    need_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))


class Paper(Part):
    """One paper with its coefficient; a double-marked one is read by two members who do not see each other's mark (REC-02)."""

    __tablename__ = "contest_papers"

    position: Mapped[int]
    code: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    minutes: Mapped[int]
    coefficient: Mapped[Decimal]
    double_marked: Mapped[bool]


class Member(Part):
    """An account in the jury."""

    __tablename__ = "contest_members"

    account: Mapped[str]
    title: Mapped[str]
    role: Mapped[str]
    named_by: Mapped[str]
    named_on: Mapped[date]


class Contest(Record):
    """It carries a campaign, whose window and needs it uses; its papers, its jury, and how far it has come. `names` are those of its places on the day of the notice, by code, for whoever has not signed in."""

    __tablename__ = "contests"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaigns.id"))
    code: Mapped[str]
    title: Mapped[str]
    authority: Mapped[str]
    grade: Mapped[str]
    opening_decision: Mapped[str]
    rule_pack: Mapped[str]
    names: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    exam_on: Mapped[date]
    posts: Mapped[int]
    scale: Mapped[Decimal]
    state: Mapped[str] = mapped_column(default=DRAFT)
    drafted_by: Mapped[str]
    drafted_on: Mapped[date]
    published_by: Mapped[str | None]
    published_on: Mapped[date | None]
    listed_by: Mapped[str | None]
    listed_on: Mapped[date | None]
    numbered_by: Mapped[str | None]
    numbered_on: Mapped[date | None]
    closed_by: Mapped[str | None]
    closed_on: Mapped[date | None]
    lifted_by: Mapped[str | None]
    lifted_on: Mapped[date | None]
    results_by: Mapped[str | None]
    results_on: Mapped[date | None]
    list_valid_until: Mapped[date | None]
    campaign: Mapped[Campaign] = relationship(lazy="selectin")
    lots: Mapped[list[Lot]] = relationship(lazy="selectin", order_by=(Lot.region, Lot.occupation_code))
    papers: Mapped[list[Paper]] = relationship(lazy="selectin", order_by=Paper.position)
    members: Mapped[list[Member]] = relationship(lazy="selectin", order_by=(Member.role, Member.id))

    @property
    def pack(self) -> RulePack:
        return PACKS.pinned(self.rule_pack)

    @property
    def formula(self) -> Formula:
        return Formula.of(self.pack)

    @property
    def weighed(self) -> tuple[Weighed, ...]:
        return tuple(Weighed(paper.code, paper.coefficient) for paper in self.papers)

    def member(self, account: str) -> Member | None:
        return next((member for member in self.members if member.account == account), None)

    @property
    def chair(self) -> Member | None:
        return next((member for member in self.members if member.role == "chair"), None)

    def go(self, act: str, step: str | None, *, by: str, on: date) -> None:
        """An act of the procedure: who did it and when is kept in the columns of its step."""
        self.move(act, CONTEST)
        if step is not None:
            setattr(self, f"{step}_by", by)
            setattr(self, f"{step}_on", on)


class Application(Record):
    """What a person declared, and what was decided about it; nothing of it is known to whoever marks. `key_hash` is what is kept of the private link of whoever applied without an account."""

    __tablename__ = "contest_applications"

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"))
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("contest_lots.id"))
    person_id: Mapped[UUID]
    occupation_code: Mapped[str]
    degree: Mapped[str]
    experience: Mapped[str]
    age: Mapped[int | None]
    quota: Mapped[str | None]
    priority: Mapped[str | None]
    choices: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    documents: Mapped[list[str]] = mapped_column(ARRAY(Text))
    serving: Mapped[bool]
    authorised: Mapped[bool]
    submitted_by: Mapped[str]
    submitted_on: Mapped[date]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    quota_proven: Mapped[bool] = mapped_column(default=False)
    priority_proven: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]
    appealed_on: Mapped[date | None]
    appeal: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_on: Mapped[date | None]
    answer: Mapped[str | None]
    withdrawn_on: Mapped[date | None]
    key_hash: Mapped[bytes | None]
    key_expires_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=SUBMITTED)
    contest: Mapped[Contest] = relationship(lazy="selectin")
    lot: Mapped[Lot] = relationship(lazy="selectin")
    files: Mapped[list[ApplicationFile]] = relationship(lazy="selectin", order_by=(ApplicationFile.added_on, ApplicationFile.id))

    def decide(self, act: str, *, by: str, on: date, reason: str | None) -> None:
        self.move(act, APPLICATION)
        self.decided_by, self.decided_on, self.reason = by, on, reason

    def points(self, pack: RulePack) -> Decimal:
        """Priority points count only when they are proven, the highest alone (R-OVER100)."""
        points = pack.rule("CONTEST-POINTS").value
        return Decimal(str(points.get(self.priority, 0))) if self.priority_proven else Decimal(0)


class Conflict(Part):
    """A member said that they know a candidate too well to judge."""

    __tablename__ = "contest_conflicts"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("contest_members.id"))
    application_id: Mapped[UUID] = mapped_column(ForeignKey("contest_applications.id"))
    ground: Mapped[str]
    declared_on: Mapped[date]
    recorded_by: Mapped[str]


class Mark(Part):
    """A mark for a number by a member; none means that the candidate was absent from the paper."""

    __tablename__ = "contest_marks"

    number: Mapped[str]
    paper_id: Mapped[UUID] = mapped_column(ForeignKey("contest_papers.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("contest_members.id"))
    mark: Mapped[Decimal | None]
    entered_on: Mapped[date]


class KeptRanking(Part):
    """A ranking with all that it was computed from; a later one stands beside it, never in its place (REC-06)."""

    __tablename__ = "contest_rankings"

    lot_id: Mapped[UUID] = mapped_column(ForeignKey("contest_lots.id"))
    revision: Mapped[int]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    result: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    undecided: Mapped[list[list[str]]] = mapped_column(JSONB)
    reason: Mapped[str | None]
    computed_by: Mapped[str]
    computed_on: Mapped[date]


class Result(Protected, Base):
    """What became of one candidate when the list was published, and since."""

    __tablename__ = "contest_results"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("contest_applications.id"), primary_key=True)
    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"))
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("contest_lots.id"))
    number: Mapped[str]
    outcome: Mapped[str]
    rank: Mapped[int | None]
    list: Mapped[str | None]
    waiting: Mapped[int | None]
    average: Mapped[Decimal | None]
    total: Mapped[Decimal | None]
    paper: Mapped[str | None]
    tie: Mapped[str | None]
    choice: Mapped[int | None]
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("needs.id"))
    candidacy_id: Mapped[UUID | None] = mapped_column(ForeignKey("candidacies.id"))
    called_on: Mapped[date | None]
    left_on: Mapped[date | None]
    left_why: Mapped[str | None]
    application: Mapped[Application] = relationship(lazy="selectin")
