"""What falls due about a study: the next progress report, the return, the check of the diploma, and a signed one that does not fit."""

from datetime import date, timedelta
from typing import Literal

from services.training.dues.events import DueChanged
from services.training.sponsorships.models import Sponsorship
from shared.calendars import ONE_DAY, add_months
from shared.dues import due_id
from shared.rulepacks import RulePack

PROGRESS, RETURN, DEGREE, SETTLE = "study_progress", "study_return", "degree_check", "sponsorship_conflicting"
EARLY = timedelta(days=30)


def study_due(sponsorship: Sponsorship, kind: str, due_on: date, state: Literal["open", "done", "dropped"], *, warn_on: date | None = None) -> DueChanged:
    """One due about one study."""
    return DueChanged(
        id=due_id(kind, sponsorship.id),
        kind=kind,
        subject_id=sponsorship.id,
        path=f"/studies/{sponsorship.id}",
        authority_path=sponsorship.authority_path,
        shared_with=sponsorship.shared_with,
        facility_code=sponsorship.facility_code,
        person_id=sponsorship.person_id,
        due_on=due_on,
        warn_on=warn_on or due_on,
        responsible="facility-hr-officer",
        state=state,
        facts={"programme": sponsorship.programme, "specialty": sponsorship.specialty, "institution": sponsorship.institution},
    )


def next_progress_on(sponsorship: Sponsorship, since: date, pack: RulePack) -> date | None:
    """The day of the next progress report; none after the end of the course."""
    day = add_months(since, pack.rule("TRN-PROGRESS").value)
    return day if day < sponsorship.ends_on else None


def return_due(sponsorship: Sponsorship, state: Literal["open", "done", "dropped"], *, due_on: date | None = None) -> DueChanged:
    """The return is entered on the day after the course, or after it was given up."""
    day = due_on or sponsorship.ends_on + ONE_DAY
    return study_due(sponsorship, RETURN, day, state, warn_on=day - EARLY)
