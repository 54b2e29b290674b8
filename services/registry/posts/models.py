"""Posts: the establishment of a facility, dated; a post is neither the person who holds it nor the assignment."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from services.registry.base import Base
from services.registry.beliefs import Effective, history_of


class Post(Effective, Base):
    """One period of a post: what it is for and how much work it is."""

    __tablename__ = "posts"

    facility_id: Mapped[UUID]
    facility_code: Mapped[str]
    unit: Mapped[str | None]
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


posts_history = history_of(Post)
