"""How many patients a post sent to the upper level in a month, as the post tells it: counts alone, never a patient."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from services.rotation.base import Record
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "referral_of_those_seen",
    "more-referred-than-seen",
    _("More patients would be referred than were seen."),
    rule=Rule("ROT-REFERRALS", "at most those seen", "patients referred", "Relais rule book, rotation (referrals are some of the consultations)"),
    possible=_("Correct one of the two numbers."),
)


class Referral(Record):
    """One month of one post, in one specialty or in all together. It belongs to the post and is shared with those who support it."""

    __tablename__ = "referrals"

    state: Mapped[str] = mapped_column(default="told")
    facility_code: Mapped[str]
    month: Mapped[date]
    specialty: Mapped[str]
    referred: Mapped[int]
    consultations: Mapped[int | None]
    told_by: Mapped[str]
    told_on: Mapped[date]
