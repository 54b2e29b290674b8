"""A prospect was contacted: when, by whom, how, and what came of it. The registry keeps who it is, as a candidate, for as long as that purpose is served."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.recruitment.records import Record
from services.recruitment.workflow import CONTACTED
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

NEVER_AGAIN = Rule("REC-PROSPECT", 0, "contacts after a person asked for none", "Regulation (EU) 2016/679, article 21; Law 91/2025/QH15 (whoever objects is contacted no more)")
refuse_when(
    "outreach_after_never_again",
    "asked-not-to-be-contacted",
    _("This person asked not to be contacted any more."),
    rule=NEVER_AGAIN,
    possible=_("Wait until they come to you of their own accord."),
)


class Outreach(Record):
    """One contact with somebody who may want to come."""

    __tablename__ = "outreaches"

    pool_id: Mapped[UUID | None] = mapped_column(ForeignKey("pools.id"))
    person_id: Mapped[UUID]
    occupation_code: Mapped[str]
    channel: Mapped[str]
    outcome: Mapped[str]
    words: Mapped[str | None]
    follow_up_on: Mapped[date | None]
    contacted_on: Mapped[date]
    contacted_by: Mapped[str]
    state: Mapped[str] = mapped_column(default=CONTACTED)
