"""A course of the catalogue: what is taught, for how long, and what it is worth."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Mapped, mapped_column

from services.training.base import Record
from services.training.workflow import OPEN
from shared.errors import refuse_when
from shared.i18n import _
from shared.rulepacks import Rule

refuse_when(
    "course_code",
    "course-code-taken",
    _("Another course of this authority has the same code."),
    rule=Rule("TRN-CODE", 1, "course per code", "Relais rule book, training (a course is known by its code)"),
    possible=_("Choose another code."),
)


class Course(Record):
    """A course that sessions repeat. `authority` is the authority or facility that offers it."""

    __tablename__ = "courses"

    state: Mapped[str] = mapped_column(default=OPEN)
    authority: Mapped[str]
    code: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    field: Mapped[str]
    skill: Mapped[str]
    hours: Mapped[Decimal]
    credits: Mapped[Decimal]
    provider: Mapped[str | None]
    created_by: Mapped[str]
    created_on: Mapped[date]
