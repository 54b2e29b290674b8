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
ACCOMPANY = frozenset({"adviser", "pool-coordinator"})
OPERATIONS = frozenset({"operations"})
FIGURES_READERS = HUMAN_RESOURCES | ANALYSTS | frozenset({"training-institute", "licensing-officer", "committee-member"})
TRAINING_READERS = HUMAN_RESOURCES | ANALYSTS | frozenset({"training-institute", "committee-member", "health-worker", "mentor"})
TRAINERS_OF_STUDENTS = frozenset({"regional-administrator", "head-of-facility", "auditor", "training-institute", "ministry-analyst"})
LEADERSHIP = HUMAN_RESOURCES | frozenset({"committee-member"})
POOLS = frozenset({"pool-coordinator", "adviser", "service-partner"})
EVERYBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """A page of the navigation; without roles it is everybody's. `part` is the heading under which it stands in a long group."""

    name: str
    path: str
    roles: frozenset[str] = EVERYBODY
    also: tuple[str, ...] = ()
    part: str = ""
    of_a_territory: bool = False  # figures open by territory: whoever works for a facility alone would find none

    def holds(self, path: str) -> bool:
        return any(path == own or path.startswith(own + "/") for own in (self.path, *self.also))

    def is_for(self, visit: "Visit") -> bool:
        if self.of_a_territory and not visit.territories:
            return False
        return not self.roles or visit.has_role(*self.roles)


@dataclass(frozen=True)
class Part:
    """Places of a long group that are looked for together, under a heading; without one they stand by themselves."""

    heading: str
    places: tuple[Place, ...]

    def holds(self, path: str) -> bool:
        return any(place.holds(path) for place in self.places)


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
    def parts(self) -> list[Part]:
        """Its places under their headings, in the order in which each heading comes first."""
        found: dict[str, list[Place]] = {}
        for place in self.places:
            found.setdefault(place.part, []).append(place)
        return [Part(heading, tuple(places)) for heading, places in found.items()]

    @property
    def shows_places(self) -> bool:
        """A group of one page with its own name needs no second line."""
        return len(self.places) > 1 or self.places[0].name != self.name

    def holds(self, path: str) -> bool:
        return any(place.holds(path) for place in self.places)


