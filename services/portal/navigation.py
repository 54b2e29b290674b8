"""Where people go: the groups of their work and the pages in each.

Who sees which place is a convenience: the services alone decide what it opens.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.portal.texts import _

if TYPE_CHECKING:
    from services.portal.visit import Visit

HUMAN_RESOURCES = frozenset({"regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "auditor"})
WRITERS = frozenset({"regional-administrator", "facility-hr-officer"})
SUPPORT = frozenset({"agreement-focal-point", "training-institute"})
PLANNERS = HUMAN_RESOURCES | frozenset({"training-institute", "agreement-focal-point"})
ANALYSTS = frozenset({"ministry-analyst"})
OPERATIONS = frozenset({"operations"})
FIGURES_READERS = HUMAN_RESOURCES | ANALYSTS | frozenset({"training-institute", "licensing-officer", "committee-member"})
TRAINING_READERS = HUMAN_RESOURCES | ANALYSTS | frozenset({"training-institute", "committee-member", "health-worker", "mentor"})
LEADERSHIP = HUMAN_RESOURCES | frozenset({"committee-member"})
EVERYBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """A page of the navigation; without roles it is everybody's."""

    name: str
    path: str
    roles: frozenset[str] = EVERYBODY
    also: tuple[str, ...] = ()
    of_a_territory: bool = False  # figures open by territory: whoever works for a facility alone would find none

    def holds(self, path: str) -> bool:
        return any(path == own or path.startswith(own + "/") for own in (self.path, *self.also))

    def is_for(self, visit: "Visit") -> bool:
        if self.of_a_territory and not visit.territories:
            return False
        return not self.roles or visit.has_role(*self.roles)


@dataclass(frozen=True)
class Group:
    """A part of people's work, with the first of its places as its own page."""

    name: str
    short: str
    icon: str
    places: tuple[Place, ...]

    @property
    def path(self) -> str:
        return self.places[0].path

    @property
    def shows_places(self) -> bool:
        """A group of one page with its own name needs no second line."""
        return len(self.places) > 1 or self.places[0].name != self.name

    def holds(self, path: str) -> bool:
        return any(place.holds(path) for place in self.places)


