"""Who publishes acts, opens a mentorship, writes in the logbook, attests what it says, and reads it."""

from services.training.mentoring.models import Entry, Mentorship
from services.training.roles import ORGANISERS, READERS
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

HEADS = ("head-of-facility", "signatory", "regional-administrator")
KEEPERS = (*ORGANISERS, "head-of-facility", "agreement-focal-point")
WRITERS = (*KEEPERS, "mentor")

can_publish_acts = with_role(*ORGANISERS, "head-of-facility")
can_keep_mentorships = with_role(*KEEPERS)
can_write_logbooks = with_role(*WRITERS)
can_attest_levels = with_role(*HEADS)
can_set_targets = with_role(*ORGANISERS, "head-of-facility")

NOT_YOURS = Refusal("other-authority", _("You do not act for this facility."))


def can_read_mentoring(caller: Caller) -> Permission:
    """Those who manage, employ, organise or teach, and machines with `training.read` in their territory."""
    return ALLOWED if caller.has_role(*READERS, *WRITERS) or "training.read" in caller.scopes else Refusal("role-missing", _("Your role does not allow this."))


def acts_for(caller: Caller, code: str, path: str) -> bool:
    """The caller works for this facility, or for an authority above it."""
    return code in caller.facilities or caller.manages(path)


def _of(caller: Caller, roles: tuple[str, ...], *sides: tuple[str, str]) -> Permission:
    if not caller.has_role(*roles):
        return Refusal("role-missing", _("Your role does not allow this."))
    return ALLOWED if any(acts_for(caller, code, path) for code, path in sides) else NOT_YOURS


def can_open(caller: Caller, *sides: tuple[str, str]) -> Permission:
    """Either side opens a mentorship, and ends it."""
    return _of(caller, KEEPERS, *sides)


def can_keep(caller: Caller, mentorship: Mentorship) -> Permission:
    return _of(caller, KEEPERS, *sides_of(mentorship))


def can_name(caller: Caller, mentorship: Mentorship, part: str) -> Permission:
    """Each side names its own people: nobody tells another authority's names."""
    return _of(caller, KEEPERS, side_of(mentorship, part))


def can_write(caller: Caller, mentorship: Mentorship) -> Permission:
    """Those who teach, those who learn from them and their administrations: whoever holds the logbook."""
    return _of(caller, WRITERS, *sides_of(mentorship))


def can_attest(caller: Caller, entry: Entry) -> Permission:
    """A head of the facility where the person works, or a signatory above it; never the one who recorded the entry (SEC-02)."""
    allowed = _of(caller, HEADS, (entry.facility_code, entry.authority_path))
    if allowed is ALLOWED and caller.actor == entry.recorded_by:
        return Refusal("attestor-is-recorder", _("Another person than the one who recorded the entry attests it."))
    return allowed


def can_strike(caller: Caller, entry: Entry) -> Permission:
    """Whoever recorded it, or a head of the facility."""
    return ALLOWED if caller.actor == entry.recorded_by else _of(caller, HEADS, (entry.facility_code, entry.authority_path))


def can_attest_at(caller: Caller, code: str, path: str) -> Permission:
    return _of(caller, HEADS, (code, path))


def can_set_at(caller: Caller, code: str, path: str) -> Permission:
    return _of(caller, (*ORGANISERS, "head-of-facility"), (code, path))


def sides_of(mentorship: Mentorship) -> tuple[tuple[str, str], tuple[str, str]]:
    return side_of(mentorship, "mentee"), side_of(mentorship, "mentor")


def side_of(mentorship: Mentorship, part: str) -> tuple[str, str]:
    return (mentorship.facility_code, mentorship.authority_path) if part == "mentee" else (mentorship.mentor_facility, mentorship.mentor_path)
