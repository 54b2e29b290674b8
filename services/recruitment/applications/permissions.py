"""Who works on an application: the employers whom the candidate chose, the coordinator and the advisers of the territory; and the candidate."""

from services.recruitment.applications.models import PTRH_01, Application, Choice
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_read_applications = with_role("regional-administrator", "facility-hr-officer", "pool-coordinator", "adviser", "auditor")
can_work_on_applications = with_role("regional-administrator", "facility-hr-officer", "pool-coordinator")


def is_a_candidate(caller: Caller) -> Permission:
    """Whoever has an account reads their own; HR linked it to the person."""
    return Refusal("not-a-person", _("A program has no application of its own.")) if caller.is_machine else ALLOWED


def can_move(caller: Caller, choice: Choice) -> Permission:
    """The employer who was chosen, or whoever acts for it."""
    if can_work_on_applications(caller) is not ALLOWED:
        return Refusal("role-missing", _("Your role does not allow this."))
    return ALLOWED if caller.manages(choice.authority_path) else Refusal("other-authority", _("You do not act for this facility."))


def can_renew_link(caller: Caller, application: Application) -> Permission:
    """The link opens the whole application: whoever sees one employer of it never holds it."""
    if can_work_on_applications(caller) is not ALLOWED:
        return Refusal("role-missing", _("Your role does not allow this."))
    if caller.manages(application.authority_path):
        return ALLOWED
    return Refusal(
        "sees-a-part-alone",
        _("The private link opens what the candidate said to every employer; you see one part of it."),
        rule=PTRH_01,
        possible=_("Ask whoever coordinates the territory: they call the candidate back and hand over a new link."),
    )
