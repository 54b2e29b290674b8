"""Who takes the days of people, who sees why they are away, and who lets a minimum be broken."""

from services.registry.persons.permissions import HR_READERS
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

PLANNERS = ("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "training-institute", "agreement-focal-point")
GRANTERS = ("head-of-facility", "signatory")
ASKER_DOES_NOT_GRANT = another_person("asker-does-not-grant", _("You asked for this: another person grants it (SEC-02)."))


def can_plan(caller: Caller) -> Permission:
    """Those who organise leave, sessions, missions and stays."""
    return ALLOWED if caller.has_role(*PLANNERS) else Refusal("planning-closed", _("Your role does not plan the days of people."))


def can_see_plans(caller: Caller) -> Permission:
    if caller.has_role(*PLANNERS, "auditor") or "registry.read" in caller.scopes:
        return ALLOWED
    return Refusal("planning-closed", _("Your role does not plan the days of people."))


def knows_why(caller: Caller, authority_path: str) -> bool:
    """HR of those who employ reads the ground of an absence; a planner reads “unavailable, protected ground” and nothing more (SEC-03)."""
    return caller.has_role(*HR_READERS) and caller.manages(authority_path)


def can_override(caller: Caller, authority_path: str, asked_by: str | None) -> Permission:
    """The head of the facility, or a signatory above it, lets a minimum be broken; never whoever asked for it (SEC-02)."""
    if not caller.has_role(*GRANTERS):
        return Refusal("override-by-head", _("Only the head of the facility lets a minimum or a cap be broken."))
    if not caller.manages(authority_path):
        return Refusal("facility-not-yours", _("This facility is neither managed by your authority nor yours."))
    if asked_by == caller.actor:
        return ASKER_DOES_NOT_GRANT
    return ALLOWED
