"""Hard posts over HTTP: open posts with what makes them hard to fill."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.recruitment.hard_posts.queries import OpenPost, open_posts
from services.recruitment.needs.permissions import can_read_needs
from services.recruitment.rules import pack_of
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router

router = Router(prefix="/hard-posts", tags=["hard posts"])

Reason = Literal["remote", "shortage", "long_vacant", "few_applications"]
RULES = {"remote": "REC-HARD-PLACE", "long_vacant": "REC-HARD-MONTHS", "few_applications": "REC-08"}


class HardPostRead(BaseModel):
    """An open post, since when nobody fills it, who applied for it, and why it is hard."""

    post_id: UUID
    facility_code: str
    unit: str | None
    occupation_code: str
    specialty: str | None
    free: float = Field(description="Seats, or parts of one, that nobody fills.")
    remoteness: str
    vacant_since: date
    months_vacant: int
    applications: int = Field(description="Applications received for needs that name this post.")
    shortage_id: UUID | None
    reasons: list[Reason]

    @classmethod
    def of(cls, post: OpenPost) -> "HardPostRead":
        values = {name: getattr(post, name) for name in cls.model_fields if hasattr(post, name)}
        return cls(**values, post_id=post.id, shortage_id=post.shortage.id if post.shortage else None)


class HardPosts(BaseModel):
    """Open posts of the places one acts for, longest empty first, and the rules by which each is called hard."""

    on: date
    items: list[HardPostRead]
    rules: dict[str, dict[str, Any]]


@router.get("", response_model=HardPosts, dependencies=[allows(can_read_needs)], responses=problems(401, 403, 409, 422))
async def list_hard_posts(
    *,
    caller: CallerDep,
    session: SessionDep,
    on: date | None = None,
    facility: Annotated[str | None, Query(max_length=60)] = None,
    occupation: Annotated[str | None, Query(max_length=60)] = None,
    specialty: Annotated[str | None, Query(max_length=60)] = None,
    remoteness: Annotated[str | None, Query(max_length=20)] = None,
    reason: Reason | None = None,
    hard_only: Annotated[bool, Query(description="Leave out open posts that are not hard.")] = True,
) -> HardPosts:
    """Where people are hard to find: mountains, islands, shortage specialties, posts long empty, posts for which few apply."""
    day = on or today()
    country = caller.scope[0].partition(".")[0] if caller.scope else ""
    pack = pack_of(country, day)
    wanted = {"facility": facility, "occupation": occupation, "specialty": specialty, "remoteness": remoteness}
    found = await open_posts(session, caller, day=day, pack=pack, wanted=wanted)
    chosen = [post for post in found if (not hard_only or post.reasons) and (reason is None or reason in post.reasons)]
    return HardPosts(on=day, items=[HardPostRead.of(post) for post in chosen], rules={name: pack.rule(rule).as_json() for name, rule in RULES.items()})
