"""A placement: somebody of one side learns for some months in a unit of the other one. What is over before Relais was used is entered from a register."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.rotation.base import Base, Record
from services.rotation.exchanges.models import BOOK
from services.rotation.placements.months import whole_months
from services.rotation.placements.workflow import APPLIED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule
from shared.visibility import AuthorityPath

refuse_when(
    "placement_within_quota",
    "quota-reached",
    _("All the places of this civil year are taken."),
    rule=Rule("EXC-01", None, "placements", BOOK),
    possible=_("Begin in another year, or cancel a placement that nobody needs any more."),
)
refuse_when(
    "placement_within_capacity",
    "unit-full",
    _("The unit hosts as many people as it can on some of these days."),
    rule=Rule("EXC-01", None, "people in the unit on a day", BOOK),
    possible=_("Choose other days or another unit."),
)
refuse_when(
    "placement_within_papers",
    "stay-beyond-papers",
    _("The stay would last longer than the visa or the insurance."),
    rule=Rule("EXC-02", None, "last day", "Relais rule book, exchanges (a stay ends on the last day of visa and insurance at the latest)"),
    possible=_("Shorten the stay first, or have the paper extended."),
)
refuse_when(
    "placement_once",
    "already-placed",
    _("This person has another placement on these days."),
    rule=Rule("EXC-ONE", 1, "placement of a person on a day", "Relais rule book, exchanges (one placement at a time)"),
    possible=_("Choose days outside the other placement, or cancel that one."),
)
refuse_when(
    "placement_applied_once",
    "applied-already",
    _("This person has applied to this call already."),
    rule=Rule("EXC-CALL", 1, "application of a person to a call", "Relais rule book, exchanges (who applies does so while the call is open)"),
    possible=_("Go on with the application that exists."),
)
refuse_when(
    "placement_decider_is_not_author",
    "decider-is-author",
    _("Another person than the one who entered the application must decide."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who proposes does not approve)"),
    possible=_("Ask somebody else of one of the two sides."),
)


class Paper(Base):
    """What a step leaves: proof of language, course, scholarship, convention, visa, insurance, commitment to return. Said again, it replaces what was said."""

    __tablename__ = "exchange_papers"

    placement_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_placements.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str | None]
    level: Mapped[str | None]
    asked_on: Mapped[date | None]
    since: Mapped[date | None]
    valid_until: Mapped[date | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    months: Mapped[int | None] = mapped_column(SmallInteger)
    said_by: Mapped[str]
    said_on: Mapped[date]


class Named(Base):
    """Who supervises at the host's, and who does the work at home; the name is told by the side that employs the person."""

    __tablename__ = "exchange_people"

    placement_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_placements.id"), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    name: Mapped[str]


class Placement(Record):
    """It belongs to the home's authority and is shared with the host."""

    __tablename__ = "exchange_placements"

    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("exchange_calls.id"))
    person_id: Mapped[UUID]
    person_name: Mapped[str | None]
    occupation_code: Mapped[str | None]
    home_code: Mapped[str]
    home_unit: Mapped[str | None]
    host_code: Mapped[str]
    host_path: Mapped[str] = mapped_column(AuthorityPath)
    host_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("host_units.id"))
    host_unit: Mapped[str | None]
    field: Mapped[str]
    status_type: Mapped[str | None]
    language: Mapped[str | None]
    language_level: Mapped[str | None]
    purpose: Mapped[str] = mapped_column(default="return")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    ended_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=APPLIED)
    from_register: Mapped[bool] = mapped_column(default=False)
    home_pack: Mapped[str | None]
    host_pack: Mapped[str | None]
    motivation: Mapped[str | None]
    applied_by: Mapped[str | None]
    applied_on: Mapped[date | None]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    decision_reason: Mapped[str | None]
    accepted_by: Mapped[str | None]
    accepted_on: Mapped[date | None]
    hold_id: Mapped[UUID | None]
    released_by: Mapped[str | None]
    released_on: Mapped[date | None]
    departed_on: Mapped[date | None]
    arrived_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    review: Mapped[str | None]
    interrupted: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]
    returned_on: Mapped[date | None]
    debriefed_on: Mapped[date | None]
    debrief: Mapped[str | None]
    informed_on: Mapped[date | None]
    opted_out_on: Mapped[date | None]
    today_post: Mapped[str | None]
    today_place: Mapped[str | None]
    today_on: Mapped[date | None]
    papers: Mapped[list[Paper]] = relationship(lazy="selectin", order_by=Paper.kind, cascade="all, delete-orphan")
    people: Mapped[list[Named]] = relationship(lazy="selectin", order_by=Named.part, cascade="all, delete-orphan")

    @property
    def last_day(self) -> date:
        return max(self.starts_on, self.ended_on or self.ends_on)

    @property
    def months(self) -> int:
        """How long the stay is, or was."""
        return whole_months(self.starts_on, self.last_day)

    @property
    def home(self) -> tuple[str, str]:
        return self.home_code, self.authority_path

    @property
    def host(self) -> tuple[str, str]:
        return self.host_code, self.host_path

    def paper(self, kind: str) -> Paper | None:
        return next((paper for paper in self.papers if paper.kind == kind), None)

    def named(self, part: str) -> Named | None:
        return next((one for one in self.people if one.part == part), None)

    def name_person(self, part: str, person_id: UUID, name: str) -> None:
        known = self.named(part)
        if known is None:
            self.people.append(Named(part=part, person_id=person_id, name=name))
        else:
            known.person_id, known.name = person_id, name

    @property
    def scholarship(self) -> tuple[int, str | None]:
        """What the scholarship is worth in all, in minor units, with its currency."""
        paper = self.paper("scholarship")
        return (paper.amount * paper.months, paper.currency) if paper and paper.amount and paper.months else (0, None)

    def opt_out(self, on: date) -> None:
        """Nothing more is said of the person than that the placement took place."""
        self.opted_out_on = on
        self.today_post = self.today_place = self.today_on = self.person_name = None
        self.version += 1
