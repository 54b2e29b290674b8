"""A vacancy: what anybody may read of a validated need, with what matters to whoever would move: housing, childcare, transport."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.records import Record
from services.recruitment.workflow import PUBLISHED, VACANCY
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

BOOK = "Relais rule book, vacancies (what is published is a validated need, once, for a time that is said)"
refuse_when(
    "vacancy_once",
    "published-already",
    _("This need is published already."),
    rule=Rule("REC-VACANCY", 1, "publication of each need", BOOK),
    possible=_("Withdraw the vacancy that stands first."),
)


class Vacancy(Record):
    """No person stands in it: it is read without an account."""

    __tablename__ = "vacancies"

    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    pool_id: Mapped[UUID | None] = mapped_column(ForeignKey("pools.id"))
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaigns.id"))
    facility_code: Mapped[str]
    occupation_code: Mapped[str]
    title: Mapped[str]
    employer: Mapped[str]
    place: Mapped[str]
    area_code: Mapped[str]
    words: Mapped[str]
    seats: Mapped[int]
    about: Mapped[str]
    contract: Mapped[str | None]
    hours: Mapped[str | None]
    pay: Mapped[str | None]
    starts_from: Mapped[date | None]
    housing: Mapped[str | None]
    childcare: Mapped[str | None]
    transport: Mapped[str | None]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    published_by: Mapped[str]
    published_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
    withdrawal_reason: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=PUBLISHED)

    def is_open(self, day: date) -> bool:
        return self.state == PUBLISHED and self.opens_on <= day <= self.closes_on

    def withdraw(self, *, on: date, reason: str) -> None:
        self.move("withdraw", VACANCY)
        self.withdrawn_on, self.withdrawal_reason = on, reason
