"""Two persons of the register who are one: proposed with a reason, confirmed by somebody else, and undone when they were two after all."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.rules import REG_01, REG_01_TWO
from shared.errors import ConstraintSentence, refuse_when
from shared.i18n import _
from shared.ids import uuid7
from shared.visibility import Protected
from shared.workflow import Workflow, act

State = Literal["proposed", "standing", "rejected", "undone"]
PROPOSED, STANDING, REJECTED, UNDONE = "proposed", "standing", "rejected", "undone"

MERGE = Workflow(
    "merge",
    {"confirm": act(PROPOSED, to=STANDING), "reject": act(PROPOSED, to=REJECTED), "undo": act(STANDING, to=UNDONE)},
    citation="Relais rule book, registry (a merge of two persons is proposed, confirmed by another person, and can be undone)",
)

ANOTHER = "proposer-does-not-confirm"
ANOTHER_TEXT = _("Another person confirms a merge than the one who proposed it or whose file it is.")

REASONS = {
    "merge_of_two": ConstraintSentence("merge-with-itself", _("A person is not merged with themselves."), REG_01, _("Name two persons.")),
    "merge_of_retired": ConstraintSentence(
        "merged-already", _("This person’s record is another one’s already."), REG_01, _("Work with the record that stands, or undo the merge that retired this one.")
    ),
    "merge_into_retired": ConstraintSentence(
        "merge-into-retired",
        _("The record that would stay is retired itself, or a merge that would retire it waits."),
        REG_01,
        _("Name the record that stands, or settle the other merge first."),
    ),
    "merge_of_surviving": ConstraintSentence(
        "merge-of-surviving",
        _("Another record has been merged into the one that would be retired, or such a merge waits: merges do not form chains."),
        REG_01,
        _("Let this record stay and retire the other, or undo the earlier merge first."),
    ),
    "merge_asked_once": ConstraintSentence(
        "merge-asked-already", _("A merge that would retire this person’s record has been proposed already."), REG_01, _("Confirm or reject the one that waits.")
    ),
    "merge_identifiers_differ": ConstraintSentence(
        "identifiers-differ",
        _("Both have a verified identifier of the same kind and issuer, and the two differ: they are two people, or one paper is read wrongly."),
        REG_01,
        _("Compare the two papers; remove the identifier that is wrong, then propose again."),
    ),
    "merge_of_erased": ConstraintSentence(
        "person-erased", _("The identifiers of one of them were erased, or the time for which the file is kept is over."), REG_01, _("Leave the erased file as it is.")
    ),
}
"""What speaks against a merge, by the name under which the database refuses it."""

for name, sentence in REASONS.items():
    refuse_when(name, sentence.slug, sentence.text, rule=sentence.rule, possible=sentence.possible)
refuse_when("merge_confirmed_by_another", ANOTHER, ANOTHER_TEXT, rule=REG_01_TWO, possible=_("Ask a colleague who may do this."))


class Merge(Protected, Base):
    """Which of two records stays, which is retired, and who said so. It belongs to the authority of the one that stays and is shared with the other's."""

    __tablename__ = "merges"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    surviving_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    retired_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    state: Mapped[State] = mapped_column(Text, default=PROPOSED)
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_on: Mapped[date]
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
    decided_reason: Mapped[str | None]
    undone_by: Mapped[str | None]
    undone_on: Mapped[date | None]
    undone_reason: Mapped[str | None]
    parties: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    version: Mapped[int] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it as an instance variable
