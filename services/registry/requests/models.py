"""A request, what was done with it, and the files that came with it."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registry.base import Base
from services.registry.records import Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule
from shared.visibility import Protected
from shared.workflow import Workflow, act

State = Literal["submitted", "in_review", "waiting", "accepted", "refused", "withdrawn"]
Channel = Literal["online", "counter"]
SUBMITTED, IN_REVIEW, WAITING, ACCEPTED, REFUSED, WITHDRAWN = "submitted", "in_review", "waiting", "accepted", "refused", "withdrawn"
OPEN = (SUBMITTED, IN_REVIEW, WAITING)

REQUEST = Workflow(
    "request",
    {
        "take_up": act(SUBMITTED, to=IN_REVIEW),
        "ask_documents": act(SUBMITTED, IN_REVIEW, to=WAITING),
        "supply": act(WAITING, to=IN_REVIEW),
        "accept": act(SUBMITTED, IN_REVIEW, to=ACCEPTED),
        "accept_by_silence": act(SUBMITTED, IN_REVIEW, to=ACCEPTED),
        "refuse": act(SUBMITTED, IN_REVIEW, WAITING, to=REFUSED),
        "withdraw": act(*OPEN, to=WITHDRAWN),
    },
    citation="Relais rule book, requests (a request is answered within its delay, which rests while documents are missing)",
)

refuse_when("request_asked_once", "asked-already", _("This was asked already and waits for its answer."), possible=_("Follow the request that waits, or take it back."))
refuse_when(
    "request_decided_by_another",
    "asker-does-not-decide",
    _("This request is your own: another person decides it (SEC-02)."),
    rule=Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who asks does not decide)"),
)


class RequestAct(Protected, Base):
    """One step of a request; never rewritten."""

    __tablename__ = "request_acts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.id"))
    person_id: Mapped[UUID]
    act: Mapped[str]
    day: Mapped[date]
    comment: Mapped[str | None]
    done_by: Mapped[str]
    recorded_at: Mapped[datetime]


class RequestFile(Protected, Base):
    """A file that came with a request; after its time the row alone says so."""

    __tablename__ = "request_files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.id"))
    person_id: Mapped[UUID]
    type: Mapped[str]
    sha256: Mapped[str | None]
    size: Mapped[int]
    kind: Mapped[str]
    added_by: Mapped[str]
    added_on: Mapped[date]
    destroyed_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Request(Record):
    """Something that a person asks, online or on paper at a counter. `due_on` is the last day of the legal delay; while it rests, `days_left` says what is left of it."""

    __tablename__ = "requests"

    state: Mapped[str] = mapped_column(default=SUBMITTED)
    person_id: Mapped[UUID]
    facility_code: Mapped[str]
    procedure: Mapped[str]
    rule_pack: Mapped[str]
    note: Mapped[str | None]
    asked_by: Mapped[str]
    asked_on: Mapped[date]
    due_on: Mapped[date]
    days_left: Mapped[int | None]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    reason: Mapped[str | None]
    attestation_id: Mapped[UUID | None]
    channel: Mapped[Channel] = mapped_column(default="online")
    by_silence: Mapped[bool] = mapped_column(default=False)

    acts: Mapped[list[RequestAct]] = relationship(lazy="selectin", order_by=RequestAct.recorded_at, cascade="all, delete-orphan", passive_deletes=True)
    files: Mapped[list[RequestFile]] = relationship(lazy="selectin", order_by=RequestFile.id, cascade="all, delete-orphan", passive_deletes=True)
