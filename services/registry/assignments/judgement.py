"""May this assignment stand on these days? The same judgement refuses an act of HR and marks a fact heard by event as conflicting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.models import Assignment
from services.registry.assignments.queries import COUNTED, heaviest, held_by, shares_of
from services.registry.posts.filling import Share, first_closed, first_overfilled, free_from
from services.registry.posts.models import Post
from services.registry.posts.queries import lock_post, offered_by, taken_of
from services.registry.rules import REG_02, REG_03, REG_POST, REG_POST_OPEN, SHARES_TO_REFUSE
from shared.errors import Refused, refuse_when
from shared.i18n import _

refuse_when(
    "one_primary_assignment",
    "primary-held",
    _("This person already holds a primary assignment on these days."),
    rule=REG_03,
    possible=_("End the other primary assignment before the first day, or record this one as concurrent."),
)
refuse_when(
    "post_filled_above_its_share",
    "post-full",
    _("The post would be filled above its share."),
    rule=REG_POST,
    possible=_("Choose another day or a smaller share, or end an assignment on this post first."),
)
refuse_when(
    "over_filled_by_import_or_reorganisation",
    "not-over-filled-by-hand",
    _("Nobody is put beside the others of a full post by hand."),
    rule=REG_POST,
    possible=_("Import the list that says so, or decide a reorganisation that merges posts."),
)
refuse_when("assignment_within_open_post", "post-closed", _("The post is not open on all of these days."), rule=REG_POST_OPEN, possible=_("Choose days on which the post is open."))
refuse_when(
    "person_shares_above_limit",
    "shares-above-limit",
    _("The functions that this person holds together would go above the limit."),
    rule=REG_02,
    possible=_("Lower a share, or end one of the other functions first."),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an assignment would be: who, in which post if any, for which share and days."""

    person_id: UUID
    post_id: UUID | None
    kind: str
    fte_share: Decimal
    first: date
    last: date | None
    but: UUID | None = None  # the assignment that is being rewritten does not stand in its own way

    @classmethod
    def of(cls, period: Assignment) -> "Wish":
        return cls(period.person_id, period.post_id, period.kind, period.fte_share, period.valid_from, period.valid_to, period.id)


async def judge(session: AsyncSession, wish: Wish) -> Refused | None:
    """The first rule that the wish breaks, with what would make it possible. The caller holds the lock on the person."""
    if wish.post_id is not None:
        refused = judge_post(wish, await lock_post(session, wish.post_id), await taken_of(session, wish.post_id, but=wish.but))
        if refused is not None and refused.slug == "post-closed":
            # Somebody may have cut a period of the post while we waited for it: its second part is seen only by another statement.
            refused = judge_post(wish, await lock_post(session, wish.post_id), await taken_of(session, wish.post_id, but=wish.but))
        if refused is not None:
            return await _naming_holders(session, wish, refused)
    return judge_person(wish, await held_by(session, wish.person_id, but=wish.but))


def judge_post(wish: Wish, periods: Sequence[Post], taken: Sequence[Share]) -> Refused | None:
    """A post is filled on the days on which it is open, and never above its share."""
    offered = offered_by(periods)
    wished = Share(wish.first, wish.last, wish.fte_share)
    closed = first_closed(offered, wish.first, wish.last)
    if closed is not None:
        return Refused(
            "post-closed",
            _("The post is not open on {day}."),
            rule=replace(
                REG_POST_OPEN, value=[[share.first.isoformat(), share.last.isoformat() if share.last else None] for share in offered], unit="days on which the post is open"
            ),
            possible=_("Choose days on which the post is open."),
            more={"post_id": str(wish.post_id)},
            day=closed.isoformat(),
        )
    over = first_overfilled(offered, taken, wished)
    if over is None:
        return None
    nearest = free_from(offered, taken, wished)
    return Refused(
        "post-full",
        _("On {day} {taken} of {offered} of this post is taken; {wished} more does not fit."),
        rule=replace(REG_POST, value=float(over.offered), unit="share of the post"),
        possible=_("This share is free from {nearest}.") if nearest else _("End an assignment on this post first, or choose another post."),
        more={"free_from": nearest.isoformat() if nearest else None},
        day=over.day.isoformat(),
        taken=_plain(over.taken),
        offered=_plain(over.offered),
        wished=_plain(wish.fte_share),
        nearest=nearest.isoformat() if nearest else "",
    )


async def _naming_holders(session: AsyncSession, wish: Wish, refused: Refused) -> Refused:
    """The assignments that fill the post, as far as the caller may see them."""
    if refused.slug == "post-full":
        wanted = select(Assignment.id).where(Assignment.post_id == wish.post_id, Assignment.state == "active", Assignment.valid.contains(date.fromisoformat(refused.values["day"])))
        found = await session.scalars((wanted if wish.but is None else wanted.where(Assignment.id != wish.but)).order_by(Assignment.id))
        refused.more["assignments"] = [str(one) for one in found]
    return refused


def judge_person(wish: Wish, held: Sequence[Assignment]) -> Refused | None:
    """One primary assignment at a time (REG-03), and functions together up to the limit (REG-02)."""
    overlapping = [period for period in held if Share(period.valid_from, period.valid_to, period.fte_share).touches(wish.first, wish.last)]
    primary = next((period for period in overlapping if period.kind == "primary"), None)
    if wish.kind == "primary" and primary is not None:
        return Refused(
            "primary-held",
            _("This person holds a primary assignment at {facility} since {since}."),
            rule=REG_03,
            possible=_("End it on {eve} at the latest, or record this one as concurrent."),
            more={"assignment_id": str(primary.id)},
            facility=primary.facility_code,
            since=primary.valid_from.isoformat(),
            eve=(wish.first - timedelta(days=1)).isoformat(),
        )
    if wish.kind not in COUNTED:
        return None
    day, total = heaviest([*shares_of(overlapping), Share(wish.first, wish.last, wish.fte_share)], wish.first, wish.last)
    if total > Decimal(str(SHARES_TO_REFUSE)):
        return Refused(
            "shares-above-limit",
            _("On {day} this person would hold {total} of a full time; the limit is {limit}."),
            rule=REG_02,
            possible=_("At most {free} more fits on that day."),
            more={"assignments": [str(one.id) for one in overlapping if one.kind in COUNTED and day in one.valid]},
            day=day.isoformat(),
            total=_plain(total),
            limit=str(SHARES_TO_REFUSE),
            free=_plain(max(Decimal(0), Decimal(str(SHARES_TO_REFUSE)) - (total - wish.fte_share))),
        )
    return None


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
