"""How many names a plan holds (APP-12), and how well it covers the key posts."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from services.appointment.succession.models import ACTIVE, Entry
from shared.errors import Refused
from shared.i18n import _
from shared.rulepacks import Rule


def names_must_fit(entries: Iterable[Entry], rule: Rule) -> None:
    """At most four names for a post, at most three posts for a person. Raises Refused."""
    counted = [entry for entry in entries if entry.counts]
    most, posts = int(rule.value["names_per_post_at_most"]), int(rule.value["posts_per_person"])
    for _position, names in Counter(entry.position_id for entry in counted).items():
        if names > most:
            raise Refused(
                "too-many-names",
                _("{names} names for one post; at most {most} are allowed."),
                rule=rule,
                possible=_("Take a name of this post out of the plan first."),
                names=names,
                most=most,
            )
    for _person, wanted in Counter(entry.person_id for entry in counted).items():
        if wanted > posts:
            raise Refused(
                "too-many-posts",
                _("One person is planned for {wanted} posts; at most {most} are allowed."),
                rule=rule,
                possible=_("Take the person out of the plan for another post first."),
                wanted=wanted,
                most=posts,
            )


def plan_must_be_wide_enough(entries: Iterable[Entry], rule: Rule) -> None:
    """At least one and a half names per post that the plan covers. Raises Refused."""
    counted = [entry for entry in entries if entry.counts]
    posts = len({entry.position_id for entry in counted})
    least = Decimal(str(rule.value["names_per_post_at_least"]))
    if not posts or Decimal(len(counted)) / posts < least:
        raise Refused(
            "too-few-names",
            _("{names} names for {posts} posts; {least} names per post are needed."),
            rule=rule,
            possible=_("Complete the plan before it is approved."),
            names=len(counted),
            posts=posts,
            least=str(least),
        )


@dataclass(frozen=True)
class Coverage:
    """Key posts, and how many of them have at least two people ready."""

    posts: int
    covered: int

    @property
    def percent(self) -> Decimal | None:
        return (Decimal(100 * self.covered) / self.posts).quantize(Decimal("0.1"), ROUND_HALF_UP) if self.posts else None


def coverage_of(entries: Iterable[Entry], key_posts: Collection[UUID], rule: Rule) -> Coverage:
    """The share of key posts with at least two ready successors."""
    ready = Counter(entry.position_id for entry in entries if entry.state == ACTIVE and entry.ready)
    return Coverage(len(key_posts), sum(1 for post in key_posts if ready[post] >= int(rule.value["ready_per_post"])))
