"""What time it is, and on which day an act was done.

`now()` is the real instant and dates what we record. `today()` is the day in the zone of whoever asks, that of their
authority's country; a demo or test instance may set it (RELAIS_TODAY), so that what falls due can be tried from outside.
"""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shared.errors import Forbidden, Malformed, Refusal
from shared.i18n import _
from shared.jurisdictions import here
from shared.settings import settings

if TYPE_CHECKING:
    from shared.auth import Caller


def now() -> datetime:
    return datetime.now(UTC)


def zone() -> ZoneInfo:
    """The zone in which days are counted: that of the country of whoever asks, unless the installation has one for all."""
    return ZoneInfo(settings().time_zone or here().time_zone)


def today() -> date:
    return settings().today or datetime.now(zone()).date()


def day_of(instant: datetime) -> date:
    """The day on which something happened, as those whom it concerns count it."""
    return instant.astimezone(zone()).date()


def judge_done_on(caller: "Caller", done_on: date | None) -> date:
    """The day that guards judge: today unless said; a past day needs the role `records-officer`, a future one is refused."""
    if done_on is None or done_on == today():
        return today()
    if done_on > today():
        raise Malformed.field("done_on", _("An act cannot be done in the future; today is {today}."), today=today().isoformat())
    if not caller.has_role("records-officer"):
        raise Forbidden(Refusal("past-needs-records-officer", _("Only a records officer may enter an act of the past.")))
    return done_on