GROUPS = (
    Group(_("Today"), _("Today"), "sun", (Place(_("Today"), "/"),)),
    Group(
        _("People and posts"),
        _("People"),
        "people",
        (
            Place(_("People"), "/people", HUMAN_RESOURCES),
            Place(_("Facilities"), "/facilities"),
            Place(_("Areas"), "/boundaries"),
            Place(_("Health territories"), "/territories"),
            Place(_("Reorganisations"), "/reorganisations", HUMAN_RESOURCES),
            Place(_("Posts"), "/posts", HUMAN_RESOURCES | ANALYSTS),
            Place(_("Yearly establishment"), "/establishment", HUMAN_RESOURCES | ANALYSTS),
            Place(_("Employments"), "/employments", HUMAN_RESOURCES),
            Place(_("Assignments"), "/assignments", HUMAN_RESOURCES),
            Place(_("Work to settle"), "/work-items", HUMAN_RESOURCES),
            Place(_("Availability"), "/availability", PLANNERS),
            Place(_("Leave"), "/leave", HUMAN_RESOURCES),
            Place(_("Requests"), "/requests", HUMAN_RESOURCES, ("/attestations",)),
            Place(_("Minimum staffing"), "/minimum-staffing", PLANNERS),
            Place(_("Licences"), "/licences", HUMAN_RESOURCES | frozenset({"licensing-officer"})),
            Place(_("Accounts"), "/accounts", frozenset({"regional-administrator", "auditor"})),
            Place(_("Corrections asked"), "/corrections", HUMAN_RESOURCES),
            Place(_("Possible duplicates"), "/duplicates", HUMAN_RESOURCES),
            Place(_("My file"), "/my-file", also=("/reads",)),
            Place(_("Imports"), "/imports", WRITERS | frozenset({"licensing-officer"})),
        ),
    ),
    Group(
        _("Recruitment"),
        _("Recruitment"),
        "person-plus",
        (
            Place(_("Campaigns"), "/campaigns", HUMAN_RESOURCES, ("/candidacies",)),
            Place(_("Needs"), "/needs", HUMAN_RESOURCES),
            Place(_("Hires"), "/hires", HUMAN_RESOURCES),
            Place(_("Hard posts"), "/hard-posts", HUMAN_RESOURCES),
            Place(_("Shortage specialties"), "/shortages", HUMAN_RESOURCES | ANALYSTS),
            Place(_("Attraction policies"), "/policies", HUMAN_RESOURCES | ANALYSTS),
        ),
    ),
    Group(
        _("Training"),
        _("Training"),
        "mortarboard",
        (
            Place(_("Sessions"), "/training/sessions", TRAINING_READERS, ("/training/enrolments", "/training/certificates")),
            Place(_("Plans"), "/training/plans", TRAINING_READERS),
            Place(_("Courses"), "/training/courses", TRAINING_READERS),
            Place(_("My hours"), "/training/own", frozenset({"health-worker"})),
            Place(_("My staff"), "/training/staff", HUMAN_RESOURCES | frozenset({"training-institute"})),
            Place(_("Stays abroad"), "/stays", HUMAN_RESOURCES | frozenset({"training-institute"})),
            Place(_("Sponsored studies"), "/studies", HUMAN_RESOURCES | frozenset({"training-institute"})),
        ),
    ),
    Group(
        _("Appointments"),
        _("Appointments"),
        "award",
        (
            Place(_("Decisions"), "/decisions", HUMAN_RESOURCES | frozenset({"training-institute", "licensing-officer"}), ("/registers",)),
            Place(_("Commitments"), "/commitments", HUMAN_RESOURCES | frozenset({"training-institute"})),
            Place(_("Cases"), "/cases", LEADERSHIP),
            Place(_("Mandates"), "/mandates", LEADERSHIP),
            Place(_("Leaders"), "/leadership", LEADERSHIP),
            Place(_("Succession plans"), "/succession-plans", frozenset({"regional-administrator", "signatory", "committee-member", "auditor"})),
            Place(_("Pay steps"), "/pay-steps", HUMAN_RESOURCES, ("/pay-step-lists",)),
            Place(_("Probations"), "/probations", HUMAN_RESOURCES),
            Place(_("Benefits"), "/benefits", HUMAN_RESOURCES),
            Place(_("Awards"), "/awards", HUMAN_RESOURCES),
        ),
    ),
    Group(
        _("Rotation"),
        _("Rotation"),
        "arrow-left-right",
        (
            Place(_("Agreements"), "/agreements", HUMAN_RESOURCES | SUPPORT),
            Place(_("Support requests"), "/support-requests", HUMAN_RESOURCES | SUPPORT),
            Place(_("Missions"), "/missions", HUMAN_RESOURCES | SUPPORT),
            Place(_("Techniques"), "/techniques", HUMAN_RESOURCES | SUPPORT),
        ),
    ),
    Group(
        _("Figures"),
        _("Figures"),
        "graph-up",
        (
            Place(_("Figures"), "/figures", FIGURES_READERS, ("/areas",), of_a_territory=True),
            Place(_("Map"), "/map", FIGURES_READERS, of_a_territory=True),
            Place(_("Briefing"), "/briefing", FIGURES_READERS, of_a_territory=True),
        ),
    ),
    Group(
        _("Operations"),
        _("Operations"),
        "activity",
        (
            Place(_("Health of the system"), "/operations/health", OPERATIONS),
            Place(_("Events"), "/operations/events", OPERATIONS),
            Place(_("Events set aside"), "/operations/letters", OPERATIONS),
            Place(_("Running jobs"), "/operations/jobs", OPERATIONS),
            Place(_("Traces"), "/operations/traces", OPERATIONS),
            Place(_("Versions"), "/operations/versions", OPERATIONS),
            Place(_("Runbooks"), "/operations/runbooks", OPERATIONS),
            Place(_("Audit"), "/audit", frozenset({"auditor"})),
        ),
    ),
)


def navigation(visit: "Visit") -> list[Group]:
    """The groups in which this person has at least one place, with these places alone."""
    own = [Group(group.name, group.short, group.icon, tuple(place for place in group.places if place.is_for(visit))) for group in GROUPS]
    return [group for group in own if group.places]


def reads_people(visit: "Visit") -> bool:
    """Whether a search by name is worth offering."""
    return visit.has_role(*HUMAN_RESOURCES)
