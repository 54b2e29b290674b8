"""What falls due about a stay: to come back, to report, and to settle a signed one that does not fit."""

from datetime import date
from typing import Literal

from services.training.dues.events import DueChanged
from services.training.stays.models import Stay
from shared.calendars import ONE_DAY, WorkingCalendar
from shared.dues import due_id
from shared.rulepacks import RulePack

RETURN, REPORT, SETTLE = "stay_return", "stay_report", "stay_conflicting"


def report_due_on(returned_on: date, pack: RulePack) -> date:
    """The report is due some days after the return; a last day that is off moves to the next working day (RP-04)."""
    calendar = WorkingCalendar.of_country(pack.jurisdiction, [returned_on.year, returned_on.year + 1])
    return calendar.deadline(returned_on, pack.rule("TRN-REPORT").value)


def stay_due(stay: Stay, kind: str, due_on: date, state: Literal["open", "done", "dropped"], *, warn_on: date | None = None) -> DueChanged:
    """One due about one stay, told with its group's page."""
    group = stay.group
    return DueChanged(
        id=due_id(kind, stay.id),
        kind=kind,
        subject_id=stay.id,
        path=f"/stays/{group.id}",
        authority_path=stay.authority_path,
        shared_with=stay.shared_with,
        facility_code=stay.facility_code,
        person_id=stay.person_id,
        due_on=due_on,
        warn_on=warn_on or due_on,
        responsible="facility-hr-officer",
        state=state,
        facts={"country": group.country, "region": group.region, "host": group.host, "field": group.field},
    )


def return_due(stay: Stay, state: Literal["open", "done", "dropped"], *, due_on: date | None = None) -> DueChanged:
    """The return is entered on the day after the last one."""
    day = due_on or stay.group.ends_on + ONE_DAY
    return stay_due(stay, RETURN, day, state, warn_on=day - ONE_DAY)
