"""Where people go: the groups of their work and the pages in each."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.portal.texts import _

if TYPE_CHECKING:
    from services.portal.visit import Visit


@dataclass(frozen=True)
class Place:
    name: str
    path: str
    also: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        return any(path == own or path.startswith(own + "/") for own in (self.path, *self.also))


@dataclass(frozen=True)
class Group:
    key: str
    name: str
    short: str
    icon: str
    path: str
    places: tuple[Place, ...] = ()
    role: str = ""

    def holds(self, path: str) -> bool:
        return path == self.path or any(place.holds(path) for place in self.places)


GROUPS = (
    Group("today", _("Today"), _("Today"), "sun", "/"),
    Group(
        "people", _("People and posts"), _("People"), "people", "/people",
        (Place(_("People"), "/people"), Place(_("Facilities"), "/facilities"), Place(_("Posts"), "/posts"), Place(_("Imports"), "/imports")),
    ),
    Group(
        "recruitment", _("Recruitment"), _("Recruitment"), "person-plus", "/campaigns",
        (Place(_("Campaigns"), "/campaigns", ("/candidacies",)), Place(_("Needs"), "/needs"), Place(_("Hires"), "/hires"), Place(_("Attraction policies"), "/policies")),
    ),
    Group("figures", _("Figures"), _("Figures"), "graph-up", "/figures", (Place(_("Figures"), "/figures"),)),
    Group(
        "operations", _("Operations"), _("Operations"), "activity", "/operations/health",
        (Place(_("Health of the system"), "/operations/health"), Place(_("Traces"), "/operations/traces")), "operations",
    ),
)  # fmt: skip


def navigation(visit: "Visit") -> list[Group]:
    """The groups that this person has; operations only where it is their work."""
    return [group for group in GROUPS if not group.role or visit.has_role(group.role)]
