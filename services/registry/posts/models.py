"""Posts: the establishment of a facility, dated; a post is neither the person who holds it nor the assignment."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from sqlalchemy import FetchedValue, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.beliefs import Effective, history_of

PostAct = Literal["recorded", "changed", "frozen", "unfrozen", "abolished"]
PostState = Literal["planned", "authorised", "vacant", "filled", "over_filled", "frozen", "abolished"]


class Post(Effective, Base):
    """One period of a post: what it is for and how much work it is."""

    __tablename__ = "posts"

    facility_id: Mapped[UUID]
    facility_code: Mapped[str]
    unit: Mapped[str | None]  # in words; of a post that stands in a unit, the unit's name
    unit_id: Mapped[UUID | None]
    job_position: Mapped[str | None]
    occupation_code: Mapped[str]
    specialty: Mapped[str | None]
    fte: Mapped[Decimal]
    is_management: Mapped[bool]
    frozen: Mapped[bool]
    decision_number: Mapped[str | None]
    reference: Mapped[str | None]
    reference_owner: Mapped[str | None]
    content_hash: Mapped[bytes | None]
    act: Mapped[PostAct] = mapped_column(Text, server_default=FetchedValue())
    reason: Mapped[str | None]


posts_history = history_of(Post)
