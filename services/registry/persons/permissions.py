"""Who may read and write persons and what belongs to their file. The only place where the registry's HR routes read roles."""

from collections.abc import Iterable

from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _

HR_WRITERS = ("regional-administrator", "facility-hr-officer")
HR_READERS = (*HR_WRITERS, "head-of-facility", "signatory", "auditor")
NAME_READERS = (*HR_READERS, "committee-member", "licensing-officer", "training-institute", "agreement-focal-point", "pool-coordinator", "adviser")
POST_READERS = (*HR_READERS, "ministry-analyst")


def can_read_people(caller: Caller) -> Permission:
    """Reading the HR file: those who manage or employ, and machines with `registry.read` in their territory."""
    if caller.has_role(*HR_READERS) or "registry.read" in caller.scopes:
        return ALLOWED
    if caller.has_role("ministry-analyst"):
        return Refusal("names-are-not-for-analysis", _("An analyst reads figures, facilities and posts, but not the files of persons."))
    return Refusal("people-closed", _("Your role does not open the files of persons."))


def can_find_people(caller: Caller) -> Permission:
    """Choosing a person by name for one's own work opens no file: those who license, train and send search too."""
    return ALLOWED if caller.has_role("licensing-officer", "training-institute", "agreement-focal-point", "pool-coordinator", "adviser") else can_read_people(caller)


def can_look_up_names(caller: Caller) -> Permission:
    """Turning ids into names for a page or a letter; only for persons whom the caller sees."""
    return ALLOWED if caller.has_role(*NAME_READERS) else can_read_people(caller)


def can_write_people(caller: Caller) -> Permission:
    if caller.has_role(*HR_WRITERS):
        return ALLOWED
    return Refusal("people-are-kept-by-hr", _("Only a regional administrator or the HR officer of a facility keeps the files of persons."))


def can_enter_people(caller: Caller) -> Permission:
    """A training institute enters those who compete for its seats; everybody else is entered by HR."""
    return ALLOWED if caller.has_role("training-institute") else can_write_people(caller)


def can_enter_for(caller: Caller, purposes: Iterable[str]) -> Permission:
    """An institute enters students alone."""
    return ALLOWED if caller.has_role("training-institute") and set(purposes) == {"student"} else can_write_people(caller)


def can_write_at(caller: Caller, authority_path: str) -> Permission:
    """Writing for a facility needs a managing or employing relation with it today."""
    allowed = can_write_people(caller)
    if allowed is not ALLOWED:
        return allowed
    if caller.manages(authority_path):
        return ALLOWED
    return Refusal("facility-not-yours", _("This facility is neither managed by your authority nor yours."))


def can_change_person(caller: Caller, authority_path: str) -> Permission:
    """Names and birth are corrected by the authority that entered them; others who employ the person read them."""
    allowed = can_write_people(caller)
    if allowed is not ALLOWED:
        return allowed
    if caller.manages(authority_path):
        return ALLOWED
    return Refusal("entered-by-another-authority", _("Another authority entered this person and corrects names and birth."))


def can_read_posts(caller: Caller) -> Permission:
    """The establishment holds no name: analysts read it too."""
    if caller.has_role(*POST_READERS) or "registry.read" in caller.scopes:
        return ALLOWED
    return Refusal("posts-closed", _("Your role does not open the establishment."))
