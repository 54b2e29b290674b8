"""What the registry tells about posts: what each is for, when it is open, and how full it is."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel

from services.registry.beliefs import Draft
from services.registry.posts.filling import Share, most_taken
from services.registry.posts.models import Post
from shared.events import Event


class PostPeriod(BaseModel):
    """From its first to its last day; no last day while no end is known."""

    valid_from: date
    valid_to: date | None
    fte: Decimal
    frozen: bool = False
    unit_id: UUID | None = None


class PostState(Event):
    topic = "relais.registry.posts"

    reference: str | None
    facility_id: UUID
    facility_code: str
    authority_path: str
    unit: str | None
    occupation_code: str
    specialty: str | None
    fte: Decimal
    filled: Decimal
    open_from: date
    close_to: date | None
    is_management: bool
    frozen: bool
    unit_id: UUID | None = None
    periods: list[PostPeriod]

    @classmethod
    def about(cls, periods: Sequence[Post | Draft], taken: Sequence[Share], day: date) -> Self:
        """The state of a post from all its periods; `filled` is the largest share taken on any day from `day` on, and it is frozen when it is on `day`."""
        last = periods[-1]
        shown = next((period for period in periods if day in period.valid), last)
        return cls(
            **{name: getattr(last, name) for name in _SAME},
            frozen=shown.frozen,
            filled=most_taken(taken, day),
            open_from=periods[0].valid_from,
            close_to=last.valid_to,
            periods=[PostPeriod(valid_from=period.valid_from, valid_to=period.valid_to, fte=period.fte, frozen=period.frozen, unit_id=period.unit_id) for period in periods],
        )


_SAME: tuple[Any, ...] = ("id", "reference", "facility_id", "facility_code", "authority_path", "unit", "unit_id", "occupation_code", "specialty", "fte", "is_management")


class PostOpened(PostState):
    """A post of the establishment was opened."""

    type = "registry.post.opened.v1"


class PostChanged(PostState):
    """A post changed, or an assignment changed how full it is."""

    type = "registry.post.changed.v1"
