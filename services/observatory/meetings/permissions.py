"""Who keeps the meetings of an authority, who adopts their minutes, and who reads them."""

from services.observatory.figures.permissions import can_read_figures
from services.observatory.meetings.models import ENDED_BY_THE_AUTHORITY, MINUTES_OF_ANOTHER, UNDER_WAY, Meeting, Outcome, Resolution
from shared.auth import ALLOWED, Caller, Permission, path_of, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

can_read_meetings = can_read_figures
can_keep_meetings = with_role("regional-administrator")
can_adopt_minutes = with_role("regional-administrator", "signatory")


def can_keep(caller: Caller, authority_path: str) -> Permission:
    """The secretariat: an administrator of the authority itself."""
    if (allowed := can_keep_meetings(caller)) is not ALLOWED:
        return allowed
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this authority."))


def can_follow(caller: Caller, resolution: Resolution, outcome: Outcome) -> Permission:
    """The secretariat; the region that sees to it says how far it is, and does not end it."""
    allowed = can_keep(caller, resolution.authority_path)
    if allowed is ALLOWED or resolution.area_code is None or can_keep_meetings(caller) is not ALLOWED or not caller.manages(path_of(resolution.area_code)):
        return allowed
    if outcome != UNDER_WAY:
        return Refusal("ended-by-the-authority", _("You say how far it is; the authority of the meeting says that it is done or dropped."), rule=ENDED_BY_THE_AUTHORITY)
    return ALLOWED


def can_adopt(caller: Caller, meeting: Meeting) -> Permission:
    """Another person than the one who wrote them, of the authority itself (SEC-02)."""
    if (allowed := can_adopt_minutes(caller)) is not ALLOWED:
        return allowed
    if not caller.manages(meeting.authority_path):
        return Refusal("other-authority", _("You do not act for this authority."))
    if meeting.minutes_by == caller.actor:
        return another_person("minutes-are-yours", _("You wrote these minutes: another person adopts them."), MINUTES_OF_ANOTHER)
    return ALLOWED
