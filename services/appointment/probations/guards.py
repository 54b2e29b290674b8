"""What an outcome must fulfil: the days, the reports, one extension."""

from dataclasses import replace
from datetime import date

from services.appointment.absences.models import CountedAbsence
from services.appointment.probations.models import Probation
from services.appointment.probations.workflow import CONFIRMED, ENDED, EXTENDED, PROBATION
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.rulepacks import Rule

ACT_OF = {CONFIRMED: "confirm", EXTENDED: "extend", ENDED: "end"}


def nothing_must_wait(probation: Probation) -> None:
    """One outcome at a time waits for a signature. Raises Refused."""
    if probation.outcome is not None:
        raise Refused(
            "outcome-already-proposed",
            _("An outcome already waits for its signature."),
            rule=Rule("PRB-ONE", 1, "outcome proposed at a time", "Relais rule book, personnel (probation)"),
            possible=_("Have it signed, or withdraw it first."),
        )


def outcome_must_be_open(probation: Probation, outcome: str) -> None:
    """The state allows it; an extension is given once. Raises Refused."""
    PROBATION.after(ACT_OF[outcome], probation.state)


def reports_must_be_there(probation: Probation, outcome: str) -> None:
    """PRB-01: a favourable mentor's report and head's opinion to confirm; the head's opinion for any outcome. Raises Refused."""
    missing = [name for name, report in (("mentor_report", probation.mentor_report), ("head_opinion", probation.head_opinion)) if report is None]
    if outcome != CONFIRMED:
        missing = [name for name in missing if name == "head_opinion"]
    if missing:
        raise Refused(
            "report-missing",
            _("The mentor’s report or the head’s opinion is missing.") if outcome == CONFIRMED else _("The head’s opinion is missing."),
            rule=replace(probation.pack.rule("PRB-01"), value=missing, unit="to be entered first"),
            possible=_("Enter what is missing, then propose the outcome."),
        )
    assert probation.head_opinion is not None
    if outcome == CONFIRMED and not (probation.mentor_report and probation.mentor_report["favourable"] and probation.head_opinion["favourable"]):
        raise Refused(
            "report-unfavourable",
            _("A report or opinion is unfavourable: the person cannot be confirmed on it."),
            rule=replace(probation.pack.rule("PRB-01"), value="favourable", unit="mentor’s report and head’s opinion"),
            possible=_("Propose to extend or to end the probation, or have a new report entered."),
        )


def days_must_be_served(probation: Probation, effective_on: date, equivalent_months: int | None) -> None:
    """REC-VN-11: confirmed after the last day that counts; earlier only when equivalent service waives probation (REC-VN-12). Raises Refused."""
    if equivalent_months is not None:
        waived = probation.pack.rule("PRB-WAIVER")
        if equivalent_months < probation.months * waived.value:
            raise Refused(
                "equivalent-service-too-short",
                _("{months} months of equivalent service do not waive a probation of {wanted} months."),
                rule=replace(waived, value=probation.months, unit="months of equivalent insured service"),
                possible=_("Confirm from {day}."),
                months=equivalent_months,
                wanted=probation.months,
                day=probation.first_day_after.isoformat(),
            )
        if effective_on < probation.starts_on:
            raise Malformed.field("effective_on", _("The probation begins on {day}."), day=probation.starts_on.isoformat())
    elif effective_on < probation.first_day_after:
        raise Refused(
            "probation-not-over",
            _("The probation ends on {last}, {excluded} days that do not count included."),
            rule=replace(probation.pack.rule("PRB-MONTHS"), value=probation.months + probation.extension_months, unit="months of probation"),
            possible=_("Confirm from {day}."),
            last=probation.due_on.isoformat(),
            excluded=probation.excluded_days,
            day=probation.first_day_after.isoformat(),
        )


def extension_must_fit(probation: Probation, months: int | None) -> None:
    """Raises Malformed without its length, Refused beyond what the pack allows."""
    if months is None:
        raise Malformed.field("months", _("Say how many months it is extended."))
    most = probation.pack.rule("PRB-EXTENSION")
    if months > most.value:
        raise Refused(
            "extension-too-long",
            _("An extension of {months} months is too long."),
            rule=most,
            possible=_("Extend by at most {most} months."),
            months=months,
            most=most.value,
        )


def absence_must_be_short_and_justified(probation: Probation, absence: CountedAbsence | None) -> CountedAbsence:
    """The head judges absences that would count; those that never count need no judgement. Raises Malformed or Refused."""
    if absence is None or absence.person_id != probation.person_id or not absence.approved or absence.ends_on < probation.starts_on or absence.starts_on > probation.due_on:
        raise Malformed.field("absence_id", _("There is no absence with this identifier in this probation."))
    if not absence.counts_for_probation:
        raise Refused(
            "absence-never-counts",
            _("The days of this absence do not count, whatever the head says."),
            rule=probation.pack.rule("PRB-MONTHS"),
            possible=_("Judge only the short absences that count."),
        )
    return absence