GROUPS = (
    Group(
        _("Today"),
        _("Today"),
        "sun",
        (Place(_("Today"), "/"), Place(_("My file"), "/my-file", also=("/reads",)), Place(_("My applications"), "/my-applications", frozenset({"candidate"}))),
    ),
    Group(
        _("People and posts"),
        _("People"),
        "people",
        (
            Place(_("People"), "/people", HUMAN_RESOURCES, part=_("Staff files")),
            Place(_("Assignments"), "/assignments", HUMAN_RESOURCES, part=_("Staff files")),
            Place(_("Employments"), "/employments", HUMAN_RESOURCES, part=_("Staff files")),
            Place(_("Licences"), "/licences", HUMAN_RESOURCES | frozenset({"licensing-officer"}), part=_("Staff files")),
            Place(_("Posts"), "/posts", HUMAN_RESOURCES | ANALYSTS, part=_("Establishment")),
            Place(_("Yearly establishment"), "/establishment", HUMAN_RESOURCES | ANALYSTS, part=_("Establishment")),
            Place(_("Returns"), "/returns", HUMAN_RESOURCES | ANALYSTS, part=_("Establishment")),
            Place(_("Reorganisations"), "/reorganisations", HUMAN_RESOURCES, part=_("Establishment")),
            Place(_("Facilities"), "/facilities", part=_("Places")),
            Place(_("Areas"), "/boundaries", part=_("Places")),
            Place(_("Health territories"), "/territories", part=_("Places")),
            Place(_("Availability"), "/availability", PLANNERS, part=_("Presence")),
            Place(_("Leave"), "/leave", HUMAN_RESOURCES, part=_("Presence")),
            Place(_("Minimum staffing"), "/minimum-staffing", PLANNERS, part=_("Presence")),
            Place(_("Requests"), "/requests", HUMAN_RESOURCES, ("/attestations", "/procedures", "/request-at-the-counter"), part=_("Requests and corrections")),
            Place(_("Work to settle"), "/work-items", HUMAN_RESOURCES, part=_("Requests and corrections")),
            Place(_("Corrections asked"), "/corrections", HUMAN_RESOURCES, part=_("Requests and corrections")),
            Place(_("Possible duplicates"), "/duplicates", HUMAN_RESOURCES, ("/merges",), part=_("Requests and corrections")),
            Place(_("Erasures"), "/erasures", WRITERS | frozenset({"auditor"}), part=_("Requests and corrections")),
            Place(_("Imports"), "/imports", WRITERS | frozenset({"licensing-officer", "training-institute"}), part=_("Data and accounts")),
            Place(_("Accounts"), "/accounts", frozenset({"regional-administrator", "auditor"}), part=_("Data and accounts")),
        ),
    ),
    Group(
        _("Recruitment"),
        _("Recruitment"),
        "person-plus",
        (
            Place(_("Campaigns"), "/campaigns", HUMAN_RESOURCES, ("/candidacies",)),
            Place(_("Contests"), "/contests", HUMAN_RESOURCES | frozenset({"committee-member"}), ("/contest-applications",)),
            Place(_("Vacancies"), "/vacancies", HUMAN_RESOURCES | ACCOMPANY),
            Place(_("Applications"), "/applications", WRITERS | ACCOMPANY | frozenset({"auditor"})),
            Place(_("Accompaniment"), "/accompaniments", ACCOMPANY | frozenset({"regional-administrator", "auditor"})),
            Place(_("Prospects"), "/prospects", ACCOMPANY | frozenset({"regional-administrator", "auditor"})),
            Place(_("Partner services"), "/partner-services", ACCOMPANY | frozenset({"regional-administrator", "service-partner", "auditor"})),
            Place(_("Needs"), "/needs", HUMAN_RESOURCES),
            Place(_("Pools"), "/pools", HUMAN_RESOURCES | POOLS, ("/profiles",)),
            Place(_("Offers"), "/offers", HUMAN_RESOURCES),
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
            Place(_("Institutes"), "/institutes", TRAINERS_OF_STUDENTS, ("/intakes", "/intake-candidates", "/students", "/institute-conventions", "/clinical-places")),
            Place(_("Mentoring"), "/mentoring", HUMAN_RESOURCES | SUPPORT | frozenset({"mentor"})),
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
            Place(_("Decisions"), "/decisions", HUMAN_RESOURCES | frozenset({"training-institute", "licensing-officer"}), ("/registers",), part=_("Careers")),
            Place(_("Delegations"), "/delegations", HUMAN_RESOURCES, part=_("Careers")),
            Place(_("Commitments"), "/commitments", HUMAN_RESOURCES | frozenset({"training-institute"}), part=_("Careers")),
            Place(_("Pay steps"), "/pay-steps", HUMAN_RESOURCES, ("/pay-step-lists",), part=_("Careers")),
            Place(_("Probations"), "/probations", HUMAN_RESOURCES, part=_("Careers")),
            Place(_("Benefits"), "/benefits", HUMAN_RESOURCES, part=_("Careers")),
            Place(_("Awards"), "/awards", HUMAN_RESOURCES, part=_("Careers")),
            Place(_("Cases"), "/cases", LEADERSHIP, part=_("Leadership")),
            Place(_("Mandates"), "/mandates", LEADERSHIP, part=_("Leadership")),
            Place(_("Leaders"), "/leadership", LEADERSHIP, part=_("Leadership")),
            Place(_("Succession plans"), "/succession-plans", frozenset({"regional-administrator", "signatory", "committee-member", "auditor"}), part=_("Leadership")),
        ),
    ),
    Group(
        _("Rotation"),
        _("Rotation"),
        "arrow-left-right",
        (
            Place(_("Agreements"), "/agreements", HUMAN_RESOURCES | SUPPORT),
            Place(_("Programmes of cooperation"), "/cooperation-programmes", HUMAN_RESOURCES | SUPPORT),
            Place(_("Referrals"), "/referrals", HUMAN_RESOURCES | SUPPORT),
            Place(_("Support requests"), "/support-requests", HUMAN_RESOURCES | SUPPORT),
            Place(_("Missions"), "/missions", HUMAN_RESOURCES | SUPPORT),
            Place(_("Techniques"), "/techniques", HUMAN_RESOURCES | SUPPORT),
            Place(_("Exchanges"), "/exchanges", HUMAN_RESOURCES | SUPPORT, ("/exchange-calls", "/exchange-placements", "/alumni", "/guest-stays")),
            Place(_("My stay abroad"), "/my-placement", frozenset({"health-worker"})),
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
            Place(_("Meetings"), "/meetings", FIGURES_READERS, ("/resolutions",)),
            Place(_("Strategic plans"), "/strategies", FIGURES_READERS, ("/strategy-actions",)),
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
            Place(_("Programs and quotas"), "/operations/clients", OPERATIONS),
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


def reads_figures(visit: "Visit") -> bool:
    """Whether the situation of a place is worth offering."""
    return visit.has_role(*FIGURES_READERS)
