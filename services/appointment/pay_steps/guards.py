"""What a next step must fulfil before it is proposed."""

from dataclasses import replace
from datetime import date, timedelta

from services.appointment.pay_steps.models import PayStep
from services.appointment.pay_steps.workflow import PAY_STEP, RETIREMENT
from shared.calendars import add_months
from shared.directory import Work
from shared.errors import Malformed, Refused
from shared.i18n import _


def must_have_a_next_step(step: PayStep) -> date:
    """The day of the next step. Raises Refused in the last step of a scale."""
    PAY_STEP.after("propose", step.state)
    if step.due_on is None:
        raise Refused(
            "last-step",
            _("Step {step} is the last one of scale {scale}."),
            rule=replace(step.pack.rule("PAY-03"), value={step.scale: step.step}, unit="last step of the scale"),
            possible=_("Propose another scale when the person changes grade."),
            step=step.step,
            scale=step.scale,
        )
    return step.due_on


def early_must_be_allowed(step: PayStep, months: int, ground: str, reason: str | None) -> None:
    """PAY-02: at most so many months early, for a reason. Raises Refused or Malformed."""
    if not months:
        return
    most = step.pack.rule("PAY-02-EARLY")
    if months > most.value:
        raise Refused(
            "too-early",
            _("{months} months early is more than allowed."),
            rule=most,
            possible=_("At most {most} months early."),
            months=months,
            most=most.value,
        )
    if not reason:
        raise Malformed.field("early_reason", _("Give the reference of the notice of retirement.") if ground == RETIREMENT else _("Say what achievement earns the early step."))


def retirement_must_come_first(step: PayStep, effective_on: date, retirement_on: date | None) -> None:
    """PAY-02: who retires before the step falls due has it early, by the day of retirement at the latest; the share of the staff does not count it. Raises Refused."""
    rule = step.pack.rule("PAY-02-RETIREMENT")
    if retirement_on is None:
        raise Refused(
            "retirement-not-known",
            _("No day of retirement is known of this person."),
            rule=rule,
            possible=_("Have the birth date checked in the registry, or propose the step for merit."),
        )
    if step.due_on is not None and retirement_on >= step.due_on:
        raise Refused(
            "due-before-retirement",
            _("The next step falls due on {due}, before the retirement of {retires}."),
            rule=rule,
            possible=_("Propose the step on its own day."),
            due=step.due_on.isoformat(),
            retires=retirement_on.isoformat(),
        )
    if effective_on > retirement_on:
        raise Refused(
            "retires-before-step",
            _("The early step would begin on {day}, after the retirement of {retires}."),
            rule=rule,
            possible=_("Propose it more months early, within what the rules allow."),
            day=effective_on.isoformat(),
            retires=retirement_on.isoformat(),
        )


def must_fall_due(step: PayStep, effective_on: date, done_on: date) -> None:
    """PAY-04: a step is proposed when it falls due within 90 days, or is overdue. Raises Refused."""
    window = step.pack.rule("PAY-04")
    if effective_on > done_on + timedelta(days=window.value):
        raise Refused(
            "step-not-due",
            _("The next step falls due on {due}."),
            rule=window,
            possible=_("Propose it from {from_day} on."),
            due=effective_on.isoformat(),
            from_day=(effective_on - timedelta(days=window.value)).isoformat(),
        )


def must_work_there(step: PayStep, work: Work | None) -> None:
    """Only who still works at a facility that the caller acts for. Raises Refused."""
    if work is None:
        raise Refused(
            "works-nowhere",
            _("This person no longer works at a facility that you act for."),
            rule=replace(step.pack.rule("PAY-04"), value=step.facility_code, unit="facility of the step"),
            possible=_("Check the assignment in the registry."),
        )


def quota_must_have_room(step: PayStep, already: int, staff: int) -> None:
    """PAY-02: early steps within 10 % of the staff, rounded down. Raises Refused."""
    quota = step.pack.rule("PAY-02-QUOTA")
    most = quota.value * staff // 100
    if already >= most:
        raise Refused(
            "early-quota-full",
            _("{already} early steps are proposed or granted at {facility} for this year; {staff} people allow {most}."),
            rule=quota,
            possible=_("Propose the step on its own day."),
            already=already,
            facility=step.facility_code,
            staff=staff,
            most=most,
        )


def early_day(due_on: date, months: int) -> date:
    return add_months(due_on, -months)
